"""How long sales take: from the first qualified stage to the win, and how old open ones are."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func, literal, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.day_count import days_between, local_day
from store.models import ChangeEntry, Opportunity, Stage, Status
from store.segment import By, Key, Segment, stands

FETCHED = 1000
SAMPLE = 300
"""Opportunities that are listed by id at most."""
EARLIEST = dt.date(1990, 1, 1)
"""No record was made before."""


class Start(StrEnum):
    """From which day a sale was counted."""

    QUALIFIED = "qualified"
    """Its first entry into a qualified stage."""
    OPENED = "opened"
    """The day it was opened: no such entry is in its history."""
    NONE = "none"
    """Neither is known to lie before its end."""


@dataclass(frozen=True, slots=True)
class CycleCount:
    """Opportunities of one key that took so many days; none are given where there is no start."""

    key: Key
    start: Start
    days: int
    count: int


def count_cycle_days(
    session: Session, segment: Segment, start: dt.date, end: dt.date, *, zone: str, by: By = By.NOTHING
) -> Iterator[CycleCount]:
    """Days from the first qualified stage to the win, of what was won from `start` up to but not including `end`."""
    won = [
        col(Opportunity.status) == Status.WON,
        col(Opportunity.closed_on) >= start,
        col(Opportunity.closed_on) < end,
        *segment.conditions,
    ]
    return _count(session, won, col(Opportunity.closed_on), zone, end, by)


def count_open_days(
    session: Session, segment: Segment, today: dt.date, *, zone: str, by: By = By.NOTHING
) -> Iterator[CycleCount]:
    """Days since the first qualified stage, of what is open in a qualified stage today."""
    is_open = [*is_qualified(session), *segment.conditions]
    return _count(session, is_open, literal(today), zone, today + dt.timedelta(days=1), by)


def count_qualified(session: Session, segment: Segment) -> int:
    """How many opportunities are open in a qualified stage."""
    return session.scalar(select(func.count()).where(*is_qualified(session), *segment.conditions)) or 0


def list_qualified_ids(session: Session, segment: Segment) -> tuple[int, ...] | None:
    """Which opportunities are open in a qualified stage; None for more than `SAMPLE`."""
    query = select(col(Opportunity.id)).where(*is_qualified(session), *segment.conditions)
    ids = tuple(session.scalars(query.order_by(col(Opportunity.id)).limit(SAMPLE + 1)))
    return tuple(number for number in ids if number is not None) if len(ids) <= SAMPLE else None


def is_qualified(session: Session) -> list[Any]:
    """Conditions on an opportunity that is open in a qualified stage."""
    return [
        col(Opportunity.status) == Status.OPEN,
        col(Opportunity.stage_id).in_(_qualified_stages(session)),
    ]


def _qualified_stages(session: Session) -> list[int]:
    query = select(col(Stage.id)).where(col(Stage.kind) == Status.OPEN, col(Stage.qualified))
    return [number for number in session.scalars(query) if number is not None]


def _count(session: Session, which: list[Any], until: Any, zone: str, end: dt.date, by: By) -> Iterator[CycleCount]:
    entered = (
        select(func.min(ChangeEntry.effective_on))
        .where(
            col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
            col(ChangeEntry.record_id) == col(Opportunity.id),
            # Not by the index on fields, which SQLite would walk through for every opportunity anew.
            func.coalesce(col(ChangeEntry.field), "") == "stage_id",
            col(ChangeEntry.new).in_([str(number) for number in _qualified_stages(session)]),
            *stands(),
        )
        .correlate(Opportunity)
        .scalar_subquery()
    )
    opened = func.coalesce(col(Opportunity.opened_on), local_day(col(Opportunity.created_at), zone, EARLIEST, end))
    rows = (
        select(by.column.label("key"), entered.label("entered"), opened.label("opened"), until.label("until"))
        .where(*which)
        .subquery()
    )
    entry = rows.c.entered.is_not(None) & (rows.c.entered <= rows.c.until)
    has_opening = rows.c.opened <= rows.c.until
    counted = select(
        rows.c.key.label("key"),
        case((entry, literal(Start.QUALIFIED.value)), (has_opening, literal(Start.OPENED.value))).label("start"),
        case(
            (entry, days_between(rows.c.entered, rows.c.until)),
            (has_opening, days_between(rows.c.opened, rows.c.until)),
        ).label("days"),
    ).subquery()
    keys = [counted.c.key, counted.c.start, counted.c.days]
    for key, start, days, count in session.execute(
        select(*keys, func.count()).group_by(*keys), execution_options={"yield_per": FETCHED}
    ):
        yield CycleCount(key, Start(start or Start.NONE), days or 0, count)
