"""What everybody did in a period, by one of the measures that targets are set for (domain 3.1)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from skills.contract import SkillContext
from skills.conversion import segments
from skills.measures.calendar import Period
from skills.text import Text, text
from store.credits import (
    Part,
    count_without_margin,
    count_without_units,
    has_payments,
    sum_credited,
    sum_credited_margin,
    sum_credited_payments,
    sum_credited_units,
    sum_overlay,
)
from store.deeds import count_activities, count_new_accounts, sum_created
from store.ledger import Shared
from store.models import Metric
from store.opportunities import Booked
from store.scope import Scope

MONTHS = 12
"""Periods of at most so many months are counted by month, too."""


@dataclass(frozen=True)
class Item:
    """A part of what one person did, with the day at whose rate it counts. `frozen` is it in the organisation's
    currency at the rates of the booking dates, where that was settled; None for other measures."""

    person_id: int
    day: dt.date
    currency: str | None
    count: int
    minor: int
    frozen: int | None = None
    unconverted: int = 0
    """How many of them have no rate of their booking date."""


@dataclass(frozen=True)
class Counted:
    items: Sequence[Item]
    shared: Sequence[Shared] = ()
    overlay: Sequence[Item] = ()
    left_out: Mapping[int, int] = field(default_factory=dict)
    """Opportunities of each owner that say too little to be counted."""
    crosses: bool = False
    """Whether the owners alone do not find the opportunities again."""
    touched: frozenset[int] = frozenset()
    """Who owns what is split, or has a share of it."""
    unknown: Text | None = None
    """Why nothing of this kind is known at all."""


def get_counted(context: SkillContext, scope: Scope, period: Period, metric: Metric) -> Counted:
    """Everything that people in scope did, in the currencies in which they did it."""
    session, home, start, end = context.session, context.organisation.currency, period.start, period.end
    match metric:
        case Metric.BOOKED:
            return _booked(context, scope, period)
        case Metric.MARGIN:
            parts = sum_credited_margin(session, scope, start, end, home)
            return Counted(_items(parts, start), left_out=count_without_margin(session, scope, start, end))
        case Metric.UNITS:
            parts = sum_credited_units(session, scope, start, end)
            return Counted(_items(parts, start), left_out=count_without_units(session, scope, start, end))
        case Metric.COLLECTED:
            parts = sum_credited_payments(session, scope, start, end, home)
            unknown = None if parts or has_payments(session) else text("no payments are recorded")
            return Counted(_items(parts, start), unknown=unknown)
        case Metric.PIPELINE_CREATED:
            return Counted(_items(sum_created(session, scope, start, end, home), start))
        case Metric.NEW_ACCOUNTS:
            return Counted(_items(count_new_accounts(session, scope, start, end), start))
        case Metric.ACTIVITIES:
            zone = ZoneInfo(context.organisation.zone)
            first, last = (dt.datetime.combine(day, dt.time(), zone) for day in (start, end))
            return Counted(_items(count_activities(session, scope, first, last), start))


def _booked(context: SkillContext, scope: Scope, period: Period) -> Counted:
    months = [month.start for month in context.calendar.months(period)]
    items: list[Item] = []
    shared: list[Shared] = []
    overlay: list[Item] = []
    crosses, touched = False, frozenset[int]()
    for start, end in segments(context.rates, period, months if len(months) <= MONTHS else ()):
        credited = sum_credited(context.session, scope, start, end)
        items += [_item(row, start) for row in credited.rows]
        shared += credited.shared
        crosses |= credited.crosses
        touched |= credited.touched
        overlay += [_item(row, start) for row in sum_overlay(context.session, scope, start, end)]
    return Counted(items, shared, overlay, crosses=crosses, touched=touched)


def _item(row: Booked, day: dt.date) -> Item:
    return Item(
        row.key or 0, day, row.currency, row.count, row.amount_minor, row.booked_minor, row.priced - row.converted
    )


def _items(parts: Iterable[Part], start: dt.date) -> list[Item]:
    return [Item(part.person_id, part.day or start, part.currency, part.count, part.minor) for part in parts]
