"""Queries on scheduled reports: whose they are, which are active, and up to when they are settled."""

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.change_log import CREATED, RecordKind
from store.models import ChangeEntry, Person, ReportSchedule, ScheduleStatus, Source
from store.scope import Scope


def get_schedule(session: Session, schedule_id: int, *, for_update: bool = False) -> ReportSchedule | None:
    """One schedule, deleted ones too; with `for_update`, as it is now and locked until the transaction ends."""
    if not for_update:
        return session.get(ReportSchedule, schedule_id)
    return session.exec(
        select(ReportSchedule)
        .where(ReportSchedule.id == schedule_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def list_schedules(session: Session, scope: Scope) -> Sequence[ReportSchedule]:
    """Schedules of the people in scope that are not deleted, oldest first."""
    return session.exec(
        select(ReportSchedule)
        .where(scope.clause(ReportSchedule.owner_id), ReportSchedule.status != ScheduleStatus.DELETED)
        .order_by(col(ReportSchedule.id))
    ).all()


def list_active_schedules(session: Session, scope: Scope) -> Sequence[ReportSchedule]:
    """Those of them that reports are made for: the active ones, and paused ones that are asked for just now."""
    asked = (col(ReportSchedule.status) == ScheduleStatus.PAUSED) & col(ReportSchedule.asked_at).is_not(None)
    return session.exec(
        select(ReportSchedule)
        .where(scope.clause(ReportSchedule.owner_id), (col(ReportSchedule.status) == ScheduleStatus.ACTIVE) | asked)
        .order_by(col(ReportSchedule.id))
    ).all()


def list_quiet_hours(session: Session, scope: Scope) -> dict[int, tuple[str, str, str | None]]:
    """From when until when no report comes by itself, and the zone, by person; of those in scope who have such
    hours."""
    people = session.exec(select(Person).where(scope.clause(Person.id), Person.quiet_from != ""))
    return {one.id: (one.quiet_from, one.quiet_until, one.zone) for one in people if one.id is not None}


def get_active_since(session: Session, schedule_id: int) -> dt.datetime | None:
    """When it was made, or last paused or resumed, as the change log tells; None where that tells nothing.

    What was due before that moment is owed to nobody.
    """
    return session.exec(
        select(ChangeEntry.recorded_at)
        .where(
            ChangeEntry.record_kind == RecordKind.SCHEDULE,
            ChangeEntry.record_id == schedule_id,
            col(ChangeEntry.field).in_((CREATED, "status")),
        )
        .order_by(col(ChangeEntry.id).desc())
        .limit(1)
    ).first()


def is_standing_order(session: Session, schedule_id: int) -> bool:
    """Whether nobody asked for it: it was made for its owner by itself, as the change log tells."""
    made = (
        ChangeEntry.record_kind == RecordKind.SCHEDULE,
        ChangeEntry.record_id == schedule_id,
        ChangeEntry.field == CREATED,
        col(ChangeEntry.actor_id).is_(None),
        ChangeEntry.source == Source.SCHEDULE,
    )
    return session.exec(select(ChangeEntry.id).where(*made).limit(1)).first() is not None


def list_ever_had(session: Session, scope: Scope, skill: str) -> frozenset[int]:
    """The people in scope who have a schedule of this report, or had one and deleted it."""
    owners = select(ReportSchedule.owner_id).where(scope.clause(ReportSchedule.owner_id), ReportSchedule.skill == skill)
    return frozenset(session.exec(owners).all())


def mark_made(session: Session, schedule: ReportSchedule) -> None:
    """What was asked for at once is in the outbox, or was explained."""
    schedule.asked_at = None
    session.add(schedule)


def mark_covered(session: Session, schedule: ReportSchedule, until: dt.datetime) -> None:
    """Every due moment up to `until` is in the outbox or was let go. Time never goes back here."""
    schedule.covered_until = max(schedule.covered_until, until)
    session.add(schedule)
