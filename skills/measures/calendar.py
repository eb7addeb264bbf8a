"""Periods: half-open stretches of days in the organisation's zone, calendar or fiscal (domain 3.0 and 3.24)."""

import datetime as dt
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from pydantic import BaseModel, ConfigDict


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


WEEK = dt.timedelta(weeks=1)
MONDAY = 0
MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6, Grain.YEAR: 12}


class Period(BaseModel):
    """Days from `start` up to but not including `end`; `label` is its usual name, such as "Q2 2017"."""

    model_config = ConfigDict(frozen=True)

    start: dt.date
    end: dt.date
    label: str

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day < self.end

    @property
    def last_day(self) -> dt.date:
        return self.end - dt.timedelta(days=1)

    @property
    def months(self) -> tuple[dt.date, ...]:
        """First days of the calendar's months that it touches. What is kept by month, such as a quota, belongs to the
        organisation's months, which can begin on other days: ask `FiscalCalendar.months` for those."""
        return tuple(_months(self.start, self.end))


@dataclass(frozen=True)
class Month:
    """One of the organisation's months: days from `start` up to but not including `end`.

    `key` is the first day of the calendar month that it stands for, under which quotas are kept. Without weeks, it is
    `start`.
    """

    key: dt.date
    start: dt.date
    end: dt.date


@dataclass(frozen=True)
class Weeks:
    """A year of 52 weeks, 13 a quarter, so many in each month of it; the last month of a year of 53 has one more."""

    in_months: tuple[int, int, int]
    first_weekday: int = MONDAY
    """On which day weeks begin; Monday is 0."""
    nearest: bool = True
    """Whether a year begins with the week that begins nearest to the first of its month; else with the one that holds
    that day, so that the year before ends on the last such weekday of its month."""

    @property
    def ends(self) -> tuple[int, ...]:
        """Weeks of the year that have passed at the end of each month, before a 53rd is added."""
        return tuple(accumulate(self.in_months * 4))

    def year_start(self, first: dt.date) -> dt.date:
        """Where a year begins that would begin on `first` without weeks."""
        start = _week_start(first, self.first_weekday)
        return start + WEEK if self.nearest and first - start > WEEK / 2 else start


