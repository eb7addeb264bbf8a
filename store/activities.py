"""Queries on activities: calls, e-mails, meetings, demos and notes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import Session, col, select

from store.models import Activity, Contact, Opportunity, Person
from store.scope import Scope


@dataclass(frozen=True)
class ActivityRow:
    """An activity with the names that a list shows beside it."""

    activity: Activity
    person: str
    contact: str | None


def list_activities(
    session: Session,
    scope: Scope,
    *,
    limit: int,
    opportunity_id: int | None = None,
    account_id: int | None = None,
    person_id: int | None = None,
    since: dt.datetime | None = None,
) -> Sequence[ActivityRow]:
    """Activities, newest first, by somebody in scope or on an opportunity of somebody in scope.

    Whoever owns an opportunity sees what colleagues did on it.
    """
    query = (
        select(Activity, col(Person.name), col(Contact.name))
        .join(Person, col(Activity.person_id) == col(Person.id))
        .join(Contact, col(Activity.contact_id) == col(Contact.id), isouter=True)
        .join(Opportunity, col(Activity.opportunity_id) == col(Opportunity.id), isouter=True)
        .where(or_(scope.clause(Activity.person_id), scope.clause(Opportunity.owner_id)))
        .order_by(col(Activity.occurred_at).desc(), col(Activity.id).desc())
        .limit(limit)
    )
    for column, wanted in (
        (Activity.opportunity_id, opportunity_id),
        (Activity.account_id, account_id),
        (Activity.person_id, person_id),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    if since is not None:
        query = query.where(col(Activity.occurred_at) >= since)
    return [ActivityRow(*row) for row in session.exec(query)]
