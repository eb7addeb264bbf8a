"""Targets by month, and what people promise to bring: forecast submissions."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, currency_code, one_of
from store.models.opportunities import Category


class Metric(StrEnum):
    """What a target asks for. Money metrics have a currency; the others are counts."""

    BOOKED = "booked"
    MARGIN = "margin"
    COLLECTED = "collected"
    PIPELINE_CREATED = "pipeline_created"
    UNITS = "units"
    NEW_ACCOUNTS = "new_accounts"
    ACTIVITIES = "activities"

    @property
    def is_money(self) -> bool:
        return self in (Metric.BOOKED, Metric.MARGIN, Metric.COLLECTED, Metric.PIPELINE_CREATED)


class Level(StrEnum):
    """How ambitious a target is; attainment is against `target` unless another is named."""

    TARGET = "target"
    STRETCH = "stretch"
    CHALLENGE = "challenge"


OF_COMPANY = text("person_id IS NULL AND team_id IS NULL AND region = ''")
OF_REGION = text("region <> ''")


class Quota(SQLModel, table=True):
    """What a person, a team, a region or (without any) the company is asked to reach in a month.

    A change is a new version; the highest one counts.
    """

    __tablename__ = "quota"
    __table_args__ = (
        one_of("metric", Metric),
        one_of("level", Level),
        CheckConstraint(
            "(person_id IS NOT NULL AND team_id IS NULL AND region = '') OR (person_id IS NULL AND team_id IS NOT NULL"
            " AND region = '') OR (person_id IS NULL AND team_id IS NULL)",
            name="one_holder",
        ),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("ramp_percent BETWEEN 0 AND 100", name="ramp_percent"),
        currency_code(),
        UniqueConstraint("person_id", "metric", "level", "month", "version"),
        UniqueConstraint("team_id", "metric", "level", "month", "version"),
        Index(
            "uq_quota_region", "region", "metric", "level", "month", "version",
            unique=True, sqlite_where=OF_REGION, postgresql_where=OF_REGION,
        ),
        Index(
            "uq_quota_company", "metric", "level", "month", "version",
            unique=True, sqlite_where=OF_COMPANY, postgresql_where=OF_COMPANY,
        ),
        Index("ix_quota_month", "metric", "month"),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    team_id: int | None = Field(default=None, foreign_key="team.id")
    region: str = ""
    metric: str = Metric.BOOKED
    level: str = Level.TARGET
    month: dt.date
    """First day of the month."""
    amount_minor: int = Field(sa_type=BigInteger)
    """Minor units of `currency`, or the count itself where there is no currency: the full target, before ramp."""
    currency: str | None = None
    ramp_percent: int = 100
    """How much of it is asked of somebody who is still learning, in percent."""
    version: int = 1
    reason: str = ""
    recorded_at: dt.datetime = Field(sa_type=Instant)


class QuotaAcceptance(SQLModel, table=True):
    """The person has agreed to a version of their target."""

    __tablename__ = "quota_acceptance"

    id: int | None = Field(default=None, primary_key=True)
    quota_id: int = Field(foreign_key="quota.id", unique=True)
    person_id: int = Field(foreign_key="person.id")
    accepted_at: dt.datetime = Field(sa_type=Instant)


class ForecastSubmission(SQLModel, table=True):
    """What `author_id` says that `person_id` will bring in a period. Rows are only ever added: the newest by an author
    counts, and a manager's about somebody else (an override) stands beside that person's own."""

    __tablename__ = "forecast_submission"
    __table_args__ = (
        one_of("category", (Category.COMMIT, Category.BEST_CASE)),
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("period_end > period_start", name="period"),
        Index("ix_forecast_submission_period", "period_start", "period_end", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    author_id: int = Field(foreign_key="person.id")
    period_start: dt.date
    period_end: dt.date
    """The day after the last."""
    category: str = Category.COMMIT
    """What the amount is: the commit forecast (closed + commit), or the best case (and best case)."""
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    note: str = ""
    submitted_at: dt.datetime = Field(sa_type=Instant)
