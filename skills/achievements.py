"""What everybody in a population did in a period, beside what was asked of them (domain 3.1 and 3.24)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.contract import SkillContext
from skills.conversion import Conversion, Rule
from skills.counted import Counted, Item, get_counted
from skills.effective import Effective, EffectiveQuotas
from skills.measures.attainment import attainment
from skills.measures.calendar import Period, add_months
from skills.text import Text
from store.ledger import Shared
from store.models import Level, Metric, Person
from store.money import Money, rounded
from store.people import list_people
from store.quotas import MonthlyQuota, list_quota_changes, list_quotas
from store.scope import Scope

CHANGES = 3
"""How many changes of quotas within a period are told, the newest ones."""


@dataclass
class Achievement:
    """One person's or one team's part, exact, in minor units of the achievements' currency, or a count."""

    credited: Fraction = Fraction(0)
    deals: int = 0
    """How many records it was made of."""
    quota: Fraction = Fraction(0)
    has_quota: bool = False
    missing: set[str] = field(default_factory=set)
    """Currencies without a rate: with any of them the figures have no value."""
    overlay: Fraction = Fraction(0)
    """The ledger beside the direct credit, never a part of it."""
    overlay_deals: int = 0
    left_out: int = 0
    """Records that say too little to be counted."""
    is_small: bool = False
    """Whether the effective quota is less than a quarter of the full one."""
    has_ramp: bool = False
    by_month: dict[dt.date, Fraction | int] = field(default_factory=lambda: defaultdict(int))
    """Credited in the stretches that begin on these days, where the period is counted by month."""

    @property
    def attainment(self) -> Fraction | None:
        return None if self.missing else attainment(self.credited, self.quota)

    def add(self, other: "Achievement") -> None:
        """Sums, so that a team's ratio is a ratio of sums."""
        self.credited += other.credited
        self.deals += other.deals
        self.quota += other.quota
        self.has_quota |= other.has_quota
        self.missing |= other.missing
        self.overlay += other.overlay
        self.overlay_deals += other.overlay_deals
        self.left_out += other.left_out
        for day, part in other.by_month.items():
            self.by_month[day] += part


@dataclass(frozen=True)
class QuotaVersion:
    """The quotas as they stood until `day`, when they were changed for `reason`."""

    day: dt.date
    reason: str
    quota: Fraction


@dataclass(frozen=True)
class Achievements:
    metric: Metric
    currency: str | None
    """None where the measure is a count."""
    rule: Rule
    rule_note: Text | None
    people: Mapping[int, Person]
    by_person: Mapping[int, Achievement]
    """Everybody with a quota or something achieved; a manager's own quota is the team's number, in `quotas`."""
    quotas: Mapping[Level, Effective]
    shared: Sequence[Shared] = ()
    crosses: bool = False
    touched: frozenset[int] = frozenset()
    unknown: Text | None = None
    """Why nothing of this kind is known at all."""
    warnings: tuple[Text, ...] = ()

    def money(self, minor: Fraction) -> Money:
        if self.currency is None:
            raise ValueError(f"{self.metric} is a count")
        return Money(rounded(minor), self.currency)

    def total(self, people: Iterable[int]) -> Achievement:
        """Of several people; what they share counts as one record."""
        total, group = Achievement(), frozenset(people)
        for person_id in group & self.by_person.keys():
            total.add(self.by_person[person_id])
        total.deals -= sum((len(one.people & group) - 1) * one.count for one in self.shared if one.people & group)
        return total

    def quota_at(self, level: Level) -> Fraction | None:
        """Everybody's effective quota at a level; whoever has none at it counts with their target. None without any."""
        named, target = self.quotas.get(level), self.quotas.get(Level.TARGET, Effective())
        if named is None or not named.by_person:
            return None
        asked = {**target.by_person, **named.by_person}
        return sum((one.quota for one in asked.values()), Fraction(0))


def count_achievements(
    context: SkillContext,
    scope: Scope,
    period: Period,
    metric: Metric = Metric.BOOKED,
    level: Level = Level.TARGET,
) -> Achievements:
    """What everybody in scope has been credited with, and what was asked of them.

    A month that the period covers in part asks for that part, by working days; so does a month in which somebody
    joined, left or was away.
    """
    quotas = _quotas(context, scope, period, metric)
    counted = get_counted(context, scope, period, metric)
    money = _conversion(context, quotas, counted, metric)
    people = {person.id: person for person in list_people(context.session, scope) if person.id is not None}
    achieved = tally(counted, money)
    effective = EffectiveQuotas(context, period, scope, people, money)
    levels = {level: effective.of([quota for quota in quotas if quota.level == level]) for level in _levels(quotas)}
    for person_id, asked in levels.get(level, Effective()).by_person.items():
        achievement = achieved.setdefault(person_id, Achievement())
        achievement.quota, achievement.has_quota = asked.quota, True
        achievement.missing |= asked.missing
        achievement.is_small, achievement.has_ramp = asked.is_small, asked.has_ramp
    return Achievements(
        metric,
        money.currency,
        money.rule,
        money.note,
        people,
        achieved,
        levels,
        counted.shared,
        counted.crosses,
        counted.touched,
        counted.unknown,
        effective.calendars.warnings_of(people.values()),
    )


