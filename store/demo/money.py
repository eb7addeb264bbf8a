"""Exchange rates that move from month to month, and the targets of people and teams."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from store.demo.dice import Dice
from store.demo.people import (
    CURRENCY_OF,
    IDS,
    LEAVER,
    LEAVERS_HEIRS,
    MEMBERS,
    TEAM_IDS,
    Member,
    left_on,
    member_of,
    ramp_share,
    started_on,
)
from store.demo.working_days import fiscal_year_start, month_after
from store.models import RateKind
from store.money import Rates

WALKS = {"EUR": (10_832, 10_240, 11_760, 148, 4), "CNY": (13_905, 13_380, 14_460, 93, 5)}
"""Where a rate starts, how low and high it goes, by how much a month moves it, and its decimal places."""
PLAN_PLACES = {"EUR": 2, "CNY": 3}
MONTHS_OF_RATES = 41

SHARE_OF_MONTH = (83, 96, 121)
"""A month's part of its quarter, in percent of a third."""
GROWTH = 96
"""Last year's targets in percent of this year's."""
OVER_ASSIGNED = 112
"""What the people of a team have to reach, in percent of what the team has to."""

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


@dataclass(frozen=True)
class Target:
    """A month's target in minor units; either a person's or a team's."""

    person_id: int | None
    team_id: int | None
    month: dt.date
    minor: int
    currency: str
    recorded_on: dt.date
    version: int = 1
    reason: str = ""


def list_targets(day: dt.date, first: dt.date) -> list[Target]:
    """Targets from the month of `first` to the end of the fiscal year, with the changes that a leaver caused."""
    end = month_after(fiscal_year_start(day), 12)
    targets: list[Target] = []
    month = first.replace(day=1)
    while month < end:
        of_month = [target for member in MEMBERS if member.is_rep for target in _persons(member, month, day)]
        targets += of_month
        for team, team_id in TEAM_IDS.items():
            whole = sum(
                t.minor for t in of_month if t.person_id and member_of(t.person_id).team == team and t.version == 1
            )
            minor = whole // OVER_ASSIGNED // 10 * 1000
            targets.append(Target(None, team_id, month, minor, CURRENCY_OF[team], _agreed_on(month)))
        month = month_after(month, 1)
    return targets


def _persons(member: Member, month: dt.date, day: dt.date) -> Iterator[Target]:
    started, left = started_on(member, day), left_on(member, day)
    if month < started.replace(day=1) or (left is not None and month > left):
        return
    minor = _full(member, month, day) * ramp_share(member, month, day) // 100 // 100 * 100
    person_id, currency = IDS[member.name], CURRENCY_OF[member.team]
    agreed = max(_agreed_on(month), started)
    yield Target(person_id, None, month, minor, currency, agreed)
    gone = left_on(member_of(IDS[LEAVER]), day)
    if gone is not None and member.name in LEAVERS_HEIRS and month > gone:
        recorded = max(gone + dt.timedelta(days=5), agreed)
        yield Target(
            person_id, None, month, minor * 107 // 10_000 * 100, currency, recorded, 2, f"Took over from {LEAVER}"
        )


def _full(member: Member, month: dt.date, day: dt.date) -> int:
    """A whole month's target in minor units."""
    years_back = fiscal_year_start(day).year - fiscal_year_start(month).year
    minor = member.trait.target * SHARE_OF_MONTH[(month.month - 2) % 3]
    for _ in range(years_back):
        minor = minor * GROWTH // 100
    return minor


def _agreed_on(month: dt.date) -> dt.date:
    """Targets are set shortly before the fiscal year begins."""
    return fiscal_year_start(month) - dt.timedelta(days=12)
