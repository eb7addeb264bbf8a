"""Queries behind forecasts: what is due in a period, what was won, how stages ended, what people have promised."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Double, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.ledger import Book, Items, joined_splits, list_split, split_ids
from store.models import Category, ChangeEntry, CreditSplit, ForecastSubmission, Opportunity, Snapshot, Status
from store.money import Money
from store.scope import Scope

ENOUGH_CLOSED = 20_000
"""More of them make no chance more exact than it is used; reading them all would take the longer, the older the log."""
"""A snapshot that is older than this says too little about a day."""


@dataclass(frozen=True)
class DueSum:
    """Open opportunities of one stage, category and currency that are expected to close in a period."""

    stage_id: int
    category: str
    currency: str
    count: int
    priced: int
    amount_minor: int
    squares: float
    """Sum of the squared amounts, in floating point: for the width of a band only."""
    overdue: int
    """How many should have closed before today."""


@dataclass(frozen=True)
class Due:
    """What is expected to close, of a split opportunity the shares of the people in scope."""

    people: Mapping[int, Sequence[DueSum]]
    """Whoever has a share of an opportunity has it in their count."""
    whole: Sequence[DueSum]
    """Of all of them together: each opportunity counts once."""
    crosses: bool = False
    """Whether a split one belongs to an owner outside the scope, or none of an owner's in it."""


@dataclass(frozen=True)
class DueOpportunity:
    id: int
    stage_id: int
    money: Money
    """Of a split one what the people in scope have of it together."""


@dataclass(frozen=True)
class StageOutcome:
    """Closed opportunities that ever entered a stage."""

    stage_id: int
    closed: int
    won: int


@dataclass(frozen=True)
class WindowSum:
    """What one person is credited with in one of several stretches of days, in the organisation's currency."""

    person_id: int
    window: int
    booked_minor: int
    unconverted: int
    """How many have an amount but none in the organisation's currency, for want of a rate."""


@dataclass(frozen=True)
class SnapshotSum:
    """What was open and due in a period when a day ended, in minor units."""

    stage_id: int
    category: str
    currency: str
    amount_minor: int


def sum_due(session: Session, scope: Scope, start: dt.date, end: dt.date, today: dt.date) -> Due:
    """What is open and expected to close from `start` up to but not including `end`; omitted ones as well."""
    owner, items = col(Opportunity.owner_id), _due_items(start, end)
    currency, stage, category, close = items.keys
    key = (owner, stage, category, currency)
    amount = cast(col(Opportunity.amount_minor), Double)
    rows = session.execute(
        select(
            *key,
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.sum(Opportunity.amount_minor),
            func.sum(amount * amount),
            func.count(case((close < today, 1))),
        )
        .where(*items.where, scope.clause(owner))
        .group_by(*key)
    )
    people: dict[tuple[int, _DueKey], _DueTally] = defaultdict(_DueTally)
    whole: dict[_DueKey, _DueTally] = defaultdict(_DueTally)
    for number, stage_id, name, unit, *sums in rows:
        for tally in (people[number, (stage_id, name, unit)], whole[stage_id, name, unit]):
            tally.add(*sums)
    crosses = False
    for split in list_split(session, scope, items):
        unit, stage_id, name, expected = split.keys
        its, late = (stage_id, name, unit), int(expected < today)
        if scope.allows(split.owner_id):
            for tally in (people[split.owner_id, its], whole[its]):
                tally.add_one(split.amounts[0], late, times=-1)
        own = split.own_parts(scope)
        crosses |= scope.allows(split.owner_id) != bool(own)
        for person, (part,) in own.items():
            people[person, its].add_one(part, late)
        if own:
            whole[its].add_one(split.own_amount(scope), late)
    found: dict[int, list[DueSum]] = defaultdict(list)
    for (number, its), tally in people.items():
        if tally.count:
            found[number].append(tally.summed(its))
    return Due(found, [tally.summed(its) for its, tally in whole.items() if tally.count], crosses)


