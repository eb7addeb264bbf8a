"""Who may do what, asked through the one door with whatever a button, a form or a stale screen may carry."""

import datetime as dt
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from skills import runner
from skills.answer import Invocation, Status
from skills.contract import Actor, Audience
from skills.runner import Reply, cancel, confirm, get_actor, run_skill
from store import change_log
from store.change_log import RecordKind, list_entries
from store.models import Activity, AuditEvent, Opportunity, PendingChange, Person, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, bullets, headline, notes

STRANGERS = Audience(channel="C1", name="#open", scope=Scope.of(()))


def actor_of(ask: Asking, name: str) -> Actor:
    with ask.company.database.session() as session:
        return get_actor(session, session.get_one(Person, ask.company.people[name]))


def set_person(ask: Asking, name: str, **values: object) -> None:
    with ask.company.database.writing() as session:
        person = session.get_one(Person, ask.company.people[name])
        for field, value in values.items():
            setattr(person, field, value)


def opportunity(ask: Asking, number: int) -> Opportunity:
    with ask.company.database.session() as session:
        return session.get_one(Opportunity, number)


def undo_of(reply: Reply) -> Invocation:
    return next(a.invocation for a in reply.answer.actions if a.invocation and a.invocation.skill == "undo")


def token_of(reply: Reply) -> str:
    return next(action.token for action in reply.answer.actions if action.kind == "confirm")


def press(ask: Asking, who: str, invocation: Invocation, source: Source = Source.BUTTON) -> Reply:
    return run_skill(ask.assistant, invocation, actor_of(ask, who), Audience(), source)


@pytest.mark.parametrize(
    ("skill", "params"),
    [
        ("opportunity", {"opportunity": "{it}"}),
        ("prep", {"about": "{it}"}),
        ("objection", {"objection": "too expensive", "opportunity": "{it}"}),
        ("update", {"opportunity": "{it}", "stage": "Proposal"}),
        ("update", {"opportunity": "{it}", "owner": "me"}),
        ("log", {"kind": "call", "about": "{it}", "note": "hello"}),
        ("pipeline", {"owner": "person:{eva}"}),
        ("quota", {"owner": "person:{eva}"}),
        ("booked", {"owner": "person:{eva}"}),
        ("pipeline", {"team": "Beta"}),
        ("schedule", {"report": "pipeline", "when": "daily at 9:00", "report_params": {"owner": "person:{eva}"}}),
        ("create", {"account": "Acme", "owner": "person:{eva}"}),
    ],
)
def test_another_team_s_records_are_closed_whatever_the_request_carries(
    ask: Asking, skill: str, params: dict[str, object]
) -> None:
    its = ask.company.open("Eva", "90000 EUR", account="Lakeshore Foods", name="Secret Watch", next_step="Secret step")
    names = {"it": f"opportunity:{its}", "eva": ask.company.people["Eva"]}

    def filled(given: object) -> object:
        if isinstance(given, dict):
            return {name: filled(value) for name, value in given.items()}
        return str(given).format(**names)

    before = opportunity(ask, its)
    reply = press(ask, "Dana", Invocation(skill=skill, params=filled(params)))
    assert reply.answer.status is Status.REFUSED, headline(reply)
    assert "Secret" not in reply.answer.model_dump_json()
    assert opportunity(ask, its) == before
    with ask.company.database.session() as session:
        assert session.exec(select(Activity)).all() == []


@pytest.mark.parametrize(
    "params",
    [
        {"opportunity": 1},
        {"opportunity": ["opportunity:1"]},
        {"opportunity": {"id": 1}},
        {"opportunity": None},
        {"opportunity": "opportunity:1", "amount": 5.5},
        {"opportunity": "opportunity:1", "version": 7},
        {"opportunity": "opportunity:" + "9" * 40},
        {"opportunity": "opportunity:²"},
        {"opportunity": ""},
        {"opportunity": "x" * 20_000},
        {},
    ],
)
def test_parameters_of_a_wrong_kind_are_asked_about(ask: Asking, params: dict[str, object]) -> None:
    ask.company.open("Dana", "40000")
    reply = press(ask, "Dana", Invocation(skill="update", params=params))
    assert reply.answer.status in (Status.CLARIFY, Status.REFUSED)


@pytest.mark.parametrize("skill", ["prep", "opportunity"])
def test_a_channel_with_strangers_is_not_shown_the_asker_s_records(ask: Asking, skill: str) -> None:
    number = ask.company.open("Dana", "40000", name="Acme Watch", next_step="Send the contract")
    name = "about" if skill == "prep" else "opportunity"
    reply = ask("Dana", skill, audience=STRANGERS, **{name: f"opportunity:{number}"})
    assert reply.answer.status is Status.REFUSED
    assert reply.answer.private
    assert "Send the contract" not in reply.answer.model_dump_json()


