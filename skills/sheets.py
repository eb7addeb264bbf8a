"""Tables as files: what is a number, an amount or a day in an answer stays one in CSV and XLSX.

Words never become formulas: what a spreadsheet would calculate gets a "'" in front in CSV and is a string in XLSX.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from skills.answer import Answer, Table
from skills.figure import Figure
from skills.language import Language
from skills.text import Amount, AnyValue, Count, Day, Moment, Share, Text, Word, render, text
from store.money import exponent

NOTHING = frozenset({"", "–", "-", "—"})
TYPED = (Amount, Share, Day, Moment, Count)
FORMULA = re.compile(r"^[\s\x00]*[=+\-@\t\r＝＋－＠]|^[\t\r\n]")
"""How text begins that a spreadsheet would take for a formula, full-width signs included."""
MOST_SHEET_NAME = 31
MOST_CELL = 32_767
WIDEST = 60
SHEET_SIGNS = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True)
class SheetColumn:
    """A column's values, typed; None is an empty cell."""

    label: str
    values: tuple[AnyValue | None, ...]
    total: AnyValue | None = None

    @cached_property
    def has_amounts(self) -> bool:
        return any(isinstance(value, Amount) for value in (*self.values, self.total))

    @cached_property
    def has_shares(self) -> bool:
        return any(isinstance(value, Share) for value in (*self.values, self.total))


@dataclass(frozen=True)
class Sheet:
    """One table of an answer, by columns."""

    title: str
    columns: tuple[SheetColumn, ...]
    has_total: bool = False

    @property
    def count(self) -> int:
        """How many rows it has, without its total."""
        return len(self.columns[0].values) if self.columns else 0


def sheets_of(answer: Answer, language: Language) -> tuple[Sheet, ...]:
    """The answer's tables; its figures where it has no table."""
    tables = [block for block in answer.blocks if isinstance(block, Table) and block.rows]
    sheets = tuple(_sheet(table, language) for table in tables)
    return sheets or ((_figure_sheet(answer.figures, language),) if answer.figures else ())


def plain(thing: AnyValue | None, language: Language) -> str:
    """The words without markup, on one line."""
    if thing is None:
        return ""
    hidden = "\ue000"
    words = render(thing, language, lambda one: one.replace("**", hidden)).replace("**", "").replace(hidden, "**")
    return " ".join(words.split())


# --- from an answer's table to typed columns


def _sheet(table: Table, language: Language) -> Sheet:
    columns: list[SheetColumn] = []
    for place, column in enumerate(table.columns):
        label = plain(column.label, language)
        values = [_bare(row[place]) if place < len(row) else None for row in table.rows]
        total = _bare(table.total[place]) if table.total and place < len(table.total) else None
        kinds = {type(value) for value in values if isinstance(value, TYPED)}
        read = [_within(value, kinds) for value in values]
        columns.append(SheetColumn(label, tuple(value for value, _ in read), total))
        if any(remark is not None for _, remark in read):
            noted = text("{column}, as shown", column=column.label)
            columns.append(SheetColumn(plain(noted, language), tuple(remark for _, remark in read)))
    return Sheet(plain(table.title, language), tuple(columns), table.total is not None)


def _bare(value: AnyValue) -> AnyValue | None:
    """The value itself where a sentence says nothing but it; None for a dash."""
    while isinstance(value, Text) and len(value.values) == 1 and value.template == "{" + next(iter(value.values)) + "}":
        value = next(iter(value.values.values()))
    if isinstance(value, Text) and not value.values and value.template.strip() in NOTHING:
        return None
    return None if isinstance(value, Word) and value.value.strip() in NOTHING else value


def _within(value: AnyValue | None, kinds: set[type]) -> tuple[AnyValue | None, AnyValue | None]:
    """The value, and what was said with it: "3 Nov (passed)" in a column of days is that day and those words."""
    if not isinstance(value, Text) or not kinds:
        return value, None
    inside = [one for one in _leaves(value) if isinstance(one, TYPED)]
    return (inside[0], value) if len(inside) == 1 and type(inside[0]) in kinds else (value, None)


def _leaves(value: AnyValue) -> Iterator[AnyValue]:
    if isinstance(value, Text):
        for inner in value.values.values():
            yield from _leaves(inner)
    else:
        yield value


