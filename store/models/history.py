"""What was true before: the append-only change log, nightly snapshots, and who asked for what."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, one_of


class Source(StrEnum):
    """Through which door a change or a question came."""

    COMMAND = "command"
    SENTENCE = "sentence"
    MODEL = "model"
    BUTTON = "button"
    FORM = "form"
    SCHEDULE = "schedule"
    IMPORT = "import"
    DEMO = "demo"


IS_STAGE_ENTRY = text("record_kind = 'opportunity' AND field = 'stage_id' AND undoes IS NULL")
"""The condition of an index has to stand in a query as it is, without parameters, for the index to be used."""


class ChangeEntry(SQLModel, table=True):
    """One field of one record, before and after. Rows are only ever added."""

    __tablename__ = "change_log"
    __table_args__ = (
        one_of("source", Source),
        Index("ix_change_log_record", "record_kind", "record_id", "id"),
        # What was true at a moment, and what changed since, is found in this index alone.
        Index("ix_change_log_moment", "record_kind", "recorded_at", "field", "record_id"),
        # Every opportunity's way through the stages in its order, from this index alone: SQLite reads the columns of
        # the condition too.
        Index(
            "ix_change_log_stage",
            "record_id",
            "effective_on",
            "id",
            "new",
            "record_kind",
            "field",
            "undoes",
            sqlite_where=IS_STAGE_ENTRY,
            postgresql_where=IS_STAGE_ENTRY,
        ),
        Index("ix_change_log_field", "record_kind", "field", "effective_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    change_id: str = Field(index=True)
    """Shared by all entries that were made together, and undone together."""
    record_kind: str
    record_id: int
    version: int
    """Version of the record after this change."""
    field: str
    old: str | None = None
    """JSON of the value before; null when there was none."""
    new: str | None = None
    reason: str = ""
    source: str
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    recorded_at: dt.datetime = Field(sa_type=Instant)
    effective_on: dt.date
    """Day from which it held in the world; earlier than `recorded_at` for imported history."""
    undoes: str | None = Field(default=None, index=True)
    """`change_id` that this one takes back."""


class Snapshot(SQLModel, table=True):
    """An open opportunity as it stood at the end of a day."""

    __tablename__ = "snapshot"

    taken_on: dt.date = Field(primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", primary_key=True)
    owner_id: int = Field(foreign_key="person.id")
    stage_id: int = Field(foreign_key="stage.id")
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str
    expected_close: dt.date | None = None
    category: str


class AuditEvent(SQLModel, table=True):
    """One use of one skill: who, what, how it ended and how long it took."""

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(sa_type=Instant, index=True)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    source: str
    skill: str
    params: str
    """JSON as understood; free text of notes is left out."""
    status: str
    took_ms: int
