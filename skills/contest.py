"""Who takes part in a leaderboard, and what each did in the period: people, or teams as sums of their people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator

from skills.achievements import Achievement, count_achievements, tally
from skills.closing import get_previous
from skills.contract import SkillContext
from skills.conversion import Conversion
from skills.counted import Counted, get_counted
from skills.measures.calendar import Period
from skills.metrics import UNKNOWN, Unit, named_metric
from skills.text import Text, text
from skills.wording import no_rate
from store.credits import sum_credited
from store.ledger import Shared
from store.models import Metric, Person
from store.people import list_people, list_teams
from store.scope import Scope

BoardMetric = Annotated[
    Literal[
        "booked",
        "attainment",
        "deals",
        "margin",
        "collected",
        "pipeline_created",
        "units",
        "new_accounts",
        "activities",
        "improved",
    ],
    BeforeValidator(named_metric),
]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Entrant:
    """One person or team."""

    id: int
    name: str
    people: frozenset[int]
    achievement: Achievement
    apart: Text | None
    """Why it is not ranked."""
    has_left: bool = False
    is_hidden: bool = False
    """Whether they chose not to be named on boards that others see."""
    before: Fraction = Fraction(0)
    """What was credited in the part of the period before with which this one is compared."""
    has_splits: bool = False

    def score(self, metric: BoardMetric) -> Fraction:
        """What it is ranked by: exact minor units, a ratio, or a count."""
        match metric:
            case "attainment":
                return self.achievement.attainment or Fraction(0)
            case "deals":
                return Fraction(self.achievement.deals)
            case "improved":
                return self.achievement.credited - self.before
            case _:
                return self.achievement.credited


@dataclass(frozen=True)
class Contest:
    """All who take part, by the id of the person or team."""

    unit: Unit
    rule_note: Text | None
    entrants: Mapping[int, Entrant]
    without_team: Entrant | None = None
    """The people of no team, where teams are compared."""
    unknown: Text | None = None
    """Why nothing of this kind is known at all."""
    compared: tuple[Period, Period] | None = None
    """The part of the period that has passed, and the part of the one before that it is compared with."""


@dataclass(frozen=True)
class _Field:
    """What everybody achieved, before it is decided who is an entrant."""

    unit: Unit
    achieved: Mapping[int, Achievement]
    people: Mapping[int, Person]
    shared: Sequence[Shared] = ()
    touched: frozenset[int] = frozenset()
    rule_note: Text | None = None
    unknown: Text | None = None


def get_contest(
    context: SkillContext, scope: Scope, period: Period, metric: BoardMetric, by: Literal["rep", "team"]
) -> Contest:
    """Everybody who achieved something, also those who have left since; by attainment also everybody with a quota."""
    if metric == "improved":
        return _improved(context, scope, period, by)
    field = _field(context, scope, period, metric)
    return _contest(context, field, metric, by)


def _field(context: SkillContext, scope: Scope, period: Period, metric: BoardMetric) -> _Field:
    if metric == "attainment":
        found = count_achievements(context, scope, period)
        people = dict(found.people)
        missing = Scope.of(found.by_person.keys() - people.keys())
        people |= {one.id: one for one in list_people(context.session, missing) if one.id is not None}
        unit = Unit(Metric.BOOKED, found.currency)
        return _Field(unit, found.by_person, people, found.shared, found.touched, found.rule_note)
    if metric in ("booked", "deals"):
        return _booked(context, scope, period)
    counted = get_counted(context, scope, period, Metric(metric))
    money = _conversion(context, counted, Metric(metric))
    achieved = tally(counted, money)
    unit = Unit(Metric(metric), money.currency)
    return _Field(unit, achieved, _people(context, achieved), counted.shared, counted.touched, unknown=counted.unknown)


def _booked(context: SkillContext, scope: Scope, period: Period) -> _Field:
    """At the rates of the booking dates, which are settled."""
    credited = sum_credited(context.session, scope, period.start, period.end)
    achieved: dict[int, Achievement] = {}
    for row in credited.rows:
        achievement = achieved.setdefault(row.key or 0, Achievement())
        achievement.credited += row.booked_minor
        achievement.deals += row.count
        if row.converted < row.priced:
            achievement.missing.add(row.currency)
    unit = Unit(Metric.BOOKED, context.organisation.currency)
    return _Field(unit, achieved, _people(context, achieved), credited.shared, credited.touched)


def _people(context: SkillContext, ids: Iterable[int]) -> dict[int, Person]:
    return {one.id: one for one in list_people(context.session, Scope.of(ids)) if one.id is not None}


def _conversion(context: SkillContext, counted: Counted, metric: Metric) -> Conversion:
    home = context.organisation.currency
    money = Conversion(context.rates, home if metric.is_money else None, home)
    if metric.is_money:
        money.choose([(item.minor, item.currency, item.day) for item in counted.items], plan=False)
    return money


def _improved(context: SkillContext, scope: Scope, period: Period, by: Literal["rep", "team"]) -> Contest:
    """So many days of this period beside as many of the one before: none that runs is compared with a whole one."""
    now, then = _compared(context, period)
    here, there = _booked(context, scope, now), _booked(context, scope, then)
    field = replace(
        here,
        achieved={key: here.achieved.get(key, Achievement()) for key in here.achieved.keys() | there.achieved.keys()},
        people={**there.people, **here.people},
    )
    contest = _contest(context, field, "improved", by)
    earlier = _contest(context, replace(there, people=field.people), "improved", by)
    entrants = {}
    for key, entrant in contest.entrants.items():
        other = earlier.entrants.get(key)
        entrants[key] = (
            entrant
            if other is None
            else replace(entrant, before=other.achievement.credited, apart=entrant.apart or other.apart)
        )
    return replace(contest, entrants=entrants, compared=(now, then))


def _compared(context: SkillContext, period: Period) -> tuple[Period, Period]:
    before = get_previous(context, period)
    if context.today not in period:
        return period, before
    now = _cut(period, (context.today - period.start).days + 1)
    return now, _cut(before, (now.end - now.start).days)


def _cut(period: Period, days: int) -> Period:
    end = min(period.start + days * DAY, period.end)
    return period if end == period.end else Period(start=period.start, end=end, label=f"{period.start} – {end - DAY}")


def _contest(context: SkillContext, field: _Field, metric: BoardMetric, by: Literal["rep", "team"]) -> Contest:
    if by == "team":
        teams = _sum_teams(context, field, metric)
        without_team = teams.pop(None, None)
        entrants = {key: team for key, team in teams.items() if key is not None}
        return Contest(field.unit, field.rule_note, entrants, without_team, field.unknown)
    entrants = {
        person_id: _entrant(context, field, person_id, achievement, metric)
        for person_id, achievement in field.achieved.items()
        if _takes_part(achievement, metric)
    }
    return Contest(field.unit, field.rule_note, entrants, unknown=field.unknown)


def _takes_part(achievement: Achievement, metric: BoardMetric) -> bool:
    """Overlay credit alone is no part in a contest."""
    return metric == "improved" or bool(
        achievement.deals or achievement.has_quota or achievement.left_out or achievement.credited
    )


def _entrant(
    context: SkillContext, field: _Field, person_id: int, achievement: Achievement, metric: BoardMetric
) -> Entrant:
    person = field.people.get(person_id)
    has_left = person is not None and person.active_to is not None and person.active_to < context.today
    return Entrant(
        person_id,
        person.name if person else "?",
        frozenset({person_id}),
        achievement,
        _why_apart(achievement, metric, field.unit.metric),
        has_left,
        person is not None and not person.on_boards,
        has_splits=person_id in field.touched,
    )


def _sum_teams(context: SkillContext, field: _Field, metric: BoardMetric) -> dict[int | None, Entrant]:
    names = {team.id: team.name for team in list_teams(context.session)}
    members: dict[int | None, list[int]] = defaultdict(list)
    for person_id in field.achieved:
        members[field.people[person_id].team_id if person_id in field.people else None].append(person_id)
    teams: dict[int | None, Entrant] = {}
    for team_id, ids in members.items():
        total, group = Achievement(), frozenset(ids)
        for person_id in ids:
            total.add(field.achieved[person_id])
        total.deals -= sum((len(one.people & group) - 1) * one.count for one in field.shared if one.people & group)
        apart = _why_apart(total, metric, field.unit.metric)
        splits = bool(group & field.touched)
        teams[team_id] = Entrant(team_id or 0, names.get(team_id, "?"), group, total, apart, has_splits=splits)
    return teams


def _why_apart(achievement: Achievement, metric: BoardMetric, kind: Metric) -> Text | None:
    if metric == "deals":
        return None
    if achievement.missing:
        return no_rate(achievement.missing)
    if metric == "attainment":
        if achievement.is_small:
            return text("ramping") if achievement.has_ramp else text("there for less than a quarter of the period")
        return text("no quota") if achievement.attainment is None else None
    if achievement.left_out and not achievement.deals:
        return UNKNOWN.get(kind)
    return None
