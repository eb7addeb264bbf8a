"""What is owed, to whom, and what it says."""

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from scheduler.reports import Outcome
from skills.answer import Answer, Table
from skills.contract import SkillContext
from skills.text import text
from store.change_log import RecordKind, list_entries
from store.channels import set_channel, set_channel_members
from store.models import AuditEvent, OutboxMessage, Person, ReportSchedule, ScheduleStatus
from store.models import Delivery as State
from store.outbox import add_message, get_last_kept
from tests.scheduler.conftest import Desk, answer_of, english, utc, words_of
from tests.skills.company import day

SALES = {"channel": "C1SALES", "channel_name": "#sales"}


def fail(context: SkillContext, params: object) -> object:
    raise RuntimeError("a secret that nobody reads in Slack")


def lock(context: SkillContext, params: object) -> object:
    raise OperationalError("select", {}, Exception("database is locked"))


def set_skill(desk: Desk, name: str, **more: Any) -> None:
    skills: Any = desk.assistant.skills
    skills[name] = replace(skills[name], **more)


def set_person(desk: Desk, name: str, **values: Any) -> None:
    with desk.company.database.writing() as session:
        person = session.get_one(Person, desk.company.people[name])
        for field, value in values.items():
            setattr(person, field, value)
        session.add(person)


def see_channel(desk: Desk, *names: str, strangers: int = 0, at: str = "2026-11-18T13:00") -> None:
    with desk.company.database.writing() as session:
        people = [desk.company.people[name] for name in names]
        set_channel_members(session, "C1SALES", "sales", people, strangers=strangers, now=utc(at))


def test_a_due_report_stands_in_the_outbox_under_its_key(desk: Desk) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    settled = desk.settle(number, "2026-11-18T13:30:02")
    (message,) = desk.outbox()
    assert settled.outcome is Outcome.ENQUEUED
    assert message.key == settled.key == f"schedule:{number}:2026-11-18:person:{desk.company.people['Dana']}"
    assert (message.channel, message.person_id) == ("", desk.company.people["Dana"])
    assert message.due_at == message.not_before == utc("2026-11-18T13:30")
    assert "Scheduled by Dana Whitfield, every day at 08:30." in words_of(message)
    assert "sent late" not in words_of(message)
    assert desk.schedule(number).covered_until == utc("2026-11-18T13:30:02")


def test_nothing_is_sent_before_its_time(desk: Desk) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    assert desk.settle(number, "2026-11-18T13:29:59").outcome is Outcome.NOTHING_DUE
    assert desk.outbox() == []
    assert desk.schedule(number).covered_until == utc("2026-11-17T15:00")


def test_looking_again_and_again_sends_once(desk: Desk) -> None:
    number = desk.add_schedule()
    outcomes = [desk.settle(number, f"2026-11-18T13:30:{second:02}").outcome for second in range(5)]
    assert outcomes == [Outcome.ENQUEUED, *[Outcome.NOTHING_DUE] * 4]
    assert len(desk.outbox()) == 1


def test_a_report_to_a_channel_is_keyed_by_the_channel(desk: Desk) -> None:
    number = desk.add_schedule(**SALES)
    desk.settle(number, "2026-11-18T13:30")
    (message,) = desk.outbox()
    assert message.key == f"schedule:{number}:2026-11-18:C1SALES"
    assert (message.channel, message.person_id) == ("C1SALES", desk.company.people["Dana"])
    assert not any("Pause" in english(action.label) for action in answer_of(message).actions)


def test_a_missed_report_is_sent_late_and_says_so(desk: Desk) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    desk.settle(number, "2026-11-18T15:12")
    assert "Due 08:30, sent late at 10:12 because I was not running." in words_of(desk.outbox()[0])


def test_a_report_missed_before_midnight_names_the_days(desk: Desk) -> None:
    number = desk.add_schedule(at="22:00", covered_until=utc("2026-11-17T15:00"))
    desk.settle(number, "2026-11-18T06:30")
    assert "Due Tue 17 Nov 2026, 22:00, sent late at Wed 18 Nov 2026, 01:30 because I was not running." in words_of(
        desk.outbox()[0]
    )


def test_a_report_older_than_the_grace_is_let_go_and_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    with caplog.at_level(logging.WARNING):
        assert desk.settle(number, "2026-11-18T19:30:01").outcome is Outcome.LET_GO
    assert desk.outbox() == []
    assert desk.schedule(number).covered_until == utc("2026-11-18T19:30:01")
    assert f"Report {number}" in caplog.text
    assert "let go" in caplog.text
    assert desk.settle(number, "2026-11-19T13:30").outcome is Outcome.ENQUEUED


