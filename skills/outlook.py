"""What a period will bring, from what is booked and what is open: landing, band, categories (domain 3.4 and 3.5)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from skills.contract import SkillContext
from skills.measures.calendar import Period, add_months
from skills.measures.forecast import ENUMERATED, Band, Bet, Chance, Crowd, band, chance
from store.credits import Credits, sum_credited
from store.forecasts import DueSum, list_counted_ids, list_largest_due, list_stage_outcomes, sum_due
from store.models import Category, Stage, Status
from store.money import Money, exponent, rounded
from store.opportunities import Booked, list_stages
from store.scope import Scope

HISTORY = 24
"""Chances stand on the opportunities that were closed in so many months."""
LISTED = 300
"""Up to so many opportunities are named one by one behind a figure; more are found again by their rule."""
OPEN_CATEGORIES = (Category.COMMIT, Category.BEST_CASE, Category.PIPELINE)


@dataclass
class Part:
    """One person's part or the whole, exact, in minor units of the outlook's currency."""

    booked: Fraction = Fraction(0)
    won: int = 0
    due: int = 0
    """Open ones that are expected to close in the period; omitted ones are not among them."""
    categories: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(OPEN_CATEGORIES, Fraction(0)))
    worth: Fraction = Fraction(0)
    """What the open ones are worth by their chances."""

    @property
    def open(self) -> Fraction:
        return sum(self.categories.values(), Fraction(0))

    @property
    def landing(self) -> Fraction:
        return self.booked + self.worth

    @property
    def commit_forecast(self) -> Fraction:
        return self.booked + self.categories[Category.COMMIT]

    @property
    def best_case_forecast(self) -> Fraction:
        return self.commit_forecast + self.categories[Category.BEST_CASE]


@dataclass(frozen=True)
class StageWorth:
    """Open opportunities of one stage that are due in the period."""

    stage: Stage
    chance: Chance
    count: int
    amount: Fraction
    worth: Fraction


@dataclass(frozen=True)
class Outlook:
    """`missing` are currencies without a rate: with any of them no amount has a value."""

    currency: str
    currencies: frozenset[str]
    """In which it was sold, with those that were to stand beside it."""
    is_converted: bool
    """Whether amounts of several currencies were brought into one; else they are as sold."""
    missing: tuple[str, ...]
    total: Part
    people: Mapping[int, Part]
    stages: tuple[StageWorth, ...]
    band: Band
    unpriced: int
    overdue: int
    omitted: int
    counted: tuple[tuple[int, str], ...] | None
    """Ids and categories of everything that was counted; None where that is too much to name."""
    counts: Mapping[str, int]
    """How many were counted in each category, won ones as closed."""
    crosses: bool
    """Whether splits make it differ from what the people own."""

    def money(self, minor: Fraction | int) -> Money:
        return Money(rounded(Fraction(minor)), self.currency)

    def coarse(self, minor: Fraction | int) -> Money:
        """In whole units of the currency: an estimate is not worth its cents."""
        step = 10 ** exponent(self.currency)
        return Money(rounded(Fraction(minor) / step) * step, self.currency)


class Amounts:
    """One rule for all amounts of an answer: as sold where there is one currency only, else in the organisation's.

    What was won is then at the rate of its booking date, what is open or promised at the organisation's rule for that.
    """

    def __init__(self, context: SkillContext, currencies: set[str], day: dt.date) -> None:
        self._rates, self._kind, self._day = context.rates, context.organisation.open_rates, day
        self.is_converted = len(currencies) > 1
        self.currency = next(iter(currencies)) if len(currencies) == 1 else context.organisation.currency
        self.missing: set[str] = set()

    def won(self, row: Booked) -> Fraction:
        if row.currency == self.currency and not self.is_converted:
            return Fraction(row.amount_minor)
        if row.converted < row.priced:
            self.missing.add(row.currency)
        return Fraction(row.booked_minor)

    def open(self, money: Money) -> Fraction:
        exact = self.exact(money)
        if exact is None:
            self.missing.add(money.currency)
        return exact or Fraction(0)

    def exact(self, money: Money) -> Fraction | None:
        """The amount in the answer's currency; None where a rate is missing."""
        if not money.minor:
            return Fraction(0)
        return self._rates.exact(money, self._day, self._kind, self.currency)


def get_chances(context: SkillContext, before: dt.date | None = None) -> dict[int, Chance]:
    """The chance of being won from each open stage: from what became of those that entered it, if there are enough.

    With `before`, as it could be known when that day began.
    """
    end = before or context.today + dt.timedelta(days=1)
    rows = list_stage_outcomes(context.session, add_months(end, -HISTORY), end)
    outcomes = {row.stage_id: row for row in rows}
    chances = {}
    for stage in list_stages(context.session):
        if stage.kind == Status.OPEN and stage.id is not None:
            row = outcomes.get(stage.id)
            chances[stage.id] = chance(row.won if row else 0, row.closed if row else 0, stage.probability)
    return chances


