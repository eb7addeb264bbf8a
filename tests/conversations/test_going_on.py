"""What goes on in a thread: win posts, quizzes, reports, changes since a day, and thanks."""

import pytest

from bot.understanding.conversation import State
from bot.understanding.entities import find_entities
from bot.understanding.followups import next_question
from skills.answer import Invocation
from skills.measures.calendar import FiscalCalendar
from skills.references.vocabulary import Vocabularies
from store.engine import Database
from store.scope import Scope
from tests.conversations.company import NOW, build_company
from tests.conversations.conftest import Talk


@pytest.mark.parametrize(
    ("written", "hidden", "posted"),
    [
        ("write the win post for brandt", "without the amount", "post it to #sales"),
        ("write the win post for brandt", "leave the amount out", "share it in #sales"),
        ("写brandt的战报", "不写金额", "发到#sales"),
    ],
)
def test_a_win_post_is_redrafted_and_posted_as_it_stands(talk: Talk, written: str, hidden: str, posted: str) -> None:
    assert "27,350" in talk(written)["text"]
    again = talk(hidden)
    assert (again["skill"], "27,350" in again["text"]) == ("winpost", False)
    post = talk(posted)
    assert (post["skill"], post["status"], post["params"]["channel"]) == ("post", "confirm", "#sales")
    assert "27,350" not in post["text"]


def test_posting_is_not_heard_where_no_win_post_was_drafted(talk: Talk) -> None:
    talk("my pipeline")
    assert talk("post it to #sales")["skill"] != "post"


@pytest.mark.parametrize("words", ["next question", "another one", "下一题", "再来一题"])
@pytest.mark.parametrize("last", ["quiz", "choose"])
def test_the_next_question_of_a_quiz_keeps_its_subject(database: Database, words: str, last: str) -> None:
    build_company(database)
    with database.session() as session:
        vocabulary = Vocabularies().get(session, Scope.everybody())
    frame = find_entities(words, vocabulary, NOW.date(), FiscalCalendar())
    draft = next_question(frame, State(last=Invocation.of(last, topic="pricing")))
    assert draft is not None
    assert (draft.skill, draft.params) == ("quiz", {"topic": "pricing"})
    assert next_question(frame, State(last=Invocation.of("pipeline"))) is None


def test_only_a_report_can_be_paused_so_it_need_not_be_the_last_thing_said(talk: Talk) -> None:
    talk("pipeline every monday at 8", "priya")
    talk("my quota", "priya")
    assert "Paused" in talk("pause it", "priya")["text"]


def test_all_reports_are_all(talk: Talk) -> None:
    talk("pipeline every monday at 8", "priya")
    talk("quota every friday at 8", "priya")
    reply = talk("取消所有定时报告", "priya")
    assert (reply["skill"], reply["params"]) == ("schedule", {"action": "delete", "which": "all"})


@pytest.mark.parametrize("words", ["why did it change since Friday", "why did my pipeline change since Friday"])
def test_the_day_since_which_it_changed_is_kept(talk: Talk, words: str) -> None:
    talk("my pipeline")
    reply = talk(words)
    assert (reply["skill"], reply["params"]["since"]) == ("why", "Friday")


@pytest.mark.parametrize("words", ["thanks", "ok great, thank you so much!", "谢谢", "好的，谢谢你！"])
def test_thanks_are_answered_kindly_and_leave_the_question_open(talk: Talk, words: str) -> None:
    talk("my quota")
    reply = talk(words)
    assert (reply["status"], reply["skill"], reply["choices"]) == ("answer", "", [])
    assert talk("brandt lost")["status"] == "clarify"
    talk(words)
    assert talk("they froze the budget")["skill"] == "update"


def test_thanks_do_not_take_the_place_of_a_yes(talk: Talk) -> None:
    assert talk("move brandt to negotiation", "priya")["status"] == "confirm"
    assert talk("thanks", "priya")["changes"] == []
    assert talk("yes", "priya")["status"] == "done"