def tally(counted: Counted, money: Conversion) -> dict[int, Achievement]:
    """Each person's part in one currency."""
    achieved: dict[int, Achievement] = {}
    for item in counted.items:
        achievement = achieved.setdefault(item.person_id, Achievement())
        achievement.by_month[item.day] += _exact(item, money, achievement)
        achievement.deals += item.count
    for achievement in achieved.values():
        # Most are whole numbers, of which only the sum becomes a fraction.
        achievement.credited = Fraction(sum(achievement.by_month.values()))
    for item in counted.overlay:
        achievement = achieved.setdefault(item.person_id, Achievement())
        achievement.overlay += _exact(item, money, achievement)
        achievement.overlay_deals += item.count
    for person_id, count in counted.left_out.items():
        achieved.setdefault(person_id, Achievement()).left_out += count
    return achieved


def list_quota_versions(
    context: SkillContext, scope: Scope, period: Period, achievements: Achievements
) -> Sequence[QuotaVersion]:
    """The quotas as they stood before each day of the period on which they were changed, the oldest first.

    What was set for the first time is no change, and neither is what was put right on the day on which it was set.
    """
    zone = ZoneInfo(context.organisation.zone)
    since, until = (dt.datetime.combine(day, dt.time(), zone) for day in (period.start, period.end))
    first, last = _months(context, period)
    changes = list_quota_changes(
        context.session, scope, first, last, since=since, until=until, metric=achievements.metric
    )
    reasons: dict[dt.date, list[str]] = defaultdict(list)
    for change in changes:
        reasons[context.organisation.day_of(change.recorded_at)].append(change.reason)
    if not reasons:
        return ()
    now = {_holder(quota): quota for quota in _quotas(context, scope, period, achievements.metric)}
    money = Conversion(context.rates, achievements.currency, context.organisation.currency)
    money.rule = achievements.rule
    effective = EffectiveQuotas(context, period, scope, achievements.people, money)
    current, versions = _sum(effective.of(_targets(now.values()))), []
    for day in sorted(reasons)[-CHANGES:]:
        moment = dt.datetime.combine(day, dt.time(), zone)
        before = _quotas(context, scope, period, achievements.metric, before=moment)
        quota = _sum(effective.of(_targets(({**now, **{_holder(quota): quota for quota in before}}).values())))
        reason = next((reason for reason in reversed(reasons[day]) if reason), "")
        versions.append(QuotaVersion(day, reason, quota))
    return [version for version in versions if version.quota != current]


def _holder(quota: MonthlyQuota) -> tuple[int | None, int | None, str, str, dt.date]:
    return quota.person_id, quota.team_id, quota.region, quota.level, quota.month


def _targets(quotas: Iterable[MonthlyQuota]) -> list[MonthlyQuota]:
    return [quota for quota in quotas if quota.level == Level.TARGET]


def _sum(effective: Effective) -> Fraction:
    return sum((asked.quota for asked in effective.by_person.values()), Fraction(0))


def _levels(quotas: Sequence[MonthlyQuota]) -> list[Level]:
    found = {quota.level for quota in quotas}
    return [level for level in Level if level in found]


def _months(context: SkillContext, period: Period) -> tuple[dt.date, dt.date]:
    """The first day of the first month under which the period's quotas are kept, and the day after the last month."""
    months = context.calendar.months(period)
    return months[0].key, add_months(months[-1].key, 1)


def _quotas(
    context: SkillContext, scope: Scope, period: Period, metric: Metric, before: dt.datetime | None = None
) -> Sequence[MonthlyQuota]:
    return list_quotas(context.session, scope, *_months(context, period), metric=metric, before=before)


def _conversion(context: SkillContext, quotas: Sequence[MonthlyQuota], counted: Counted, metric: Metric) -> Conversion:
    home = context.organisation.currency
    if not metric.is_money:
        return Conversion(context.rates, None, home)
    # What regions and the company have of their own must not decide in which currency a person is told theirs.
    near = [quota for quota in quotas if quota.person_id is not None or quota.team_id is not None]
    currencies = {quota.currency for quota in near}
    money = Conversion(context.rates, currencies.pop() if len(currencies) == 1 else home, home)
    money.choose(
        [(quota.minor, quota.currency, quota.month) for quota in near]
        + [(item.minor, item.currency, item.day) for item in (*counted.items, *counted.overlay)]
    )
    return money


def _exact(item: Item, money: Conversion, achievement: Achievement) -> Fraction | int:
    """In the currency of the answer; a currency without a rate is noted."""
    if money.rule is Rule.BOOKING and item.frozen is not None:
        if item.unconverted:
            achievement.missing.add(item.currency or "")
        return item.frozen
    minor = money.exact(item.minor, item.currency, item.day)
    if minor is None:
        achievement.missing.add(item.currency or "")
        return 0
    return minor
