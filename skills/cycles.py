"""How long sales took, in whole and by the rows of a breakdown (domain 3.7)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skills.contract import SkillContext
from skills.measures.calendar import Period, add_months
from skills.measures.distribution import Distribution
from skills.segment import KEYS, Asked, Part, name_parts
from store.cycles import CycleCount, Start, count_cycle_days, count_open_days
from store.segment import By, Segment

TRAILING = 12
"""Months over which a rate is counted where only the present is asked about."""


@dataclass(frozen=True)
class Cycles:
    """Days of the sales that have a start, how many of them count from the day they were opened, and how many have no
    start before their end and are left out."""

    days: Distribution
    from_opening: int
    without_start: int
    parts: Mapping[Part, Distribution]


def count_cycles(context: SkillContext, segment: Segment, period: Period, by: str | None = None) -> Cycles:
    """Days from the first qualified stage to the win, of the deals won in the period."""
    key = KEYS[by] if by else By.NOTHING
    rows = count_cycle_days(context.session, segment, period.start, period.end, zone=context.organisation.zone, by=key)
    return _folded(context, rows, by)


def count_ages_of_open(context: SkillContext, asked: Asked) -> Cycles:
    """Days since the first qualified stage, of what is open in a qualified stage now."""
    rows = count_open_days(context.session, asked.segment, context.today, zone=context.organisation.zone)
    return _folded(context, rows, None)


def _folded(context: SkillContext, rows: Iterable[CycleCount], by: str | None) -> Cycles:
    naming = name_parts(context, by) if by else None
    days: dict[int, int] = {}
    parts: dict[Part, dict[int, int]] = {}
    from_opening = without_start = 0
    for row in rows:
        if row.start is Start.NONE:
            without_start += row.count
            continue
        if row.start is Start.OPENED:
            from_opening += row.count
        days[row.days] = days.get(row.days, 0) + row.count
        if naming is not None:
            own = parts.setdefault(naming(row.key), {})
            own[row.days] = own.get(row.days, 0) + row.count
    return Cycles(
        Distribution.of(days.items()),
        from_opening,
        without_start,
        {part: Distribution.of(own.items()) for part, own in parts.items()},
    )


def trailing_year(end: dt.date) -> Period:
    """The twelve months before a day."""
    start = add_months(end, -TRAILING)
    return Period(start=start, end=end, label=f"{start} – {end - dt.timedelta(days=1)}")
