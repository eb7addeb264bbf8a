"""What was asked of the knowledge base, what people said of its cards, and what waits to go into it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from store.models import Band, CardCheck, Enquiry, OutboxMessage, Person, PlaybookCard, Question
from store.scope import Scope

MOST_WORDS = 500
ENQUIRY = "enquiry:"
"""Begins the outbox key of a message that puts a question to somebody."""


def question_key(person_id: int, words: str, day: dt.date) -> str:
    """The same words of the same person on the same day are one question."""
    said = f"{person_id}|{day}|{' '.join(words.casefold().split())}"
    return blake2b(said.encode(), digest_size=10).hexdigest()


def add_question(
    session: Session,
    key: str,
    *,
    asked_at: dt.datetime,
    person_id: int,
    channel: str,
    words: str,
    band: str,
    file: str,
    section: str,
    confidence: int,
) -> None:
    """Keep a question; asked again on its day, it takes the newer answer and what was said of it stays."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    found = {"band": band, "file": file, "section": section, "confidence": confidence}
    statement: Any = (
        dialect.insert(Question)
        .values(
            key=key,
            asked_at=asked_at,
            person_id=person_id,
            channel=channel,
            words=words[:MOST_WORDS],
            reason="",
            version=1,
            **found,
        )
        .on_conflict_do_update(index_elements=["key"], set_=found)
    )
    session.execute(statement)


def get_question(session: Session, scope: Scope, key: str) -> Question | None:
    """The question of that key: one that people in scope asked, or that anybody asked in a channel."""
    heard = scope.clause(Question.person_id) | (col(Question.channel) != "")
    return session.exec(select(Question).where(Question.key == key, heard)).first()


def get_last_question(session: Session, scope: Scope) -> Question | None:
    """What people in scope asked last."""
    newest = (col(Question.asked_at).desc(), col(Question.id).desc())
    mine = select(Question).where(scope.clause(Question.person_id))
    return session.exec(mine.order_by(*newest).limit(1)).first()


def list_unanswered(
    session: Session, scope: Scope, since: dt.datetime, until: dt.datetime, *, limit: int
) -> Sequence[Question]:
    """Questions of people in scope without an answer, or whose answer they called none; the newest first."""
    missing = (col(Question.band) == Band.UNKNOWN) | col(Question.helpful).is_(False)
    return session.exec(
        select(Question)
        .where(scope.clause(Question.person_id), *_asked(since, until), missing)
        .order_by(col(Question.asked_at).desc(), col(Question.id).desc())
        .limit(limit)
    ).all()


def _asked(since: dt.datetime, until: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Question.asked_at) >= since, col(Question.asked_at) < until


@dataclass(frozen=True)
class CardUse:
    """How often a card answered, how many people, and what they said of that."""

    file: str
    answers: int
    people: int
    helpful: int
    unhelpful: int


def count_uses(session: Session, scope: Scope, since: dt.datetime, until: dt.datetime) -> Sequence[CardUse]:
    """Every card that answered something then that people in scope asked, the most used first."""
    times = func.count()
    rows = session.execute(
        select_columns(
            col(Question.file),
            times,
            func.count(func.distinct(Question.person_id)),
            func.sum(case((col(Question.helpful).is_(True), 1), else_=0)),
            func.sum(case((col(Question.helpful).is_(False), 1), else_=0)),
        )
        .where(
            scope.clause(Question.person_id),
            *_asked(since, until),
            col(Question.file) != "",
            col(Question.band) != Band.UNKNOWN,
        )
        .group_by(Question.file)
        .order_by(times.desc(), col(Question.file))
    ).all()
    return [CardUse(file, int(n), int(people), int(yes or 0), int(no or 0)) for file, n, people, yes, no in rows]


def list_of_new_hires(
    session: Session, scope: Scope, since: dt.datetime, until: dt.datetime, *, days: int, limit: int
) -> Sequence[Question]:
    """Questions that people in scope asked within so many days of their first one; the newest first."""
    first = col(Person.active_from)
    joined = session.execute(
        select_columns(col(Person.id), first).where(
            scope.clause(Person.id), first.is_not(None), first >= since.date() - dt.timedelta(days=days)
        )
    ).all()
    new = {row[0]: row[1] for row in joined}
    asked = session.exec(
        select(Question)
        .where(col(Question.person_id).in_(new), *_asked(since, until))
        .order_by(col(Question.asked_at).desc(), col(Question.id).desc())
        .limit(limit)
    ).all()
    return [one for one in asked if one.asked_at.date() - new[one.person_id] < dt.timedelta(days=days)]


def list_checks(session: Session, files: Collection[str] | None = None) -> Sequence[CardCheck]:
    """What people said of cards, the newest first; of these files, or of all."""
    query = select(CardCheck).order_by(col(CardCheck.checked_at).desc(), col(CardCheck.id).desc())
    if files is not None:
        query = query.where(col(CardCheck.file).in_(list(files)))
    return session.exec(query).all()


def get_written(session: Session, file: str) -> PlaybookCard | None:
    """The card of that file name that was written or dropped in the chat."""
    return session.exec(select(PlaybookCard).where(PlaybookCard.file == file)).first()


def list_written(session: Session) -> Sequence[PlaybookCard]:
    return session.exec(select(PlaybookCard).order_by(col(PlaybookCard.id))).all()


def list_to_post(session: Session) -> Sequence[Enquiry]:
    """Enquiries whose message is not owed yet."""
    return session.exec(select(Enquiry).where(col(Enquiry.posted).is_(False)).order_by(col(Enquiry.id))).all()


def get_enquiry_of(session: Session, ts: str) -> Enquiry | None:
    """The enquiry whose message stands under `ts`; people answer it in that thread."""
    message = session.exec(
        select(OutboxMessage).where(OutboxMessage.ts == ts, col(OutboxMessage.key).startswith(ENQUIRY)).limit(1)
    ).first()
    return session.get(Enquiry, int(message.key.removeprefix(ENQUIRY))) if message is not None else None
