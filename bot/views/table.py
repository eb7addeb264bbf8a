"""Tables: Slack's data table where it fits, aligned text where it does not."""

import unicodedata
from collections.abc import Sequence

from slackblocks import (
    Block,
    DataTableBlock,
    RawNumber,
    RawText,
    RichText,
    RichTextBlock,
    RichTextCodeBlock,
    RichTextSection,
)

from bot.views.drawing import Json
from bot.views.escape import cut, words_of
from skills.answer import Table
from skills.language import Language
from skills.text import Amount, AnyValue, Count, Day, Share, text

MOST_ROWS = 100
MOST_COLUMNS = 20
MOST_TEXT = 9_500
MOST_CELL = 300
MOST_CODE = 2_800
PAGE = 10
LEAST_ROWS = 5
"""A table of which fewer rows would fit is better drawn as text."""
NOTHING = "–"

Cell = RawText | RawNumber | RichTextBlock


def draw_table(table: Table, language: Language, name: str, *, room: int = MOST_TEXT) -> list[Block]:
    """The table, its total below it, and how many rows were left out.

    `room` is how many characters of cells a data table may hold here; without enough of it, it is drawn as text.
    """
    title = words_of(table.title, language) or NOTHING
    if not table.rows or not table.columns:
        return [_line(f"{name}.empty", [(title, True), ("\n" + words_of(text("Nothing to list."), language), False)])]
    header = [words_of(column.label, language) or NOTHING for column in table.columns]
    rows = [[cell(value, language) for value in row] for row in table.rows]
    if len(header) > MOST_COLUMNS or any(len(row) != len(header) for row in rows):
        return _as_text(table, language, name, title, header, rows)
    shown = _fitting(header, rows, room)
    if len(shown) < min(len(rows), LEAST_ROWS):
        return _as_text(table, language, name, title, header, rows)
    blocks: list[Block] = [
        DataTableBlock(
            rows=[
                [RawText(cut(words, MOST_CELL)) for words in header],
                *(_cells(values, row) for values, row in zip(table.rows, shown, strict=False)),
            ],
            caption=cut(title, MOST_CELL),
            page_size=PAGE,
            block_id=f"{name}.table",
        ),
    ]
    return [*blocks, *_below(table, language, name, header, len(rows) - len(shown))]


def as_code(block: Json) -> Json:
    """A data table as aligned text, for a workspace that does not take data tables."""
    rows = [[str(one.get("text", "")) for one in row] for row in block["rows"]]
    numeric = [one.get("type") == "raw_number" for one in block["rows"][-1]]
    drawn = RichTextBlock(
        [
            RichTextSection([RichText(block["caption"], bold=True)]),
            RichTextCodeBlock([RichText(cut(aligned(rows, numeric), MOST_CODE))]),
        ],
        block_id=block["block_id"],
    )
    return dict(drawn._resolve())  # noqa: SLF001 - the library's only way to JSON for one block


def cell(value: AnyValue, language: Language) -> str:
    """One cell in words, on one line."""
    return cut(" ".join(words_of(value, language).split()) or NOTHING, MOST_CELL)


def aligned(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    """Rows as columns of a fixed-width font, numbers to the right; wide characters count as two."""
    widths = [max(_width(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        padded = []
        for words, width, right in zip(row, widths, numeric, strict=True):
            space = " " * (width - _width(words))
            padded.append(space + words if right else words + space)
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _width(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in words)


def _cells(values: Sequence[AnyValue], row: Sequence[str]) -> list[Cell]:
    return [_cell(value, words) for value, words in zip(values, row, strict=True)]


def _cell(value: AnyValue, words: str) -> Cell:
    """Numbers and days carry the value by which they sort."""
    match value:
        case Count():
            return RawNumber(value.value, words)
        case Amount():
            return RawNumber(float(value.money.units), words)
        case Share():
            return RawNumber(round(value.numerator * 100 / value.denominator, 4), words)
        case Day():
            return RawNumber(value.value.toordinal(), words)
        case _:
            return RawText(words)


def _fitting(header: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[Sequence[str]]:
    """As many of the first rows as Slack takes."""
    size = sum(map(len, header))
    fitting: list[Sequence[str]] = []
    for row in rows[:MOST_ROWS]:
        size += sum(map(len, row))
        if size > room:
            break
        fitting.append(row)
    return fitting


def _below(table: Table, language: Language, name: str, header: Sequence[str], left_out: int) -> list[Block]:
    blocks: list[Block] = []
    if table.total:
        cells = [(label, cell(value, language)) for label, value in zip(header, table.total, strict=False)]
        first, *others = cells
        parts = [(first[1], True)]
        parts += [(f"  ·  {label} {words}", False) for label, words in others if words not in ("", NOTHING)]
        blocks.append(_line(f"{name}.total", parts))
    if left_out > 0:
        more = text("… and {count} more.", count=left_out)
        blocks.append(_line(f"{name}.more", [(words_of(more, language), False)]))
    return blocks


def _as_text(
    table: Table, language: Language, name: str, title: str, header: list[str], rows: list[list[str]]
) -> list[Block]:
    columns = max(len(header), *(len(row) for row in rows))
    full = [[*row, *[""] * (columns - len(row))] for row in [header, *rows]]
    numeric = [n < len(table.columns) and table.columns[n].numeric for n in range(columns)]
    kept = full
    drawn = aligned(kept, numeric)
    while len(drawn) > MOST_CODE and len(kept) > 2:
        kept = kept[: max(len(kept) * MOST_CODE // len(drawn), 2)]
        drawn = aligned(kept, numeric)
    block = RichTextBlock(
        [
            RichTextSection([RichText(cut(title, MOST_CELL), bold=True)]),
            RichTextCodeBlock([RichText(cut(drawn, MOST_CODE) or NOTHING)]),
        ],
        block_id=f"{name}.text",
    )
    return [block, *_below(table, language, name, header, len(full) - len(kept))]


def _line(block_id: str, parts: Sequence[tuple[str, bool]]) -> RichTextBlock:
    elements = [RichText(cut(words, MOST_CODE), bold=bold or None) for words, bold in parts]
    return RichTextBlock([RichTextSection([*elements])], block_id=block_id)
