"""Messages, views and files as values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bot.local_workspace.rendering import blocks_as_text
from bot.local_workspace.roster import Json


@dataclass(frozen=True)
class Message:
    """A message as it stands now. Changing one makes a new value under the same `channel` and `ts`."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    from_app: bool = False
    ephemeral_to: str | None = None
    edited_ts: str | None = None
    files: tuple[Json, ...] = ()
    metadata: Json | None = None
    client_msg_id: str | None = None
    subtype: str | None = None
    streaming: bool = False
    broadcast: bool = False
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def thread(self) -> str:
        """The ts of the thread this message is in or would start."""
        return self.thread_ts or self.ts

    def as_text(self) -> str:
        """What a reader sees, in plain text: blocks if there are any, else the text."""
        body = blocks_as_text(self.blocks) if self.blocks else blocks_as_text(_text_block(self.text))
        names = [f"[file {f.get('alt_txt') or f.get('title') or f.get('name')}]" for f in self.files]
        return "\n".join([body, *names]) if body else "\n".join(names)

    def with_reaction(self, name: str, user: str, *, added: bool) -> Message:
        """The same message with one reaction more or less."""
        reactions = {n: list(users) for n, users in self.reactions}
        users = reactions.setdefault(name, [])
        if added:
            users.append(user)
        else:
            users.remove(user)
        return replace(self, reactions=tuple((n, tuple(u)) for n, u in reactions.items() if u))


def _text_block(text: str) -> tuple[Json, ...]:
    return ({"type": "section", "text": {"type": "mrkdwn", "text": text}},) if text else ()


@dataclass(frozen=True)
class View:
    """A modal or Home view as one person has it open."""

    id: str
    user: str
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None

    @property
    def callback_id(self) -> str:
        return str(self.payload.get("callback_id", ""))

    @property
    def title(self) -> str:
        return str(self.payload.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> tuple[Json, ...]:
        return tuple(self.payload.get("blocks", ()))

    def as_text(self) -> str:
        """Title, blocks and buttons as a reader sees them."""
        ends = [f"[{self.payload[k]['text']}]" for k in ("close", "submit") if k in self.payload]
        return "\n".join(part for part in (self.title, blocks_as_text(self.blocks), " ".join(ends)) if part)


@dataclass(frozen=True)
class StoredFile:
    """An uploaded file; `shared_in` are channel ids."""

    id: str
    name: str
    title: str
    content: bytes
    mimetype: str
    user: str
    created: int
    shared_in: tuple[str, ...] = ()
    complete: bool = False
    alt_text: str = ""
    """What a picture shows, for those who cannot see it."""

    def to_json(self, base_url: str) -> Json:
        """As `files.info` shows it."""
        url = f"{base_url}/files/{self.id}/{quote(self.name)}"
        extension = self.name.rsplit(".", 1)[-1].lower() if "." in self.name else "text"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": extension,
            "pretty_type": extension.upper(),
            "size": len(self.content),
            "user": self.user,
            "created": self.created,
            "mode": "hosted",
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
            "channels": list(self.shared_in),
            **({"alt_txt": self.alt_text} if self.alt_text else {}),
        }


_TOKEN = re.compile(r"<(@|#|!)?([^<>|]+)(?:\|([^<>]*))?>")


def rich_text_of(text: str) -> Json:
    """The `rich_text` block that Slack makes of what a person typed, mentions and links included."""
    elements: list[Json] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            elements.append({"type": "text", "text": unescape(text[at : match.start()])})
        elements.append(_rich_element(match))
        at = match.end()
    if at < len(text):
        elements.append({"type": "text", "text": unescape(text[at:])})
    return {
        "type": "rich_text",
        "block_id": "typed",
        "elements": [{"type": "rich_text_section", "elements": elements}],
    }


def _rich_element(match: re.Match[str]) -> Json:
    kind, target, label = match.groups()
    if kind == "@":
        return {"type": "user", "user_id": target}
    if kind == "#":
        return {"type": "channel", "channel_id": target}
    if kind == "!":
        return {"type": "broadcast", "range": target}
    link: Json = {"type": "link", "url": unescape(target)}
    return {**link, "text": unescape(label)} if label else link


def escape(text: str) -> str:
    """Typed text as Slack stores it: `&`, `<` and `>` escaped, mentions and links that are already marked kept."""
    parts, at = [], 0
    for match in _KEPT.finditer(text):
        parts += [_escape_plain(text[at : match.start()]), match.group()]
        at = match.end()
    return "".join([*parts, _escape_plain(text[at:])])


_KEPT = re.compile(r"<(?:[@#][A-Z0-9_]+(?:\|[^<>]*)?|![a-z^A-Z0-9_|-]+|(?:https?://|mailto:)[^<>\s]+)>")


def _escape_plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_text(thing: Message | View | list[Json] | tuple[Json, ...] | dict[str, Any]) -> str:
    """What a reader sees of a message, a view, a list of blocks or one block, in plain text."""
    if isinstance(thing, Message | View):
        return thing.as_text()
    return blocks_as_text((thing,) if isinstance(thing, dict) else thing)
