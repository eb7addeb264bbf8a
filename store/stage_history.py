"""Which stages opportunities went through and how long they stayed: from the change log, never from today's stages."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, case, cast, func, literal, select
from sqlmodel import Session, col

from store.change_log import RecordKind
from store.day_count import days_between
from store.models import ChangeEntry, Opportunity, Stage, Status
from store.segment import Segment, stands

SAMPLE = 300
"""Opportunities of a stage that are listed by id at most."""
BEYOND = 1_000_000
"""Position of having won: beyond every open stage, wherever the process lists it."""


@dataclass(frozen=True)
class StageCount:
    """Opportunities that entered an open stage between two days, by what has become of them since."""

    stage_id: int
    entered: int
    went_on: int
    """Have been in a later stage, at whatever time; winning is later than every open stage."""
    lost: int
    """Are lost without having been in a later one."""


@dataclass(frozen=True)
class StageDays:
    """So many opportunities spent so many days in a stage, all their visits together."""

    stage_id: int
    still_there: bool
    days: int
    count: int


def count_entries(session: Session, segment: Segment, start: dt.date, end: dt.date) -> Sequence[StageCount]:
    """How many entered each open stage from `start` up to but not including `end`, and how many ever went further.

    A stage that was skipped on the way forward counts as entered on that day. One that was created in a later stage
    has not entered the earlier ones. Changes that were taken back do not count.
    """
    passed = _passed(segment, start, end)
    went_on = passed.c.furthest > passed.c.position
    rows = session.execute(
        select(
            passed.c.stage_id,
            func.count(),
            func.count(case((went_on, 1))),
            func.count(case((~went_on & (passed.c.status == Status.LOST), 1))),
        )
        .where(passed.c.within == 1)
        .group_by(passed.c.stage_id)
    )
    return [StageCount(*row) for row in rows]


def count_stage_days(
    session: Session, segment: Segment, start: dt.date, end: dt.date, *, today: dt.date
) -> Sequence[StageDays]:
    """Days in each open stage of those that really entered it between the days, the visits of each added up.

    One that is in the stage now is given apart, with its days until today. A visit ends on the day of the next move,
    or on the day on which the opportunity was closed.
    """
    moves = _moves(segment, start, end)
    until = func.coalesce(moves.c.following, moves.c.closed_on, literal(today))
    visits = (
        select(
            moves.c.record_id,
            moves.c.stage_id,
            func.sum(days_between(moves.c.effective_on, until)).label("days"),
            func.max(case(((moves.c.following.is_(None)) & (moves.c.status == Status.OPEN), 1), else_=0)).label(
                "still"
            ),
            func.max(case(((moves.c.effective_on >= start) & (moves.c.effective_on < end), 1), else_=0)).label(
                "within"
            ),
        )
        .where(moves.c.kind == Status.OPEN)
        .group_by(moves.c.record_id, moves.c.stage_id)
        .subquery()
    )
    keys = [visits.c.stage_id, visits.c.still, visits.c.days]
    rows = session.execute(select(*keys, func.count()).where(visits.c.within == 1).group_by(*keys))
    return [StageDays(stage_id, bool(still), int(days), count) for stage_id, still, days, count in rows]


def list_entered_ids(session: Session, segment: Segment, start: dt.date, end: dt.date) -> Mapping[int, tuple[int, ...]]:
    """Which opportunities entered each open stage between the days, by stage; stages with too many are left out."""
    passed = _passed(segment, start, end)
    numbered = (
        select(
            passed.c.stage_id,
            passed.c.record_id,
            func.row_number().over(partition_by=passed.c.stage_id, order_by=passed.c.record_id).label("number"),
        )
        .where(passed.c.within == 1)
        .subquery()
    )
    found: dict[int, list[int]] = {}
    rows = session.execute(
        select(numbered.c.stage_id, numbered.c.record_id)
        .where(numbered.c.number <= SAMPLE + 1)
        .order_by(numbered.c.stage_id, numbered.c.record_id)
    )
    for stage_id, record_id in rows:
        found.setdefault(stage_id, []).append(record_id)
    return {stage_id: tuple(ids) for stage_id, ids in found.items() if len(ids) <= SAMPLE}


def _passed(segment: Segment, start: dt.date, end: dt.date) -> Any:
    """Each open stage that an opportunity went through or skipped, with how far it got, and whether it was within."""
    moves = _moves(segment, start, end)
    stage = Stage.__table__.alias("passed")  # type: ignore[attr-defined]
    skipped = (moves.c.reached < stage.c.position) & (stage.c.position < moves.c.position)
    return (
        select(
            moves.c.record_id,
            stage.c.id.label("stage_id"),
            stage.c.position.label("position"),
            func.max(moves.c.furthest).label("furthest"),
            func.max(case(((moves.c.effective_on >= start) & (moves.c.effective_on < end), 1), else_=0)).label(
                "within"
            ),
            func.max(moves.c.status).label("status"),
        )
        .join(stage, (stage.c.position == moves.c.position) | skipped)
        .where(stage.c.kind == Status.OPEN)
        .group_by(moves.c.record_id, stage.c.id, stage.c.position)
        .subquery()
    )


def _moves(segment: Segment, start: dt.date, end: dt.date) -> Any:
    """Every entry into a stage of the opportunities that entered any stage between the days.

    `reached` is the furthest position before it, `furthest` the furthest of all; losing has no position.
    """
    is_entry = [col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY, col(ChangeEntry.field) == "stage_id"]
    touched = select(col(ChangeEntry.record_id)).where(
        *is_entry, col(ChangeEntry.effective_on) >= start, col(ChangeEntry.effective_on) < end
    )
    stage = Stage.__table__.alias("entered")  # type: ignore[attr-defined]
    position = case(
        (stage.c.kind == Status.OPEN, stage.c.position), (stage.c.kind == Status.WON, literal(BEYOND)), else_=None
    )
    by_record: Any = {"partition_by": col(ChangeEntry.record_id)}
    in_order: Any = {**by_record, "order_by": (col(ChangeEntry.effective_on), col(ChangeEntry.id))}
    return (
        select(
            col(ChangeEntry.record_id).label("record_id"),
            col(ChangeEntry.effective_on).label("effective_on"),
            stage.c.id.label("stage_id"),
            stage.c.kind.label("kind"),
            position.label("position"),
            func.max(position).over(**in_order, rows=(None, -1)).label("reached"),
            func.lead(col(ChangeEntry.effective_on)).over(**in_order).label("following"),
            func.max(position).over(**by_record).label("furthest"),
            col(Opportunity.status).label("status"),
            col(Opportunity.closed_on).label("closed_on"),
        )
        .join(Opportunity, col(Opportunity.id) == col(ChangeEntry.record_id))
        .join(stage, stage.c.id == cast(col(ChangeEntry.new), Integer))
        .where(*is_entry, *stands(), col(ChangeEntry.record_id).in_(touched), *segment.conditions)
        .subquery()
    )
