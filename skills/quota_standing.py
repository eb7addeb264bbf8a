"""Where somebody stands against their quota: what was achieved, what was asked, and how far the period has come."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from skills.achievements import (
    Achievement,
    Achievements,
    QuotaVersion,
    count_achievements,
    list_quota_versions,
)
from skills.closing import Closing, get_closing
from skills.contract import SkillContext
from skills.effective import COMPANY, Whole
from skills.errors import NotAllowed
from skills.figure import RecordFilter
from skills.measures.calendar import Month, Period
from skills.measures.pacing import Pace, pace
from skills.metrics import UNKNOWN, Unit
from skills.population import Population, period_words
from skills.records import credited_records
from skills.text import Text, text
from skills.working_days import Calendars, get_region, list_team_regions
from store.matching import count_matching
from store.models import Level, Metric
from store.people import list_team_ids
from store.scope import Scope

SHOWN = 30
"""People in a table; the others are counted."""


@dataclass(frozen=True)
class Overlay:
    """What the ledger beside the direct credit is made of."""

    records: RecordFilter
    count: int
    """Of several shares of one opportunity, one is counted."""


@dataclass(frozen=True)
class Member:
    name: str
    achievement: Achievement


@dataclass(frozen=True)
class QuotaStanding:
    """Amounts are exact, in minor units of `achievements.currency`, or counts."""

    population: Population
    is_mine: bool
    period: Period
    period_words: str
    as_of: dt.datetime
    today: dt.date
    metric: Metric
    level: Level
    achievements: Achievements
    total: Achievement
    whole: Fraction | None
    """The own quota of the team, the region or the company, which its people's quotas are compared with."""
    levels: Mapping[Level, Fraction]
    """What is asked at the other levels."""
    versions: Sequence[QuotaVersion]
    months: Sequence[Month]
    pace: Pace
    closing: Closing | None
    """None where the period is not running or the measure has no curve."""
    curve_of: Text
    members: tuple[Member, ...]
    shown: int
    """People in a table."""
    records: RecordFilter | None
    overlay: Overlay | None
    """None where the ledger beside is empty."""
    asked: Mapping[str, str | None]
    """Whose quota it is, in the words of the request."""

    @property
    def unit(self) -> Unit:
        return Unit(self.metric, self.achievements.currency)

    @property
    def is_running(self) -> bool:
        return self.today in self.period

    @property
    def unknown(self) -> Text | None:
        """Why what was achieved is not known."""
        if self.achievements.unknown is not None:
            return self.achievements.unknown
        if self.total.left_out and not self.total.deals:
            return UNKNOWN.get(self.metric)
        return None


def get_quota_standing(
    context: SkillContext,
    population: Population,
    period: Period,
    metric: Metric,
    level: Level,
    asked: Mapping[str, str | None],
) -> QuotaStanding:
    """Raises `NotAllowed` where not everybody's part may be shown: a part of a team is never shown as the team."""
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    achievements = count_achievements(context, population.scope, period, metric, level)
    total = achievements.total(achievements.by_person)
    whole = _whole(population, achievements, level)
    if not total.has_quota and whole is not None:
        # A team that only has a quota as such is measured by that.
        total.quota, total.has_quota = whole, True
    is_running = context.today in period and metric is Metric.BOOKED
    team, curve_of = _team(context, population)
    return QuotaStanding(
        shown=context.listed(SHOWN),
        population=population,
        is_mine=population.person is not None and population.person.id == context.actor.id,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        today=context.today,
        metric=metric,
        level=level,
        achievements=achievements,
        total=total,
        whole=whole,
        levels=_levels(population, achievements, level),
        versions=list_quota_versions(context, population.scope, period, achievements),
        months=context.calendar.months(period),
        pace=_pace(context, population, period),
        closing=get_closing(context, team, period, _region(context, population)) if is_running else None,
        curve_of=curve_of,
        members=_members(achievements),
        records=_records(context, population, period, achievements),
        overlay=_overlay(context, population, period) if total.overlay_deals else None,
        asked=asked,
    )


