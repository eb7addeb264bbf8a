"""Dates, moments and months as systems and spreadsheets write them; the order of day and month is decided once."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from store.importers.amounts import NOTHING
from store.importers.problems import CellRefused, Question


class DateOrder(StrEnum):
    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


IN_WORDS = {DateOrder.DMY: "day first", DateOrder.MDY: "month first", DateOrder.YMD: "year first"}
NOON = dt.time(12)
"""When something happened of which only the day is known: the middle of it is that day in most zones."""

MONTH_NAMES = (
    "jan january, feb february, mar march, apr april, may, jun june, jul july, aug august, sep sept september, "
    "oct october, nov november, dec december"
)
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES.split(","), 1) for name in names.split()}
NUMERIC = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})[日号])?")
COMPACT = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
DAY_NAME_YEAR = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([a-z]+)\.?[\s,.-]*(\d{4}|\d{2})", re.IGNORECASE)
NAME_DAY_YEAR = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})", re.IGNORECASE)
MONTH_ONLY = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<name>[a-z]{3,9})\.?[\s,-]*'?(?P<year>\d{4}|\d{2})", re.IGNORECASE),
    re.compile(r"(?P<year>\d{4})\s*(?P<name>[a-z]{3,9})", re.IGNORECASE),
)


@dataclass(frozen=True)
class Reading:
    """What a cell may mean: a day for each order that makes one of it (one and the same for most ways of writing)."""

    days: dict[DateOrder, dt.date]
    time: dt.time | None = None
    """With a zone where the cell names one."""

    @cached_property
    def distinct(self) -> frozenset[dt.date]:
        return frozenset(self.days.values())


def read_cell(cell: str) -> Reading | None:
    """Every day that the cell may mean; None for an empty one. Raises `CellRefused`."""
    if cell.strip().casefold() in NOTHING:
        return None
    text = unicodedata.normalize("NFKC", cell).strip()
    clock = TIME.search(text)
    time = None
    if clock is not None:
        time = _time(clock, cell)
        text = text[: clock.start()].rstrip(" ,T")
    days = _days(text)
    if not days:
        raise CellRefused(f"“{cell}” is not a date")
    return Reading(days, time)


def _days(text: str) -> dict[DateOrder, dt.date]:
    if found := NUMERIC.fullmatch(text):
        return _numeric(found)
    named: tuple[str, str, str] | None = None
    if found := COMPACT.fullmatch(text):
        named = (found[1] + found[2], found[3], found[4])
    elif (found := CHINESE.fullmatch(text)) and found[3]:
        named = (found[1], found[2], found[3])
    elif found := DAY_NAME_YEAR.fullmatch(text):
        named = (found[3], found[2], found[1])
    elif found := NAME_DAY_YEAR.fullmatch(text):
        named = (found[3], found[1], found[2])
    if named is None:
        return {}
    year, month, day = named
    number = int(month) if month.isdigit() else MONTHS.get(month.casefold(), 0)
    made = _day(int(year), number, int(day), len(year))
    return dict.fromkeys(DateOrder, made) if made else {}


def _numeric(found: re.Match[str]) -> dict[DateOrder, dt.date]:
    first, mark, middle, last = found[1], found[2], found[3], found[4]
    a, b, c = int(first), int(middle), int(last)
    if len(first) == 4:
        made = _day(a, b, c, 4)
        return dict.fromkeys(DateOrder, made) if made else {}
    if len(first) == 3 or len(last) in (1, 3):
        return {}
    readings = {DateOrder.DMY: _day(c, b, a, len(last))}
    # Dots are how the day comes first; nobody writes 12.31.2017.
    if mark != ".":
        readings[DateOrder.MDY] = _day(c, a, b, len(last))
        if len(last) == 2 and len(first) == 2:
            readings[DateOrder.YMD] = _day(a, b, c, 2)
        return {order: day for order, day in readings.items() if day}
    only = readings[DateOrder.DMY]
    return dict.fromkeys(DateOrder, only) if only else {}


def _day(year: int, month: int, day: int, year_digits: int) -> dt.date | None:
    if year_digits == 2:
        year += 2000 if year < 70 else 1900
    try:
        made = dt.date(year, month, day)
    except ValueError:
        return None
    return made if 1900 <= made.year <= 2200 else None


def _time(clock: re.Match[str], cell: str) -> dt.time:
    hour, half, zone = int(clock[1]), (clock[4] or "").replace(".", "").casefold(), clock[5]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        time = dt.time(hour, int(clock[2]), int(clock[3] or 0))
    except ValueError as error:
        raise CellRefused(f"“{cell}” has no such time of day") from error
    if zone is None:
        return time
    if zone.casefold() in ("z", "utc", "gmt"):
        return time.replace(tzinfo=dt.UTC)
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    away = dt.timedelta(hours=hours, minutes=minutes)
    return time.replace(tzinfo=dt.timezone(-away if zone[0] == "-" else away))


class DateColumn:
    """Reads the cells of one column alike. Raises `Question` where its cells do not tell the order of day and month."""

    def __init__(self, title: str, cells: Iterable[str], *, zone: ZoneInfo, order: DateOrder | None = None) -> None:
        self.title = title
        self.zone = zone
        self._read: dict[str, Reading | CellRefused | None] = {}
        for cell in cells:
            if cell not in self._read:
                self._read[cell] = _attempt(cell)
        self.order = order or self._decide()

    def date(self, cell: str) -> dt.date | None:
        """The day; a moment of another zone is the day that it is in the organisation's. Raises `CellRefused`."""
        reading = self._known(cell)
        if reading is None:
            return None
        day = self._day(cell, reading)
        if reading.time is None or reading.time.tzinfo is None:
            return day
        return dt.datetime.combine(day, reading.time).astimezone(self.zone).date()

    def moment(self, cell: str) -> dt.datetime | None:
        """The moment, in the organisation's zone unless the cell names another; noon where there is only a day."""
        reading = self._known(cell)
        if reading is None:
            return None
        time = reading.time or NOON
        moment = dt.datetime.combine(self._day(cell, reading), time)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def month(self, cell: str) -> dt.date | None:
        """First day of the month that the cell names, or that its date lies in."""
        named = read_month(cell)
        if named is not None:
            return named
        day = self.date(cell)
        return day.replace(day=1) if day else None

    def _known(self, cell: str) -> Reading | None:
        if cell not in self._read:
            self._read[cell] = _attempt(cell)
        reading = self._read[cell]
        if isinstance(reading, CellRefused):
            raise reading
        return reading

    def _day(self, cell: str, reading: Reading) -> dt.date:
        if self.order in reading.days:
            return reading.days[self.order]
        raise CellRefused(f"“{cell}” is not a date {IN_WORDS[self.order]}, as the others of its column are")

    def _decide(self) -> DateOrder:
        readings = {cell: reading for cell, reading in self._read.items() if isinstance(reading, Reading)}
        doubtful = {cell: reading for cell, reading in readings.items() if len(reading.distinct) > 1}
        proven: dict[DateOrder, str] = {}
        for cell, reading in readings.items():
            if len(reading.days) == 1:
                proven.setdefault(next(iter(reading.days)), cell)
        if len(proven) == 1:
            return next(iter(proven))
        possible = [order for order in DateOrder if all(order in reading.days for reading in readings.values())]
        if not proven and (not doubtful or len(possible) == 1):
            return possible[0] if possible else DateOrder.DMY
        raise Question(self._question(proven, doubtful, possible))

    def _question(self, proven: dict[DateOrder, str], doubtful: dict[str, Reading], possible: list[DateOrder]) -> str:
        if proven:
            orders = list(proven)
            both = " and ".join(f"“{cell}” ({IN_WORDS[order]})" for order, cell in proven.items())
            return (
                f"The column “{self.title}” has dates in different orders: {both}. Say which one is meant, "
                f"{' or '.join(f'--date-order {order}' for order in orders)}; the others are then refused row by row."
            )
        cell, reading = next(iter(doubtful.items()))
        orders = [order for order in reading.days if order in possible] or list(reading.days)
        meanings = " or ".join(f"{reading.days[order]:%d %B %Y}".lstrip("0") for order in orders)
        options = " or ".join(f"--date-order {order} ({IN_WORDS[order]})" for order in orders)
        return (
            f"In the column “{self.title}”, “{cell}” may be {meanings}, and no other cell tells which. "
            f"Which is it? Say {options}."
        )


def _attempt(cell: str) -> Reading | CellRefused | None:
    try:
        return read_cell(cell)
    except CellRefused as refused:
        return refused


def read_month(cell: str) -> dt.date | None:
    """First day of "2017-03", "03/2017", "Mar 2017", "2017年3月"; None where the cell is not a bare month."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if (found := CHINESE.fullmatch(text)) and not found[3]:
        return _day(int(found[1]), int(found[2]), 1, 4)
    for pattern in MONTH_ONLY:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            number = MONTHS.get(parts["name"].casefold(), 0) if parts.get("name") else int(parts.get("month") or 0)
            return _day(int(parts["year"]), number, 1, len(parts["year"]))
    return None
