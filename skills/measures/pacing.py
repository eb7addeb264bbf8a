"""Working days, and pace against a quota by them (domain 3.2 and 3.24). The curve is linear."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class WorkingDays:
    """The days on which people work: weekdays by number (Monday is 0), and the days that differ from that rule."""

    weekdays: frozenset[int]
    exceptions: Mapping[dt.date, bool] = field(default_factory=dict)
    """Holidays (False) and make-up working days (True)."""

    @classmethod
    def named(cls, weekdays: str, exceptions: Mapping[dt.date, bool] | None = None) -> "WorkingDays":
        """From names with commas between, such as "mon,tue,wed,thu,fri"; names that are none are left out."""
        names = {name.strip().lower()[:3] for name in weekdays.split(",")}
        return cls(frozenset(n for n, name in enumerate(WEEKDAYS) if name in names), dict(exceptions or {}))

    def works(self, day: dt.date) -> bool:
        return self.exceptions.get(day, day.weekday() in self.weekdays)

    def count(self, start: dt.date, end: dt.date) -> int:
        """Working days from `start` up to but not including `end`; 0 when `end` is not later."""
        days = (end - start).days
        if days <= 0:
            return 0
        weeks, rest = divmod(days, 7)
        count = weeks * len(self.weekdays)
        count += sum((start.weekday() + extra) % 7 in self.weekdays for extra in range(rest))
        differing, sums = self._changes
        return count + sums[bisect_left(differing, end)] - sums[bisect_left(differing, start)]

    @cached_property
    def _changes(self) -> tuple[list[dt.date], list[int]]:
        """The exceptions in order, and by how much those before each change the count by weekdays."""
        differing = sorted(self.exceptions)
        steps = (self.exceptions[day] - (day.weekday() in self.weekdays) for day in differing)
        return differing, [0, *accumulate(steps)]


@dataclass(frozen=True)
class Pace:
    """How far a period has come. Today is not completed until it ends, and is the first of the remaining days."""

    completed: int
    remaining: int

    @property
    def share(self) -> Fraction | None:
        """f: completed ÷ all working days; no value for a period without working days."""
        days = self.completed + self.remaining
        return Fraction(self.completed, days) if days else None

    def expected(self, quota: Fraction) -> Fraction | None:
        """What would be booked by now at an even pace: quota · f."""
        return None if self.share is None else quota * self.share

    def index(self, actual: Fraction, quota: Fraction) -> Fraction | None:
        """Actual ÷ expected to date: above 1 is ahead. No value before the first day has ended or without a quota."""
        expected = self.expected(quota)
        return actual / expected if expected else None

    def run_rate(self, actual: Fraction) -> Fraction | None:
        """Where the period lands if every working day brings as much as those so far: actual ÷ f; no value at f = 0."""
        return actual / self.share if self.share else None

    def required(self, actual: Fraction, quota: Fraction) -> Fraction | None:
        """What each remaining working day must bring; no value when none remains."""
        return max(Fraction(0), quota - actual) / self.remaining if self.remaining else None


def pace(days: WorkingDays, start: dt.date, end: dt.date, today: dt.date) -> Pace:
    """The pace of the period from `start` up to but not including `end`, as of `today`."""
    turn = min(max(today, start), end)
    return Pace(days.count(start, turn), days.count(turn, end))
