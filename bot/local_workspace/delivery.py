"""Envelopes to the app: over Socket Mode or as signed HTTP requests, with acknowledgement, retry and record."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.local_workspace.roster import Json
from bot.local_workspace.state import State

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 10
RETRIES = 3


class NotAcknowledgedError(Exception):
    """The app did not answer in time: Slack shows the person a warning."""


@dataclass(frozen=True)
class Envelope:
    """One delivery: `kind` is `events_api`, `slash_commands` or `interactive`."""

    kind: str
    payload: Json
    retry_attempt: int = 0
    retry_reason: str = ""

    @property
    def name(self) -> str:
        """How the inspector calls it."""
        if self.kind == "events_api":
            event = self.payload["event"]
            return f"{event['type']}:{event['subtype']}" if event.get("subtype") else str(event["type"])
        return str(self.payload.get("command") or self.payload.get("type"))


class Delivery:
    """Sends envelopes to exactly one place and waits for the app's acknowledgement.

    `ack_seconds` is how long Slack waits. `request_url`, when set, is where HTTP requests go instead of a socket.
    Events that are not acknowledged are sent again up to three times; what a person did is not.
    """

    def __init__(self, state: State, ack_seconds: float = 3.0) -> None:
        self.state = state
        self.ack_seconds = ack_seconds
        self.request_url: str | None = None
        self.connections: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._connected = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    # For the rest of the workspace

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run `work` beside the caller; it ends with the workspace."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        self._idle.clear()
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._idle.set()
        if not task.cancelled() and (problem := task.exception()):
            logger.error("A delivery failed", exc_info=problem)

    async def settle(self) -> None:
        """Wait until every event so far is acknowledged or given up."""
        await self._idle.wait()

    def send_event(self, event: Json, **outer: Any) -> str:
        """Deliver an event beside the caller, twice where that fault is on; returns its event_id."""
        roster, event_id = self.state.roster, f"Ev{secrets.token_hex(6).upper()}"
        authorization = {
            "enterprise_id": None,
            "team_id": roster.team_id,
            "user_id": roster.app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        payload: Json = {
            "token": "unused",
            "team_id": roster.team_id,
            "api_app_id": roster.app.id,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self.state.clock.now()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event": event,
            **outer,
        }
        times = 2 if self.state.faults.take("double_events") else 1
        for _ in range(times):
            self.start(self._send_with_retries(Envelope("events_api", payload)))
        return event_id

    async def _send_with_retries(self, envelope: Envelope) -> None:
        await self._wait_for_app()
        for attempt in range(RETRIES + 1):
            reason = "timeout" if attempt else ""
            try:
                await self.send(Envelope(envelope.kind, envelope.payload, attempt, reason))
            except NotAcknowledgedError:
                logger.info("%s was not acknowledged (attempt %d)", envelope.name, attempt)
            else:
                return

    async def _wait_for_app(self) -> None:
        if not self.request_url:
            await self._connected.wait()

    async def send(self, envelope: Envelope) -> Json:
        """Deliver once and return what the app put in its acknowledgement; raises `NotAcknowledgedError`."""
        started = time.perf_counter()
        lost = self.state.faults.take("lost_acks")
        entry: Json = {"kind": "envelope", "name": envelope.name, "request": envelope.payload, "response": None}
        entry |= {"transport": "http" if self.request_url else "socket", "retry": envelope.retry_attempt}
        try:
            answer = await (self._over_http(envelope) if self.request_url else self._over_socket(envelope))
        except NotAcknowledgedError:
            self.state.note_traffic({**entry, "ok": False, "error": "not acknowledged", "ms": _ms(started)})
            raise
        if lost:
            self.state.note_traffic({**entry, "ok": False, "error": "acknowledged too late", "ms": _ms(started)})
            raise NotAcknowledgedError(envelope.name)
        self.state.note_traffic({**entry, "ok": True, "response": answer, "ms": _ms(started)})
        return answer

    # Socket Mode

    def new_ticket(self) -> str:
        ticket = secrets.token_hex(12)
        self._tickets.add(ticket)
        return ticket

    async def serve_socket(self, request: web.Request) -> web.StreamResponse:
        """`GET /link`: one Socket Mode connection, from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="This ticket is unknown or used. Call apps.connections.open for a new one.")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.connections.append(socket)
        if len(self.connections) > MAX_CONNECTIONS:
            await self.disconnect(self.connections[0], "too_many_websockets")
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "debug_info": {"host": "local-workspace", "approximate_connection_time": 18060},
                "connection_info": {"app_id": self.state.roster.app.id},
            }
        )
        self.tell_connections()
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take_ack(message.data)
        finally:
            if socket in self.connections:
                self.connections.remove(socket)
            self.tell_connections()
        return socket

    def tell_connections(self) -> None:
        """Show the page whether the app is there."""
        if self.connections:
            self._connected.set()
        else:
            self._connected.clear()
        self.state.feed.add("connections", {"connected": self.connected, "connections": len(self.connections)})

    @property
    def connected(self) -> bool:
        return bool(self.connections) or bool(self.request_url)

    async def until_connected(self) -> None:
        """Wait until the app has a connection."""
        await self._wait_for_app()

    def _take_ack(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        waiting = self._acks.pop(str(frame.get("envelope_id")), None)
        if waiting and not waiting.done():
            waiting.set_result(frame.get("payload") or {})

    async def _over_socket(self, envelope: Envelope) -> Json:
        envelope_id = secrets.token_hex(16)
        frame: Json = {
            "envelope_id": envelope_id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            frame |= {"retry_attempt": envelope.retry_attempt, "retry_reason": envelope.retry_reason}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = answer
        try:
            async with asyncio.timeout(self.ack_seconds):
                await self._connected.wait()
                # The newest: a client that reconnects keeps its old socket for some seconds and no longer reads it.
                await self.connections[-1].send_json(frame)
                return await answer
        except (TimeoutError, ConnectionError):
            raise NotAcknowledgedError(envelope.name) from None
        finally:
            self._acks.pop(envelope_id, None)

    async def disconnect(self, socket: web.WebSocketResponse | None = None, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours; all connections when none is given."""
        for each in [socket] if socket else list(self.connections):
            self.connections.remove(each)
            await each.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}})
            self.start(each.close())
        self.tell_connections()

    # HTTP

    async def _over_http(self, envelope: Envelope) -> Json:
        if envelope.kind == "events_api":
            body, content_type = json.dumps(envelope.payload), "application/json"
        elif envelope.kind == "slash_commands":
            body, content_type = urlencode(envelope.payload), "application/x-www-form-urlencoded"
        else:
            body = urlencode({"payload": json.dumps(envelope.payload)})
            content_type = "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, **self.sign(body)}
        if envelope.retry_attempt:
            headers |= {
                "X-Slack-Retry-Num": str(envelope.retry_attempt),
                "X-Slack-Retry-Reason": "http_timeout",
            }
        return await self._post(body, headers, envelope.name)

    async def _post(self, body: str, headers: dict[str, str], name: str) -> Json:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        assert self.request_url  # noqa: S101 - the caller chose HTTP because it is set
        limit = aiohttp.ClientTimeout(total=self.ack_seconds)
        try:
            async with self._session.post(self.request_url, data=body.encode(), headers=headers, timeout=limit) as got:
                text = await got.text()
                if got.status != 200:
                    logger.info("%s was answered with HTTP %d", name, got.status)
                    raise NotAcknowledgedError(name)
        except (TimeoutError, aiohttp.ClientError):
            raise NotAcknowledgedError(name) from None
        if not text:
            return {}
        try:
            answer = json.loads(text)
        except ValueError:
            return {"text": text}
        return answer if isinstance(answer, dict) else {}

    def sign(self, body: str, timestamp: int | None = None) -> dict[str, str]:
        """The headers by which the app knows that a request is Slack's."""
        at = str(int(time.time()) if timestamp is None else timestamp)
        secret = self.state.roster.app.signing_secret.encode()
        digest = hmac.new(secret, f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in list(self.connections):
            await socket.close()
        if self._session:
            await self._session.close()


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
