"""What has become of the opportunities that were opened in a period: by month, and by age (domain 3.6)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from skills.contract import SkillContext
from skills.cycles import count_cycles, trailing_year
from skills.measures.calendar import Grain, Period
from skills.measures.distribution import P90
from skills.measures.winrate import AgePoint, is_too_few, won_by_age
from skills.segment import Asked
from store.models import Status
from store.outcomes import count_ages, count_opened


@dataclass(frozen=True)
class Cohort:
    """Opportunities opened in one month (or all of them together)."""

    month: Period
    opened: int
    won: int
    still_open: int
    mature: bool
    """Its youngest is older than nine tenths of the sales cycles; before, its rate can only be too low."""

    @property
    def rate(self) -> Fraction | None:
        """won ÷ opened, open ones in the denominator; no value for too few."""
        return None if is_too_few(self.opened) else Fraction(self.won, self.opened)


@dataclass(frozen=True)
class Cohorts:
    months: tuple[Cohort, ...]
    whole: Cohort
    p90: Fraction | None
    """Days; None where nothing was won in the twelve months up to the end of the period."""


def count_cohorts(context: SkillContext, asked: Asked, period: Period) -> Cohorts:
    """The opportunities opened in each month of the period, and how many of them are won by now."""
    zone = context.organisation.zone
    end = min(period.end, context.today + dt.timedelta(days=1))
    p90 = count_cycles(context, asked.segment, trailing_year(max(end, period.start))).days.quantile(P90)
    counts: dict[dt.date, dict[str, int]] = {}
    months: dict[dt.date, Period] = {}
    for row in count_opened(context.session, asked.segment, period.start, period.end, zone=zone):
        month = context.calendar.containing(Grain.MONTH, row.opened_on)
        months[month.start] = month
        own = counts.setdefault(month.start, {})
        own[row.status] = own.get(row.status, 0) + row.count

    def cohort(month: Period, own: Mapping[str, int]) -> Cohort:
        age = (context.today - min(month.end, period.end) + dt.timedelta(days=1)).days
        mature = p90 is not None and age > p90
        return Cohort(month, sum(own.values()), own.get(Status.WON, 0), own.get(Status.OPEN, 0), mature)

    whole: dict[str, int] = {}
    for own in counts.values():
        for status, count in own.items():
            whole[status] = whole.get(status, 0) + count
    return Cohorts(tuple(cohort(months[start], counts[start]) for start in sorted(counts)), cohort(period, whole), p90)


@dataclass(frozen=True)
class Course:
    """The share won by each age in days, of the opportunities opened in a period."""

    points: tuple[AgePoint, ...]
    won: int
    lost: int
    still_open: int
    impossible: int
    """Closed before they were opened, and left out."""

    @property
    def count(self) -> int:
        return self.won + self.lost + self.still_open


def count_course(context: SkillContext, asked: Asked, period: Period) -> Course:
    """Won by age, with open ones censored at their age today."""
    ages: dict[str, dict[int, int]] = {Status.WON: {}, Status.LOST: {}, Status.OPEN: {}}
    impossible = 0
    rows = count_ages(
        context.session,
        asked.segment,
        period.start,
        period.end,
        today=context.today,
        zone=context.organisation.zone,
    )
    for row in rows:
        if row.days < 0:
            impossible += row.count
        else:
            ages[row.status][row.days] = row.count
    won, lost, still_open = ages[Status.WON], ages[Status.LOST], ages[Status.OPEN]
    return Course(
        won_by_age(won, lost, still_open),
        sum(won.values()),
        sum(lost.values()),
        sum(still_open.values()),
        impossible,
    )