def _figure_sheet(figures: Sequence[Figure], language: Language) -> Sheet:
    def of(label: Text, values: Iterable[AnyValue | None]) -> SheetColumn:
        return SheetColumn(plain(label, language), tuple(values))

    return Sheet(
        plain(text("Figures"), language),
        (
            of(text("Figure"), (figure.label for figure in figures)),
            of(text("Value"), (_figure_value(figure) for figure in figures)),
            of(text("Unit"), (Word(value=figure.unit) for figure in figures)),
            of(text("Period"), (_period(figure) for figure in figures)),
            of(text("Records"), (None if f.count is None else Count(value=f.count) for f in figures)),
            of(text("Definition"), (figure.definition for figure in figures)),
        ),
    )


def _figure_value(figure: Figure) -> AnyValue | None:
    exact = figure.exact
    if exact is None:
        return figure.reason
    if (money := figure.money) is not None:
        return Amount(minor=money.minor, currency=money.currency)
    if figure.unit == "%":
        return Share(numerator=exact.numerator, denominator=exact.denominator)
    return Count(value=exact.numerator) if exact.denominator == 1 else Word(value=f"{figure.number:f}")


def _period(figure: Figure) -> AnyValue | None:
    period = figure.period
    if period is None:
        return None
    return text("{period} ({start} to {end})", period=period.label, start=period.start, end=period.last_day)


# --- CSV


def csv_of(sheet: Sheet, language: Language) -> bytes:
    """The rows without their total, which sums of a column would count twice; UTF-8 with a mark for Excel, RFC 4180.

    Amounts are a number and a currency, shares are percent, days are ISO 8601.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_guarded(name) for column in sheet.columns for name in _headers(column, language)])
    for row in range(sheet.count):
        writer.writerow([cell for column in sheet.columns for cell in _cells(column, row, language)])
    return written.getvalue().encode("utf-8-sig", errors="replace")


def _headers(column: SheetColumn, language: Language) -> Iterator[str]:
    is_percent = column.has_shares and not column.has_amounts
    yield f"{column.label} (%)" if is_percent and "%" not in column.label else column.label
    if column.has_amounts:
        yield plain(text("{column}, currency", column=column.label), language)


def _cells(column: SheetColumn, row: int, language: Language) -> Iterator[str]:
    value = column.values[row]
    yield _cell(value, language)
    if column.has_amounts:
        yield value.currency if isinstance(value, Amount) else ""


def _cell(value: AnyValue | None, language: Language) -> str:
    match value:
        case None:
            return ""
        case Amount():
            return f"{value.money.units:f}"
        case Count():
            return str(value.value)
        case Share():
            return f"{_percent(value):f}"
        case Day():
            return value.value.isoformat()
        case Moment():
            return value.value.astimezone(ZoneInfo(value.zone)).isoformat(timespec="seconds")
        case _:
            return _guarded(plain(value, language))


def _percent(share: Share) -> Decimal:
    percent = Decimal(share.numerator) * 100 / Decimal(share.denominator)
    return percent.quantize(Decimal("0.0001")).normalize() + 0


def _guarded(words: str) -> str:
    return f"'{words}" if FORMULA.match(words) else words


# --- XLSX


def xlsx_of(answer: Answer, sheets: Sequence[Sheet], language: Language, made_at: dt.datetime, zone: str) -> bytes:
    """A first sheet about what the answer says, then a sheet for each table with its total."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(written, options)
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    formats = _Formats(book)
    about = book.add_worksheet(plain(text("About"), language)[:MOST_SHEET_NAME])
    names = _names([about.get_name()], sheets)
    _write_about(about, formats, answer, list(zip(names, sheets, strict=True)), language, made_at, zone)
    for name, sheet in zip(names, sheets, strict=True):
        _write_sheet(book.add_worksheet(name), formats, sheet, language)
    book.close()
    return written.getvalue()


