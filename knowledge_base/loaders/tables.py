"""Workbooks and separated values as Markdown tables, each cell as people see it."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence

from knowledge_base.loaders.loaded import Unreadable

_MOST_ROWS = 20_000
_MOST_COLUMNS = 60


def load_workbook(data: bytes) -> str:
    """Every sheet that is shown, under its name as a heading; of formulas the value that was saved."""
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    parts = []
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            continue
        table = _table([_shown(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
        if table:
            parts.append(f"## {_one_line(sheet.title)}\n\n{table}")
    if not parts:
        raise Unreadable("there is nothing in its sheets")
    return "\n\n".join(parts) + "\n"


def load_csv(data: bytes) -> str:
    """The rows of a CSV or TSV file, whatever its encoding and delimiter."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None or (b"\0" in data.replace(b"\xff\xfe", b"") and not best.encoding.startswith("utf_16")):
        raise Unreadable("it is not text")
    text = str(best).lstrip("\ufeff")
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    table = _table([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect))
    if not table:
        raise Unreadable("it is empty")
    return table + "\n"


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.10g}"
    return str(cell)


def _table(rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table with the first row as its head; empty rows and columns are left out."""
    kept: list[list[str]] = []
    for row in rows:
        cells = [_one_line(cell) for cell in row[:_MOST_COLUMNS]]
        if any(cells):
            kept.append(cells)
        if len(kept) > _MOST_ROWS:
            raise Unreadable(f"it has more than {_MOST_ROWS:,} rows: that is data, not a document")
    if not kept:
        return ""
    width = max(len(row) for row in kept)
    full = [row + [""] * (width - len(row)) for row in kept]
    used = [column for column in range(width) if any(row[column] for row in full)]
    lines = ["| " + " | ".join(row[column] for column in used) + " |" for row in full]
    return "\n".join([lines[0], "|" + " --- |" * len(used), *lines[1:]])


def _one_line(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")
