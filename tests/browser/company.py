"""The demo company in a browser: its data, the real bot and the local workspace in one event loop, and Chromium."""

import contextlib
import datetime as dt
import shutil
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Browser, async_playwright
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.app import create_app, create_client, create_desk
from bot.delivery import Delivery
from bot.demo import PLAYBOOK, SEED, get_roster
from bot.listeners.desk import Desk
from bot.local_workspace import Workspace
from bot.posting import Poster
from bot.settings import BotSettings, SlackSettings
from bot.understanding import Understanding
from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.settings import BUILT_IN
from skills.catalog import CATALOG
from skills.runner import Assistant
from store.demo import build
from store.demo.people import NEW_YORK
from store.engine import Database

NOW = dt.datetime(2026, 11, 24, 10, 12, tzinfo=ZoneInfo(NEW_YORK)).astimezone(dt.UTC)
"""A Tuesday morning in the company's fourth quarter."""
DAY = NOW.astimezone(ZoneInfo(NEW_YORK)).date()
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run")


class Time:
    """A clock that only moves when it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass(frozen=True)
class Corvane:
    """Everything that runs."""

    workspace: Workspace
    assistant: Assistant
    desk: Desk
    delivery: Delivery
    time: Time


@contextlib.asynccontextmanager
async def corvane(home: Path) -> AsyncIterator[Corvane]:
    """The company that was prepared in this folder, at work."""
    time = Time()
    database = Database(_url(home))
    try:
        with KnowledgeBase.open(_knowledge(home), time) as knowledge:
            knowledge.warm()
            assistant = Assistant(database, knowledge, CATALOG, time)
            async with (
                Workspace(get_roster(database, DAY, soon=NOW)).serve() as workspace,
                _bot(workspace, assistant) as bot,
            ):
                yield Corvane(workspace, assistant, bot[0], bot[1], time)
    finally:
        database.close()


def prepare(home: Path, cards: Sequence[str] = ()) -> None:
    """Make the company of `NOW`, with some cards of its playbook (all of them when none are named)."""
    database = Database(_url(home))
    database.migrate()
    build(database, day=DAY, seed=SEED, progress=lambda _: None)
    database.close()
    with KnowledgeBase.open(_knowledge(home), Time()) as knowledge:
        knowledge.add([_playbook(home, cards)])


def _url(home: Path) -> str:
    return f"sqlite:///{home / 'playmaker.db'}"


def _knowledge(home: Path) -> KnowledgeSettings:
    return KnowledgeSettings(home=home, knowledge_database_url=None, chroma_url=None, embeddings=BUILT_IN)


@contextlib.asynccontextmanager
async def _bot(workspace: Workspace, assistant: Assistant) -> AsyncIterator[tuple[Desk, Delivery]]:
    slack = SlackSettings.model_validate(
        {
            "bot_token": workspace.bot_token,
            "app_token": workspace.app_token,
            "signing_secret": workspace.signing_secret,
            "api_url": workspace.api_url,
        }
    )
    settings = BotSettings.model_validate({"PORT": 0, "model": ""})
    async with aiohttp.ClientSession() as session:
        client = create_client(slack, session)
        with ThreadPoolExecutor(4) as executor:
            desk = create_desk(assistant, Understanding(assistant), settings, client=client, executor=executor)
            handler = AsyncSocketModeHandler(create_app(desk, slack, settings), workspace.app_token)
            handler.client.proxy = None
            await handler.connect_async()  # type: ignore[no-untyped-call]
            try:
                await workspace.until_connected()
                yield desk, Delivery(assistant.database, Poster(client), assistant.clock, executor)
            finally:
                await workspace.nothing_more()
                await desk.idle()
                await handler.close_async()  # type: ignore[no-untyped-call]


def _playbook(home: Path, cards: Sequence[str]) -> Path:
    if not cards:
        return PLAYBOOK
    folder = home / "playbook"
    for card in cards:
        (folder / card).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PLAYBOOK / card, folder / card)
    return folder


def find_chromium() -> str | None:
    """The path of a Chromium on this machine; None where there is none."""
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


@contextlib.asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
