"""Who is in the workspace: people, channels and the one app, as a value that a JSON file can hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

Json = dict[str, Any]

ALL_EVENTS = frozenset(
    {
        "app_mention",
        "app_home_opened",
        "agent_session_stopped",
        "app_context_changed",
        "link_shared",
        "member_joined_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "reaction_added",
        "reaction_removed",
    }
)


class RosterError(ValueError):
    """The roster contradicts itself or its file cannot be read; the message says where."""


@dataclass(frozen=True)
class Member:
    """A person (or another bot) of the workspace; `tz` is an IANA zone, `locale` like `en-US`, `color` a hex triple."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    tz: str = "America/New_York"
    locale: str = "en-US"
    is_bot: bool = False
    color: str = ""
    is_admin: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Channel:
    """A channel and the ids of who is in it; `members` includes the app's bot user where the app was invited."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    private: bool = False
    topic: str = ""
    archived: bool = False


@dataclass(frozen=True)
class SlashCommand:
    """A command as the manifest declares it. `escape` turns @names and #channels into ids, as `should_escape` does."""

    command: str
    description: str = ""
    usage_hint: str = ""
    escape: bool = True


@dataclass(frozen=True)
class App:
    """The one app under test: its identity, its credentials and what it subscribed to."""

    name: str = "Playmaker"
    id: str = "A0LOCALAPP"
    bot_id: str = "B0LOCALBOT"
    bot_user_id: str = "U0LOCALBOT"
    bot_token: str = "xoxb-local-workspace"  # noqa: S105
    app_token: str = "xapp-local-workspace"  # noqa: S105
    signing_secret: str = "local-workspace-signing-secret"  # noqa: S105
    description: str = ""
    slash_commands: tuple[SlashCommand, ...] = ()
    events: frozenset[str] = ALL_EVENTS


@dataclass(frozen=True)
class Welcome:
    """What the page's first screen suggests to try as one member."""

    member_id: str
    role: str
    line: str = ""
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Everything the workspace starts with. Raises `RosterError` where ids are doubled or point nowhere."""

    members: tuple[Member, ...]
    channels: tuple[Channel, ...] = ()
    app: App = field(default_factory=App)
    team_id: str = "T0LOCAL"
    team_name: str = "Local workspace"
    team_domain: str = "local"
    welcome: tuple[Welcome, ...] = ()

    def __post_init__(self) -> None:
        ids = [self.app.bot_user_id, *(m.id for m in self.members), *(c.id for c in self.channels)]
        doubled = sorted({i for i in ids if ids.count(i) > 1})
        if doubled:
            raise RosterError(f"These ids are used twice: {', '.join(doubled)}")
        people = {self.app.bot_user_id, *(m.id for m in self.members)}
        for channel in self.channels:
            strangers = [m for m in channel.members if m not in people]
            if strangers:
                raise RosterError(f"#{channel.name} has members that do not exist: {', '.join(strangers)}")
        for welcome in self.welcome:
            if welcome.member_id not in people:
                raise RosterError(f"The welcome names a member that does not exist: {welcome.member_id}")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Roster:
        """Read what `to_json` wrote; unknown keys are refused so that a typing mistake shows."""
        app_data = {**data.get("app", {})}
        commands = _list(SlashCommand, app_data.pop("slash_commands", ()), "slash command")
        app_data["events"] = frozenset(app_data.get("events", ALL_EVENTS))
        channels = [{**c, "members": tuple(c.get("members", ()))} for c in data.get("channels", ())]
        welcome = [{**w, "prompts": tuple(w.get("prompts", ()))} for w in data.get("welcome", ())]
        parts: Json = {
            "members": _list(Member, data.get("members", ()), "member"),
            "channels": _list(Channel, channels, "channel"),
            "app": _made(App, {**app_data, "slash_commands": commands}, "app"),
            "welcome": _list(Welcome, welcome, "welcome"),
        }
        return _made(cls, {**data, **parts}, "roster")

    @classmethod
    def from_file(cls, path: Path) -> Roster:
        """Read a roster file; raises `RosterError` where it is no JSON or does not fit."""
        try:
            data = json.loads(path.read_text("utf-8"))
        except OSError as problem:
            raise RosterError(f"{path} is not there or cannot be read.") from problem
        except json.JSONDecodeError as problem:
            raise RosterError(f"{path} is no JSON: look at line {problem.lineno}, column {problem.colno}.") from problem
        except UnicodeDecodeError as problem:
            raise RosterError(f"{path} is not encoded as UTF-8.") from problem
        if not isinstance(data, dict):
            raise RosterError(f"{path} must hold one JSON object.")
        return cls.from_json(data)

    def to_json(self) -> Json:
        """The roster as plain JSON values, tokens included: it is a file for one machine."""
        return {
            "team_id": self.team_id,
            "team_name": self.team_name,
            "team_domain": self.team_domain,
            "members": [dict(vars(m)) for m in self.members],
            "channels": [{**vars(c), "members": list(c.members)} for c in self.channels],
            "app": {
                **vars(self.app),
                "slash_commands": [dict(vars(c)) for c in self.app.slash_commands],
                "events": sorted(self.app.events),
            },
            "welcome": [{**vars(w), "prompts": list(w.prompts)} for w in self.welcome],
        }


_T = TypeVar("_T")


def _made(kind: type[_T], data: Mapping[str, Any], where: str) -> _T:
    """A value from its JSON, with a plain word about fields that are missing or unknown."""
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(known))
    missing = sorted(
        n for n, f in known.items() if n not in data and f.default is MISSING and f.default_factory is MISSING
    )
    if unknown:
        raise RosterError(f"A {where} has fields that are unknown: {', '.join(unknown)}")
    if missing:
        raise RosterError(f"A {where} lacks {', '.join(missing)}")
    return kind(**data)


def _list(kind: type[_T], items: Iterable[Mapping[str, Any]], where: str) -> tuple[_T, ...]:
    return tuple(_made(kind, item, where) for item in items)
