"""Queries on targets as they are handed down: who has which, in which version, and what was said to it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from store.models import Account, Level, Metric, Opportunity, Quota, QuotaAcceptance, Status
from store.scope import Scope


@dataclass(frozen=True)
class Target:
    """The newest version of a month's target: of a person, a team, a region, or (without any) the company."""

    id: int
    person_id: int | None
    team_id: int | None
    region: str
    month: dt.date
    minor: int
    """Minor units of `currency`, or the count itself where there is none; before ramp."""
    currency: str | None
    ramp_percent: int
    version: int
    accepted_at: dt.datetime | None
    """When the person agreed to this version."""

    @property
    def holder(self) -> tuple[int | None, int | None, str]:
        return self.person_id, self.team_id, self.region


@dataclass(frozen=True)
class TargetVersion:
    """A change of a month's target."""

    person_id: int | None
    team_id: int | None
    region: str
    month: dt.date
    before_minor: int | None
    before_currency: str | None
    minor: int
    currency: str | None
    reason: str
    recorded_at: dt.datetime


@dataclass(frozen=True)
class OpenSum:
    """What somebody has open in one currency that is expected to close in a period."""

    owner_id: int
    currency: str
    amount_minor: int


def list_targets(
    session: Session, scope: Scope, months: Sequence[dt.date], *, metric: Metric, level: Level
) -> Sequence[Target]:
    """The newest version of each target of these months: of people in scope, and of all teams, regions, the company."""
    holder = (col(Quota.person_id), col(Quota.team_id), col(Quota.region), col(Quota.month))
    newest = (
        select(
            col(Quota.id),
            *holder,
            col(Quota.amount_minor),
            col(Quota.currency),
            col(Quota.ramp_percent),
            col(Quota.version),
            func.row_number().over(partition_by=holder, order_by=col(Quota.version).desc()).label("place"),
        )
        .where(*_asked(scope, months, metric, level))
        .subquery()
    )
    rows = session.execute(
        select(*list(newest.c)[:-1], col(QuotaAcceptance.accepted_at))
        .join(QuotaAcceptance, col(QuotaAcceptance.quota_id) == newest.c.id, isouter=True)
        .where(newest.c.place == 1)
        .order_by(newest.c.month)
    )
    return [Target(*row) for row in rows]


def list_accepted_before(
    session: Session, scope: Scope, months: Sequence[dt.date], *, metric: Metric, level: Level
) -> frozenset[tuple[int, dt.date]]:
    """People and months of which some version, the newest or an older one, was accepted."""
    rows = session.execute(
        select(col(Quota.person_id), col(Quota.month))
        .join(QuotaAcceptance, col(QuotaAcceptance.quota_id) == col(Quota.id))
        .where(*_asked(scope, months, metric, level), col(Quota.person_id).is_not(None))
        .distinct()
    )
    return frozenset((person, month) for person, month in rows)


def list_target_versions(
    session: Session, scope: Scope, months: Sequence[dt.date], *, metric: Metric, level: Level, limit: int
) -> Sequence[TargetVersion]:
    """Changes of targets of these months, newest first; what was set for the first time is none."""
    holder = (col(Quota.person_id), col(Quota.team_id), col(Quota.region), col(Quota.month))
    in_order = col(Quota.version)
    versions = (
        select(
            *holder,
            func.lag(Quota.amount_minor).over(partition_by=holder, order_by=in_order).label("before_minor"),
            func.lag(Quota.currency).over(partition_by=holder, order_by=in_order).label("before_currency"),
            col(Quota.amount_minor),
            col(Quota.currency),
            col(Quota.reason),
            col(Quota.recorded_at),
            col(Quota.version),
            col(Quota.id),
        )
        .where(*_asked(scope, months, metric, level))
        .subquery()
    )
    rows = session.execute(
        select(*list(versions.c)[:-2])
        .where(versions.c.version > 1)
        .order_by(versions.c.recorded_at.desc(), versions.c.month, versions.c.id)
        .limit(limit)
    )
    return [TargetVersion(*row) for row in rows]


def list_own_targets(session: Session, person_id: int, since: dt.date) -> Sequence[Target]:
    """A person's newest targets from a month on, of every metric and level."""
    holder = (col(Quota.metric), col(Quota.level), col(Quota.month))
    newest = (
        select(
            col(Quota.id),
            func.row_number().over(partition_by=holder, order_by=col(Quota.version).desc()).label("place"),
        )
        .where(col(Quota.person_id) == person_id, col(Quota.month) >= since)
        .subquery()
    )
    rows = session.execute(
        select(
            col(Quota.id),
            col(Quota.person_id),
            col(Quota.team_id),
            col(Quota.region),
            col(Quota.month),
            col(Quota.amount_minor),
            col(Quota.currency),
            col(Quota.ramp_percent),
            col(Quota.version),
            col(QuotaAcceptance.accepted_at),
        )
        .join(newest, newest.c.id == col(Quota.id))
        .join(QuotaAcceptance, col(QuotaAcceptance.quota_id) == col(Quota.id), isouter=True)
        .where(newest.c.place == 1)
        .order_by(col(Quota.month), col(Quota.id))
    )
    return [Target(*row) for row in rows]


def sum_open_by_owner(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Sequence[OpenSum]:
    """What is open and expected to close from `start` up to but not including `end`, by owner and currency."""
    rows = session.execute(
        select(col(Opportunity.owner_id), col(Opportunity.currency), func.sum(Opportunity.amount_minor))
        .where(
            col(Opportunity.status) == Status.OPEN,
            col(Opportunity.expected_close) >= start,
            col(Opportunity.expected_close) < end,
            col(Opportunity.amount_minor) > 0,
            scope.clause(Opportunity.owner_id),
        )
        .group_by(col(Opportunity.owner_id), col(Opportunity.currency))
    )
    return [OpenSum(owner, currency, int(minor)) for owner, currency, minor in rows]


def sum_revenue_by_owner(session: Session, scope: Scope) -> Sequence[OpenSum]:
    """The yearly revenue of the customers that each person looks after, by currency: what could be sold there."""
    rows = session.execute(
        select(col(Account.owner_id), col(Account.currency), func.sum(Account.annual_revenue_minor))
        .where(
            col(Account.owner_id).is_not(None), col(Account.annual_revenue_minor) > 0, scope.clause(Account.owner_id)
        )
        .group_by(col(Account.owner_id), col(Account.currency))
    )
    return [OpenSum(owner, currency, int(minor)) for owner, currency, minor in rows]


def _asked(scope: Scope, months: Iterable[dt.date], metric: Metric, level: Level) -> list[Any]:
    return [
        col(Quota.metric) == metric,
        col(Quota.level) == level,
        col(Quota.month).in_(list(months)),
        or_(
            and_(col(Quota.person_id).is_not(None), scope.clause(Quota.person_id)),
            col(Quota.person_id).is_(None),
        ),
    ]
