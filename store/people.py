"""Queries on people and teams."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from store.models import Organisation, Person, Team
from store.scope import Scope


def get_organisation(session: Session) -> Organisation:
    """The organisation; a fresh database without one gets the defaults (unsaved)."""
    return session.get(Organisation, 1) or Organisation(name="")


def get_person_by_email(session: Session, email: str) -> Person | None:
    return session.exec(select(Person).where(func.lower(col(Person.email)) == email.strip().lower())).first()


def get_person_by_slack_id(session: Session, slack_id: str) -> Person | None:
    return session.exec(select(Person).where(Person.slack_id == slack_id)).first()


def list_people(session: Session, scope: Scope, *, active_on: dt.date | None = None) -> Sequence[Person]:
    """People by name; with `active_on`, only those who belong to the organisation on that day."""
    query = select(Person).where(scope.clause(Person.id)).order_by(col(Person.name), col(Person.id))
    if active_on is not None:
        query = query.where(
            or_(col(Person.active_from).is_(None), col(Person.active_from) <= active_on),
            or_(col(Person.active_to).is_(None), col(Person.active_to) >= active_on),
        )
    return session.exec(query).all()


def list_teams(session: Session) -> Sequence[Team]:
    return session.exec(select(Team).order_by(col(Team.name))).all()


def list_report_ids(session: Session, manager_id: int) -> frozenset[int]:
    """Ids of everybody below a manager, however deep; without the manager."""
    below = select(col(Person.id).label("id")).where(Person.manager_id == manager_id).cte("below", recursive=True)
    below = below.union(select(col(Person.id)).join(below, col(Person.manager_id) == below.c.id))
    return frozenset(session.scalars(select(below.c.id)).all())


def list_team_ids(session: Session, team_id: int) -> frozenset[int]:
    """Ids of everybody in a team."""
    return frozenset(
        person_id for person_id in session.exec(select(Person.id).where(Person.team_id == team_id)) if person_id
    )
