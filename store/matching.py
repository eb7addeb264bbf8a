"""The opportunities behind a figure: found again by the same conditions, counted, added up and listed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from store.models import Account, Opportunity, Person, Stage, Status
from store.opportunities import OpportunityRow
from store.scope import Scope


class Matching(Protocol):
    """Conditions on opportunities; what is None is no condition."""

    @property
    def owner_ids(self) -> tuple[int, ...] | None: ...
    @property
    def status(self) -> str | None:
        """A status, or "closed" for won and lost together."""

    @property
    def by(self) -> str:
        """Which day lies from `start` up to but not including `end`: a column's name; when empty, the expected close
        of open ones and the day on which the others were closed."""

    @property
    def start(self) -> dt.date | None: ...
    @property
    def end(self) -> dt.date | None: ...
    @property
    def stage_id(self) -> int | None: ...
    @property
    def product_id(self) -> int | None: ...
    @property
    def account_id(self) -> int | None: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def overdue_on(self) -> dt.date | None: ...
    @property
    def priced(self) -> bool | None: ...
    @property
    def ids(self) -> tuple[int, ...] | None: ...


@dataclass(frozen=True)
class MatchingSum:
    """Opportunities of one status, stage and currency, in minor units."""

    status: str
    stage_id: int
    currency: str
    count: int
    priced: int
    """How many have an amount."""
    amount_minor: int
    booked: int
    """How many have an amount in the organisation's currency, frozen at their booking date."""
    booked_minor: int


def count_matching(session: Session, scope: Scope, wanted: Matching) -> int:
    """How many there are."""
    conditions = _conditions(scope, wanted)
    return session.scalar(select_columns(func.count()).select_from(Opportunity).where(*conditions)) or 0


def sum_matching(session: Session, scope: Scope, wanted: Matching) -> Sequence[MatchingSum]:
    """What they are worth, by status, stage and currency."""
    keys = (col(Opportunity.status), col(Opportunity.stage_id), col(Opportunity.currency))
    rows = session.execute(
        select_columns(
            *keys,
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.coalesce(func.sum(col(Opportunity.amount_minor)), 0),
            func.count(col(Opportunity.booked_minor)),
            func.coalesce(func.sum(col(Opportunity.booked_minor)), 0),
        )
        .where(*_conditions(scope, wanted))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        MatchingSum(status, stage_id, currency, count, priced, int(amount), booked, int(in_home))
        for status, stage_id, currency, count, priced, amount, booked, in_home in rows
    ]


def list_matching(session: Session, scope: Scope, wanted: Matching, limit: int) -> Sequence[OpportunityRow]:
    """The largest first by what was booked or else by amount, those without any last."""
    size = func.coalesce(col(Opportunity.booked_minor), col(Opportunity.amount_minor))
    rows = session.exec(
        select(Opportunity, col(Account.name), col(Person.name), col(Stage.name))
        .join(Person, col(Opportunity.owner_id) == col(Person.id))
        .join(Stage, col(Opportunity.stage_id) == col(Stage.id))
        .join(Account, col(Opportunity.account_id) == col(Account.id), isouter=True)
        .where(*_conditions(scope, wanted))
        .order_by(size.desc().nulls_last(), col(Opportunity.id))
        .limit(limit)
    )
    return [OpportunityRow(*row) for row in rows]


def _conditions(scope: Scope, wanted: Matching) -> list[ColumnElement[bool]]:
    conditions = [scope.clause(Opportunity.owner_id)]
    if wanted.owner_ids is not None:
        conditions.append(Scope.of(wanted.owner_ids).clause(Opportunity.owner_id))
    if wanted.status == "closed":
        conditions.append(col(Opportunity.status) != Status.OPEN)
    elif wanted.status is not None:
        conditions.append(col(Opportunity.status) == wanted.status)
    for column, value in (
        (Opportunity.stage_id, wanted.stage_id),
        (Opportunity.product_id, wanted.product_id),
        (Opportunity.account_id, wanted.account_id),
        (Opportunity.currency, wanted.currency),
    ):
        if value is not None:
            conditions.append(col(column) == value)
    if wanted.overdue_on is not None:
        conditions.append(col(Opportunity.expected_close) < wanted.overdue_on)
    if wanted.priced is not None:
        unpriced = col(Opportunity.amount_minor).is_(None)
        conditions.append(not_(unpriced) if wanted.priced else unpriced)
    if wanted.ids is not None:
        conditions.append(col(Opportunity.id).in_(wanted.ids))
    if wanted.start is not None or wanted.end is not None:
        conditions.append(_days(wanted))
    return conditions


def _days(wanted: Matching) -> ColumnElement[bool]:
    if wanted.by:
        return _between(getattr(Opportunity, wanted.by), wanted)
    if wanted.status == Status.OPEN:
        return _between(Opportunity.expected_close, wanted)
    if wanted.status is not None:
        return _between(Opportunity.closed_on, wanted)
    is_open = col(Opportunity.status) == Status.OPEN
    return or_(
        and_(is_open, _between(Opportunity.expected_close, wanted)),
        and_(not_(is_open), _between(Opportunity.closed_on, wanted)),
    )


def _between(column: Any, wanted: Matching) -> ColumnElement[bool]:
    day = col(column)
    conditions: list[ColumnElement[bool]] = [day.is_not(None)]
    if wanted.start is not None:
        conditions.append(day >= wanted.start)
    if wanted.end is not None:
        conditions.append(day < wanted.end)
    return and_(*conditions)
