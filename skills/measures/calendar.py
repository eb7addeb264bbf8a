"""Periods: half-open stretches of days in the organisation's zone, calendar or fiscal (domain 3.0 and 3.24)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


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
        """First days of the months that it touches."""
        return tuple(_months(self.start, self.end))


@dataclass(frozen=True)
class FiscalCalendar:
    """Years that begin in `start_month` and are named by the calendar year in which they start or end."""

    start_month: int = 1
    named_by_end: bool = True

    @property
    def is_fiscal(self) -> bool:
        """Whether years differ from calendar years, so that labels must say so."""
        return self.start_month != 1

    def year_start(self, name: int) -> dt.date:
        """First day of the year that is called `name`."""
        return dt.date(name - 1 if self.is_fiscal and self.named_by_end else name, self.start_month, 1)

    def year_name(self, day: dt.date) -> int:
        """Name of the year that `day` lies in."""
        started = day.year if day.month >= self.start_month else day.year - 1
        return started + 1 if self.is_fiscal and self.named_by_end else started

    def period(self, grain: Grain, year: int, number: int = 1) -> Period:
        """Quarter 2, half 1 or month 3 (counted within the fiscal year) of the year called `year`."""
        size = MONTHS_IN[grain]
        if not 1 <= number <= 12 // size:
            raise ValueError(f"a year has no {grain} {number}")
        start = add_months(self.year_start(year), (number - 1) * size)
        return Period(start=start, end=add_months(start, size), label=self._label(grain, year, number, start))

    def containing(self, grain: Grain, day: dt.date) -> Period:
        """The day, week (from Monday), month, quarter, half or year that `day` lies in."""
        if grain is Grain.DAY:
            return Period(start=day, end=day + dt.timedelta(days=1), label=day.isoformat())
        if grain is Grain.WEEK:
            monday = day - dt.timedelta(days=day.weekday())
            return Period(start=monday, end=monday + dt.timedelta(days=7), label=f"week of {monday.isoformat()}")
        months_in = (day.year - self.year_start(self.year_name(day)).year) * 12 + day.month - self.start_month
        return self.period(grain, self.year_name(day), months_in // MONTHS_IN[grain] + 1)

    def shifted(self, grain: Grain, day: dt.date, by: int) -> Period:
        """The period `by` steps after (or, negative, before) the one that `day` lies in."""
        if grain in (Grain.DAY, Grain.WEEK):
            return self.containing(grain, day + dt.timedelta(days=by * (7 if grain is Grain.WEEK else 1)))
        here = self.containing(grain, day)
        return self.containing(grain, add_months(here.start, by * MONTHS_IN[grain]))

    def _label(self, grain: Grain, year: int, number: int, start: dt.date) -> str:
        name = f"FY{year}" if self.is_fiscal else str(year)
        match grain:
            case Grain.MONTH:
                return f"{start:%b %Y}"
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


def _months(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    month = start.replace(day=1)
    while month < end:
        yield month
        month = add_months(month, 1)
