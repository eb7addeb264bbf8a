"""Judges replies against what was expected of a message."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MESSAGES = Path(__file__).parent / "messages.jsonl"
SECOND = Path(__file__).parent / "second_set.jsonl"
HOLD_OUT_EVERY = 3
EITHER = "*"
FOLLOWS = frozenset({"closed_on"})
"""Set along with winning and losing."""


@dataclass(frozen=True)
class Verdict:
    """`wrote_wrongly` counts most: something was written that nobody asked for, or with other values."""

    id: str
    text: str
    wrote_wrongly: bool
    skill: bool
    slots: bool
    status: bool
    asked_needlessly: bool
    said: str

    @property
    def right(self) -> bool:
        return self.skill and self.slots and self.status


def read_conversations(path: Path = MESSAGES) -> list[list[dict[str, Any]]]:
    """Messages in the order of the file; those of one thread follow one another in one conversation.

    `line` is a message's place in the file, from 0.
    """
    conversations: dict[str, list[dict[str, Any]]] = {}
    for line, words in enumerate(path.read_text(encoding="utf-8").splitlines()):
        message = {**json.loads(words), "line": line}
        conversations.setdefault(message.get("thread", message["id"]), []).append(message)
    return list(conversations.values())


def is_held_out(number: int) -> bool:
    """Every third, a conversation of the first set or a line of the second, is not looked at while the rest is."""
    return number % HOLD_OUT_EVERY == 2


def judge(message: Mapping[str, Any], reply: Mapping[str, Any]) -> Verdict:
    wanted = _listed(message.get("status"))
    wrote = reply["status"] == "done" and bool(reply["changes"])
    new = {change["field"]: change["new"] for change in reply["changes"]}
    may_write = "done" in wanted
    wrong_values = any(field in new and new[field] != value for field, value in message.get("changes", {}).items())
    return Verdict(
        id=message["id"],
        text=message["text"],
        wrote_wrongly=wrote and (not may_write or wrong_values or _strange(message, reply)),
        skill=message["skill"] in (EITHER, reply["skill"]),
        slots=_has_slots(message, reply) and (not wrote or message.get("changes", {}).items() <= new.items()),
        status=not wanted or reply["status"] in wanted,
        asked_needlessly=wanted == ["done"] and reply["status"] in {"confirm", "clarify"},
        said=f"{reply['skill']} {reply['params']} {reply['status']} {new} | {reply['text'][:110]!r}",
    )


def judge_values(message: Mapping[str, Any], reply: Mapping[str, Any]) -> Verdict:
    """As `judge`, by what would be written and by figures: names and periods may be worded longer or shorter.

    `changes` are all the fields that may be set, in a preview as well; "*" stands for any value or any other field.
    """
    wanted = _listed(message.get("status"))
    new = {change["field"]: change["new"] for change in reply["changes"] if change["field"] not in FOLLOWS}
    expected = message.get("changes")
    proposes = bool(new) and reply["status"] in {"done", "confirm"} and reply["skill"] in {"update", "create"}
    fits = expected is None or not proposes or _is_expected(expected, new)
    wrote = reply["status"] == "done" and bool(reply["changes"])
    skill = message["skill"] in (EITHER, reply["skill"])
    return Verdict(
        id=message["id"],
        text=message["text"],
        wrote_wrongly=wrote and ("done" not in wanted or not skill or not fits),
        skill=skill,
        slots=fits and _has_words(message, reply) and _has_figures(message, reply),
        status=not wanted or reply["status"] in wanted,
        asked_needlessly="done" in wanted and "confirm" not in wanted and reply["status"] in {"confirm", "clarify"},
        said=f"{reply['skill']} {reply['params']} {reply['status']} {new} | {reply['text'][:110]!r}",
    )


def _is_expected(expected: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    named = {field: value for field, value in expected.items() if field != EITHER}
    if EITHER not in expected and set(new) != set(named):
        return False
    return all(
        new.get(field) is not None if value == EITHER else _folded(new.get(field)) == _folded(value)
        for field, value in named.items()
    )


def _has_words(message: Mapping[str, Any], reply: Mapping[str, Any]) -> bool:
    for name, wanted in message.get("params", {}).items():
        given = reply["params"].get(name)
        if isinstance(wanted, str):
            said, meant = _folded(str(given or "")), _folded(wanted)
            if not said or (said not in meant and meant not in said):
                return False
        elif given != wanted:
            return False
    return True


def _has_figures(message: Mapping[str, Any], reply: Mapping[str, Any]) -> bool:
    given = {figure["name"]: figure["value"] for figure in reply["figures"]}
    return all(given.get(name) == value for name, value in message.get("figures", {}).items())


def _strange(message: Mapping[str, Any], reply: Mapping[str, Any]) -> bool:
    """Another skill wrote, or fields that were not asked for."""
    if message["skill"] not in (EITHER, reply["skill"]):
        return True
    expected = message.get("changes")
    if not expected or reply["skill"] != "update":
        return False
    return any(change["field"] not in {*expected, *FOLLOWS} for change in reply["changes"])


def _has_slots(message: Mapping[str, Any], reply: Mapping[str, Any]) -> bool:
    wanted = message.get("params")
    if wanted is None:
        return True
    given = {name: _folded(value) for name, value in reply["params"].items()}
    if wanted == {}:
        return not given
    return all(given.get(name) == _folded(value) for name, value in wanted.items())


def _folded(value: Any) -> Any:
    return value.casefold().strip(" .") if isinstance(value, str) else value


def _listed(status: Any) -> list[str]:
    return status if isinstance(status, list) else [status] if status else []


def share(verdicts: Iterable[Verdict], what: str) -> float:
    listed = list(verdicts)
    return sum(bool(getattr(verdict, what)) for verdict in listed) / len(listed)
