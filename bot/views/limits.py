"""What Slack would refuse in a whole message or view and the builders do not see, because they look at one block."""

from collections.abc import Sequence
from typing import Any

from bot.views.drawing import CHART, MENU, Json

MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
MOST_CHARTS = 2
MOST_CELL_TEXT = 10_000
MOST_BLOCK_ID = 255
MOST_VALUE = 2_000
MOST_OPTIONS = 5
MOST_OPTION_VALUE = 150
MESSAGE_ONLY = frozenset({CHART, "markdown", "context_actions", "plan", "task_card", "file"})


def validate_message(text: str, blocks: Sequence[Json]) -> tuple[str, ...]:
    """What is wrong, a sentence each; empty when Slack takes it."""
    problems = list(_whole(blocks, MOST_BLOCKS))
    if not text.strip():
        problems.append("A message needs its notification text.")
    if len(text) > 4_000:
        problems.append("The notification text is longer than 4,000 characters.")
    if sum(block["type"] == CHART for block in blocks) > MOST_CHARTS:
        problems.append("A message holds two charts at most.")
    if sum(block["type"] == "table" for block in blocks) > 1:
        problems.append("A message holds one table at most.")
    return tuple(problems)


def validate_view(view: Json) -> tuple[str, ...]:
    """The same for a modal or the Home tab."""
    blocks = view["blocks"]
    problems = list(_whole(blocks, MOST_VIEW_BLOCKS))
    surplus = MESSAGE_ONLY | ({"data_table", "table"} if view["type"] == "modal" else set())
    problems += [f"A {view['type']} shows no {block['type']}." for block in blocks if block["type"] in surplus]
    if len(view.get("private_metadata", "")) > 3_000:
        problems.append("What a view carries along is longer than 3,000 characters.")
    return tuple(problems)


def _whole(blocks: Sequence[Json], most: int) -> list[str]:
    problems = []
    if len(blocks) > most:
        problems.append(f"{len(blocks)} blocks are more than {most}.")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    problems += [f"The block id {name} is there twice." for name in sorted({i for i in ids if ids.count(i) > 1})]
    problems += [f"The block id {name} is too long." for name in ids if len(name) > MOST_BLOCK_ID]
    cells = sum(_text(block["rows"]) for block in blocks if block["type"] in ("data_table", "table"))
    if cells > MOST_CELL_TEXT:
        problems.append(f"The tables hold {cells} characters, more than {MOST_CELL_TEXT}.")
    for block in blocks:
        elements = block.get("elements", ()) if block["type"] == "actions" else ()
        names = [element["action_id"] for element in elements]
        if len(set(names)) < len(names):
            problems.append(f"An action id is there twice in {block.get('block_id')}.")
        menus = [element for element in elements if element["type"] == MENU]
        problems += ["A menu has too many options." for menu in menus if len(menu["options"]) > MOST_OPTIONS]
        options = [option for menu in menus for option in menu["options"]]
        problems += ["An option carries too much." for option in options if len(option["value"]) > MOST_OPTION_VALUE]
        problems += ["An action id is too long." for one in names if len(one) > MOST_BLOCK_ID]
        problems += ["A button carries too much." for e in elements if len(e.get("value", "")) > MOST_VALUE]
    return problems


def _text(shown: Any) -> int:
    if isinstance(shown, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _text(v) for k, v in shown.items())
    return sum(map(_text, shown)) if isinstance(shown, list) else 0
