"""How much was won in a period, and its parts by rep, manager, team, region, product, month or quarter."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from skills.contract import SkillContext
from skills.figure import RecordFilter
from skills.measures.calendar import Grain, Period, add_months
from skills.population import Population, region_of
from skills.text import Text, text, verbatim
from skills.wording import month_name, period_name
from store.credits import Credits
from store.models import Person, Product, Team
from store.money import Money
from store.opportunities import Booked, By
from store.people import list_people, list_teams
from store.scope import Scope

Breakdown = Literal["rep", "team", "product", "month", "region", "manager", "quarter"]
GROUPED: Mapping[Breakdown, By] = {"product": By.PRODUCT, "month": By.MONTH}
"""What the store groups by; quarters are asked for one by one, and the others are grouped from their reps."""
IN_ORDER = frozenset({"month", "quarter"})
TITLES: Mapping[Breakdown, tuple[Text, Text, Text]] = {
    "rep": (text("Won by rep"), text("Rep"), text("no rep")),
    "team": (text("Won by team"), text("Team"), text("no team")),
    "product": (text("Won by product"), text("Product"), text("no product")),
    "month": (text("Won by month"), text("Month"), text("no month")),
    "region": (text("Won by region"), text("Region"), text("no region")),
    "manager": (text("Won by manager"), text("Manager"), text("no manager")),
    "quarter": (text("Won by quarter"), text("Quarter"), text("no quarter")),
}
"""Title of the table, heading of its first column, and what has none."""


@dataclass(frozen=True)
class Part:
    """One row of the breakdown."""

    label: Text
    count: int
    money: Money


@dataclass(frozen=True)
class BookedTotal:
    """What was won. `total` is None when a rate is missing: a sum without those would be wrong."""

    population: Population
    whose: Text
    period: Period
    period_words: str
    as_of: dt.datetime
    currency: str
    total: Money | None
    originals: tuple[Money, ...]
    """As sold, one sum for each currency."""
    count: int
    without_amount: int
    unconverted: int
    unconverted_names: tuple[str, ...]
    missing: tuple[str, ...]
    """Currencies without a rate."""
    by: Breakdown
    parts: tuple[Part, ...]
    months: tuple[Part, ...]
    doubts: tuple[Text, ...]
    by_asked: bool
    """Whether the breakdown was asked for."""
    asked: Mapping[str, str | None]
    """The parameters that were given."""
    shown: int
    """Rows of a table."""
    records: RecordFilter
    last: Period | None
    """The newest quarter with something won, where this period has nothing."""


def get_parts(
    context: SkillContext, by: Breakdown, credited: Credits, currency: str, *, complete: bool
) -> tuple[Part, ...]:
    """The rows of the breakdown. What several people share counts for each of them, but once for a team or region."""
    rows, labels = _grouped(context, by, credited)
    return _parts(rows, labels, by, currency, complete=complete)


def once(credited: Credits) -> Sequence[Booked]:
    """Rows whose sums count everything once, for everybody together."""
    everybody = frozenset[int]().union(*(one.people for one in credited.shared))
    return [*credited.rows, *(row for one in credited.shared if (row := one.doubled(None, everybody)))]


def _grouped(context: SkillContext, by: Breakdown, credited: Credits) -> tuple[Sequence[Booked], dict[int, Text]]:
    """The rows under the keys of the breakdown, and what these are called."""
    rows = credited.rows
    keys = {row.key for row in rows if row.key is not None}
    if by == "month":
        return rows, {key: month_name(dt.date(key // 100, key % 100, 1)) for key in keys}
    if by == "product":
        products = ((key, context.session.get(Product, key)) for key in keys)
        return rows, {key: verbatim(product.name) for key, product in products if product}
    people = {person.id: person for person in list_people(context.session, Scope.of(keys))}
    if by == "rep":
        return rows, {key: verbatim(person.name) for key, person in people.items() if key is not None}
    teams = {team.id or 0: team for team in list_teams(context.session)}
    names = {key: _group(context, by, person, teams) for key, person in people.items()}
    numbers = {name: number for number, name in enumerate(sorted(set(names.values()) - {""}))}
    members: dict[int | None, set[int]] = {}
    for key in keys:
        members.setdefault(numbers.get(names.get(key, "")), set()).add(key)
    moved = [replace(row, key=numbers.get(names.get(row.key, ""))) for row in rows]
    doubled = [one.doubled(group, ids) for one in credited.shared for group, ids in members.items()]
    return [*moved, *(row for row in doubled if row)], {number: verbatim(name) for name, number in numbers.items()}


def _group(context: SkillContext, by: Breakdown, person: Person, teams: Mapping[int, Team]) -> str:
    """What somebody's part goes under; empty where there is none."""
    if by == "region":
        return region_of(person, teams)
    if by == "manager":
        manager = context.session.get(Person, person.manager_id) if person.manager_id else None
        return manager.name if manager else ""
    team = teams.get(person.team_id or 0)
    return team.name if team else ""


def get_quarters(
    context: SkillContext,
    months: Iterable[int],
    period: Period,
    credited: Callable[[dt.date, dt.date], Credits],
    currency: str,
    *,
    complete: bool,
) -> tuple[Part, ...]:
    """The fiscal quarters in which something was won; `months` are those with something, as numbers (201704).

    A quarter of weeks does not begin with a month, so that each is asked for by its own days.
    """
    first_days = (dt.date(number // 100, number % 100, 1) for number in months)
    days = {day for first in first_days for day in (first, add_months(first, 1) - dt.timedelta(days=1))}
    quarters = sorted({context.calendar.containing(Grain.QUARTER, day) for day in days}, key=lambda one: one.start)
    rows: list[Booked] = []
    for number, quarter in enumerate(quarters):
        start, end = max(quarter.start, period.start), min(quarter.end, period.end)
        if start < end:
            rows += [replace(row, key=number) for row in once(credited(start, end))]
    labels = {number: period_name(quarter) for number, quarter in enumerate(quarters)}
    return _parts(rows, labels, "quarter", currency, complete=complete)


def _parts(
    rows: Sequence[Booked], labels: dict[int, Text], by: Breakdown, currency: str, *, complete: bool
) -> tuple[Part, ...]:
    """Largest first, months and quarters in their order; with a missing rate, each currency as it was sold."""
    sums: dict[tuple[int | None, str], tuple[int, int]] = {}
    for row in rows:
        key = (row.key, currency if complete else row.currency)
        count, minor = sums.get(key, (0, 0))
        sums[key] = (count + row.count, minor + (row.booked_minor if complete else row.amount_minor))
    none = TITLES[by][2]
    if by in IN_ORDER:
        ordered = sorted(sums.items(), key=lambda item: (item[0][1], item[0][0] or 0))
        return tuple(
            Part(labels.get(key or 0, none), count, Money(minor, code)) for (key, code), (count, minor) in ordered
        )
    parts = [
        Part(labels.get(-1 if key is None else key, none), count, Money(minor, code))
        for (key, code), (count, minor) in sums.items()
    ]
    return tuple(sorted(parts, key=lambda part: (part.money.currency, -part.money.minor, str(part.label.values))))


def get_months(rows: Sequence[Booked], period: Period, currency: str) -> tuple[Part, ...]:
    booked: dict[int | None, list[Booked]] = {}
    for row in rows:
        booked.setdefault(row.key, []).append(row)
    return tuple(
        Part(
            month_name(month),
            sum(row.count for row in booked.get(month.year * 100 + month.month, [])),
            Money(sum(row.booked_minor for row in booked.get(month.year * 100 + month.month, [])), currency),
        )
        for month in period.months
    )