def get_outlook(context: SkillContext, scope: Scope, period: Period, beside: Collection[str] = frozenset()) -> Outlook:
    """Everything that is booked in the period or expected to close in it, of the people in scope.

    `beside` are currencies of what it is shown with, so that all of it is in one currency.
    """
    session = context.session
    won = sum_credited(session, scope, period.start, period.end)
    due = sum_due(session, scope, period.start, period.end, context.today)
    chances = get_chances(context)
    counted = [row for row in due.whole if row.category != Category.OMITTED]
    currencies = {row.currency for row in won.rows if row.priced} | {row.currency for row in counted if row.priced}
    currencies |= set(beside)
    amounts = Amounts(context, currencies, context.today)
    people: dict[int, Part] = defaultdict(Part)
    for sold in won.rows:
        part = people[sold.key or 0]
        part.booked += amounts.won(sold)
        part.won += sold.count
    for number, rows in due.people.items():
        _add_due(people[number], [row for row in rows if row.category != Category.OMITTED], chances, amounts)
    whole = Part(booked=sum((part.booked for part in people.values()), Fraction(0)), won=_count_once(won))
    _add_due(whole, counted, chances, amounts)
    ids = list_counted_ids(session, scope, period.start, period.end, limit=LISTED + 1)
    return Outlook(
        currency=amounts.currency,
        currencies=frozenset(currencies),
        is_converted=amounts.is_converted,
        missing=tuple(sorted(amounts.missing)),
        total=whole,
        people=dict(people),
        stages=_stages(context, counted, chances, amounts),
        band=_band(context, scope, period, whole, counted, chances, amounts),
        unpriced=sum(row.count - row.priced for row in counted),
        overdue=sum(row.overdue for row in counted),
        omitted=sum(row.count for row in due.whole if row.category == Category.OMITTED),
        counted=tuple(ids) if len(ids) <= LISTED else None,
        counts=_counts(whole, counted),
        crosses=won.crosses or due.crosses,
    )


def _share(chances: Mapping[int, Chance], stage_id: int) -> Fraction:
    return chances[stage_id].share if stage_id in chances else Fraction(0)


def _add_due(part: Part, rows: Iterable[DueSum], chances: Mapping[int, Chance], amounts: Amounts) -> None:
    for row in rows:
        amount = amounts.open(Money(row.amount_minor, row.currency))
        part.categories[row.category] = part.categories.get(row.category, Fraction(0)) + amount
        part.worth += amount * _share(chances, row.stage_id)
        part.due += row.count


def _counts(whole: Part, counted: Sequence[DueSum]) -> Mapping[str, int]:
    counts: dict[str, int] = defaultdict(int, {Category.CLOSED.value: whole.won})
    for row in counted:
        counts[row.category] += row.count
    return counts


def _count_once(won: Credits) -> int:
    """What several of these people share counts for each of them, and once for all."""
    return sum(row.count for row in won.rows) - sum((len(one.people) - 1) * one.count for one in won.shared)


def _stages(
    context: SkillContext, counted: Sequence[DueSum], chances: Mapping[int, Chance], amounts: Amounts
) -> tuple[StageWorth, ...]:
    by_stage: dict[int, list[DueSum]] = defaultdict(list)
    for row in counted:
        by_stage[row.stage_id].append(row)
    found = []
    for stage in list_stages(context.session):
        rows, its = by_stage.get(stage.id or 0), chances.get(stage.id or 0)
        if rows and its is not None:
            amount = sum((amounts.open(Money(row.amount_minor, row.currency)) for row in rows), Fraction(0))
            found.append(StageWorth(stage, its, sum(row.count for row in rows), amount, amount * its.share))
    return tuple(found)


def _band(
    context: SkillContext,
    scope: Scope,
    period: Period,
    whole: Part,
    counted: Sequence[DueSum],
    chances: Mapping[int, Chance],
    amounts: Amounts,
) -> Band:
    variance = Fraction(0)
    units: dict[str, Fraction] = {}
    for row in counted:
        if row.currency not in units:
            # A great amount, so that the rate is not lost in whole minor units.
            units[row.currency] = (amounts.exact(Money(10**9, row.currency)) or Fraction(0)) / 10**9
        share = _share(chances, row.stage_id)
        variance += Fraction(row.squares) * units[row.currency] ** 2 * share * (1 - share)
    largest: list[Bet] = []
    for currency in units:
        rows = list_largest_due(
            context.session, scope, period.start, period.end, currency=currency, limit=ENUMERATED
        )  # fmt: skip
        largest += [Bet(amounts.open(row.money), _share(chances, row.stage_id)) for row in rows]
    return band(whole.booked, Crowd(whole.open, whole.worth, variance), largest)
