"""The organisation itself, its working calendar and its exchange rates."""

import datetime as dt
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import currency_code, one_of


class Sharing(StrEnum):
    """Whose records a rep may read. Writing is always limited to one's own and one's reports'."""

    PRIVATE = "private"
    TEAM = "team"
    OPEN = "open"


class Organisation(SQLModel, table=True):
    """The company that uses this installation: exactly one row."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("fiscal_start_month BETWEEN 1 AND 12", name="fiscal_start_month"),
        one_of("fiscal_year_named_by", ("start", "end")),
        one_of("sharing", Sharing),
        currency_code(),
    )

    id: int = Field(default=1, primary_key=True)
    name: str
    zone: str = "UTC"
    """IANA zone in which days, months and quarters begin."""
    currency: str = "USD"
    """ISO 4217 code in which totals across currencies are given."""
    fiscal_start_month: int = 1
    fiscal_year_named_by: str = "end"
    working_days: str = "mon,tue,wed,thu,fri"
    sharing: str = Sharing.TEAM

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The day that it is here at a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


class CalendarDay(SQLModel, table=True):
    """A day that differs from the weekly rule: a holiday, or a make-up working day."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("region", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    region: str = ""
    """Region it holds for; empty means every region."""
    day: dt.date
    works: bool = False
    name: str = ""


class RateKind(StrEnum):
    DAILY = "daily"
    PLAN = "plan"


class ExchangeRate(SQLModel, table=True):
    """Units of the organisation's currency for one unit of `currency`, from `valid_from` until the next row."""

    __tablename__ = "exchange_rate"
    __table_args__ = (UniqueConstraint("currency", "kind", "valid_from"), one_of("kind", RateKind), currency_code())

    id: int | None = Field(default=None, primary_key=True)
    currency: str
    kind: str = RateKind.DAILY
    valid_from: dt.date
    rate: str
    """A decimal number as text: a binary float would not keep it exactly."""
