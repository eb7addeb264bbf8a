"""How opportunities ended: won, lost to somebody, or lost to no decision."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import case, false, func, literal, select
from sqlmodel import Session, col

from store.day_count import days_between, local_day
from store.models import LossReason, Opportunity, Status
from store.segment import By, Key, Segment

FETCHED = 1000
"""Rows that are read from the database at a time."""


@dataclass(frozen=True, slots=True)
class OutcomeSum:
    """Closed opportunities of one key, outcome and currency, in minor units. A reopened one is not closed; one that was
    closed again counts as it was closed last."""

    key: Key
    status: str
    no_decision: bool
    """Lost because the customer bought nothing from anybody."""
    currency: str
    closed_on: dt.date | None
    """Given for lost ones in another currency than the organisation's: their amounts have no rate of their own."""
    count: int
    priced: int
    """How many have an amount."""
    amount_minor: int
    converted: int
    """How many (won ones) have an amount in the organisation's currency."""
    booked_minor: int


def sum_outcomes(
    session: Session,
    segment: Segment,
    start: dt.date,
    end: dt.date,
    *,
    home: str,
    by: By = By.NOTHING,
) -> Iterator[OutcomeSum]:
    """What was won and lost from `start` up to but not including `end`; `home` is the organisation's currency."""
    foreign = (col(Opportunity.status) == Status.LOST) & (col(Opportunity.currency) != home)
    rows = (
        select(
            by.column.label("key"),
            col(Opportunity.status).label("status"),
            _no_decision(session).label("no_decision"),
            col(Opportunity.currency).label("currency"),
            case((foreign, col(Opportunity.closed_on))).label("closed_on"),
            col(Opportunity.amount_minor).label("amount_minor"),
            col(Opportunity.booked_minor).label("booked_minor"),
        )
        .where(*_closed(segment, start, end))
        .subquery()
    )
    keys = [rows.c.key, rows.c.status, rows.c.no_decision, rows.c.currency, rows.c.closed_on]
    sums = select(
        *keys,
        func.count(),
        func.count(rows.c.amount_minor),
        func.sum(rows.c.amount_minor),
        func.count(rows.c.booked_minor),
        func.sum(rows.c.booked_minor),
    ).group_by(*keys)
    for key, status, none, currency, day, count, priced, amount, converted, booked in session.execute(
        sums, execution_options={"yield_per": FETCHED}
    ):
        yield OutcomeSum(
            key, status, bool(none), currency, day, count, priced, int(amount or 0), converted, int(booked or 0)
        )


@dataclass(frozen=True)
class ReasonCount:
    """A reason for which opportunities were lost; empty where none was given."""

    reason: str
    no_decision: bool
    count: int


def count_loss_reasons(session: Session, segment: Segment, start: dt.date, end: dt.date) -> Sequence[ReasonCount]:
    """Why opportunities were lost, the most frequent reason first; writings that differ in case only are one."""
    rows = (
        select(func.trim(col(Opportunity.loss_reason)).label("reason"), _no_decision(session).label("no_decision"))
        .where(*_closed(segment, start, end), col(Opportunity.status) == Status.LOST)
        .subquery()
    )
    counts = session.execute(
        select(rows.c.reason, rows.c.no_decision, func.count()).group_by(rows.c.reason, rows.c.no_decision)
    )
    merged: dict[str, ReasonCount] = {}
    for reason, none, count in sorted(counts, key=lambda row: (-row[2], row[0])):
        before = merged.get(reason.casefold(), ReasonCount(reason, bool(none), 0))
        merged[reason.casefold()] = replace(before, count=before.count + count)
    return sorted(merged.values(), key=lambda row: (-row.count, row.reason))


@dataclass(frozen=True, slots=True)
class OpenedCount:
    """Opportunities opened on one day, by what they are now."""

    opened_on: dt.date
    status: str
    count: int


def count_opened(
    session: Session, segment: Segment, start: dt.date, end: dt.date, *, zone: str
) -> Sequence[OpenedCount]:
    """Opportunities opened from `start` up to but not including `end`: won, lost and open."""
    rows = (
        select(_opened(zone, start, end).label("opened"), col(Opportunity.status).label("status"))
        .where(*segment.conditions)
        .subquery()
    )
    counts = session.execute(
        select(rows.c.opened, rows.c.status, func.count())
        .where(rows.c.opened >= start, rows.c.opened < end)
        .group_by(rows.c.opened, rows.c.status)
    )
    return [OpenedCount(day, status, count) for day, status, count in counts]


@dataclass(frozen=True, slots=True)
class AgeCount:
    """Opportunities with one outcome at one age in days: when they closed, or today for open ones."""

    status: str
    days: int
    count: int


def count_ages(
    session: Session, segment: Segment, start: dt.date, end: dt.date, *, today: dt.date, zone: str
) -> Sequence[AgeCount]:
    """At which age those that were opened between the days were won or lost, and how old the open ones are.

    A negative age (closed before it was opened) is given as it is.
    """
    rows = (
        select(
            _opened(zone, start, end).label("opened"),
            func.coalesce(col(Opportunity.closed_on), literal(today)).label("until"),
            col(Opportunity.status).label("status"),
        )
        .where(*segment.conditions)
        .subquery()
    )
    aged = (
        select(rows.c.status, days_between(rows.c.opened, rows.c.until).label("days"))
        .where(rows.c.opened >= start, rows.c.opened < end)
        .subquery()
    )
    counts = session.execute(select(aged.c.status, aged.c.days, func.count()).group_by(aged.c.status, aged.c.days))
    return [AgeCount(status, days, count) for status, days, count in counts]


def _opened(zone: str, start: dt.date, end: dt.date) -> Any:
    """The day it was opened; where that is not known, the day its record was made."""
    return func.coalesce(col(Opportunity.opened_on), local_day(col(Opportunity.created_at), zone, start, end))


def _closed(segment: Segment, start: dt.date, end: dt.date) -> list[Any]:
    return [
        col(Opportunity.status).in_((Status.WON, Status.LOST)),
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
        *segment.conditions,
    ]


def _no_decision(session: Session) -> Any:
    """Whether an opportunity's loss reason is one of those that mean no decision, whatever the case."""
    query = select(func.lower(func.trim(col(LossReason.name)))).where(col(LossReason.no_decision))
    names = list(session.scalars(query))
    if not names:
        return false()
    lost = col(Opportunity.status) == Status.LOST
    return lost & func.lower(func.trim(col(Opportunity.loss_reason))).in_(names)
