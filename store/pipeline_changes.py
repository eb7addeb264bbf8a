"""Which opportunities changed between the ends of two days, and in which ways.

As in `store.moves`, each is seen at both ends: what was taken back in between is no change, nor is what took it back.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, false, func, or_, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.history import Span, end_of
from store.models import Account, ChangeEntry, Opportunity, Stage, Status
from store.moves import changed_between
from store.scope import Scope


class Kind(StrEnum):
    """One way in which an opportunity changed; one can change in several."""

    CREATED = "created"
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"
    FORWARD = "forward"
    BACK = "back"
    PUSHED = "pushed"
    """To a later period."""
    PULLED = "pulled"
    """To an earlier period."""
    REDATED = "redated"
    """Within its period, or to or from no date."""
    RAISED = "raised"
    LOWERED = "lowered"
    RECURRENCED = "currency"
    HANDED = "owner"


FIELDS = ("owner_id", "stage_id", "status", "amount_minor", "currency", "expected_close")
"""The fields in which these changes are."""


@dataclass(frozen=True)
class KindSum:
    """Opportunities of one currency that changed in the same ways, in minor units."""

    kinds: tuple[Kind, ...]
    currency: str
    count: int
    minor: int
    raised_minor: int
    lowered_minor: int
    """By how much in all; not negative."""


@dataclass(frozen=True)
class Held:
    """What an opportunity held at one end."""

    owner_id: int
    stage_id: int
    status: str
    amount_minor: int | None
    currency: str
    expected_close: dt.date | None


@dataclass(frozen=True)
class Changed:
    """One opportunity that changed. `now` is None where it was handed to somebody who is not looked at."""

    opportunity_id: int
    name: str
    account: str | None
    kinds: tuple[Kind, ...]
    was: Held | None
    now: Held | None
    owner_id: int

    @property
    def held(self) -> Held | None:
        return self.now or self.was


@dataclass(frozen=True)
class Trace:
    """Who made the newest change, and when."""

    person_id: int | None
    at: dt.datetime


@dataclass(frozen=True)
class Wanted:
    """Which changes are asked for: whose opportunities, perhaps only one or one account's, and where periods begin."""

    edges: tuple[dt.date, ...]
    opportunity_id: int | None = None
    account_id: int | None = None


def sum_changes(session: Session, scope: Scope, span: Span, wanted: Wanted) -> Sequence[KindSum]:
    """What changed between the ends of two days, summed for each currency and each combination of ways."""
    rows = _changes(session, scope, span, wanted)
    by = _kinds(rows)
    change = rows.c.change
    found = session.execute(
        select(
            *by,
            rows.c.currency,
            func.count(),
            func.sum(rows.c.minor),
            func.sum(case((change > 0, change), else_=0)),
            func.sum(case((change < 0, -change), else_=0)),
        )
        .group_by(*by, rows.c.currency)
        .order_by(*by, rows.c.currency)
    )
    return [
        KindSum(_named(row), row[len(Kind)], *(int(number) for number in row[len(Kind) + 1 :]))
        for row in found
        if any(row[: len(Kind)])
    ]


def list_changes(session: Session, scope: Scope, span: Span, wanted: Wanted, *, limit: int) -> Sequence[Changed]:
    """The opportunities behind `sum_changes`: of each combination of ways and each currency the `limit` largest."""
    rows = _changes(session, scope, span, wanted)
    by = [*_kinds(rows), rows.c.currency]
    largest = func.row_number().over(
        partition_by=by, order_by=(rows.c.minor.desc(), func.abs(rows.c.change).desc(), rows.c.id)
    )
    ranked = select(rows, largest.label("place")).where(or_(*(flag == 1 for flag in _kinds(rows)))).subquery()
    found = session.execute(
        select(
            *_kinds(ranked),
            ranked.c.id,
            col(Opportunity.name),
            col(Account.name),
            ranked.c.owner_id,
            ranked.c.theirs,
            *(ranked.c[f"was_{field}"] for field in FIELDS),
            *(ranked.c[field] for field in FIELDS),
        )
        .join(Opportunity, col(Opportunity.id) == ranked.c.id)
        .join(Account, col(Account.id) == col(Opportunity.account_id), isouter=True)
        .where(ranked.c.place <= limit)
        .order_by(ranked.c.id)
    )
    changes = []
    for row in found:
        kinds, rest = _named(row), row[len(Kind) :]
        number, name, account, owner, theirs = rest[:5]
        was, now = rest[5 : 5 + len(FIELDS)], rest[5 + len(FIELDS) :]
        changes.append(
            Changed(
                number,
                name,
                account,
                kinds,
                Held(**dict(zip(FIELDS, was, strict=True))) if was[0] is not None else None,
                Held(**dict(zip(FIELDS, now, strict=True))) if theirs else None,
                owner,
            )
        )
    return changes


