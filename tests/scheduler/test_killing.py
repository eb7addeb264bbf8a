"""Real processes that are killed with SIGKILL, wherever they are: nothing is lost, nothing is sent twice."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from store.clock import utc_now
from store.models import ReportSchedule
from tests.scheduler.conftest import Desk, utc

ROOT = Path(__file__).parents[2]
SCHEDULES = 60
LONG_ENOUGH = 120.0
"""Seconds after which a process counts as stuck; it is awaited, not slept for."""


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    """In its own directory, so that no `.env` of this checkout is read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAYMAKER_", "SLACK_"))}
    own = {"PLAYMAKER_HOME": str(home), "PYTHONPATH": str(ROOT), "PLAYMAKER_SCHEDULE_REFRESH_SECONDS": "0.05"}
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler", *words],
        cwd=home,
        env=kept | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until_enqueued(process: subprocess.Popen[str], count: int) -> int:
    """Wait for the process to say so many times that it enqueued a report; how often it did before its end."""
    assert process.stdout is not None
    seen = 0
    while seen < count and (line := process.stdout.readline()):
        seen += "enqueued" in line
    return seen


def kill_at_work(process: subprocess.Popen[str], dice: random.Random) -> None:
    """SIGKILL after some reports, at a random point in the making or the writing of the next ones."""
    read_until_enqueued(process, dice.randint(1, 10))
    point = time.perf_counter() + dice.random() * 0.03
    while time.perf_counter() < point:
        pass
    process.kill()
    process.communicate(timeout=LONG_ENOUGH)


def finish(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=LONG_ENOUGH)
    assert process.returncode == 0, said
    return said


def keys(desk: Desk) -> list[str]:
    return sorted(message.key for message in desk.outbox())


def expected(desk: Desk, numbers: list[int], day: dt.date) -> list[str]:
    with desk.company.database.session() as session:
        rows = [session.get_one(ReportSchedule, number) for number in numbers]
        return sorted(f"schedule:{row.id}:{day.isoformat()}:person:{row.owner_id}" for row in rows)


def test_a_killed_run_is_completed_by_the_next_with_every_report_once(desk: Desk, tmp_path: Path) -> None:
    dice = random.Random(1)
    owners = ["Dana", "Sam", "Mara", "Eva", "Yuki", "Vera"]
    made = utc("2026-11-17T15:00")
    numbers = [desk.add_schedule(dice.choice(owners), covered_until=made) for _ in range(SCHEDULES)]
    wanted = expected(desk, numbers, dt.date(2026, 11, 18))
    for _ in range(3):
        process = start(tmp_path, "--once", "--at", "2026-11-18T13:31:00Z")
        kill_at_work(process, dice)
        assert process.returncode == -signal.SIGKILL
        assert len(keys(desk)) == len(set(keys(desk)))
        assert set(keys(desk)) < set(wanted), "some are there already, and some are left"
    finish(start(tmp_path, "--once", "--at", "2026-11-18T13:32:00Z"))
    assert keys(desk) == wanted
    assert min(desk.schedule(number).covered_until for number in numbers) >= utc("2026-11-18T13:30")


def test_the_running_process_is_killed_and_started_again_with_every_report_once(desk: Desk, tmp_path: Path) -> None:
    """Several workers at once, in the process as it runs in production."""
    due = (utc_now() - dt.timedelta(minutes=3)).replace(second=0, microsecond=0)
    late: dict[str, Any] = {"zone": "UTC", "at": f"{due:%H:%M}", "covered_until": due - dt.timedelta(minutes=1)}
    numbers = [desk.add_schedule(**late) for _ in range(SCHEDULES)]
    dice = random.Random(2)
    for _ in range(2):
        process = start(tmp_path)
        kill_at_work(process, dice)
        assert process.returncode == -signal.SIGKILL
    left = SCHEDULES - len(desk.outbox())
    process = start(tmp_path)
    read_until_enqueued(process, left)
    process.terminate()
    assert "nothing is half done" in finish(process)
    assert keys(desk) == expected(desk, numbers, due.date())


def test_two_processes_at_the_same_time_send_every_report_once(desk: Desk, tmp_path: Path) -> None:
    numbers = [desk.add_schedule(covered_until=utc("2026-11-17T15:00")) for _ in range(20)]
    both = [start(tmp_path, "--once", "--at", "2026-11-18T13:31:00Z") for _ in range(2)]
    said = "".join(finish(process) for process in both).splitlines()
    assert keys(desk) == expected(desk, numbers, dt.date(2026, 11, 18))
    assert sum(line.startswith("enqueued: ") for line in said) == len(numbers)
