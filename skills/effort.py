"""What people did in a period and what came of it, person by person and together (domain 3.14)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from skills.contract import SkillContext
from skills.cycles import trailing_year
from skills.measures.activity import Effort, Timed, add_time, medians
from skills.measures.calendar import Period
from skills.measures.concentration import abc_class, concentration
from skills.population import Population
from skills.revenue import sum_by_key
from skills.text import Text
from skills.working_days import Calendars
from store.efforts import Window, count_accounts, count_bulk, count_efforts, count_time, list_owned
from store.models import ActivityKind, Person, Role
from store.people import list_people
from store.revenue import sum_revenue
from store.scope import Scope
from store.segment import By, Segment

NOT_BOUGHT = ""
"""The class of accounts that have bought nothing in the twelve months."""


@dataclass(frozen=True)
class Coverage:
    """Of the accounts of one class that people own, how many had an activity."""

    owned: int = 0
    reached: int = 0


@dataclass(frozen=True)
class Efforts:
    people: Mapping[int, Person]
    by_person: Mapping[int, Effort]
    """Everybody who did something, and every rep who was there."""
    total: Effort
    coverage: Mapping[str, Coverage]
    """By class A, B, C, or `NOT_BOUGHT`."""
    last: dt.date
    """The last day that counts: the last of the period, or today."""
    doubts: tuple[Text, ...]


def count_all(context: SkillContext, population: Population, period: Period, kind: ActivityKind) -> Efforts:
    """The activities of the people from the start of the period up to now; today counts as a whole day."""
    session, scope = context.session, population.scope
    end = max(period.start, min(period.end, context.today + dt.timedelta(days=1)))
    window = Window(scope, period.start, end, context.organisation.zone)
    efforts: dict[int, Effort] = {}

    def of(person_id: int) -> Effort:
        return efforts.setdefault(person_id, Effort())

    for row in count_efforts(session, window):
        effort = of(row.person_id)
        effort.counts[row.kind] = row.count
        effort.dials += row.dials
        effort.connects += row.connects
        effort.unknown += row.unknown
        effort.duplicates += row.duplicates
    timed = [Timed(row.person_id, row.kind, row.minutes, row.is_new, row.count) for row in count_time(session, window)]
    usual = medians(timed)
    for one in timed:
        add_time(of(one.person_id), one, usual)
    for person_id, count in count_bulk(session, window).items():
        of(person_id).bulk = count
    for won in sum_revenue(session, Segment(scope), period.start, end, By.OWNER):
        effort = of(won.key) if isinstance(won.key, int) else Effort()
        effort.deals += won.count
        effort.value += won.booked_minor
        effort.unconverted += won.priced - won.converted
    people, doubts = _add_days(context, scope, window, efforts)
    total = Effort()
    for effort in efforts.values():
        total.add(effort)
    accounts = count_accounts(session, window, kind)
    for person_id, effort in efforts.items():
        effort.accounts = accounts.get(person_id, 0)
    total.accounts = accounts.get(None, 0)
    coverage = _coverage(context, window, kind)
    return Efforts(people, efforts, total, coverage, end - dt.timedelta(days=1), doubts)


def _add_days(
    context: SkillContext, scope: Scope, window: Window, efforts: dict[int, Effort]
) -> tuple[dict[int, Person], tuple[Text, ...]]:
    """Gives everybody their working days, and reps who did nothing a row of their own."""
    calendars = Calendars(context, window.start, window.end, scope)
    people: dict[int, Person] = {}
    for person in list_people(context.session, scope):
        start = max(window.start, person.active_from or window.start)
        end = min(window.end, person.active_to + dt.timedelta(days=1) if person.active_to else window.end)
        person_id = person.id or 0
        if person_id not in efforts and (person.role != Role.REP or start >= end):
            continue
        people[person_id] = person
        effort = efforts.setdefault(person_id, Effort())
        effort.days = calendars.of_person(person).count(start, end)
    return people, calendars.warnings


def _coverage(context: SkillContext, window: Window, kind: ActivityKind) -> dict[str, Coverage]:
    """Accounts that the people own, by the class that they have in the whole company over the last twelve months."""
    year = trailing_year(context.today + dt.timedelta(days=1))
    revenue = sum_by_key(context, Segment(Scope.everybody()), year, By.ACCOUNT).totals
    found = concentration(list(revenue.values()))
    grades = {}
    if found is not None:
        ranked = sorted(revenue, key=lambda key: (-revenue[key], str(key).zfill(20)))
        grades = {key: abc_class(rank, found) for rank, key in enumerate(ranked, 1) if revenue[key]}
    owned: dict[str, int] = {}
    reached: dict[str, int] = {}
    for account_id, was_reached in list_owned(context.session, window, kind):
        grade = grades.get(account_id, NOT_BOUGHT)
        owned[grade] = owned.get(grade, 0) + 1
        reached[grade] = reached.get(grade, 0) + was_reached
    return {grade: Coverage(owned[grade], reached[grade]) for grade in sorted(owned, key=lambda grade: grade or "z")}
