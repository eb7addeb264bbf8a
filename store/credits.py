"""Who is credited with what was won: shares of a split opportunity, all of any other to its owner (domain 3.1)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import Session, col

from store.ledger import Book, Items, Shared, joined_splits, split_ids
from store.models import WHOLE_SHARE, Credit, CreditSplit, Opportunity, Payment, Product, Status
from store.opportunities import Booked, By, month_of, sum_booked
from store.scope import Scope


@dataclass(frozen=True)
class Credits:
    """Credited bookings. Grouped by person (`By.OWNER`), an opportunity counts once for each who is credited with it;
    `shared` says which these are, so that a group of people counts it once."""

    rows: Sequence[Booked]
    shared: Sequence[Shared] = ()
    crosses: bool = False
    """Whether some of them belong to an owner outside the scope, or none of an owner's in it: the owners alone do not
    find them again."""
    touched: frozenset[int] = frozenset()
    """Owners of what is split, and who has a share of it."""


@dataclass(frozen=True)
class Part:
    """What one person is credited with of one currency on one day, or of the whole period where `day` is None."""

    person_id: int
    currency: str | None
    """None for what is counted and not money."""
    day: dt.date | None
    count: int
    minor: int


def sum_credited(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    by: By = By.OWNER,
    product_id: int | None = None,
    account_id: int | None = None,
) -> Credits:
    """What the people in scope are credited with of what was won from `start` up to but not including `end`.

    The keys of the rows are people, products or months; the booked sums in the organisation's currency are split like
    the amounts.
    """
    if by is not By.OWNER and scope.people is None:
        # Shares add up to the whole, so that only the people need to know of them.
        return Credits(sum_booked(session, scope, start, end, by=by, product_id=product_id, account_id=account_id))
    items = Items(
        keys=(col(Opportunity.currency), *_key(by)),
        sums=(col(Opportunity.amount_minor), col(Opportunity.booked_minor)),
        where=_won(start, end, product_id, account_id),
    )
    book = Book(by_person=by is By.OWNER)
    book.fill(session, scope, items)
    return Credits(
        [
            Booked(_number(person if by is By.OWNER else keys[1]), keys[0], *tally.booked)
            for (person, keys), tally in book.tallies.items()
            if tally.count
        ],
        book.shared(),
        book.crosses,
        frozenset(book.touched),
    )


def sum_credited_units(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Sequence[Part]:
    """Units sold in what was won, by person; `count` is how many opportunities say how many units."""
    known = (*_won(start, end), col(Opportunity.quantity).is_not(None))
    return _parts(session, scope, Items((), (col(Opportunity.quantity),), known))


def sum_credited_margin(session: Session, scope: Scope, start: dt.date, end: dt.date, home: str) -> Sequence[Part]:
    """Amounts won and, as negative parts without a count, what the units sold cost us, by person.

    Left out are opportunities that lack the amount, the quantity or the unit cost. Parts in other currencies than
    `home` are by day.
    """
    complete = (*_won(start, end), *_has_margin())
    product = ((Product, col(Opportunity.product_id) == col(Product.id)),)
    revenue = Items(
        _money_keys(col(Opportunity.currency), col(Opportunity.closed_on), home),
        (col(Opportunity.amount_minor),),
        complete,
        product,
    )
    cost = Items(
        _money_keys(col(Product.currency), col(Opportunity.closed_on), home),
        (-col(Opportunity.quantity) * col(Product.unit_cost_minor),),
        complete,
        product,
    )
    costs = (Part(part.person_id, part.currency, part.day, 0, part.minor) for part in _parts(session, scope, cost))
    return [*_parts(session, scope, revenue), *costs]


def sum_credited_payments(session: Session, scope: Scope, start: dt.date, end: dt.date, home: str) -> Sequence[Part]:
    """Money that arrived from `start` up to but not including `end` for what was won, whenever that was, by person."""
    items = Items(
        _money_keys(col(Payment.currency), col(Payment.paid_on), home),
        (col(Payment.amount_minor),),
        (col(Payment.paid_on) >= start, col(Payment.paid_on) < end),
        ((Payment, col(Payment.opportunity_id) == col(Opportunity.id)),),
        item=col(Payment.id),
    )
    return _parts(session, scope, items)


def sum_overlay(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Sequence[Booked]:
    """The ledger beside the direct credit: overlay shares of what was won, each rounded half up, by person."""
    on = joined_splits(session)
    if on is None:
        return ()
    rows = session.execute(
        select(
            col(CreditSplit.person_id),
            col(Opportunity.currency),
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.sum(_rounded_share(col(Opportunity.amount_minor))),
            func.count(col(Opportunity.booked_minor)),
            func.sum(_rounded_share(col(Opportunity.booked_minor))),
        )
        .select_from(CreditSplit)
        .join(Opportunity, on)
        .where(col(CreditSplit.kind) == Credit.OVERLAY, scope.clause(CreditSplit.person_id), *_won(start, end))
        .group_by(col(CreditSplit.person_id), col(Opportunity.currency))
    )
    return [
        Booked(person, currency, count, priced, int(amount or 0), converted, int(booked or 0))
        for person, currency, count, priced, amount, converted, booked in rows
    ]


def list_credited_ids(
    session: Session,
    scope: Scope,
    start: dt.date,
    end: dt.date,
    *,
    limit: int,
    product_id: int | None = None,
    account_id: int | None = None,
) -> Sequence[int]:
    """Won opportunities that somebody in scope is credited with, by booking date."""
    split = split_ids()
    shared = split.where(scope.clause(CreditSplit.person_id))
    # Two searches, each by an index of its own; either of them in one would go through everything that was won.
    owned = (scope.clause(Opportunity.owner_id), col(Opportunity.id).not_in(split))
    found: dict[int, dt.date | None] = {}
    for credited in (owned, (col(Opportunity.id).in_(shared),)):
        rows = session.execute(
            select(col(Opportunity.id), col(Opportunity.closed_on))
            .where(*_won(start, end, product_id, account_id), *credited)
            .order_by(col(Opportunity.closed_on), col(Opportunity.id))
            .limit(limit)
        )
        found |= {row[0]: row[1] for row in rows}
    return sorted(found, key=lambda number: (found[number] or start, number))[:limit]


def list_splits(session: Session, opportunity_id: int, kind: Credit) -> Sequence[CreditSplit]:
    """Who is credited with which share of one opportunity, the largest share first."""
    return session.scalars(
        select(CreditSplit)
        .where(col(CreditSplit.opportunity_id) == opportunity_id, col(CreditSplit.kind) == kind)
        .order_by(col(CreditSplit.share).desc(), col(CreditSplit.id))
    ).all()


def count_without_margin(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Mapping[int, int]:
    """Won opportunities of each owner that lack the amount, the quantity or the unit cost."""
    complete = and_(*_has_margin())
    return _count_by_owner(session, scope, (*_won(start, end), complete.is_not(True)))


def count_without_units(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Mapping[int, int]:
    """Won opportunities of each owner that do not say how many units were sold."""
    return _count_by_owner(session, scope, (*_won(start, end), col(Opportunity.quantity).is_(None)))


def has_payments(session: Session) -> bool:
    """Whether anything is known of what customers have paid."""
    return session.scalars(select(col(Payment.id)).limit(1)).first() is not None


def _parts(session: Session, scope: Scope, items: Items) -> list[Part]:
    """Parts of one sum. Its keys are none, or the currency and the day."""
    book = Book()
    book.fill(session, scope, items)
    found = []
    for (person, keys), tally in book.tallies.items():
        currency, day = keys or (None, None)
        if tally.count or tally.sums[0]:
            found.append(Part(person, currency, day, tally.count, tally.sums[0]))
    return found


def _won(
    start: dt.date, end: dt.date, product_id: int | None = None, account_id: int | None = None
) -> tuple[ColumnElement[bool], ...]:
    conditions = [
        col(Opportunity.status) == Status.WON,
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
    ]
    if product_id is not None:
        conditions.append(col(Opportunity.product_id) == product_id)
    if account_id is not None:
        conditions.append(col(Opportunity.account_id) == account_id)
    return tuple(conditions)


def _has_margin() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Opportunity.amount_minor).is_not(None),
        col(Opportunity.quantity).is_not(None),
        col(Product.unit_cost_minor).is_not(None),
    )


def _money_keys(currency: Any, day: Any, home: str) -> tuple[Any, Any]:
    """The currency, and the day where a rate of its own is needed for it."""
    return currency, case((currency != home, day))


def _key(by: By) -> tuple[Any, ...]:
    return {By.OWNER: (), By.PRODUCT: (col(Opportunity.product_id),), By.MONTH: (month_of(Opportunity.closed_on),)}[by]


def _rounded_share(amount: Any) -> Any:
    """Half up, in whole numbers: amounts won are never negative."""
    return (amount * col(CreditSplit.share) * 2 + WHOLE_SHARE) // (2 * WHOLE_SHARE)


def _count_by_owner(session: Session, scope: Scope, conditions: Sequence[ColumnElement[bool]]) -> Mapping[int, int]:
    owner = col(Opportunity.owner_id)
    rows = session.execute(
        select(owner, func.count())
        .select_from(Opportunity)
        .join(Product, col(Opportunity.product_id) == col(Product.id), isouter=True)
        .where(*conditions, scope.clause(owner))
        .group_by(owner)
    )
    return {row[0]: row[1] for row in rows}


def _number(key: Any) -> int | None:
    return None if key is None else int(key)
