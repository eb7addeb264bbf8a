"""Opportunities as they stood at the end of a day: read from that night's snapshot, or else from the change log.

What a record held at a moment is what the first later entry of the log says that it held before, and what it holds now
where there is no later entry. That is one expression in SQL here, and everything about the past is built on it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.models import ChangeEntry, Opportunity, Snapshot, Status
from store.people import get_organisation
from store.scope import Scope

COPIED = ("owner_id", "stage_id", "amount_minor", "currency", "expected_close", "category")
"""What a snapshot keeps of an opportunity."""
HELD = (*COPIED, "status", "closed_on")
"""What can be read back from the change log."""


@dataclass(frozen=True)
class Span:
    """From the end of one day to the end of another; `opening` and `closing` are these days."""

    opening: dt.date
    closing: dt.date


@dataclass(frozen=True)
class Due:
    """Days from `start` up to but not including `end` in which opportunities are expected to close."""

    start: dt.date
    end: dt.date


@dataclass(frozen=True)
class StandingSum:
    """Opportunities of one currency that were open at the end of a day, in minor units."""

    currency: str
    count: int
    priced: int
    """How many had an amount."""
    amount_minor: int


def end_of(session: Session, day: dt.date) -> dt.datetime:
    """The moment at which a day ends in the organisation's zone."""
    zone = ZoneInfo(get_organisation(session).zone)
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)


def get_first_day(session: Session) -> dt.date | None:
    """The day on which the record of opportunities begins; None where there is none yet. Everybody may know it."""
    first = session.scalar(
        select(func.min(ChangeEntry.recorded_at)).where(col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY)
    )
    return None if first is None else get_organisation(session).day_of(first)


def held_before(moment: dt.datetime, name: str, among: Select[Any] | None = None) -> CTE:
    """For each opportunity that was changed at or after `moment`, which entries tell what it held then.

    Columns: `record_id`, `first_at` (its first change since), and for each field of `HELD` the id of its first entry
    since, null where it still holds what it held. `among` limits it to these ids.
    """
    conditions = [
        col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
        col(ChangeEntry.recorded_at) >= moment,
        col(ChangeEntry.field).in_(HELD),
    ]
    if among is not None:
        conditions.append(col(ChangeEntry.record_id).in_(among))
    firsts = [func.min(case((col(ChangeEntry.field) == field, ChangeEntry.id))).label(field) for field in HELD]
    # A sum has no index, whose order a planner would prefer though it leads through the whole log; as it has no type
    # either, SQLite would go through all of them for each opportunity unless it is told that this is a number.
    record = cast(col(ChangeEntry.record_id) + 0, Integer)
    columns: list[Any] = [record.label("record_id"), func.min(ChangeEntry.recorded_at).label("first_at"), *firsts]
    return kept(select(*columns).where(*conditions).group_by(record), name)


def kept(query: Select[Any], name: str) -> CTE:
    """The rows of a query, made once however often they are looked at: its columns are costly and used many times."""
    return query.cte(name).prefix_with("MATERIALIZED")


def value_held(session: Session, held: CTE, field: str) -> ColumnElement[Any]:
    """What a field of the opportunity beside `held` held at that moment."""
    column = Opportunity.__table__.c[field]  # type: ignore[attr-defined]
    entry = aliased(ChangeEntry)
    said = select(col(entry.old)).where(col(entry.id) == held.c[field]).scalar_subquery()
    words = func.replace(said, '"', "")
    old: ColumnElement[Any]
    if column.type.python_type is int:
        old = cast(words, BigInteger)
    elif isinstance(column.type, Date) and session.get_bind().dialect.name != "sqlite":
        old = cast(words, Date)
    else:
        # SQLite keeps dates as the text that they are in the log.
        old = type_coerce(words, column.type)
    return case((held.c[field].is_not(None), old), else_=column)


def was_there(session: Session, held: CTE, moment: dt.datetime) -> ColumnElement[bool]:
    """Whether the opportunity beside `held` existed at that moment."""
    # The entries of its creation, where they are later, say that it had no owner before.
    return (col(Opportunity.created_at) < moment) & value_held(session, held, "owner_id").is_not(None)


def open_when_it_ended(session: Session, day: dt.date) -> Select[Any]:
    """Every opportunity that was open when `day` ended, as the change log tells: its id and what a snapshot keeps.

    For a day that has not ended it is what is open now.
    """
    moment = end_of(session, day)
    held = held_before(moment, "held")
    columns = [value_held(session, held, field).label(field) for field in COPIED]
    return (
        select(col(Opportunity.id).label("opportunity_id"), *columns)
        .join(held, held.c.record_id == col(Opportunity.id), isouter=True)
        .where(value_held(session, held, "status") == Status.OPEN, was_there(session, held, moment))
    )


def standing(session: Session, day: dt.date, today: dt.date, name: str = "standing") -> Subquery:
    """Every opportunity that was open when `day` ended: from its snapshot when there is one, else from the change log.

    Columns: `opportunity_id` and `COPIED`. For `today` and later it is what is open now.
    """
    columns: list[Any]
    if day >= today:
        columns = [col(getattr(Opportunity, field)).label(field) for field in COPIED]
        now = select(col(Opportunity.id).label("opportunity_id"), *columns)
        return now.where(col(Opportunity.status) == Status.OPEN).subquery(name)
    if session.scalar(select(col(Snapshot.opportunity_id)).where(col(Snapshot.taken_on) == day).limit(1)) is not None:
        columns = [col(getattr(Snapshot, field)) for field in COPIED]
        return select(col(Snapshot.opportunity_id), *columns).where(col(Snapshot.taken_on) == day).subquery(name)
    return open_when_it_ended(session, day).subquery(name)


def sum_standing(
    session: Session,
    scope: Scope,
    day: dt.date,
    today: dt.date,
    *,
    due: Due | None = None,
    stages: Sequence[int] | None = None,
) -> Sequence[StandingSum]:
    """What was open at the end of a day by currency; with `due`, what was expected to close then."""
    rows = standing(session, day, today)
    found = session.execute(
        select(rows.c.currency, func.count(), func.count(rows.c.amount_minor), func.sum(rows.c.amount_minor))
        .where(*within(rows, scope, due, stages))
        .group_by(rows.c.currency)
        .order_by(rows.c.currency)
    )
    return [StandingSum(currency, count, priced, int(amount or 0)) for currency, count, priced, amount in found]


def list_standing_ids(
    session: Session, scope: Scope, day: dt.date, today: dt.date, *, due: Due | None = None, limit: int
) -> Sequence[int]:
    """Ids of what was open at the end of a day, in order; at most `limit`."""
    rows = standing(session, day, today)
    ids = select(rows.c.opportunity_id).where(*within(rows, scope, due, None)).order_by(rows.c.opportunity_id)
    return session.scalars(ids.limit(limit)).all()


def within(
    rows: Subquery, scope: Scope, due: Due | None, stages: Sequence[int] | None
) -> Sequence[ColumnElement[bool]]:
    """The conditions on what was standing: whose, when expected to close, and in which stages."""
    conditions = [scope.clause(rows.c.owner_id)]
    if due is not None:
        conditions += [rows.c.expected_close >= due.start, rows.c.expected_close < due.end]
    if stages is not None:
        conditions.append(rows.c.stage_id.in_(stages))
    return conditions
