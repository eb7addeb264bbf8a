"""What is open, and what it is worth by its chances (domain 3.4): sums of products, never a sum times an average.

Exact until the end, and rounded so that the stages add up to the whole.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from skills.measures.money import by_currency, rounded_parts, total
from store.models import RateKind, Stage
from store.money import Money, Rates, rounded
from store.opportunities import OpenSum


@dataclass(frozen=True)
class StageTotal:
    """Open opportunities of one stage. The sums are None where a rate is missing."""

    stage: Stage
    count: int
    without_amount: int
    amount: Money | None
    weighted: Money | None
    originals: tuple[Money, ...]
    """As sold, one sum for each currency."""


@dataclass(frozen=True)
class OpenTotal:
    """Open opportunities together, in one currency at the rates of one day. The sums are None where one is missing."""

    currency: str
    count: int
    without_amount: int
    overdue: int
    amount: Money | None
    weighted: Money | None
    originals: tuple[Money, ...]
    """As sold, one sum for each currency."""
    weighted_originals: tuple[Money, ...]
    missing: tuple[str, ...]
    """Currencies without a rate."""
    stages: tuple[StageTotal, ...]
    """Those in which something is open, in the order of the process."""


def weighted(amounts: Iterable[tuple[Fraction | int, int]]) -> Fraction:
    """Σ amount × probability, each probability in whole percent, in the unit of the amounts."""
    return sum((amount * Fraction(percent, 100) for amount, percent in amounts), Fraction(0))


def open_total(
    rates: Rates,
    today: dt.date,
    sums: Sequence[OpenSum],
    stages: Mapping[int | None, Stage],
    kind: str = RateKind.DAILY,
) -> OpenTotal:
    """Everything that is open, at the rates of `today` of this kind and the probabilities of `stages` (by id)."""
    whole = total(rates, map(_money, sums), today, kind=kind)
    by_stage: dict[int, list[OpenSum]] = {}
    for row in sums:
        by_stage.setdefault(row.stage_id, []).append(row)
    ordered = sorted(by_stage.items(), key=lambda item: stages[item[0]].position)
    exact = [[rates.exact(_money(row), today, kind) or Fraction(0) for row in rows] for _, rows in ordered]
    worth = [
        weighted((amount, stages[stage_id].probability) for amount in amounts)
        for (stage_id, _), amounts in zip(ordered, exact, strict=True)
    ]
    amounts, worths = rounded_parts([sum(each, Fraction(0)) for each in exact]), rounded_parts(worth)
    return OpenTotal(
        currency=rates.currency,
        count=sum(row.count for row in sums),
        without_amount=_without_amount(sums),
        overdue=sum(row.overdue for row in sums),
        amount=whole.money,
        weighted=None if whole.missing else Money(rounded(sum(worth, Fraction(0))), rates.currency),
        originals=_originals(sums),
        weighted_originals=tuple(
            Money(rounded(weighted(_chances(sums, stages, money.currency))), money.currency)
            for money in _originals(sums)
        ),
        missing=tuple(sorted(whole.missing)),
        stages=tuple(
            StageTotal(
                stage=stages[stage_id],
                count=sum(row.count for row in rows),
                without_amount=_without_amount(rows),
                amount=None if whole.missing else Money(amount, rates.currency),
                weighted=None if whole.missing else Money(its_worth, rates.currency),
                originals=_originals(rows),
            )
            for (stage_id, rows), amount, its_worth in zip(ordered, amounts, worths, strict=True)
        ),
    )


def _money(row: OpenSum) -> Money:
    return Money(row.amount_minor, row.currency)


def _originals(rows: Sequence[OpenSum]) -> tuple[Money, ...]:
    return by_currency(_money(row) for row in rows if row.priced)


def _without_amount(rows: Sequence[OpenSum]) -> int:
    return sum(row.count - row.priced for row in rows)


def _chances(
    rows: Sequence[OpenSum], stages: Mapping[int | None, Stage], currency: str
) -> Iterable[tuple[Fraction | int, int]]:
    return ((row.amount_minor, stages[row.stage_id].probability) for row in rows if row.currency == currency)
