"""Real processes that are killed with SIGKILL, wherever they are: nothing is lost, nothing is sent twice."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from store.engine import utc_now
from store.models import AuditEvent, Delivery, OutboxMessage, ReportSchedule
from tests.scheduler.conftest import Desk, utc

ROOT = Path(__file__).parents[2]
SCHEDULES = 60
LONG_ENOUGH = 120.0
"""Seconds after which a process counts as stuck; it is awaited, not slept for."""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAYMAKER_", "SLACK_"))}
    return kept | {"PLAYMAKER_HOME": str(home), "PYTHONPATH": str(ROOT), "PLAYMAKER_SCHEDULE_REFRESH_SECONDS": "0.05"}


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    """In its own directory, so that no `.env` of this checkout is read."""
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler", *words],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=LONG_ENOUGH)
    assert process.returncode == 0, err
    return out


def kill_after_audits(process: subprocess.Popen[str], desk: Desk, count: int) -> int:
    """SIGKILL once `count` more reports were begun: in the middle of making or of writing one. How many there are."""
    begun = count_audits(desk)
    while process.poll() is None and count_audits(desk) < begun + count:
        os.sched_yield()
    process.kill()
    process.communicate(timeout=LONG_ENOUGH)
    return count_audits(desk) - begun


def count_audits(desk: Desk) -> int:
    with desk.company.database.session() as session:
        return len(session.exec(select(AuditEvent.id)).all())


def keys(desk: Desk) -> list[str]:
    return sorted(message.key for message in desk.outbox())


def expected(desk: Desk, numbers: list[int], day: dt.date) -> list[str]:
    with desk.company.database.session() as session:
        rows = [session.get_one(ReportSchedule, number) for number in numbers]
        return sorted(f"schedule:{row.id}:{day.isoformat()}:person:{row.owner_id}" for row in rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_run_is_completed_by_the_next_with_every_report_once(desk: Desk, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    owners = ["Dana", "Sam", "Mara", "Eva", "Yuki", "Vera"]
    made = utc("2026-11-17T15:00")
    numbers = [desk.add_schedule(dice.choice(owners), covered_until=made) for _ in range(SCHEDULES)]
    killed = 0
    for _ in range(4):
        process = start(tmp_path, "--once", "--at", "2026-11-18T13:31:00Z")
        kill_after_audits(process, desk, dice.randint(1, 12))
        killed += process.returncode == -signal.SIGKILL
        assert len(keys(desk)) == len(set(keys(desk)))
        assert set(keys(desk)) <= set(expected(desk, numbers, dt.date(2026, 11, 18)))
    assert killed >= 2, "the processes must really have been killed at work"
    assert len(desk.outbox()) < SCHEDULES, "there must be something left to complete"
    finish(start(tmp_path, "--once", "--at", "2026-11-18T13:32:00Z"))
    assert keys(desk) == expected(desk, numbers, dt.date(2026, 11, 18))
    covered = {desk.schedule(number).covered_until for number in numbers}
    assert min(covered) >= utc("2026-11-18T13:30")


def test_the_running_process_is_killed_and_started_again_with_every_report_once(desk: Desk, tmp_path: Path) -> None:
    """Several workers at once, in the process as it runs in production."""
    due = (utc_now() - dt.timedelta(minutes=3)).replace(second=0, microsecond=0)
    late = {"zone": "UTC", "at": f"{due:%H:%M}", "covered_until": due - dt.timedelta(minutes=1)}
    numbers = [desk.add_schedule(**late) for _ in range(SCHEDULES)]
    dice = random.Random(3)
    for _ in range(3):
        process = start(tmp_path)
        kill_after_audits(process, desk, dice.randint(1, 12))
        assert process.returncode == -signal.SIGKILL
    process = start(tmp_path)
    while process.poll() is None and len(desk.outbox()) < SCHEDULES:
        os.sched_yield()
    process.terminate()
    _, err = process.communicate(timeout=LONG_ENOUGH)
    assert process.returncode == 0, err
    assert "nothing is half done" in err
    assert keys(desk) == expected(desk, numbers, due.date())


def test_two_running_processes_send_every_report_once(desk: Desk, tmp_path: Path) -> None:
    numbers = [desk.add_schedule(covered_until=utc("2026-11-17T15:00")) for _ in range(20)]
    both = [start(tmp_path, "--once", "--at", "2026-11-18T13:31:00Z") for _ in range(2)]
    said = [finish(process) for process in both]
    assert keys(desk) == expected(desk, numbers, dt.date(2026, 11, 18))
    assert sum(text.count("\nenqueued: ") + text.startswith("enqueued: ") for text in said) == len(numbers)


def test_a_report_that_the_bot_had_sent_is_not_owed_again_after_a_kill(desk: Desk, tmp_path: Path) -> None:
    number = desk.add_schedule(covered_until=utc("2026-11-17T15:00"))
    finish(start(tmp_path, "--once", "--at", "2026-11-18T13:31:00Z"))
    with desk.company.database.writing() as session:
        (message,) = session.exec(select(OutboxMessage)).all()
        message.status, message.ts = Delivery.SENT, "1.2"
        # As if the process had been killed, and its file system had lost the row of the schedule.
        session.get_one(ReportSchedule, number).covered_until = utc("2026-11-17T15:00")
    finish(start(tmp_path, "--once", "--at", "2026-11-18T13:32:00Z"))
    assert [(message.status, message.ts) for message in desk.outbox()] == [(Delivery.SENT, "1.2")]