def _records(
    context: SkillContext, population: Population, period: Period, achievements: Achievements
) -> RecordFilter | None:
    match achievements.metric:
        case Metric.BOOKED | Metric.MARGIN | Metric.UNITS:
            return credited_records(context, population.scope, period, crosses=achievements.crosses)
        case Metric.PIPELINE_CREATED:
            owners = None if population.scope.people is None else tuple(sorted(population.scope.people))
            return RecordFilter(owner_ids=owners, by="opened_on", start=period.start, end=period.end)
        case _:
            # Payments, accounts and activities are no opportunities, and those they belong to say nothing of them.
            return None


def _overlay(context: SkillContext, population: Population, period: Period) -> Overlay:
    people = population.scope.people
    records = RecordFilter(
        credited_ids=None if people is None else tuple(sorted(people)),
        overlay=True,
        status="won",
        start=period.start,
        end=period.end,
    )
    return Overlay(records, count_matching(context.session, Scope.everybody(), records))


def get_wholes(population: Population) -> tuple[Whole, ...]:
    """Which team, region or company may have a quota of its own that this population is measured by, the nearest
    first."""
    if population.scope.people is None:
        return (COMPANY,)
    if population.region:
        return (("region", population.region),)
    if population.team is not None:
        return (("team", population.team.id or 0),)
    if population.person is not None and not population.is_single:
        return (("team", population.person.team_id or 0),)
    return ()


def _whole(population: Population, achievements: Achievements, level: Level) -> Fraction | None:
    quotas = achievements.quotas.get(level)
    if quotas is None:
        return None
    if population.person is not None and not population.is_single:
        own = quotas.by_manager.get(population.person.id or 0)
        if own is not None:
            return own
    return next((quotas.by_whole[whole] for whole in get_wholes(population) if whole in quotas.by_whole), None)


def _levels(population: Population, achievements: Achievements, level: Level) -> dict[Level, Fraction]:
    found = {}
    for other in Level:
        if other is not level:
            quota = achievements.quota_at(other)
            quota = _whole(population, achievements, other) if quota is None else quota
            if quota:
                found[other] = quota
    return found


def _team(context: SkillContext, population: Population) -> tuple[Scope, Text]:
    """Whose closing curve it is: a single person's is their team's."""
    person = population.person
    if person is not None and population.is_single and person.team_id is not None:
        return Scope.of(list_team_ids(context.session, person.team_id)), text("the team of {name}", name=person.name)
    return population.scope, population.label


def _region(context: SkillContext, population: Population) -> str:
    if population.region:
        return population.region
    if population.team is not None:
        return population.team.region
    if population.person is not None:
        return get_region(list_team_regions(context.session), population.person)
    return ""


def _pace(context: SkillContext, population: Population, period: Period) -> Pace:
    """By the working days of the region; a single person's by those on which they are there."""
    start, end = period.start, period.end
    calendars = Calendars(context, start, end, population.scope)
    person = population.person
    if person is None or not population.is_single:
        return pace(calendars.of(_region(context, population)), start, end, context.today)
    if person.active_from is not None:
        start = min(max(start, person.active_from), end)
    if person.active_to is not None:
        end = max(min(end, person.active_to + dt.timedelta(days=1)), start)
    return pace(calendars.of_person(person), start, end, context.today)


def _members(achievements: Achievements) -> tuple[Member, ...]:
    """The highest attainment first; those without any last."""
    found = [
        Member(achievements.people[person_id].name, achievement)
        for person_id, achievement in achievements.by_person.items()
        if person_id in achievements.people
    ]
    return tuple(sorted(found, key=_by_attainment))


def _by_attainment(member: Member) -> tuple[bool, Fraction, str]:
    ratio = member.achievement.attainment
    return ratio is None, -(ratio or Fraction(0)), member.name.casefold()
