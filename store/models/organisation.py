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


class RateKind(StrEnum):
    DAILY = "daily"
    PLAN = "plan"


class YearPattern(StrEnum):
    """How a fiscal year is cut into months: by calendar months, or into weeks, so many in each month of a quarter."""

    MONTHS = "months"
    WEEKS_445 = "445"
    WEEKS_454 = "454"
    WEEKS_544 = "544"


class YearStart(StrEnum):
    """Which day begins a fiscal year of weeks: the first day of a week nearest to the first of the start month, or the
    one after the last such day of the month before."""

    NEAREST = "nearest"
    LAST = "last"


class Organisation(SQLModel, table=True):
    """The company that uses this installation: exactly one row."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("fiscal_start_month BETWEEN 1 AND 12", name="fiscal_start_month"),
        one_of("fiscal_year_named_by", ("start", "end")),
        one_of("sharing", Sharing),
        one_of("year_pattern", YearPattern),
        one_of("year_start", YearStart),
        one_of("week_start", ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
        one_of("open_rates", RateKind),
        one_of("cards_by", ("rep", "manager", "admin")),
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
    year_pattern: str = YearPattern.MONTHS
    year_start: str = YearStart.NEAREST
    """For a year of weeks only, as is the next."""
    week_start: str = "mon"
    open_rates: str = RateKind.DAILY
    """At which rates everything that is open is brought into `currency`: today's, or the plan's."""
    working_days: str = "mon,tue,wed,thu,fri"
    sharing: str = Sharing.TEAM
    posts_amounts: bool = True
    """Whether win posts say for how much."""
    questions_channel: str = ""
    """Name of the channel where questions go that the knowledge base does not answer; none when empty."""
    cards_by: str = "manager"
    """From which role on people may put cards and files into the playbook."""
    owners_reminded: bool = True
    """Whether who answers for cards is sent every week, unasked, which are due and what was asked in vain."""
    progress_shared: bool = False
    """Whether managers see how far their new people are, where these have not said anything themselves."""

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The day that it is here at a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


class Region(SQLModel, table=True):
    """A part of the world with holidays of its own. People and teams name theirs; one that is not here has none."""

    __tablename__ = "region"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    country: str = ""
    """ISO 3166-1 code of the country whose public holidays it keeps; none when empty."""
    subdivision: str = ""
    """ISO 3166-2 code within the country, such as "CA" of the United States."""


class CalendarDay(SQLModel, table=True):
    """A day that differs from the weekly rule and the public holidays: one off, or a make-up working day."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("region", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    region: str = ""
    """Region it holds for; empty means every region."""
    day: dt.date
    works: bool = False
    name: str = ""


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
