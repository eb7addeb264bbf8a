"""What a document says about itself in its front matter, and whether it may still be used.

A document without front matter is a card too: its title is its first heading, everything else is unknown.

Front matter is written by hand. What is not YAML there is read key by key, so that one slip does not cost the rest; and
an audience that is given but cannot be read is nobody, never everybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

_FENCE = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<body>.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\r|$)", re.DOTALL)
_OPEN_WITH_READERS = re.compile(r"\ufeff?---[ \t]*\r?\n(?:.*\n)*?audience[ \t]*:", re.IGNORECASE)
_MAX_FRONT_MATTER = 20_000
SIDECAR = ".card.yaml"
"""Ends the name of the file beside one whose format has no front matter: ``offer.pdf.card.yaml``."""
_LIST_MAX = 100
_ENTRY = re.compile(r"^(?=[^\s#\-\[\]{}][^\n]*?:(?:\s|$))", re.MULTILINE)
_QUESTION_MARK = "\ue000"
UNREADABLE = "unreadable"
"""The audience of a card whose audience cannot be read; nobody is called so."""

_NAMES = {
    "class": "objection_class",
    "verified": "verified_on",
    "verified_on": "verified_on",
    "review": "review_every_days",
    "review_every": "review_every_days",
    "valid_until": "valid_to",
    "language": "language",
}
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True)
class Card:
    """The front matter of one document; dates are whole days, both ends of the validity included."""

    title: str = ""
    kind: str | None = None
    objection_class: str | None = None
    questions: tuple[str, ...] = ()
    owner: str | None = None
    verified_on: date | None = None
    review_every_days: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    audience: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    persona: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    language: str | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the card may be used on that day; an expired card never answers."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def is_due_for_review_on(self, day: date) -> bool:
        """Whether its owner should have looked at it again by then."""
        if self.verified_on is None or self.review_every_days is None:
            return False
        return (day - self.verified_on).days > self.review_every_days

    def to_json(self) -> dict[str, Any]:
        """Plain values for the row; the inverse of from_json."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in values.items() if v not in (None, ())}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Card":
        """A card from what to_json gave."""
        return _card(values)[0]


@dataclass(frozen=True)
class FrontMatter:
    """A card, where the text after it begins (in characters), and what could not be read."""

    card: Card
    body_start: int
    problems: tuple[str, ...] = ()


def read_front_matter(text: str) -> FrontMatter:
    """The YAML block at the very top of a document, when there is one. Never raises; problems are reported."""
    match = _FENCE.match(text[:_MAX_FRONT_MATTER])
    if match is None:
        if not _OPEN_WITH_READERS.match(text[:_MAX_FRONT_MATTER]):
            return FrontMatter(Card(), 0)
        card, _ = _card({"audience": UNREADABLE})
        return FrontMatter(card, 0, ("the front matter has no end, so nobody reads it until that is mended",))
    values, problems = _values(match["body"])
    if values is None:
        return FrontMatter(Card(), match.end())
    if not isinstance(values, dict):
        # Two rules with prose between them are text, not front matter.
        return FrontMatter(Card(), 0)
    card, more = _card(values)
    return FrontMatter(card, match.end(), (*problems, *more))


def _values(body: str) -> tuple[object, tuple[str, ...]]:
    """What the YAML says; where it is none, what can be read of it key by key, and what cannot."""
    whole, is_yaml = _load(body)
    if is_yaml:
        return whole, ()
    readable: dict[Any, Any] = {}
    lost = []
    for entry in _ENTRY.split(body):
        value, is_yaml = _load(entry)
        if is_yaml and isinstance(value, dict):
            readable |= value
        elif not is_yaml or value is not None:
            key = entry.split(":", 1)[0].strip()[:40]
            lost.append(f"the front matter is not readable YAML at {key!r}, so that was left out")
            if "audience" in entry.casefold():
                readable["audience"] = UNREADABLE
    return readable, tuple(lost)


def _load(text: str) -> tuple[object, bool]:
    """The value, and whether it is YAML. The question mark of ``[What is it?]``, which PyYAML refuses, is hidden."""
    import yaml

    for said in (text, text.replace("?", _QUESTION_MARK)):
        try:
            return yaml.safe_load(said), True
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
    return None, False


def read_sidecar(text: str) -> FrontMatter:
    """The card of a document that stands in a file of its own beside it. Never raises; problems are reported."""
    return read_front_matter(f"---\n{text}\n---\n")


def _card(values: Mapping[Any, Any]) -> tuple[Card, tuple[str, ...]]:
    known = {f.name: f.type for f in fields(Card)}
    found: dict[str, Any] = {}
    problems = []
    for key, value in values.items():
        plain = str(key).strip().lower().replace(" ", "_").replace("-", "_")
        name = _NAMES.get(plain, plain)
        if name not in known or value is None:
            continue
        kind = str(known[name])
        if "tuple" in kind:
            found[name] = _words(value)
        elif "date" in kind:
            found[name] = _day(value)
        elif "int" in kind:
            found[name] = _days(value)
        else:
            found[name] = _word(value)
        if found[name] is None:
            problems.append(f"the front matter says {plain}: {_said(value)}, which is not readable")
            del found[name]
        elif name == "audience" and not found[name]:
            found[name] = (UNREADABLE,)
    return Card(**found), tuple(problems)


def _word(value: object) -> str | None:
    if isinstance(value, dict | list):
        return None
    return " ".join(str(value).replace(_QUESTION_MARK, "?").split())[:500]


def _said(value: object) -> str:
    """A value in a message. Lists are not written out: a few aliases in YAML make one of any length."""
    return "a list" if isinstance(value, dict | list) else repr((_word(value) or "")[:40])


def _words(value: object) -> tuple[str, ...]:
    """A list of words; one word is a list of one. ``- What: then?`` is a mapping to YAML and a question to people."""
    items = value if isinstance(value, list | tuple) else [value]
    words = []
    for item in items[:_LIST_MAX]:
        if isinstance(item, dict):
            item = ", ".join(f"{k}: {v}" for k, v in item.items() if not isinstance(v, dict | list))
        if word := _word(item):
            words.append(word)
    return tuple(words)


def _day(value: object) -> date | None:
    if isinstance(value, dict | list):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def _days(value: object) -> int | None:
    """Days from ``90``, ``90d``, ``12 weeks``, ``6 months`` or ``1y``."""
    if isinstance(value, dict | list):
        return None
    match = re.fullmatch(r"(\d{1,5})\s*([dwmy])?[a-z]*", str(value).strip().lower())
    return int(match[1]) * _UNITS[match[2] or "d"] if match else None
