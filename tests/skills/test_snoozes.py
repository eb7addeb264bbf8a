"""Warnings that are put off for a while, and the bounds from which on they warn."""

from typing import Any

import pytest

from skills.answer import Status
from store.models import RiskSnooze
from tests.skills.company import (
    NOW,
    TODAY,
    Asking,
    bullets,
    buttons,
    english,
    figure,
    headline,
    rows,
)
from tests.skills.risky import ago, healthy, yes

# --- put off


def test_a_snooze_puts_off_with_its_reason_until_its_day_and_can_be_undone(ask: Asking) -> None:
    healthy(ask.company, "Late", close=ago(1))
    done = ask("Dana", "snooze", opportunity="acme", until="5 dec", reason="they are on holiday")
    assert done.answer.status is Status.DONE
    assert headline(done) == "The warnings about **Late** are put off until 5 Dec 2026."
    reply = ask("Dana", "risks")
    assert (figure(reply, "at_risk"), figure(reply, "snoozed")) == (0, 1)
    assert bullets(reply, "Put off") == ["**Late** until 5 Dec 2026: they are on holiday"]
    assert headline(ask("Dana", "today")).startswith("Nothing needs you today.")
    shown = ask("Dana", "opportunity", opportunity="acme")
    assert bullets(shown, "At risk") == [
        "The close date 17 Nov 2026 has passed. Put off until 5 Dec 2026: they are on holiday"
    ]
    undo = buttons(done)["Undo"]
    assert undo is not None
    assert ask("Dana", undo.skill, **undo.params).answer.status is Status.DONE
    assert figure(ask("Dana", "risks"), "at_risk") == 1


def test_one_warning_can_be_put_off_alone(ask: Asking) -> None:
    healthy(ask.company, "Late", close=ago(1), next_step="")
    ask("Dana", "snooze", opportunity="late", until="5 dec", reason="holiday", rule="overdue")
    (told,) = bullets(ask("Dana", "risks", check="all"), "Worst first")
    assert told.endswith(": There is no next step.")


def test_a_snooze_that_is_over_puts_nothing_off(ask: Asking) -> None:
    deal = healthy(ask.company, "Late", close=ago(1))
    ask.company.add(
        RiskSnooze(opportunity_id=deal, until=TODAY, reason="x", person_id=ask.company.people["Dana"], created_at=NOW)
    )
    assert figure(ask("Dana", "risks"), "at_risk") == 1


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"until": "17 nov 2026", "reason": "x"}, Status.REFUSED),
        ({"until": "5 dec", "reason": "  "}, Status.CLARIFY),
        ({"until": "5 dec"}, Status.CLARIFY),
        ({"until": "someday", "reason": "x"}, Status.CLARIFY),
        ({"until": "5 dec", "reason": "x", "rule": "bad vibes"}, Status.CLARIFY),
    ],
)
def test_a_snooze_needs_a_day_ahead_and_a_reason(ask: Asking, params: dict[str, Any], status: Status) -> None:
    healthy(ask.company)
    assert ask("Dana", "snooze", opportunity="fine", **params).answer.status is status


def test_nobody_puts_off_the_warnings_about_somebody_elses(ask: Asking) -> None:
    deal = healthy(ask.company, "Late", close=ago(1))
    reply = ask("Sam", "snooze", opportunity=f"opportunity:{deal}", until="5 dec", reason="x")
    assert reply.answer.status is Status.REFUSED
    assert ask("Mara", "snooze", opportunity=f"opportunity:{deal}", until="5 dec", reason="x").answer.status in (
        Status.DONE,
        Status.CONFIRM,
    )


# --- bounds


def test_an_administrator_sets_a_bound_for_a_stage_and_takes_it_back(ask: Asking) -> None:
    healthy(ask.company)
    asked = ask("Vera", "threshold", rule="no activity", value="2 days", stage="Discovery")
    assert asked.answer.status is Status.CONFIRM, "it is for everybody"
    confirmed = yes(ask, asked)
    assert english(confirmed.answer.headline) == "“no activity” applies from 2 days on, in Discovery."
    assert figure(ask("Dana", "risks"), "flagged") == 1
    assert ["no activity", "2 days in Discovery, else 14, 10, 7, 5 days below 40%, 60%, 80%, above"] in [
        [row[0], row[3]] for row in rows(ask("Dana", "risks", check="rules"))
    ]
    yes(ask, ask("Vera", "threshold", rule="no activity", value="4 days", stage="Discovery"))
    assert figure(ask("Dana", "risks"), "flagged") == 0
    yes(ask, ask("Vera", "threshold", rule="no activity", value="usual", stage="Discovery"))
    assert ["no activity", "14, 10, 7, 5 days below 40%, 60%, 80%, above"] in [
        [row[0], row[3]] for row in rows(ask("Dana", "risks", check="rules"))
    ]


@pytest.mark.parametrize("who", ["Dana", "Mara"])
def test_only_an_administrator_sets_bounds(ask: Asking, who: str) -> None:
    assert ask(who, "threshold", rule="stalled", value="30").answer.status is Status.REFUSED


@pytest.mark.parametrize(
    ("rule", "value", "status"),
    [
        ("no next step", "3", Status.REFUSED),
        ("amount drop", "120%", Status.REFUSED),
        ("stalled", "a while", Status.CLARIFY),
        ("single thread", "50k EUR", Status.REFUSED),
        ("single thread", "50k", Status.CONFIRM),
        ("stalled", "usual", Status.ANSWER),
    ],
)
def test_a_bound_is_of_its_own_kind(ask: Asking, rule: str, value: str, status: Status) -> None:
    assert ask("Vera", "threshold", rule=rule, value=value).answer.status is status