def list_traces(session: Session, scope: Scope, span: Span, ids: Iterable[int]) -> Mapping[int, Trace]:
    """Who made the newest change that stands to each of these opportunities between the ends of two days.

    Of those that are somebody else's by now, only who handed them over.
    """
    undone = select(col(ChangeEntry.undoes)).where(col(ChangeEntry.undoes).is_not(None))
    entries = session.execute(
        select(col(ChangeEntry.record_id), col(ChangeEntry.actor_id), col(ChangeEntry.recorded_at))
        .join(Opportunity, col(Opportunity.id) == col(ChangeEntry.record_id))
        .where(
            col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
            col(ChangeEntry.record_id).in_(list(ids)),
            col(ChangeEntry.recorded_at) >= end_of(session, span.opening),
            col(ChangeEntry.recorded_at) < end_of(session, span.closing),
            col(ChangeEntry.field).in_(FIELDS),
            col(ChangeEntry.undoes).is_(None),
            col(ChangeEntry.change_id).not_in(undone),
            or_(scope.clause(Opportunity.owner_id), col(ChangeEntry.field) == "owner_id"),
        )
        .order_by(col(ChangeEntry.id))
    )
    return {number: Trace(actor, at) for number, actor, at in entries}


def _changes(session: Session, scope: Scope, span: Span, wanted: Wanted) -> Subquery:
    """Every opportunity that belongs or belonged to somebody in scope, with a flag for each way in which it changed."""
    rows = changed_between(session, scope, span)
    theirs = scope.clause(rows.c.owner_id)
    before, after = _position(rows.c.was_stage_id), _position(rows.c.stage_id)
    there, same = rows.c.was_status.is_not(None), rows.c.was_currency == rows.c.currency
    was_open, is_open = rows.c.was_status == Status.OPEN, rows.c.status == Status.OPEN
    was_due, due = rows.c.was_expected_close, rows.c.expected_close
    was_minor, minor = func.coalesce(rows.c.was_amount_minor, 0), func.coalesce(rows.c.amount_minor, 0)
    pushed = or_(false(), *(and_(was_due < edge, due >= edge) for edge in wanted.edges))
    pulled = or_(false(), *(and_(was_due >= edge, due < edge) for edge in wanted.edges))
    redated = was_due.is_distinct_from(due) & ~func.coalesce(pushed, false()) & ~func.coalesce(pulled, false())
    flags: Mapping[Kind, ColumnElement[bool]] = {
        Kind.CREATED: ~there & theirs,
        Kind.WON: (rows.c.status == Status.WON) & (~there | (rows.c.was_status != Status.WON)) & theirs,
        Kind.LOST: (rows.c.status == Status.LOST) & (~there | (rows.c.was_status != Status.LOST)) & theirs,
        Kind.REOPENED: there & ~was_open & is_open & theirs,
        Kind.FORWARD: was_open & is_open & (after > before) & theirs,
        Kind.BACK: was_open & is_open & (after < before) & theirs,
        Kind.PUSHED: there & is_open & pushed & theirs,
        Kind.PULLED: there & is_open & pulled & theirs,
        Kind.REDATED: there & is_open & redated & theirs,
        Kind.RAISED: there & same & (minor > was_minor) & theirs,
        Kind.LOWERED: there & same & (minor < was_minor) & theirs,
        Kind.RECURRENCED: there & ~same & theirs,
        Kind.HANDED: there & (rows.c.was_owner_id != rows.c.owner_id),
    }
    conditions = [or_(theirs, and_(there, scope.clause(rows.c.was_owner_id)))]
    query = select(
        rows,
        case((theirs, 1), else_=0).label("theirs"),
        case((theirs, minor), else_=was_minor).label("minor"),
        case((there & same & theirs, minor - was_minor), else_=0).label("change"),
        *(case((flag, 1), else_=0).label(f"is_{kind}") for kind, flag in flags.items()),
    )
    if wanted.opportunity_id is not None:
        conditions.append(rows.c.id == wanted.opportunity_id)
    if wanted.account_id is not None:
        query = query.join(Opportunity, col(Opportunity.id) == rows.c.id)
        conditions.append(col(Opportunity.account_id) == wanted.account_id)
    return query.where(*conditions).subquery("changes")


def _position(stage_id: Any) -> ColumnElement[int]:
    return select(col(Stage.position)).where(col(Stage.id) == stage_id).scalar_subquery()


def _kinds(rows: Subquery) -> list[ColumnElement[int]]:
    return [rows.c[f"is_{kind}"] for kind in Kind]


def _named(row: Any) -> tuple[Kind, ...]:
    return tuple(kind for kind, flag in zip(Kind, row, strict=False) if flag)
