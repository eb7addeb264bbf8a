"""Exchange rates that move from month to month, and plan rates for each fiscal year."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from store.demo.dice import Dice
from store.demo.working_days import month_after
from store.models import RateKind
from store.money import Rates

WALKS = {"EUR": (10_832, 10_240, 11_760, 148, 4), "CNY": (13_905, 13_380, 14_460, 93, 5)}
"""Where a rate starts, how low and high it goes, by how much a month moves it, and its decimal places."""
PLAN_PLACES = {"EUR": 2, "CNY": 3}
MONTHS_OF_RATES = 41

RateRow = tuple[str, str, dt.date, str]


def list_rates(seed: int, day: dt.date) -> list[RateRow]:
    """Currency, kind, first day and rate into dollars: a new one every month, and a plan rate for each fiscal year."""
    rows: list[RateRow] = []
    for currency, (start, low, high, step, places) in WALKS.items():
        dice, points = Dice(seed, f"rates {currency}"), start
        for back in range(MONTHS_OF_RATES - 1, -1, -1):
            month = month_after(day, -back)
            rows.append((currency, RateKind.DAILY.value, month, str(Decimal(points).scaleb(-places))))
            if month.month == 1:
                rate = round(Decimal(points).scaleb(-places), PLAN_PLACES[currency])
                rows.append((currency, RateKind.PLAN.value, month_after(month, 1), str(rate)))
            points = min(max(points + dice.whole(-step, step), low), high)
    return sorted((row for row in rows if row[2] <= day), key=lambda row: (row[2], row[0], row[1]))


def rates_of(rows: list[RateRow]) -> Rates:
    return Rates("USD", tuple((currency, kind, start, Fraction(rate)) for currency, kind, start, rate in rows))
