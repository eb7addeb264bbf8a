"""`python -m scheduler`: put every report into the outbox when it is due. The bot delivers what is there."""

import argparse
import datetime as dt
import logging
import signal
import sys
from collections.abc import Sequence
from threading import Event
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from knowledge_base import KnowledgeBase, KnowledgeError, KnowledgeSettings
from scheduler.reports import Outcome, Reports, Settled
from scheduler.schedules import Schedules
from scheduler.settings import SchedulerSettings
from skills.catalog import CATALOG
from skills.language import get_language
from skills.rhythm import described
from skills.runner import Assistant, Clock
from skills.text import render
from store.clock import utc_now
from store.engine import Database
from store.people import get_organisation
from store.schedules import list_active_schedules
from store.scope import Scope
from store.settings import StoreSettings

MIGRATION_WAIT_SECONDS = 1.0


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0 when all went well, 1 when something must be done first, 2 when a report failed."""
    parser = argparse.ArgumentParser(
        prog="python -m scheduler", description="Puts scheduled reports into the outbox when they are due."
    )
    parser.add_argument("--once", action="store_true", help="settle what is due, say what it was, and exit")
    parser.add_argument(
        "--at", metavar="ISO-TIME", help="with --once: as of this moment (organisation's zone unless it has one)"
    )
    options = parser.parse_args(words)
    if options.at and not options.once:
        parser.error("--at needs --once")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for library in ("apscheduler", "alembic"):
        logging.getLogger(library).setLevel(logging.WARNING)
    database = Database(StoreSettings().database)
    try:
        return _once(database, options.at) if options.once else _run(database)
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        logging.getLogger("scheduler").debug("The database failed.", exc_info=error)
        print("The database can't be used. `python -m bot doctor` says what is wrong with it.", file=sys.stderr)
        return 1
    finally:
        database.close()


def _once(database: Database, at: str | None) -> int:
    if not database.is_current():
        print("The database is not ready. Run `python -m store migrate` first.", file=sys.stderr)
        return 1
    try:
        now = _read_moment(database, at) if at else utc_now()
    except ValueError:
        print(
            f"I can't read {at} as a time. Write it like 2026-03-09T08:30 or 2026-03-09T08:30-04:00.", file=sys.stderr
        )
        return 1
    with KnowledgeBase.open(KnowledgeSettings(), lambda: now) as knowledge:
        reports = _reports(database, knowledge, lambda: now)
        with database.session() as session:
            numbers = [row.id for row in list_active_schedules(session, Scope.everybody()) if row.id is not None]
        failed = enqueued = 0
        for number in numbers:
            # What was asked for at once is settled first, and what the rhythm owes after it.
            for _ in range(2):
                try:
                    settled = reports.settle(number)
                except DBAPIError:
                    logging.getLogger("scheduler").exception("Report %s could not be settled.", number)
                    failed += 1
                    break
                enqueued += bool(settled.key)
                _print(settled)
                if settled.outcome is Outcome.NOTHING_DUE:
                    break
    print(f"{enqueued} enqueued of {len(numbers)} active schedules, up to {now.isoformat(timespec='seconds')}.")
    return 2 if failed else 0


def _read_moment(database: Database, at: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(at)
    if moment.tzinfo is None:
        with database.session() as session:
            moment = moment.replace(tzinfo=ZoneInfo(get_organisation(session).zone))
    return moment.astimezone(dt.UTC)


def _print(settled: Settled) -> None:
    schedule, due = settled.schedule, settled.due
    if schedule is None or due is None or settled.outcome is Outcome.NOTHING_DUE:
        return
    when = due.moment.astimezone(ZoneInfo(schedule.zone)).strftime("%Y-%m-%d %H:%M %Z")
    line = f"{settled.outcome.value}: {render(described(schedule), get_language('en'))} (due {when})"
    print(f"{line} as {settled.key}" if settled.key else line, flush=True)


def _run(database: Database) -> int:
    settings = SchedulerSettings()
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    if not _is_ready(database, stopped):
        return 0
    with KnowledgeBase.open(KnowledgeSettings(), utc_now) as knowledge:
        schedules = Schedules(database, _reports(database, knowledge, utc_now), settings, utc_now)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: schedules.stop())
        if stopped.is_set():
            return 0
        logging.getLogger("scheduler").info("Scheduler runs on %s.", database.engine.url.render_as_string())
        schedules.run()
    logging.getLogger("scheduler").info("Scheduler stopped; nothing is half done.")
    return 0


def _is_ready(database: Database, stopped: Event) -> bool:
    """Wait until the tables are there; False when stopped before. The bot migrates, so that only one process does."""
    said = False
    while not database.is_current():
        if not said:
            logging.getLogger("scheduler").info("The database is not migrated yet; I wait for the bot to do it.")
            said = True
        if stopped.wait(MIGRATION_WAIT_SECONDS):
            return False
    return not stopped.is_set()


def _reports(database: Database, knowledge: KnowledgeBase, clock: Clock) -> Reports:
    return Reports(Assistant(database, knowledge, CATALOG, clock), SchedulerSettings().report_grace)


if __name__ == "__main__":
    sys.exit(main())