def test_at_the_very_end_of_the_grace_it_is_still_sent(desk: Desk) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    assert desk.settle(number, "2026-11-18T19:30").outcome is Outcome.ENQUEUED


def test_of_several_missed_ones_only_the_newest_is_sent(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-11T15:00"))
    with caplog.at_level(logging.WARNING):
        desk.settle(number, "2026-11-18T14:00")
    (message,) = desk.outbox()
    assert message.key.startswith(f"schedule:{number}:2026-11-18:")
    assert caplog.text.count("let go") == 6


def test_what_was_due_before_it_was_confirmed_or_resumed_is_owed_to_nobody(desk: Desk) -> None:
    from store import change_log
    from store.change_log import Author, FieldChange, RecordChange
    from store.models import Source

    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"), status=ScheduleStatus.PAUSED)
    assert desk.settle(number, "2026-11-18T13:31").outcome is Outcome.NOTHING_DUE
    with desk.company.database.writing() as session:
        resumed = FieldChange(field="status", old="paused", new="active")
        record = RecordChange(kind=RecordKind.SCHEDULE, id=number, version=1, label="leaderboard", fields=(resumed,))
        change_log.apply(session, [record], Author(None, Source.BUTTON, utc("2026-11-18T14:00")))
    assert desk.settle(number, "2026-11-18T14:01").outcome is Outcome.NOTHING_DUE
    assert desk.settle(number, "2026-11-19T13:30").outcome is Outcome.ENQUEUED
    assert [message.key.split(":")[2] for message in desk.outbox()] == ["2026-11-19"]


def test_a_message_that_is_owed_already_is_not_owed_twice(desk: Desk) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    key = f"schedule:{number}:2026-11-18:person:{desk.company.people['Dana']}"
    with desk.company.database.writing() as session:
        add_message(session, key, answer="{}", due_at=utc("2026-11-18T13:30"))
    desk.settle(number, "2026-11-18T13:31")
    assert [message.answer for message in desk.outbox()] == ["{}"]
    assert desk.schedule(number).covered_until == utc("2026-11-18T13:31")


def test_somebody_who_settles_it_meanwhile_wins(desk: Desk) -> None:
    """A second process, or a pause, between the making and the writing."""
    number = desk.add_schedule()
    real = desk.assistant.skills["leaderboard"].run

    def slow(context: SkillContext, params: object) -> object:
        with desk.company.database.writing() as session:
            row = session.get_one(ReportSchedule, number)
            row.covered_until = desk.now
            session.add(row)
        return real(context, params)

    set_skill(desk, "leaderboard", run=slow)
    assert desk.settle(number, "2026-11-18T13:30").outcome is Outcome.SETTLED_ELSEWHERE
    assert desk.outbox() == []


def test_it_is_made_as_its_owner_by_the_schedule(desk: Desk) -> None:
    desk.settle(desk.add_schedule("Eva", zone="Europe/Berlin"), "2026-11-18T07:30")
    with desk.company.database.session() as session:
        (event,) = session.exec(select(AuditEvent)).all()
    assert (event.actor_id, event.source, event.skill) == (desk.company.people["Eva"], "schedule", "leaderboard")


# --- what a channel may see


def open_rows(desk: Desk) -> int:
    """How many opportunities' figures the posted pipeline shows."""
    (message,) = [message for message in desk.outbox() if message.channel]
    tables = [block for block in answer_of(message).blocks if isinstance(block, Table)]
    return sum(len(table.rows) for table in tables)


@pytest.mark.parametrize("sharing_with", ["nobody knows who is there", "a stranger reads along", "seen long ago"])
def test_rows_of_single_people_never_reach_a_channel_whose_readers_are_unknown(desk: Desk, sharing_with: str) -> None:
    desk.company.open("Dana", "40000", "Pilot", close=day(12, 1), name="Secret deal")
    if sharing_with == "a stranger reads along":
        see_channel(desk, "Dana", strangers=1)
    if sharing_with == "seen long ago":
        see_channel(desk, "Dana", at="2026-11-16T13:00")
    number = desk.add_schedule("Dana", skill="pipeline", **SALES)
    desk.settle(number, "2026-11-18T13:30")
    assert all("40000" not in message.answer and "4000000" not in message.answer for message in desk.outbox())
    assert all("Secret deal" not in message.answer for message in desk.outbox())


def test_a_channel_of_the_owners_team_sees_what_all_of_it_may_read(desk: Desk) -> None:
    desk.company.open("Dana", "40000", "Pilot", close=day(12, 1), name="Team deal")
    see_channel(desk, "Dana", "Sam", "Mara")
    desk.settle(desk.add_schedule("Dana", skill="pipeline", **SALES), "2026-11-18T13:30")
    assert open_rows(desk) > 0


def test_one_reader_who_may_not_see_it_hides_it_from_all(desk: Desk) -> None:
    desk.company.open("Dana", "40000", "Pilot", close=day(12, 1), name="Team deal")
    see_channel(desk, "Dana", "Sam", "Eva")
    desk.settle(desk.add_schedule("Dana", skill="pipeline", **SALES), "2026-11-18T13:30")
    assert all("4000000" not in message.answer for message in desk.outbox())


def test_somebody_who_left_hides_it_too(desk: Desk) -> None:
    desk.company.open("Dana", "40000", "Pilot", close=day(12, 1))
    see_channel(desk, "Dana", "Lee")
    desk.settle(desk.add_schedule("Dana", skill="pipeline", **SALES), "2026-11-18T13:30")
    assert all("4000000" not in message.answer for message in desk.outbox())


def test_totals_of_the_company_are_posted_whoever_reads(desk: Desk) -> None:
    desk.company.won("Dana", "12000", day(11, 3))
    desk.settle(desk.add_schedule(skill="leaderboard", **SALES), "2026-11-18T13:30")
    assert "Dana Whitfield" in desk.outbox()[0].answer


def test_a_channel_known_by_name_only_is_looked_up_when_it_is_due(desk: Desk) -> None:
    number = desk.add_schedule(channel="#sales", channel_name="#sales")
    with desk.company.database.writing() as session:
        set_channel(session, "C1SALES", "sales")
    desk.settle(number, "2026-11-18T13:30")
    assert desk.outbox()[0].channel == "C1SALES"


# --- when it cannot be made


def test_a_report_that_is_refused_is_explained_to_its_owner_alone(desk: Desk) -> None:
    number = desk.add_schedule("Dana", skill="pipeline", params='{"owner": "nobody of that name"}', **SALES)
    assert desk.settle(number, "2026-11-18T13:30").outcome is Outcome.EXPLAINED
    (message,) = desk.outbox()
    assert (message.channel, message.person_id) == ("", desk.company.people["Dana"])
    assert words_of(message).startswith("I could not make your report **open pipeline (nobody of that name), every day")
    assert [english(action.label) for action in answer_of(message).actions] == [
        "Pause this report",
        "Delete this report",
    ]


def test_what_is_for_its_owners_eyes_only_is_not_posted(desk: Desk) -> None:
    real = desk.assistant.skills["leaderboard"].present
    assert real is not None
    set_skill(desk, "leaderboard", present=lambda board: real(board).model_copy(update={"private": True}))
    assert desk.settle(desk.add_schedule(**SALES), "2026-11-18T13:30").outcome is Outcome.EXPLAINED
    assert [message.channel for message in desk.outbox()] == [""]


def test_a_fault_is_explained_with_a_number_that_is_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    set_skill(desk, "leaderboard", run=fail)
    assert desk.settle(desk.add_schedule(**SALES), "2026-11-18T13:30").outcome is Outcome.EXPLAINED
    (message,) = desk.outbox()
    assert message.channel == ""
    assert "secret" not in message.answer
    number = words_of(message).rsplit("under ", 1)[1].rstrip(".")
    assert number in caplog.text


def test_what_the_database_could_not_do_is_owed_still(desk: Desk) -> None:
    real = desk.assistant.skills["leaderboard"].run
    number = desk.add_schedule()
    set_skill(desk, "leaderboard", run=lock)
    with pytest.raises(OperationalError):
        desk.settle(number, "2026-11-18T13:30")
    assert desk.outbox() == []
    set_skill(desk, "leaderboard", run=real)
    assert desk.settle(number, "2026-11-18T13:32").outcome is Outcome.ENQUEUED


@pytest.mark.parametrize("skill", ["update", "no_such_skill", "help"])
def test_a_schedule_never_runs_what_can_not_be_scheduled(desk: Desk, skill: str) -> None:
    assert desk.settle(desk.add_schedule(skill=skill), "2026-11-18T13:30").outcome is Outcome.EXPLAINED
    assert "can't be scheduled any more" in words_of(desk.outbox()[0])


# --- whose it is


def test_the_report_of_somebody_who_left_is_paused_and_their_manager_told(desk: Desk) -> None:
    number = desk.add_schedule("Lee", **SALES)
    assert desk.settle(number, "2026-11-18T13:30").outcome is Outcome.PAUSED
    (message,) = desk.outbox()
    assert (message.channel, message.person_id) == ("", desk.company.people["Mara"])
    assert words_of(message).startswith("Lee Ortiz is no longer here, so I paused a report of theirs: **leaderboard")
    row = desk.schedule(number)
    assert row.status == ScheduleStatus.PAUSED
    with desk.company.database.session() as session:
        (entry,) = list_entries(session, RecordKind.SCHEDULE, number)
    assert (entry.field, entry.new, entry.source, entry.actor_id) == ("status", '"paused"', "schedule", None)


def test_where_the_manager_has_left_too_the_next_one_above_or_an_administrator_is_told(desk: Desk) -> None:
    set_person(desk, "Mara", active_to=dt.date(2026, 10, 1))
    desk.settle(desk.add_schedule("Lee"), "2026-11-18T13:30")
    assert desk.outbox()[0].person_id == desk.company.people["Vera"]


def test_the_last_day_still_gets_its_report(desk: Desk) -> None:
    set_person(desk, "Dana", active_to=dt.date(2026, 11, 18))
    number = desk.add_schedule()
    assert desk.settle(number, "2026-11-18T13:30").outcome is Outcome.ENQUEUED
    assert desk.settle(number, "2026-11-19T13:30").outcome is Outcome.PAUSED


def test_an_owner_who_lost_the_right_is_told_and_the_report_paused(desk: Desk) -> None:
    from store.models import Role

    set_skill(desk, "leaderboard", needs=Role.MANAGER)
    number = desk.add_schedule("Dana", **SALES)
    assert desk.settle(number, "2026-11-18T13:30").outcome is Outcome.PAUSED
    (message,) = desk.outbox()
    assert message.person_id == desk.company.people["Dana"]
    assert "only a manager can have it now" in words_of(message)
    assert desk.schedule(number).status == ScheduleStatus.PAUSED


@pytest.mark.parametrize("status", [ScheduleStatus.PAUSED, ScheduleStatus.DELETED])
def test_paused_and_deleted_schedules_send_nothing(desk: Desk, status: str) -> None:
    assert desk.settle(desk.add_schedule(status=status), "2026-11-18T13:30").outcome is Outcome.NOTHING_DUE
    assert desk.outbox() == []


def test_a_report_in_a_direct_message_can_be_paused_right_there(desk: Desk) -> None:
    number = desk.add_schedule()
    desk.settle(number, "2026-11-18T13:30")
    invocations = [action.invocation for action in answer_of(desk.outbox()[0]).actions if action.invocation]
    assert {"action": "pause", "which": f"schedule:{number}"} in [invocation.params for invocation in invocations]


def test_what_a_report_keeps_is_there_for_the_next_one_of_the_same_schedule(desk: Desk) -> None:
    seen: list[str] = []

    def run(context: SkillContext, params: object) -> str:
        seen.append(context.previous)
        return f'{{"made": {len(seen)}}}'

    def present(kept: str) -> Answer:
        return Answer(headline=text("The board"), kept=kept)

    set_skill(desk, "leaderboard", run=run, present=present)
    first = desk.add_schedule(covered_until=utc("2026-11-16T15:00"))
    other = desk.add_schedule("Sam", covered_until=utc("2026-11-16T15:00"))
    desk.settle(first, "2026-11-17T13:30")
    desk.settle(other, "2026-11-17T13:30")
    desk.settle(first, "2026-11-18T13:30")
    assert seen == ["", "", '{"made": 1}']
    assert [message.kept for message in desk.outbox()] == ['{"made": 1}', '{"made": 2}', '{"made": 3}']
    assert all(answer_of(message).kept == "" for message in desk.outbox()), "it is kept once"


def test_a_report_that_was_given_up_is_not_what_the_next_one_compares_itself_with(desk: Desk) -> None:
    with desk.company.database.writing() as session:
        for number, status in ((1, State.SENT), (2, State.FAILED)):
            session.add(
                OutboxMessage(
                    key=str(number),
                    schedule_id=None,
                    answer="{}",
                    kept=f"kept {number}",
                    status=status,
                    due_at=utc(f"2026-11-1{number}T08:00"),
                    not_before=utc("2026-11-11T08:00"),
                )
            )
    schedule = desk.add_schedule()
    with desk.company.database.writing() as session:
        for message in session.exec(select(OutboxMessage)).all():
            message.schedule_id = schedule
            session.add(message)
    with desk.company.database.session() as session:
        assert get_last_kept(session, schedule) == "kept 1"


def test_a_report_brings_what_every_answer_offers(desk: Desk) -> None:
    desk.company.won("Dana", "1000", day(11, 3))
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    desk.settle(number, "2026-11-18T13:30")
    offered = {english(action.label): action.tucked for action in answer_of(desk.outbox()[0]).actions}
    assert offered["As CSV"]
    assert "Send me this regularly" not in offered, "its owner has it already"
    assert not offered["Pause this report"]
