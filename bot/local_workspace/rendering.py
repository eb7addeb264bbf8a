"""Blocks as the plain text a reader sees; unknown blocks show their JSON instead of vanishing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]


def blocks_as_text(blocks: Iterable[Json]) -> str:
    """One block a paragraph line; interactive elements in square brackets."""
    return "\n".join(line for line in (_block(b) for b in blocks) if line)


def _block(block: Json) -> str:
    drawn = _BLOCKS.get(str(block.get("type")))
    return drawn(block) if drawn else json.dumps(block, ensure_ascii=False)


def text_of(value: Any) -> str:
    """The words of a text object, with Slack's escapes and link markup undone."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "rich_text":
        return _rich_text(value)
    words = str(value.get("text", ""))
    return _mrkdwn(words) if value.get("type") == "mrkdwn" else words


def _mrkdwn(text: str) -> str:
    text = re.sub(r"<((?:https?://|mailto:)[^<>|]+)\|([^<>]*)>", r"\2", text)
    text = re.sub(r"<((?:https?://|mailto:)[^<>|]+)>", r"\1", text)
    text = re.sub(r"<([@#!])([^<>|]+)\|([^<>]+)>", r"\1\3", text)
    text = re.sub(r"<([@#!][^<>|]+)\|?>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _element(element: Json) -> str:
    kind = str(element.get("type", ""))
    if kind in {"mrkdwn", "plain_text"}:
        return text_of(element)
    if kind == "image":
        return f"({element.get('alt_text', '')})"
    if kind == "feedback_buttons":
        return " ".join(f"[{text_of(element.get(k, {}).get('text'))}]" for k in ("positive_button", "negative_button"))
    if kind in {"button", "icon_button", "workflow_button"}:
        return f"[{text_of(element.get('text'))}]"
    return _field(element)


def _field(element: Json) -> str:
    chosen = element.get("initial_option") or element.get("initial_options")
    if isinstance(chosen, dict):
        value = text_of(chosen.get("text"))
    elif isinstance(chosen, list):
        value = ", ".join(text_of(o.get("text")) for o in chosen)
    else:
        initial = next((element[k] for k in element if k.startswith("initial_")), "")
        value = str(initial)
    options = [text_of(o.get("text")) for o in element.get("options", ())]
    shown = value or text_of(element.get("placeholder")) or element.get("type", "")
    return f"[{shown} ▾ {' | '.join(options)}]" if options else f"[{shown}]"


def _section(block: Json) -> str:
    parts = [text_of(block.get("text")), *(text_of(f) for f in block.get("fields", ()))]
    if "accessory" in block:
        parts.append(_element(block["accessory"]))
    return "\n".join(p for p in parts if p)


def _row(cells: Iterable[Any]) -> str:
    return " | ".join(_cell(c) for c in cells)


def _cell(cell: Any) -> str:
    if isinstance(cell, dict) and cell.get("type") == "raw_number":
        return str(cell.get("text", cell.get("value", "")))
    return text_of(cell)


def _table(block: Json) -> str:
    rows = "\n".join(_row(r) for r in block.get("rows", ()))
    return "\n".join(p for p in (block.get("caption", ""), rows) if p)


def _chart(block: Json) -> str:
    chart = block.get("chart", {})
    lines = [str(block.get("title", ""))]
    lines += [f"{s.get('label')}: {s.get('value')}" for s in chart.get("segments", ())]
    for series in chart.get("series", ()):
        points = ", ".join(f"{p.get('label')}: {p.get('value')}" for p in series.get("data", ()))
        lines.append(f"{series.get('name')}: {points}")
    return "\n".join(lines)


def _card(block: Json) -> str:
    parts = [text_of(block.get(k)) for k in ("title", "subtitle", "body", "subtext")]
    parts += [" ".join(_element(e) for e in block.get("actions") or ())]
    return "\n".join(p for p in parts if p)


def _container(block: Json) -> str:
    title = text_of(block.get("title")) or text_of(block.get("rich_text_title"))
    parts = [title, text_of(block.get("subtitle")), blocks_as_text(block.get("child_blocks", ()))]
    return "\n".join(p for p in parts if p)


def _task(task: Json) -> str:
    mark = {"complete": "✓", "error": "✗", "in_progress": "…"}.get(str(task.get("status")), "·")
    parts = [f"{mark} {text_of(task.get('title'))}", text_of(task.get("details")), text_of(task.get("output"))]
    return "\n".join(p for p in parts if p)


def _input(block: Json) -> str:
    hint = text_of(block.get("hint"))
    line = f"{text_of(block.get('label'))}: {_element(block.get('element', {}))}"
    return f"{line}\n{hint}" if hint else line


def _rich_text(block: Json) -> str:
    return "\n".join(_rich_part(e) for e in block.get("elements", ()))


def _rich_part(part: Json) -> str:
    if part.get("type") == "rich_text_list":
        ordered = part.get("style") == "ordered"
        items = part.get("elements", ())
        return "\n".join(f"{f'{n}.' if ordered else '•'} {_rich_part(i)}" for n, i in enumerate(items, 1))
    return "".join(_rich_leaf(e) for e in part.get("elements", ()))


def _rich_leaf(leaf: Json) -> str:
    kind = leaf.get("type")
    if kind == "user":
        return f"@{leaf.get('user_id')}"
    if kind == "channel":
        return f"#{leaf.get('channel_id')}"
    if kind == "emoji":
        return f":{leaf.get('name')}:"
    if kind == "broadcast":
        return f"@{leaf.get('range')}"
    if kind == "date":
        return str(leaf.get("fallback", leaf.get("timestamp", "")))
    return str(leaf.get("text") or leaf.get("url") or "")


def _elements(separator: str) -> Callable[[Json], str]:
    return lambda block: separator.join(_element(e) for e in block.get("elements", ()))


_BLOCKS: dict[str, Callable[[Json], str]] = {
    "section": _section,
    "header": lambda b: text_of(b.get("text")),
    "divider": lambda _: "———",
    "context": _elements(" "),
    "actions": _elements(" "),
    "context_actions": _elements(" "),
    "image": lambda b: f"({text_of(b.get('title')) or b.get('alt_text', '')})",
    "markdown": lambda b: str(b.get("text", "")),
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "card": _card,
    "carousel": lambda b: blocks_as_text({**e, "type": "card"} for e in b.get("elements", ())),
    "container": _container,
    "plan": lambda b: "\n".join([text_of(b.get("title")), *(_task(t) for t in b.get("tasks", ()))]),
    "task_card": _task,
    "input": _input,
    "alert": lambda b: text_of(b.get("text")),
    "file": lambda b: f"[file {b.get('external_id', '')}]",
    "video": lambda b: f"({text_of(b.get('title'))})",
}