class _Formats:
    """Cell formats, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def of(self, value: AnyValue | None, **more: Any) -> Any:
        match value:
            case Amount():
                digits = "." + "0" * exponent(value.currency) if exponent(value.currency) else ""
                return self.get(num_format=f"[${value.currency}] #,##0{digits}", **more)
            case Count():
                return self.get(num_format="#,##0", **more)
            case Share():
                return self.get(num_format="0.0%", **more)
            case Day():
                return self.get(num_format="yyyy-mm-dd", align="left", **more)
            case Moment():
                return self.get(num_format="yyyy-mm-dd hh:mm", align="left", **more)
            case _:
                return self.get(**more)


def _names(taken: Sequence[str], sheets: Sequence[Sheet]) -> list[str]:
    """Names that a workbook takes: short, all different, without its signs."""
    seen = {"history", *(name.casefold() for name in taken)}
    names = []
    for number, sheet in enumerate(sheets, 1):
        base = SHEET_SIGNS.sub(" ", sheet.title).strip()[:MOST_SHEET_NAME].strip() or str(number)
        name, again = base, 2
        while name.casefold() in seen:
            suffix = f" {again}"
            name, again = base[: MOST_SHEET_NAME - len(suffix)].rstrip() + suffix, again + 1
        seen.add(name.casefold())
        names.append(name)
    return names


def _write_sheet(page: Any, formats: _Formats, sheet: Sheet, language: Language) -> None:
    header = formats.get(bold=True, bottom=1, text_wrap=True, valign="top", bg_color="#EEF1F6")
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.label[:MOST_CELL], header)
        for row, value in enumerate(column.values, 1):
            _write(page, formats, row, place, value, language)
        if sheet.has_total:
            _write(page, formats, sheet.count + 1, place, column.total, language, bold=True, top=1)
        shown = [plain(value, language) for value in (*column.values[:500], column.total)]
        width = max(map(_width, [column.label, *shown]))
        page.set_column(place, place, min(max(width + 3, 8), WIDEST))
    page.freeze_panes(1, 0)
    if sheet.columns and sheet.count:
        page.autofilter(0, 0, sheet.count, len(sheet.columns) - 1)


def _write(
    page: Any, formats: _Formats, row: int, place: int, value: AnyValue | None, language: Language, **more: Any
) -> None:
    shape = formats.of(value, **more)
    match value:
        case None:
            page.write_blank(row, place, None, shape)
        case Amount():
            page.write_number(row, place, float(value.money.units), shape)
        case Count():
            page.write_number(row, place, value.value, shape)
        case Share():
            page.write_number(row, place, value.numerator / value.denominator, shape)
        case Day():
            page.write_datetime(row, place, value.value, shape)
        case Moment():
            local = value.value.astimezone(ZoneInfo(value.zone)).replace(tzinfo=None)
            page.write_datetime(row, place, local, shape)
        case _:
            page.write_string(row, place, plain(value, language)[:MOST_CELL], shape)


def _width(words: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in words)


def _write_about(
    page: Any,
    formats: _Formats,
    answer: Answer,
    named: Sequence[tuple[str, Sheet]],
    language: Language,
    made_at: dt.datetime,
    zone: str,
) -> None:
    """What was asked, as of when, every figure with its definition, the small print, and where each table is."""
    bold, wrapped = formats.get(bold=True), formats.get(text_wrap=True, valign="top")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 20)
    page.set_column(2, 4, 16)
    page.set_column(5, 5, 80)
    page.write_string(0, 0, plain(answer.headline, language), formats.get(bold=True, font_size=13))
    lines: Mapping[Text, AnyValue | None] = {
        text("As of"): Moment(value=made_at, zone=zone),
        text("Period"): next((_period(figure) for figure in answer.figures if figure.period), None),
    }
    row = 2
    for label, value in lines.items():
        if value is not None:
            page.write_string(row, 0, plain(label, language), bold)
            _write(page, formats, row, 1, value, language)
            row += 1
    if answer.figures:
        row += 1
        for place, column in enumerate(_figure_sheet(answer.figures, language).columns):
            page.write_string(row, place, column.label, bold)
            for number, value in enumerate(column.values, 1):
                _write(page, formats, row + number, place, value, language, valign="top")
        row += len(answer.figures) + 1
    for label, words in ((text("To note"), answer.notes), (text("Tables"), ())):
        shown = [(plain(note, language), "") for note in words] or [(name, sheet.title) for name, sheet in named]
        if label.template == "To note" and not words:
            continue
        row += 1
        page.write_string(row, 0, plain(label, language), bold)
        for first, second in shown:
            row += 1
            page.write_string(row, 0, first[:MOST_CELL], wrapped if second else None)
            if second and second != first:
                page.write_string(row, 1, second[:MOST_CELL])
        row += 1
