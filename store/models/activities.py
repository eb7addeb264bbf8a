"""What was done with a customer."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, one_of


class ActivityKind(StrEnum):
    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    DEMO = "demo"
    NOTE = "note"


class Direction(StrEnum):
    INBOUND = "in"
    OUTBOUND = "out"
    BOTH = "both"


class Activity(SQLModel, table=True):
    __tablename__ = "activity"
    __table_args__ = (
        one_of("kind", ActivityKind),
        CheckConstraint("direction IS NULL OR direction IN ('in', 'out', 'both')", name="direction"),
        CheckConstraint("duration_minutes IS NULL OR duration_minutes >= 0", name="duration"),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    kind: str
    direction: str | None = None
    occurred_at: dt.datetime = Field(sa_type=Instant, index=True)
    duration_minutes: int | None = None
    outcome: str = ""
    note: str = ""
    person_id: int = Field(foreign_key="person.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id", index=True)
    version: int = 1
