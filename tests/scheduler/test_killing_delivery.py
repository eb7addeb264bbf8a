"""From due to posted across two processes, with the delivering one killed by SIGKILL at random points."""

import asyncio
import datetime as dt
import os
import random
import sys
from collections import Counter
from pathlib import Path

from sqlmodel import select

from bot.delivery import ABANDONED_AFTER
from bot.demo import get_environment
from bot.local_workspace import Workspace
from store.models import Delivery, OutboxMessage
from tests.bot.slack_bot import make_roster
from tests.scheduler.conftest import Desk, utc

ROOT = Path(__file__).parents[2]
REPORTS = 25
LONG_ENOUGH = 120.0
CHANNEL = "C0SALES"


async def start(home: Path, workspace: Workspace) -> asyncio.subprocess.Process:
    environment = get_environment(os.environ, home, workspace) | {"PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=home,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def wait_for_posts(workspace: Workspace, count: int, after: int) -> int:
    """Until so many more messages were posted; the number of the last one."""
    for _ in range(count):
        after = (await workspace.happens("posted", after=after, timeout=LONG_ENOUGH)).number
    return after


def posted(workspace: Workspace) -> Counter[str]:
    """How often each report stands in the channel, by its key."""
    found = [message.metadata for message in workspace.messages(CHANNEL) if message.metadata]
    return Counter(metadata["event_payload"]["key"] for metadata in found)


def let_time_pass(desk: Desk) -> None:
    """As long as it takes until a row that is being sent counts as abandoned by a process that has ended."""
    with desk.company.database.writing() as session:
        for message in session.exec(select(OutboxMessage).where(OutboxMessage.status == Delivery.SENDING)):
            assert message.claimed_at is not None
            message.claimed_at -= ABANDONED_AFTER + dt.timedelta(seconds=1)


async def test_every_report_stands_in_the_channel_once_however_often_the_bot_is_killed(
    desk: Desk, tmp_path: Path
) -> None:
    made = utc("2026-11-17T15:00")
    numbers = [desk.add_schedule(channel=CHANNEL, channel_name="#sales", covered_until=made) for _ in range(REPORTS)]
    for number in numbers:
        desk.settle(number, "2026-11-18T13:30")
    wanted = Counter(message.key for message in desk.outbox())
    assert len(wanted) == REPORTS
    dice = random.Random(5)
    async with Workspace(make_roster()).serve() as workspace:
        last = 0
        for _ in range(3):
            process = await start(tmp_path, workspace)
            last = await wait_for_posts(workspace, dice.randint(1, 6), last)
            for _ in range(dice.randint(0, 30)):
                await asyncio.sleep(0)
            process.kill()
            await process.wait()
            assert posted(workspace) < wanted, "some are there once, and some are left"
            let_time_pass(desk)
        process = await start(tmp_path, workspace)
        while posted(workspace).total() < REPORTS:
            last = await wait_for_posts(workspace, 1, last)
        process.terminate()
        await process.wait()
        assert posted(workspace) == wanted
    assert Counter(message.status for message in desk.outbox())[Delivery.SENT] >= REPORTS - 1
