"""A question in Slack, from being said to being answered: our whole bot beside a bare Bolt bot that echoes.

    python benchmarks/round_trip.py [--messages N] [--at-once N]

Both are connected by Socket Mode to a local workspace of their own, in one process and one event loop, and are asked
in turns by direct message. The echo is the least that Bolt and the protocol cost. Ours claims the event, looks up who
asks, understands "my pipeline", reads the records, draws tables and a chart, and remembers what the thread is about.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_workspace import Workspace
from bot.understanding import Understanding
from store.engine import Database
from tests.bot.slack_bot import make_roster, running
from tests.skills.company import build_company

QUESTION = "my pipeline"
WARM_UP = 5
TURN = 20
PATIENCE = 60.0


@dataclass(frozen=True)
class Measured:
    """Seconds from saying to the answer, one message after the other, and messages a second with many at once."""

    waits: tuple[float, ...]
    rate: float

    @property
    def median(self) -> float:
        return statistics.median(self.waits) * 1000

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.waits, n=20)[-1] * 1000


async def ask(workspace: Workspace) -> float:
    started = time.perf_counter()
    message = await workspace.person("dana").say(QUESTION, dm=True)
    await workspace.reply_to(message, timeout=PATIENCE)
    return time.perf_counter() - started


async def rate(workspace: Workspace, count: int) -> float:
    started = time.perf_counter()
    await asyncio.gather(*(ask(workspace) for _ in range(count)))
    return count / (time.perf_counter() - started)


@contextlib.asynccontextmanager
async def echoing() -> AsyncIterator[Workspace]:
    async with Workspace(make_roster()).serve() as workspace, aiohttp.ClientSession() as session:
        client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url, session=session)
        client.proxy = None
        app = AsyncApp(client=client, signing_secret=workspace.signing_secret)

        @app.event("message")
        async def echo(event: dict[str, Any], say: Any) -> None:
            await say(text=event["text"], thread_ts=event["ts"])

        handler = AsyncSocketModeHandler(app, workspace.app_token)
        handler.client.proxy = None
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            await workspace.until_connected()
            yield workspace
            await workspace.nothing_more()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def measure(folder: Path, messages: int, at_once: int) -> tuple[Measured, Measured]:
    database = Database(f"sqlite:///{folder / 'company.db'}")
    database.migrate()
    company = build_company(database)
    for number, stage in enumerate(("Pilot", "Proposal", "Negotiation"), 1):
        company.open("Dana", f"{number}0250.75", stage, account="Acme", name=f"Acme Watch {number}")
    async with running(company, understand=Understanding) as bot, echoing() as bare:
        sides = (bot.workspace, bare)
        waits: tuple[list[float], list[float]] = ([], [])
        for workspace in sides:
            for _ in range(WARM_UP):
                await ask(workspace)
        for _ in range(0, messages, TURN):
            for workspace, taken in zip(sides, waits, strict=True):
                taken += [await ask(workspace) for _ in range(TURN)]
        ours, theirs = [
            Measured(tuple(taken), await rate(workspace, at_once))
            for workspace, taken in zip(sides, waits, strict=True)
        ]
    database.close()
    return ours, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description="A Slack round trip beside a bare Bolt echo.")
    parser.add_argument("--messages", type=int, default=100, help="one after the other")
    parser.add_argument("--at-once", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = asyncio.run(measure(Path(folder), options.messages, options.at_once))
    print(f"“{QUESTION}” by direct message, {len(ours.waits)} in turn, {options.at_once} at once\n")
    print(f"{'':<24}{'Playmaker':>12}{'bare echo':>12}{'ratio':>9}")
    rows = (
        ("median, ms", ours.median, bare.median),
        ("p95, ms", ours.p95, bare.p95),
        ("messages a second", ours.rate, bare.rate),
    )
    for label, mine, theirs in rows:
        print(f"{label:<24}{mine:>12.1f}{theirs:>12.1f}{mine / theirs:>9.2f}")


if __name__ == "__main__":
    main()