@dataclass(frozen=True)
class FiscalCalendar:
    """Years that begin in `start_month` and are named by the calendar year in which they start or end.

    With `weeks`, a year begins on a first day of a week near that month's first (4-4-5 and its like); months, quarters
    and halves follow. Periods of one grain follow each other without a gap.
    """

    start_month: int = 1
    named_by_end: bool = True
    weeks: Weeks | None = None

    @property
    def is_fiscal(self) -> bool:
        """Whether years differ from calendar years, so that labels must say so."""
        return self.start_month != 1 or self.weeks is not None

    def year_start(self, name: int) -> dt.date:
        """First day of the year that is called `name`."""
        first = self._first(name)
        return first if self.weeks is None else self.weeks.year_start(first)

    def year_name(self, day: dt.date) -> int:
        """Name of the year that `day` lies in."""
        started = day.year if day.month >= self.start_month else day.year - 1
        name = started + self._named_later
        if self.weeks is None:
            return name
        if day < self.year_start(name):
            return name - 1
        return name + 1 if day >= self.year_start(name + 1) else name

    def period(self, grain: Grain, year: int, number: int = 1) -> Period:
        """Quarter 2, half 1 or month 3 (counted within the fiscal year) of the year called `year`."""
        size = MONTHS_IN[grain]
        if not 1 <= number <= 12 // size:
            raise ValueError(f"a year has no {grain} {number}")
        start, end = self._month_start(year, (number - 1) * size), self._month_start(year, number * size)
        return Period(start=start, end=end, label=self._label(grain, year, number))

    def containing(self, grain: Grain, day: dt.date) -> Period:
        """The day, week, month, quarter, half or year that `day` lies in."""
        if grain is Grain.DAY:
            return Period(start=day, end=day + dt.timedelta(days=1), label=day.isoformat())
        if grain is Grain.WEEK:
            first = _week_start(day, self.weeks.first_weekday if self.weeks else MONDAY)
            return Period(start=first, end=first + WEEK, label=f"week of {first.isoformat()}")
        return self.period(grain, *self._place(grain, day))

    def shifted(self, grain: Grain, day: dt.date, by: int) -> Period:
        """The period `by` steps after (or, negative, before) the one that `day` lies in."""
        if grain in (Grain.DAY, Grain.WEEK):
            return self.containing(grain, day + dt.timedelta(days=by * (7 if grain is Grain.WEEK else 1)))
        in_year = 12 // MONTHS_IN[grain]
        year, number = self._place(grain, day)
        years, number = divmod(number - 1 + by, in_year)
        return self.period(grain, year + years, number + 1)

    def year_before(self, grain: Grain, day: dt.date) -> Period:
        """The same month, quarter, half or year one year earlier; the same week is the one 52 weeks earlier."""
        if grain is Grain.DAY:
            return self.containing(grain, add_months(day, -12))
        return self.shifted(grain, day, -52 if grain is Grain.WEEK else -12 // MONTHS_IN[grain])

    def months(self, period: Period) -> tuple[Month, ...]:
        """The organisation's months that a period touches, in order, each whole.

        What is asked for by month is kept under the first day of a calendar month. In a year of weeks, it is asked of
        the fiscal month that holds that calendar month's 15th: there is exactly one for each. So a period's quota is
        the sum over these months of the quota under `key`, times the share of `start` to `end` that the period covers.
        """
        found = []
        day = period.start
        while day < period.end:
            year, number = self._place(Grain.MONTH, day)
            month = self._numbered_month(year, number)
            found.append(month)
            day = month.end
        return tuple(found)

    def month_of(self, key: dt.date) -> Month:
        """The organisation's month that stands for the calendar month of `key`: it holds that month's 15th day."""
        return self._numbered_month(*self._place(Grain.MONTH, key.replace(day=15)))

    def _numbered_month(self, year: int, number: int) -> Month:
        key = add_months(self._first(year), number - 1)
        return Month(key, self._month_start(year, number - 1), self._month_start(year, number))

    @property
    def _named_later(self) -> int:
        return int(self.start_month != 1 and self.named_by_end)

    def _first(self, name: int) -> dt.date:
        """The first of the month in which the year called `name` begins."""
        return dt.date(name - self._named_later, self.start_month, 1)

    def _month_start(self, year: int, months: int) -> dt.date:
        """When so many months of the year have passed."""
        if self.weeks is None:
            return add_months(self._first(year), months)
        if months == 12:
            return self.year_start(year + 1)
        return self.year_start(year) + WEEK * (self.weeks.ends[months - 1] if months else 0)

    def _place(self, grain: Grain, day: dt.date) -> tuple[int, int]:
        """In which year, and in the how manieth period of it, `day` lies."""
        year = self.year_name(day)
        if self.weeks is None:
            first = self._first(year)
            months = (day.year - first.year) * 12 + day.month - first.month
        else:
            week = (day - self.year_start(year)).days // 7
            months = min(bisect(self.weeks.ends, week), 11)
        return year, months // MONTHS_IN[grain] + 1

    def _label(self, grain: Grain, year: int, number: int) -> str:
        name = f"FY{year}" if self.is_fiscal else str(year)
        match grain:
            case Grain.MONTH:
                return f"{add_months(self._first(year), number - 1):%b %Y}"
            case Grain.QUARTER:
                return f"Q{number} {name}"
            case Grain.HALF:
                return f"H{number} {name}"
            case _:
                return name


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last day of a month that is too short."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    return (after - dt.timedelta(days=1)).day


def _week_start(day: dt.date, first_weekday: int) -> dt.date:
    return day - dt.timedelta(days=(day.weekday() - first_weekday) % 7)


def _months(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    month = start.replace(day=1)
    while month < end:
        yield month
        month = add_months(month, 1)
