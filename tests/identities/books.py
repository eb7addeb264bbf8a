"""The demo company's figures worked out anew in plain Python, from nothing but the rows of the tables.

Nothing here is taken from the skills, their measures or the store's queries: every rule is written down a second time,
as domain section 3 has it.
"""

import datetime as dt
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays

Row = dict[str, Any]
DAY = dt.timedelta(days=1)
DATE = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


def read(path: Path) -> dict[str, list[Row]]:
    """Every table's rows in the order of their ids; days as dates, instants in UTC."""
    connection = sqlite3.connect(path)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {}
        for name in names:
            cursor = connection.execute(f"SELECT * FROM {name} ORDER BY rowid")  # Its own name.
            columns = [column for column, *_ in cursor.description]
            tables[name] = [dict(zip(columns, map(_value, row), strict=True)) for row in cursor]
        return tables
    finally:
        connection.close()


def _value(value: Any) -> Any:
    if isinstance(value, str) and DATE.fullmatch(value):
        return dt.date.fromisoformat(value)
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value


@dataclass(frozen=True)
class Share:
    """What one person is credited with of one opportunity."""

    person_id: int
    deal: Row
    minor: int
    """In the currency of the opportunity."""
    booked: int
    """In dollars at the rate of the booking date."""


def month_after(day: dt.date, count: int = 1) -> dt.date:
    months = day.year * 12 + day.month - 1 + count
    return dt.date(months // 12, months % 12 + 1, 1)


def quarter_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """First day of the fiscal quarter (from February) and the day after its last."""
    start = month_after(day, -((day.month - 2) % 3))
    return start, month_after(start, 3)


def half_up(value: Fraction | int) -> int:
    doubled = abs(Fraction(value)) * 2 + 1
    whole = doubled.numerator // (doubled.denominator * 2)
    return whole if value >= 0 else -whole


def units(minor: Fraction | int) -> Decimal:
    """Dollars, euros or yuan of so many cents or fen, after rounding half up to one."""
    return Decimal(half_up(minor)).scaleb(-2)


def largest_remainder(minor: int, shares: list[int]) -> list[int]:
    """Cents by shares of 10,000 that sum to the whole: the largest rests get the cents that are left over."""
    exact = [Fraction(minor * share, 10_000) for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(shares)), key=lambda index: (-(exact[index] - parts[index]), index))
    for index in order[: minor - sum(parts)]:
        parts[index] += 1
    return parts


