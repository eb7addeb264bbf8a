"""What the workspace remembers: who, where, messages, views, files, and the short-lived ids that Slack hands out."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field, replace

from bot.local_workspace.clock import Clock
from bot.local_workspace.faults import Faults
from bot.local_workspace.feed import Feed
from bot.local_workspace.messages import Message, StoredFile, View
from bot.local_workspace.roster import Channel, Json, Member, Roster

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5
STATUS_SECONDS = 120.0


@dataclass
class Trigger:
    """A trigger_id: good once for opening one view, until `expires`."""

    user: str
    expires: float
    used: bool = False


@dataclass
class ResponseUrl:
    """A response_url and the place it answers to; `message_ts` is the message that was clicked, if any."""

    user: str
    channel: str
    expires: float
    uses_left: int
    message_ts: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True)
class Scheduled:
    """A message that waits for its time, in seconds since 1970."""

    id: str
    channel: str
    post_at: int
    arguments: Json


@dataclass
class State:
    """The workspace's memory. Every change that a person could see is also added to `feed`."""

    roster: Roster
    clock: Clock = field(default_factory=Clock)
    feed: Feed = field(default_factory=Feed)
    faults: Faults = field(default_factory=Faults)
    members: dict[str, Member] = field(init=False)
    channels: dict[str, Channel] = field(init=False)
    messages: dict[str, dict[str, Message]] = field(init=False)
    threads: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    ephemerals: dict[tuple[str, str], Message] = field(default_factory=dict)
    direct: dict[str, tuple[str, ...]] = field(default_factory=dict)
    views: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    statuses: dict[tuple[str, str], Json] = field(default_factory=dict)
    prompts: dict[str, Json] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)
    read_until: dict[tuple[str, str], str] = field(default_factory=dict)
    posted_at: dict[tuple[str, str], int] = field(default_factory=dict)
    traffic: deque[Json] = field(default_factory=lambda: deque(maxlen=1_500))

    def __post_init__(self) -> None:
        self._faults_shown: Json = self.faults.to_json()
        app = self.roster.app
        bot = Member(
            id=app.bot_user_id, name=app.name.lower().replace(" ", "-"), real_name=app.name, is_bot=True, color="5b5bd6"
        )
        self.members = {m.id: m for m in (*self.roster.members, bot)}
        self.channels = {c.id: c for c in self.roster.channels}
        self.messages = {c: {} for c in self.channels}
        for member in self.roster.members:
            if not member.is_bot:
                self.open_direct((member.id,))

    # Places

    @property
    def bot(self) -> str:
        return self.roster.app.bot_user_id

    def open_direct(self, users: tuple[str, ...]) -> str:
        """The id of the app's conversation with these people, made when there is none."""
        people = tuple(sorted(set(users)))
        for channel, members in self.direct.items():
            if members == people:
                return channel
        channel = f"D{people[0][1:]}" if len(people) == 1 else f"G{secrets.token_hex(4).upper()}"
        self.direct[channel] = people
        self.messages[channel] = {}
        return channel

    def find_channel(self, name: str) -> str | None:
        """The id for an id, a `#name`, or a person's id (their direct conversation with the app)."""
        if name in self.channels or name in self.direct:
            return name
        if name in self.members and name != self.bot:
            return self.open_direct((name,))
        plain = name.removeprefix("#")
        return next((c.id for c in self.channels.values() if c.name == plain), None)

    def channel_members(self, channel: str) -> tuple[str, ...]:
        if channel in self.direct:
            return (*self.direct[channel], self.bot)
        return self.channels[channel].members

    def channel_type(self, channel: str) -> str:
        """`im`, `mpim`, `group` (private) or `channel`, as events name it."""
        if channel in self.direct:
            return "im" if len(self.direct[channel]) == 1 else "mpim"
        return "group" if self.channels[channel].private else "channel"

    def add_member(self, channel: str, user: str) -> bool:
        """Put someone in a channel; False when they were in it."""
        place = self.channels[channel]
        if user in place.members:
            return False
        self.channels[channel] = replace(place, members=(*place.members, user))
        self.feed.add("channel", {"channel": channel, "members": [*place.members, user]})
        return True

    # Messages

    def add_message(self, message: Message, kind: str = "posted") -> Message:
        """Keep a new message or a changed one and tell everybody; an ephemeral one is kept apart from the history."""
        key = (message.channel, message.ts)
        if message.ephemeral_to:
            self.ephemerals[key] = message
        else:
            self.messages[message.channel][message.ts] = message
            if message.thread_ts not in (None, message.ts):
                self.threads.setdefault((message.channel, message.thread), {})[message.ts] = None
        happening = self.feed.add(kind, self.message_json(message), message)
        self.posted_at.setdefault(key, happening.number)
        if message.from_app and kind == "posted":
            self.set_status(message.channel, message.thread, "")
        return message

    def remove_message(self, message: Message) -> None:
        if message.ephemeral_to:
            self.ephemerals.pop((message.channel, message.ts), None)
        else:
            self.messages[message.channel].pop(message.ts, None)
            self.threads.get((message.channel, message.thread), {}).pop(message.ts, None)
        self.feed.add("deleted", {"channel": message.channel, "ts": message.ts}, message)

    def get_message(self, channel: str, ts: str) -> Message | None:
        return self.messages.get(channel, {}).get(ts) or self.ephemerals.get((channel, ts))

    def list_history(self, channel: str) -> list[Message]:
        """Messages outside threads, oldest first."""
        everything = sorted(self.messages[channel].values(), key=lambda m: m.ts)
        return [m for m in everything if m.thread_ts in (None, m.ts) or m.broadcast]

    def list_replies(self, channel: str, thread_ts: str) -> list[Message]:
        """A thread with its first message, oldest first."""
        root = self.messages[channel].get(thread_ts)
        return [*([root] if root else []), *self._replies(channel, thread_ts)]

    def _replies(self, channel: str, thread_ts: str) -> list[Message]:
        return [self.messages[channel][ts] for ts in sorted(self.threads.get((channel, thread_ts), ()))]

    def message_json(self, message: Message) -> Json:
        """A message as Slack's API shows it."""
        app = self.roster.app
        shown: Json = {
            "type": "message",
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "team": self.roster.team_id,
        }
        optional: Json = {
            "blocks": list(message.blocks),
            "attachments": list(message.attachments),
            "files": list(message.files),
            "thread_ts": message.thread_ts,
            "client_msg_id": message.client_msg_id,
            "subtype": message.subtype,
            "streaming": message.streaming,
            "ephemeral_to": message.ephemeral_to,
            "metadata": message.metadata,
            "reactions": [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions],
        }
        shown |= {k: v for k, v in optional.items() if v}
        if message.edited_ts:
            shown["edited"] = {"user": message.user, "ts": message.edited_ts}
        if message.from_app:
            shown |= {"bot_id": app.bot_id, "app_id": app.id, "bot_profile": self.bot_json()}
        replies = [] if message.ephemeral_to else self._replies(message.channel, message.ts)
        if replies:
            shown |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users": sorted({m.user for m in replies}),
                "latest_reply": max(m.ts for m in replies),
            }
        return {**shown, "channel": message.channel}

    # People

    def user_json(self, member: Member) -> Json:
        """A person as `users.info` shows them."""
        first = member.real_name.split(" ")[0] if member.real_name else member.name
        return {
            "id": member.id,
            "team_id": self.roster.team_id,
            "name": member.name,
            "real_name": member.real_name,
            "deleted": member.deleted,
            "color": member.color.removeprefix("#"),
            "tz": member.tz,
            "locale": member.locale,
            "is_admin": member.is_admin,
            "is_bot": member.is_bot,
            "is_app_user": False,
            "updated": 0,
            "profile": {
                "real_name": member.real_name,
                "display_name": member.name,
                "first_name": first,
                "email": member.email,
                "title": member.title,
                "team": self.roster.team_id,
                **({"bot_id": self.roster.app.bot_id} if member.id == self.bot else {}),
            },
        }

    def bot_json(self) -> Json:
        app = self.roster.app
        return {"id": app.bot_id, "app_id": app.id, "user_id": app.bot_user_id, "name": app.name, "deleted": False}

    # Short-lived ids

    def new_trigger(self, user: str) -> str:
        trigger = f"{int(self.clock.now() * 1000)}.{self.roster.team_id}.{secrets.token_hex(8)}"
        life = -1.0 if self.faults.take("expired_triggers") else TRIGGER_SECONDS
        self.triggers[trigger] = Trigger(user, self.clock.now() + life)
        return trigger

    def new_response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        """The id of a response_url; the server puts its own address in front."""
        name = secrets.token_hex(12)
        uses = 0 if self.faults.take("spent_response_urls") else RESPONSE_URL_USES
        self.response_urls[name] = ResponseUrl(
            user=user,
            channel=channel,
            expires=self.clock.now() + RESPONSE_URL_SECONDS,
            uses_left=uses,
            message_ts=message.ts if message else None,
            thread_ts=message.thread_ts if message else None,
        )
        return name

    # What the app shows beside messages

    def set_status(self, channel: str, thread_ts: str, status: str, loading: list[str] | None = None) -> None:
        """The line "… is thinking" under a thread; an empty one clears it. It ends by itself after two minutes."""
        key = (channel, thread_ts)
        if not status and key not in self.statuses:
            return
        data: Json = {"channel": channel, "thread_ts": thread_ts, "status": status, "loading_messages": loading or []}
        if status:
            self.statuses[key] = {**data, "until": self.clock.now() + STATUS_SECONDS}
        else:
            self.statuses.pop(key, None)
        self.feed.add("status", data)

    def set_view(self, view: View) -> None:
        """Keep a new or changed view: the Home tab, or its place in the person's stack of modals."""
        if view.payload["type"] == "home":
            self.homes[view.user] = view
            self.feed.add("home", self.view_json(view), view)
            return
        stack = self.views.setdefault(view.user, [])
        for place, old in enumerate(stack):
            if old.id == view.id:
                stack[place] = view
                break
        else:
            stack.append(view)
        self.show_stack(view.user, view)

    def show_stack(self, user: str, view: View | None = None) -> None:
        """Tell the page which modals a person has open now."""
        stack = [self.view_json(v) for v in self.views.get(user, ())]
        self.feed.add("view" if view else "views", {"user": user, "stack": stack}, view)

    def get_view(self, view_id: str) -> View | None:
        views = [v for stack in self.views.values() for v in stack] + list(self.homes.values())
        return next((v for v in views if v.id == view_id or v.payload.get("external_id") == view_id), None)

    def view_json(self, view: View, values: Json | None = None) -> Json:
        """A view as the API and interaction payloads show it; `values` is what the person filled in."""
        app = self.roster.app
        return {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            **view.payload,
            "id": view.id,
            "team_id": self.roster.team_id,
            "app_id": app.id,
            "app_installed_team_id": self.roster.team_id,
            "bot_id": app.bot_id,
            "state": {"values": values or {}},
            "hash": view.hash,
            "root_view_id": view.root_id,
            "previous_view_id": view.previous_id,
            "user": view.user,
        }

    def note_traffic(self, entry: Json) -> None:
        """Add a line for the inspector."""
        numbered = {"id": len(self.traffic) + self.feed.number, "at": self.clock.now(), **entry}
        self.traffic.append(numbered)
        self.feed.add("traffic", numbered)
        self.tell_faults()

    def tell_faults(self) -> None:
        """Show the page which faults are on, where that changed."""
        faults = self.faults.to_json()
        if faults != self._faults_shown:
            self._faults_shown = faults
            self.feed.add("faults", faults)

    def list_traffic(self, kind: str, name: str | None = None) -> list[Json]:
        """What went over the wire, oldest first: `call` (of the Web API), `envelope` or `ack`."""
        return [t for t in self.traffic if t["kind"] == kind and name in (None, t["name"])]
