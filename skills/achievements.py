"""Credited bookings beside effective quotas, for everybody in a population and a period (domain 3.1 and 3.24)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from skills.contract import SkillContext
from skills.measures.attainment import attainment, effective_quota, is_ramping
from skills.measures.calendar import Period, add_months
from skills.working_days import Calendars, get_region, list_team_regions
from store.models import Person, RateKind
from store.money import Money, Rates, rounded
from store.opportunities import sum_booked
from store.people import list_people
from store.quotas import MonthlyQuota, list_highest_quotas, list_quotas
from store.scope import Scope

RAMP = 12
"""Months within which somebody can be ramping up."""


class Rule(StrEnum):
    """At which rates the figures were brought into one currency."""

    NONE = "none"
    PLAN = "plan"
    BOOKING = "booking"


@dataclass
class Achievement:
    """One person's or one team's part, exact, in minor units of the achievements' currency."""

    credited: Fraction = Fraction(0)
    deals: int = 0
    quota: Fraction = Fraction(0)
    has_quota: bool = False
    missing: set[str] = field(default_factory=set)
    """Currencies without a rate: with any of them the figures have no value."""
    ramping: bool = False

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


@dataclass(frozen=True)
class Achievements:
    currency: str
    rule: Rule
    people: dict[int, Person]
    by_person: dict[int, Achievement]
    """Everybody with a quota or a booking; a manager's own quota is the team's number and is in `by_manager`."""
    by_manager: dict[int, Fraction]
    by_team: dict[int, Fraction]
    """Quotas given to a team as such."""

    def money(self, minor: Fraction) -> Money:
        return Money(rounded(minor), self.currency)

    def total(self, people: Iterable[int]) -> Achievement:
        total = Achievement()
        for person_id in people:
            total.add(self.by_person.get(person_id, Achievement()))
        return total


def count_achievements(context: SkillContext, scope: Scope, period: Period) -> Achievements:
    """What everybody in scope has been credited with, and what was asked of them.

    A month that the period covers in part asks for that part, by working days; so does a month in which somebody
    joined or left.
    """
    session = context.session
    quotas = list_quotas(session, scope, period.start, period.end)
    segments = list(_segments(context.rates, period))
    booked = [(start, row) for start, end in segments for row in sum_booked(session, scope, start, end)]
    currencies = {quota.money.currency for quota in quotas}
    currency = currencies.pop() if len(currencies) == 1 else context.organisation.currency
    money = _Conversion(context.rates, currency, context.organisation.currency)
    money.choose(
        [(quota.money, quota.month) for quota in quotas]
        + [(Money(row.amount_minor, row.currency), start) for start, row in booked]
    )
    people = {person.id: person for person in list_people(session, scope) if person.id is not None}
    achievements = Achievements(money.currency, money.rule, people, defaultdict(Achievement), {}, {})
    for start, row in booked:
        achievement = achievements.by_person[row.key or 0]
        achievement.deals += row.count
        if money.rule is Rule.BOOKING:
            achievement.credited += row.booked_minor
            if row.converted < row.priced:
                achievement.missing.add(row.currency)
        else:
            achievement.credited += money.exact(Money(row.amount_minor, row.currency), start) or 0
    _Quotas(context, period, scope, achievements, money).fill(quotas)
    return achievements


def _segments(rates: Rates, period: Period) -> Iterator[tuple[dt.date, dt.date]]:
    """Stretches of the period in which no plan rate changes."""
    changes = {start for _, kind, start, _ in rates.rows if kind == RateKind.PLAN and period.start < start < period.end}
    edges = [period.start, *sorted(changes), period.end]
    yield from pairwise(edges)


class _Conversion:
    """One rule for all figures of an answer: plan rates, so that exchange moves win no prizes, where there are all."""

    def __init__(self, rates: Rates, currency: str, home: str) -> None:
        self._rates = rates
        self.currency = currency
        self._home = home
        self.rule = Rule.NONE

    def choose(self, amounts: Sequence[tuple[Money, dt.date]]) -> None:
        if all(money.currency == self.currency for money, _ in amounts if money.minor):
            return
        self.rule = Rule.PLAN
        if any(self.exact(money, day) is None for money, day in amounts):
            self.rule = Rule.BOOKING
            self.currency = self._home

    def exact(self, money: Money, day: dt.date) -> Fraction | int | None:
        if not money.minor or money.currency == self.currency:
            return money.minor
        kind = RateKind.PLAN if self.rule is Rule.PLAN else RateKind.DAILY
        return self._rates.exact(money, day, kind, self.currency)


