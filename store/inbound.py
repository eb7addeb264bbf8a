"""What reached us from the chat: claimed before the work starts, so that it is done once however often it arrives."""

import datetime as dt
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from store.models import Conversation, InboundEvent


def add_claim(session: Session, key: str, at: dt.datetime) -> bool:
    """Claim `key` ("event:Ev…", "message:C…:ts"); False when somebody has claimed it before."""
    return _add(session, InboundEvent, {"key": key, "received_at": at})


def get_conversation(session: Session, key: str, person_id: int) -> Conversation | None:
    """What this person and we talk about in the thread `key`; None where they never asked us there."""
    return session.exec(
        select(Conversation).where(col(Conversation.key) == key, col(Conversation.person_id) == person_id)
    ).first()


def remove_claims(session: Session, before: dt.datetime) -> int:
    """Forget claims older than `before`, which nobody delivers again; returns how many."""
    result: Any = session.execute(delete(InboundEvent).where(col(InboundEvent.received_at) < before))
    return int(result.rowcount)


def _add(session: Session, model: type[SQLModel], values: dict[str, Any]) -> bool:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement: Any = dialect.insert(model).values(**values).on_conflict_do_nothing()
    result: Any = session.execute(statement)
    return bool(result.rowcount == 1)
