"""What the risk rules look at, gathered for many open opportunities at once in a few queries."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.models import (
    Account,
    Activity,
    ActivityKind,
    BuyingRole,
    ChangeEntry,
    Contact,
    Direction,
    Opportunity,
    OpportunityContact,
    Person,
    RiskSnooze,
    RiskThreshold,
    Snapshot,
    Status,
)
from store.scope import Scope

BATCH = 500
"""Opportunities that are looked at together: what is in memory at once stays small, however many there are."""
SAMPLE = 500
"""Won opportunities, the latest, from which the usual course is read."""
LOGGED = ("stage_id", "expected_close", "amount_minor", "currency")
DATES = ("expected_close", "next_step_due")
STEPS = ("next_step", "next_step_due")
TWO_WAY_KINDS = (ActivityKind.MEETING, ActivityKind.DEMO)
SIGNING = (BuyingRole.ECONOMIC_BUYER, BuyingRole.DECISION_MAKER)


@dataclass(frozen=True)
class OpenRow:
    """An open opportunity as it is, or as it was at the end of a day."""

    id: int
    name: str
    account: str | None
    owner_id: int
    owner: str
    stage_id: int
    amount_minor: int | None
    currency: str
    expected_close: dt.date | None
    opened_on: dt.date | None
    next_step: str
    next_step_due: dt.date | None


@dataclass(frozen=True)
class Touches:
    """What was done with a customer on one opportunity, up to a moment."""

    last_two_way: dt.datetime | None = None
    unanswered: int = 0
    """Outbound touches after that."""
    unanswered_since: dt.datetime | None = None
    names: tuple[str, ...] = ()
    """Who was in touch lately."""
    unnamed: bool = False
    """Whether some of those touches do not say with whom."""


@dataclass(frozen=True)
class Parts:
    """Who is known to have a part in the decision."""

    contacts: int = 0
    signs: bool = False


@dataclass(frozen=True)
class Logged:
    """A change of one field, taken back ones left out, in the order in which they held."""

    field: str
    day: dt.date
    old: Any
    new: Any


@dataclass(frozen=True)
class Won:
    """One of the latest won opportunities, from which the usual course is read."""

    id: int
    opened_on: dt.date | None
    closed_on: dt.date
    booked_minor: int | None


def list_open_rows(
    session: Session,
    scope: Scope,
    *,
    stage_id: int | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    opportunity_id: int | None = None,
) -> Iterator[Sequence[OpenRow]]:
    """Open opportunities by id, so many at a time; `start` and `end` bound the expected close."""
    conditions: list[ColumnElement[bool]] = [col(Opportunity.status) == Status.OPEN, scope.clause(Opportunity.owner_id)]
    for column, wanted in ((Opportunity.stage_id, stage_id), (Opportunity.id, opportunity_id)):
        if wanted is not None:
            conditions.append(col(column) == wanted)
    if start is not None:
        conditions.append(col(Opportunity.expected_close) >= start)
    if end is not None:
        conditions.append(col(Opportunity.expected_close) < end)
    columns = [getattr(Opportunity, name) for name in ("stage_id", "amount_minor", "currency", "expected_close")]
    steps = [col(Opportunity.next_step), col(Opportunity.next_step_due)]
    query = (
        select(Opportunity.id, Opportunity.name, Account.name, Opportunity.owner_id, Person.name, *columns)  # type: ignore[call-overload]
        .add_columns(col(Opportunity.opened_on), *steps)
        .join(Person, col(Opportunity.owner_id) == col(Person.id))
        .join(Account, col(Opportunity.account_id) == col(Account.id), isouter=True)
        .where(*conditions)
    )
    yield from _batches(session, query, Opportunity.id)


def list_snapshot_rows(session: Session, scope: Scope, day: dt.date, end: dt.datetime) -> Iterator[Sequence[OpenRow]]:
    """What was open at the end of a day, by its snapshot; `end` is the moment at which the day ended.

    Next steps are read back from the change log, since no snapshot keeps them.
    """
    columns = [getattr(Snapshot, name) for name in ("stage_id", "amount_minor", "currency", "expected_close")]
    steps = [col(Opportunity.next_step), col(Opportunity.next_step_due)]
    query = (
        select(Snapshot.opportunity_id, Opportunity.name, Account.name, Snapshot.owner_id, Person.name, *columns)  # type: ignore[call-overload]
        .add_columns(col(Opportunity.opened_on), *steps)
        .join(Opportunity, col(Snapshot.opportunity_id) == col(Opportunity.id))
        .join(Person, col(Snapshot.owner_id) == col(Person.id))
        .join(Account, col(Opportunity.account_id) == col(Account.id), isouter=True)
        .where(col(Snapshot.taken_on) == day, scope.clause(Snapshot.owner_id))
    )
    for rows in _batches(session, query, Snapshot.opportunity_id):
        was = _steps_before(session, [row.id for row in rows], end)
        yield [
            OpenRow(**{**vars(row), **{name: was[row.id, name] for name in STEPS if (row.id, name) in was}})
            for row in rows
        ]


def _batches(session: Session, query: Any, number: Any) -> Iterator[Sequence[OpenRow]]:
    last = 0
    while True:
        rows = [
            OpenRow(*row)
            for row in session.execute(query.where(col(number) > last).order_by(col(number)).limit(BATCH)).all()
        ]
        if rows:
            yield rows
            last = rows[-1].id
        if len(rows) < BATCH:
            return


def _steps_before(session: Session, ids: Sequence[int], end: dt.datetime) -> Mapping[tuple[int, str], Any]:
    """What the fields of the next step held at a moment, where they were changed since."""
    entries = session.execute(
        select(ChangeEntry.record_id, ChangeEntry.field, ChangeEntry.old)  # type: ignore[call-overload]
        .where(*_of_opportunities(ids), col(ChangeEntry.field).in_(STEPS), col(ChangeEntry.recorded_at) >= end)
        .order_by(col(ChangeEntry.id))
    )
    held: dict[tuple[int, str], Any] = {}
    for number, name, old in entries:
        value = _read(name, old)
        held.setdefault((number, name), value or ("" if name == "next_step" else None))
    return held


def list_touches(
    session: Session, ids: Sequence[int], until: dt.datetime, lately: dt.datetime
) -> Mapping[int, Touches]:
    """Touches up to a moment, by opportunity; who was in touch is told since `lately`.

    Two-way is what came from the customer, a meeting and a demo; a note touches nobody.
    """
    number: Any = col(Activity.opportunity_id)
    of_these = (number.in_(ids), col(Activity.occurred_at) <= until, col(Activity.kind) != ActivityKind.NOTE)
    two_way = or_(
        col(Activity.direction).in_((Direction.INBOUND, Direction.BOTH)), col(Activity.kind).in_(TWO_WAY_KINDS)
    )
    answered = (
        select(number.label("number"), func.max(col(Activity.occurred_at)).label("at"))
        .where(*of_these, two_way)
        .group_by(number)
        .subquery()
    )
    unanswered = session.execute(
        select(number, func.count(), func.min(col(Activity.occurred_at)))
        .join(answered, answered.c.number == number, isouter=True)
        .where(
            *of_these,
            col(Activity.direction) == Direction.OUTBOUND,
            ~two_way,
            or_(answered.c.at.is_(None), col(Activity.occurred_at) > answered.c.at),
        )
        .group_by(number)
    )
    named = session.execute(
        select(number, col(Activity.contact_id), col(Contact.name))
        .join(Contact, col(Activity.contact_id) == col(Contact.id), isouter=True)
        .where(*of_these, col(Activity.occurred_at) >= lately)
        .distinct()
    )
    found: dict[int, dict[str, Any]] = {one: {} for one in ids}
    for one, at in session.execute(select(answered.c.number, answered.c.at)):
        found[one]["last_two_way"] = at
    for one, count, since in unanswered:
        found[one] |= {"unanswered": count, "unanswered_since": since}
    for one, contact_id, name in sorted(named, key=lambda row: row[2] or ""):
        if contact_id is None:
            found[one]["unnamed"] = True
        else:
            found[one]["names"] = (*found[one].get("names", ()), name)
    return {one: Touches(**values) for one, values in found.items()}


def list_parts(session: Session, ids: Sequence[int]) -> Mapping[int, Parts]:
    """Who is known to have a part in the decision, by opportunity."""
    signs = func.max(case((col(OpportunityContact.role).in_(SIGNING), 1), else_=0))
    rows = session.execute(
        select(OpportunityContact.opportunity_id, func.count(OpportunityContact.contact_id.distinct()), signs)  # type: ignore[call-overload, attr-defined]
        .where(col(OpportunityContact.opportunity_id).in_(ids))
        .group_by(col(OpportunityContact.opportunity_id))
    )
    return {number: Parts(count, bool(signing)) for number, count, signing in rows}


def list_logged(
    session: Session, ids: Sequence[int], until: dt.date, fields: Sequence[str] = LOGGED
) -> Mapping[int, Sequence[Logged]]:
    """Changes that held from a day up to `until`, by opportunity. What was taken back is left out, with its undoing."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            ChangeEntry.record_id,
            ChangeEntry.field,
            ChangeEntry.effective_on,
            ChangeEntry.old,
            ChangeEntry.new,
            ChangeEntry.change_id,
            ChangeEntry.undoes,
        )
        .where(*_of_opportunities(ids), col(ChangeEntry.field).in_(fields), col(ChangeEntry.effective_on) <= until)
        .order_by(col(ChangeEntry.effective_on), col(ChangeEntry.id))
    ).all()
    undone = {row.undoes for row in rows if row.undoes}
    found: dict[int, list[Logged]] = {}
    for row in rows:
        if row.undoes or row.change_id in undone:
            continue
        old, new = _read(row.field, row.old), _read(row.field, row.new)
        found.setdefault(row.record_id, []).append(Logged(row.field, row.effective_on, old, new))
    return found


