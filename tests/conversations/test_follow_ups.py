"""What the words before make clear, and questions that are not answered by "yes"."""

from typing import Any

import pytest

from tests.conversations.conftest import Begin, Talk


@pytest.fixture
def second(begin_second: Begin) -> Talk:
    return begin_second()


def _new(reply: dict[str, Any]) -> dict[str, Any]:
    return {change["field"]: change["new"] for change in reply["changes"]}


@pytest.mark.parametrize("words", ["yes", "ok", "sure", "是的"])
def test_yes_is_no_reason(second: Talk, words: str) -> None:
    assert second("tidewater utilities is lost")["status"] == "clarify"
    assert second(words)["status"] == "clarify"
    assert _new(second("they froze the budget"))["loss_reason"] == "they froze the budget"


def test_a_corrected_step_counts_from_the_day_before_it(second: Talk) -> None:
    assert _new(second("push calloway a week")) == {"close_date": "2026-12-11"}
    assert _new(second("no, two weeks")) == {"close_date": "2026-12-18"}


@pytest.mark.parametrize(
    ("words", "stage"),
    [("advance old mill", "Qualified"), ("isdom gtx plus pro to the next stage", "Negotiation")],
)
def test_the_next_stage_is_the_one_after(second: Talk, words: str, stage: str) -> None:
    assert _new(second(words)) == {"stage": stage}


def test_after_the_last_open_stage_it_is_asked(second: Talk) -> None:
    reply = second("advance calloway")
    assert (reply["status"], reply["choices"]) == ("clarify", ["Won", "Lost"])


def test_a_closed_one_is_reopened_into_a_stage_that_is_asked_for(second: Talk) -> None:
    reply = second("reopen harvest bend")
    assert (reply["status"], reply["choices"][0]) == ("clarify", "Discovery")
    assert second("proposal")["status"] == "confirm"


def test_a_product_tells_the_opportunities_of_an_account_apart(second: Talk) -> None:
    reply = second("gtx plus pro at isdom is won for 5000")
    assert reply["status"] == "confirm"
    assert {change["record"] for change in reply["changes"]} == {"opportunity Isdom – GTX Plus Pro"}


def test_a_report_just_spoken_of_is_paused(second: Talk) -> None:
    second("leaderboard every weekday at 8:30", "priya")
    assert second("pause it", "priya")["skill"] == "schedule"
    assert second("resume it", "priya")["params"]["action"] == "resume"


@pytest.mark.parametrize(
    "words",
    [
        "got a call with calloway in 10 min, what do i need to know",
        "calloway's next step: what is it?",
        "call with calloway tomorrow",
    ],
)
def test_what_is_asked_or_still_to_come_is_not_logged(second: Talk, words: str) -> None:
    assert second(words)["changes"] == []


def test_what_was_done_and_what_comes_next_are_kept_together(second: Talk) -> None:
    reply = second("called old mill: 20 min, they like it, next step send offer by friday")
    assert reply["skill"] == "log"
    assert _new(reply) == {
        "duration_minutes": 20,
        "note": "they like it",
        "next_step": "send offer",
        "next_step_due": "2026-11-27",
    }


@pytest.mark.parametrize("words", ["move everything to december", "push all my deals two weeks", "把所有商机推迟一周"])
def test_everything_is_not_the_one_just_spoken_of(second: Talk, words: str) -> None:
    second("how is calloway doing")
    assert second(words)["changes"] == []


def test_a_deal_that_is_still_where_it_was_is_no_question_about_a_stage(second: Talk) -> None:
    assert second("calloway still in negotiation")["skill"] == "update"
