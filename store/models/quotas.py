"""Targets by month."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, currency_code


class Quota(SQLModel, table=True):
    """What a person or a team is asked to reach in a month. A change is a new version; the highest one counts."""

    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="one_holder"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        currency_code(),
        UniqueConstraint("person_id", "metric", "month", "version"),
        UniqueConstraint("team_id", "metric", "month", "version"),
        Index("ix_quota_month", "metric", "month"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    metric: str = "booked"
    month: dt.date
    """First day of the month."""
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    version: int = 1
    reason: str = ""
    recorded_at: dt.datetime = Field(sa_type=Instant)
