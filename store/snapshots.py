"""Open opportunities as they stood at the end of a day, kept for every question about the past."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, literal, select
from sqlmodel import Session, col

from store.history import COPIED, open_when_it_ended
from store.models import Snapshot


def count_snapshot(session: Session, day: dt.date) -> int:
    """How many opportunities the snapshot of a day holds; 0 where none was taken."""
    return session.scalar(select(func.count()).where(col(Snapshot.taken_on) == day)) or 0


def list_missing_days(session: Session, until: dt.date) -> Sequence[dt.date]:
    """Days up to and with `until` without a snapshot since the last one; `until` alone where there is none yet."""
    last = session.scalar(select(func.max(Snapshot.taken_on)).where(col(Snapshot.taken_on) <= until))
    first = last + dt.timedelta(days=1) if last else until
    return [first + dt.timedelta(days=number) for number in range((until - first).days + 1)]


def get_last_snapshot_day(session: Session, day: dt.date, within: dt.timedelta | None = None) -> dt.date | None:
    """The newest day up to and with `day` of which there is a snapshot; None where it is older than `within`.
    Everybody may know it."""
    found: dt.date | None = session.scalar(select(func.max(Snapshot.taken_on)).where(col(Snapshot.taken_on) <= day))
    return None if found is None or (within is not None and found < day - within) else found


def add_snapshot(session: Session, day: dt.date) -> int:
    """Keep every opportunity that was open when `day` ended in the organisation's zone; how many there are.

    Taken late it is the same: what was changed since is read back from the change log. Taken again it replaces itself,
    and for a day that has not ended it holds what is true now.
    """
    session.execute(delete(Snapshot).where(col(Snapshot.taken_on) == day))
    rows = open_when_it_ended(session, day).subquery()
    taken_on = literal(day, Snapshot.__table__.c.taken_on.type)  # type: ignore[attr-defined]
    columns = ["opportunity_id", *COPIED]
    session.execute(
        insert(Snapshot).from_select(["taken_on", *columns], select(taken_on, *(rows.c[name] for name in columns)))
    )
    return count_snapshot(session, day)


def replayed(session: Session, day: dt.date) -> Sequence[Snapshot]:
    """What the snapshot of a day has to hold by the change log, by id; none of it is kept."""
    rows = open_when_it_ended(session, day).subquery()
    found = session.execute(select(rows).order_by(rows.c.opportunity_id)).mappings()
    return [Snapshot(taken_on=day, **row) for row in found]
