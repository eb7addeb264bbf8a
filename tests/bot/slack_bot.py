"""The real bot on a fresh local workspace, in one event loop with the test."""

import contextlib
import datetime as dt
import shlex
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import create_app, create_client, create_desk
from bot.delivery import Delivery
from bot.listeners.desk import Desk, Heard, Understanding
from bot.local_workspace import App, Channel, Member, Person, Roster, SlashCommand, Workspace
from bot.posting import Poster
from bot.settings import BotSettings, SlackSettings
from bot.understanding.conversation import State, set_state
from knowledge_base import KnowledgeBase
from knowledge_base.uploads import Playbook
from skills.answer import Invocation
from skills.catalog import CATALOG
from skills.contract import Actor, Skill
from skills.language import get_language
from skills.runner import Assistant, Reply, run_skill
from store.models import Source
from tests.skills.company import NOW, Company

BOT = "U0LOCALBOT"
NAMES = ("dana", "sam", "mara", "eva", "vera")
IDS = {name: f"U0{name.upper()}" for name in NAMES}
STRANGER = "U0STRANGER"


def make_roster() -> Roster:
    real = {"dana": "Dana Whitfield", "sam": "Sam Osei", "mara": "Mara Lindt", "eva": "Eva Krüger", "vera": "Vera Moss"}
    team, everybody = [IDS[name] for name in ("dana", "sam", "mara")], list(IDS.values())
    return Roster(
        members=(
            *(Member(id=IDS[n], name=n, real_name=real[n], email=f"{n}@corvane.test") for n in NAMES),
            Member(id=STRANGER, name="stranger", real_name="Sven Stranger", email="sven@elsewhere.test"),
        ),
        channels=(
            Channel(id="C0TEAM", name="team", members=(*team, BOT)),
            Channel(id="C0SALES", name="sales", members=(*everybody, BOT)),
            Channel(id="C0OPEN", name="open", members=(*everybody, STRANGER, BOT)),
            Channel(id="C0PAIR", name="pair", members=(IDS["dana"], IDS["mara"], BOT)),
            Channel(id="C0AWAY", name="away", members=tuple(team)),
            Channel(id="C0OLD", name="old", members=(*team, BOT), archived=True),
        ),
        app=App(slash_commands=(SlashCommand("/sales", "Ask anything"),)),
    )


class Time:
    """A clock that only moves when a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


class Commands:
    """An understanding for tests: a command with `name=value` pairs is run, anything else gets help."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def reply(self, message: Heard) -> Sequence[Reply]:
        replies = self.answers(message)
        for reply in replies:
            self.remember(message.conversation, message.actor, reply)
        return replies

    def answers(self, heard: Heard) -> Sequence[Reply]:
        try:
            name, *pairs = shlex.split(heard.text)
        except ValueError:
            name, pairs = "help", []
        if name not in self._assistant.skills or not all("=" in pair for pair in pairs):
            name, pairs = "help", []
        invocation = Invocation.of(name, dict(pair.split("=", 1) for pair in pairs))
        return [run_skill(self._assistant, invocation, heard.actor, heard.audience, Source.COMMAND)]

    def remember(self, conversation: str, actor: Actor, reply: Reply) -> None:
        with self._assistant.database.writing() as session:
            state = State().after(reply, NOW, get_language("en"))
            set_state(session, conversation, actor.id, state, NOW)


Answers = Callable[[Heard], Sequence[Reply]]


def answering(answers: Answers) -> Callable[[Assistant], Commands]:
    """An understanding that answers with what a test says."""

    class Answering(Commands):
        def answers(self, heard: Heard) -> Sequence[Reply]:
            return answers(heard)

    return Answering


@dataclass
class Bot:
    """Everything that a test may look at."""

    workspace: Workspace
    company: Company
    assistant: Assistant
    app: AsyncApp
    desk: Desk
    client: AsyncWebClient
    delivery: Delivery
    delivery_client: AsyncWebClient
    time: Time

    async def settled(self) -> None:
        """Wait until everything that was said so far is answered, or left alone."""
        await self.workspace.nothing_more()
        await self.desk.idle()

    def person(self, name: str) -> Person:
        return self.workspace.person(IDS.get(name, name))


Running = Callable[..., contextlib.AbstractAsyncContextManager[Bot]]


@contextlib.asynccontextmanager
async def running(
    company: Company,
    *,
    skills: Mapping[str, Skill] = CATALOG,
    understand: Callable[[Assistant], Understanding] = Commands,
    status_after: float = 5.0,
    ack_seconds: float = 3.0,
    over_http: bool = False,
    playbook: Playbook | None = None,
    knowledge: KnowledgeBase | None = None,
) -> AsyncIterator[Bot]:
    time = Time()
    assistant = Assistant(company.database, cast("Any", knowledge), skills, time)
    async with (
        Workspace(make_roster(), ack_seconds=ack_seconds).serve() as workspace,
        aiohttp.ClientSession() as session,
    ):
        slack = SlackSettings.model_validate(
            {
                "bot_token": workspace.bot_token,
                "app_token": workspace.app_token,
                "signing_secret": workspace.signing_secret,
                "api_url": workspace.api_url,
            }
        )
        settings = BotSettings.model_validate({"status_after": status_after, "PORT": 0})
        client = create_client(slack, session)
        with ThreadPoolExecutor(4) as executor:
            desk = create_desk(
                assistant, understand(assistant), settings, client=client, executor=executor, playbook=playbook
            )
            app = create_app(desk, slack, settings)
            once = create_client(slack, session, tries=1)
            delivery = Delivery(assistant.database, Poster(once), time, executor)
            bot = Bot(workspace, company, assistant, app, desk, client, delivery, once, time)
            if over_http:
                yield bot
                await desk.idle()
                return
            handler = AsyncSocketModeHandler(app, workspace.app_token)
            handler.client.proxy = None
            await handler.connect_async()  # type: ignore[no-untyped-call]
            try:
                await workspace.until_connected()
                yield bot
            finally:
                await bot.settled()
                await handler.close_async()  # type: ignore[no-untyped-call]
