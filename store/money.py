"""Money: whole minor units of a currency, and exact conversion between currencies."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlmodel import Session, col, select

from store.models.organisation import ExchangeRate, RateKind

# ISO 4217 minor units that are not two; everything else has two.
NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = {**dict.fromkeys(NO_DECIMALS.split(), 0), **dict.fromkeys(THREE_DECIMALS.split(), 3), "CLF": 4, "UYW": 4}


def exponent(currency: str) -> int:
    """How many decimal places the currency has."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, order=True)
class Money:
    """An amount in whole minor units (cents, yen, fils) of an ISO 4217 currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """From units of the currency, rounded half up to its smallest unit: `Money.of("12.5", "USD")` is 1250 cents."""
        scaled = Decimal(amount).scaleb(exponent(currency))
        return cls(int(scaled.to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def units(self) -> Decimal:
        """The amount in units of the currency, with all its decimal places."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.units:f} {self.currency}"


def rounded(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero."""
    magnitude = (abs(value) * 2 + 1) // 2
    return int(magnitude) if value >= 0 else -int(magnitude)


@dataclass(frozen=True)
class Rates:
    """Exchange rates into one currency; the newest rate that starts on or before a day holds on that day."""

    currency: str
    rows: tuple[tuple[str, str, dt.date, Fraction], ...]
    """(currency, kind, valid from, rate), ordered by day."""

    @classmethod
    def load(cls, session: Session, currency: str) -> "Rates":
        rows = session.exec(select(ExchangeRate).order_by(col(ExchangeRate.valid_from))).all()
        return cls(currency, tuple((row.currency, row.kind, row.valid_from, Fraction(row.rate)) for row in rows))

    def rate(self, currency: str, on: dt.date, kind: str = RateKind.DAILY) -> Fraction | None:
        """Units of `self.currency` for one unit of `currency`; None where no rate is known for that day."""
        if currency == self.currency:
            return Fraction(1)
        for name, of_kind, start, rate in reversed(self.rows):
            if name == currency and of_kind == kind and start <= on:
                return rate
        return None

    def convert(self, money: Money, on: dt.date, kind: str = RateKind.DAILY, to: str | None = None) -> Money | None:
        """In `to` (default: this table's currency), rounded half up once; None where a rate is missing."""
        target = to or self.currency
        if money.currency == target:
            return money
        here, there = self.rate(money.currency, on, kind), self.rate(target, on, kind)
        if here is None or there is None:
            return None
        scale = Fraction(10) ** (exponent(target) - exponent(money.currency))
        return Money(rounded(money.minor * here / there * scale), target)

    def total(self, amounts: Iterable[Money], on: dt.date, kind: str = RateKind.DAILY) -> tuple[Money, frozenset[str]]:
        """The sum in this table's currency, and the currencies that had to be left out for want of a rate."""
        minor, missing = 0, set()
        for amount in amounts:
            converted = self.convert(amount, on, kind)
            if converted is None:
                missing.add(amount.currency)
            else:
                minor += converted.minor
        return Money(minor, self.currency), frozenset(missing)
