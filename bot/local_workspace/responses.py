"""What an app's answers show: acknowledgements with a payload, response_urls, and views it opens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from bot.local_workspace.elements import with_ids
from bot.local_workspace.events import Events
from bot.local_workspace.messages import Message, View
from bot.local_workspace.roster import Json
from bot.local_workspace.state import ResponseUrl, State
from bot.local_workspace.validation import check_message, check_view

MAX_STACK = 3


class RefusedAnswerError(Exception):
    """Slack would not show this answer; `error` is its word for it."""

    def __init__(self, error: str, messages: list[str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []


@dataclass(frozen=True)
class Submission:
    """How a form was received: `errors` by block_id when it stays open, `closed` when all modals are gone."""

    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
    acknowledged: bool = True

    @property
    def closed(self) -> bool:
        return self.view is None and not self.errors


class Responses:
    """Turns the app's answers into messages and views."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    async def serve(self, request: web.Request) -> web.Response:
        """`POST /response/{id}`: up to five uses within thirty minutes."""
        url = self._state.response_urls.get(request.match_info["id"])
        try:
            body: Any = await request.json()
        except ValueError:
            body = None
        try:
            if url is None or self._state.clock.now() > url.expires:
                raise RefusedAnswerError("expired_url")
            if url.uses_left <= 0:
                raise RefusedAnswerError("used_url")
            if not isinstance(body, dict):
                raise RefusedAnswerError("invalid_payload")
            self.show(url, body)
            url.uses_left -= 1
        except RefusedAnswerError as problem:
            self._note(body, {"ok": False, "error": problem.error})
            answer = {"ok": False, "error": problem.error, "response_metadata": {"messages": problem.messages}}
            return web.json_response(answer, status=404)
        self._note(body, {"ok": True})
        return web.Response(text="ok")

    def _note(self, body: Any, answer: Json) -> None:
        self._state.note_traffic(
            {"kind": "call", "name": "response_url", "request": body, "response": answer, "ms": 0, **answer}
        )

    def show(self, url: ResponseUrl, body: Json) -> Message | None:
        """Show an answer where `url` points: new, in place of the clicked message, or by removing that."""
        original = self._state.get_message(url.channel, url.message_ts) if url.message_ts else None
        if body.get("delete_original") and original:
            self._state.remove_message(original)
            if not original.ephemeral_to:
                self._events.message_deleted(original)
            return None
        blocks, text = body.get("blocks") or [], str(body.get("text") or "")
        problems = check_message(blocks, charts_refused=self._state.faults.charts_refused)
        if problems:
            raise RefusedAnswerError("invalid_blocks", problems)
        if not blocks and not text and not body.get("attachments"):
            raise RefusedAnswerError("no_text")
        if original and self._replaces(body, original):
            return self._replace(original, body, blocks, text)
        in_channel = body.get("response_type") == "in_channel"
        message = Message(
            channel=url.channel,
            ts=self._state.clock.next_ts(),
            user=self._state.bot,
            text=text,
            blocks=with_ids(blocks),
            attachments=tuple(body.get("attachments") or ()),
            thread_ts=body.get("thread_ts") or url.thread_ts,
            from_app=True,
            ephemeral_to=None if in_channel else url.user,
        )
        self._state.add_message(message)
        if in_channel:
            self._events.message_posted(message)
        return message

    def _replaces(self, body: Json, original: Message) -> bool:
        """A clicked message is replaced when asked for, an ephemeral one also unless asked not to."""
        wish = body.get("replace_original")
        return bool(wish) if wish is not None else bool(original.ephemeral_to) and "response_type" not in body

    def _replace(self, original: Message, body: Json, blocks: list[Json], text: str) -> Message:
        changed = replace(
            original,
            text=text,
            blocks=with_ids(blocks),
            attachments=tuple(body.get("attachments") or ()),
            edited_ts=None if original.ephemeral_to else self._state.clock.next_ts(),
        )
        self._state.add_message(changed, "updated")
        if not changed.ephemeral_to:
            self._events.message_changed(changed, original)
        return changed

    # Views

    def open_view(self, user: str, payload: Json, previous: View | None = None) -> View:
        """Show a modal, on top of `previous` when given; raises `RefusedAnswerError`."""
        self._check_view(payload, "modal")
        stack = self._state.views.get(user, [])
        if previous is None:
            self._state.views[user] = []
        elif len(stack) >= MAX_STACK:
            raise RefusedAnswerError("push_limit_reached")
        name = f"V{secrets.token_hex(5).upper()}"
        view = View(
            id=name,
            user=user,
            payload={**payload, "blocks": list(with_ids(payload.get("blocks", ())))},
            hash=_new_hash(self._state),
            root_id=previous.root_id if previous else name,
            previous_id=previous.id if previous else None,
        )
        self._state.set_view(view)
        return view

    def update_view(self, view: View, payload: Json) -> View:
        self._check_view(payload, view.payload["type"])
        changed = replace(
            view,
            payload={**payload, "blocks": list(with_ids(payload.get("blocks", ())))},
            hash=_new_hash(self._state),
        )
        self._state.set_view(changed)
        return changed

    def publish_home(self, user: str, payload: Json) -> View:
        """Put a person's Home tab up."""
        self._check_view(payload, "home")
        old = self._state.homes.get(user)
        name = old.id if old else f"V{secrets.token_hex(5).upper()}"
        view = View(
            id=name,
            user=user,
            payload={**payload, "blocks": list(with_ids(payload.get("blocks", ())))},
            hash=_new_hash(self._state),
            root_id=name,
        )
        self._state.set_view(view)
        return view

    def _check_view(self, payload: Json, surface: str) -> None:
        problems = check_view(payload, surface)
        if problems:
            raise RefusedAnswerError("invalid_arguments", problems)

    def show_submission(self, user: str, view: View, answer: Json) -> Submission:
        """What a form's acknowledgement does: errors, another view, or closing."""
        action = answer.get("response_action")
        if action == "errors":
            return Submission(_shown_errors(view, answer), view)
        try:
            if action == "update":
                return Submission(view=self.update_view(view, answer.get("view") or {}))
            if action == "push":
                return Submission(view=self.open_view(user, answer.get("view") or {}, previous=view))
        except RefusedAnswerError as problem:
            words = "; ".join(problem.messages) or problem.error
            return Submission({"": f"The app answered with a view that Slack refuses: {words}"}, view)
        stack = [] if action == "clear" else [v for v in self._state.views.get(user, []) if v.id != view.id]
        self._state.views[user] = stack
        self._state.show_stack(user)
        return Submission(view=stack[-1] if stack else None)


def _shown_errors(view: View, answer: Json) -> dict[str, str]:
    """The app's errors; one for a block that is no input is shown at the top, as Slack has no place for it."""
    inputs = {b.get("block_id") for b in view.blocks if b.get("type") == "input"}
    errors = {str(k): str(v) for k, v in (answer.get("errors") or {}).items()}
    wrong = [k for k in errors if k not in inputs]
    if not errors or wrong:
        return {"": f"The app reported errors for blocks that are no inputs: {', '.join(wrong) or 'none named'}"}
    return errors


def _new_hash(state: State) -> str:
    return f"{int(state.clock.now())}.{secrets.token_hex(4)}"
