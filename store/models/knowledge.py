"""What people ask the knowledge base and say about its answers, and the cards that they write for it."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, one_of


class Band(StrEnum):
    """How sure an answer was; "unknown" is none."""

    SURE = "sure"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """What was wrong with an answer."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    MISSING = "missing"


class Question(SQLModel, table=True):
    """A question that somebody asked on a day, with the card that answered it, and whether that helped."""

    __tablename__ = "question"
    __table_args__ = (
        one_of("band", Band),
        CheckConstraint("reason IN ('', 'wrong', 'outdated', 'unclear', 'missing')", name="reason"),
        CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence"),
        Index("ix_question_asked_at", "asked_at"),
        Index("ix_question_file", "file"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """The same words of the same person on the same day are one question."""
    asked_at: dt.datetime = Field(sa_type=Instant)
    person_id: int = Field(foreign_key="person.id")
    channel: str = ""
    """Slack id of the channel; empty for a private question."""
    words: str
    band: str
    file: str = ""
    """The card that was quoted, or the nearest one where nothing was."""
    section: str = ""
    confidence: int = 0
    """Percent."""
    helpful: bool | None = None
    reason: str = ""
    version: int = 1


class CardCheck(SQLModel, table=True):
    """Somebody read a card on a day and said that it is still true, or that it is out of date.

    It holds for the content that they read: of another `content_hash` nobody has said anything.
    """

    __tablename__ = "card_check"
    __table_args__ = (Index("ix_card_check_file", "file", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    file: str
    content_hash: str
    person_id: int = Field(foreign_key="person.id")
    day: dt.date
    holds: bool
    reason: str = ""
    checked_at: dt.datetime = Field(sa_type=Instant)


class Enquiry(SQLModel, table=True):
    """A question that is put to a person or a channel, and what somebody answered in its thread."""

    __tablename__ = "enquiry"

    id: int | None = Field(default=None, primary_key=True)
    words: str
    asker_id: int = Field(foreign_key="person.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    """Who is asked; nobody in particular where it goes to a channel."""
    channel: str = ""
    """Slack id of the channel; empty for a direct message to the person."""
    asked_at: dt.datetime = Field(sa_type=Instant)
    posted: bool = False
    """Whether the message that asks is owed to the chat, as "enquiry:<id>" in the outbox."""
    answer: str = ""
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    answered_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    version: int = 1


class PlaybookCard(SQLModel, table=True):
    """A card that was written, or a file that was dropped, in the chat: what shall stand in the playbook.

    The process that owns the index brings the playbook to that, and keeps with it which versions stand there.
    """

    __tablename__ = "playbook_card"
    __table_args__ = (CheckConstraint("(content = '') <> (upload = '')", name="one_source"),)

    id: int | None = Field(default=None, primary_key=True)
    file: str = Field(unique=True)
    """Name in the playbook."""
    title: str
    content: str = ""
    """The whole Markdown of a written card."""
    upload: str = ""
    """Name of a dropped file where uploads are kept until they are published."""
    card: str = "{}"
    """JSON of what the card says of itself."""
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    author_id: int = Field(foreign_key="person.id")
    enquiry_id: int | None = Field(default=None, foreign_key="enquiry.id")
    """The question in the chat whose answer it is."""
    saved_at: dt.datetime = Field(sa_type=Instant)
    removed: bool = False
    version: int = 1
