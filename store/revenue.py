"""What customers, people and products have brought in, and what that cost."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from store.models import Opportunity, Product, Status
from store.segment import By, Key, Segment

FETCHED = 1000


@dataclass(frozen=True, slots=True)
class RevenueSum:
    """Won opportunities of one key, in minor units of the organisation's currency."""

    key: Key
    count: int
    priced: int
    """How many have an amount."""
    converted: int
    """How many have one in the organisation's currency."""
    booked_minor: int


@dataclass(frozen=True, slots=True)
class CostSum:
    """Won opportunities of one key whose costs are known, with costs in one currency."""

    key: Key
    cost_currency: str
    closed_on: dt.date | None
    """Given where the costs are in another currency than the organisation's."""
    count: int
    booked_minor: int
    cost_minor: int
    """Units sold × unit cost, in `cost_currency`."""


def sum_revenue(session: Session, segment: Segment, start: dt.date, end: dt.date, by: By) -> Iterator[RevenueSum]:
    """What was won from `start` up to but not including `end`, by booking date."""
    sums = (
        select(
            by.column,
            func.count(),
            func.count(col(Opportunity.amount_minor)),
            func.count(col(Opportunity.booked_minor)),
            func.sum(col(Opportunity.booked_minor)),
        )
        .where(*_won(segment, start, end))
        .group_by(by.column)
    )
    for key, count, priced, converted, booked in session.execute(sums, execution_options={"yield_per": FETCHED}):
        yield RevenueSum(key, count, priced, converted, int(booked or 0))


def sum_costs(
    session: Session, segment: Segment, start: dt.date, end: dt.date, by: By, *, home: str
) -> Iterator[CostSum]:
    """Of what was won in between, those with a booked amount, a number of units and a product with a unit cost."""
    rows = (
        select(
            by.column.label("key"),
            col(Product.currency).label("currency"),
            case((col(Product.currency) != home, col(Opportunity.closed_on))).label("closed_on"),
            col(Opportunity.booked_minor).label("booked_minor"),
            (col(Opportunity.quantity) * col(Product.unit_cost_minor)).label("cost_minor"),
        )
        .join(Product, col(Opportunity.product_id) == col(Product.id))
        .where(
            *_won(segment, start, end),
            col(Opportunity.booked_minor).is_not(None),
            col(Opportunity.quantity).is_not(None),
            col(Product.unit_cost_minor).is_not(None),
        )
        .subquery()
    )
    keys = [rows.c.key, rows.c.currency, rows.c.closed_on]
    sums = select(*keys, func.count(), func.sum(rows.c.booked_minor), func.sum(rows.c.cost_minor)).group_by(*keys)
    for key, currency, day, count, booked, cost in session.execute(sums, execution_options={"yield_per": FETCHED}):
        yield CostSum(key, currency, day, count, int(booked), int(cost))


def _won(segment: Segment, start: dt.date, end: dt.date) -> list[ColumnElement[bool]]:
    return [
        col(Opportunity.status) == Status.WON,
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
        *segment.conditions,
    ]
