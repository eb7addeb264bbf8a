"""Scheduled reports, and what waits to be delivered."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, one_of


class ScheduleStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DELETED = "deleted"


class ReportSchedule(SQLModel, table=True):
    """Run `skill` with `params` as `owner_id` at a wall-clock time, and post the answer."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        one_of("status", ScheduleStatus),
        CheckConstraint("month_day IS NULL OR month_day BETWEEN 1 AND 31", name="month_day"),
        CheckConstraint("(month_day IS NULL) <> (weekdays = '')", name="one_rhythm"),
    )

    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="person.id", index=True)
    skill: str
    params: str = "{}"
    channel: str = ""
    """Slack id of the channel; empty means a direct message to the owner."""
    channel_name: str = ""
    weekdays: str = ""
    """Comma-separated "mon" … "sun"; empty for a monthly report."""
    month_day: int | None = None
    """Day of the month; the last day where a month is shorter."""
    at: str
    """Wall-clock time "HH:MM" in `zone`."""
    zone: str
    working_days_only: bool = False
    """Whether it stays away on days that are none of work where its owner is."""
    asked_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    """When it was asked for beside its rhythm; empty once that is done."""
    status: str = ScheduleStatus.ACTIVE
    created_at: dt.datetime = Field(sa_type=Instant)
    covered_until: dt.datetime = Field(sa_type=Instant)
    """Every due moment up to here has been put into the outbox or was let go."""
    version: int = 1


class Delivery(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class OutboxMessage(SQLModel, table=True):
    """One message to one place, owed since `due_at`. `key` makes sure that it is owed once."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("status", Delivery),
        Index("ix_outbox_status", "status", "not_before"),
        Index("ix_outbox_ts", "ts"),
        Index("ix_outbox_schedule", "schedule_id", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Schedule, local date and recipient."""
    schedule_id: int | None = Field(default=None, foreign_key="report_schedule.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    """Whom it is for, or on whose behalf it is posted."""
    channel: str = ""
    """Slack id of the channel; empty means a direct message to the person."""
    answer: str
    """JSON of the answer, without any Slack in it."""
    kept: str = ""
    """JSON that the next report of its kind compares itself with, such as the places of a leaderboard."""
    status: str = Delivery.WAITING
    attempts: int = 0
    due_at: dt.datetime = Field(sa_type=Instant)
    not_before: dt.datetime = Field(sa_type=Instant)
    claimed_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    sent_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    ts: str | None = None
    """Slack's name of the posted message."""
    error: str | None = None


class ReportUse(SQLModel, table=True):
    """Somebody pressed a button of a report that was delivered."""

    __tablename__ = "report_use"

    id: int | None = Field(default=None, primary_key=True)
    outbox_id: int = Field(foreign_key="outbox.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    skill: str
    at: dt.datetime = Field(sa_type=Instant)
