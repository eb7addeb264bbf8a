"""Opportunities that were changed since a moment: what each held then, what it holds now, and who changed it last."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from store.change_log import RecordKind, from_json
from store.models import ChangeEntry, Opportunity
from store.scope import Scope

BATCH = 500
"""Opportunities that are looked at together."""
TRACKED = (
    "status",
    "owner_id",
    "stage_id",
    "amount_minor",
    "currency",
    "booked_minor",
    "opened_on",
    "expected_close",
    "closed_on",
    "product_id",
    "account_id",
)
"""What decides whether an opportunity is counted, and for how much."""
REQUIRED = ("status", "owner_id", "stage_id", "currency")
"""Without these it was not there yet: its creation says that there was nothing before."""

State = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """One opportunity then and now, by `TRACKED` field; None where it was not there, or is not any more."""

    id: int
    name: str
    then: State | None
    now: State | None
    person_id: int | None
    """Who changed it last."""
    at: dt.datetime


def list_changed(session: Session, scope: Scope, moment: dt.datetime) -> Iterator[Sequence[Changed]]:
    """What was changed at or after a moment, by id, so many at a time; of owners in scope then or now."""
    conditions = (
        col(ChangeEntry.record_kind) == RecordKind.OPPORTUNITY,
        col(ChangeEntry.recorded_at) >= moment,
        col(ChangeEntry.field).in_(TRACKED),
    )
    last = 0
    while True:
        ids = session.scalars(
            select(col(ChangeEntry.record_id))
            .where(*conditions, col(ChangeEntry.record_id) > last)
            .distinct()
            .order_by(col(ChangeEntry.record_id))
            .limit(BATCH)
        ).all()
        if ids:
            last = ids[-1]
            yield [one for one in _read_back(session, ids, conditions, moment) if _is_in(scope, one)]
        if len(ids) < BATCH:
            return


def _read_back(session: Session, ids: Sequence[int], conditions: Any, moment: dt.datetime) -> Iterator[Changed]:
    rows = {
        row.id: row
        for row in session.execute(
            select(  # type: ignore[call-overload]
                Opportunity.id, Opportunity.name, Opportunity.created_at, *(getattr(Opportunity, f) for f in TRACKED)
            ).where(col(Opportunity.id).in_(ids))
        )
    }
    entries: dict[int, list[Any]] = {}
    columns = (ChangeEntry.record_id, ChangeEntry.field, ChangeEntry.old, ChangeEntry.actor_id, ChangeEntry.recorded_at)
    for entry in session.execute(
        select(*columns)  # type: ignore[call-overload]
        .where(*conditions, col(ChangeEntry.record_id).in_(ids))
        .order_by(col(ChangeEntry.id))
    ):
        entries.setdefault(entry.record_id, []).append(entry)
    for number in ids:
        row, changes = rows.get(number), entries[number]
        now = None if row is None else {field: getattr(row, field) for field in TRACKED}
        held = dict.fromkeys(TRACKED) if now is None else dict(now)
        for entry in reversed(changes):
            held[entry.field] = from_json(
                Opportunity, entry.field, None if entry.old is None else json.loads(entry.old)
            )
        was_there = (row is None or row.created_at < moment) and None not in [held[field] for field in REQUIRED]
        yield Changed(
            id=number,
            name=row.name if row is not None else "",
            then=held if was_there else None,
            now=now,
            person_id=changes[-1].actor_id,
            at=changes[-1].recorded_at,
        )


def _is_in(scope: Scope, changed: Changed) -> bool:
    return any(state is not None and scope.allows(state["owner_id"]) for state in (changed.then, changed.now))
