"""Rows become jobs, and follow what another process does to the rows."""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import OperationalError

from scheduler.reports import Settled
from scheduler.schedules import RETRY_AFTER, Schedules
from scheduler.settings import SchedulerSettings
from store.clock import utc_now
from store.engine import Database
from store.models import ReportSchedule, ScheduleStatus
from store.snapshots import add_snapshot, count_snapshot
from tests.scheduler.conftest import Desk, utc

SETTINGS = SchedulerSettings(schedule_refresh_seconds=0.02)
SOON_ENOUGH = 20.0
"""Seconds after which a test gives up; it goes on as soon as what it waits for has happened."""


class Watched:
    """The desk's reports, telling when each is settled; `fault` is raised instead."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.fault: Exception | None = None
        self.tries: list[int] = []
        self.settled: list[int] = []
        self.changed = threading.Condition()

    def settle(self, schedule_id: int) -> Settled:
        with self.changed:
            self.tries.append(schedule_id)
            self.changed.notify_all()
        if self.fault is not None:
            raise self.fault
        settled = self._desk.reports.settle(schedule_id)
        with self.changed:
            self.settled.append(schedule_id)
            self.changed.notify_all()
        return settled

    def wait_for(self, count: int, *, tries: bool = False) -> list[int]:
        with self.changed:
            seen = self.tries if tries else self.settled
            assert self.changed.wait_for(lambda: len(seen) >= count, SOON_ENOUGH), f"only {seen} happened"
            return list(seen)


@pytest.fixture
def watched(desk: Desk) -> Watched:
    return Watched(desk)


@pytest.fixture
def planned(desk: Desk, watched: Watched) -> Iterator[Schedules]:
    """Not running: what `refresh` plans stays where it is."""
    schedules = make(desk, watched)
    schedules._jobs.start(paused=True)
    yield schedules
    schedules._jobs.shutdown()


def make(desk: Desk, watched: Watched) -> Schedules:
    return Schedules(desk.company.database, watched, SETTINGS, lambda: desk.now)  # type: ignore[arg-type]


@pytest.fixture
def running(desk: Desk, watched: Watched) -> Iterator[Schedules]:
    """On the wall clock, as in production."""
    desk.now = utc_now()
    schedules = make(desk, watched)
    thread = threading.Thread(target=schedules.run)
    thread.start()
    yield schedules
    schedules.stop()
    thread.join(SOON_ENOUGH)
    assert not thread.is_alive()


def set_row(database: Database, number: int, **values: Any) -> None:
    with database.writing() as session:
        row = session.get_one(ReportSchedule, number)
        for field, value in values.items():
            setattr(row, field, value)
        row.version += 1
        session.add(row)


def test_each_active_schedule_waits_for_its_next_due_moment(desk: Desk, planned: Schedules) -> None:
    morning = desk.add_schedule(covered_until=desk.now)
    berlin = desk.add_schedule("Eva", zone="Europe/Berlin", at="09:00", covered_until=desk.now)
    desk.add_schedule(status=ScheduleStatus.PAUSED)
    planned.refresh()
    assert planned.get_next_times() == {morning: utc("2026-11-19T13:30"), berlin: utc("2026-11-19T08:00")}


def test_what_is_added_changed_paused_and_deleted_is_followed(desk: Desk, planned: Schedules) -> None:
    first = desk.add_schedule(covered_until=desk.now)
    planned.refresh()
    second = desk.add_schedule(at="10:00", covered_until=desk.now)
    set_row(desk.company.database, first, at="07:00")
    planned.refresh()
    assert planned.get_next_times() == {first: utc("2026-11-19T12:00"), second: utc("2026-11-19T15:00")}
    set_row(desk.company.database, first, status=ScheduleStatus.PAUSED)
    set_row(desk.company.database, second, status=ScheduleStatus.DELETED)
    planned.refresh()
    assert planned.get_next_times() == {}
    set_row(desk.company.database, first, status=ScheduleStatus.ACTIVE)
    planned.refresh()
    assert planned.get_next_times() == {first: utc("2026-11-19T12:00")}


def test_an_unchanged_row_is_not_planned_again(desk: Desk, planned: Schedules, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_schedule(covered_until=desk.now)
    planned.refresh()
    monkeypatch.setattr(planned, "_plan", lambda *_: pytest.fail("nothing has changed"))
    planned.refresh()


def test_a_schedule_that_can_not_be_read_keeps_no_other_from_being_planned(
    desk: Desk, planned: Schedules, caplog: pytest.LogCaptureFixture
) -> None:
    desk.add_schedule(zone="Mars/Olympus", covered_until=desk.now)
    desk.add_schedule(at="25:99", covered_until=desk.now)
    fine = desk.add_schedule(covered_until=desk.now)
    planned.refresh()
    assert list(planned.get_next_times()) == [fine]
    assert caplog.text.count("can't be read") == 2


def overdue(desk: Desk) -> dict[str, Any]:
    """A schedule that was due a minute ago on the real clock."""
    due = (utc_now() - dt.timedelta(minutes=1)).replace(second=0, microsecond=0)
    return {"zone": "UTC", "at": f"{due:%H:%M}", "covered_until": due - dt.timedelta(minutes=1)}


def test_what_is_due_when_it_starts_or_appears_later_is_sent_once(
    desk: Desk, watched: Watched, running: Schedules
) -> None:
    first = desk.add_schedule(**overdue(desk))
    assert watched.wait_for(1) == [first]
    second = desk.add_schedule("Eva", **overdue(desk))
    assert watched.wait_for(2) == [first, second]
    assert sorted(message.schedule_id or 0 for message in desk.outbox()) == [first, second]


def test_a_failure_of_the_database_is_tried_again(
    desk: Desk, watched: Watched, running: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.schedules.RETRY_AFTER", dt.timedelta(0))
    watched.fault = OperationalError("insert", {}, Exception("disk I/O error"))
    number = desk.add_schedule(**overdue(desk))
    watched.wait_for(2, tries=True)
    watched.fault = None
    assert watched.wait_for(1) == [number]
    assert len(desk.outbox()) == 1


def test_what_failed_is_left_alone_for_a_while(
    desk: Desk, watched: Watched, planned: Schedules, caplog: pytest.LogCaptureFixture
) -> None:
    watched.fault = OperationalError("insert", {}, Exception("disk I/O error"))
    number = desk.add_schedule(covered_until=desk.now)
    planned.refresh()
    planned._settle(number, planned._planned[number])
    planned.refresh()
    assert number not in planned._planned
    assert "I try again" in caplog.text
    desk.now += RETRY_AFTER
    planned.refresh()
    assert number in planned._planned


def test_stopping_finishes_what_is_being_made(desk: Desk, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.now = utc_now()
    started, go_on = threading.Event(), threading.Event()
    real = desk.reports.settle

    def slow(number: int) -> Settled:
        started.set()
        assert go_on.wait(SOON_ENOUGH)
        return real(number)

    monkeypatch.setattr(desk.reports, "settle", slow)
    desk.add_schedule(**overdue(desk))
    schedules = make(desk, watched)
    thread = threading.Thread(target=schedules.run)
    thread.start()
    assert started.wait(SOON_ENOUGH)
    schedules.stop()
    go_on.set()
    thread.join(SOON_ENOUGH)
    assert not thread.is_alive()
    assert len(desk.outbox()) == 1


def test_the_nights_without_a_snapshot_are_made_up_for_at_the_start(
    desk: Desk, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.now = utc_now()
    today = desk.now.astimezone(ZoneInfo("America/New_York")).date()
    days = [today - dt.timedelta(days=number) for number in (1, 2, 3)]
    desk.company.open("Dana", "40000")
    with desk.company.database.writing() as session:
        add_snapshot(session, today - dt.timedelta(days=4))
    taken: list[dt.date] = []
    all_taken = threading.Event()
    schedules = make(desk, watched)
    real = schedules._take_snapshot

    def take(day: dt.date) -> None:
        real(day)
        taken.append(day)
        if len(taken) == len(days):
            all_taken.set()

    monkeypatch.setattr(schedules, "_take_snapshot", take)
    thread = threading.Thread(target=schedules.run)
    thread.start()
    done = all_taken.wait(SOON_ENOUGH)
    schedules.stop()
    thread.join(SOON_ENOUGH)
    assert done
    assert taken == sorted(days)


def test_a_snapshot_holds_what_was_open_when_the_day_ended(desk: Desk) -> None:
    from store import change_log
    from store.change_log import Author, FieldChange, RecordChange, RecordKind
    from store.models import Opportunity, Snapshot, Source

    stayed = desk.company.open("Dana", "40000", "Pilot")
    moved = desk.company.open("Dana", "50000", "Pilot")
    with desk.company.database.writing() as session:
        for number in (stayed, moved):
            session.get_one(Opportunity, number).created_at = utc("2026-11-01T12:00")
    late = desk.company.open("Dana", "60000", "Pilot")
    with desk.company.database.writing() as session:
        session.get_one(Opportunity, late).created_at = utc("2026-11-18T12:00")
        won = {"status": ("open", "won"), "stage_id": (desk.company.stages["Pilot"], desk.company.stages["Won"])}
        fields = [FieldChange(field=name, old=old, new=new) for name, (old, new) in won.items()]
        fields += [
            FieldChange(field="closed_on", new="2026-11-18"),
            FieldChange(field="amount_minor", old=5_000_000, new=1),
        ]
        record = RecordChange(kind=RecordKind.OPPORTUNITY, id=moved, version=1, label="x", fields=tuple(fields))
        change_log.apply(session, [record], Author(None, Source.COMMAND, utc("2026-11-18T06:00")))
    with desk.company.database.writing() as session:
        assert add_snapshot(session, dt.date(2026, 11, 17)) == 2
        assert add_snapshot(session, dt.date(2026, 11, 17)) == 2, "again is the same"
        row = session.get_one(Snapshot, (dt.date(2026, 11, 17), moved))
        assert (row.stage_id, row.amount_minor) == (desk.company.stages["Pilot"], 5_000_000)
        assert add_snapshot(session, dt.date(2026, 11, 18)) == 2
        assert session.get(Snapshot, (dt.date(2026, 11, 18), moved)) is None
        assert count_snapshot(session, dt.date(2026, 11, 19)) == 0


def test_a_change_after_midnight_is_read_back(desk: Desk) -> None:
    from store import change_log
    from store.change_log import Author, FieldChange, RecordChange, RecordKind
    from store.models import Opportunity, Snapshot, Source

    number = desk.company.open("Dana", "40000", "Pilot")
    with desk.company.database.writing() as session:
        session.get_one(Opportunity, number).created_at = utc("2026-11-01T12:00")
        for version, (hour, old, new) in enumerate(((6, 4_000_000, 4_100_000), (7, 4_100_000, 4_200_000)), 1):
            change = FieldChange(field="amount_minor", old=old, new=new)
            record = RecordChange(kind=RecordKind.OPPORTUNITY, id=number, version=version, label="x", fields=(change,))
            change_log.apply(session, [record], Author(None, Source.COMMAND, utc(f"2026-11-18T{hour:02}:00")))
    for day, amount in ((dt.date(2026, 11, 17), 4_000_000), (dt.date(2026, 11, 18), 4_200_000)):
        with desk.company.database.writing() as session:
            assert add_snapshot(session, day) == 1
            assert session.get_one(Snapshot, (day, number)).amount_minor == amount
