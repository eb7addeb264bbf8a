"""Queries behind forecasts: what is booked and due in a period, how stages ended, and what people have promised."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Double, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.models import Category, ChangeEntry, ForecastSubmission, Opportunity, Snapshot, Status
from store.money import Money
from store.scope import Scope

ENOUGH_CLOSED = 20_000
"""More of them make no chance more exact than it is used; reading them all would take the longer, the older the log."""
SNAPSHOT_WITHIN = dt.timedelta(days=7)
"""A snapshot that is older than this says too little about a day."""


@dataclass(frozen=True)
class WonSum:
    """Won opportunities of one owner and one currency, in minor units."""

    owner_id: int
    currency: str
    count: int
    priced: int
    amount_minor: int
    """As sold."""
    converted: int
    booked_minor: int
    """In the organisation's currency, frozen on the booking date; of those that are `converted`."""


@dataclass(frozen=True)
class DueSum:
    """Open opportunities of one owner, stage, category and currency that are expected to close in a period."""

    owner_id: int
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
class DueOpportunity:
    id: int
    name: str
    stage_id: int
    category: str
    money: Money


@dataclass(frozen=True)
class StageOutcome:
    """Closed opportunities that ever entered a stage."""

    stage_id: int
    closed: int
    won: int


@dataclass(frozen=True)
class WindowSum:
    """What one owner won in one of several stretches of days, in the organisation's currency."""

    owner_id: int
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


def sum_won(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Sequence[WonSum]:
    """What was won from `start` up to but not including `end`, by owner and currency."""
    rows = session.execute(
        select(
            col(Opportunity.owner_id),
            col(Opportunity.currency),
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.sum(Opportunity.amount_minor),
            func.count(col(Opportunity.booked_minor)),
            func.sum(Opportunity.booked_minor),
        )
        .where(_won(scope, start, end))
        .group_by(col(Opportunity.owner_id), col(Opportunity.currency))
    )
    return [
        WonSum(owner, currency, count, priced, int(amount or 0), converted, int(booked or 0))
        for owner, currency, count, priced, amount, converted, booked in rows
    ]


def sum_due(session: Session, scope: Scope, start: dt.date, end: dt.date, today: dt.date) -> Sequence[DueSum]:
    """What is open and expected to close from `start` up to but not including `end`; omitted ones as well."""
    key = (
        col(Opportunity.owner_id), col(Opportunity.stage_id), col(Opportunity.category), col(Opportunity.currency)
    )  # fmt: skip
    amount = cast(col(Opportunity.amount_minor), Double)
    rows = session.execute(
        select(
            *key,
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.sum(Opportunity.amount_minor),
            func.sum(amount * amount),
            func.count(case((col(Opportunity.expected_close) < today, 1))),
        )
        .where(_due(scope, start, end))
        .group_by(*key)
    )
    return [
        DueSum(owner, stage, category, currency, count, priced, int(minor or 0), float(squares or 0), overdue)
        for owner, stage, category, currency, count, priced, minor, squares, overdue in rows
    ]


def list_largest_due(
    session: Session, scope: Scope, start: dt.date, end: dt.date, *, currency: str, limit: int
) -> Sequence[DueOpportunity]:
    """The largest open opportunities of one currency that are due in a period and not omitted."""
    rows = session.execute(
        select(
            col(Opportunity.id),
            col(Opportunity.name),
            col(Opportunity.stage_id),
            col(Opportunity.category),
            col(Opportunity.amount_minor),
        )
        .where(
            _due(scope, start, end),
            col(Opportunity.category) != Category.OMITTED,
            col(Opportunity.amount_minor) > 0,
            col(Opportunity.currency) == currency,
        )
        .order_by(col(Opportunity.amount_minor).desc(), col(Opportunity.id))
        .limit(limit)
    )
    return [
        DueOpportunity(number, name, stage, category, Money(minor, currency))
        for number, name, stage, category, minor in rows
    ]


def list_counted_ids(
    session: Session, scope: Scope, start: dt.date, end: dt.date, *, limit: int
) -> Sequence[tuple[int, str]]:
    """Ids and categories of what a forecast counts, won ones as closed; at most `limit` of them."""
    category = case((col(Opportunity.status) == Status.WON, Category.CLOSED), else_=col(Opportunity.category))
    rows = session.execute(
        select(col(Opportunity.id), category)
        .where(
            or_(
                _won(scope, start, end),
                and_(_due(scope, start, end), col(Opportunity.category) != Category.OMITTED),
            )
        )
        .order_by(col(Opportunity.id))
        .limit(limit)
    )
    return [(number, name) for number, name in rows]


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


def get_snapshot_day(session: Session, day: dt.date) -> dt.date | None:
    """The newest day up to and with `day` that a snapshot was taken of; None where the newest is over a week older."""
    return session.scalar(
        select(func.max(Snapshot.taken_on)).where(
            col(Snapshot.taken_on) <= day, col(Snapshot.taken_on) >= day - SNAPSHOT_WITHIN
        )
    )


def sum_snapshot(
    session: Session, scope: Scope, taken_on: dt.date, start: dt.date, end: dt.date
) -> Sequence[SnapshotSum]:
    """What was open when `taken_on` ended and expected to close from `start` up to but not including `end`."""
    key = (col(Snapshot.stage_id), col(Snapshot.category), col(Snapshot.currency))
    rows = session.execute(
        select(*key, func.sum(Snapshot.amount_minor))
        .where(
            col(Snapshot.taken_on) == taken_on,
            col(Snapshot.expected_close) >= start,
            col(Snapshot.expected_close) < end,
            scope.clause(Snapshot.owner_id),
        )
        .group_by(*key)
    )
    return [SnapshotSum(stage, category, currency, int(minor or 0)) for stage, category, currency, minor in rows]


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
    """What each owner won in each of some stretches of days, by booking date; the stretches do not overlap."""
    if not windows:
        return []
    closed_on = col(Opportunity.closed_on)
    within = [and_(closed_on >= start, closed_on < end) for start, end in windows]
    place: Any = case(*((inside, number) for number, inside in enumerate(within)))
    rows = session.execute(
        select(
            col(Opportunity.owner_id),
            place,
            func.sum(Opportunity.booked_minor),
            func.count(col(Opportunity.amount_minor)) - func.count(col(Opportunity.booked_minor)),
        )
        .where(
            col(Opportunity.status) == Status.WON,
            closed_on >= min(start for start, _ in windows),
            closed_on < max(end for _, end in windows),
            or_(*within),
            scope.clause(Opportunity.owner_id),
        )
        .group_by(col(Opportunity.owner_id), place)
    )
    return [WindowSum(owner, number, int(minor or 0), unconverted) for owner, number, minor, unconverted in rows]


def _won(scope: Scope, start: dt.date, end: dt.date) -> ColumnElement[bool]:
    return and_(
        col(Opportunity.status) == Status.WON,
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
        scope.clause(Opportunity.owner_id),
    )


def _due(scope: Scope, start: dt.date, end: dt.date) -> ColumnElement[bool]:
    return and_(
        col(Opportunity.status) == Status.OPEN,
        col(Opportunity.expected_close) >= start,
        col(Opportunity.expected_close) < end,
        scope.clause(Opportunity.owner_id),
    )
