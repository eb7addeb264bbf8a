"""Queries on opportunities: what is open, what was won, and one in full."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, extract, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from store.models import Account, Contact, Opportunity, OpportunityContact, Person, Stage, Status
from store.scope import Scope


class By(StrEnum):
    """What won amounts are grouped by, beside their currency."""

    OWNER = "owner"
    PRODUCT = "product"
    MONTH = "month"


@dataclass(frozen=True)
class Booked:
    """Won opportunities of one currency under one key, in minor units.

    `key` is a person's or a product's id, or a month as a number (201704); None where there is no product.
    """

    key: int | None
    currency: str
    count: int
    priced: int
    """How many have an amount."""
    amount_minor: int
    """Sum of the amounts as they were sold."""
    converted: int
    """How many have an amount in the organisation's currency, frozen at the rate of their booking date."""
    booked_minor: int
    """Sum of those."""


@dataclass(frozen=True)
class OpenSum:
    """Open opportunities of one stage and one currency, in minor units."""

    stage_id: int
    currency: str
    count: int
    priced: int
    """How many have an amount."""
    amount_minor: int
    overdue: int
    """How many should have closed before today."""


@dataclass(frozen=True)
class OpportunityRow:
    """An opportunity with the names that a list shows beside it."""

    opportunity: Opportunity
    account: str | None
    owner: str
    stage: str


@dataclass(frozen=True)
class ContactRole:
    """The part that a contact plays, and the record which says so."""

    contact: Contact
    role: str
    id: int
    version: int


def sum_booked(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    by: By = By.OWNER,
    product_id: int | None = None,
    account_id: int | None = None,
) -> Sequence[Booked]:
    """What was won from `start` up to but not including `end`, by booking date."""
    key: Any = {
        By.OWNER: col(Opportunity.owner_id),
        By.PRODUCT: col(Opportunity.product_id),
        By.MONTH: month_of(Opportunity.closed_on),
    }[by]
    rows = session.execute(
        select_columns(
            key,
            col(Opportunity.currency),
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.sum(Opportunity.amount_minor),
            func.count(col(Opportunity.booked_minor)),
            func.sum(Opportunity.booked_minor),
        )
        .where(*_won(scope, start, end, product_id, account_id))
        .group_by(key, col(Opportunity.currency))
    )
    return [
        Booked(
            None if key is None else int(key), currency, count, priced, int(amount or 0), converted, int(booked or 0)
        )
        for key, currency, count, priced, amount, converted, booked in rows
    ]


def sum_booked_by_day(session: Session, scope: Scope, start: dt.date, end: dt.date) -> dict[dt.date, int]:
    """What was won on each day, in the organisation's currency at the rate of that day; what has no rate is left out.

    Days without any are not in it.
    """
    rows = session.execute(
        select_columns(col(Opportunity.closed_on), func.sum(Opportunity.booked_minor))
        .where(*_won(scope, start, end, None, None))
        .group_by(col(Opportunity.closed_on))
    )
    return {day: int(booked or 0) for day, booked in rows if day is not None}


def month_of(day: Any) -> Any:
    """The month of a day as a number, such as 201704."""
    return extract("year", col(day)) * 100 + extract("month", col(day))


def list_unconverted(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    limit: int,
    product_id: int | None = None,
    account_id: int | None = None,
) -> Sequence[Opportunity]:
    """Won opportunities with an amount for which no exchange rate was known, by booking date."""
    return session.exec(
        select(Opportunity)
        .where(
            *_won(scope, start, end, product_id, account_id),
            col(Opportunity.amount_minor).is_not(None),
            col(Opportunity.booked_minor).is_(None),
        )
        .order_by(col(Opportunity.closed_on), col(Opportunity.id))
        .limit(limit)
    ).all()


def get_last_booking_day(session: Session, scope: Scope, *, before: dt.date) -> dt.date | None:
    """The newest booking date before a day; None when nothing was won until then."""
    return session.exec(
        select(func.max(Opportunity.closed_on)).where(
            col(Opportunity.status) == Status.WON, col(Opportunity.closed_on) < before, _owned(scope)
        )
    ).one()


