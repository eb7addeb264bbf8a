"""Which stages opportunities went through and how long they stayed: from the change log, never from today's stages."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, case, func, literal, null, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.day_count import days_between
from store.models import ChangeEntry, Opportunity, Stage, Status
from store.models.history import IS_STAGE_ENTRY
from store.opportunities import list_stages
from store.segment import Segment

SAMPLE = 300
"""Opportunities of a stage that are listed by id at most."""
SPANS = ("within", "before")
BEYOND = 1_000_000
"""Position of having won: beyond every open stage, wherever the process lists it."""


@dataclass(frozen=True)
class Days:
    """From `start` up to but not including `end`."""

    start: dt.date
    end: dt.date


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


@dataclass(frozen=True)
class Courses:
    """What the opportunities that entered an open stage within some days went through."""

    entries: Sequence[StageCount]
    earlier: Sequence[StageCount]
    """The same of other days, for comparison."""
    days: Sequence[StageDays]
    ids: Mapping[int, tuple[int, ...]]
    """Which opportunities entered each stage; stages with more than `SAMPLE` are left out."""
    left: Mapping[int, tuple[int, ...]]
    """Which of these were really there, and are no more: those whose days are known."""


def count_courses(session: Session, segment: Segment, within: Days, before: Days, *, today: dt.date) -> Courses:
    """How many entered each open stage, how many ever went further, and how long they stayed.

    A stage that was skipped on the way forward counts as entered on that day. One that was created in a later stage
    has not entered the earlier ones. Changes that were taken back do not count.

    Days are of those that really entered the stage within the days, all their visits added up. One that is in the
    stage now is given apart, with its days until today. A visit ends on the day of the next move, or on the day on
    which the opportunity was closed.

    All of it is one statement, in which the log is gone through once.
    """
    stages = [stage for stage in list_stages(session) if stage.kind == Status.OPEN]
    if not stages:
        return Courses((), (), (), {}, {})
    courses = _courses(session, segment, stages, within, before, today)
    totals = _totals(courses, stages)
    parts = []
    for place, stage in enumerate(stages):
        for span in SPANS:
            counts = [totals.c[f"{name}_{span}_{place}"] for name in ("entered", "went_on", "lost")]
            parts.append(_row(span, stage, *counts).select_from(totals))
        there, days = courses.c[f"there_{place}"], courses.c[f"days_{place}"]
        lasted = _row("days", stage, there, days, func.count()).where(courses.c[f"visited_{place}"] == 1)
        parts.append(lasted.group_by(there, days))
        has_left = and_(courses.c[f"visited_{place}"] == 1, there == 0)
        few = (
            select(courses.c.record_id, case((has_left, 1), else_=0).label("left"))
            .where(courses.c[f"within_{place}"] == 1)
            .order_by(courses.c.record_id)
            .limit(SAMPLE + 1)
            .subquery()
        )
        parts.append(_row("id", stage, few.c.record_id, few.c.left, literal(0)))
    return _read(session.execute(union_all(*parts)))


def _read(rows: Any) -> Courses:
    found: dict[str, list[StageCount]] = {span: [] for span in SPANS}
    days: list[StageDays] = []
    ids: dict[int, dict[int, bool]] = {}
    for kind, stage_id, first, second, third in rows:
        if kind == "days":
            days.append(StageDays(stage_id, bool(first), second or 0, third))
        elif kind == "id":
            ids.setdefault(stage_id, {})[first] = bool(second)
        elif first:
            found[kind].append(StageCount(stage_id, first, second, third))
    few = {stage_id: each for stage_id, each in ids.items() if len(each) <= SAMPLE}
    return Courses(
        found["within"],
        found["before"],
        days,
        {stage_id: tuple(sorted(each)) for stage_id, each in few.items()},
        {stage_id: tuple(sorted(number for number, left in each.items() if left)) for stage_id, each in few.items()},
    )


def _row(kind: str, stage: Stage, *numbers: Any) -> Any:
    return select(literal(kind, String).label("kind"), literal(stage.id, Integer).label("stage"), *numbers)


def _totals(courses: Any, stages: Sequence[Stage]) -> Any:
    """One row with the counts of every stage."""
    columns: list[Any] = []
    for place, stage in enumerate(stages):
        went_on = courses.c.furthest > stage.position
        lost = ~went_on & (courses.c.status == Status.LOST)
        for span in SPANS:
            entered = courses.c[f"{span}_{place}"] == 1
            columns += [
                func.count(case((entered, 1))).label(f"entered_{span}_{place}"),
                func.count(case((and_(entered, went_on), 1))).label(f"went_on_{span}_{place}"),
                func.count(case((and_(entered, lost), 1))).label(f"lost_{span}_{place}"),
            ]
    return select(*columns).cte("totals").prefix_with("MATERIALIZED")


def _courses(
    session: Session, segment: Segment, stages: Sequence[Stage], within: Days, before: Days, today: dt.date
) -> Any:
    """One row for each opportunity that entered a stage in one of the two stretches of days.

    For each open stage: whether it was entered or passed in each of them, whether it was really entered within the
    first, and the days spent there.
    """
    moves = _moves(session, segment)
    on = {"within": _is_within(moves.c.effective_on, within), "before": _is_within(moves.c.effective_on, before)}
    is_last = moves.c.following.is_(None)
    columns: list[Any] = [
        moves.c.record_id.label("record_id"),
        func.max(moves.c.position).label("furthest"),
        func.max(case((is_last, moves.c.new))).label("last"),
        func.max(case((is_last, moves.c.effective_on))).label("last_on"),
    ]
    for place, stage in enumerate(stages):
        here = moves.c.new == str(stage.id)
        passed = here | ((moves.c.reached < stage.position) & (moves.c.position > stage.position))
        for span in SPANS:
            columns += [func.max(case((passed & on[span], 1))).label(f"{span}_{place}")]
        columns.append(func.max(case((here & on["within"], 1))).label(f"visited_{place}"))
        spent = case((here & ~is_last, days_between(moves.c.effective_on, moves.c.following)), else_=0)
        columns.append(func.sum(spent).label(f"days_{place}"))
    seen = func.max(case((on["within"] | on["before"], 1)))
    gone = select(*columns).group_by(moves.c.record_id).having(seen == 1).subquery("gone")
    is_open = col(Opportunity.status) == Status.OPEN
    shown: list[Any] = [gone.c.record_id, gone.c.furthest, col(Opportunity.status).label("status")]
    for place, stage in enumerate(stages):
        is_there = gone.c.last == str(stage.id)
        since_last = days_between(gone.c.last_on, func.coalesce(col(Opportunity.closed_on), literal(today)))
        shown += [gone.c[f"{name}_{place}"] for name in (*SPANS, "visited")]
        shown.append((gone.c[f"days_{place}"] + case((is_there, since_last), else_=0)).label(f"days_{place}"))
        shown.append(case((is_there & is_open, 1), else_=0).label(f"there_{place}"))
    rows = select(*shown).join(Opportunity, col(Opportunity.id) == gone.c.record_id).where(*segment.conditions)
    return rows.cte("courses").prefix_with("MATERIALIZED")


def _is_within(day: Any, days: Days) -> ColumnElement[bool]:
    return and_(day >= days.start, day < days.end)


def _moves(session: Session, segment: Segment) -> Any:
    """Every entry into a stage, in the order in which it held.

    `reached` is the furthest position before it; losing has no position.
    """
    positions: dict[str, Any] = {}
    for stage in list_stages(session):
        own = {Status.OPEN.value: literal(stage.position), Status.WON.value: literal(BEYOND)}
        positions[str(stage.id)] = own.get(stage.kind, null())
    position = case(positions, value=col(ChangeEntry.new))
    # One frame for both, so that the rows are gone through once; in the order of an index, so that none is sorted.
    in_order: Any = {
        "partition_by": col(ChangeEntry.record_id),
        "order_by": (col(ChangeEntry.effective_on), col(ChangeEntry.id)),
        "rows": (None, -1),
    }
    undoing, undone = aliased(ChangeEntry), aliased(ChangeEntry)
    taken_back = (
        select(col(undone.id))
        .join(undoing, col(undoing.undoes) == col(undone.change_id))
        .where(col(undoing.undoes).is_not(None))
    )
    moves = select(
        col(ChangeEntry.record_id).label("record_id"),
        col(ChangeEntry.effective_on).label("effective_on"),
        col(ChangeEntry.new).label("new"),
        position.label("position"),
        func.max(position).over(**in_order).label("reached"),
        func.lead(col(ChangeEntry.effective_on)).over(**in_order).label("following"),
    ).where(IS_STAGE_ENTRY, col(ChangeEntry.new).in_(positions), col(ChangeEntry.id).not_in(taken_back))
    if segment.scope.people is not None:
        moves = moves.where(col(ChangeEntry.record_id).in_(select(col(Opportunity.id)).where(*segment.conditions)))
    return moves.subquery("moves")