def _read(field: str, raw: str | None) -> Any:
    """The log's value as the column has it; one by one, this is asked a hundred thousand times."""
    value = None if raw is None else json.loads(raw)
    return dt.date.fromisoformat(value) if value and field in DATES else value


def list_won_sample(session: Session, until: dt.date) -> Sequence[Won]:
    """The latest opportunities that were won up to a day, of the whole company: what is usual is no secret."""
    rows = session.execute(
        select(Opportunity.id, Opportunity.opened_on, Opportunity.closed_on, Opportunity.booked_minor)  # type: ignore[call-overload]
        .where(col(Opportunity.status) == Status.WON, col(Opportunity.closed_on) <= until)
        .order_by(col(Opportunity.closed_on).desc(), col(Opportunity.id).desc())
        .limit(SAMPLE)
    )
    return [Won(*row) for row in rows]


def list_snoozes(session: Session, ids: Sequence[int], today: dt.date) -> Mapping[int, Sequence[RiskSnooze]]:
    """The warnings that are put off today, by opportunity."""
    rows = session.scalars(
        select(RiskSnooze).where(col(RiskSnooze.opportunity_id).in_(ids), col(RiskSnooze.until) > today)
    )
    found: dict[int, list[RiskSnooze]] = {}
    for row in rows:
        found.setdefault(row.opportunity_id, []).append(row)
    return found


def list_thresholds(session: Session) -> Sequence[RiskThreshold]:
    return session.scalars(select(RiskThreshold).order_by(RiskThreshold.rule, RiskThreshold.stage_id)).all()  # type: ignore[arg-type]


@dataclass(frozen=True)
class Outcome:
    """How it went on with an opportunity that was open once."""

    id: int
    status: str
    expected_close: dt.date | None
    closed_on: dt.date | None


def list_outcomes(session: Session, ids: Sequence[int]) -> Mapping[int, Outcome]:
    rows = session.execute(
        select(Opportunity.id, Opportunity.status, Opportunity.expected_close, Opportunity.closed_on).where(  # type: ignore[call-overload]
            col(Opportunity.id).in_(ids)
        )
    )
    return {row[0]: Outcome(*row) for row in rows}


def _of_opportunities(ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return (and_(col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY, col(ChangeEntry.record_id).in_(ids)),)
