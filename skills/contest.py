"""Who takes part in a leaderboard, and what each did in the period: people, or teams as sums of their people."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from skills.achievements import Achievement, Rule, count_achievements
from skills.contract import SkillContext
from skills.measures.calendar import Period
from skills.text import Text, text
from skills.wording import no_rate
from store.models import Person
from store.money import Money, rounded
from store.opportunities import By, sum_booked
from store.people import list_people, list_teams
from store.scope import Scope

Metric = Literal["booked", "attainment", "deals"]


@dataclass(frozen=True)
class Entrant:
    """One person or team."""

    name: str
    people: frozenset[int]
    achievement: Achievement
    apart: Text | None
    """Why it is not ranked."""
    has_left: bool = False

    def score(self, metric: Metric) -> Fraction:
        """What it is ranked by: exact minor units, a ratio, or a count."""
        match metric:
            case "booked":
                return self.achievement.credited
            case "attainment":
                return self.achievement.attainment or Fraction(0)
            case "deals":
                return Fraction(self.achievement.deals)


@dataclass(frozen=True)
class Contest:
    """All who take part, by the id of the person or team. Amounts are exact, in minor units of `currency`."""

    currency: str
    rule: Rule
    entrants: Mapping[int, Entrant]
    without_team: Entrant | None = None
    """The people of no team, where teams are compared."""

    def money(self, minor: Fraction) -> Money:
        return Money(rounded(minor), self.currency)


def get_contest(
    context: SkillContext, scope: Scope, period: Period, metric: Metric, by: Literal["rep", "team"]
) -> Contest:
    """Everybody who won something, also those who have left since; by attainment also everybody with a quota."""
    currency, rule, people = context.organisation.currency, Rule.BOOKING, {}
    if metric == "attainment":
        counted = count_achievements(context, scope, period)
        currency, rule, people, achieved = counted.currency, counted.rule, counted.people, counted.by_person
    else:
        achieved = _count_booked(context, scope, period)
        people = {one.id: one for one in list_people(context.session, Scope.of(achieved)) if one.id is not None}
    if by == "team":
        teams = _sum_teams(context, achieved, people, metric)
        without_team = teams.pop(None, None)
        return Contest(currency, rule, {key: team for key, team in teams.items() if key is not None}, without_team)
    entrants = {
        person_id: _entrant(context, person_id, people.get(person_id), achievement, metric)
        for person_id, achievement in achieved.items()
    }
    return Contest(currency, rule, entrants)


def _count_booked(context: SkillContext, scope: Scope, period: Period) -> dict[int, Achievement]:
    achieved: dict[int, Achievement] = {}
    for row in sum_booked(context.session, scope, period.start, period.end, by=By.OWNER):
        achievement = achieved.setdefault(row.key or 0, Achievement())
        achievement.credited += row.booked_minor
        achievement.deals += row.count
        if row.converted < row.priced:
            achievement.missing.add(row.currency)
    return achieved


def _entrant(
    context: SkillContext, person_id: int, person: Person | None, achievement: Achievement, metric: Metric
) -> Entrant:
    has_left = person is not None and person.active_to is not None and person.active_to < context.today
    name = person.name if person else "?"
    return Entrant(name, frozenset({person_id}), achievement, _why_apart(achievement, metric), has_left)


def _sum_teams(
    context: SkillContext, achieved: Mapping[int, Achievement], people: Mapping[int, Person], metric: Metric
) -> dict[int | None, Entrant]:
    names = {team.id: team.name for team in list_teams(context.session)}
    members: dict[int | None, list[int]] = defaultdict(list)
    for person_id in achieved:
        members[people[person_id].team_id if person_id in people else None].append(person_id)
    teams: dict[int | None, Entrant] = {}
    for team_id, ids in members.items():
        total = Achievement()
        for person_id in ids:
            total.add(achieved[person_id])
        teams[team_id] = Entrant(names.get(team_id, "?"), frozenset(ids), total, _why_apart(total, metric))
    return teams


def _why_apart(achievement: Achievement, metric: Metric) -> Text | None:
    if metric == "deals":
        return None
    if achievement.missing:
        return no_rate(achievement.missing)
    if metric == "booked":
        return None
    if achievement.ramping:
        return text("ramping")
    return text("no quota") if achievement.attainment is None else None
