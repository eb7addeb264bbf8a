"""The page where a person acts: static files, a snapshot, a socket with changes, and acts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from bot.local_workspace.acts import Acts, CannotActError
from bot.local_workspace.delivery import Delivery, NotAcknowledgedError
from bot.local_workspace.elements import NoSuchElement, find_element, list_elements, state_of
from bot.local_workspace.feed import Happening
from bot.local_workspace.messages import Message, View
from bot.local_workspace.methods.places import channel_json
from bot.local_workspace.roster import Json
from bot.local_workspace.state import State

STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_SHOWABLE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Page:
    """Serves the page of one workspace and carries out what is done on it."""

    def __init__(self, state: State, delivery: Delivery, acts: Acts, base_url: Callable[[], str]) -> None:
        self._state = state
        self._delivery = delivery
        self._acts = acts
        self._base_url = base_url
        self._answers: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "say": self._say,
            "slash": self._slash,
            "click": self._click,
            "options": self._options,
            "submit": self._submit,
            "close": self._close,
            "open": self._open,
            "read": self._read,
            "react": self._react,
            "delete": self._delete,
            "stop": self._stop,
            "fault": self._fault,
        }

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self._index)
        app.router.add_get("/static/{name}", self._static)
        app.router.add_get("/archives/{channel}/{ts}", self._index)
        app.router.add_get("/page/snapshot", self._snapshot)
        app.router.add_get("/page/changes", self._changes)
        app.router.add_post("/page/act", self._act)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/files/{id}/{name}", self._file)

    # Files

    async def _index(self, request: web.Request) -> web.StreamResponse:
        self._check_origin(request)
        return web.FileResponse(STATIC / "index.html", headers=SECURITY_HEADERS)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = STATIC / request.match_info["name"]
        if path.parent != STATIC or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=SECURITY_HEADERS)

    async def _upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, raw or as the one part of a form."""
        stored = self._state.files.get(request.match_info["id"])
        if stored is None or stored.complete:
            raise web.HTTPNotFound
        if request.content_type == "multipart/form-data":
            part = next((v for v in (await request.post()).values() if isinstance(v, web.FileField)), None)
            content = part.file.read() if part else b""
        else:
            content = await request.read()
        self._state.files[stored.id] = replace(stored, content=content)
        return web.Response(text=f"OK - {len(content)}")

    async def _file(self, request: web.Request) -> web.Response:
        """An uploaded file, for the page and for a caller with the bot's token; never shown as a document of ours."""
        stored = self._state.files.get(request.match_info["id"])
        if stored is None or not stored.complete:
            raise web.HTTPNotFound
        authorised = request.headers.get("Authorization") == f"Bearer {self._state.roster.app.bot_token}"
        if not authorised:
            self._check_origin(request)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if stored.mimetype not in _SHOWABLE:
            name = re.sub(r"[^\w.-]", "_", stored.name)
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return web.Response(body=stored.content, content_type=stored.mimetype, headers=headers)

    def _check_origin(self, request: web.Request) -> None:
        """Only this machine's browser on this page: other sites could otherwise act through it."""
        own = urlsplit(self._base_url()).netloc
        allowed = {own, own.replace("127.0.0.1", "localhost")}
        origin = request.headers.get("Origin")
        if request.host not in allowed or (origin is not None and urlsplit(origin).netloc not in allowed):
            raise web.HTTPForbidden(text="This page answers only to itself on this machine.")

    # State

    async def _snapshot(self, request: web.Request) -> web.Response:
        self._check_origin(request)
        state, roster = self._state, self._state.roster
        messages = [state.message_json(m) for channel in state.messages.values() for m in channel.values()]
        messages += [state.message_json(m) for m in state.ephemerals.values()]
        snapshot: Json = {
            "number": state.feed.number,
            "team": {"id": roster.team_id, "name": roster.team_name},
            "app": {
                "id": roster.app.id,
                "name": roster.app.name,
                "user": roster.app.bot_user_id,
                "description": roster.app.description,
                "commands": [dict(vars(c)) for c in roster.app.slash_commands],
            },
            "members": [state.user_json(m) for m in state.members.values()],
            "welcome": roster.to_json()["welcome"],
            "channels": [self._channel(c) for c in (*state.channels, *state.direct)],
            "messages": messages,
            "views": {user: [state.view_json(v) for v in stack] for user, stack in state.views.items()},
            "homes": {user: state.view_json(v) for user, v in state.homes.items()},
            "statuses": [s for s in state.statuses.values() if s["until"] > state.clock.now()],
            "sessions": [{"channel": c, "thread_ts": t, "status": s} for (c, t), s in state.sessions.items()],
            "titles": [{"channel": c, "thread_ts": t, "title": title} for (c, t), title in state.titles.items()],
            "prompts": list(state.prompts.values()),
            "read": {f"{user}/{channel}": ts for (user, channel), ts in state.read_until.items()},
            "traffic": list(state.traffic),
            "faults": state.faults.to_json(),
            "connected": self._delivery.connected,
        }
        return web.json_response(snapshot, headers=SECURITY_HEADERS)

    def _channel(self, channel: str) -> Json:
        return {**channel_json(self._state, channel), "people": list(self._state.channel_members(channel))}

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """A socket with every change after number `after`, one JSON object each."""
        self._check_origin(request)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        queue: asyncio.Queue[Happening] = asyncio.Queue()
        stop = self._state.feed.listen(queue.put_nowait)
        for happening in self._state.feed.since(int(request.query.get("after", "0") or 0)):
            queue.put_nowait(happening)
        sending = asyncio.get_running_loop().create_task(self._send_changes(socket, queue))
        try:
            async for message in socket:
                if message.type in {WSMsgType.ERROR, WSMsgType.CLOSE}:
                    break
        finally:
            stop()
            sending.cancel()
        return socket

    async def _send_changes(self, socket: web.WebSocketResponse, queue: asyncio.Queue[Happening]) -> None:
        while True:
            happening = await queue.get()
            try:
                await socket.send_json({"number": happening.number, "kind": happening.kind, "data": happening.data})
            except ConnectionError:
                return

    # Acts

    async def _act(self, request: web.Request) -> web.Response:
        self._check_origin(request)
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        body = await request.json()
        act = self._answers.get(str(body.get("act")))
        if act is None:
            raise web.HTTPNotFound
        try:
            return web.json_response({"ok": True, **await act(body)})
        except NotAcknowledgedError:
            name = self._state.roster.app.name
            words = f"{name} did not answer in time."
            if not self._delivery.connected:
                words = f"{name} is not connected. Start it and try again."
            return web.json_response({"ok": False, "error": words})
        except (CannotActError, NoSuchElement, LookupError) as problem:
            return web.json_response({"ok": False, "error": str(problem.args[0]) if problem.args else "Not possible."})

    def _source(self, body: Json) -> Message | View:
        if body.get("view"):
            view = self._state.get_view(str(body["view"]))
            if view is None:
                raise CannotActError("This view was closed.")
            return view
        message = self._state.get_message(str(body["channel"]), str(body["ts"]))
        if message is None:
            raise CannotActError("This message was deleted.")
        return message

    def _message(self, body: Json) -> Message:
        source = self._source({**body, "view": None})
        assert isinstance(source, Message)  # noqa: S101 - no view was asked for
        return source

    def _placed(self, body: Json, source: Message | View) -> Any:
        for placed in list_elements(source.blocks):
            if (placed.block_id, placed.action_id) == (body.get("block_id"), body.get("action_id")):
                return placed
        return find_element(source.blocks, str(body.get("action_id")))

    async def _say(self, body: Json) -> Json:
        message = self._acts.say(body["user"], str(body["text"]), str(body["channel"]), body.get("thread_ts") or None)
        self._state.read_until[body["user"], message.channel] = message.ts
        return {"ts": message.ts}

    async def _slash(self, body: Json) -> Json:
        await self._acts.slash(body["user"], body["command"], str(body["text"]), body["channel"])
        return {}

    async def _click(self, body: Json) -> Json:
        source = self._source(body)
        await self._acts.click(body["user"], source, self._placed(body, source), body.get("value"))
        return {}

    async def _options(self, body: Json) -> Json:
        source = self._source(body)
        query = str(body.get("query", ""))
        return await self._acts.options(body["user"], source, self._placed(body, source), query)

    async def _submit(self, body: Json) -> Json:
        view = self._source(body)
        assert isinstance(view, View)  # noqa: S101 - the page sends a view's id
        filled: dict[str, dict[str, Json]] = {}
        for given in body.get("values", ()):
            placed = self._placed(given, view)
            filled.setdefault(placed.block_id, {})[placed.action_id] = state_of(placed.element, given.get("value"))
        submission = await self._acts.submit(body["user"], view, filled)
        return {"errors": submission.errors}

    async def _close(self, body: Json) -> Json:
        view = self._source(body)
        assert isinstance(view, View)  # noqa: S101 - the page sends a view's id
        await self._acts.close_view(body["user"], view)
        return {}

    async def _open(self, body: Json) -> Json:
        self._acts.open_app(body["user"], str(body["tab"]))
        return {}

    async def _read(self, body: Json) -> Json:
        self._state.read_until[body["user"], body["channel"]] = str(body["ts"])
        return {}

    async def _react(self, body: Json) -> Json:
        message = self._message(body)
        there = body["user"] in dict(message.reactions).get(body["name"], ())
        self._acts.react(body["user"], message, body["name"], added=not there)
        return {}

    async def _delete(self, body: Json) -> Json:
        self._acts.delete(body["user"], self._message(body))
        return {}

    async def _stop(self, body: Json) -> Json:
        self._acts.stop(body["user"], body["channel"], body["thread_ts"])
        return {}

    async def _fault(self, body: Json) -> Json:
        """Switch a fault from the inspector; answers with all of them."""
        faults, name = self._state.faults, str(body.get("name"))
        switches: dict[str, Callable[[], None]] = {
            "double_events": faults.deliver_twice,
            "lost_acks": faults.lose_acks,
            "expired_triggers": faults.expire_triggers,
            "spent_response_urls": faults.spend_response_urls,
            "charts_refused": lambda: faults.refuse_charts(not faults.charts_refused),
            "rate_limit": lambda: faults.rate_limit(
                int(body.get("calls") or 1),
                retry_after=int(body.get("retry_after") or 1),
                method=body.get("method") or None,
            ),
            "clear": faults.clear,
        }
        if name == "disconnect":
            await self._delivery.disconnect()
        elif name in switches:
            switches[name]()
        else:
            raise CannotActError("There is no such switch.")
        self._state.tell_faults()
        return {"faults": faults.to_json()}
