"""People and their teams."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from store.models.columns import one_of


class Role(StrEnum):
    """What somebody may do; each role includes the ones before it."""

    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Team(SQLModel, table=True):
    __tablename__ = "team"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    region: str = ""


class Person(SQLModel, table=True):
    """Somebody of the sales organisation; a leaver keeps the row, with `active_to` set."""

    __tablename__ = "person"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("manager_id <> id", name="manager_is_another"),
        CheckConstraint("(quiet_from = '') = (quiet_until = '')", name="quiet"),
        CheckConstraint("active_to IS NULL OR active_from IS NULL OR active_to >= active_from", name="active"),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    name: str = Field(index=True)
    email: str | None = Field(default=None, unique=True)
    slack_id: str | None = Field(default=None, unique=True)
    role: str = Role.REP
    title: str = ""
    manager_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    region: str = ""
    zone: str | None = None
    """IANA zone; the organisation's when empty."""
    locale: str = ""
    """Language of replies ("en", "zh"); follows the language they write in when empty."""
    active_from: dt.date | None = None
    active_to: dt.date | None = None
    """Last day in the organisation."""
    on_boards: bool = True
    """Whether leaderboards that others see may name them."""
    guided: bool | None = None
    """Whether answers teach as well (new-hire mode); nothing said: during their first 90 days."""
    shares_progress: bool | None = None
    """Whether their manager may see how far they are as a new hire; nothing said: as the organisation has it."""
    quiet_from: str = ""
    """Wall-clock time "HH:MM" from which no report comes by itself, until `quiet_until`; none when empty."""
    quiet_until: str = ""
    version: int = 1

    def is_active(self, on: dt.date) -> bool:
        return (self.active_from is None or self.active_from <= on) and (self.active_to is None or on <= self.active_to)


class Leave(SQLModel, table=True):
    """Days from `first_day` to `last_day`, both included, on which somebody is away; their quota shrinks by them."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days"),
        Index("ix_leave_days", "person_id", "first_day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    person_id: int = Field(foreign_key="person.id")
    first_day: dt.date
    last_day: dt.date
    kind: str = ""
    version: int = 1
