"""What a skill is: one declaration from which every face of it is derived."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from skills.answer import Answer
from skills.errors import NotAllowed
from skills.measures.calendar import FiscalCalendar, Weeks
from skills.measures.pacing import WEEKDAYS
from skills.text import Text, text
from store.models import Organisation, Person, Role, Source, YearPattern, YearStart
from store.money import Rates
from store.scope import Scope

if TYPE_CHECKING:
    from knowledge_base import KnowledgeBase


MOST_LISTED = 20_000
"""Rows of a complete list, about 100 MB while a file is made of them; more are asked for in parts."""


class SkillParams(BaseModel):
    """What a skill needs to know, in the words of the person; its descriptions are for people and models alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Effect(StrEnum):
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Example:
    """Something people say, and what they mean by it. The sentence route learns from these, and help shows them."""

    says: str
    params: SkillParams


def calendar_of(organisation: Organisation) -> FiscalCalendar:
    """How the organisation cuts time into years, quarters and months."""
    weeks = None
    if organisation.year_pattern != YearPattern.MONTHS:
        first, second, third = (int(count) for count in organisation.year_pattern)
        weeks = Weeks(
            (first, second, third),
            first_weekday=WEEKDAYS.index(organisation.week_start),
            nearest=organisation.year_start == YearStart.NEAREST,
        )
    return FiscalCalendar(
        organisation.fiscal_start_month, named_by_end=organisation.fiscal_year_named_by == "end", weeks=weeks
    )


@dataclass(frozen=True)
class Actor:
    """Who asks."""

    id: int
    name: str
    role: Role
    zone: str
    language: str = "en"


@dataclass(frozen=True)
class Audience:
    """Who will read the answer: the asker alone, or everybody in a channel, who may see `scope` in common."""

    channel: str = ""
    name: str = ""
    scope: Scope | None = None
    people: frozenset[int] | None = None
    """Who they are, where that is not to be read from what is kept of the channel."""

    @property
    def is_private(self) -> bool:
        return not self.channel


@dataclass(frozen=True)
class SkillContext:
    """Everything that a skill may use. There is nothing else: no globals, no other clock."""

    actor: Actor
    audience: Audience
    source: Source
    scope: Scope
    """Whose records may be shown here: the asker's rights within what the audience may see."""
    own_scope: Scope
    """Whose records the asker may read, wherever."""
    write_scope: Scope
    """Whose records the asker may change."""
    session: Session
    knowledge: "KnowledgeBase"
    now: dt.datetime
    organisation: Organisation
    skills: "Mapping[str, Skill]"
    complete: bool = False
    """Whether lists are wanted with all their rows, as for a file, and not the first ones that a message takes."""
    previous: str = ""
    """What the last report of the same schedule kept (`Answer.kept`); empty where there was none."""

    def listed(self, most: int) -> int:
        """How many rows a list may have here: `most` in a message, as good as all in a file."""
        return MOST_LISTED if self.complete else most

    @property
    def today(self) -> dt.date:
        """The day it is in the organisation's zone, in which periods and close dates are counted."""
        return self.organisation.day_of(self.now)

    @property
    def calendar(self) -> FiscalCalendar:
        return calendar_of(self.organisation)

    @cached_property
    def rates(self) -> Rates:
        return Rates.load(self.session, self.organisation.currency)

    def person(self) -> Person:
        person = self.session.get(Person, self.actor.id)
        if person is None:
            raise NotAllowed(text("I don't know you yet. Ask an administrator to add you."))
        return person


@dataclass(frozen=True)
class Skill:
    """One thing that the assistant can do.

    `run` turns parameters into a typed result, and `present` turns that into an answer. A writing skill's `run`
    returns a `Change` and has no `present`: preview, confirmation, undo and the reply are derived from the change.
    """

    name: str
    """Its command: one lower-case word."""
    summary: Text
    params: type[SkillParams]
    run: Callable[[SkillContext, Any], Any]
    present: Callable[[Any], Answer] | None = None
    needs: Role = Role.REP
    effect: Effect = Effect.READ
    schedulable: bool = False
    examples: tuple[Example, ...] = ()
    aliases: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    """Parameters that its form asks for, in order; empty when it has no form."""
    listed: bool = True
    """Whether help shows it."""
    note: Callable[[Session, Any], None] | None = None
    """Keeps that a reading skill was asked for, by its result; in a transaction of its own, once the answer is made."""

    def __post_init__(self) -> None:
        if (self.effect is Effect.WRITE) != (self.present is None):
            raise TypeError(f"{self.name}: a reading skill presents its result, a writing skill returns a Change")

    def validated(self, params: Mapping[str, Any]) -> SkillParams:
        """The parameters as a value; raises pydantic's `ValidationError`."""
        return self.params.model_validate(dict(params))
