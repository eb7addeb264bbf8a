"""The working calendar of each region, and the company's fiscal quarters."""

import datetime as dt
from collections.abc import Iterable

from store.demo.holidays import REGIONS, list_extra, list_public

FISCAL_START = 2
"""The fiscal year begins in February."""


def month_after(day: dt.date, months: int) -> dt.date:
    """First day of the month so many months after the one of `day`; before it for a negative number."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def fiscal_year_start(day: dt.date) -> dt.date:
    """First day of the fiscal year that `day` lies in."""
    return dt.date(day.year if day.month >= FISCAL_START else day.year - 1, FISCAL_START, 1)


def quarter_start(day: dt.date) -> dt.date:
    """First day of the fiscal quarter that `day` lies in."""
    return month_after(day, -((day.month - FISCAL_START) % 3))


class WorkingDays:
    """When people of a region work: weekdays, without holidays, with make-up days.

    `special` has every day that differs from the weekly rule, `extra` those that the public holidays do not explain.
    """

    def __init__(self, years: Iterable[int]) -> None:
        self.years = tuple(years)
        names = [name for name, *_ in REGIONS]
        public = {region: list_public(region, self.years) for region in names}
        self.extra = {region: list_extra(region, public[region]) for region in names}
        self.special = {region: public[region] | self.extra[region] for region in names}

    def works(self, region: str, day: dt.date) -> bool:
        special = self.special[region].get(day)
        return special[0] if special else day.weekday() < 5

    def on_or_after(self, region: str, day: dt.date) -> dt.date:
        while not self.works(region, day):
            day += dt.timedelta(days=1)
        return day

    def on_or_before(self, region: str, day: dt.date) -> dt.date:
        while not self.works(region, day):
            day -= dt.timedelta(days=1)
        return day

    def moved(self, region: str, day: dt.date, count: int) -> dt.date:
        """So many working days later, or earlier for a negative number."""
        step = dt.timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.works(region, day):
                day += step
        return day

    def count(self, region: str, start: dt.date, end: dt.date) -> int:
        """Working days from `start` up to but not including `end`."""
        return sum(self.works(region, start + dt.timedelta(days=i)) for i in range((end - start).days))
