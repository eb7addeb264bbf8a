"""One rule for bringing all amounts of an answer into one currency (domain 3.24)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from skills.measures.calendar import Period
from skills.text import Text, text
from store.models import RateKind
from store.money import Money, Rates


class Rule(StrEnum):
    """At which rates the figures were brought into one currency."""

    NONE = "none"
    PLAN = "plan"
    BOOKING = "booking"


class Conversion:
    """Plan rates, so that exchange moves win no prizes, where there are all; else the rates of each day."""

    def __init__(self, rates: Rates, currency: str | None, home: str) -> None:
        """`currency` is the one that is hoped for: that of the quotas; None for what is counted and not money."""
        self._rates = rates
        self.currency = currency
        self._home = home
        self.rule = Rule.NONE

    def choose(self, amounts: Iterable[tuple[int, str | None, dt.date]], *, plan: bool = True) -> None:
        """Settle the rule for these amounts, each with its currency and day; without `plan` it is the day's rate."""
        foreign = {(code, day) for minor, code, day in amounts if minor and code != self.currency}
        if not foreign:
            return
        self.rule = Rule.PLAN
        if not plan or any(self.exact(1, code, day) is None for code, day in foreign):
            self.rule, self.currency = Rule.BOOKING, self._home

    def exact(self, minor: int, currency: str | None, day: dt.date) -> Fraction | int | None:
        """Minor units of `self.currency`, not rounded; None where there is no rate."""
        if not minor or currency == self.currency or currency is None or self.currency is None:
            return minor
        kind = RateKind.PLAN if self.rule is Rule.PLAN else RateKind.DAILY
        return self._rates.exact(Money(minor, currency), day, kind, self.currency)

    @property
    def note(self) -> Text | None:
        """What to say about the rates."""
        if self.currency is None or self.rule is Rule.NONE:
            return None
        if self.rule is Rule.PLAN:
            return text("In {currency} at the plan rate.", currency=self.currency)
        return text(
            "In {currency}: there is no plan rate for every currency, so what was won is at the rate of its "
            "booking date and quotas at the rate of their month.",
            currency=self.currency,
        )


def segments(rates: Rates, period: Period, months: Iterable[dt.date] = ()) -> Iterator[tuple[dt.date, dt.date]]:
    """Stretches of the period in which no plan rate changes, and which lie within one of the months that begin so."""
    changes = {start for _, kind, start, _ in rates.rows if kind == RateKind.PLAN}
    inner = {day for day in (*changes, *months) if period.start < day < period.end}
    yield from pairwise([period.start, *sorted(inner), period.end])
