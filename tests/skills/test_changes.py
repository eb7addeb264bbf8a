"""Changing things by asking: what is done at once, what is asked first, what is refused, and taking it back."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from skills.answer import Status
from skills.contract import Audience
from skills.runner import Reply, cancel, confirm, get_actor
from store.change_log import RecordKind, list_entries
from store.models import Activity, ChangeEntry, Opportunity, Person, Source
from tests.skills.company import TODAY, Asking, Company, day, english, headline, notes


@pytest.fixture
def renewal(company: Company) -> int:
    return company.open("Dana", "40000", "Pilot", close=day(12, 1), account="Brandt Paper", name="Brandt Paper renewal")


def row(company: Company, opportunity_id: int) -> Opportunity:
    with company.database.session() as session:
        found = session.get(Opportunity, opportunity_id)
        assert found is not None
        return found


def token(reply: Reply) -> str:
    return next(action.token for action in reply.answer.actions if action.kind == "confirm")


def answered(ask: Asking, who: str, reply: Reply, *, yes: bool = True) -> Reply:
    """Click Yes or No under a question, as somebody."""
    with ask.company.database.session() as session:
        person = session.get(Person, ask.company.people[who])
        assert person is not None
        actor = get_actor(session, person)
    if not yes:
        return cancel(ask.assistant, token(reply), actor)
    return confirm(ask.assistant, token(reply), actor, Audience(), Source.BUTTON)


def shown(reply: Reply) -> dict[str, tuple[str | None, str | None]]:
    return {
        change.field: (english(change.old) if change.old else None, english(change.new) if change.new else None)
        for change in reply.changes
    }


# --- what is done at once


@pytest.mark.parametrize(
    ("asked", "field", "old", "new"),
    [
        ({"stage": "Negotiation"}, "stage", "Pilot", "Negotiation"),
        ({"amount": "45k"}, "amount", "$40,000", "$45,000"),
        ({"amount": "$44,250.50"}, "amount", "$40,000", "$44,250.50"),
        ({"close_date": "2026-12-18"}, "close_date", "1 Dec 2026", "18 Dec 2026"),
        ({"next_step": "send the contract"}, "next_step", None, "send the contract"),
        ({"category": "best case"}, "category", "pipeline", "best_case"),
    ],
)
def test_a_small_sure_change_is_made_at_once_with_undo(
    ask: Asking, company: Company, renewal: int, asked: dict[str, Any], field: str, old: str | None, new: str
) -> None:
    reply = ask("Dana", "update", opportunity="brandt", **asked)
    assert reply.answer.status is Status.DONE
    assert shown(reply)[field] == (old, new)
    before = row(company, renewal)
    undo = next(action.invocation for action in reply.answer.actions if english(action.label) == "Undo")
    assert undo is not None
    assert ask("Dana", "undo", **undo.params).answer.status is Status.DONE
    after = row(company, renewal)
    assert after.version == before.version + 1
    assert (after.stage_id, after.amount_minor, after.expected_close, after.next_step, after.category) == (
        company.stages["Pilot"],
        4_000_000,
        day(12, 1),
        "",
        "pipeline",
    )


def test_several_fields_are_one_change(ask: Asking, company: Company, renewal: int) -> None:
    reply = ask("Dana", "update", opportunity="brandt", stage="Proposal", amount="52,000", close_date="2026-12-11")
    assert reply.answer.status is Status.DONE
    assert headline(reply) == "**Brandt Paper renewal**: stage, amount and close date."
    assert ask("Dana", "undo").answer.status is Status.DONE
    assert row(company, renewal).amount_minor == 4_000_000


def test_what_is_so_already_is_not_changed_again(ask: Asking, company: Company, renewal: int) -> None:
    reply = ask("Dana", "update", opportunity="brandt", stage="Pilot", amount="40000")
    assert headline(reply) == "**Brandt Paper renewal** is like that already."
    assert row(company, renewal).version == 1


# --- what is asked first


@pytest.mark.parametrize(
    ("who", "asked", "why"),
    [
        ("Dana", {"stage": "Won"}, "It closes the opportunity as won."),
        ("Dana", {"stage": "Lost", "loss_reason": "price"}, "It closes the opportunity as lost."),
        ("Dana", {"amount": "120000"}, "The amount goes from $40,000 to $120,000, 300% of what it was."),
        ("Dana", {"amount": "13000"}, "The amount goes from $40,000 to $13,000, 32.5% of what it was."),
        ("Dana", {"amount": "EUR 45000"}, "The currency changes."),
        ("Dana", {"amount": "+10k"}, "Starting from $40,000"),
        ("Dana", {"amount": "45"}, "$45,000"),
        ("Dana", {"close_date": "Q1"}, "31 Mar 2027"),
        ("Dana", {"close_date": "2026-11-02"}, "2 Nov 2026 is in the past."),
        ("Mara", {"amount": "45k"}, "It belongs to Dana Whitfield."),
        ("Mara", {"owner": "sam"}, "It gets another owner."),
    ],
)
def test_a_risky_change_is_asked_about_and_not_made(
    ask: Asking, company: Company, renewal: int, who: str, asked: dict[str, Any], why: str
) -> None:
    before = row(company, renewal)
    reply = ask(who, "update", opportunity="brandt", **asked)
    assert reply.answer.status is Status.CONFIRM
    assert why in notes(reply)
    assert row(company, renewal) == before
    assert answered(ask, who, reply, yes=False).answer.status is Status.ANSWER
    assert row(company, renewal) == before


def test_a_yes_makes_the_change_once_and_only_for_the_person_asked(ask: Asking, company: Company, renewal: int) -> None:
    reply = ask("Dana", "update", opportunity="brandt", stage="Won")
    assert answered(ask, "Sam", reply).answer.status is Status.REFUSED
    assert row(company, renewal).status == "open"
    done = answered(ask, "Dana", reply)
    assert done.answer.status is Status.DONE
    assert headline(done) == "**Brandt Paper renewal** is won: $40,000."
    won = row(company, renewal)
    assert (won.status, won.closed_on, won.booked_minor, won.category) == ("won", TODAY, 4_000_000, "closed")
    assert answered(ask, "Dana", reply).answer.status is Status.REFUSED
    assert row(company, renewal).version == won.version


def test_a_question_is_too_old_after_a_day(ask: Asking, company: Company, renewal: int) -> None:
    reply = ask("Dana", "update", opportunity="brandt", stage="Won")
    tomorrow = replace(ask.assistant, clock=lambda: ask.assistant.clock() + dt.timedelta(hours=25))
    later = Asking(company, tomorrow)
    assert answered(later, "Dana", reply).answer.status is Status.REFUSED
    assert row(company, renewal).status == "open"


def test_a_newer_edit_by_somebody_else_is_shown_and_kept(ask: Asking, company: Company, renewal: int) -> None:
    question = ask("Dana", "update", opportunity="brandt", stage="Won")
    answered(ask, "Mara", ask("Mara", "update", opportunity="brandt", amount="41k"))
    late = answered(ask, "Dana", question)
    assert late.answer.status is Status.REFUSED
    assert "changed by Mara Lindt in the meantime (amount: $41,000)" in headline(late)
    assert row(company, renewal).status == "open"
    assert row(company, renewal).amount_minor == 4_100_000


def test_undo_does_not_take_back_what_somebody_changed_after(ask: Asking, company: Company, renewal: int) -> None:
    mine = ask("Dana", "update", opportunity="brandt", amount="45k")
    answered(ask, "Mara", ask("Mara", "update", opportunity="brandt", amount="46k"))
    undo = next(action.invocation for action in mine.answer.actions if english(action.label) == "Undo")
    assert undo is not None
    assert ask("Dana", "undo", **undo.params).answer.status is Status.REFUSED
    assert row(company, renewal).amount_minor == 4_600_000


def test_a_change_is_taken_back_only_once(ask: Asking, renewal: int) -> None:
    mine = ask("Dana", "update", opportunity="brandt", amount="45k")
    undo = next(action.invocation for action in mine.answer.actions if english(action.label) == "Undo")
    assert undo is not None
    assert ask("Dana", "undo", **undo.params).answer.status is Status.DONE
    assert headline(ask("Dana", "undo", **undo.params)) == "That was taken back already."


def test_undoing_a_win_restores_everything_that_followed_from_it(ask: Asking, company: Company, renewal: int) -> None:
    before = row(company, renewal)
    answered(ask, "Dana", ask("Dana", "update", opportunity="brandt", stage="Won"))
    assert ask("Dana", "undo").answer.status is Status.DONE
    after = row(company, renewal)
    for name in ("status", "closed_on", "booked_minor", "category", "stage_id", "amount_minor"):
        assert getattr(after, name) == getattr(before, name), name


def test_a_win_in_another_currency_is_booked_at_the_rate_of_its_day(ask: Asking, company: Company) -> None:
    company.rate("EUR", "1.10", day(11, 1))
    company.rate("EUR", "1.20", day(11, 16))
    deal = company.open("Eva", "1000 EUR", "Negotiation", account="Acme", name="Acme line 2")
    answered(ask, "Eva", ask("Eva", "update", opportunity="line 2", stage="Won", close_date="2026-11-10"))
    won = row(company, deal)
    assert (won.closed_on, won.amount_minor, won.booked_minor) == (day(11, 10), 100_000, 110_000)
    answered(ask, "Eva", ask("Eva", "update", opportunity="line 2", amount="1500"))
    assert row(company, deal).booked_minor == 165_000


# --- what is refused, or asked back


def test_lost_needs_a_reason(ask: Asking, company: Company, renewal: int) -> None:
    reply = ask("Dana", "update", opportunity="brandt", stage="Lost")
    assert reply.answer.status is Status.CLARIFY
    assert {choice.invocation.params["opportunity"] for choice in reply.answer.choices} == {"brandt"}
    chosen = reply.answer.choices[0].invocation
    assert ask("Dana", chosen.skill, **chosen.params).answer.status is Status.CONFIRM
    assert row(company, renewal).status == "open"


def test_one_cannot_win_in_the_future(ask: Asking, company: Company, renewal: int) -> None:
    reply = ask("Dana", "update", opportunity="brandt", stage="Won", close_date="2026-12-24")
    assert reply.answer.status is Status.REFUSED
    assert row(company, renewal).version == 1


@pytest.mark.parametrize("who", ["Sam", "Eva", "Ken"])
def test_others_cannot_change_it(ask: Asking, company: Company, renewal: int, who: str) -> None:
    reply = ask(who, "update", opportunity=f"opportunity:{renewal}", amount="45k")
    assert reply.answer.status in (Status.REFUSED, Status.CLARIFY)
    assert row(company, renewal).version == 1


def test_a_leaver_can_do_nothing(ask: Asking, renewal: int) -> None:
    reply = ask("Lee", "update", opportunity="brandt", amount="45k")
    assert headline(reply) == "I don't know you as a member of this sales team."


def test_two_opportunities_with_one_customer_are_asked_about(ask: Asking, company: Company, renewal: int) -> None:
    company.open("Dana", "9000", "Discovery", account="Brandt Paper", name="Brandt Paper sensors")
    reply = ask("Dana", "update", opportunity="brandt", amount="45k")
    assert reply.answer.status is Status.CLARIFY
    assert len(reply.answer.choices) == 2
    chosen = next(c.invocation for c in reply.answer.choices if "renewal" in english(c.label))
    assert ask("Dana", chosen.skill, **chosen.params).answer.status is Status.DONE
    assert row(company, renewal).amount_minor == 4_500_000


# --- the log


def test_every_change_is_in_the_log_with_who_and_why(ask: Asking, company: Company, renewal: int) -> None:
    answered(ask, "Dana", ask("Dana", "update", opportunity="brandt", stage="Lost", loss_reason="too late"))
    with company.database.session() as session:
        entries = list_entries(session, RecordKind.OPPORTUNITY, renewal)
    assert {entry.field for entry in entries} >= {"stage_id", "status", "closed_on", "loss_reason", "category"}
    assert {(entry.actor_id, entry.source, entry.effective_on) for entry in entries} == {
        (company.people["Dana"], Source.BUTTON, TODAY)
    }
    assert len({entry.change_id for entry in entries}) == 1


def test_a_new_opportunity_is_asked_about_then_added_and_can_be_taken_back(ask: Asking, company: Company) -> None:
    reply = ask("Dana", "create", account="lakeshore", product="watch", amount="30k", close_date="2027-01-29")
    assert reply.answer.status is Status.CONFIRM
    done = answered(ask, "Dana", reply)
    assert done.answer.status is Status.DONE
    with company.database.session() as session:
        added = session.exec(select(Opportunity).where(Opportunity.name == "Lakeshore Foods – Watch")).one()
    assert (added.owner_id, added.amount_minor, added.stage_id, added.opened_on) == (
        company.people["Dana"],
        3_000_000,
        company.stages["Discovery"],
        TODAY,
    )
    assert ask("Dana", "undo").answer.status is Status.DONE
    with company.database.session() as session:
        assert session.get(Opportunity, added.id) is None


def test_a_new_opportunity_that_has_activities_is_not_swept_away(ask: Asking, company: Company) -> None:
    done = answered(ask, "Dana", ask("Dana", "create", account="lakeshore", amount="30k"))
    undo = next(action.invocation for action in done.answer.actions if english(action.label) == "Undo")
    assert undo is not None
    assert ask("Dana", "log", kind="call", about="lakeshore").answer.status is Status.DONE
    reply = ask("Dana", "undo", **undo.params)
    assert reply.answer.status is Status.REFUSED
    with company.database.session() as session:
        assert len(session.exec(select(Opportunity).where(Opportunity.name == "Lakeshore Foods")).all()) == 1
        assert len(session.exec(select(Activity)).all()) == 1


def test_a_rep_cannot_add_one_for_somebody_else(ask: Asking, company: Company) -> None:
    assert ask("Dana", "create", account="lakeshore", owner="eva").answer.status is Status.REFUSED


# --- activities


def test_a_call_is_logged_with_its_next_step(ask: Asking, company: Company, renewal: int) -> None:
    said: dict[str, Any] = {
        "kind": "call",
        "note": "wants <3> kits",
        "when": "yesterday",
        "duration": "1.5 h",
        "next_step": "quote",
    }
    reply = ask("Dana", "log", about="brandt", **said)
    assert reply.answer.status is Status.DONE
    assert headline(reply) == "Call logged on **Brandt Paper renewal**."
    with company.database.session() as session:
        (activity,) = session.exec(select(Activity)).all()
    assert (activity.kind, activity.duration_minutes, activity.note) == ("call", 90, "wants <3> kits")
    assert activity.occurred_at.date() == TODAY - dt.timedelta(days=1)
    assert activity.account_id == company.accounts["Brandt Paper"]
    assert row(company, renewal).next_step == "quote"
    assert ask("Dana", "undo").answer.status is Status.DONE
    with company.database.session() as session:
        assert session.exec(select(Activity)).all() == []
    assert row(company, renewal).next_step == ""


def test_a_customer_without_an_opportunity_can_be_called_too(ask: Asking, company: Company) -> None:
    assert ask("Dana", "log", kind="met", about="lakeshore foods").answer.status is Status.DONE
    with company.database.session() as session:
        (activity,) = session.exec(select(Activity)).all()
    assert (activity.account_id, activity.opportunity_id, activity.direction) == (
        company.accounts["Lakeshore Foods"],
        None,
        "both",
    )


def test_an_unknown_kind_is_asked_about(ask: Asking, renewal: int) -> None:
    reply = ask("Dana", "log", kind="pigeon", about="brandt")
    assert reply.answer.status is Status.CLARIFY
    assert len(reply.answer.choices) == 5


def test_tomorrow_cannot_be_logged(ask: Asking, company: Company, renewal: int) -> None:
    assert ask("Dana", "log", kind="call", about="brandt", when="2026-11-20").answer.status is Status.REFUSED
    with company.database.session() as session:
        assert session.exec(select(ChangeEntry).order_by(col(ChangeEntry.id))).all() == []


def test_yesterday_is_the_day_where_whoever_says_it_is(ask: Asking, company: Company) -> None:
    with company.database.writing() as session:
        yuki = session.get(Person, company.people["Yuki"])
        assert yuki is not None
        yuki.zone = "Asia/Tokyo"
        session.add(yuki)
    company.open("Yuki", "100000 JPY", "Pilot", account="Acme", name="Acme Tokyo")
    reply = ask("Yuki", "log", kind="call", about="acme", when="2026-11-16")
    assert shown(reply)["when"] == (None, "16 Nov 2026")


def test_a_new_opportunity_is_in_the_currency_of_its_customer(ask: Asking, company: Company) -> None:
    company.open("Eva", "90000 EUR", "Pilot", account="Lakeshore Foods", name="Lakeshore first")
    reply = ask("Eva", "create", account="lakeshore", amount="30k")
    assert shown(reply)["amount"] == (None, "€30,000")
    assert shown(ask("Eva", "create", account="acme", amount="30k"))["amount"] == (None, "€30,000")
    assert shown(ask("Dana", "create", account="acme", amount="30k"))["amount"] == (None, "$30,000")


def test_one_may_give_ones_own_away_but_not_take_another_ones(ask: Asking, company: Company, renewal: int) -> None:
    assert ask("Sam", "update", opportunity=f"opportunity:{renewal}", owner="me").answer.status is Status.REFUSED
    reply = ask("Dana", "update", opportunity="brandt", owner="sam")
    assert reply.answer.status is Status.CONFIRM
    assert answered(ask, "Dana", reply).answer.status is Status.DONE
    assert row(company, renewal).owner_id == company.people["Sam"]
