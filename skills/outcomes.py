"""What was won and lost in a period, in whole and by the rows of a breakdown, each amount at its own day's rate."""

from collections.abc import Mapping
from dataclasses import dataclass

from skills.contract import SkillContext
from skills.measures.calendar import Period
from skills.measures.winrate import Tally
from skills.segment import KEYS, Asked, Part, name_parts
from store.models import Status
from store.money import Money
from store.outcomes import OutcomeSum, sum_outcomes
from store.segment import By


@dataclass(frozen=True)
class Outcomes:
    total: Tally
    parts: Mapping[Part, Tally]
    """Empty without a breakdown."""


def count_outcomes(context: SkillContext, asked: Asked, period: Period, by: str | None = None) -> Outcomes:
    """Closed in the period: won ones at the rate of their booking date, lost ones at that of the day they were lost."""
    rows = sum_outcomes(
        context.session,
        asked.segment,
        period.start,
        period.end,
        home=context.organisation.currency,
        by=KEYS[by] if by else By.NOTHING,
    )
    naming = name_parts(context, by) if by else None
    total, parts = Tally(), dict[Part, Tally]()
    for row in rows:
        tally = _tally(context, row)
        total.add(tally)
        if naming is not None:
            parts.setdefault(naming(row.key), Tally()).add(tally)
    return Outcomes(total, parts)


def _tally(context: SkillContext, row: OutcomeSum) -> Tally:
    if row.no_decision:
        return Tally(no_decision=row.count)
    tally = Tally(without_amount=row.count - row.priced)
    if row.status == Status.WON:
        tally.won, tally.won_priced = row.count, row.priced
        tally.won_value += row.booked_minor
        if row.converted < row.priced:
            tally.won_missing.add(row.currency)
        return tally
    tally.lost = row.count
    money = Money(row.amount_minor, row.currency)
    exact = context.rates.exact(money, row.closed_on or context.today) if money.minor else money.minor
    if exact is None:
        tally.lost_missing.add(row.currency)
    else:
        tally.lost_value += exact
    return tally
