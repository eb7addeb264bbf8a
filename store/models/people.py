"""People and their teams."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint
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
    version: int = 1

    def is_active(self, on: dt.date) -> bool:
        return (self.active_from is None or self.active_from <= on) and (self.active_to is None or on <= self.active_to)
