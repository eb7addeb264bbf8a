"""The closing curve of a team, from its own bookings of earlier periods."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from skills.contract import SkillContext
from skills.measures.calendar import Grain, Period
from skills.measures.closing import MOST, ClosingCurve, PastPeriod
from skills.working_days import Calendars
from store.opportunities import sum_booked_by_day
from store.scope import Scope

DAY = dt.timedelta(days=1)
GRAINS = (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR)


@dataclass(frozen=True)
class Closing:
    curve: ClosingCurve | None
    """None where there are too few periods with bookings."""
    periods: int
    """How many of the earlier periods had bookings."""
    grain: Grain | None
    """None for a period that is none of the calendar's, which has no earlier ones of its kind."""


def get_closing(context: SkillContext, scope: Scope, period: Period, region: str) -> Closing:
    """How bookings of these people's opportunities came in over the last eight periods of this one's length."""
    grain = get_grain(context, period)
    if grain is None:
        return Closing(None, 0, None)
    earlier = list(_earlier(context, period, grain))
    first = earlier[-1].start
    booked = sum_booked_by_day(context.session, scope, first, period.start)
    days = Calendars(context, first, period.start, Scope.of(())).of(region)
    past = [PastPeriod.of(one.start, one.end, booked, days) for one in earlier]
    return Closing(ClosingCurve.of(past), sum(one.total > 0 for one in past), grain)


def get_grain(context: SkillContext, period: Period) -> Grain | None:
    """Which of the calendar's lengths a period has exactly."""
    for grain in GRAINS:
        whole = context.calendar.containing(grain, period.start)
        if (whole.start, whole.end) == (period.start, period.end):
            return grain
    return None


def get_previous(context: SkillContext, period: Period) -> Period:
    """The period of the same kind before this one; of so many days where it is none of the calendar's."""
    grain = get_grain(context, period)
    if grain is not None:
        return context.calendar.shifted(grain, period.start, -1)
    start = period.start - (period.end - period.start)
    return Period(start=start, end=period.start, label=f"{start} – {period.start - DAY}")


def _earlier(context: SkillContext, period: Period, grain: Grain) -> Iterator[Period]:
    for number in range(1, MOST + 1):
        yield context.calendar.shifted(grain, period.start, -number)
