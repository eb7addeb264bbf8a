"""What every customer, person or product has brought in: revenue, and margin where costs are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from skills.contract import SkillContext
from skills.measures.calendar import Period
from store.money import Money, rounded
from store.revenue import sum_costs, sum_revenue
from store.segment import By, Key, Segment


@dataclass(frozen=True)
class Revenue:
    """Won in a period by key, in minor units of the organisation's currency."""

    totals: Mapping[Key, int]
    """Of those with a key and with an amount."""
    deals: int
    without_key: int
    without_amount: int
    unconverted: int
    """Deals with an amount for whose booking date no rate is known; with any of them the totals have no value."""


@dataclass(frozen=True)
class Margins:
    """Booked amount less units × unit cost, by key, in minor units of the organisation's currency."""

    totals: Mapping[Key, int]
    deals: int
    """How many have a known margin."""
    missing: frozenset[str] = field(default_factory=frozenset)
    """Currencies of costs without a rate."""


def sum_by_key(context: SkillContext, segment: Segment, period: Period, by: By) -> Revenue:
    totals: dict[Key, int] = {}
    deals = without_key = without_amount = unconverted = 0
    for row in sum_revenue(context.session, segment, period.start, period.end, by):
        deals += row.count
        without_amount += row.count - row.priced
        unconverted += row.priced - row.converted
        if row.key is None:
            without_key += row.count
        elif row.priced:
            totals[row.key] = row.booked_minor
    return Revenue(totals, deals, without_key, without_amount, unconverted)


def sum_margins(context: SkillContext, segment: Segment, period: Period, by: By) -> Margins:
    """Costs in another currency count at the rate of the booking date, as the amounts do."""
    exact: dict[Key, Fraction] = {}
    deals, missing = 0, set()
    home = context.organisation.currency
    for row in sum_costs(context.session, segment, period.start, period.end, by, home=home):
        cost = context.rates.exact(Money(row.cost_minor, row.cost_currency), row.closed_on or period.start)
        if cost is None:
            missing.add(row.cost_currency)
        elif row.key is not None:
            deals += row.count
            exact[row.key] = exact.get(row.key, Fraction(0)) + row.booked_minor - cost
    return Margins({key: rounded(margin) for key, margin in exact.items()}, deals, frozenset(missing))
