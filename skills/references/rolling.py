"""Stretches of time that are counted from today: "the last 90 days", "the next two quarters"."""

import datetime as dt
import re

from skills.measures.calendar import Grain, Period, add_months
from skills.references.numerals import read_whole
from skills.references.period_readers import Here, Vague, unit_grain

PLURALS = {
    Grain.DAY: "days", Grain.WEEK: "weeks", Grain.MONTH: "months",
    Grain.QUARTER: "quarters", Grain.HALF: "halves", Grain.YEAR: "years",
}  # fmt: skip
A_YEAR, HALF_A_YEAR = 12, 6


def last_several(match: re.Match[str], here: Here) -> Period:
    """So many days, weeks or months up to and including today; quarters, halves and years are whole, finished ones.

    One year, or half of one, is twelve or six months.
    """
    count, grain = _counted(match)
    label = f"last {count} {PLURALS[grain]}"
    if grain in (Grain.DAY, Grain.WEEK, Grain.MONTH):
        return Period(start=_moved(here.tomorrow, grain, -count), end=here.tomorrow, label=label)
    current = here.calendar.containing(grain, here.today)
    return Period(start=here.calendar.shifted(grain, here.today, -count).start, end=current.start, label=label)


def next_several(match: re.Match[str], here: Here) -> Period:
    """So many days, weeks or months from today on; quarters, halves and years are the whole ones after this."""
    count, grain = _counted(match)
    label = f"next {count} {PLURALS[grain]}"
    if grain in (Grain.DAY, Grain.WEEK, Grain.MONTH):
        return Period(start=here.today, end=_moved(here.today, grain, count), label=label)
    first = here.calendar.shifted(grain, here.today, 1)
    return Period(start=first.start, end=here.calendar.shifted(grain, here.today, count).end, label=label)


def _counted(match: re.Match[str]) -> tuple[int, Grain]:
    count, grain = read_whole(match["n"] or "1"), unit_grain(match["u"])
    if count < 1:
        raise ValueError(count)
    if count == 1 and grain is Grain.YEAR:
        return A_YEAR, Grain.MONTH
    return (HALF_A_YEAR, Grain.MONTH) if match["u"] == "半年" and count == 1 else (count, grain)


def _moved(day: dt.date, grain: Grain, count: int) -> dt.date:
    if grain is Grain.MONTH:
        return add_months(day, count)
    return day + dt.timedelta(days=count * (7 if grain is Grain.WEEK else 1))


def twelve_months(_match: re.Match[str], here: Here) -> Period:
    return Period(start=add_months(here.tomorrow, -A_YEAR), end=here.tomorrow, label="last 12 months")


def a_few(match: re.Match[str], _here: Here) -> Period:
    """ "The last few weeks" are as many as the asker has in mind."""
    grain = unit_grain(match["u"])
    counts = {Grain.DAY: (3, 7), Grain.WEEK: (2, 4), Grain.MONTH: (2, 3), Grain.QUARTER: (2, 4)}.get(grain, (2, 3))
    raise Vague(match.group(), tuple(f"last {count} {PLURALS[grain]}" for count in counts))
