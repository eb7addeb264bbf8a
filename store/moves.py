"""What became of opportunities between the ends of two days, by the change log alone.

Only what was changed in between is looked at. Each opportunity is seen twice, as it was at the first end and as it was
at the second, so that what was taken back in between has left no trace. Sums are made for each `Path`, which is all
that matters of both; which flow a path is part of is for `skills.measures.waterfall` to say.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, and_, case, func, literal, or_, select, union
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.history import HELD, Due, Span, end_of, held_before, kept, value_held, was_there
from store.models import Account, ChangeEntry, Opportunity, Person, Status
from store.scope import Scope


class Place(StrEnum):
    """Where an opportunity is, seen from a pipeline: in it or on its side if open, won or lost there."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    """Somebody owns it who is not looked at."""
    EARLIER = "earlier"
    """Due before the days that are looked at."""
    LATER = "later"
    """Due after them, or at no known date."""


@dataclass(frozen=True, order=True)
class Path:
    """From where to where an opportunity went. Before it was there, `was` and `was_currency` are empty."""

    was: str
    """Its status; empty when it was not there yet."""
    was_place: str
    now: str
    place: str
    was_currency: str
    currency: str


@dataclass(frozen=True)
class MoveSum:
    """All opportunities that went one way, in minor units; an amount that is not known counts as nothing."""

    path: Path
    count: int
    minor: int
    """Amounts at the end."""
    was_minor: int
    raised: int
    """How many have a larger amount than before."""
    raised_minor: int
    lowered: int
    lowered_minor: int
    """By how much in all; not negative."""


@dataclass(frozen=True)
class Move:
    """One opportunity that went somewhere."""

    path: Path
    opportunity_id: int
    name: str
    account: str | None
    owner_id: int
    owner: str
    minor: int
    was_minor: int

    @property
    def alone(self) -> MoveSum:
        """Its part in the sums."""
        change = self.minor - self.was_minor
        return MoveSum(
            self.path, 1, self.minor, self.was_minor, int(change > 0), max(change, 0), int(change < 0), max(-change, 0)
        )


def sum_moves(session: Session, scope: Scope, span: Span, *, due: Due | None = None) -> Sequence[MoveSum]:
    """What was changed in a pipeline between the ends of two days: whose owners are in scope, and closing within `due`.

    What closed elsewhere, or was never in this pipeline, is left out.
    """
    rows = _placed(session, scope, span, due)
    change = rows.c.minor - rows.c.was_minor
    path = _path(rows)
    found = session.execute(
        select(
            *path,
            func.count(),
            func.sum(rows.c.minor),
            func.sum(rows.c.was_minor),
            func.sum(case((change > 0, 1), else_=0)),
            func.sum(case((change > 0, change), else_=0)),
            func.sum(case((change < 0, 1), else_=0)),
            func.sum(case((change < 0, -change), else_=0)),
        )
        .where(_touches(rows))
        .group_by(*path)
        .order_by(*path)
    )
    return [MoveSum(Path(*row[:6]), *map(int, row[6:])) for row in found]


def list_moves(session: Session, scope: Scope, span: Span, *, due: Due | None = None, limit: int) -> Sequence[Move]:
    """The opportunities behind `sum_moves`: of each path the `limit` largest, by their amount and by its change."""
    rows = _placed(session, scope, span, due)
    path = _path(rows)
    change = func.abs(rows.c.minor - rows.c.was_minor)
    amount = func.row_number().over(partition_by=path, order_by=(rows.c.minor.desc(), rows.c.id))
    changed = func.row_number().over(partition_by=path, order_by=(change.desc(), rows.c.id))
    ranked = select(rows, amount.label("by_amount"), changed.label("by_change")).where(_touches(rows)).subquery()
    found = session.execute(
        select(
            *_path(ranked),
            ranked.c.id,
            col(Opportunity.name),
            col(Account.name),
            col(Opportunity.owner_id),
            col(Person.name),
            ranked.c.minor,
            ranked.c.was_minor,
        )
        .join(Opportunity, col(Opportunity.id) == ranked.c.id)
        .join(Person, col(Person.id) == col(Opportunity.owner_id))
        .join(Account, col(Account.id) == col(Opportunity.account_id), isouter=True)
        .where(or_(ranked.c.by_amount <= limit, ranked.c.by_change <= limit))
        .order_by(ranked.c.id)
    )
    return [Move(Path(*row[:6]), *row[6:]) for row in found]


def changed_between(session: Session, scope: Scope, span: Span) -> CTE:
    """What was changed or created in between of what belongs or belonged to people in scope, as it was and as it is.

    Columns: `id`, each of `HELD` as it is at the end, and as `was_…` at the beginning (all null where it was not there
    yet). What is left over of a wider change is for the caller to leave out: this is only never too little.
    """
    start, end = end_of(session, span.opening), end_of(session, span.closing)
    among = _touchable(scope, start)
    before, after = held_before(start, "before", among), held_before(end, "after", among)
    created = select(col(Opportunity.id)).where(
        col(Opportunity.created_at) >= start, col(Opportunity.created_at) < end, scope.clause(Opportunity.owner_id)
    )
    ids = union(select(before.c.record_id.label("id")).where(before.c.first_at < end), created).subquery("changed")
    there = was_there(session, before, start)
    columns: list[Any] = []
    for field in HELD:
        columns.append(case((there, value_held(session, before, field))).label(f"was_{field}"))
        columns.append(value_held(session, after, field).label(field))
    return kept(
        select(col(Opportunity.id).label("id"), *columns)
        .join(ids, ids.c.id == col(Opportunity.id))
        .join(before, before.c.record_id == col(Opportunity.id), isouter=True)
        .join(after, after.c.record_id == col(Opportunity.id), isouter=True)
        .where(was_there(session, after, end)),
        "moved",
    )


def _touchable(scope: Scope, start: dt.datetime) -> Select[Any] | None:
    """Ids of what belongs to people in scope, and of what was taken from them since; None for everybody's."""
    if scope.people is None:
        return None
    owner = col(ChangeEntry.old)
    taken = select(col(ChangeEntry.record_id)).where(
        col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
        col(ChangeEntry.field) == "owner_id",
        col(ChangeEntry.recorded_at) >= start,
        owner.in_([str(number) for number in scope.people]),
    )
    theirs = select(col(Opportunity.id)).where(scope.clause(Opportunity.owner_id))
    return select(union(theirs, taken).subquery("touchable").c[0])


