"""When reports are due: the active schedules of the database as jobs of APScheduler.

The rows are the truth and the other process writes them, so they are read again every few seconds. A job is one due
moment of one schedule; when it has run, or its row has changed, the next one is planned.
"""

import datetime as dt
import logging
from threading import Event, Lock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from scheduler.reports import Reports
from scheduler.settings import SchedulerSettings
from skills.arrivals import get_arrivals
from skills.references import Rhythm
from skills.references.rhythms import DAYS
from skills.rhythm import get_next_due
from skills.runner import Clock
from store.engine import Database
from store.models import ReportSchedule
from store.people import get_organisation
from store.schedules import get_active_since, list_active_schedules, list_quiet_hours
from store.scope import Scope
from store.snapshots import add_snapshot, list_missing_days

RETRY_AFTER = dt.timedelta(minutes=1)
"""After a failure of the database, or a fault of ours, a report is tried again this much later."""
MIDNIGHT = Rhythm(DAYS, None, "00:00")
DAY = dt.timedelta(days=1)
DEFAULTS = {
    "coalesce": True,
    "max_instances": 1,
    # However late APScheduler comes to it, the job runs: how late a report may be is decided where the row is known.
    "misfire_grace_time": None,
}

log = logging.getLogger(__name__)

Mark = tuple[object, ...]
"""Everything that the next due moment of a row depends on."""


