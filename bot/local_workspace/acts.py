"""What a person can do in the workspace: the page and the tests act through this, and it tells the app."""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.local_workspace.delivery import Delivery, Envelope, NotAcknowledgedError
from bot.local_workspace.elements import (
    Placed,
    complaint,
    initial_state,
    list_elements,
    state_of,
)
from bot.local_workspace.events import Events
from bot.local_workspace.messages import Message, StoredFile, View, escape, rich_text_of
from bot.local_workspace.responses import Responses, Submission
from bot.local_workspace.roster import Json
from bot.local_workspace.state import State

Values = dict[str, dict[str, Json]]


class CannotActError(Exception):
    """Slack would not let this person do that; the message says why."""


class Acts:
    """Every method is one act of `user` and returns after the app was told (events) or has answered (the rest)."""

    def __init__(
        self, state: State, delivery: Delivery, events: Events, responses: Responses, base_url: Callable[[], str]
    ) -> None:
        self._state = state
        self._delivery = delivery
        self._events = events
        self._responses = responses
        self._base_url = base_url
        self._chosen: dict[tuple[str, str], Values] = {}

    # Talking

    def say(self, user: str, text: str, channel: str, thread_ts: str | None = None) -> Message:
        """Post what was typed; @names and #channels become mentions."""
        self._check_place(user, channel)
        if not text.strip():
            raise CannotActError("There is nothing to send.")
        stored = self._mark_up(text)
        message = Message(
            channel=channel,
            ts=self._state.clock.next_ts(),
            user=user,
            text=stored,
            blocks=(rich_text_of(stored),),
            thread_ts=thread_ts,
            client_msg_id=f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4{secrets.token_hex(6)}",
        )
        self._state.add_message(message)
        self._events.message_posted(message)
        return message

    def drop(
        self, user: str, name: str, content: bytes, text: str, channel: str, thread_ts: str | None = None
    ) -> Message:
        """Post a file, with what was typed beside it."""
        self._check_place(user, channel)
        stored = StoredFile(
            id=f"F{secrets.token_hex(5).upper()}",
            name=name.replace("/", "_"),
            title=name,
            content=content,
            mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
            user=user,
            created=int(self._state.clock.now()),
            shared_in=(channel,),
            complete=True,
        )
        self._state.files[stored.id] = stored
        typed = self._mark_up(text)
        message = Message(
            channel=channel,
            ts=self._state.clock.next_ts(),
            user=user,
            text=typed,
            blocks=(rich_text_of(typed),) if typed else (),
            thread_ts=thread_ts,
            subtype="file_share",
            files=(stored.to_json(self._base_url()),),
        )
        self._state.add_message(message)
        self._events.message_posted(message)
        return message

    def edit(self, user: str, message: Message, text: str) -> Message:
        """Change one's own message."""
        if message.user != user:
            raise CannotActError("Only the author can edit a message.")
        stored = self._mark_up(text)
        changed = replace(message, text=stored, blocks=(rich_text_of(stored),), edited_ts=self._state.clock.next_ts())
        self._state.add_message(changed, "updated")
        self._events.message_changed(changed, message)
        return changed

    def delete(self, user: str, message: Message) -> None:
        """Delete one's own message, or dismiss an ephemeral one."""
        if user not in (message.user, message.ephemeral_to):
            raise CannotActError("Only the author can delete a message.")
        self._state.remove_message(message)
        if not message.ephemeral_to:
            self._events.message_deleted(message)

    def react(self, user: str, message: Message, name: str, *, added: bool = True) -> Message:
        users = dict(message.reactions).get(name, ())
        if (user in users) == added:
            raise CannotActError(f"{name} is {'already' if added else 'not'} there.")
        changed = message.with_reaction(name, user, added=added)
        self._state.add_message(changed, "reacted")
        self._events.reaction(changed, user, name, added=added)
        return changed

    def join(self, user: str, channel: str, inviter: str | None = None) -> None:
        if channel not in self._state.channels:
            raise CannotActError("There is no such channel.")
        if self._state.add_member(channel, user):
            self._events.member_joined(channel, user, inviter)

    def open_app(self, user: str, tab: str) -> None:
        """Open the app's `home` or `messages` tab."""
        self._events.app_home_opened(user, tab)

    def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press Stop while the app is working."""
        self._events.session_stopped(user, channel, thread_ts)

    def _check_place(self, user: str, channel: str) -> None:
        if self._state.find_channel(channel) is None:
            raise CannotActError(f"There is no channel {channel}.")
        if user not in self._state.channel_members(channel):
            raise CannotActError(f"{self._state.members[user].real_name} is not in this channel.")
        place = self._state.channels.get(channel)
        if place and place.archived:
            raise CannotActError(f"#{place.name} is archived.")

    def _mark_up(self, text: str) -> str:
        """Names become mentions the way Slack's composer does it: the longest name wins."""
        names = {m.name: f"<@{m.id}>" for m in self._state.members.values()}
        names |= {m.real_name: f"<@{m.id}>" for m in self._state.members.values() if m.real_name}
        for name in sorted(names, key=len, reverse=True):
            text = re.sub(rf"(?<![\w<])@{re.escape(name)}(?!\w)", names[name], text, flags=re.IGNORECASE)
        for channel in self._state.channels.values():
            text = re.sub(rf"(?<![\w<&])#{re.escape(channel.name)}(?![\w-])", f"<#{channel.id}|{channel.name}>", text)
        return escape(text)

    # Commands

    async def slash(self, user: str, command: str, text: str, channel: str) -> Json:
        """Run a slash command and show what its acknowledgement says; raises `NotAcknowledgedError`."""
        self._check_place(user, channel)
        known = {c.command: c for c in self._state.roster.app.slash_commands}
        if command not in known:
            raise CannotActError(f"{command} is not a command here. There are: {', '.join(known) or 'none'}.")
        member = self._state.members[user]
        payload: Json = {
            "token": "unused",
            "team_id": self._state.roster.team_id,
            "team_domain": self._state.roster.team_domain,
            "api_app_id": self._state.roster.app.id,
            "user_id": user,
            "channel_id": channel,
            "channel_name": self._channel_name(channel),
            "user_name": member.name,
            "command": command,
            "text": self._command_text(text.strip()) if known[command].escape else text.strip(),
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel),
            "trigger_id": self._state.new_trigger(user),
        }
        answer = await self._delivery.send(Envelope("slash_commands", payload))
        if answer:
            url = payload["response_url"].rsplit("/", 1)[1]
            self._responses.show(self._state.response_urls[url], answer)
        return answer

    def _command_text(self, text: str) -> str:
        marked = self._mark_up(text)

        def named(match: re.Match[str]) -> str:
            member = self._state.members.get(match.group(1))
            return f"<@{match.group(1)}|{member.name}>" if member else match.group()

        return re.sub(r"<@([A-Z0-9_]+)>", named, marked)

    # Clicking

    async def click(self, user: str, source: Message | View, placed: Placed, value: Any = None) -> None:
        """Press, choose or set one element; `value` is an option, a date, a text, or the words of a feedback button.

        Raises `NotAcknowledgedError` when the app does not answer.
        """
        action = self._action(placed, value)
        if placed.element["type"] not in {"button", "icon_button", "feedback_buttons", "workflow_button", "overflow"}:
            kept = self._values(user, source).setdefault(placed.block_id, {})
            kept[placed.action_id] = state_of(placed.element, value)
        payload: Json = {
            "type": "block_actions",
            **self._who(user),
            "trigger_id": self._state.new_trigger(user),
            "actions": [action],
            **self._source(user, source),
        }
        await self._delivery.send(Envelope("interactive", payload))

    def _action(self, placed: Placed, value: Any) -> Json:
        element = placed.element
        action: Json = {
            "action_id": placed.action_id,
            "block_id": placed.block_id,
            "action_ts": self._state.clock.next_ts(),
            "type": element["type"],
        }
        if element["type"] == "feedback_buttons":
            chosen = element["negative_button" if value in _negative(element) else "positive_button"]
            return {**action, "value": chosen.get("value"), "text": chosen.get("text")}
        if element["type"] in {"button", "icon_button", "workflow_button"}:
            return action | {k: element[k] for k in ("text", "value", "style", "url") if k in element}
        return action | state_of(element, value)

    def _values(self, user: str, source: Message | View) -> Values:
        """What this person has chosen in a message or view so far."""
        key = (user, source.id if isinstance(source, View) else f"{source.channel}/{source.ts}")
        start = initial_state(source.blocks)
        kept = self._chosen.setdefault(key, {})
        for block_id, elements in start.items():
            for action_id, state in elements.items():
                kept.setdefault(block_id, {}).setdefault(action_id, state)
        return kept

    def _source(self, user: str, source: Message | View) -> Json:
        values = self._values(user, source)
        if isinstance(source, View):
            return {
                "container": {"type": "view", "view_id": source.id},
                "view": self._state.view_json(source, values),
            }
        container: Json = {
            "type": "message",
            "message_ts": source.ts,
            "channel_id": source.channel,
            "is_ephemeral": bool(source.ephemeral_to),
        }
        if source.thread_ts:
            container["thread_ts"] = source.thread_ts
        shown: Json = {
            "container": container,
            "channel": {"id": source.channel, "name": self._channel_name(source.channel)},
            "state": {"values": values},
            "response_url": self._response_url(user, source.channel, source),
        }
        return shown if source.ephemeral_to else {**shown, "message": self._state.message_json(source)}

    async def options(self, user: str, source: Message | View, placed: Placed, query: str) -> Json:
        """Ask the app for the choices of an external select: `{"options": [...]}` or `{"option_groups": [...]}`."""
        payload: Json = {
            "type": "block_suggestion",
            **self._who(user),
            "action_id": placed.action_id,
            "block_id": placed.block_id,
            "value": query,
            **self._source(user, source),
        }
        payload.pop("response_url", None)
        return await self._delivery.send(Envelope("interactive", payload))

    # Forms

    async def submit(self, user: str, view: View, values: Values) -> Submission:
        """Send a form. Slack's own checks come first; then the app answers with errors, another view or nothing."""
        state = initial_state(view.blocks)
        for block_id, elements in {**self._chosen.get((user, view.id), {}), **values}.items():
            state.setdefault(block_id, {}).update(elements)
        inputs = [p for p in list_elements(view.blocks) if p.block.get("type") == "input"]
        found = {p.block_id: complaint(p, state.get(p.block_id, {}).get(p.action_id, {})) for p in inputs}
        errors = {block_id: words for block_id, words in found.items() if words}
        if errors:
            return Submission(errors, view)
        payload: Json = {
            "type": "view_submission",
            **self._who(user),
            "trigger_id": self._state.new_trigger(user),
            "view": self._state.view_json(view, state),
            "response_urls": [],
        }
        try:
            answer = await self._delivery.send(Envelope("interactive", payload))
        except NotAcknowledgedError:
            return Submission({"": "The app did not answer in time. Try again."}, view, acknowledged=False)
        return self._responses.show_submission(user, view, answer)

    async def close_view(self, user: str, view: View) -> None:
        """Close the topmost modal; the app is told where it asked to be (`notify_on_close`)."""
        stack = self._state.views.get(user, [])
        self._state.views[user] = [v for v in stack if v.id != view.id]
        self._state.show_stack(user)
        if view.payload.get("notify_on_close"):
            payload: Json = {
                "type": "view_closed",
                **self._who(user),
                "view": self._state.view_json(view, self._chosen.get((user, view.id), {})),
                "is_cleared": False,
            }
            await self._delivery.send(Envelope("interactive", payload))

    # Pieces of payloads

    def _who(self, user: str) -> Json:
        roster, member = self._state.roster, self._state.members[user]
        return {
            "token": "unused",
            "team": {"id": roster.team_id, "domain": roster.team_domain},
            "user": {"id": user, "username": member.name, "name": member.name, "team_id": roster.team_id},
            "api_app_id": roster.app.id,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _channel_name(self, channel: str) -> str:
        return "directmessage" if channel in self._state.direct else self._state.channels[channel].name

    def _response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        return f"{self._base_url()}/response/{self._state.new_response_url(user, channel, message)}"


def _negative(element: Json) -> tuple[Any, ...]:
    button = element["negative_button"]
    return (button.get("value"), button.get("text", {}).get("text"), "negative_button")
