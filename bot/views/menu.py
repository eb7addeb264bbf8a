"""The "⋯" menu beside the buttons. Slack lets one of its options carry 150 characters, a button 2,000.

What the options have in common, which is what they are about, goes into the menu's own id; the option's value has a
sign in its place. So a menu works as long as its message stands, and nothing has to be remembered for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json
from slackblocks import Option, OverflowMenu, PlainText

from bot.views.button import Press
from bot.views.escape import cut, words_of
from skills.language import Language
from skills.text import Text

MENU = "menu-"
"""Action ids of menus begin with this."""
MOST_OPTIONS = 5
MOST_VALUE = 150
MOST_ID = 255
MOST_LABEL = 75
SHARED = "\u241f"
"""Stands in an option's value for what the menu's id holds."""

Offer = tuple[Text, Press]


def draw_menu(offers: Sequence[Offer], language: Language) -> tuple[OverflowMenu | None, list[Offer]]:
    """The menu with the last of the offers that it can carry, and the others, which take a button each."""
    shared = _shared([press for _, press in offers])
    fitting: list[tuple[Offer, str]] = []
    others: list[Offer] = []
    for label, press in offers:
        value = press.value
        if len(value) > MOST_VALUE and shared:
            value = value.replace(shared, SHARED)
        if len(value) <= MOST_VALUE:
            fitting.append(((label, press), value))
        else:
            others.append((label, press))
    # What a skill tucks away itself comes before what every answer offers, and is what people look for.
    others = [*(offer for offer, _ in fitting[:-MOST_OPTIONS]), *others]
    options = [
        Option(text=PlainText(cut(words_of(label, language).strip() or "…", MOST_LABEL)), value=value)
        for (label, _), value in fitting[-MOST_OPTIONS:]
    ]
    return (OverflowMenu(_action_id(shared), options) if options else None), others


def read_option(action: Mapping[str, Any]) -> Press | None:
    """What the chosen option asks for; None where it is not ours, or of another version."""
    value = str((action.get("selected_option") or {}).get("value") or "")
    shared = str(action.get("action_id") or "").partition(":")[2]
    return Press.read(value.replace(SHARED, shared))


def _action_id(shared: str) -> str:
    return f"{MENU}0:{shared}"


def _shared(presses: Sequence[Press]) -> str:
    """The longest piece of JSON that shortens values which are too long, and that the menu's id can hold."""
    values = [press.value for press in presses]
    if any(SHARED in value for value in values):
        return ""
    pieces = {
        to_json(inner).decode()
        for press in presses
        if press.invocation is not None
        for inner in (press.invocation.params, *press.invocation.params.values())
        if isinstance(inner, dict) and inner
    }
    able = [piece for piece in pieces if len(_action_id(piece)) <= MOST_ID]
    too_long = [value for value in values if len(value) > MOST_VALUE]
    return (
        max(able, key=lambda piece: (sum(piece in value for value in too_long), len(piece)), default="")
        if too_long
        else ""
    )
