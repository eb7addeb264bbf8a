"""What became of opportunities between the ends of two days, by the change log alone.

Only what was changed in between is looked at. Each opportunity is seen twice, as it was at the first end and as it was
at the second, so that what was taken back in between has left no trace. Sums are made for each `Path`, which is all
that matters of both; which flow a path is part of is for `skills.measures.waterfall` to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select, union
from sqlmodel import Session, col

from store.history import HELD, Due, Span, end_of, held_before, value_held, was_there
from store.models import Account, Opportunity, Person, Status
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


def changed_between(session: Session, span: Span) -> Subquery:
    """Every opportunity that was changed or created in between, as it was and as it is: `id`, each of `HELD` as it is
    at the end, and as `was_…` at the beginning (all null where it was not there yet)."""
    start, end = end_of(session, span.opening), end_of(session, span.closing)
    before, after = held_before(start, "before"), held_before(end, "after")
    created = select(col(Opportunity.id)).where(col(Opportunity.created_at) >= start, col(Opportunity.created_at) < end)
    ids = union(select(before.c.record_id.label("id")).where(before.c.first_at < end), created).subquery("changed")
    there = was_there(session, before, start)
    columns: list[Any] = []
    for field in HELD:
        columns.append(case((there, value_held(session, before, field))).label(f"was_{field}"))
        columns.append(value_held(session, after, field).label(field))
    return (
        select(col(Opportunity.id).label("id"), *columns)
        .join(ids, ids.c.id == col(Opportunity.id))
        .join(before, before.c.record_id == col(Opportunity.id), isouter=True)
        .join(after, after.c.record_id == col(Opportunity.id), isouter=True)
        .where(was_there(session, after, end))
        .subquery("moved")
    )


def _placed(session: Session, scope: Scope, span: Span, due: Due | None) -> Subquery:
    """What was changed, with its place at both ends."""
    rows = changed_between(session, span)
    return select(
        rows.c.id,
        func.coalesce(rows.c.was_status, "").label("was"),
        _place(scope, due, rows, "was_").label("was_place"),
        rows.c.status.label("now"),
        _place(scope, due, rows, "").label("place"),
        func.coalesce(rows.c.was_currency, "").label("was_currency"),
        rows.c.currency,
        func.coalesce(rows.c.amount_minor, 0).label("minor"),
        func.coalesce(rows.c.was_amount_minor, 0).label("was_minor"),
    ).subquery("placed")


def _place(scope: Scope, due: Due | None, rows: Subquery, end: str) -> ColumnElement[str]:
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


def _path(rows: Subquery) -> Sequence[ColumnElement[str]]:
    return [rows.c.was, rows.c.was_place, rows.c.now, rows.c.place, rows.c.was_currency, rows.c.currency]


def _touches(rows: Subquery) -> ColumnElement[bool]:
    """Whether it was in this pipeline before, or belongs to it now."""
    return or_(and_(rows.c.was == Status.OPEN, rows.c.was_place == Place.HERE), rows.c.place == Place.HERE)
