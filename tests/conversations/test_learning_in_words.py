"""What people say about their way of learning changes only what they mean to change."""

import pytest

from bot.understanding.card_writes import read_learning, read_step
from bot.understanding.entities import find_entities
from skills.measures.calendar import FiscalCalendar
from skills.references.vocabulary import Vocabularies, Vocabulary
from store.engine import Database
from store.scope import Scope
from tests.conversations.company import NOW, build_company


@pytest.fixture
def vocabulary(database: Database) -> Vocabulary:
    build_company(database)
    with database.session() as session:
        return Vocabularies().get(session, Scope.everybody())


@pytest.mark.parametrize(
    "words",
    [
        "show me sam's onboarding progress",
        "what is sam's learning progress?",
        "show me my onboarding progress",
        "let me see my progress",
        "how is my progress",
        "sam的新人进度怎么样",
        "看看我的新人进度",
    ],
)
def test_looking_at_progress_shares_nothing(vocabulary: Vocabulary, words: str) -> None:
    assert read_learning(find_entities(words, vocabulary, NOW.date(), FiscalCalendar())) is None


@pytest.mark.parametrize(
    ("words", "params"),
    [
        ("share my progress with my manager", {"share": "on"}),
        ("can you share my progress with my manager?", {"share": "on"}),
        ("let my manager see my onboarding progress", {"share": "on"}),
        ("把我的新人进度分享给经理", {"share": "on"}),
        ("可以把我的新人进度分享给经理吗", {"share": "on"}),
        ("do not share my progress", {"share": "off"}),
        ("don't let my manager see my progress", {"share": "off"}),
        ("keep my onboarding progress to myself", {"share": "off"}),
        ("stop sharing my progress", {"share": "off"}),
        ("不要让经理看我的新人进度", {"share": "off"}),
        ("does my manager see my progress?", {}),
        ("can my manager see my onboarding progress", {}),
        ("is my onboarding progress private?", {}),
        ("is new-hire mode on?", {}),
        ("我的新人进度谁能看到", {}),
        ("经理能看到我的新人进度吗", {}),
        ("turn new-hire mode off", {"mode": "off"}),
        ("stop teaching me with every answer", {"mode": "off"}),
        ("打开新人模式", {"mode": "on"}),
    ],
)
def test_sharing_and_switching_are_told_from_asking(vocabulary: Vocabulary, words: str, params: dict[str, str]) -> None:
    draft = read_learning(find_entities(words, vocabulary, NOW.date(), FiscalCalendar()))
    assert draft is not None
    assert (draft.skill, draft.params) == ("learning", params)


@pytest.mark.parametrize(
    ("words", "step"),
    [("my pitch is certified", "pitch"), ("我的讲解通过认证了", "讲解"), ("certify the pitch", "pitch")],
)
def test_a_step_of_ones_own_is_named_without_a_person(vocabulary: Vocabulary, words: str, step: str) -> None:
    draft = read_step(find_entities(words, vocabulary, NOW.date(), FiscalCalendar()))
    assert draft is not None
    assert draft.params == {"step": step}
