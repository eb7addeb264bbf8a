"""What is open and qualified for a period, and what became of the same in earlier ones."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import Session, col

from store.history import Due
from store.models import Opportunity, Snapshot, Status
from store.scope import Scope


@dataclass(frozen=True)
class QualifiedSum:
    """Open opportunities of one owner and one currency, in minor units."""

    owner_id: int
    currency: str
    count: int
    priced: int
    """How many have an amount."""
    amount_minor: int


@dataclass(frozen=True)
class CohortSum:
    """Opportunities of one currency in a snapshot, and those of them that were won in the period; amounts of then."""

    currency: str
    count: int
    amount_minor: int
    won: int
    won_minor: int


def sum_qualified(session: Session, scope: Scope, due: Due, stages: Sequence[int]) -> Sequence[QualifiedSum]:
    """What is open in these stages and expected to close in the period."""
    keys = (col(Opportunity.owner_id), col(Opportunity.currency))
    rows = session.execute(
        select(*keys, func.count(), func.count(col(Opportunity.amount_minor)), func.sum(Opportunity.amount_minor))
        .where(
            col(Opportunity.status) == Status.OPEN,
            col(Opportunity.stage_id).in_(stages),
            col(Opportunity.expected_close) >= due.start,
            col(Opportunity.expected_close) < due.end,
            scope.clause(Opportunity.owner_id),
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [QualifiedSum(owner, code, count, priced, int(minor or 0)) for owner, code, count, priced, minor in rows]


def sum_cohort(
    session: Session, scope: Scope, taken_on: dt.date, due: Due, stages: Sequence[int]
) -> Sequence[CohortSum]:
    """What a snapshot held in these stages for the period, and what of it was booked in the period."""
    won = and_(
        col(Opportunity.status) == Status.WON,
        col(Opportunity.closed_on) >= due.start,
        col(Opportunity.closed_on) < due.end,
    )
    rows = session.execute(
        select(
            col(Snapshot.currency),
            func.count(),
            func.sum(Snapshot.amount_minor),
            func.sum(case((won, 1), else_=0)),
            func.sum(case((won, col(Snapshot.amount_minor)), else_=0)),
        )
        .join(Opportunity, col(Opportunity.id) == col(Snapshot.opportunity_id))
        .where(*_held(scope, taken_on, due, stages))
        .group_by(col(Snapshot.currency))
        .order_by(col(Snapshot.currency))
    )
    return [CohortSum(code, count, int(minor or 0), won, int(closed or 0)) for code, count, minor, won, closed in rows]


def list_cohort_ids(
    session: Session, scope: Scope, taken_on: dt.date, due: Due, stages: Sequence[int], *, limit: int
) -> Sequence[int]:
    """Ids of what a snapshot held in these stages for the period, in order; at most `limit`."""
    ids = select(col(Snapshot.opportunity_id)).where(*_held(scope, taken_on, due, stages))
    return session.scalars(ids.order_by(col(Snapshot.opportunity_id)).limit(limit)).all()


def _held(scope: Scope, taken_on: dt.date, due: Due, stages: Sequence[int]) -> list[ColumnElement[bool]]:
    return [
        col(Snapshot.taken_on) == taken_on,
        col(Snapshot.stage_id).in_(stages),
        col(Snapshot.expected_close) >= due.start,
        col(Snapshot.expected_close) < due.end,
        scope.clause(Snapshot.owner_id),
    ]
