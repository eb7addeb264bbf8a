"""The door of the Web API: reads arguments however the SDK encodes them, checks the token, calls the method."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.local_workspace.delivery import Delivery
from bot.local_workspace.events import Events
from bot.local_workspace.messages import Message
from bot.local_workspace.roster import Json
from bot.local_workspace.state import State

logger = logging.getLogger(__name__)

JSON_ARGUMENTS = frozenset(
    {
        "blocks",
        "attachments",
        "view",
        "metadata",
        "files",
        "chunks",
        "prompts",
        "unfurls",
        "outputs",
        "loading_messages",
    }
)
WITHOUT_TOKEN = frozenset({"api.test", "blocks.validate"})
WITH_APP_TOKEN = frozenset({"apps.connections.open"})


class ApiError(Exception):
    """A method refuses: `error` is Slack's word for it, `messages` are details with JSON pointers."""

    def __init__(self, error: str, messages: list[str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []


@dataclass(frozen=True)
class Call:
    """One call of a Web API method, with its arguments decoded."""

    state: State
    delivery: Delivery
    events: Events
    base_url: str
    arguments: Json

    def get(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """A required argument; refuses without it."""
        value = self.get(name)
        if not value:
            raise ApiError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        return str(self.arguments.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.get(name) or default)
        except ValueError:
            raise ApiError("invalid_arguments", [f"[ERROR] {name} must be a whole number"]) from None

    def need_json(self, name: str) -> Json:
        value = self.arguments.get(name)
        if not isinstance(value, dict):
            raise ApiError("invalid_arguments", [f"[ERROR] {name} must be an object"])
        return value

    def list_of(self, name: str) -> list[Json]:
        value = self.arguments.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise ApiError("invalid_blocks_format" if name == "blocks" else "invalid_arguments")
        return value

    def channel(self, name: str = "channel") -> str:
        """The id of the channel named, whether the app may see it or not being checked too."""
        found = self.state.find_channel(self.need(name))
        if found is None:
            raise ApiError("channel_not_found")
        place = self.state.channels.get(found)
        if place and place.private and self.state.bot not in place.members:
            raise ApiError("channel_not_found")
        return found

    def joined_channel(self, name: str = "channel") -> str:
        """Like `channel`, and the app must be in it."""
        found = self.channel(name)
        if self.state.bot not in self.state.channel_members(found):
            raise ApiError("not_in_channel")
        return found

    def open_channel(self, name: str = "channel") -> str:
        """Like `joined_channel`, and it must take new messages."""
        found = self.joined_channel(name)
        place = self.state.channels.get(found)
        if place and place.archived:
            raise ApiError("is_archived")
        return found

    def message(self, ts_name: str = "ts") -> Message:
        found = self.state.messages[self.channel()].get(self.need(ts_name))
        if found is None:
            raise ApiError("message_not_found")
        return found


Method = Callable[[Call], Awaitable[Json]]


class WebApi:
    """Answers `GET|POST /api/{method}`."""

    def __init__(
        self, state: State, delivery: Delivery, events: Events, methods: dict[str, Method], base_url: Callable[[], str]
    ) -> None:
        self._state = state
        self._delivery = delivery
        self._events = events
        self._methods = methods
        self._base_url = base_url

    async def serve(self, request: web.Request) -> web.Response:
        """One call: what is wrong is said in Slack's words with HTTP 200, except 429."""
        started = time.perf_counter()
        name = request.match_info["method"]
        arguments = await read_arguments(request)
        token = _token(request, arguments)
        status, headers = 200, {}
        fault = self._state.faults.take_call(name)
        if fault and fault.retry_after is not None:
            answer: Json = {"ok": False, "error": fault.error}
            status, headers = 429, {"Retry-After": str(fault.retry_after)}
        elif fault:
            answer = {"ok": False, "error": fault.error}
        else:
            answer = await self._answer(name, token, arguments)
        self._state.note_traffic(
            {
                "kind": "call",
                "name": name,
                "request": arguments,
                "response": answer,
                "ok": bool(answer.get("ok")),
                "error": answer.get("error"),
                "ms": round((time.perf_counter() - started) * 1000, 2),
            }
        )
        return web.json_response(answer, status=status, headers=headers)

    async def _answer(self, name: str, token: str, arguments: Json) -> Json:
        method = self._methods.get(name)
        if method is None:
            logger.warning("The app called %s, which this workspace does not have", name)
            return {"ok": False, "error": "unknown_method", "req_method": name}
        refusal = self._check_token(name, token)
        if refusal:
            return {"ok": False, "error": refusal}
        call = Call(self._state, self._delivery, self._events, self._base_url(), arguments)
        try:
            return {"ok": True, **await method(call)}
        except ApiError as problem:
            answer: Json = {"ok": False, "error": problem.error}
            if problem.messages:
                answer |= {"response_metadata": {"messages": problem.messages}, "errors": problem.messages}
            return answer
        except Exception:
            logger.exception("%s failed on %s", name, arguments)
            return {"ok": False, "error": "internal_error"}

    def _check_token(self, name: str, token: str) -> str | None:
        if name in WITHOUT_TOKEN:
            return None
        if not token:
            return "not_authed"
        app = self._state.roster.app
        right, other = (app.app_token, app.bot_token) if name in WITH_APP_TOKEN else (app.bot_token, app.app_token)
        if token == right:
            return None
        return "not_allowed_token_type" if token == other else "invalid_auth"


def _token(request: web.Request, arguments: Json) -> str:
    inline = str(arguments.pop("token", ""))
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or inline


async def read_arguments(request: web.Request) -> Json:
    """Query, form and JSON merged: the SDK sends the same method in different ways, even an empty JSON body."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        if body.strip():
            arguments |= _object(body)
    elif request.can_read_body and request.content_type in {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }:
        arguments |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    return {k: _decoded(k, v) for k, v in arguments.items()}


def _object(body: str) -> Json:
    try:
        value: Any = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _decoded(name: str, value: Any) -> Any:
    if name in JSON_ARGUMENTS and isinstance(value, str) and value:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
