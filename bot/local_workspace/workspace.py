"""The workspace as one thing: a server to run, people to act, and a record of what went over the wire."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.local_workspace.acts import Acts
from bot.local_workspace.clock import Clock
from bot.local_workspace.delivery import Delivery
from bot.local_workspace.events import Events
from bot.local_workspace.faults import Faults
from bot.local_workspace.feed import Happening
from bot.local_workspace.messages import Message
from bot.local_workspace.methods import METHODS
from bot.local_workspace.methods.messages import post_scheduled
from bot.local_workspace.page import Page
from bot.local_workspace.person import TIMEOUT, Person
from bot.local_workspace.responses import Responses
from bot.local_workspace.roster import Json, Roster
from bot.local_workspace.state import State
from bot.local_workspace.web_api import Call, WebApi

HOST = "127.0.0.1"
MAX_UPLOAD = 100 * 2**20


@dataclass(frozen=True)
class ApiCall:
    """One call the app made: `arguments` as sent, `answer` as given."""

    method: str
    arguments: Json
    answer: Json


class Workspace:
    """A Slack-compatible workspace on this machine.

    ```python
    async with Workspace(roster).serve() as workspace:
        dana = workspace.person("U_DANA")
        message = await dana.say("my pipeline", dm=True)
        answer = await workspace.reply_to(message)
    ```

    `ack_seconds` is how long an acknowledgement may take before an event is sent again.
    """

    def __init__(self, roster: Roster, *, ack_seconds: float = 3.0) -> None:
        self.state = State(roster)
        self.delivery = Delivery(self.state, ack_seconds)
        self.events = Events(self.state, self.delivery)
        self.responses = Responses(self.state, self.events)
        self.acts = Acts(self.state, self.delivery, self.events, self.responses, lambda: self.base_url)
        self.base_url = ""
        self._people: dict[str, Person] = {}
        self._scheduling: asyncio.Task[None] | None = None

    # Where the app connects

    @property
    def roster(self) -> Roster:
        return self.state.roster

    @property
    def api_url(self) -> str:
        """What goes into `AsyncWebClient(base_url=…)`; ends in `/api/`."""
        return f"{self.base_url}/api/"

    @property
    def page_url(self) -> str:
        return f"{self.base_url}/"

    @property
    def bot_token(self) -> str:
        return self.roster.app.bot_token

    @property
    def app_token(self) -> str:
        return self.roster.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.roster.app.signing_secret

    @property
    def clock(self) -> Clock:
        return self.state.clock

    @property
    def faults(self) -> Faults:
        return self.state.faults

    @contextlib.asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[Workspace]:
        """Listen on 127.0.0.1, on a free port unless one is named, until the block ends."""
        runner = web.AppRunner(self._routes(), shutdown_timeout=0.2, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, port)
            await site.start()
            bound = runner.addresses[0][1]
            self.base_url = f"http://{HOST}:{bound}"
            yield self
        finally:
            if self._scheduling:
                self._scheduling.cancel()
            await self.delivery.close()
            await runner.cleanup()

    def _routes(self) -> web.Application:
        app = web.Application(client_max_size=MAX_UPLOAD)
        api = WebApi(self.state, self.delivery, self.events, METHODS, self._call_made)
        app.router.add_route("*", "/api/{method}", api.serve)
        app.router.add_get("/link", self.delivery.serve_socket)
        app.router.add_post("/response/{id}", self.responses.serve)
        Page(self.state, self.delivery, self.acts, lambda: self.base_url).add_routes(app)
        return app

    def _call_made(self) -> str:
        """The base address for a call; a message may have been scheduled before, so the timer is looked at after."""
        asyncio.get_running_loop().call_soon(self._plan_next)
        return self.base_url

    # Time

    def _plan_next(self) -> None:
        """Sleep until the next scheduled message is due."""
        if self._scheduling or not self.state.scheduled:
            return

        async def wait() -> None:
            due = min(s.post_at for s in self.state.scheduled.values())
            await asyncio.sleep(min(60.0, max(0.0, due - self.clock.now())))
            self._scheduling = None
            await self.post_due()
            self._plan_next()

        self._scheduling = asyncio.get_running_loop().create_task(wait())

    async def post_due(self) -> None:
        """Post the scheduled messages whose time has come."""
        call = Call(self.state, self.delivery, self.events, self.base_url, {})
        for waiting in sorted(self.state.scheduled.values(), key=lambda s: s.post_at):
            if waiting.post_at <= self.clock.now():
                await post_scheduled(call, waiting)

    async def advance(self, seconds: float) -> None:
        """Let time pass: triggers and response_urls age, scheduled messages are posted."""
        self.clock.advance(seconds)
        await self.post_due()

    # People and reading

    def person(self, member: str) -> Person:
        """The person with this id, e-mail, name or real name."""
        for each in self.state.members.values():
            if member in (each.id, each.email, each.name, each.real_name) and each.id != self.state.bot:
                return self._people.setdefault(each.id, Person(self.state, self.acts, each))
        raise LookupError(f"There is nobody called {member!r} in the workspace.")

    async def reply_to(
        self,
        message: Message,
        *,
        containing: str | None = None,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
    ) -> Message:
        """The app's first message after `message`, in its thread or at top level of its channel; streams when finished.

        Ephemeral messages count. Raises `NothingHappened` after `timeout` seconds.
        """

        def wanted(candidate: Any) -> bool:
            return (
                isinstance(candidate, Message)
                and candidate.from_app
                and not candidate.streaming
                and candidate.channel == message.channel
                and candidate.thread_ts in (None, message.thread)
                and (message.thread_ts is None or candidate.thread_ts == message.thread)
                and candidate.ts > message.ts
                and (containing is None or containing in candidate.as_text())
            )

        happening = await self.state.feed.first(
            lambda h: h.kind in {"posted", "updated"} and wanted(h.value),
            after=self.state.posted_at[message.channel, message.ts],
            timeout=timeout,
            what=f"a reply to {message.text!r}" + (f" with {containing!r}" if containing else ""),
        )
        found: Message = happening.value
        return found

    async def change_of(self, message: Message, *, timeout: float = TIMEOUT) -> Message:  # noqa: ASYNC109
        """The message as it is after its next change; at once when `message` is out of date already."""
        now = self.state.get_message(message.channel, message.ts)
        if now is not None and now != message:
            return now
        happening = await self.state.feed.first(
            lambda h: h.kind == "updated" and (h.value.channel, h.value.ts) == (message.channel, message.ts),
            after=self.state.feed.number,
            timeout=timeout,
            what=f"a change of {message.text!r}",
        )
        found: Message = happening.value
        return found

    async def happens(
        self,
        kind: str,
        wanted: Callable[[Json], bool] = lambda data: True,  # noqa: ARG005
        *,
        after: int = 0,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
    ) -> Happening:
        """The first change of this kind (`status`, `prompts`, `home`, `deleted` …) after number `after` that is wanted.

        `wanted` gets what the page is told about it; a change that already happened counts.
        """
        return await self.state.feed.first(
            lambda h: h.kind == kind and wanted(h.data), after=after, timeout=timeout, what=f"a change of kind {kind}"
        )

    async def nothing_more(self) -> None:
        """Wait until every event is acknowledged or given up.

        An app acknowledges only what it has a listener for; the rest is sent again until Slack gives up.
        """
        await self.delivery.settle()

    def messages(self, channel: str) -> list[Message]:
        """Everything in a channel (id or #name), threads included, oldest first; ephemeral messages are not kept."""
        found = self.state.find_channel(channel)
        if found is None:
            raise LookupError(f"There is no channel {channel}.")
        return sorted(self.state.messages[found].values(), key=lambda m: m.ts)

    def current(self, message: Message) -> Message | None:
        """The message as it stands now; None when it was deleted."""
        return self.state.get_message(message.channel, message.ts)

    def status(self, message: Message) -> str:
        """The "… is thinking" line in the thread of `message` now; empty when there is none."""
        kept = self.state.statuses.get((message.channel, message.thread))
        return str(kept["status"]) if kept and kept["until"] > self.clock.now() else ""

    def prompts(self, channel: str) -> list[Json]:
        """The suggested prompts shown in a conversation, `title` and `message` each."""
        return list(self.state.prompts.get(channel, {}).get("prompts", ()))

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """The calls the app made, oldest first."""
        found = self.state.list_traffic("call", method)
        return [ApiCall(t["name"], t["request"] or {}, t["response"]) for t in found]

    # Driving the app's side

    async def until_connected(self) -> None:
        """Wait until the app's socket is there."""
        await self.delivery.until_connected()

    async def disconnect(self) -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self.delivery.disconnect()

    def deliver_over_http(self, request_url: str | None) -> None:
        """Send signed HTTP requests to `request_url` from now on, or go back to sockets with None."""
        self.delivery.request_url = request_url
        self.delivery.tell_connections()

    def invite_app(self, channel: str, inviter: str) -> None:
        """Let `inviter` (an id) invite the app to a channel."""
        found = self.state.find_channel(channel)
        if found is None:
            raise LookupError(f"There is no channel {channel}.")
        self.acts.join(self.state.bot, found, inviter)
