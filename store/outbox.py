"""Messages that are owed: added once under their key, claimed before they are sent, marked after."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from store.models import Delivery, OutboxMessage, ReportUse
from store.scope import Scope


def add_message(
    session: Session,
    key: str,
    *,
    answer: str,
    kept: str = "",
    due_at: dt.datetime,
    person_id: int | None = None,
    channel: str = "",
    schedule_id: int | None = None,
    not_before: dt.datetime | None = None,
) -> bool:
    """Owe one message; False when it is owed already.

    `answer` is the answer's JSON, `kept` what the next report of the same schedule compares itself with. Without
    `channel` it goes to `person_id` as a direct message.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement: Any = (
        dialect.insert(OutboxMessage)
        .values(
            key=key,
            schedule_id=schedule_id,
            person_id=person_id,
            channel=channel,
            answer=answer,
            kept=kept,
            status=Delivery.WAITING,
            attempts=0,
            due_at=due_at,
            not_before=not_before or due_at,
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
    result: Any = session.execute(statement)
    return bool(result.rowcount == 1)


def get_last_kept(session: Session, schedule_id: int) -> str:
    """What the newest report of this schedule kept that was made and not given up; empty where there is none."""
    found = session.exec(
        select(OutboxMessage.kept)
        .where(
            OutboxMessage.schedule_id == schedule_id,
            OutboxMessage.kept != "",
            OutboxMessage.status != Delivery.FAILED,
        )
        .order_by(col(OutboxMessage.due_at).desc(), col(OutboxMessage.id).desc())
        .limit(1)
    ).first()
    return found or ""


def get_delivered(session: Session, channel: str, ts: str, key: str = "") -> OutboxMessage | None:
    """The message that stands in `channel` under `ts`; `key` is what the posted message says of itself, if anything.

    A direct message has no channel in the outbox: there its `ts` alone tells it.
    """
    if key:
        named = session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).first()
        return named if named is not None and named.ts == ts else None
    posted = session.exec(select(OutboxMessage).where(OutboxMessage.ts == ts).limit(20)).all()
    return next((row for row in posted if row.channel == channel or not row.channel or row.channel[0] == "#"), None)


def add_use(session: Session, message: OutboxMessage, person_id: int | None, skill: str, at: dt.datetime) -> None:
    """Somebody pressed a button of it."""
    session.add(ReportUse(outbox_id=message.id or 0, person_id=person_id, skill=skill, at=at))


def get_last_posted(session: Session, begins: str, *, channel: str, person_id: int, before: dt.datetime) -> str:
    """What the newest report kept that stands in a channel (or, without one, in the person's direct messages), of
    those whose kept text begins so; empty where there is none."""
    conditions: list[Any] = [
        col(OutboxMessage.kept).startswith(begins, autoescape=True),
        OutboxMessage.channel == channel,
        OutboxMessage.status == Delivery.SENT,
        OutboxMessage.due_at < before,
    ]
    if not channel:
        conditions.append(OutboxMessage.person_id == person_id)
    newest = (col(OutboxMessage.due_at).desc(), col(OutboxMessage.id).desc())
    return session.exec(select(OutboxMessage.kept).where(*conditions).order_by(*newest).limit(1)).first() or ""


def has_messages(session: Session, schedule_id: int) -> bool:
    """Whether a schedule has ever put anything here."""
    return (
        session.exec(select(OutboxMessage.id).where(OutboxMessage.schedule_id == schedule_id).limit(1)).first()
        is not None
    )


def is_unused(session: Session, schedule_id: int, channel: str, *, times: int) -> bool:
    """Whether the reports of a schedule were delivered to this place so many times, and nobody ever pressed a button
    of any of them."""
    mine = (OutboxMessage.schedule_id == schedule_id, OutboxMessage.channel == channel)
    used = select(ReportUse.id).join(OutboxMessage, col(OutboxMessage.id) == col(ReportUse.outbox_id)).where(*mine)
    if session.exec(used.limit(1)).first() is not None:
        return False
    sent = select(OutboxMessage.id).where(*mine, OutboxMessage.status == Delivery.SENT)
    return len(session.exec(sent.limit(times)).all()) == times


def is_owed(session: Session, key: str, *, prefix: bool = False) -> bool:
    """Whether there is a message under this key (or one that begins so) that was not given up."""
    named = col(OutboxMessage.key).startswith(key, autoescape=True) if prefix else col(OutboxMessage.key) == key
    conditions = (named, col(OutboxMessage.status) != Delivery.FAILED)
    return session.exec(select(OutboxMessage.id).where(*conditions).limit(1)).first() is not None


def get_last_channel(session: Session, scope: Scope, begins: str, person_id: int) -> str:
    """Where the newest message went whose key begins so: the person's own, or else that of anybody in scope; empty
    without any."""
    query = select(OutboxMessage.channel).where(
        scope.clause(OutboxMessage.person_id),
        col(OutboxMessage.key).startswith(begins, autoescape=True),
        OutboxMessage.channel != "",
    )
    newest = query.order_by(col(OutboxMessage.id).desc()).limit(1)
    own = session.exec(newest.where(OutboxMessage.person_id == person_id)).first()
    return own or session.exec(newest).first() or ""


def list_due(session: Session, now: dt.datetime, *, limit: int = 20) -> Sequence[OutboxMessage]:
    """Messages that may be sent now, the longest owed first."""
    return session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.status == Delivery.WAITING, OutboxMessage.not_before <= now)
        .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
        .limit(limit)
    ).all()