def sum_open(
    session: Session,
    scope: Scope,
    today: dt.date,
    *,
    stage_id: int | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> Sequence[OpenSum]:
    """Open opportunities by stage and currency; with `start` and `end`, those expected to close in between."""
    overdue = func.count(case((col(Opportunity.expected_close) < today, 1)))
    rows = session.execute(
        select_columns(
            col(Opportunity.stage_id),
            col(Opportunity.currency),
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.sum(Opportunity.amount_minor),
            overdue,
        )
        .where(*_open(scope, stage_id, start, end))
        .group_by(col(Opportunity.stage_id), col(Opportunity.currency))
    )
    return [
        OpenSum(stage, currency, count, priced, int(amount or 0), late)
        for stage, currency, count, priced, amount, late in rows
    ]


def list_open(
    session: Session,
    scope: Scope,
    *,
    limit: int,
    currency: str | None = None,
    stage_id: int | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> Sequence[OpportunityRow]:
    """Open opportunities, the largest amount first and those without an amount last."""
    conditions = _open(scope, stage_id, start, end)
    if currency is not None:
        conditions.append(col(Opportunity.currency) == currency)
    largest = (col(Opportunity.amount_minor).desc().nulls_last(), col(Opportunity.id))
    # Which ones is decided on an index alone where it can be; only those are then read in full.
    ids = select_columns(col(Opportunity.id)).where(*conditions).order_by(*largest).limit(limit)
    rows = session.exec(_rows().where(col(Opportunity.id).in_(ids)).order_by(*largest))
    return [OpportunityRow(*row) for row in rows]


def list_closed(
    session: Session, scope: Scope, status: Status, start: dt.date, end: dt.date, *, limit: int
) -> Sequence[OpportunityRow]:
    """What was won (or lost) from `start` up to but not including `end`: won ones with the largest booked amount first,
    lost ones with the largest amount."""
    size = col(Opportunity.booked_minor) if status is Status.WON else col(Opportunity.amount_minor)
    largest = (size.desc().nulls_last(), col(Opportunity.id))
    conditions = (
        col(Opportunity.status) == status,
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
        _owned(scope),
    )
    ids = select_columns(col(Opportunity.id)).where(*conditions).order_by(*largest).limit(limit)
    rows = session.exec(_rows().where(col(Opportunity.id).in_(ids)).order_by(*largest))
    return [OpportunityRow(*row) for row in rows]


def get_last_won(session: Session, scope: Scope) -> Opportunity | None:
    """The opportunity that was won last."""
    won = select(Opportunity).where(col(Opportunity.status) == Status.WON, _owned(scope))
    return session.exec(won.order_by(col(Opportunity.closed_on).desc(), col(Opportunity.id).desc()).limit(1)).first()


def get_opportunity(session: Session, scope: Scope, opportunity_id: int) -> OpportunityRow | None:
    """One opportunity, if the scope allows its owner."""
    row = session.exec(_rows().where(col(Opportunity.id) == opportunity_id, _owned(scope))).first()
    return None if row is None else OpportunityRow(*row)


def get_last_currency(
    session: Session, scope: Scope, *, account_id: int | None = None, owner_id: int | None = None
) -> str | None:
    """Currency of the newest opportunity with an account, or of an owner; None where there is none."""
    query = select(Opportunity.currency).where(_owned(scope)).order_by(col(Opportunity.id).desc()).limit(1)
    if account_id is not None:
        query = query.where(Opportunity.account_id == account_id)
    if owner_id is not None:
        query = query.where(Opportunity.owner_id == owner_id)
    return session.exec(query).first()


def list_contact_roles(session: Session, scope: Scope, opportunity_id: int) -> Sequence[ContactRole]:
    """The part that each contact plays in an opportunity, by name."""
    rows = session.exec(
        select(Contact, OpportunityContact)
        .join(OpportunityContact, col(OpportunityContact.contact_id) == col(Contact.id))
        .join(Opportunity, col(OpportunityContact.opportunity_id) == col(Opportunity.id))
        .where(col(Opportunity.id) == opportunity_id, _owned(scope))
        .order_by(col(Contact.name), col(OpportunityContact.role))
    )
    return [ContactRole(contact, held.role, held.id or 0, held.version) for contact, held in rows]


def has_opportunities(session: Session, scope: Scope, account_id: int) -> bool:
    """Whether there is one with this customer."""
    return (
        session.exec(select(Opportunity.id).where(Opportunity.account_id == account_id, _owned(scope))).first()
        is not None
    )


def list_stages(session: Session) -> Sequence[Stage]:
    """The steps of the sales process in order; everybody may know them."""
    return session.exec(select(Stage).order_by(col(Stage.position))).all()


def _rows() -> Any:
    return (
        select(Opportunity, col(Account.name), col(Person.name), col(Stage.name))
        .join(Person, col(Opportunity.owner_id) == col(Person.id))
        .join(Stage, col(Opportunity.stage_id) == col(Stage.id))
        .join(Account, col(Opportunity.account_id) == col(Account.id), isouter=True)
    )


def _owned(scope: Scope) -> ColumnElement[bool]:
    return scope.clause(Opportunity.owner_id)


def _won(
    scope: Scope, start: dt.date, end: dt.date, product_id: int | None, account_id: int | None
) -> list[ColumnElement[bool]]:
    conditions = [
        col(Opportunity.status) == Status.WON,
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
        _owned(scope),
    ]
    if product_id is not None:
        conditions.append(col(Opportunity.product_id) == product_id)
    if account_id is not None:
        conditions.append(col(Opportunity.account_id) == account_id)
    return conditions


def _open(scope: Scope, stage_id: int | None, start: dt.date | None, end: dt.date | None) -> list[ColumnElement[bool]]:
    conditions = [col(Opportunity.status) == Status.OPEN, _owned(scope)]
    if stage_id is not None:
        conditions.append(col(Opportunity.stage_id) == stage_id)
    if start is not None:
        conditions.append(col(Opportunity.expected_close) >= start)
    if end is not None:
        conditions.append(col(Opportunity.expected_close) < end)
    return conditions
