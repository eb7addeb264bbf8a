"""One opportunity in full, with its history in words."""

import datetime as dt
from typing import Any

from skills.answer import Status
from skills.contract import Audience
from store.change_log import CREATED, Author, FieldChange, RecordChange, RecordKind, apply
from store.models import Activity, ChangeEntry, Contact, OpportunityContact, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, bullets, buttons, day, facts, figure, headline


def change(ask: Asking, record: int, who: str, at: dt.datetime, *fields: FieldChange, reason: str = "") -> None:
    with ask.company.database.writing() as session:
        apply(
            session,
            [RecordChange(kind=RecordKind.OPPORTUNITY, id=record, label="it", fields=fields)],
            Author(ask.company.people[who], Source.SENTENCE, at),
            reason=reason,
        )


def test_its_fields_are_shown(ask: Asking) -> None:
    ask.company.open(
        "Dana",
        "45000.50",
        "Proposal",
        close=day(11, 1),
        name="Acme retrofit",
        next_step="Send contract",
        next_step_due=day(11, 20),
        competitor="Pulsegrid",
    )
    reply = ask("Dana", "opportunity", opportunity="acme")
    assert headline(reply) == (
        "**Acme retrofit**: Proposal, $45,000.50, expected to close 1 Nov 2026. Owner: Dana Whitfield."
    )
    shown = facts(reply)
    assert shown["Close date"] == "1 Nov 2026 (passed)"
    assert shown["Next step"] == "Send contract, due 20 Nov 2026"
    assert shown["Competitor"] == "Pulsegrid"
    assert str(figure(reply, "amount")) == "45000.5"
    assert reply.answer.subject is not None
    assert reply.answer.subject.kind == "opportunity"


def test_what_is_missing_is_said(ask: Asking) -> None:
    ask.company.open("Dana", None, account=None, name="Nameless")
    reply = ask("Dana", "opportunity", opportunity="nameless")
    assert headline(reply) == "**Nameless**: Discovery, no amount yet, no close date. Owner: Dana Whitfield."
    assert (facts(reply)["Account"], facts(reply)["Amount"], facts(reply)["Next step"]) == ("–", "–", "none")
    assert figure(reply, "amount") is None


def test_a_won_one_shows_when(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(10, 5), name="Acme first order")
    reply = ask("Dana", "opportunity", opportunity="acme first order")
    assert headline(reply) == "**Acme first order**: Won on 5 Oct 2026, $1,000. Owner: Dana Whitfield."


def test_its_history_says_who_changed_what_and_when_the_newest_first(ask: Asking) -> None:
    record = ask.company.open("Dana", "45000", "Pilot", name="Acme retrofit")
    stages = ask.company.stages
    change(
        ask,
        record,
        "Dana",
        dt.datetime(2026, 11, 3, 15, tzinfo=dt.UTC),
        FieldChange(field="stage_id", old=stages["Pilot"], new=stages["Proposal"]),
        FieldChange(field="category", old="pipeline", new="best_case", derived=True),
    )
    change(
        ask,
        record,
        "Mara",
        dt.datetime(2026, 11, 5, 15, tzinfo=dt.UTC),
        FieldChange(field="amount_minor", old=4500000, new=5000000),
        FieldChange(field="expected_close", old=None, new="2026-12-20"),
        FieldChange(field="next_step", old="Call", new=""),
        reason="after the review",
    )
    history = bullets(ask("Dana", "opportunity", opportunity="acme"), "History")
    assert history[0] == (
        "5 Nov 2026  Mara Lindt: amount $45,000 → $50,000, close date 20 Dec 2026, next step removed (was Call) "
        "(after the review)"
    )
    assert history[1].startswith("3 Nov 2026  Dana Whitfield: stage Pilot → Proposal")


def test_imported_history_shows_the_day_on_which_it_happened(ask: Asking) -> None:
    record = ask.company.open("Dana", "45000", "Pilot", name="Acme retrofit")
    entry: dict[str, Any] = {
        "record_kind": "opportunity",
        "record_id": record,
        "source": Source.IMPORT,
        "recorded_at": NOW,
    }
    ask.company.add(
        ChangeEntry(change_id="a", version=1, field=CREATED, new='"x"', effective_on=day(3, 1, 2017), **entry),
        ChangeEntry(
            change_id="a",
            version=1,
            field="stage_id",
            new=str(ask.company.stages["Pilot"]),
            effective_on=day(3, 1, 2017),
            **entry,
        ),
    )
    history = bullets(ask("Dana", "opportunity", opportunity="acme"), "History")
    assert history == ["1 Mar 2017  imported: created, stage Pilot"]


