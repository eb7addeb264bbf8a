"""What became of the opportunities that were due in a period, and how often close dates were pushed."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.history import Due, Span, end_of, held_before, standing, value_held, within
from store.models import Account, ChangeEntry, Opportunity, Person, Status
from store.scope import Scope


class Outcome(StrEnum):
    """What became of an opportunity that was due in a period."""

    WON = "won"
    LOST = "lost"
    SLIPPED = "slipped"
    """Open, with a date after the period."""
    DUE = "due"
    """Open, and still due in the period."""
    EARLIER = "earlier"
    """Open, with a date before the period."""
    UNDATED = "undated"
    """Open, without a date."""


@dataclass(frozen=True)
class OutcomeSum:
    """Opportunities of one owner and one currency that came to the same end, in minor units at the opening."""

    owner_id: int
    """Their owner when the period began."""
    currency: str
    outcome: Outcome
    count: int
    amount_minor: int


@dataclass(frozen=True)
class Slip:
    """An opportunity that was due in a period and is open with a later date at its end, as it was at the opening."""

    opportunity_id: int
    name: str
    account: str | None
    owner: str
    amount_minor: int | None
    currency: str
    was_due: dt.date
    due: dt.date


@dataclass(frozen=True)
class Pushed:
    """An open opportunity whose close date was moved to a later period, so many times."""

    opportunity_id: int
    name: str
    account: str | None
    owner_id: int
    owner: str
    amount_minor: int | None
    currency: str
    due: dt.date | None
    pushes: int


def sum_outcomes(session: Session, scope: Scope, span: Span, due: Due, today: dt.date) -> Sequence[OutcomeSum]:
    """What was due in the period at the opening, by what it is at the closing; amounts as they were at the opening."""
    rows = _outcomes(session, scope, span, due, today)
    keys = (rows.c.owner_id, rows.c.currency, rows.c.outcome)
    found = session.execute(select(*keys, func.count(), func.sum(rows.c.amount_minor)).group_by(*keys).order_by(*keys))
    return [OutcomeSum(owner, code, Outcome(what), count, int(minor or 0)) for owner, code, what, count, minor in found]


def list_slips(session: Session, scope: Scope, span: Span, due: Due, today: dt.date, *, limit: int) -> Sequence[Slip]:
    """What slipped out of the period, of each currency the `limit` largest first."""
    rows = _outcomes(session, scope, span, due, today)
    place = func.row_number().over(
        partition_by=rows.c.currency, order_by=(func.coalesce(rows.c.amount_minor, 0).desc(), rows.c.id)
    )
    ranked = select(rows, place.label("place")).where(rows.c.outcome == Outcome.SLIPPED).subquery()
    found = session.execute(
        select(
            ranked.c.id,
            col(Opportunity.name),
            col(Account.name),
            col(Person.name),
            ranked.c.amount_minor,
            ranked.c.currency,
            ranked.c.was_due,
            ranked.c.due,
        )
        .join(Opportunity, col(Opportunity.id) == ranked.c.id)
        .join(Person, col(Person.id) == ranked.c.owner_id)
        .join(Account, col(Account.id) == col(Opportunity.account_id), isouter=True)
        .where(ranked.c.place <= limit)
        .order_by(ranked.c.currency, ranked.c.place)
    )
    return [Slip(*row) for row in found]


def list_pushed(session: Session, scope: Scope, edges: Sequence[dt.date], *, limit: int) -> Sequence[Pushed]:
    """Open opportunities by how often their date was moved across an edge to later, the most often first.

    `edges` are the first days of periods. What was taken back, and what took it back, are no pushes.
    """
    pushes = func.count()
    counted = (
        select(col(Opportunity.id).label("id"), pushes.label("pushes"))
        .join(ChangeEntry, col(ChangeEntry.record_id) == col(Opportunity.id))
        .where(*_open(scope), *_pushes(edges))
        .group_by(col(Opportunity.id))
        .order_by(pushes.desc(), col(Opportunity.id))
        .limit(limit)
        .subquery()
    )
    found = session.execute(
        select(
            col(Opportunity.id),
            col(Opportunity.name),
            col(Account.name),
            col(Opportunity.owner_id),
            col(Person.name),
            col(Opportunity.amount_minor),
            col(Opportunity.currency),
            col(Opportunity.expected_close),
            counted.c.pushes,
        )
        .join(counted, counted.c.id == col(Opportunity.id))
        .join(Person, col(Person.id) == col(Opportunity.owner_id))
        .join(Account, col(Account.id) == col(Opportunity.account_id), isouter=True)
        .order_by(counted.c.pushes.desc(), col(Opportunity.amount_minor).desc().nulls_last(), col(Opportunity.id))
    )
    return [Pushed(*row) for row in found]


def count_pushes(session: Session, scope: Scope, edges: Sequence[dt.date]) -> dict[int, tuple[int, int]]:
    """For each owner, how often the dates of their open opportunities were pushed, and how many of them were."""
    found = session.execute(
        select(col(Opportunity.owner_id), func.count(), func.count(col(Opportunity.id).distinct()))
        .join(ChangeEntry, col(ChangeEntry.record_id) == col(Opportunity.id))
        .where(*_open(scope), *_pushes(edges))
        .group_by(col(Opportunity.owner_id))
    )
    return {owner: (pushes, deals) for owner, pushes, deals in found}


def count_pushes_of(session: Session, ids: Sequence[int], edges: Sequence[dt.date]) -> dict[int, int]:
    """How often the date of each of these opportunities was pushed, whatever has become of it since."""
    record = col(ChangeEntry.record_id)
    found = session.execute(select(record, func.count()).where(record.in_(ids), *_pushes(edges)).group_by(record))
    return {row[0]: row[1] for row in found}


def _open(scope: Scope) -> list[ColumnElement[bool]]:
    conditions = [col(Opportunity.status) == Status.OPEN, scope.clause(Opportunity.owner_id)]
    if scope.people is not None:
        # The entries of some people's opportunities are looked up one by one: those of the field are everybody's.
        conditions.append(col(ChangeEntry.record_id).in_(select(col(Opportunity.id)).where(*conditions)))
    return conditions


def _pushes(edges: Sequence[dt.date]) -> list[ColumnElement[bool]]:
    """Entries that move a date across an edge to later. Dates in the log sort as text."""
    undone = select(col(ChangeEntry.undoes)).where(col(ChangeEntry.undoes).is_not(None))
    old, new = col(ChangeEntry.old), col(ChangeEntry.new)
    texts = [json.dumps(edge.isoformat()) for edge in edges]
    return [
        col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
        col(ChangeEntry.field) == "expected_close",
        old < new,
        or_(*(and_(old < edge, new >= edge) for edge in texts)),
        col(ChangeEntry.undoes).is_(None),
        col(ChangeEntry.change_id).not_in(undone),
    ]


def _outcomes(session: Session, scope: Scope, span: Span, due: Due, today: dt.date) -> Subquery:
    """What was due in the period at the opening, with its outcome."""
    was = standing(session, span.opening, today, "was")
    query = select(
        was.c.opportunity_id.label("id"),
        was.c.owner_id,
        was.c.currency,
        was.c.amount_minor,
        was.c.expected_close.label("was_due"),
    )
    query = query.join(Opportunity, col(Opportunity.id) == was.c.opportunity_id)
    status: Any = col(Opportunity.status)
    expected: Any = col(Opportunity.expected_close)
    if span.closing < today:
        held = held_before(end_of(session, span.closing), "later")
        query = query.join(held, held.c.record_id == col(Opportunity.id), isouter=True)
        status, expected = value_held(session, held, "status"), value_held(session, held, "expected_close")
    outcome = case(
        (status == Status.WON, literal(Outcome.WON.value)),
        (status == Status.LOST, literal(Outcome.LOST.value)),
        (expected.is_(None), literal(Outcome.UNDATED.value)),
        (expected >= due.end, literal(Outcome.SLIPPED.value)),
        (expected < due.start, literal(Outcome.EARLIER.value)),
        else_=literal(Outcome.DUE.value),
    )
    query = query.add_columns(outcome.label("outcome"), expected.label("due"))
    return query.where(*within(was, scope, due, None)).subquery("outcomes")
