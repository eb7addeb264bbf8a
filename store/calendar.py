"""When people work: regions and their countries, days that differ from the rule, and leave."""

import datetime as dt
from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.models import CalendarDay, Leave, Region
from store.scope import Scope


def list_calendar_days(session: Session, start: dt.date, end: dt.date) -> Sequence[CalendarDay]:
    """Exceptions of all regions from `start` up to but not including `end`; those of one region come after the rest."""
    return session.exec(
        select(CalendarDay)
        .where(col(CalendarDay.day) >= start, col(CalendarDay.day) < end)
        .order_by(col(CalendarDay.region), col(CalendarDay.day))
    ).all()


def list_regions(session: Session) -> Sequence[Region]:
    """The regions with holidays of their own, by name. Everybody may know them."""
    return session.exec(select(Region).order_by(col(Region.name))).all()


def list_leaves(session: Session, scope: Scope, start: dt.date, end: dt.date) -> Sequence[Leave]:
    """Leave of the people in scope that touches the days from `start` up to but not including `end`, by first day."""
    return session.exec(
        select(Leave)
        .where(scope.clause(Leave.person_id), col(Leave.first_day) < end, col(Leave.last_day) >= start)
        .order_by(col(Leave.first_day), col(Leave.id))
    ).all()
