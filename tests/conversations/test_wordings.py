"""Ways of saying things: the request that they are, and no other."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.understanding.entities import find_entities
from bot.understanding.examples import Examples
from bot.understanding.intents import Ranked, rank
from skills.catalog import CATALOG
from skills.measures.calendar import FiscalCalendar
from skills.references.vocabulary import Vocabularies, Vocabulary
from store.engine import Database
from store.scope import Scope
from tests.conversations.company import NOW, build_company
from tests.conversations.conftest import Talk

EXAMPLES = Examples(CATALOG)


@pytest.fixture
def vocabulary(database: Database) -> Vocabulary:
    build_company(database)
    with database.session() as session:
        return Vocabularies().get(session, Scope.everybody())


def _best(words: str, vocabulary: Vocabulary) -> Ranked:
    frame = find_entities(words, vocabulary, NOW.date(), FiscalCalendar())
    return rank(frame, CATALOG, EXAMPLES, None)[0]


@pytest.mark.parametrize(
    ("words", "skill", "params"),
    [
        ("won by manager this year", "booked", {"by": "manager", "period": "this year"}),
        ("won by quarter", "booked", {"by": "quarter"}),
        ("按经理看今年赢单", "booked", {"by": "manager", "period": "今年"}),
        ("teams against teams this quarter", "leaderboard", {"by": "team", "period": "this quarter"}),
        ("my rank this quarter", "leaderboard", {"period": "this quarter"}),
        ("the week ahead", "week", {}),
        ("the week ahead of my team", "week", {"team": "my team"}),
        ("month close", "close", {"period": "last month"}),
        ("月度总结", "close", {"period": "last month"}),
        ("季度总结", "close", {"period": "last quarter"}),
        ("which cards does nobody read", "usage", {}),
        ("哪些卡片用得最多", "usage", {}),
        ("what could nobody answer this week", "gaps", {"period": "this week"}),
        ("what questions have no answer", "gaps", {}),
        ("业绩是怎么算的", "math", {"skill": "booked"}),
        ("今年创建的商机赢单率", "winrate", {"period": "今年"}),
        ("本月会面次数", "activity", {"kind": "meeting", "period": "本月"}),
        ("本月电话数量", "activity", {"kind": "call", "period": "本月"}),
        ("华东水务 Watch 的下一步", "opportunity", {"opportunity": "华东水务 Watch"}),
    ],
)
def test_what_is_asked_for_is_found(vocabulary: Vocabulary, words: str, skill: str, params: Mapping[str, Any]) -> None:
    best = _best(words, vocabulary)
    found = {name: value for name, value in best.draft.params.items() if name in params}
    assert (best.draft.skill, found) == (skill, params)


@pytest.mark.parametrize(
    ("words", "skill", "params"),
    [
        ("don't send me anything after 18:00", "quiet", {"start": "18:00"}),
        ("晚上7点到早上8点不要打扰我", "quiet", {"start": "19:00", "until": "08:00"}),
        ("the price list card is out of date", "check", {"card": "price list", "holds": "no"}),
        ("写一张关于保修的卡片", "card", {"title": "保修"}),
        ("问一下李娜保修怎么算", "enquire", {"person": "李娜", "question": "保修怎么算"}),
        ("问一下马库斯保修怎么算", "enquire", {"person": "马库斯", "question": "保修怎么算"}),
        ("排行榜不要显示我", "boards", {"show": "off"}),
        ("提报本季度100万", "submit", {"amount": "100万", "period": "本季"}),
        ("brandt两周内别再提醒，等预算", "snooze", {"opportunity": "brandt", "until": "两周后", "reason": "等预算"}),
        (
            "snooze brandt for two weeks, waiting for budget",
            "snooze",
            {"opportunity": "brandt", "until": "in two weeks", "reason": "waiting for budget"},
        ),
        (
            "把420万按去年占比分给各团队，2027年",
            "target",
            {"action": "split", "who": "各团队", "amount": "420万", "by": "share", "period": "2027年"},
        ),
    ],
)
def test_what_shall_be_done_is_meant(vocabulary: Vocabulary, words: str, skill: str, params: Mapping[str, Any]) -> None:
    best = _best(words, vocabulary)
    assert (best.draft.skill, best.draft.params, best.draft.sure) == (skill, params, True)


@pytest.mark.parametrize(
    "words",
    [
        "i swore i'd never set quiet hours from 9 to 5",
        "do i have quiet hours from 9 to 5?",
        "要不要把新人模式关掉？",
        "do i have to share my progress with priya?",
        "should we commit 300k for this quarter?",
        "how do i get a quote signed off",
        "问一下保修怎么算",
    ],
)
def test_what_is_only_spoken_of_changes_nothing(talk: Talk, words: str) -> None:
    reply = talk(words)
    assert (reply["changes"], reply["status"] in {"done", "confirm"} and reply["skill"] != "learning") == ([], False)
