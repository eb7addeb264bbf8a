"""What reached us from the chat, what a thread is about, and changes that wait for a yes."""

import datetime as dt

from sqlmodel import Field, SQLModel

from store.models.columns import Instant


class InboundEvent(SQLModel, table=True):
    """An event or a message that somebody has begun to work on. Its key is claimed before the work starts."""

    __tablename__ = "inbound_event"

    key: str = Field(primary_key=True)
    """"event:Ev…" for a delivery, "message:C…:ts" for what is answered once however often it arrives."""
    received_at: dt.datetime = Field(sa_type=Instant, index=True)


class Conversation(SQLModel, table=True):
    """What a thread is about, so that "move it to Proposal" has a meaning there."""

    __tablename__ = "conversation"

    key: str = Field(primary_key=True)
    """Channel and thread."""
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    state: str = "{}"
    """JSON kept by `bot.understanding.conversation`."""
    updated_at: dt.datetime = Field(sa_type=Instant)


class PendingChange(SQLModel, table=True):
    """A change that was shown and waits for its owner's yes. The token works once."""

    __tablename__ = "pending_change"

    token: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    skill: str
    change: str
    """JSON of the change."""
    created_at: dt.datetime = Field(sa_type=Instant)
    expires_at: dt.datetime = Field(sa_type=Instant)
    used_at: dt.datetime | None = Field(default=None, sa_type=Instant)
