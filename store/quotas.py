"""Queries on quotas. A change is a new version; only the highest version of a month counts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from store.models import Person, Quota
from store.money import Money
from store.scope import Scope

BOOKED = "booked"


@dataclass(frozen=True)
class MonthlyQuota:
    """What a person or a team (exactly one of them) is asked to reach in the month that begins on `month`."""

    person_id: int | None
    team_id: int | None
    month: dt.date
    money: Money


def list_quotas(
    session: Session, scope: Scope, start: dt.date, end: dt.date, *, metric: str = BOOKED
) -> Sequence[MonthlyQuota]:
    """Quotas of the months from `start` up to but not including `end`: of people in scope, and of their teams."""
    newest = _newest(scope, start, end, metric)
    rows = session.execute(
        select(newest.c.person_id, newest.c.team_id, newest.c.month, newest.c.amount_minor, newest.c.currency).where(
            newest.c.place == 1
        )
    )
    return [
        MonthlyQuota(person, team, month, Money(amount, currency)) for person, team, month, amount, currency in rows
    ]


def list_highest_quotas(
    session: Session, scope: Scope, start: dt.date, end: dt.date, *, metric: str = BOOKED
) -> dict[int, Sequence[Money]]:
    """The highest monthly quota of each person between two days, one for each currency that they had."""
    newest = _newest(scope, start, end, metric)
    rows = session.execute(
        select(newest.c.person_id, newest.c.currency, func.max(newest.c.amount_minor))
        .where(newest.c.place == 1, newest.c.person_id.is_not(None))
        .group_by(newest.c.person_id, newest.c.currency)
    )
    highest: dict[int, list[Money]] = {}
    for person, currency, amount in rows:
        highest.setdefault(person, []).append(Money(amount, currency))
    return {person: tuple(amounts) for person, amounts in highest.items()}


def _newest(scope: Scope, start: dt.date, end: dt.date, metric: str) -> Any:
    """Quotas with their place among the versions of the same month; place 1 is the newest."""
    holder = (col(Quota.person_id), col(Quota.team_id), col(Quota.month))
    teams = select(col(Person.team_id)).where(scope.clause(Person.id), col(Person.team_id).is_not(None))
    return (
        select(
            *holder,
            col(Quota.amount_minor),
            col(Quota.currency),
            func.row_number().over(partition_by=holder, order_by=col(Quota.version).desc()).label("place"),
        )
        .where(
            col(Quota.metric) == metric,
            col(Quota.month) >= start.replace(day=1),
            col(Quota.month) < end,
            or_(
                and_(col(Quota.person_id).is_not(None), scope.clause(Quota.person_id)),
                col(Quota.team_id).in_(teams),
            ),
        )
        .subquery()
    )
