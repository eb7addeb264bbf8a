"""The opportunities behind a figure: found again by the same conditions, counted, added up and listed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, func, not_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from store.ledger import overlay_ids, split_ids
from store.models import Account, Category, CreditSplit, LossReason, Opportunity, Person, Stage, Status
from store.opportunities import OpportunityRow
from store.scope import Scope
from store.segment import same_word


class Matching(Protocol):
    """Conditions on opportunities; what is None is no condition."""

    @property
    def owner_ids(self) -> tuple[int, ...] | None: ...
    @property
    def credited_ids(self) -> tuple[int, ...] | None:
        """People of whom somebody has a share of it, or owns it where it is not split."""

    @property
    def overlay(self) -> bool:
        """Whether it is the shares in the ledger beside the direct credit that count, of these people or of all."""

    @property
    def status(self) -> str | None:
        """A status, "closed" for won and lost together, or "open or won"."""

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
    def categories(self) -> tuple[str, ...] | None:
        """Forecast categories; what is won is closed."""

    @property
    def qualified(self) -> bool | None:
        """Whether its stage counts as qualified."""

    @property
    def source(self) -> str | None: ...
    @property
    def competitor(self) -> str | None: ...
    @property
    def decided(self) -> bool | None:
        """Whether it was not lost to no decision."""

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


def list_matching_ids(session: Session, scope: Scope, wanted: Matching, among: Sequence[int]) -> Sequence[int]:
    """Which of some opportunities are among them."""
    conditions = (*_conditions(scope, wanted), col(Opportunity.id).in_(among))
    return [row[0] for row in session.execute(select_columns(col(Opportunity.id)).where(*conditions))]


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
    conditions = [scope.clause(Opportunity.owner_id), *_whose(wanted)]
    if wanted.status == "closed":
        conditions.append(col(Opportunity.status) != Status.OPEN)
    elif wanted.status == "open or won":
        conditions.append(col(Opportunity.status) != Status.LOST)
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
    conditions += _kinds(wanted)
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


def _whose(wanted: Matching) -> Iterator[ColumnElement[bool]]:
    if wanted.owner_ids is not None:
        yield Scope.of(wanted.owner_ids).clause(Opportunity.owner_id)
    people = Scope.everybody() if wanted.credited_ids is None else Scope.of(wanted.credited_ids)
    if wanted.overlay:
        yield col(Opportunity.id).in_(overlay_ids().where(people.clause(CreditSplit.person_id)))
    elif wanted.credited_ids is not None:
        yield _credited(people)


def _credited(people: Scope) -> ColumnElement[bool]:
    split = split_ids()
    owned = and_(people.clause(Opportunity.owner_id), col(Opportunity.id).not_in(split))
    return or_(owned, col(Opportunity.id).in_(split.where(people.clause(CreditSplit.person_id))))


def _kinds(wanted: Matching) -> Iterator[ColumnElement[bool]]:
    if wanted.categories is not None:
        won = col(Opportunity.status) == Status.WON
        yield case((won, Category.CLOSED), else_=col(Opportunity.category)).in_(wanted.categories)
    if wanted.qualified is not None:
        stages = select_columns(col(Stage.id)).where(col(Stage.qualified) == wanted.qualified)
        yield col(Opportunity.stage_id).in_(stages)
    for column, word in ((Opportunity.source, wanted.source), (Opportunity.competitor, wanted.competitor)):
        if word is not None:
            yield same_word(column, word)
    if wanted.decided is not None:
        reasons = select_columns(func.lower(func.trim(col(LossReason.name)))).where(col(LossReason.no_decision))
        undecided = and_(
            col(Opportunity.status) == Status.LOST,
            func.lower(func.trim(col(Opportunity.loss_reason))).in_(reasons),
        )
        yield not_(undecided) if wanted.decided else undecided


def _days(wanted: Matching) -> ColumnElement[bool]:
    if wanted.by:
        return _between(getattr(Opportunity, wanted.by), wanted)
    if wanted.status == Status.OPEN:
        return _between(Opportunity.expected_close, wanted)
    if wanted.status not in (None, "open or won"):
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