class Schedules:
    """Runs every report when it is due, and the nightly snapshot. One thread calls `run`; another may `stop` it."""

    def __init__(self, database: Database, reports: Reports, settings: SchedulerSettings, clock: Clock) -> None:
        self._database = database
        self._reports = reports
        self._settings = settings
        self._clock = clock
        self._stopped = Event()
        self._lock = Lock()
        self._planned: dict[int, Mark] = {}
        """Schedules whose next report waits or is being made, and what they looked like when it was planned."""
        self._not_before: dict[int, dt.datetime] = {}
        self._next_snapshot: tuple[str, dt.date] | None = None
        self._jobs = BackgroundScheduler(
            timezone=dt.UTC, executors={"default": ThreadPoolExecutor(settings.report_workers)}, job_defaults=DEFAULTS
        )
        self._jobs.add_listener(self._on_dropped, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED)

    def run(self) -> None:
        """Work until stopped; reports that are being made then are finished first."""
        self._jobs.start()
        try:
            while not self._stopped.is_set():
                try:
                    self.refresh()
                except DBAPIError as error:
                    log.warning("The database does not answer; I keep trying. (%s)", type(error.orig).__name__)
                self._stopped.wait(self._settings.schedule_refresh_seconds)
        finally:
            # Without these two, APScheduler's own thread may still hold due jobs and trip over the stores being closed.
            self._jobs.pause()
            self._jobs.remove_all_jobs()
            self._jobs.shutdown(wait=True)

    def stop(self) -> None:
        self._stopped.set()

    def refresh(self) -> None:
        """Plan what is new, changed or settled; forget what is paused, deleted or gone."""
        now = self._clock()
        with self._database.session() as session:
            rows = {row.id: row for row in list_active_schedules(session, Scope.everybody()) if row.id is not None}
            organisation_zone = get_organisation(session).zone
            quiet = list_quiet_hours(session, Scope.everybody())
            marks = {number: _mark(row, quiet.get(row.owner_id), now) for number, row in rows.items()}
            with self._lock:
                gone = self._planned.keys() - rows.keys()
                changed = [number for number, mark in marks.items() if self._is_unplanned(number, mark, now)]
            next_times = {number: _get_next_time(session, rows[number], now) for number in changed}
        for number in gone:
            self._forget(number)
        for number, moment in next_times.items():
            self._plan(number, marks[number], moment)
        self._plan_snapshot(organisation_zone, now)

    def get_next_times(self) -> dict[int, dt.datetime]:
        """When each planned report is due, by the schedule's id; one that is being made is not in it."""
        return {job.args[0]: job.trigger.run_date for job in self._jobs.get_jobs() if job.func == self._settle}

    # --- reports

    def _is_unplanned(self, number: int, mark: Mark, now: dt.datetime) -> bool:
        return self._planned.get(number) != mark and self._not_before.get(number, now) <= now

    def _plan(self, number: int, mark: Mark, moment: dt.datetime | None) -> None:
        with self._lock:
            self._planned[number] = mark
            self._not_before.pop(number, None)
        if moment is None:
            self._unschedule(number)
            return
        self._jobs.add_job(
            self._settle,
            "date",
            run_date=moment,
            args=(number, mark),
            id=f"schedule:{number}",
            replace_existing=True,
        )

    def _settle(self, number: int, mark: Mark) -> None:
        if self._stopped.is_set():
            return  # What waits for a free worker is still owed when we start again.
        try:
            settled = self._reports.settle(number)
            log.info("Report %s: %s.", number, settled.outcome.value)
        except Exception:  # Whatever it was must not end the planning of this schedule: it is tried again.
            log.exception("Report %s could not be settled; I try again in %s.", number, RETRY_AFTER)
            with self._lock:
                self._not_before[number] = self._clock() + RETRY_AFTER
        with self._lock:
            if self._planned.get(number) == mark:
                del self._planned[number]

    def _forget(self, number: int) -> None:
        with self._lock:
            self._planned.pop(number, None)
            self._not_before.pop(number, None)
        self._unschedule(number)

    def _unschedule(self, number: int) -> None:
        try:
            self._jobs.remove_job(f"schedule:{number}")
        except JobLookupError:
            log.debug("Schedule %s was already on its way.", number)

    def _on_dropped(self, event: JobEvent) -> None:
        """APScheduler did not run a job, because the one before it still runs: plan it anew."""
        kind, _, number = event.job_id.partition(":")
        if kind == "schedule":
            with self._lock:
                self._planned.pop(int(number), None)

    # --- snapshots

    def _plan_snapshot(self, zone: str, now: dt.datetime) -> None:
        """Plan the one of the coming midnight, and make up for those of the nights in which nobody was running."""
        due = get_next_due(MIDNIGHT, ZoneInfo(zone), now)
        if self._next_snapshot == (zone, due.day):
            return
        if self._next_snapshot is None:
            self._jobs.add_job(self._take_missing, args=(due.day - 2 * DAY,), id=f"missing:{due.day}")
        self._next_snapshot = (zone, due.day)
        self._jobs.add_job(
            self._take_snapshot,
            "date",
            run_date=due.moment,
            args=(due.day - DAY,),
            id=f"snapshot:{zone}:{due.day}",
            replace_existing=True,
        )

    def _take_missing(self, until: dt.date) -> None:
        with self._database.session() as session:
            days = list_missing_days(session, until)
        for day in days:
            self._take_snapshot(day)

    def _take_snapshot(self, day: dt.date) -> None:
        with self._database.writing() as session:
            count = add_snapshot(session, day)
        log.info("Snapshot of %s: %s open opportunities.", day, count)


def _mark(row: ReportSchedule, quiet: tuple[str, str, str | None] | None, now: dt.datetime) -> Mark:
    own = (row.version, row.covered_until, row.weekdays, row.month_day, row.at, row.zone, row.asked_at, quiet)
    # Holidays and leave are of other tables: whether they have changed is looked up anew every hour.
    return (*own, now.replace(minute=0, second=0, microsecond=0)) if row.working_days_only else own


def _get_next_time(session: Session, row: ReportSchedule, now: dt.datetime) -> dt.datetime | None:
    """When the row is to be settled next; None where it can't be read, or nothing is due for two months."""
    if row.asked_at is not None:
        return now
    try:
        after = max(row.covered_until, get_active_since(session, row.id or 0) or row.covered_until)
        due = get_arrivals(session, row).get_next(after)
    except (ValueError, ZoneInfoNotFoundError):
        log.exception("Schedule %s can't be read, so its reports are not made.", row.id)
        return None
    return None if due is None else due.moment
