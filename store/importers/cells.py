"""From a sheet to records: each column read alike, each cell into a value or a reason why not."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from store.importers.amounts import (
    NOTHING,
    Amount,
    AmountColumn,
    read_currency,
    read_percent,
    read_scale,
    read_whole,
)
from store.importers.dates import DateColumn
from store.importers.fields import Cell, Field, Kind
from store.importers.headers import Layout, plain
from store.importers.problems import CellRefused, ImportProblem
from store.importers.reading import DELIMITERS, Sheet, read_sheet
from store.importers.work import Options, Record, Work, rows_in_words
from store.money import CURRENCIES

DICTIONARY = "data_dictionary.csv"
"""A table (Table, Field, Description) that public data sets lay beside their files."""

IN_WORDS = {10**3: "thousands", 10**4: "ten thousands", 10**6: "millions", 10**9: "billions", 10**8: "hundred millions"}

Reader = Callable[[str], Any]


def read_records(work: Work, kind: Kind, sheet: Sheet, layout: Layout) -> list[Record]:
    """The rows with their cells as values; rows with a cell that cannot be read are refused.

    Raises `Question` where a whole column can be read in more than one way.
    """
    descriptions = _descriptions(sheet.path, work.options)
    readers: list[tuple[str, int, Reader]] = []
    for field in kind:
        place = layout.columns.get(field.name)
        if place is not None:
            cells = [row.cells[place] for row in layout.rows]
            title = layout.header.cells[place]
            reader = _reader(work, field, title, cells, sheet, descriptions.get(plain(title), ""))
            readers.append((field.name, place, reader))
    records = []
    width = len(layout.header.cells)
    for done, row in enumerate(layout.rows):
        if done % 1000 == 0:
            work.progress("reading", done, len(layout.rows))
        record = Record(sheet, layout, row, {})
        work.report.read += 1
        if any(row.cells[width:]):
            reason = f"has {len(row.cells)} cells where the header has {width}; is a comma not in quotation marks?"
            work.refuse(record, "", reason)
            continue
        for name, place, reader in readers:
            try:
                value = reader(row.cells[place])
            except CellRefused as refused:
                work.refuse(record, name, refused.reason)
            else:
                if value is not None:
                    record.values[name] = value
        if record not in work.kept_out:
            records.append(record)
    return records


def _reader(work: Work, field: Field, title: str, cells: Sequence[str], sheet: Sheet, description: str) -> Reader:
    options = work.options
    if field.cell in (Cell.DATE, Cell.MOMENT, Cell.MONTH):
        dates = DateColumn(title, cells, zone=work.zone, order=options.date_order)
        return {Cell.DATE: dates.date, Cell.MOMENT: dates.moment, Cell.MONTH: dates.month}[field.cell]
    if field.cell is Cell.SIGNED:
        unsigned = _amount_reader(work, field, title, [_sign(cell)[1] for cell in cells], sheet, description)
        return lambda cell: _signed(unsigned, cell)
    if field.cell is Cell.AMOUNT:
        return _amount_reader(work, field, title, cells, sheet, description)
    plain_readers: dict[Cell, Reader] = {
        Cell.WHOLE: read_whole,
        Cell.PERCENT: read_percent,
        Cell.CURRENCY: _read_currency_cell,
    }
    return plain_readers.get(field.cell, _read_text)


def _sign(cell: str) -> tuple[int, str]:
    """-1 and the cell without its minus, or brackets, where it is negative."""
    text = cell.strip()
    if text.startswith("(") and text.endswith(")"):
        return -1, text[1:-1]
    found = re.fullmatch(r"([^\d\s]{0,4}?)\s*[-−]\s*(\S.*)|(.*\d)\s*-", text)
    return (-1, f"{found[1] or ''} {found[2] or ''}{found[3] or ''}".strip()) if found else (1, text)


def _signed(read: Reader, cell: str) -> Amount | None:
    sign, rest = _sign(cell)
    amount: Amount | None = read(rest)
    return amount if amount is None or sign > 0 else Amount(-amount.units, amount.currency)


def _amount_reader(
    work: Work, field: Field, title: str, cells: Sequence[str], sheet: Sheet, description: str
) -> Reader:
    options = work.options
    words = f"{title} {description}"
    scale = options.scales.get(field.name) or read_scale(words) or 1
    stated = read_currency(title) or read_currency(description)
    if scale != 1:
        why = (
            "as you said" if field.name in options.scales else f"as {DICTIONARY} says" if description else "as it says"
        )
        work.report.notes.append(
            f"{title} is in {IN_WORDS.get(scale, f'{scale:,}')}{f' of {stated}' if stated else ''}, {why}."
        )
    column = AmountColumn(
        title,
        cells,
        home=work.home,
        scale=scale,
        decimals=options.decimals,
        comma_groups=sheet.delimiter != ";",
        currency=stated,
    )
    return column.read


def _read_text(cell: str) -> str | None:
    return None if cell.casefold() in NOTHING else cell


def _read_currency_cell(cell: str) -> str | None:
    if cell.casefold() in NOTHING:
        return None
    code = cell.upper()
    if code not in CURRENCIES:
        raise CellRefused(f"“{cell}” is not the code of a currency, such as USD or EUR")
    return code


def _descriptions(path: Path, options: Options) -> Mapping[str, str]:
    """What a data dictionary beside the file says about its columns, by plain header."""
    dictionary = path.parent / DICTIONARY
    if dictionary == path or not dictionary.is_file():
        return {}
    try:
        sheet = read_sheet(dictionary, options.encoding)
    except (ImportProblem, csv.Error):
        return {}
    table = path.name.split(".")[0]
    return {
        plain(row.cells[1]): row.cells[2]
        for row in sheet.rows
        if len(row.cells) >= 3 and plain(row.cells[0]) == plain(table)
    }


def list_findings(sheet: Sheet, layout: Layout) -> list[str]:
    """How the file was understood, as sentences; only what somebody might not expect."""
    found = []
    name = sheet.path.name
    if sheet.encoding not in ("utf-8", "utf-8-sig") or sheet.delimiter != ",":
        found.append(f"{name} was read as {sheet.encoding} with cells set apart by {DELIMITERS[sheet.delimiter]}.")
    if layout.header.number > 1:
        found.append(f"{name}: the headers are in row {layout.header.number}; what stands above was skipped.")
    if layout.footers:
        first = next(cell for cell in layout.footers[0].cells if cell)
        found.append(f"{name}: skipped {rows_in_words(len(layout.footers))} around the table (“{first[:50]}”).")
    if layout.ignored:
        found.append(f"{name}: these columns were left out: {', '.join(layout.ignored)}.")
    return found