def _placed(session: Session, scope: Scope, span: Span, due: Due | None) -> CTE:
    """What was changed, with its place at both ends."""
    rows = changed_between(session, scope, span)
    placed = select(
        rows.c.id,
        func.coalesce(rows.c.was_status, "").label("was"),
        _place(scope, due, rows, "was_").label("was_place"),
        rows.c.status.label("now"),
        _place(scope, due, rows, "").label("place"),
        func.coalesce(rows.c.was_currency, "").label("was_currency"),
        rows.c.currency,
        func.coalesce(rows.c.amount_minor, 0).label("minor"),
        func.coalesce(rows.c.was_amount_minor, 0).label("was_minor"),
    )
    return kept(placed, "placed")


def _place(scope: Scope, due: Due | None, rows: CTE, end: str) -> ColumnElement[str]:
    """A won one belongs to the day of its booking, every other to the day on which it is expected to close."""
    owner = rows.c[f"{end}owner_id"]
    theirs = and_(scope.clause(owner), owner.is_not(None))
    here, elsewhere = literal(Place.HERE.value), literal(Place.ELSEWHERE.value)
    if due is None:
        return case((theirs, here), else_=elsewhere)
    is_won = rows.c[f"{end}status"] == Status.WON
    day = case((is_won, rows.c[f"{end}closed_on"]), else_=rows.c[f"{end}expected_close"])
    return case(
        (~theirs, elsewhere),
        (day < due.start, literal(Place.EARLIER.value)),
        (day < due.end, here),
        else_=literal(Place.LATER.value),
    )


def _path(rows: FromClause) -> Sequence[ColumnElement[str]]:
    return [rows.c.was, rows.c.was_place, rows.c.now, rows.c.place, rows.c.was_currency, rows.c.currency]


def _touches(rows: FromClause) -> ColumnElement[bool]:
    """Whether it was in this pipeline before, or belongs to it now."""
    return or_(and_(rows.c.was == Status.OPEN, rows.c.was_place == Place.HERE), rows.c.place == Place.HERE)
