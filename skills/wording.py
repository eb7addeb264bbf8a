"""Sentences that several skills share: lists of things, names of periods, and which days and whose records count."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence

from skills.measures.calendar import Period
from skills.text import Plain, Text, text, verbatim

MONTHS = (
    text("Jan"),
    text("Feb"),
    text("Mar"),
    text("Apr"),
    text("May"),
    text("Jun"),
    text("Jul"),
    text("Aug"),
    text("Sep"),
    text("Oct"),
    text("Nov"),
    text("Dec"),
)


def enumeration(things: Sequence[Plain]) -> Text:
    """Things with commas between, each shown in its own way: names, amounts, texts."""
    if not things:
        return text("none")
    listed = text("{it}", it=things[0])
    for thing in things[1:]:
        listed = text("{these}, {next}", these=listed, next=thing)
    return listed


def no_rate(currencies: Iterable[str]) -> Text:
    """Why an amount has no value."""
    return text("no exchange rate for {currencies}", currencies=enumeration(sorted(currencies)))


def month_name(month: dt.date) -> Text:
    """The month and its year: "Nov 2026"."""
    return text("{month} {year}", month=MONTHS[month.month - 1], year=str(month.year))


def period_name(period: Period) -> Text:
    """The period's label in words that can be translated."""
    return _named(period.label, period)


def _named(label: str, period: Period) -> Text:
    for pattern, said in NAMES:
        if match := pattern.fullmatch(label):
            return said(match, period)
    return verbatim(label)


def _part_of_year(match: re.Match[str], _: Period) -> Text:
    number, year = match["number"], match["year"]
    if match["part"] == "Q":
        if match["fiscal"]:
            return text("Q{number} FY{year}", number=number, year=year)
        return text("Q{number} {year}", number=number, year=year)
    if match["fiscal"]:
        return text("H1 FY{year}", year=year) if number == "1" else text("H2 FY{year}", year=year)
    return text("H1 {year}", year=year) if number == "1" else text("H2 {year}", year=year)


def _year(match: re.Match[str], _: Period) -> Text:
    return text("FY{year}", year=match["year"]) if match["fiscal"] else text("{year}", year=match["year"])


def _month(match: re.Match[str], period: Period) -> Text:
    """By its label: a month of a year of weeks can begin before the first of the month that it is named after."""
    named = [month for month in MONTHS if month.template == match["month"]]
    return text("{month} {year}", month=named[0], year=match["year"]) if named else verbatim(period.label)


def _last_several(match: re.Match[str], _: Period) -> Text:
    count = int(match["count"])
    match match["unit"]:
        case "days":
            return text("last {count} days", count=count)
        case "weeks":
            return text("last {count} weeks", count=count)
        case "months":
            return text("last {count} months", count=count)
        case "quarters":
            return text("last {count} quarters", count=count)
        case "halves":
            return text("last {count} half years", count=count)
        case _:
            return text("last {count} years", count=count)


def _next_several(match: re.Match[str], _: Period) -> Text:
    count = int(match["count"])
    match match["unit"]:
        case "days":
            return text("next {count} days", count=count)
        case "weeks":
            return text("next {count} weeks", count=count)
        case "months":
            return text("next {count} months", count=count)
        case "quarters":
            return text("next {count} quarters", count=count)
        case "halves":
            return text("next {count} half years", count=count)
        case _:
            return text("next {count} years", count=count)


RANGE = re.compile(r"\d{4}-\d\d-\d\d – .+")
Said = Callable[[re.Match[str], Period], Text]
NAMES: tuple[tuple[re.Pattern[str], Said], ...] = (
    (re.compile(r"(?P<part>[QH])(?P<number>\d) (?P<fiscal>FY)?(?P<year>\d{4})"), _part_of_year),
    (re.compile(r"(?P<fiscal>FY)?(?P<year>\d{4})"), _year),
    (re.compile(r"(?P<month>[A-Z][a-z]{2}) (?P<year>\d{4})"), _month),
    (re.compile(r"\d{4}-\d\d-\d\d"), lambda _, period: text("{day}", day=period.start)),
    (re.compile(r"week of .+"), lambda _, period: text("week of {day}", day=period.start)),
    (re.compile(r"last (?P<count>\d+) (?P<unit>\w+)"), _last_several),
    (re.compile(r"next (?P<count>\d+) (?P<unit>\w+)"), _next_several),
    (
        re.compile(r"(?P<whole>.+) to date"),
        lambda m, period: text("{period} to date", period=_named(m["whole"], period)),
    ),
    (re.compile(r"since .+"), lambda _, period: text("since {day}", day=period.start)),
    (RANGE, lambda _, period: text("{start} – {end}", start=period.start, end=period.last_day)),
    (re.compile("all time"), lambda *_: text("all time")),
)
"""How the labels of periods are built, and what is said for each."""


def period_note(period: Period, whose: Text) -> Text:
    """Which days and whose records were counted."""
    if period.last_day == period.start:
        return text("Counted: {whose}, {day}.", whose=whose, day=period.start)
    if RANGE.fullmatch(period.label):
        return text("Counted: {whose}, {period}.", whose=whose, period=period_name(period))
    return text(
        "Counted: {whose}, {period} ({start} to {end}).",
        whose=whose,
        period=period_name(period),
        start=period.start,
        end=period.last_day,
    )
