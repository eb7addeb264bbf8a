"""A team's own closing curve: which share of a period's bookings is in at a share of its working days (domain 3.2)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from skills.measures.pacing import WorkingDays

FEWEST = 4
"""Fewer periods with bookings make no curve."""
MOST = 8
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Quartiles:
    low: Fraction
    median: Fraction
    high: Fraction


@dataclass(frozen=True)
class PastPeriod:
    """How the bookings of one period came in: what had been booked when so many working days had ended.

    The first is 0 and the last the whole period's bookings; what came in on a day off counts with the day before it.
    """

    cumulative: tuple[int, ...]

    @classmethod
    def of(cls, start: dt.date, end: dt.date, booked: Mapping[dt.date, int], days: WorkingDays) -> "PastPeriod":
        """From the sum booked on each day of the period from `start` up to but not including `end`."""
        sums = [0]
        day, begun = start, False
        while day < end:
            if days.works(day) and begun:
                sums.append(0)
            begun |= days.works(day)
            sums[-1] += booked.get(day, 0)
            day += DAY
        return cls((0, *accumulate(sums))) if begun else cls(())

    @property
    def total(self) -> int:
        return self.cumulative[-1] if self.cumulative else 0

    def booked_at(self, share: Fraction) -> Fraction:
        """What was booked when `share` of the working days had ended, evenly within a day."""
        at = share * (len(self.cumulative) - 1)
        done = at.__floor__()
        if done >= len(self.cumulative) - 1:
            return Fraction(self.total)
        before, after = self.cumulative[done], self.cumulative[done + 1]
        return before + (at - done) * (after - before)


@dataclass(frozen=True)
class ClosingCurve:
    """L of domain 3.2, over the last four to eight periods of one length that had bookings."""

    periods: tuple[PastPeriod, ...]

    @classmethod
    def of(cls, periods: Sequence[PastPeriod]) -> "ClosingCurve | None":
        """From the newest periods first; None where fewer than four of them had bookings."""
        booked = [period for period in periods if period.total > 0][:MOST]
        return cls(tuple(booked)) if len(booked) >= FEWEST else None

    def share(self, at: Fraction) -> Fraction:
        """L(f): of all that was booked in these periods, the share that was in at `at` of their working days."""
        booked = sum((period.booked_at(at) for period in self.periods), Fraction(0))
        return booked / sum(period.total for period in self.periods)

    def spread(self, at: Fraction) -> Quartiles:
        """The quartiles of the periods' own shares at `at`."""
        return quartiles([period.booked_at(at) / period.total for period in self.periods])

    def landing(self, actual: Fraction, at: Fraction) -> tuple[Fraction, Fraction | None, Fraction | None] | None:
        """Where the period lands if it closes like those: by the curve, and from the upper to the lower quartile of
        their shares. No value where nothing was ever booked so early; no bound where a quarter of them had nothing."""
        share = self.share(at)
        if not share:
            return None
        spread = self.spread(at)
        return (
            actual / share,
            actual / spread.high if spread.high else None,
            actual / spread.low if spread.low else None,
        )


def quartiles(values: Sequence[Fraction]) -> Quartiles:
    """Of at least one value, evenly between neighbours."""
    ordered = sorted(values)

    def at(share: Fraction) -> Fraction:
        place = share * (len(ordered) - 1)
        below = place.__floor__()
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    return Quartiles(at(Fraction(1, 4)), at(Fraction(1, 2)), at(Fraction(3, 4)))


def linearity(months: Sequence[Fraction]) -> tuple[Fraction, ...] | None:
    """Each month's share of what was booked in a period; no value where nothing was."""
    whole = sum(months, Fraction(0))
    return tuple(month / whole for month in months) if whole > 0 else None
