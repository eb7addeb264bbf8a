"""Effective quotas: what is really asked of people, teams, regions and the company in a period (domain 3.1)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from skills.contract import SkillContext
from skills.conversion import Conversion
from skills.measures.attainment import effective_quota, is_ramping, ramped
from skills.measures.calendar import Month, Period
from skills.measures.pacing import WorkingDays
from skills.working_days import Calendars, get_region, list_team_regions
from store.models import Person
from store.quotas import MonthlyQuota
from store.scope import Scope


@dataclass
class Asked:
    """What is asked of one person, in minor units of the answer's currency, or as a count."""

    quota: Fraction = Fraction(0)
    full: Fraction = Fraction(0)
    """Without ramp, leave, or the days before joining and after leaving."""
    has_ramp: bool = False
    missing: set[str] = field(default_factory=set)
    """Currencies without a rate."""

    @property
    def is_small(self) -> bool:
        """Whether it is so small a part of the full quota that attainment would mean little."""
        return is_ramping(self.quota, self.full)


Whole = tuple[str, int | str]
"""A holder that is nobody alone: ("team", its id), ("region", its name) or ("company", "")."""
COMPANY: Whole = ("company", "")


@dataclass(frozen=True)
class Effective:
    """Quotas of one level. A manager's own quota is the number of everybody below, and is not one more to add."""

    by_person: Mapping[int, Asked] = field(default_factory=dict)
    by_manager: Mapping[int, Fraction] = field(default_factory=dict)
    by_whole: Mapping[Whole, Fraction] = field(default_factory=dict)
    missing: Mapping[Whole, str] = field(default_factory=dict)
    """Those that are left out, with the currency that has no rate."""

    @property
    def by_team(self) -> Mapping[int, Fraction]:
        """Quotas given to a team as such, by its id."""
        return {holder: quota for (_, holder), quota in self.by_whole.items() if isinstance(holder, int)}


class EffectiveQuotas:
    """Brings monthly quotas to the days of a period that count for whoever has them."""

    def __init__(
        self, context: SkillContext, period: Period, scope: Scope, people: Mapping[int, Person], money: Conversion
    ) -> None:
        self._period, self._people, self._money = period, people, money
        self._months: dict[dt.date, Month] = {month.key: month for month in context.calendar.months(period)}
        months = list(self._months.values())
        self.calendars = Calendars(context, months[0].start, months[-1].end, scope)
        self._team_regions = list_team_regions(context.session)
        self._days: dict[tuple[str, dt.date, dt.date, dt.date], int] = {}

    def of(self, quotas: Iterable[MonthlyQuota]) -> Effective:
        """Of the quotas of one level."""
        quotas = [quota for quota in quotas if quota.month in self._months]
        carriers = self._managers(quotas)
        asked: dict[int, list[MonthlyQuota]] = defaultdict(list)
        wholes: dict[Whole, list[tuple[Fraction | int, int, int]]] = defaultdict(list)
        missing: dict[Whole, str] = {}
        for quota in quotas:
            if quota.person_id is not None:
                if quota.person_id in self._people:
                    asked[quota.person_id].append(quota)
                continue
            whole = _whole(quota)
            minor = self._money.exact(quota.minor, quota.currency, quota.month)
            if minor is None:
                missing[whole] = quota.currency or ""
                continue
            region = quota.region or self._team_regions.get(quota.team_id or 0, "")
            wholes[whole].append((minor, *self._share(region, self._months[quota.month])))
        people = {person_id: self._asked(self._people[person_id], rows) for person_id, rows in asked.items()}
        return Effective(
            by_person={person_id: one for person_id, one in people.items() if person_id not in carriers},
            by_manager={person_id: one.quota for person_id, one in people.items() if person_id in carriers},
            by_whole={whole: effective_quota(parts) for whole, parts in wholes.items() if whole not in missing},
            missing=missing,
        )

    def _managers(self, quotas: Sequence[MonthlyQuota]) -> set[int]:
        """People whose reports have quotas too."""
        holders = {quota.person_id for quota in quotas}
        return {person.manager_id or 0 for holder in holders if (person := self._people.get(holder or 0))}

    def _asked(self, person: Person, quotas: Sequence[MonthlyQuota]) -> Asked:
        found = Asked()
        region = get_region(self._team_regions, person)
        own = self.calendars.of_person(person)
        effective, full = [], []
        for quota in quotas:
            minor = self._money.exact(quota.minor, quota.currency, quota.month)
            if minor is None:
                found.missing.add(quota.currency or "")
                continue
            month = self._months[quota.month]
            whole_part, days = self._share(region, month)
            found.has_ramp |= quota.ramp_percent < 100
            effective.append((ramped(minor, quota.ramp_percent), self._active(person, own, region, month), days))
            full.append((minor, whole_part, days))
        found.quota, found.full = effective_quota(effective), effective_quota(full)
        return found

    def _share(self, region: str, month: Month) -> tuple[int, int]:
        """Working days of the month in the period, and all of them."""
        start, end = max(month.start, self._period.start), min(month.end, self._period.end)
        return self._count(region, month, start, end), self._count(region, month, month.start, month.end)

    def _active(self, person: Person, own: WorkingDays, region: str, month: Month) -> int:
        """Working days of the month in the period on which the person was there."""
        start, end = max(month.start, self._period.start), min(month.end, self._period.end)
        if person.active_from is not None:
            start = max(start, person.active_from)
        if person.active_to is not None:
            end = min(end, person.active_to + dt.timedelta(days=1))
        if own is not self.calendars.of(region):
            return own.count(start, end)
        return self._count(region, month, start, end)

    def _count(self, region: str, month: Month, start: dt.date, end: dt.date) -> int:
        key = (region, month.key, start, end)
        if key not in self._days:
            self._days[key] = self.calendars.of(region).count(start, end)
        return self._days[key]


def _whole(quota: MonthlyQuota) -> Whole:
    if quota.team_id is not None:
        return "team", quota.team_id
    return ("region", quota.region) if quota.region else COMPANY
