"""Money: whole minor units of a currency, and exact conversion between currencies."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, total_ordering

from sqlmodel import Session, col, select

from store.models.organisation import ExchangeRate, RateKind

# ISO 4217 minor units that are not two; everything else has two.
NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = {**dict.fromkeys(NO_DECIMALS.split(), 0), **dict.fromkeys(THREE_DECIMALS.split(), 3), "CLF": 4, "UYW": 4}

# The codes of ISO 4217 that are money somebody is paid in; funds, metals and test codes are left out.
CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON "
    "RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(CODES.split())


def exponent(currency: str) -> int:
    """How many decimal places the currency has."""
    return EXPONENTS.get(currency, 2)


@total_ordering
@dataclass(frozen=True)
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

    def __lt__(self, other: object) -> bool:
        """Amounts of different currencies have no order; comparing them is a mistake of the caller."""
        if not isinstance(other, Money):
            return NotImplemented
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} cannot be compared without a rate")
        return self.minor < other.minor

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
        starts, rates = self._by_day.get((currency, kind), ((), ()))
        place = bisect_right(starts, on)
        return rates[place - 1] if place else None

    @cached_property
    def _by_day(self) -> Mapping[tuple[str, str], tuple[list[dt.date], list[Fraction]]]:
        """Days and rates of each currency and kind, so that looking one up does not walk through them all."""
        found: dict[tuple[str, str], tuple[list[dt.date], list[Fraction]]] = {}
        for name, kind, start, rate in sorted(self.rows, key=lambda row: row[2]):
            starts, rates = found.setdefault((name, kind), ([], []))
            starts.append(start)
            rates.append(rate)
        return found

    def convert(self, money: Money, on: dt.date, kind: str = RateKind.DAILY, to: str | None = None) -> Money | None:
        """In `to` (default: this table's currency), rounded half up once; None where a rate is missing."""
        minor = self.exact(money, on, kind, to)
        return None if minor is None else Money(rounded(minor), to or self.currency)

    def exact(self, money: Money, on: dt.date, kind: str = RateKind.DAILY, to: str | None = None) -> Fraction | None:
        """Minor units of `to` before they are rounded, for sums; None where a rate is missing."""
        target = to or self.currency
        if money.currency == target:
            return Fraction(money.minor)
        key = (money.currency, on, kind, target)
        if key not in self._factors:
            self._factors[key] = self._factor(*key)
        factor = self._factors[key]
        return None if factor is None else money.minor * factor

    def _factor(self, currency: str, on: dt.date, kind: str, target: str) -> Fraction | None:
        """Minor units of `target` for one of `currency`."""
        here, there = self.rate(currency, on, kind), self.rate(target, on, kind)
        if here is None or there is None:
            return None
        return here / there * Fraction(10) ** (exponent(target) - exponent(currency))

    @cached_property
    def _factors(self) -> dict[tuple[str, dt.date, str, str], Fraction | None]:
        """What was worked out already: thousands of amounts ask for the same."""
        return {}