def test_a_channel_with_strangers_is_not_shown_what_was_done_at_a_customer(ask: Asking) -> None:
    company = ask.company
    company.add(
        Activity(
            kind="call",
            note="They have no money",
            occurred_at=NOW,
            person_id=company.people["Dana"],
            account_id=company.accounts["Acme"],
        )
    )
    assert bullets(ask("Dana", "prep", about="account:1"), "Last time")
    shown = ask("Dana", "prep", about="account:1", audience=STRANGERS)
    assert "no money" not in shown.answer.model_dump_json()


def test_a_channel_of_which_nothing_is_known_is_shown_nobody_s_records(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", name="Acme Watch")
    reply = ask("Dana", "opportunity", audience=Audience(channel="C1"), opportunity=f"opportunity:{number}")
    assert reply.answer.status is Status.REFUSED


def test_what_changes_nothing_names_the_record_to_the_asker_alone(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot", name="Acme Watch")
    reply = ask("Dana", "update", audience=STRANGERS, opportunity=f"opportunity:{number}", stage="Pilot")
    assert "Acme Watch" in headline(reply)
    assert reply.answer.private


# --- taking back


def test_somebody_who_may_no_longer_write_a_record_takes_nothing_back_there(ask: Asking) -> None:
    number = ask.company.open("Sam", "40000", "Pilot")
    asked = ask("Mara", "update", opportunity=f"opportunity:{number}", stage="Proposal")
    done = confirm(ask.assistant, token_of(asked), actor_of(ask, "Mara"), Audience(), Source.BUTTON)
    set_person(ask, "Mara", role="rep")
    undone = press(ask, "Mara", undo_of(done))
    assert undone.answer.status is Status.REFUSED
    assert opportunity(ask, number).stage_id == ask.company.stages["Proposal"]


def test_a_manager_is_asked_before_a_rep_s_change_is_taken_back(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    done = ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Proposal")
    asked = press(ask, "Mara", undo_of(done))
    assert asked.answer.status is Status.CONFIRM
    assert "It belongs to Dana Whitfield." in notes(asked)
    confirm(ask.assistant, token_of(asked), actor_of(ask, "Mara"), Audience(), Source.BUTTON)
    assert opportunity(ask, number).stage_id == ask.company.stages["Pilot"]


def test_a_manager_can_take_back_what_a_rep_has_created(ask: Asking) -> None:
    asked = ask("Dana", "create", account="Acme", amount="1000")
    done = confirm(ask.assistant, token_of(asked), actor_of(ask, "Dana"), Audience(), Source.BUTTON)
    assert done.answer.subject is not None
    again = press(ask, "Mara", undo_of(done))
    assert again.answer.status is Status.CONFIRM
    confirm(ask.assistant, token_of(again), actor_of(ask, "Mara"), Audience(), Source.BUTTON)
    with ask.company.database.session() as session:
        assert session.get(Opportunity, done.answer.subject.id) is None


def test_one_s_own_change_is_taken_back_at_once(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    done = ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Proposal")
    assert press(ask, "Dana", undo_of(done)).answer.status is Status.DONE
    logged = ask("Dana", "log", kind="call", about=f"opportunity:{number}", note="hello", next_step="Call again")
    assert press(ask, "Dana", undo_of(logged)).answer.status is Status.DONE
    with ask.company.database.session() as session:
        assert session.exec(select(Activity)).all() == []


def test_what_a_model_wants_taken_back_is_asked_about(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Proposal")
    assert press(ask, "Dana", Invocation(skill="undo"), Source.MODEL).answer.status is Status.CONFIRM
    assert opportunity(ask, number).stage_id == ask.company.stages["Proposal"]


# --- questions and their tokens


def test_a_question_is_answered_by_the_one_who_was_asked(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    asked = ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Won")
    for who in ("Sam", "Mara", "Vera"):
        theirs = confirm(ask.assistant, token_of(asked), actor_of(ask, who), Audience(), Source.BUTTON)
        assert theirs.answer.status is Status.REFUSED
        assert cancel(ask.assistant, token_of(asked), actor_of(ask, who)).answer.status is Status.REFUSED
    assert opportunity(ask, number).status == "open"
    done = confirm(ask.assistant, token_of(asked), actor_of(ask, "Dana"), Audience(), Source.BUTTON)
    assert done.answer.status is Status.DONE


def test_rights_lost_since_the_question_count(ask: Asking) -> None:
    number = ask.company.open("Sam", "40000", "Pilot")
    asked = ask("Mara", "update", opportunity=f"opportunity:{number}", stage="Won")
    set_person(ask, "Mara", role="rep")
    assert (
        confirm(ask.assistant, token_of(asked), actor_of(ask, "Mara"), Audience(), Source.BUTTON).answer.status
        is Status.REFUSED
    )
    assert opportunity(ask, number).status == "open"


def test_a_yes_that_could_not_be_written_can_be_said_again(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    asked = ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Won")
    dana = actor_of(ask, "Dana")

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(change_log, "apply", locked)
        with pytest.raises(OperationalError):
            confirm(ask.assistant, token_of(asked), dana, Audience(), Source.BUTTON)
    assert opportunity(ask, number).status == "open"
    assert confirm(ask.assistant, token_of(asked), dana, Audience(), Source.BUTTON).answer.status is Status.DONE
    assert opportunity(ask, number).status == "won"


def test_two_yeses_at_once_write_once(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    asked = ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Won")
    dana, barrier, replies = actor_of(ask, "Dana"), Barrier(4), []

    def say_yes() -> None:
        barrier.wait()
        replies.append(confirm(ask.assistant, token_of(asked), dana, Audience(), Source.BUTTON))

    threads = [Thread(target=say_yes) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.answer.status for reply in replies) == [Status.DONE, *[Status.REFUSED] * 3]
    with ask.company.database.session() as session:
        changes = {entry.change_id for entry in list_entries(session, RecordKind.OPPORTUNITY, number)}
    assert len(changes) == 1


def test_a_change_that_is_written_is_told_even_where_its_audit_is_not(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")

    def locked(**_: object) -> AuditEvent:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(runner, "AuditEvent", locked)
    done = ask("Dana", "update", opportunity=f"opportunity:{number}", stage="Proposal")
    assert done.answer.status is Status.DONE
    assert opportunity(ask, number).stage_id == ask.company.stages["Proposal"]


def test_what_people_said_stays_out_of_the_audit_and_of_errors(ask: Asking) -> None:
    number = ask.company.open("Dana", "40000", "Pilot")
    ask("Dana", "log", kind="call", about=f"opportunity:{number}", note="They are broke")
    with ask.company.database.session() as session:
        kept = [event.params for event in session.exec(select(AuditEvent)).all()]
    assert not any("broke" in params for params in kept)
    with pytest.raises(Exception, match=r"hidden") as raised, ask.company.database.writing() as session:
        session.add(PendingChange(token="secret-token", person_id=10**6, skill="", change="", created_at=NOW,
                                  expires_at=NOW))  # fmt: skip
    assert "secret-token" not in str(raised.value)


# --- days


@pytest.fixture
def late(ask: Asking) -> Asking:
    """18 November, half past eleven at night in New York: 19 November in UTC."""
    at = dt.datetime(2026, 11, 19, 4, 30, tzinfo=dt.UTC)
    return Asking(ask.company, replace(ask.assistant, clock=lambda: at))


def test_today_is_the_organisation_s_day_until_its_midnight(late: Asking) -> None:
    number = late.company.open("Dana", "40000", "Pilot", name="Acme Watch")
    asked = late("Dana", "update", opportunity=f"opportunity:{number}", stage="Won", close_date="today")
    confirm(late.assistant, token_of(asked), actor_of(late, "Dana"), Audience(), Source.BUTTON)
    assert opportunity(late, number).closed_on == dt.date(2026, 11, 18)
    shown = late("Dana", "opportunity", opportunity=f"opportunity:{number}")
    assert not [line for line in bullets(shown, "History") if "recorded" in line]
    late("Dana", "log", kind="call", about=f"opportunity:{number}", note="Signed")


def test_the_last_day_of_somebody_lasts_until_its_midnight(late: Asking) -> None:
    set_person(late, "Dana", active_to=dt.date(2026, 11, 18))
    assert late("Dana", "today").answer.status is Status.ANSWER
    set_person(late, "Dana", active_to=dt.date(2026, 11, 17))
    assert late("Dana", "today").answer.status is Status.REFUSED


def test_what_was_done_in_the_evening_was_done_on_that_day(late: Asking) -> None:
    late("Dana", "log", kind="call", about="account:1", note="Late call")
    (line,) = bullets(late("Dana", "prep", about="account:1"), "Last time")
    assert line.startswith("18 Nov 2026")


def test_a_blank_name_is_no_name(ask: Asking) -> None:
    asked = ask("Dana", "create", account="Acme", name="   ")
    assert asked.answer.status is Status.CONFIRM
    done = confirm(ask.assistant, token_of(asked), actor_of(ask, "Dana"), Audience(), Source.BUTTON)
    assert done.answer.subject is not None
    assert opportunity(ask, done.answer.subject.id).name == "Acme"
