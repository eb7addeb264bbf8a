"""Block Kit as Slack checks it: what it would refuse is refused here, with the place that is wrong.

Lengths come from slackblocks' registry of limits; the rest is what that library leaves unchecked in plain
dicts: where each block may stand, ids that repeat, two tables in one message, tables too big, charts that do not fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from slackblocks import _limits as limits

from bot.local_workspace.element_checks import IN_ACTIONS, IN_INPUT, IN_SECTION, ElementChecks
from bot.local_workspace.roster import Json

_EVERYWHERE = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video", "card"}
SURFACES: dict[str, frozenset[str]] = {
    "message": frozenset(
        _EVERYWHERE
        | {"carousel", "container", "table", "data_table", "data_visualization", "context_actions"}
        | {"markdown", "plan", "task_card", "file"}
    ),
    "modal": frozenset(_EVERYWHERE | {"alert"}),
    "home": frozenset(_EVERYWHERE | {"carousel", "container", "table", "data_table"}),
}
CONTAINER_CHILDREN = frozenset(
    {"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"}
)
TABLE_TEXT = 10_000
DATA_TABLE_ROWS = 101
CHART_SERIES = 6


def check_message(blocks: Any, *, charts_refused: bool = False) -> list[str]:
    """What is wrong with a message's blocks, as Slack words it; an empty list when nothing is."""
    check = _Check("message")
    if not isinstance(blocks, list):
        return ["[ERROR] blocks must be a list [json-pointer:/blocks]"]
    check.count("/blocks", blocks, 0, limits.MESSAGE_BLOCKS_MAX_ITEMS)
    check.blocks("/blocks", blocks)
    check.whole_message(blocks)
    if charts_refused:
        check.no_charts(blocks)
    return check.problems


def check_view(view: Any, surface: str) -> list[str]:
    """What is wrong with a view; `surface` is `modal` or `home`."""
    check = _Check(surface, root="/view")
    if not isinstance(view, dict) or view.get("type") != surface:
        return [f"[ERROR] must be a view of type {surface} [json-pointer:/view/type]"]
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return ["[ERROR] missing required field: blocks [json-pointer:/view/blocks]"]
    check.count("/view/blocks", blocks, 0, limits.VIEW_BLOCKS_MAX_ITEMS)
    check.string("/view", view, "private_metadata", limits.VIEW_PRIVATE_METADATA_MAX_LENGTH)
    check.string("/view", view, "callback_id", limits.VIEW_CALLBACK_ID_MAX_LENGTH)
    check.string("/view", view, "external_id", limits.VIEW_EXTERNAL_ID_MAX_LENGTH)
    if surface == "modal":
        check.text("/view", view, "title", limits.VIEW_TITLE_MAX_LENGTH, plain=True, required=True)
        check.text("/view", view, "submit", limits.VIEW_SUBMIT_MAX_LENGTH, plain=True)
        check.text("/view", view, "close", limits.VIEW_CLOSE_MAX_LENGTH, plain=True)
        if any(isinstance(b, dict) and b.get("type") == "input" for b in blocks) and not view.get("submit"):
            check.fail("/view/submit", "submit is required when an input is within blocks")
    check.blocks("/view/blocks", blocks)
    return check.problems


