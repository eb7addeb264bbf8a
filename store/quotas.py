"""Queries on quotas. A change is a new version; only the highest version of a month and level counts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from store.models import Metric, Person, Quota
from store.scope import Scope


class MonthlyQuota(NamedTuple):
    """What a person, a team, a region or (without any of them) the company is asked to reach in the month that begins
    on `month`: the full target, and how much of it is asked of somebody who is still learning."""

    person_id: int | None
    team_id: int | None
    region: str
    level: str
    month: dt.date
    minor: int
    """Minor units of `currency`, or the count itself where there is none."""
    currency: str | None
    ramp_percent: int


@dataclass(frozen=True)
class QuotaChange:
    """A moment at which quotas that stood already were changed."""

    recorded_at: dt.datetime
    reason: str


def list_quotas(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    metric: Metric = Metric.BOOKED,
    before: dt.datetime | None = None,
) -> Sequence[MonthlyQuota]:
    """Quotas of the months from `start` up to but not including `end`, of all levels: of people in scope, of their
    teams, of regions and of the company. With `before`, as they stood then."""
    columns = (Quota.person_id, Quota.team_id, Quota.region, Quota.level, Quota.month)
    holder = tuple(col(column) for column in columns)
    conditions = _of_months(scope, start, end, metric)
    if before is not None:
        conditions.append(col(Quota.recorded_at) < before)
    newest = (
        select(
            *holder,
            col(Quota.amount_minor),
            col(Quota.currency),
            col(Quota.ramp_percent),
            func.row_number().over(partition_by=holder, order_by=col(Quota.version).desc()).label("place"),
        )
        .where(*conditions)
        .subquery()
    )
    rows = session.execute(select(*list(newest.c)[:-1]).where(newest.c.place == 1))
    return [MonthlyQuota(*row) for row in rows]


def list_quota_changes(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    since: dt.datetime,
    until: dt.datetime,
    metric: Metric = Metric.BOOKED,
) -> Sequence[QuotaChange]:
    """When quotas of these months got another version than their first, from `since` up to but not including `until`,
    the oldest first."""
    rows = session.execute(
        select(col(Quota.recorded_at), col(Quota.reason))
        .distinct()
        .where(
            *_of_months(scope, start, end, metric),
            col(Quota.version) > 1,
            col(Quota.recorded_at) >= since,
            col(Quota.recorded_at) < until,
        )
        .order_by(col(Quota.recorded_at), col(Quota.reason))
    )
    return [QuotaChange(*row) for row in rows]


def list_revised(session: Session, scope: Scope, since: dt.datetime) -> Mapping[int, tuple[int, str, dt.datetime]]:
    """Whose own quotas got another version than their first since a moment: how many months, the newest reason, and
    when that was."""
    rows = session.execute(
        select(col(Quota.person_id), col(Quota.month), col(Quota.reason), col(Quota.recorded_at))
        .where(
            col(Quota.person_id).is_not(None),
            scope.clause(Quota.person_id),
            col(Quota.version) > 1,
            col(Quota.recorded_at) >= since,
        )
        .order_by(col(Quota.recorded_at), col(Quota.id))
    )
    months: dict[int, set[dt.date]] = {}
    newest: dict[int, tuple[str, dt.datetime]] = {}
    for person_id, month, reason, moment in rows:
        months.setdefault(person_id, set()).add(month)
        newest[person_id] = (reason, moment)
    return {person_id: (len(months[person_id]), *newest[person_id]) for person_id in months}


def _of_months(scope: Scope, start: dt.date, end: dt.date, metric: Metric) -> list[Any]:
    teams = select(col(Person.team_id)).where(scope.clause(Person.id), col(Person.team_id).is_not(None))
    without_person = and_(col(Quota.person_id).is_(None), col(Quota.team_id).is_(None))
    return [
        col(Quota.metric) == metric,
        col(Quota.month) >= start.replace(day=1),
        col(Quota.month) < end,
        or_(
            and_(col(Quota.person_id).is_not(None), scope.clause(Quota.person_id)),
            col(Quota.team_id).in_(teams),
            without_person,
        ),
    ]
