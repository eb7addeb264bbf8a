"""Open opportunities as they stood at the end of a day, kept for every question about the past."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, literal, select
from sqlmodel import Session, col

from store.change_log import RecordKind, from_json
from store.models import ChangeEntry, Opportunity, Snapshot, Status
from store.people import get_organisation

COPIED = ("owner_id", "stage_id", "amount_minor", "currency", "expected_close", "category")
READ_BACK = (*COPIED, "status")


def count_snapshot(session: Session, day: dt.date) -> int:
    """How many opportunities the snapshot of a day holds; 0 where none was taken."""
    return session.scalar(select(func.count()).where(col(Snapshot.taken_on) == day)) or 0


def list_missing_days(session: Session, until: dt.date) -> Sequence[dt.date]:
    """Days up to and with `until` without a snapshot since the last one; `until` alone where there is none yet."""
    last = session.scalar(select(func.max(Snapshot.taken_on)).where(col(Snapshot.taken_on) <= until))
    first = last + dt.timedelta(days=1) if last else until
    return [first + dt.timedelta(days=number) for number in range((until - first).days + 1)]


def add_snapshot(session: Session, day: dt.date) -> int:
    """Keep every opportunity that was open when `day` ended in the organisation's zone; how many there are.

    Taken late it is the same: what was changed since is read back from the change log. Taken again it replaces itself,
    and for a day that has not ended it holds what is true now.
    """
    zone = ZoneInfo(get_organisation(session).zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    session.execute(delete(Snapshot).where(col(Snapshot.taken_on) == day))
    later = _list_changed_since(session, end)
    columns = [getattr(Opportunity, name) for name in COPIED]
    unchanged = select(literal(day, Snapshot.__table__.c.taken_on.type), Opportunity.id, *columns).where(  # type: ignore[attr-defined, call-overload]
        col(Opportunity.status) == Status.OPEN,
        col(Opportunity.created_at) < end,
        col(Opportunity.id).not_in(select(_changed_since(end).c.record_id)),
    )
    session.execute(insert(Snapshot).from_select(["taken_on", "opportunity_id", *COPIED], unchanged))
    session.add_all(
        Snapshot(taken_on=day, opportunity_id=number, **{name: was[name] for name in COPIED})
        for number, was in later.items()
        if was["status"] == Status.OPEN and None not in (was["owner_id"], was["stage_id"], was["currency"])
    )
    session.flush()
    return count_snapshot(session, day)


def _changed_since(end: dt.datetime) -> Any:
    return (
        select(col(ChangeEntry.record_id).label("record_id"))
        .where(
            col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
            col(ChangeEntry.recorded_at) >= end,
            col(ChangeEntry.field).in_(READ_BACK),
        )
        .distinct()
        .subquery()
    )


def _list_changed_since(session: Session, end: dt.datetime) -> Mapping[int, Mapping[str, Any]]:
    """What those opportunities held at `end` that existed then and were changed since, by id."""
    changed = select(_changed_since(end).c.record_id)
    rows = session.scalars(
        select(Opportunity).where(col(Opportunity.id).in_(changed), col(Opportunity.created_at) < end)
    )
    held: dict[int, dict[str, Any]] = {
        row.id: {name: getattr(row, name) for name in READ_BACK} for row in rows if row.id is not None
    }
    newest_first = session.scalars(
        select(ChangeEntry)
        .where(
            col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
            col(ChangeEntry.recorded_at) >= end,
            col(ChangeEntry.field).in_(READ_BACK),
        )
        .order_by(col(ChangeEntry.id).desc())
    )
    for entry in newest_first:
        if entry.record_id in held:
            old = None if entry.old is None else json.loads(entry.old)
            held[entry.record_id][entry.field] = from_json(Opportunity, entry.field, old)
    return held
