"""What the workspace refuses because Slack would, and how blocks read as text."""

from __future__ import annotations

from typing import Any

import pytest
import slackblocks
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.local_workspace import as_text, check_message, check_view
from tests.bot.local_workspace_app import running

Json = dict[str, Any]


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words}


def section(words: str = "hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(words), **more}


def button(action_id: str = "go", words: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(words), **more}


def options(count: int, words: str = "o") -> list[Json]:
    return [{"text": plain(f"{words}{n}"), "value": str(n)} for n in range(count)]


def table(rows: int = 2, columns: int = 2, words: str = "x", kind: str = "table") -> Json:
    cells = [[{"type": "raw_text", "text": words} for _ in range(columns)] for _ in range(rows)]
    return {"type": kind, "rows": cells} | ({"caption": "Deals"} if kind == "data_table" else {})


def bars(series: int = 1, categories: int = 2, missing: bool = False) -> Json:
    names = [f"k{n}" for n in range(categories)]
    data = [{"label": n, "value": 1} for n in (names[1:] if missing else names)]
    chart = {
        "type": "bar",
        "series": [{"name": f"s{n}", "data": data} for n in range(series)],
        "axis_config": {"categories": names},
    }
    return {"type": "data_visualization", "title": "Pipeline", "chart": chart}


def pie(*values: float) -> Json:
    segments = [{"label": f"p{n}", "value": v} for n, v in enumerate(values)]
    return {"type": "data_visualization", "title": "Share", "chart": {"type": "pie", "segments": segments}}


GOOD: list[Json] = [
    section(fields=[mrkdwn("*a*\n1")], accessory=button()),
    {"type": "header", "text": plain("Title")},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("small"), {"type": "image", "image_url": "https://x", "alt_text": "x"}]},
    {"type": "actions", "elements": [button(), {"type": "datepicker", "action_id": "d"}]},
    {"type": "image", "image_url": "https://x", "alt_text": "x"},
    {"type": "markdown", "text": "**hi**"},
    table(),
    table(kind="data_table"),
    bars(),
    pie(1, 2.5),
    {"type": "card", "title": plain("Acme"), "actions": [button()]},
    {"type": "container", "title": plain("More"), "child_blocks": [section()]},
    {"type": "task_card", "task_id": "1", "title": "Look", "status": "complete"},
]