def list_largest_due(
    session: Session, scope: Scope, start: dt.date, end: dt.date, *, currency: str, limit: int
) -> Sequence[DueOpportunity]:
    """The largest open opportunities of one currency that are due in a period and not omitted."""
    items = _due_items(start, end, col(Opportunity.category) != Category.OMITTED, col(Opportunity.currency) == currency)
    number, stage, amount = col(Opportunity.id), col(Opportunity.stage_id), col(Opportunity.amount_minor)
    query = select(number, stage, amount).where(*items.where, scope.clause(Opportunity.owner_id), amount > 0)
    on = joined_splits(session)
    if on is not None:
        query = query.where(number.not_in(split_ids()))
    found = [tuple(row) for row in session.execute(query.order_by(amount.desc(), number).limit(limit))]
    split = (
        (one.item_id, one.keys[1], part)
        for one in (list_split(session, scope, items) if on is not None else ())
        if (part := one.own_amount(scope))
    )
    largest = nsmallest(limit, chain(found, split), key=lambda row: (-row[2], row[0]))
    return [DueOpportunity(one, stage_id, Money(minor, currency)) for one, stage_id, minor in largest]


def list_counted_ids(
    session: Session, scope: Scope, start: dt.date, end: dt.date, *, limit: int
) -> Sequence[tuple[int, str]]:
    """Ids and categories of what a forecast counts, won ones as closed; at most `limit` of them."""
    category = case((col(Opportunity.status) == Status.WON, Category.CLOSED), else_=col(Opportunity.category))
    won = and_(
        col(Opportunity.status) == Status.WON, col(Opportunity.closed_on) >= start, col(Opportunity.closed_on) < end
    )
    due = and_(*_due_items(start, end, col(Opportunity.category) != Category.OMITTED).where)
    owned = [scope.clause(Opportunity.owner_id)]
    searches: list[list[ColumnElement[bool]]] = [owned]
    if joined_splits(session) is not None and scope.people is not None:
        number = col(Opportunity.id)
        owned.append(number.not_in(split_ids()))
        # A search of its own: either of them in one would go through everything there is.
        searches.append([number.in_(split_ids().where(scope.clause(CreditSplit.person_id)))])
    found: dict[int, str] = {}
    for credited in searches:
        rows = session.execute(
            select(col(Opportunity.id), category)
            .where(or_(won, due), *credited)
            .order_by(col(Opportunity.id))
            .limit(limit)
        )
        found.update((number, name) for number, name in rows)
    return sorted(found.items())[:limit]


def list_stage_outcomes(session: Session, start: dt.date, end: dt.date) -> Sequence[StageOutcome]:
    """How many opportunities that were closed from `start` up to but not including `end` ever entered each stage, by
    the change log, and how many of them were won; of the newest `ENOUGH_CLOSED`.

    These are totals of the whole company: they say nothing about anybody's deals.
    """
    closed = (
        select(col(Opportunity.id).label("id"), col(Opportunity.status).label("status"))
        .where(
            col(Opportunity.status).in_((Status.WON, Status.LOST)),
            col(Opportunity.closed_on) >= start,
            col(Opportunity.closed_on) < end,
        )
        .order_by(col(Opportunity.closed_on).desc(), col(Opportunity.id).desc())
        .limit(ENOUGH_CLOSED)
        .subquery()
    )
    rows = session.execute(
        select(
            col(ChangeEntry.new),
            func.count(closed.c.id.distinct()),
            func.count(case((closed.c.status == Status.WON, closed.c.id)).distinct()),
        )
        .select_from(closed)
        .join(
            ChangeEntry,
            and_(col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY, col(ChangeEntry.record_id) == closed.c.id),
        )
        .where(
            # Wrapped, so that SQLite goes by the records and does not read every change of a stage there ever was.
            func.coalesce(col(ChangeEntry.field), "") == "stage_id",
            col(ChangeEntry.new).is_not(None),
        )
        .group_by(col(ChangeEntry.new))
    )
    return [StageOutcome(int(stage), closed_ones, won) for stage, closed_ones, won in rows]


def sum_snapshot(
    session: Session, scope: Scope, taken_on: dt.date, start: dt.date, end: dt.date
) -> Sequence[SnapshotSum]:
    """What was open when `taken_on` ended and expected to close from `start` up to but not including `end`.

    No snapshot keeps who had which share: what is split today counts as split then.
    """
    owner, number = col(Snapshot.owner_id), col(Snapshot.opportunity_id)
    key, amount = (col(Snapshot.stage_id), col(Snapshot.category), col(Snapshot.currency)), col(Snapshot.amount_minor)
    where = (
        col(Snapshot.taken_on) == taken_on, col(Snapshot.expected_close) >= start, col(Snapshot.expected_close) < end
    )  # fmt: skip
    sums: dict[_DueKey, int] = defaultdict(int)
    rows = session.execute(select(*key, func.sum(amount)).where(*where, scope.clause(owner)).group_by(*key))
    for stage, category, currency, minor in rows:
        sums[stage, category, currency] += int(minor or 0)
    if scope.people is not None:
        items = Items(key, (amount,), where, ((Snapshot, number == col(Opportunity.id)),), owner=owner)
        for one in list_split(session, scope, items):
            stage, category, currency = one.keys
            whole = one.amounts[0] if scope.allows(one.owner_id) else 0
            sums[stage, category, currency] += (one.own_amount(scope) or 0) - (whole or 0)
    return [SnapshotSum(*its, minor) for its, minor in sums.items()]


