"""Money is whole and exact, and is converted at the rate of the day."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.models import RateKind
from store.money import CURRENCIES, Money, Rates, exponent, rounded

DAY = dt.date(2026, 1, 1)
codes = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(0, 10**15)


def rates(*rows: tuple[str, str, int], kind: str = RateKind.DAILY) -> Rates:
    """Into USD: (currency, rate, days after the first)."""
    made = ((code, kind, DAY + dt.timedelta(days=after), Fraction(rate)) for code, rate, after in rows)
    return Rates("USD", tuple(made))


@given(minors, codes)
def test_units_and_minor_units_are_the_same_amount(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.units, currency) == money
    assert money.units == Decimal(minor) / 10 ** exponent(currency)


@given(st.fractions(max_denominator=10**6))
def test_rounding_is_to_the_nearest_with_halves_away_from_zero(value: Fraction) -> None:
    assert abs(rounded(value) - value) <= Fraction(1, 2)
    assert rounded(-value) == -rounded(value)
    assert rounded(Fraction(5, 2)) == 3


@pytest.mark.parametrize(
    ("currency", "text"), [("USD", "12.50 USD"), ("JPY", "1250 JPY"), ("KWD", "1.250 KWD"), ("CLF", "0.1250 CLF")]
)
def test_a_currency_has_its_own_number_of_decimals(currency: str, text: str) -> None:
    assert str(Money(1250, currency)) == text


def test_amounts_of_two_currencies_have_no_order() -> None:
    assert Money(5, "USD") < Money(6, "USD")
    with pytest.raises(ValueError, match="without a rate"):
        sorted([Money(5, "USD"), Money(6, "JPY")])


def test_the_newest_rate_that_has_begun_holds() -> None:
    table = rates(("EUR", "1.10", 0), ("EUR", "1.20", 10), ("CNY", "0.14", 5))
    assert table.rate("EUR", DAY - dt.timedelta(days=1)) is None
    assert table.rate("EUR", DAY + dt.timedelta(days=9)) == Fraction("1.10")
    assert table.rate("EUR", DAY + dt.timedelta(days=10)) == Fraction("1.20")
    assert table.rate("EUR", DAY, RateKind.PLAN) is None
    assert table.rate("USD", DAY) == 1


def test_the_order_in_which_rates_are_given_does_not_matter() -> None:
    table = rates(("EUR", "1.20", 10), ("EUR", "1.10", 0))
    assert table.rate("EUR", DAY + dt.timedelta(days=5)) == Fraction("1.10")


def test_conversion_is_exact_across_decimals_and_through_the_home_currency() -> None:
    table = rates(("JPY", "0.0065", 0), ("KWD", "3.25", 0))
    assert table.convert(Money(1000, "JPY"), DAY) == Money(650, "USD")
    assert table.convert(Money(1000, "KWD"), DAY) == Money(325, "USD")
    assert table.convert(Money(1000, "KWD"), DAY, to="JPY") == Money(500, "JPY")
    assert table.convert(Money(5, "EUR"), DAY) is None
