"""Sums across currencies, kept exact until they are shown (domain 3.0)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from store.models import RateKind
from store.money import Money, Rates, rounded


@dataclass(frozen=True)
class Sum:
    """An exact sum in minor units of `currency`; `missing` are currencies that had no rate, and are not in it."""

    minor: Fraction
    currency: str
    missing: frozenset[str] = frozenset()

    @property
    def money(self) -> Money | None:
        """Rounded once, half up; no value while anything is missing from it."""
        return None if self.missing else Money(rounded(self.minor), self.currency)


def total(
    rates: Rates, amounts: Iterable[Money], on: dt.date, *, to: str | None = None, kind: str = RateKind.DAILY
) -> Sum:
    """The sum in one currency at the rates of one day. An amount of nothing needs no rate."""
    minor, missing = Fraction(0), set()
    for money in amounts:
        part = rates.exact(money, on, kind, to) if money.minor else Fraction(0)
        if part is None:
            missing.add(money.currency)
        else:
            minor += part
    return Sum(minor, to or rates.currency, frozenset(missing))


def by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum for each currency, by code."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def rounded_parts(parts: Sequence[Fraction]) -> tuple[int, ...]:
    """Whole numbers that add up to the rounded sum, by largest remainder; each is less than one from its part.

    Equal remainders are served in the order of the parts.
    """
    floors = [part.__floor__() for part in parts]
    spare = rounded(sum(parts, Fraction(0))) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - parts[index])
    favoured = set(by_remainder[:spare])
    return tuple(floor + (index in favoured) for index, floor in enumerate(floors))