def list_calls(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    before: dt.datetime | None = None,
    places: int = 1,
) -> Sequence[ForecastSubmission]:
    """What was submitted for exactly this period about people in scope, newest first for each.

    The newest `places` by each author about each person in each category; with `before`, of those that were submitted
    before that moment: what was in force then.
    """
    holder = (
        col(ForecastSubmission.person_id), col(ForecastSubmission.author_id), col(ForecastSubmission.category)
    )  # fmt: skip
    newest_first = (col(ForecastSubmission.submitted_at).desc(), col(ForecastSubmission.id).desc())
    conditions: list[ColumnElement[bool]] = [
        col(ForecastSubmission.period_start) == start,
        col(ForecastSubmission.period_end) == end,
        scope.clause(ForecastSubmission.person_id),
    ]
    if before is not None:
        conditions.append(col(ForecastSubmission.submitted_at) < before)
    ranked = (
        select(
            col(ForecastSubmission.id),
            func.row_number().over(partition_by=holder, order_by=newest_first).label("place"),
        )
        .where(*conditions)
        .subquery()
    )
    return session.scalars(
        select(ForecastSubmission)
        .where(col(ForecastSubmission.id).in_(select(ranked.c.id).where(ranked.c.place <= places)))
        .order_by(*newest_first)
    ).all()


def sum_won_by_window(
    session: Session, scope: Scope, windows: Sequence[tuple[dt.date, dt.date]]
) -> Sequence[WindowSum]:
    """What each person is credited with in each of some stretches of days, by booking date; the stretches do not
    overlap."""
    if not windows:
        return []
    closed_on = col(Opportunity.closed_on)
    within = [and_(closed_on >= start, closed_on < end) for start, end in windows]
    place: Any = case(*((inside, number) for number, inside in enumerate(within)))
    book = Book()
    book.fill(
        session,
        scope,
        Items(
            keys=(place,),
            sums=(col(Opportunity.booked_minor), col(Opportunity.amount_minor)),
            where=(
                col(Opportunity.status) == Status.WON,
                closed_on >= min(start for start, _ in windows),
                closed_on < max(end for _, end in windows),
                or_(*within),
            ),
        ),
    )
    return [
        WindowSum(person, window, tally.sums[0], tally.filled[1] - tally.filled[0])
        for (person, (window,)), tally in book.tallies.items()
        if tally.count
    ]


_DueKey = tuple[int, str, str]
"""Stage, category, currency."""


@dataclass
class _DueTally:
    count: int = 0
    priced: int = 0
    minor: int = 0
    squares: float = 0.0
    overdue: int = 0

    def add(self, count: int, priced: int, minor: int | None, squares: float | None, overdue: int) -> None:
        self.count += count
        self.priced += priced
        self.minor += int(minor or 0)
        self.squares += float(squares or 0)
        self.overdue += overdue

    def add_one(self, minor: int | None, late: int, *, times: int = 1) -> None:
        amount = minor or 0
        self.add(times, times * (minor is not None), times * amount, times * float(amount) ** 2, times * late)

    def summed(self, key: _DueKey) -> DueSum:
        # What is taken from a sum in floating point leaves a trace on either side of zero.
        return DueSum(*key, self.count, self.priced, self.minor, max(self.squares, 0.0), self.overdue)


def _due_items(start: dt.date, end: dt.date, *only: ColumnElement[bool]) -> Items:
    close = col(Opportunity.expected_close)
    return Items(
        keys=(col(Opportunity.currency), col(Opportunity.stage_id), col(Opportunity.category), close),
        sums=(col(Opportunity.amount_minor),),
        where=(col(Opportunity.status) == Status.OPEN, close >= start, close < end, *only),
    )
