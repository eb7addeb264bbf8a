"""Events API: which events a change sends to the app, and what they look like."""

from __future__ import annotations

from bot.local_workspace.delivery import Delivery
from bot.local_workspace.messages import Message
from bot.local_workspace.roster import Json
from bot.local_workspace.state import State

_SUBSCRIPTIONS = {"im": "message.im", "mpim": "message.mpim", "group": "message.groups", "channel": "message.channels"}


class Events:
    """Sends the app what it subscribed to, where it is a member: exactly what Slack sends, also about its own posts."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    def _send(self, subscription: str, event: Json) -> None:
        if subscription in self._state.roster.app.events:
            self._delivery.send_event(event)

    def _hears(self, channel: str) -> bool:
        return self._state.bot in self._state.channel_members(channel)

    def message_posted(self, message: Message) -> None:
        """`message`, and `app_mention` beside it where the text names the app outside a direct conversation."""
        kind = self._state.channel_type(message.channel)
        shown = self._state.message_json(message)
        shown.pop("metadata", None)
        for count in ("reply_count", "reply_users", "latest_reply", "streaming"):
            shown.pop(count, None)
        event = {**shown, "channel": message.channel, "event_ts": message.ts}
        mentioned = f"<@{self._state.bot}>" in message.text and not message.from_app
        if mentioned and kind != "im":
            self._send("app_mention", {**event, "type": "app_mention"})
        if self._hears(message.channel):
            self._send(_SUBSCRIPTIONS[kind], {**event, "channel_type": kind})

    def message_changed(self, message: Message, previous: Message) -> None:
        self._message_subtype(
            message,
            "message_changed",
            {"message": self._state.message_json(message), "previous_message": self._state.message_json(previous)},
        )

    def message_deleted(self, message: Message) -> None:
        self._message_subtype(
            message,
            "message_deleted",
            {"deleted_ts": message.ts, "previous_message": self._state.message_json(message)},
        )

    def _message_subtype(self, message: Message, subtype: str, details: Json) -> None:
        if not self._hears(message.channel) or message.ephemeral_to:
            return
        kind = self._state.channel_type(message.channel)
        ts = self._state.clock.next_ts()
        event: Json = {
            "type": "message",
            "subtype": subtype,
            "channel": message.channel,
            "channel_type": kind,
            "hidden": True,
            "ts": ts,
            "event_ts": ts,
            **details,
        }
        self._send(_SUBSCRIPTIONS[kind], event)

    def app_home_opened(self, user: str, tab: str) -> None:
        """`tab` is `home` or `messages`."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._state.open_direct((user,)),
            "tab": tab,
            "event_ts": self._state.clock.next_ts(),
        }
        home = self._state.homes.get(user)
        if tab == "home" and home:
            event["view"] = self._state.view_json(home)
        self._send("app_home_opened", event)

    def member_joined(self, channel: str, user: str, inviter: str | None = None) -> None:
        event: Json = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel,
            "channel_type": "G" if self._state.channels[channel].private else "C",
            "team": self._state.roster.team_id,
            "event_ts": self._state.clock.next_ts(),
        }
        self._send("member_joined_channel", event | ({"inviter": inviter} if inviter else {}))

    def reaction(self, message: Message, user: str, name: str, *, added: bool) -> None:
        kind = "reaction_added" if added else "reaction_removed"
        if self._hears(message.channel):
            self._send(
                kind,
                {
                    "type": kind,
                    "user": user,
                    "reaction": name,
                    "item": {"type": "message", "channel": message.channel, "ts": message.ts},
                    "item_user": message.user,
                    "event_ts": self._state.clock.next_ts(),
                },
            )

    def session_stopped(self, user: str, channel: str, thread_ts: str) -> None:
        """The person pressed Stop while the app was working."""
        streaming = [m.ts for m in self._state.list_replies(channel, thread_ts) if m.streaming]
        self._send(
            "agent_session_stopped",
            {
                "type": "agent_session_stopped",
                "channel": channel,
                "thread_ts": thread_ts,
                "user": user,
                "streaming_message_ts": streaming,
                "event_ts": self._state.clock.next_ts(),
            },
        )