class _Quotas:
    """Monthly quotas of people and teams, brought to the days that count."""

    def __init__(
        self, context: SkillContext, period: Period, scope: Scope, achievements: Achievements, money: _Conversion
    ) -> None:
        self._context, self._period, self._scope = context, period, scope
        self._achievements, self._money = achievements, money
        first, last = period.months[0], add_months(period.months[-1], 1)
        self._calendars = Calendars(context, first, last)
        self._regions = list_team_regions(context.session)
        self._whole: dict[str, Fraction] = {}
        self._days: dict[tuple[str, dt.date, dt.date, dt.date], tuple[int, int]] = {}

    def fill(self, quotas: Sequence[MonthlyQuota]) -> None:
        carriers = self._managers(quotas)
        months: dict[tuple[str, int], list[tuple[Fraction | int, int, int]]] = defaultdict(list)
        for quota in quotas:
            minor = self._money.exact(quota.money, quota.month)
            person = self._achievements.people.get(quota.person_id or 0)
            if person is not None and minor is None:
                self._achievements.by_person[quota.person_id or 0].missing.add(quota.money.currency)
            if minor is None:
                continue
            if person is None:
                if quota.team_id is not None:
                    region = self._regions.get(quota.team_id, "")
                    months["team", quota.team_id].append((minor, *self._share(region, quota.month, None)))
                continue
            region = get_region(self._regions, person)
            kind = "manager" if person.id in carriers else "person"
            months[kind, person.id or 0].append((minor, *self._share(region, quota.month, person)))
        for (kind, holder), parts in months.items():
            effective = effective_quota(parts)
            if kind == "team":
                self._achievements.by_team[holder] = effective
            elif kind == "manager":
                self._achievements.by_manager[holder] = effective
            else:
                achievement = self._achievements.by_person[holder]
                achievement.quota, achievement.has_quota = effective, True
        self._mark_ramping()

    def _managers(self, quotas: Sequence[MonthlyQuota]) -> set[int]:
        """People whose reports have quotas too: theirs is the same number once more."""
        holders = {quota.person_id for quota in quotas}
        people = self._achievements.people
        return {people[holder].manager_id or 0 for holder in holders if holder in people}

    def _share(self, region: str, month: dt.date, person: Person | None) -> tuple[int, int]:
        """Working days of the month that count, and all of them."""
        after = add_months(month, 1)
        start, end = max(month, self._period.start), min(after, self._period.end)
        if person is not None and person.active_from is not None:
            start = max(start, person.active_from)
        if person is not None and person.active_to is not None:
            end = min(end, person.active_to + dt.timedelta(days=1))
        key = (region, month, start, end)
        if key not in self._days:
            days = self._calendars.of(region)
            self._days[key] = (days.count(start, end), days.count(month, after))
        return self._days[key]

    def _mark_ramping(self) -> None:
        """Full quota: the highest monthly one of the period and the year after it, in every month.

        Somebody who has been there for a year is not ramping, however uneven the months are.
        """
        highest = list_highest_quotas(
            self._context.session, self._scope, self._period.start, add_months(self._period.end, RAMP)
        )
        for person_id, achievement in self._achievements.by_person.items():
            person = self._achievements.people.get(person_id)
            if person is None or not achievement.has_quota:
                continue
            joined = person.active_from
            if joined is not None and joined <= add_months(self._period.start, -RAMP):
                continue
            amounts = [self._money.exact(money, self._period.start) for money in highest.get(person_id, ())]
            month = max((amount for amount in amounts if amount is not None), default=0)
            full = month * self._months(get_region(self._regions, person))
            achievement.ramping = is_ramping(achievement.quota, full)

    def _months(self, region: str) -> Fraction:
        """How many months the period has there, by working days."""
        if region not in self._whole:
            shares = [self._share(region, first, None) for first in self._period.months]
            self._whole[region] = effective_quota((1, *share) for share in shares)
        return self._whole[region]
