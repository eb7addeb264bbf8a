"""A bare Bolt app on a fresh workspace, for the tests of the workspace itself."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_workspace import App, Channel, Member, Roster, SlashCommand, Workspace

DANA, SAM, BOT = "U0DANA", "U0SAM", "U0LOCALBOT"


def make_roster() -> Roster:
    return Roster(
        members=(
            Member(id=DANA, name="dana", real_name="Dana Whitfield", email="dana@corvane.example", title="Rep"),
            Member(id=SAM, name="sam", real_name="Sam Osei", email="sam@corvane.example"),
        ),
        channels=(
            Channel(id="C0SALES", name="sales", members=(DANA, SAM, BOT)),
            Channel(id="C0RANDOM", name="random", members=(DANA, SAM)),
            Channel(id="C0BOARD", name="board", members=(SAM,), private=True),
            Channel(id="C0OLD", name="old", members=(DANA, BOT), archived=True),
        ),
        app=App(slash_commands=(SlashCommand("/sales", "Ask anything"),)),
    )


@dataclass
class Running:
    workspace: Workspace
    app: AsyncApp
    client: AsyncWebClient


@contextlib.asynccontextmanager
async def running(register: Callable[[AsyncApp], object], *, ack_seconds: float = 3.0) -> AsyncIterator[Running]:
    """A fresh workspace with a Bolt app on Socket Mode in the same event loop."""
    async with (
        Workspace(make_roster(), ack_seconds=ack_seconds).serve() as workspace,
        aiohttp.ClientSession() as session,
    ):
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, session=session)
        app = AsyncApp(client=client, signing_secret=workspace.signing_secret)
        register(app)
        handler = AsyncSocketModeHandler(app, workspace.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            await workspace.until_connected()
            yield Running(workspace, app, client)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def ignore() -> None:
    """Listens without doing anything, so that Bolt acknowledges."""