def list_abandoned(session: Session, claimed_before: dt.datetime) -> Sequence[OutboxMessage]:
    """Messages that somebody began to send and never marked: their sender must have ended in between."""
    return session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.status == Delivery.SENDING, col(OutboxMessage.claimed_at) < claimed_before)
        .order_by(col(OutboxMessage.id))
    ).all()


def mark_sending(session: Session, message: OutboxMessage, now: dt.datetime) -> bool:
    """Claim a waiting message; False when another process got there first."""
    return _mark(
        session,
        message,
        Delivery.WAITING,
        status=Delivery.SENDING,
        claimed_at=now,
        attempts=col(OutboxMessage.attempts) + 1,
    )


def mark_reclaimed(session: Session, message: OutboxMessage, now: dt.datetime) -> bool:
    """Take over an abandoned message; False when another process got there first."""
    return _mark(session, message, Delivery.SENDING, claimed_at=now)


def mark_sent(session: Session, message: OutboxMessage, ts: str, now: dt.datetime) -> bool:
    """It stands in the channel, under `ts`."""
    return _mark(session, message, Delivery.SENDING, status=Delivery.SENT, ts=ts, sent_at=now, error=None)


def mark_waiting(session: Session, message: OutboxMessage, not_before: dt.datetime, error: str = "") -> bool:
    """It was not sent; try again from `not_before` on."""
    return _mark(
        session,
        message,
        Delivery.SENDING,
        status=Delivery.WAITING,
        not_before=not_before,
        claimed_at=None,
        error=error or None,
    )


def mark_failed(session: Session, message: OutboxMessage, error: str) -> bool:
    """It will never be sent."""
    return _mark(session, message, Delivery.SENDING, status=Delivery.FAILED, claimed_at=None, error=error)


def _mark(session: Session, message: OutboxMessage, was: Delivery, **values: Any) -> bool:
    """Change the row if it still is in the state (and the hands) that we saw."""
    statement = update(OutboxMessage).where(
        col(OutboxMessage.id) == message.id,
        col(OutboxMessage.status) == was,
        col(OutboxMessage.claimed_at).is_(message.claimed_at)
        if message.claimed_at is None
        else col(OutboxMessage.claimed_at) == message.claimed_at,
    )
    result: Any = session.execute(statement.values(**values).execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)
