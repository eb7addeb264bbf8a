"""What people say a period will bring: their own calls, and what their managers say instead (domain 3.5).

Nothing is ever overwritten: the newest call of an author counts, and an override stands beside the person's own.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skills.contract import SkillContext
from skills.measures.calendar import Period
from store.forecasts import list_calls
from store.models import ForecastSubmission, Person
from store.money import Money
from store.people import list_people
from store.scope import Scope


@dataclass(frozen=True)
class Call:
    """An amount that somebody stands for; it includes what is won already."""

    person_id: int
    author_id: int
    category: str
    money: Money
    note: str
    at: dt.datetime


@dataclass(frozen=True)
class Calls:
    """By person and category, newest first."""

    own: Mapping[tuple[int, str], tuple[Call, ...]]
    overrides: Mapping[tuple[int, str], tuple[Call, ...]]

    def newest(self, person_id: int, category: str) -> Call | None:
        return next(iter(self.own.get((person_id, category), ())), None)

    def override(self, person_id: int, category: str) -> Call | None:
        return next(iter(self.overrides.get((person_id, category), ())), None)


def get_calls(
    context: SkillContext, scope: Scope, period: Period, *, places: int = 2, before: dt.datetime | None = None
) -> Calls:
    """The newest calls for a period about the people in scope; overrides only where the asker may know of them."""
    own: dict[tuple[int, str], list[Call]] = {}
    overrides: dict[tuple[int, str], list[Call]] = {}
    for row in list_calls(context.session, scope, period.start, period.end, before=before, places=places):
        call = _call(row)
        key = (call.person_id, call.category)
        if call.author_id == call.person_id:
            own.setdefault(key, []).append(call)
        elif may_know_override(context, call):
            overrides.setdefault(key, []).append(call)
    return Calls(
        {key: tuple(calls) for key, calls in own.items()}, {key: tuple(calls) for key, calls in overrides.items()}
    )


def _call(row: ForecastSubmission) -> Call:
    money = Money(row.amount_minor, row.currency)
    return Call(row.person_id, row.author_id, row.category, money, row.note, row.submitted_at)


def may_know_override(context: SkillContext, call: Call) -> bool:
    """A judgement of somebody's own word is between its author and those above: never theirs, never a channel's."""
    if not context.audience.is_private:
        return False
    return call.author_id == context.actor.id or (
        call.person_id != context.actor.id and context.write_scope.allows(call.person_id)
    )


def list_heads(people: Iterable[Person]) -> frozenset[int]:
    """Those among the people who have others of them below: their own call is their team's number."""
    listed = list(people)
    known = {person.id for person in listed}
    return frozenset(
        person.manager_id for person in listed if person.manager_id is not None and person.manager_id in known
    )


def list_below(people: Iterable[Person]) -> dict[int, frozenset[int]]:
    """For each of the heads, everybody below among these people, however deep."""
    reports: dict[int, list[int]] = {}
    listed = list(people)
    for person in listed:
        if person.manager_id is not None and person.id is not None:
            reports.setdefault(person.manager_id, []).append(person.id)
    found = {}
    for head in list_heads(listed):
        below: set[int] = set()
        waiting = list(reports.get(head, ()))
        while waiting:
            number = waiting.pop()
            if number not in below:
                below.add(number)
                waiting += reports.get(number, ())
        found[head] = frozenset(below)
    return found


def list_population(context: SkillContext, scope: Scope) -> dict[int, Person]:
    """The people in scope by id, leavers too: what they have won stays."""
    return {person.id: person for person in list_people(context.session, scope) if person.id is not None}
