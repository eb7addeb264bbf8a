"""What people did besides winning: pipeline created, first accounts, activities. Nothing of it is split."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.credits import Part
from store.models import Activity, ActivityKind, Opportunity, Status
from store.scope import Scope

COUNTED = (ActivityKind.CALL, ActivityKind.EMAIL, ActivityKind.MEETING, ActivityKind.DEMO)
"""Activities that reach a customer; a note does not."""


def sum_created(session: Session, scope: Scope, start: dt.date, end: dt.date, home: str) -> Sequence[Part]:
    """Amounts of the opportunities opened from `start` up to but not including `end`, whatever became of them.

    By owner and currency; in other currencies than `home` also by day.
    """
    owner, currency = col(Opportunity.owner_id), col(Opportunity.currency)
    day: Any = case((currency != home, col(Opportunity.opened_on)))
    rows = session.execute(
        select(owner, currency, day, func.count(), func.sum(Opportunity.amount_minor))
        .where(col(Opportunity.opened_on) >= start, col(Opportunity.opened_on) < end, scope.clause(owner))
        .group_by(owner, currency, day)
    )
    return [Part(person, code, on, count, int(minor or 0)) for person, code, on, count, minor in rows]


def count_new_accounts(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Sequence[Part]:
    """Accounts whose first won opportunity was booked from `start` up to but not including `end`, by its owner."""
    earlier: Any = aliased(Opportunity)
    before = and_(
        earlier.account_id == col(Opportunity.account_id),
        earlier.status == Status.WON,
        or_(
            earlier.closed_on < col(Opportunity.closed_on),
            and_(earlier.closed_on == col(Opportunity.closed_on), earlier.id < col(Opportunity.id)),
        ),
    )
    owner = col(Opportunity.owner_id)
    rows = session.execute(
        select(owner, func.count())
        .where(
            col(Opportunity.status) == Status.WON,
            col(Opportunity.closed_on) >= start,
            col(Opportunity.closed_on) < end,
            col(Opportunity.account_id).is_not(None),
            scope.clause(owner),
            ~select(earlier.id).where(before).exists(),
        )
        .group_by(owner)
    )
    return [Part(person, None, None, count, count) for person, count in rows]


def count_activities(session: Session, scope: Scope, start: dt.datetime, end: dt.datetime) -> Sequence[Part]:
    """Calls, e-mails, meetings and demos from `start` up to but not including `end`, by person."""
    person = col(Activity.person_id)
    rows = session.execute(
        select(person, func.count())
        .where(
            col(Activity.kind).in_(COUNTED),
            col(Activity.occurred_at) >= start,
            col(Activity.occurred_at) < end,
            scope.clause(person),
        )
        .group_by(person)
    )
    return [Part(one, None, None, count, count) for one, count in rows]