def test_a_change_written_down_later_says_when(ask: Asking) -> None:
    record = ask.company.open("Dana", "45000", "Pilot", name="Acme retrofit")
    ask.company.add(
        ChangeEntry(
            change_id="a",
            record_kind="opportunity",
            record_id=record,
            version=2,
            field="amount_minor",
            old="100",
            new="4500000",
            source=Source.FORM,
            actor_id=ask.company.people["Dana"],
            recorded_at=NOW,
            effective_on=day(11, 1),
        )
    )
    assert bullets(ask("Dana", "opportunity", opportunity="acme"), "History") == [
        "1 Nov 2026  Dana Whitfield: amount $1 → $45,000 [recorded 18 Nov 2026]"
    ]


def test_only_the_latest_changes_are_told_and_the_others_counted(ask: Asking) -> None:
    record = ask.company.open("Dana", "1", "Pilot", name="Acme retrofit")
    for number in range(13):
        at = dt.datetime(2026, 10, 1 + number, 15, tzinfo=dt.UTC)
        change(ask, record, "Dana", at, FieldChange(field="amount_minor", old=number * 100, new=number * 100 + 100))
    history = bullets(ask("Dana", "opportunity", opportunity="acme"), "History")
    assert len(history) == 11
    assert history[0].startswith("13 Oct 2026")
    assert history[-1] == "and 3 earlier changes"


def test_people_with_their_roles_and_the_last_activities(ask: Asking) -> None:
    company = ask.company
    record = company.open("Dana", "1", "Pilot", name="Acme retrofit")
    rosa, _ = company.add(
        Contact(name="Rosa Diaz", title="CFO", account_id=company.accounts["Acme"]),
        Contact(name="Tim Lee", account_id=company.accounts["Acme"]),
    )
    company.add(
        OpportunityContact(opportunity_id=record, contact_id=rosa, role="economic_buyer"),
        OpportunityContact(opportunity_id=record, contact_id=rosa, role="champion"),
        Activity(
            kind="call",
            direction="out",
            occurred_at=NOW,
            outcome="advance",
            note="She  likes\nit",
            person_id=company.people["Sam"],
            contact_id=rosa,
            opportunity_id=record,
        ),
        Activity(
            kind="note", occurred_at=NOW - dt.timedelta(days=2), person_id=company.people["Dana"], opportunity_id=record
        ),
    )
    reply = ask("Dana", "opportunity", opportunity="acme")
    assert bullets(reply, "Contacts") == ["Rosa Diaz (CFO): champion, economic buyer", "Tim Lee: no role yet"]
    assert bullets(reply, "Last activities") == [
        "Wed 18 Nov 2026, 10:00  Sam Osei: call, to them, Rosa Diaz, advance, She likes it",
        "Mon 16 Nov 2026, 10:00  Dana Whitfield: note",
    ]


def test_whoever_may_not_change_it_is_offered_no_edit(ask: Asking) -> None:
    record = ask.company.open("Sam", "1", name="Acme retrofit")
    mine, theirs = ask("Sam", "opportunity", opportunity="acme"), ask("Dana", "opportunity", opportunity="acme")
    assert list(buttons(mine)) == ["Edit", "Prepare a call", "Log a call", "How is this counted?"]
    edit = buttons(mine)["Edit"]
    assert edit is not None
    assert (edit.skill, edit.params) == ("update", {"opportunity": f"opportunity:{record}"})
    assert list(buttons(theirs)) == ["Prepare a call", "How is this counted?"]


def test_somebody_elses_is_not_found_and_in_a_channel_not_shown(ask: Asking) -> None:
    record = ask.company.open("Eva", "1", name="Acme retrofit")
    assert ask("Dana", "opportunity", opportunity=f"opportunity:{record}").answer.status is Status.REFUSED
    sales = Audience("C1", "#sales", Scope.of({ask.company.people["Dana"]}))
    reply = ask("Eva", "opportunity", opportunity=f"opportunity:{record}", audience=sales)
    assert reply.answer.status is Status.REFUSED
    assert not reply.answer.blocks
