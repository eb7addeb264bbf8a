"""What reached us from the chat, who is in its channels, what a thread is about, and changes that wait for a yes."""

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import Instant


class InboundEvent(SQLModel, table=True):
    """An event or a message that somebody has begun to work on. Its key is claimed before the work starts."""

    __tablename__ = "inbound_event"

    key: str = Field(primary_key=True)
    """"event:Ev…" for a delivery, "message:C…:ts" for what is answered once however often it arrives."""
    received_at: dt.datetime = Field(sa_type=Instant, index=True)


class Channel(SQLModel, table=True):
    """A channel of the chat and, since `refreshed_at`, who is in it; kept by the one process that can ask the chat."""

    __tablename__ = "channel"
    __table_args__ = (CheckConstraint("strangers >= 0", name="strangers"),)

    id: str = Field(primary_key=True)
    """Slack id."""
    name: str = Field(index=True)
    """Without the "#"."""
    strangers: int = 0
    """How many members are nobody we know: guests, people of other companies."""
    refreshed_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    """None while only its name is known."""


class ChannelMember(SQLModel, table=True):
    """A person who reads a channel."""

    __tablename__ = "channel_member"

    channel_id: str = Field(foreign_key="channel.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)


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
