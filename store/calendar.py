"""Days that differ from the weekly rule: holidays, and make-up working days. Everybody may know them."""

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.models import CalendarDay


def list_calendar_days(session: Session, start: dt.date, end: dt.date) -> Sequence[CalendarDay]:
    """Exceptions of all regions from `start` up to but not including `end`; those of one region come after the rest."""
    return session.exec(
        select(CalendarDay)
        .where(col(CalendarDay.day) >= start, col(CalendarDay.day) < end)
        .order_by(col(CalendarDay.region), col(CalendarDay.day))
    ).all()