REFUSED: list[tuple[str, list[Json], str]] = [
    ("an unknown type", [{"type": "poem"}], "/blocks/0/type"),
    ("51 blocks", [section()] * 51, "/blocks]"),
    ("3001 characters", [section("x" * 3001)], "/blocks/0/text/text"),
    ("an empty text", [section("")], "/blocks/0/text/text"),
    ("a section with nothing", [{"type": "section"}], "/blocks/0]"),
    ("eleven fields", [{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields]"),
    ("a header in mrkdwn", [{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text]"),
    ("a header of 151", [{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
    ("button words of 76", [{"type": "actions", "elements": [button(words="x" * 76)]}], "elements/0/text/text"),
    ("a button value of 2001", [{"type": "actions", "elements": [button(value="x" * 2001)]}], "elements/0/value"),
    ("a purple button", [{"type": "actions", "elements": [button(style="purple")]}], "elements/0/style"),
    ("no elements", [{"type": "actions", "elements": []}], "/blocks/0/elements]"),
    ("26 elements", [{"type": "actions", "elements": [button(str(n)) for n in range(26)]}], "/blocks/0/elements]"),
    ("the same action_id twice", [{"type": "actions", "elements": [button(), button()]}], "elements/1/action_id"),
    ("the same block_id twice", [section(block_id="a"), section(block_id="a")], "/blocks/1/block_id"),
    (
        "101 options",
        [section(accessory={"type": "static_select", "action_id": "s", "options": options(101)})],
        "accessory/options]",
    ),
    (
        "an option of 76",
        [section(accessory={"type": "static_select", "action_id": "s", "options": options(1, "x" * 76)})],
        "options/0/text/text",
    ),
    (
        "an initial option that is not offered",
        [
            section(
                accessory={
                    "type": "static_select",
                    "action_id": "s",
                    "options": options(1),
                    "initial_option": {"text": plain("other"), "value": "9"},
                }
            )
        ],
        "initial_option",
    ),
    ("two tables", [table(), table()], "/blocks]"),
    ("101 rows", [table(rows=101)], "/blocks/0/rows]"),
    ("21 columns", [table(columns=21)], "/blocks/0/rows/0]"),
    ("10,001 characters in cells", [table(rows=100, columns=1, words="x" * 101)], "/blocks/0/rows]"),
    ("a data table without caption", [{**table(kind="data_table"), "caption": None}], "/blocks/0/caption"),
    ("a data table with a header only", [table(rows=1, kind="data_table")], "/blocks/0/rows]"),
    ("rows of different length", [{**table(kind="data_table"), "rows": [*table()["rows"], []]}], "/blocks/0/rows]"),
    ("an empty cell", [table(words="")], "/blocks/0/rows/0/0/text"),
    ("three charts", [bars()] * 3, "/blocks]"),
    ("seven series", [bars(series=7)], "/chart/series]"),
    ("21 categories", [bars(categories=21)], "/categories]"),
    ("a series that lacks a category", [bars(missing=True)], "/series/0/data]"),
    ("a slice of nothing", [pie(1, 0)], "/segments/1/value"),
    ("12,001 characters of markdown", [{"type": "markdown", "text": "x" * 6001}] * 2, "/blocks]"),
    ("an alert in a message", [{"type": "alert", "text": plain("x")}], "/blocks/0/type"),
    ("a pending task alone", [{"type": "task_card", "task_id": "1", "title": "x", "status": "pending"}], "/status"),
    (
        "a chart in a container",
        [{"type": "container", "title": plain("x"), "child_blocks": [bars()]}],
        "child_blocks/0",
    ),
    ("an image without words", [{"type": "image", "image_url": "https://x"}], "alt_text"),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda b: str(b["type"]))
def test_what_slack_takes_is_taken(block: Json) -> None:
    assert check_message([block]) == []


@pytest.mark.parametrize(("blocks", "where"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_slack_refuses_is_refused_with_the_place(blocks: list[Json], where: str) -> None:
    problems = check_message(blocks)
    assert any(where in p for p in problems), problems


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"title": None}, "/view/title"),
        ({"submit": None}, "/view/submit"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"blocks": [section()] * 101}, "/view/blocks]"),
        ({"blocks": [bars()]}, "/view/blocks/0/type"),
        ({"type": "home"}, "/view/type"),
    ],
)
def test_forms_are_checked_too(change: Json, where: str) -> None:
    field = {"type": "input", "label": plain("Name"), "element": {"type": "plain_text_input", "action_id": "v"}}
    form: Json = {"type": "modal", "title": plain("Edit"), "submit": plain("Save"), "blocks": [field]}
    assert check_view(form, "modal") == []
    assert any(where in p for p in check_view({**form, **change}, "modal"))


@pytest.mark.parametrize("kind", ["markdown", "data_visualization", "context_actions", "plan", "alert"])
def test_the_home_tab_takes_no_block_meant_for_elsewhere(kind: str) -> None:
    problems = check_view({"type": "home", "blocks": [{"type": kind}]}, "home")
    assert problems == [f"[ERROR] unsupported block type for home: {kind} [json-pointer:/view/blocks/0/type]"]


def test_what_slackblocks_builds_is_taken() -> None:
    built = slackblocks.Message(
        channel="C1",
        blocks=[
            slackblocks.SectionBlock("hello", accessory=slackblocks.Button("Go", action_id="go")),
            slackblocks.DataTableBlock(
                rows=[[slackblocks.RawText("Name")], [slackblocks.RawText("Acme")]], caption="Accounts"
            ),
        ],
    )
    blocks = dict(built)["blocks"]
    assert check_message(blocks) == []


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_JSON = st.recursive(_LEAVES, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3))
_KINDS = st.sampled_from(
    sorted({b["type"] for b in GOOD} | {"plan", "carousel", "input", "rich_text", "alert", "video"})
)
_KEYS = st.sampled_from(
    ["text", "elements", "element", "rows", "chart", "title", "accessory", "fields", "tasks", "label"]
)


@given(kind=_KINDS, rest=st.dictionaries(_KEYS, _JSON, max_size=5))
def test_nonsense_is_judged_and_never_breaks_the_judge(kind: str, rest: Json) -> None:
    assert isinstance(check_message([{**rest, "type": kind}]), list)
    assert isinstance(check_view({"type": "home", "blocks": [{**rest, "type": kind}]}, "home"), list)


async def test_a_refusal_reaches_the_app_in_slacks_words() -> None:
    async with running(lambda app: None) as bot:
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.chat_postMessage(channel="#sales", text="x", blocks=[section("x" * 3001)])
        assert refusal.value.response["error"] == "invalid_blocks"
        assert refusal.value.response["response_metadata"]["messages"] == [
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
        ]
        bot.workspace.faults.refuse_charts()
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await bot.client.chat_postMessage(channel="#sales", text="x", blocks=[bars()])


def test_blocks_read_as_a_reader_sees_them() -> None:
    seven = {"type": "raw_number", "value": 7}
    blocks = [
        {"type": "header", "text": plain("Pipeline")},
        section("*Acme* &amp; <https://x.example|more> by <@U1>"),
        {"type": "data_table", "caption": "Deals", "rows": [[{"type": "raw_text", "text": "A"}], [seven]]},
        pie(3),
        {"type": "actions", "elements": [button(words="Undo")]},
        {"type": "poem", "lines": 2},
    ]
    assert as_text(blocks) == (
        'Pipeline\n*Acme* & more by @U1\nDeals\nA\n7\nShare\np0: 3\n[Undo]\n{"type": "poem", "lines": 2}'
    )
