"""Interactive elements: finding them in blocks, and what Slack sends when a person gives them a value."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.local_workspace.rendering import text_of
from bot.local_workspace.roster import Json

TEXT_INPUTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MANY_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
PLAIN_VALUES = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
WITHOUT_STATE = frozenset({"button", "icon_button", "feedback_buttons", "workflow_button", "overflow", "image"})


class NoSuchElement(LookupError):
    """The message or view has no such element; the message lists those it has."""


@dataclass(frozen=True)
class Placed:
    """An element with the block it sits in; `label` is the input's label or the element's own words."""

    element: Json
    block: Json

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def label(self) -> str:
        if self.block.get("type") == "input":
            return text_of(self.block.get("label"))
        if self.element.get("type") == "overflow":
            return "More actions"
        return text_of(self.element.get("text")) or text_of(self.element.get("placeholder"))


def list_elements(blocks: Iterable[Json]) -> list[Placed]:
    """Every interactive element, in reading order, also inside cards and containers."""
    return [placed for block in blocks for placed in _in_block(block)]


def _in_block(block: Json) -> Iterator[Placed]:
    kind = block.get("type")
    found: list[Any] = []
    if kind in {"actions", "context_actions"}:
        found = block.get("elements", [])
    elif kind == "section":
        found = [block.get("accessory")]
    elif kind == "input":
        found = [block.get("element")]
    elif kind == "card" or "actions" in block:
        found = block.get("actions") or []
    yield from (Placed(e, block) for e in found if isinstance(e, dict) and e.get("type") != "image")
    inner = block.get("child_blocks", ()) if kind == "container" else ()
    if kind == "carousel":
        inner = [{"block_id": block.get("block_id"), **card} for card in block.get("elements", ())]
    for each in inner:
        yield from _in_block(each)


def find_element(blocks: Iterable[Json], wanted: str) -> Placed:
    """The element with this action_id, label, block_id or words; raises `NoSuchElement`."""
    elements = list_elements(blocks)
    tests: tuple[Callable[[Placed], bool], ...] = (
        lambda p: p.action_id == wanted,
        lambda p: p.label == wanted,
        lambda p: p.block_id == wanted,
        lambda p: p.element.get("type") == "overflow" and wanted in option_words(p.element),
        lambda p: any(
            text_of(p.element.get(k, {}).get("text")) == wanted for k in ("positive_button", "negative_button")
        ),
        lambda p: p.label.casefold().strip(" …*:") == wanted.casefold(),
    )
    for test in tests:
        for placed in elements:
            if test(placed):
                return placed
    there = ", ".join(f"{p.label!r} ({p.action_id})" for p in elements) or "none at all"
    raise NoSuchElement(f"There is no {wanted!r} here. There are: {there}.")


def with_ids(blocks: Iterable[Json]) -> tuple[Json, ...]:
    """The blocks with the block_ids and action_ids that Slack makes up where the app gave none."""
    return tuple(_with_ids(b) for b in blocks)


def _with_ids(block: Json) -> Json:
    named = {**block, "block_id": block.get("block_id") or secrets.token_hex(3)}
    for key in ("elements", "actions"):
        if isinstance(named.get(key), list) and named.get("type") in {"actions", "context_actions", "card", "carousel"}:
            named[key] = [_named_element(e) for e in named[key]]
    for key in ("element", "accessory"):
        if isinstance(named.get(key), dict):
            named[key] = _named_element(named[key])
    if named.get("type") == "container":
        named["child_blocks"] = [_with_ids(b) for b in named.get("child_blocks", ())]
    return named


def _named_element(element: Json) -> Json:
    if element.get("type") == "card" or "hero_image" in element or ("title" in element and "type" not in element):
        return _with_ids(element)
    if element.get("type") == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": secrets.token_hex(3)}


def list_options(element: Json) -> list[Json]:
    """The options an element carries, groups flattened."""
    grouped = [o for g in element.get("option_groups", ()) for o in g.get("options", ())]
    return [*element.get("options", ()), *grouped]


def option_words(element: Json) -> list[str]:
    """The words of its options."""
    return [text_of(option.get("text")) for option in list_options(element)]


def pick_option(options: Iterable[Json], wanted: Any) -> Json:
    """The option with this value or these words (an option itself is taken as it is)."""
    if isinstance(wanted, dict):
        return wanted
    options = list(options)
    for option in options:
        if wanted in (option.get("value"), text_of(option.get("text"))):
            return option
    there = ", ".join(repr(text_of(o.get("text"))) for o in options) or "none at all"
    raise NoSuchElement(f"There is no option {wanted!r}. There are: {there}.")


def state_of(element: Json, value: Any) -> Json:
    """What `state.values` holds for an element with this value; None or an empty value means nothing is chosen."""
    kind = str(element["type"])
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if not value else pick_option(list_options(element), value)}
    if kind in MANY_OPTIONS:
        chosen = value if isinstance(value, list | tuple) else [value] if value else []
        return {"type": kind, "selected_options": [pick_option(list_options(element), v) for v in chosen]}
    if kind == "file_input":
        return {"type": kind, "files": list(value or ())}
    if kind in PLAIN_VALUES:
        many = kind.startswith("multi_")
        return {"type": kind, PLAIN_VALUES[kind][0]: list(value or ()) if many else value or None}
    return {"type": kind, "value": value}


def initial_state(blocks: Iterable[Json]) -> dict[str, dict[str, Json]]:
    """`state.values` before a person touched anything."""
    values: dict[str, dict[str, Json]] = {}
    for placed in list_elements(blocks):
        element = placed.element
        kind = str(element.get("type"))
        if kind in WITHOUT_STATE:
            continue
        if kind in MANY_OPTIONS:
            start = element.get("initial_options")
        elif kind in ONE_OPTION:
            start = element.get("initial_option")
        else:
            start = element.get(PLAIN_VALUES.get(kind, ("", "initial_value"))[1])
        values.setdefault(placed.block_id, {})[placed.action_id] = state_of(element, start)
    return values


def is_empty(state: Json) -> bool:
    """Whether nothing was typed or chosen."""
    return not any(v not in (None, "", [], ()) for k, v in state.items() if k != "type")


def complaint(placed: Placed, state: Json) -> str | None:
    """What Slack itself says about an input before it sends a form, if anything."""
    element, kind = placed.element, placed.element["type"]
    if is_empty(state):
        return None if placed.block.get("optional") else "Please complete this required field."
    value = str(state.get("value") or "")
    if kind == "plain_text_input":
        return _length_complaint(element, value)
    if kind == "number_input":
        return _number_complaint(element, value)
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.match(r"https?://\S+$", value):
        return "Please enter a valid URL."
    return None


def _length_complaint(element: Json, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    return None


def _number_complaint(element: Json, value: str) -> str | None:
    whole = r"[-+]?\d+" + (r"(\.\d+)?" if element.get("is_decimal_allowed") else "")
    if not re.fullmatch(whole, value):
        return "Please enter a number." if element.get("is_decimal_allowed") else "Please enter a whole number."
    number = float(value)
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter at most {element['max_value']}."
    return None