class _Check(ElementChecks):
    """Collects what is wrong while walking the blocks of one message or view."""

    def __init__(self, surface: str, root: str = "") -> None:
        super().__init__()
        self.surface = surface
        self.root = root
        self._kinds: dict[str, Callable[[str, Json], None]] = {
            "section": self._section,
            "header": lambda at, b: self.text(at, b, "text", limits.HEADER_TEXT_MAX_LENGTH, plain=True, required=True),
            "divider": lambda at, b: None,  # noqa: ARG005
            "context": self._context,
            "actions": self._actions,
            "context_actions": self._context_actions,
            "input": self._input,
            "image": self.image,
            "markdown": lambda at, b: self.string(at, b, "text", limits.MARKDOWN_TEXT_MAX_LENGTH, required=True),
            "rich_text": self._rich_text,
            "table": self._table,
            "data_table": self._data_table,
            "data_visualization": self._chart,
            "card": self._card,
            "carousel": self._carousel,
            "container": self._container,
            "alert": lambda at, b: self.text(at, b, "text", limits.ALERT_TEXT_MAX_LENGTH, required=True),
            "plan": self._plan,
            "task_card": self._task_card,
            "file": lambda at, b: self.string(at, b, "external_id", 255, required=True),
            "video": self._video,
        }

    # Blocks

    def blocks(self, at: str, blocks: list[Any]) -> None:
        seen: set[str] = set()
        for number, block in enumerate(blocks):
            here = f"{at}/{number}"
            if not isinstance(block, dict):
                self.fail(here, "must be an object")
                continue
            self.block(here, block, SURFACES[self.surface])
            block_id = block.get("block_id")
            if isinstance(block_id, str) and block_id in seen:
                self.fail(f"{here}/block_id", f"block_id already exists: {block_id}")
            if isinstance(block_id, str):
                seen.add(block_id)

    def block(self, at: str, block: Json, allowed: frozenset[str]) -> None:
        kind = str(block.get("type"))
        checked = self._kinds.get(kind)
        if checked is None:
            self.fail(f"{at}/type", f"unsupported type: {kind}")
        elif kind not in allowed:
            self.fail(f"{at}/type", f"unsupported block type for {self.surface}: {kind}")
        else:
            self.string(at, block, "block_id", limits.BLOCK_ID_MAX_LENGTH)
            checked(at, block)

    def _section(self, at: str, block: Json) -> None:
        self.text(at, block, "text", limits.SECTION_TEXT_MAX_LENGTH)
        if block.get("text") is None and block.get("fields") is None:
            self.fail(at, "missing required field: text or fields")
        if block.get("fields") is not None:
            for n, field in enumerate(self.a_list(at, block, "fields", 1, limits.SECTION_FIELDS_MAX_ITEMS)):
                self.text_object(f"{at}/fields/{n}", field, limits.SECTION_FIELDS_ITEM_MAX_LENGTH)
        if block.get("accessory") is not None:
            self.element(f"{at}/accessory", block["accessory"], IN_SECTION)

    def _context(self, at: str, block: Json) -> None:
        for n, element in enumerate(self.a_list(at, block, "elements", 1, limits.CONTEXT_ELEMENTS_MAX_ITEMS)):
            here = f"{at}/elements/{n}"
            if isinstance(element, dict) and element.get("type") == "image":
                self.image(here, element)
            else:
                self.text_object(here, element, limits.TEXT_MAX_LENGTH)

    def _actions(self, at: str, block: Json) -> None:
        self._elements(at, block, limits.ACTIONS_ELEMENTS_MAX_ITEMS, IN_ACTIONS)

    def _context_actions(self, at: str, block: Json) -> None:
        self._elements(
            at, block, limits.CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS, frozenset({"feedback_buttons", "icon_button"})
        )

    def _elements(self, at: str, block: Json, most: int, allowed: frozenset[str], key: str = "elements") -> None:
        seen: set[str] = set()
        for n, element in enumerate(self.a_list(at, block, key, 1, most)):
            self.element(f"{at}/{key}/{n}", element, allowed)
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if isinstance(action_id, str) and action_id in seen:
                self.fail(f"{at}/{key}/{n}/action_id", f"action_id already exists: {action_id}")
            if isinstance(action_id, str):
                seen.add(action_id)

    def _input(self, at: str, block: Json) -> None:
        self.text(at, block, "label", limits.INPUT_LABEL_MAX_LENGTH, plain=True, required=True)
        self.text(at, block, "hint", limits.INPUT_HINT_MAX_LENGTH, plain=True)
        if block.get("element") is None:
            self.fail(f"{at}/element", "missing required field: element")
        else:
            self.element(f"{at}/element", block["element"], IN_INPUT)

    def _video(self, at: str, block: Json) -> None:
        self.string(at, block, "video_url", limits.VIDEO_VIDEO_URL_MAX_LENGTH, required=True)
        self.string(at, block, "thumbnail_url", limits.VIDEO_THUMBNAIL_URL_MAX_LENGTH, required=True)
        self.string(at, block, "alt_text", limits.VIDEO_ALT_TEXT_MAX_LENGTH, required=True)
        self.text(at, block, "title", limits.VIDEO_TITLE_MAX_LENGTH, plain=True, required=True)

    def _rich_text(self, at: str, block: Json) -> None:
        self.a_list(at, block, "elements", 1, 1000)

    def _table(self, at: str, block: Json) -> None:
        rows = self.a_list(at, block, "rows", 1, limits.TABLE_ROWS_MAX_ITEMS)
        for n, row in enumerate(rows):
            self._row(f"{at}/rows/{n}", row, limits.TABLE_COLUMNS_MAX_ITEMS)
        if text_length(rows) > TABLE_TEXT:
            self.fail(f"{at}/rows", f"cells must hold no more than {TABLE_TEXT} characters in all")

    def _row(self, at: str, row: Any, most: int) -> None:
        if not isinstance(row, list):
            self.fail(at, "must be a list of cells")
            return
        self.count(at, row, 1, most)
        for n, cell in enumerate(row):
            kind = cell.get("type") if isinstance(cell, dict) else None
            if kind not in {"raw_text", "raw_number", "rich_text"}:
                self.fail(f"{at}/{n}/type", f"unsupported cell type: {kind}")
            elif kind == "raw_text" and not cell.get("text"):
                self.fail(f"{at}/{n}/text", "must be more than 0 characters")
            elif kind == "raw_number" and not _is_number(cell.get("value")):
                self.fail(f"{at}/{n}/value", "must be a number")

    def _data_table(self, at: str, block: Json) -> None:
        rows = self.a_list(at, block, "rows", limits.DATA_TABLE_ROWS_MIN_ITEMS, DATA_TABLE_ROWS)
        self.string(at, block, "caption", limits.TEXT_MAX_LENGTH, required=True)
        for n, row in enumerate(rows):
            self._row(f"{at}/rows/{n}", row, limits.DATA_TABLE_COLUMNS_MAX_ITEMS)
        lengths = {len(r) for r in rows if isinstance(r, list)}
        if len(lengths) > 1:
            self.fail(f"{at}/rows", "all rows must have the same number of cells")
        header = rows[0] if rows and isinstance(rows[0], list) else []
        if any(isinstance(c, dict) and c.get("type") == "rich_text" for c in header):
            self.fail(f"{at}/rows/0", "header cells must not be rich_text")
        size = block.get("page_size", 5)
        if not isinstance(size, int) or not 1 <= size <= limits.DATA_TABLE_PAGE_SIZE_MAX:
            self.fail(f"{at}/page_size", f"must be between 1 and {limits.DATA_TABLE_PAGE_SIZE_MAX}")
        column = block.get("row_header_column_index", 0)
        if not isinstance(column, int) or not 0 <= column < max(lengths, default=1):
            self.fail(f"{at}/row_header_column_index", "must be the index of a column")
        if text_length(rows) > TABLE_TEXT:
            self.fail(f"{at}/rows", f"cells must hold no more than {TABLE_TEXT} characters in all")

    def _chart(self, at: str, block: Json) -> None:
        self.string(at, block, "title", limits.DATA_VISUALIZATION_TITLE_MAX_LENGTH, required=True)
        chart = block.get("chart")
        if not isinstance(chart, dict) or chart.get("type") not in {"bar", "line", "area", "pie"}:
            self.fail(f"{at}/chart/type", "must be bar, line, area or pie")
        elif chart["type"] == "pie":
            segments = self.a_list(f"{at}/chart", chart, "segments", 1, CHART_SERIES)
            for n, segment in enumerate(segments):
                self._point(f"{at}/chart/segments/{n}", segment, above_zero=True)
        else:
            self._series(f"{at}/chart", chart)

    def _series(self, at: str, chart: Json) -> None:
        axis = chart.get("axis_config")
        if not isinstance(axis, dict):
            self.fail(f"{at}/axis_config", "missing required field: axis_config")
            axis = {}
        categories = self.a_list(
            f"{at}/axis_config", axis, "categories", 1, limits.DATA_VISUALIZATION_CATEGORIES_MAX_ITEMS
        )
        for key in ("x_label", "y_label"):
            self.string(f"{at}/axis_config", axis, key, limits.DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH)
        for n, series in enumerate(self.a_list(at, chart, "series", 1, CHART_SERIES)):
            here = f"{at}/series/{n}"
            if not isinstance(series, dict):
                self.fail(here, "must be an object")
                continue
            self.string(here, series, "name", limits.DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH, required=True)
            points = self.a_list(here, series, "data", 1, limits.DATA_VISUALIZATION_DATA_MAX_ITEMS)
            for m, point in enumerate(points):
                self._point(f"{here}/data/{m}", point)
            labels = [p.get("label") for p in points if isinstance(p, dict)]
            if sorted(map(str, labels)) != sorted(map(str, categories)):
                self.fail(f"{here}/data", "must have one point for every category")

    def _point(self, at: str, point: Any, *, above_zero: bool = False) -> None:
        if not isinstance(point, dict):
            self.fail(at, "must be an object")
            return
        self.string(at, point, "label", limits.DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH, required=True)
        value = point.get("value")
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.fail(f"{at}/value", "must be a number")
        elif above_zero and value <= 0:
            self.fail(f"{at}/value", "must be greater than 0")

    def _card(self, at: str, block: Json) -> None:
        self.text(at, block, "title", limits.CARD_TITLE_MAX_LENGTH)
        self.text(at, block, "subtitle", limits.CARD_SUBTITLE_MAX_LENGTH)
        self.text(at, block, "body", limits.CARD_BODY_MAX_LENGTH)
        self.text(at, block, "subtext", limits.CARD_SUBTEXT_MAX_LENGTH)
        if block.get("actions") is not None:
            self._elements(at, block, limits.CARD_ACTIONS_MAX_ITEMS, frozenset({"button"}), "actions")
        if not any(block.get(k) for k in ("hero_image", "title", "actions", "body")):
            self.fail(at, "one of hero_image, title, actions and body is required")

    def _carousel(self, at: str, block: Json) -> None:
        for n, card in enumerate(self.a_list(at, block, "elements", 1, limits.CAROUSEL_ELEMENTS_MAX_ITEMS)):
            if isinstance(card, dict):
                self._card(f"{at}/elements/{n}", card)
            else:
                self.fail(f"{at}/elements/{n}", "must be a card")

    def _container(self, at: str, block: Json) -> None:
        self.text(at, block, "title", limits.CONTAINER_TITLE_MAX_LENGTH, plain=True)
        self.text(at, block, "subtitle", limits.CONTAINER_SUBTITLE_MAX_LENGTH)
        if block.get("title") is None and block.get("rich_text_title") is None:
            self.fail(at, "missing required field: title or rich_text_title")
        if block.get("default_collapsed") and not block.get("is_collapsible"):
            self.fail(f"{at}/default_collapsed", "requires is_collapsible")
        children = self.a_list(at, block, "child_blocks", 1, limits.CONTAINER_CHILD_BLOCKS_MAX_ITEMS)
        for n, child in enumerate(children):
            if isinstance(child, dict):
                self.block(f"{at}/child_blocks/{n}", child, CONTAINER_CHILDREN)
            else:
                self.fail(f"{at}/child_blocks/{n}", "must be an object")

    def _plan(self, at: str, block: Json) -> None:
        self.string(at, block, "title", limits.TEXT_MAX_LENGTH, required=True)
        tasks = self.a_list(at, block, "tasks", 0, limits.PLAN_TASKS_MAX_ITEMS)
        seen: set[str] = set()
        for n, task in enumerate(tasks):
            here = f"{at}/tasks/{n}"
            if not isinstance(task, dict):
                self.fail(here, "must be an object")
                continue
            self._task(here, task, {"pending", "in_progress", "complete", "error"})
            if str(task.get("task_id")) in seen:
                self.fail(f"{here}/task_id", "task_id already exists")
            seen.add(str(task.get("task_id")))

    def _task_card(self, at: str, block: Json) -> None:
        self._task(at, block, {"in_progress", "complete", "error"})

    def _task(self, at: str, task: Json, statuses: set[str]) -> None:
        self.string(at, task, "task_id", 255, required=True)
        self.string(at, task, "title", limits.TEXT_MAX_LENGTH, required=True)
        if task.get("status") not in statuses:
            self.fail(f"{at}/status", f"must be one of {', '.join(sorted(statuses))}")

    # The message as a whole

    def whole_message(self, blocks: list[Any]) -> None:
        """What only the sum shows: one table, two charts, 12,000 characters of markdown."""
        kinds = [b.get("type") for b in blocks if isinstance(b, dict)]
        if kinds.count("table") > 1:
            self.fail("/blocks", "only one table block is allowed in a message")
        if kinds.count("data_visualization") > limits.MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS:
            self.fail("/blocks", "no more than 2 data_visualization blocks are allowed in a message")
        markdown = sum(
            len(str(b.get("text", ""))) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown"
        )
        if markdown > limits.MARKDOWN_TOTAL_TEXT_MAX_LENGTH:
            self.fail("/blocks", "markdown blocks must hold no more than 12000 characters in all")

    def no_charts(self, blocks: list[Any]) -> None:
        for number, block in enumerate(blocks):
            if isinstance(block, dict) and block.get("type") == "data_visualization":
                self.fail(f"/blocks/{number}/type", "unsupported type: data_visualization")


def text_length(value: Any) -> int:
    """Characters of cell text, however deep; numbers count as they are written."""
    if isinstance(value, dict):
        if value.get("type") == "raw_number" and "text" not in value:
            return len(json.dumps(value.get("value")))
        return sum(len(v) if k == "text" and isinstance(v, str) else text_length(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(map(text_length, value))
    return 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
