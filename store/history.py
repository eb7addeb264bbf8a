"""Opportunities as they stood at the end of a day: read from that night's snapshot, or else from the change log.

What a record held at a moment is what the first later entry of the log says that it held before, and what it holds now
where there is no later entry. That is one expression in SQL here, and everything about the past is built on it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, Select, Subquery, case, cast, func, select, type_coerce
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.models import ChangeEntry, Opportunity, Snapshot, Status
from store.people import get_organisation
from store.scope import Scope

COPIED = ("owner_id", "stage_id", "amount_minor", "currency", "expected_close", "category")
"""What a snapshot keeps of an opportunity."""
HELD = (*COPIED, "status", "closed_on")
"""What can be read back from the change log."""
REQUIRED = ("owner_id", "stage_id", "currency", "status")
"""Without these it was not there yet: the entries of its creation say that there was nothing before."""


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


def held_before(moment: dt.datetime, name: str) -> Subquery:
    """For each opportunity that was changed at or after `moment`, what its fields held then.

    Columns: `record_id`, `first_at` (its first change since), and for each field of `HELD` its old value in the log's
    JSON beside `has_…`, which is 1 where it was changed and null where it still holds what it held.
    """
    first = (
        select(
            col(ChangeEntry.record_id).label("record_id"),
            func.min(ChangeEntry.id).label("id"),
        )
        .where(
            col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
            col(ChangeEntry.recorded_at) >= moment,
            col(ChangeEntry.field).in_(HELD),
        )
        .group_by(col(ChangeEntry.record_id), col(ChangeEntry.field))
        .subquery(f"{name}_first")
    )
    columns: list[Any] = []
    for field in HELD:
        is_it = col(ChangeEntry.field) == field
        columns += [
            func.max(case((is_it, col(ChangeEntry.old)))).label(field),
            func.max(case((is_it, 1))).label(f"has_{field}"),
        ]
    return (
        select(first.c.record_id, func.min(ChangeEntry.recorded_at).label("first_at"), *columns)
        .join(ChangeEntry, col(ChangeEntry.id) == first.c.id)
        .group_by(first.c.record_id)
        .subquery(name)
    )


def value_held(session: Session, held: Subquery, field: str) -> ColumnElement[Any]:
    """What a field of the opportunity beside `held` held at that moment."""
    column = Opportunity.__table__.c[field]  # type: ignore[attr-defined]
    words = func.replace(held.c[field], '"', "")
    old: ColumnElement[Any]
    if column.type.python_type is int:
        old = cast(words, BigInteger)
    elif isinstance(column.type, Date) and session.get_bind().dialect.name != "sqlite":
        old = cast(words, Date)
    else:
        # SQLite keeps dates as the text that they are in the log.
        old = type_coerce(words, column.type)
    return case((held.c[f"has_{field}"] == 1, old), else_=column)


def was_there(session: Session, held: Subquery, moment: dt.datetime) -> ColumnElement[bool]:
    """Whether the opportunity beside `held` existed at that moment."""
    known = [value_held(session, held, field).is_not(None) for field in REQUIRED]
    return (col(Opportunity.created_at) < moment) & known[0] & known[1] & known[2] & known[3]


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
