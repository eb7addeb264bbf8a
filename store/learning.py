"""What somebody has learnt and reached since they joined.

The scope says whose progress may be looked at, which are fewer people than those whose records may be.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func
from sqlmodel import Session, col, select

from store.change_log import RecordKind
from store.models import Account, Activity, ActivityKind, ChangeEntry, Opportunity, QuizAnswer, Status, StepMark
from store.scope import Scope
from store.segment import stands

MEETINGS = (ActivityKind.MEETING, ActivityKind.DEMO)


@dataclass(frozen=True)
class Reached:
    """The first record that shows that something was reached: the day, and the record's name."""

    on: dt.date
    name: str
    opportunity_id: int | None = None


@dataclass(frozen=True)
class Met:
    """The first meeting: the moment, and with which customer; empty where it names none."""

    at: dt.datetime
    account: str


def list_quiz_answers(session: Session, scope: Scope, person_id: int, *, since: dt.date) -> Sequence[QuizAnswer]:
    """The person's answers from a day on, oldest first."""
    return session.exec(
        select(QuizAnswer)
        .where(QuizAnswer.person_id == person_id, scope.clause(QuizAnswer.person_id), QuizAnswer.day >= since)
        .order_by(col(QuizAnswer.answered_at), col(QuizAnswer.id))
    ).all()


def list_step_marks(session: Session, scope: Scope, person_id: int, started_on: dt.date) -> Sequence[StepMark]:
    """The steps that are marked since the person joined on that day."""
    return session.exec(
        select(StepMark)
        .where(StepMark.person_id == person_id, scope.clause(StepMark.person_id), StepMark.started_on == started_on)
        .order_by(col(StepMark.marked_on), col(StepMark.id))
    ).all()


def get_first_meeting(session: Session, scope: Scope, person_id: int, *, since: dt.datetime) -> Met | None:
    """The person's first meeting or demo at or after a moment."""
    row = session.exec(
        select(Activity.occurred_at, Account.name)
        .join(Account, col(Activity.account_id) == col(Account.id), isouter=True)
        .where(
            Activity.person_id == person_id,
            scope.clause(Activity.person_id),
            col(Activity.kind).in_(MEETINGS),
            col(Activity.occurred_at) >= since,
        )
        .order_by(col(Activity.occurred_at), col(Activity.id))
        .limit(1)
    ).first()
    return Met(row[0], row[1] or "") if row else None


def get_first_entry(
    session: Session, scope: Scope, person_id: int, stage_ids: Collection[int], *, since: dt.date
) -> Reached | None:
    """The first of the person's opportunities that came into one of these stages from a day on.

    One that had been in one of them before does not count: others brought it there. Nor do changes that were taken
    back.
    """
    first_day = func.min(col(ChangeEntry.effective_on))
    row = session.exec(
        select(col(Opportunity.id), col(Opportunity.name), first_day)
        .join(ChangeEntry, col(ChangeEntry.record_id) == col(Opportunity.id))
        .where(
            Opportunity.owner_id == person_id,
            scope.clause(Opportunity.owner_id),
            ChangeEntry.record_kind == RecordKind.OPPORTUNITY,
            ChangeEntry.field == "stage_id",
            cast(col(ChangeEntry.new), Integer).in_(stage_ids),
            *stands(),
        )
        .group_by(col(Opportunity.id), col(Opportunity.name))
        .having(first_day >= since)
        .order_by(first_day, col(Opportunity.id))
        .limit(1)
    ).first()
    return Reached(row[2], row[1], row[0]) if row else None


def get_first_win(session: Session, scope: Scope, person_id: int, *, since: dt.date) -> Reached | None:
    """The first opportunity that the person won from a day on."""
    row = session.exec(
        select(Opportunity)
        .where(
            Opportunity.owner_id == person_id,
            scope.clause(Opportunity.owner_id),
            Opportunity.status == Status.WON,
            col(Opportunity.closed_on) >= since,
        )
        .order_by(col(Opportunity.closed_on), col(Opportunity.id))
        .limit(1)
    ).first()
    return Reached(row.closed_on, row.name, row.id) if row and row.closed_on else None