class Books:
    """All rows, and what follows from them on `day`."""

    def __init__(self, tables: dict[str, list[Row]], day: dt.date) -> None:
        self.tables, self.day = tables, day
        self.people = {row["id"]: row for row in tables["person"]}
        self.teams = {row["id"]: row for row in tables["team"]}
        self.stages = {row["id"]: row for row in tables["stage"]}
        self.products = {row["id"]: row for row in tables["product"]}
        self.deals = {row["id"]: row for row in tables["opportunity"]}
        self.zone = ZoneInfo(tables["organisation"][0]["zone"])

    def person(self, first_name: str) -> int:
        (found,) = [number for number, row in self.people.items() if row["name"].startswith(first_name)]
        return int(found)

    def team(self, name: str) -> frozenset[int]:
        """Everybody who is or was in it."""
        return frozenset(
            number for number, row in self.people.items() if row["team_id"] and self.team_name(row) == name
        )

    def below(self, person_id: int) -> frozenset[int]:
        """Somebody and everybody who reports to them, through however many others."""
        found = {person_id}
        while more := {n for n, row in self.people.items() if row["manager_id"] in found} - found:
            found |= more
        return frozenset(found)

    def team_name(self, person: Row) -> str:
        return str(self.teams[person["team_id"]]["name"]) if person["team_id"] else ""

    # Money

    @cached_property
    def _rates(self) -> dict[tuple[str, str], list[tuple[dt.date, Fraction]]]:
        rates: dict[tuple[str, str], list[tuple[dt.date, Fraction]]] = defaultdict(list)
        for row in self.tables["exchange_rate"]:
            rates[row["currency"], row["kind"]].append((row["valid_from"], Fraction(row["rate"])))
        return {key: sorted(listed) for key, listed in rates.items()}

    def rate(self, currency: str, day: dt.date, kind: str) -> Fraction:
        """Dollars for one unit: the newest rate that starts on or before the day."""
        if currency == "USD":
            return Fraction(1)
        return [rate for start, rate in self._rates[currency, kind] if start <= day][-1]

    def converted(self, minor: int, currency: str, day: dt.date, kind: str, to: str = "USD") -> Fraction:
        if currency == to:
            return Fraction(minor)
        return minor * self.rate(currency, day, kind) / self.rate(to, day, kind)

    # Bookings

    def won(self, start: dt.date, end: dt.date) -> list[Row]:
        return [row for row in self.deals.values() if row["status"] == "won" and start <= row["closed_on"] < end]

    @cached_property
    def _splits(self) -> dict[tuple[int, str], list[Row]]:
        found: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in self.tables["credit_split"]:
            found[row["opportunity_id"], row["kind"]].append(row)
        return found

    def splits(self, deal_id: int, kind: str = "direct") -> list[Row]:
        return self._splits.get((deal_id, kind), [])

    def shares(self, start: dt.date, end: dt.date) -> Iterator[Share]:
        """Direct credit for everything won in a period, split to the cent."""
        for deal in self.won(start, end):
            yield from self.shares_of(deal)

    def shares_of(self, deal: Row) -> Iterator[Share]:
        """Everybody's part of one deal; what is open has nothing booked yet."""
        rows = self.splits(deal["id"])
        people = [row["person_id"] for row in rows] or [deal["owner_id"]]
        shares = [row["share"] for row in rows] or [10_000]
        minors = largest_remainder(deal["amount_minor"] or 0, shares)
        bookeds = largest_remainder(deal["booked_minor"] or 0, shares)
        for person_id, minor, booked in zip(people, minors, bookeds, strict=True):
            yield Share(person_id, deal, minor, booked)

    def booked(self, start: dt.date, end: dt.date, people: Iterable[int] | None = None) -> int:
        """Credited to these people, in dollars as booked."""
        group = None if people is None else frozenset(people)
        return sum(share.booked for share in self.shares(start, end) if group is None or share.person_id in group)

    def overlay(self, start: dt.date, end: dt.date) -> dict[int, int]:
        """The ledger beside it, by person, in dollars as booked."""
        found: dict[int, int] = defaultdict(int)
        for deal in self.won(start, end):
            for row in self.splits(deal["id"], "overlay"):
                found[row["person_id"]] += largest_remainder(deal["booked_minor"], [row["share"]])[0]
        return found

    # Days

    @cached_property
    def _special(self) -> dict[str, dict[dt.date, bool]]:
        special: dict[str, dict[dt.date, bool]] = {}
        years = range(self.day.year - 3, self.day.year + 2)
        for region in self.tables["region"]:
            public = holidays.country_holidays(region["country"], subdiv=region["subdivision"] or None, years=years)
            days = dict.fromkeys(public, False) | dict.fromkeys(public.weekend_workdays, True)
            own = [row for row in self.tables["calendar_day"] if row["region"] in ("", region["name"])]
            special[region["name"]] = days | {row["day"]: bool(row["works"]) for row in own}
        return special

    def works(self, region: str, day: dt.date) -> bool:
        return self._special[region].get(day, day.weekday() < 5)

    def working_days(self, region: str, start: dt.date, end: dt.date) -> int:
        return sum(self.works(region, start + count * DAY) for count in range((end - start).days))

    def days_there(self, person_id: int, start: dt.date, end: dt.date) -> int:
        """Working days on which somebody was employed and not on leave."""
        person = self.people[person_id]
        leaves = [row for row in self.tables["leave"] if row["person_id"] == person_id]
        return sum(
            self.works(person["region"], day)
            and (person["active_from"] is None or person["active_from"] <= day)
            and (person["active_to"] is None or day <= person["active_to"])
            and not any(leave["first_day"] <= day <= leave["last_day"] for leave in leaves)
            for day in (start + count * DAY for count in range((end - start).days))
        )

    # Targets

    @cached_property
    def _newest(self) -> dict[tuple[Any, ...], Row]:
        newest: dict[tuple[Any, ...], Row] = {}
        for row in sorted(self.tables["quota"], key=lambda row: row["version"]):
            key = (row["person_id"], row["team_id"], row["region"], row["metric"], row["level"], row["month"])
            newest[key] = row
        return newest

    def quotas(
        self,
        *,
        person: int | None = None,
        team: int | None = None,
        region: str = "",
        metric: str,
        level: str = "target",
    ) -> dict[dt.date, Row]:
        """The version that counts of each month."""
        return {key[5]: row for key, row in self._newest.items() if key[:5] == (person, team, region, metric, level)}

    def effective(
        self, person_id: int, start: dt.date, end: dt.date, *, to: str, metric: str = "booked", level: str = "target"
    ) -> Fraction | None:
        """Σ months base × ramp × days there ÷ working days, in `to` at plan rates; None without any quota."""
        total, found = Fraction(0), False
        for month, row in self.quotas(person=person_id, metric=metric, level=level).items():
            after = month_after(month)
            first, last = max(month, start), min(after, end)
            if first >= last:
                continue
            found = True
            days = self.working_days(self.people[person_id]["region"], month, after)
            share = Fraction(self.days_there(person_id, first, last), days) * Fraction(row["ramp_percent"], 100)
            minor = row["amount_minor"]
            base = (
                Fraction(minor)
                if row["currency"] is None
                else self.converted(minor, row["currency"], month, "plan", to)
            )
            total += base * share
        return total if found else None

    def credited(self, people: Iterable[int], start: dt.date, end: dt.date, *, to: str) -> Fraction:
        """Credited bookings at plan rates, as they stand beside quotas."""
        group = frozenset(people)
        return sum(
            (
                self.converted(share.minor, share.deal["currency"], share.deal["closed_on"], "plan", to)
                for share in self.shares(start, end)
                if share.person_id in group
            ),
            Fraction(0),
        )

    def with_quota(self, start: dt.date, end: dt.date, people: Iterable[int] | None = None) -> frozenset[int]:
        group = self.people.keys() if people is None else people
        return frozenset(
            number for number in group if any(start <= m < end for m in self.quotas(person=number, metric="booked"))
        )
