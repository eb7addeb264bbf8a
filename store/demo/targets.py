"""What people, teams, regions and the company are asked to reach, month by month."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from store.demo.people import (
    CURRENCY_OF,
    IDS,
    LEAVER,
    LEAVERS_HEIRS,
    MANAGER_OF,
    MEMBERS,
    NEW_HIRE,
    REGION_OF,
    TEAM_IDS,
    VP,
    Member,
    left_on,
    member_of,
    ramp_share,
    started_on,
)
from store.demo.working_days import fiscal_year_start, month_after
from store.models import Level, Metric, RateKind
from store.money import Money, Rates, rounded

SHARE_OF_MONTH = (83, 96, 121)
"""A month's part of its quarter, in percent of a third."""
GROWTH = 96
"""Last year's targets in percent of this year's."""
OVER_ASSIGNED = 112
"""What the people of a team have to reach, in percent of what the team has to."""
REGIONS_PER_MILLE = {"Americas": 979, "EMEA": 1000, "Asia-Pacific": 1023}
"""A region's target against the sum of its teams': the Americas have handed out more than theirs, Asia-Pacific less."""
COMPANY_PER_MILLE = 1009
"""The company's target against the sum of the regions': a little is nobody's yet."""
AMBITIONS = {Level.STRETCH: 1117, Level.CHALLENGE: 1264}
"""The higher levels, in per mille of the target."""
AMBITIOUS = "Americas East"
"""The team that has them, this fiscal year."""
NEW_ACCOUNTS = ("Americas West", (0, 0, 1))
ACTIVITIES = ("EMEA", (56, 61, 67))
"""A team that is also measured by a count, and what each of its reps is asked for in the months of a quarter."""
GIVER, GIVERS_PER_MILLE = "Colleen Byrne", 913
"""Whose targets are lower since some of the accounts are the new hire's."""


@dataclass(frozen=True)
class Target:
    """A month's full target, of a person, a team, a region or (without any) the company."""

    person_id: int | None
    team_id: int | None
    month: dt.date
    minor: int
    """Minor units of `currency`, or the count itself without one."""
    currency: str | None
    recorded_on: dt.date
    region: str = ""
    metric: Metric = Metric.BOOKED
    level: Level = Level.TARGET
    ramp: int = 100
    version: int = 1
    reason: str = ""
    by: int = VP

    @property
    def asked(self) -> int:
        """What is asked of somebody who may still be learning."""
        return self.minor * self.ramp // 100

    @property
    def is_usual(self) -> bool:
        """The first version of the target for bookings."""
        return self.metric is Metric.BOOKED and self.level is Level.TARGET and self.version == 1


def list_targets(day: dt.date, first: dt.date, rates: Rates) -> list[Target]:
    """From the month of `first` to the end of the fiscal year, with what was changed on the way."""
    end = month_after(fiscal_year_start(day), 12)
    targets: list[Target] = []
    month = first.replace(day=1)
    while month < end:
        of_people = [target for member in MEMBERS if member.is_rep for target in _persons(member, month, day)]
        of_teams = list(_teams(of_people, month))
        targets += [*of_people, *of_teams, *_above(of_teams, month, rates)]
        targets += _counts(of_people, month)
        if month >= fiscal_year_start(day):
            targets += _ambitions([*of_people, *of_teams])
        month = month_after(month, 1)
    return targets


def newest(targets: Iterable[Target]) -> list[Target]:
    """Of each person's targets for bookings the version that counts."""
    usual = [t for t in targets if t.person_id and t.metric is Metric.BOOKED and t.level is Level.TARGET]
    usual.sort(key=lambda target: (target.person_id or 0, target.month, target.version))
    return [list(versions)[-1] for _, versions in groupby(usual, key=lambda target: (target.person_id, target.month))]


def _persons(member: Member, month: dt.date, day: dt.date) -> Iterator[Target]:
    started, left = started_on(member, day), left_on(member, day)
    if month < started.replace(day=1) or (left is not None and month > left):
        return
    agreed = max(_agreed_on(month), started)
    first = Target(
        person_id=IDS[member.name],
        team_id=None,
        month=month,
        minor=_full(member, month, day),
        currency=CURRENCY_OF[member.team],
        recorded_on=agreed,
        ramp=ramp_share(member, month, day),
        by=MANAGER_OF[member.team],
    )
    yield first
    gone = left_on(member_of(IDS[LEAVER]), day)
    if gone is not None and member.name in LEAVERS_HEIRS and month > gone:
        yield _changed(first, 1070, max(gone + dt.timedelta(days=5), agreed), f"Took over from {LEAVER}")
    if member.name == GIVER and month >= day.replace(day=1):
        given = started_on(member_of(IDS[NEW_HIRE]), day) + dt.timedelta(days=3)
        yield _changed(first, GIVERS_PER_MILLE, max(given, agreed), f"Some of the accounts went to {NEW_HIRE}")


def _changed(target: Target, per_mille: int, on: dt.date, reason: str) -> Target:
    return replace(target, minor=_even(target.minor * per_mille // 1000), recorded_on=on, version=2, reason=reason)


def _full(member: Member, month: dt.date, day: dt.date) -> int:
    """A whole month's target in minor units."""
    years_back = fiscal_year_start(day).year - fiscal_year_start(month).year
    minor = member.trait.target * SHARE_OF_MONTH[(month.month - 2) % 3]
    for _ in range(years_back):
        minor = minor * GROWTH // 100
    return _even(minor)


def _teams(of_people: Sequence[Target], month: dt.date) -> Iterator[Target]:
    for team, team_id in TEAM_IDS.items():
        whole = sum(t.asked for t in of_people if t.is_usual and member_of(t.person_id or 0).team == team)
        minor = whole // OVER_ASSIGNED // 10 * 1000
        yield Target(None, team_id, month, minor, CURRENCY_OF[team], _agreed_on(month))


def _above(of_teams: Sequence[Target], month: dt.date, rates: Rates) -> Iterator[Target]:
    """The regions', and the company's at the plan rates of the year."""
    total = 0
    for region, per_mille in REGIONS_PER_MILLE.items():
        teams = [name for name in TEAM_IDS if REGION_OF[name] == region]
        minor = sum(t.minor for t in of_teams if t.team_id in [TEAM_IDS[name] for name in teams])
        minor = _even(minor * per_mille // 1000)
        currency = CURRENCY_OF[teams[0]]
        yield Target(None, None, month, minor, currency, _agreed_on(month), region)
        planned = rates.exact(Money(minor, currency), month, RateKind.PLAN)
        total += rounded(planned) if planned is not None else 0
    yield Target(None, None, month, _even(total * COMPANY_PER_MILLE // 1000), rates.currency, _agreed_on(month))


def _counts(of_people: Sequence[Target], month: dt.date) -> Iterator[Target]:
    """Targets beyond revenue: the reps' counts, and their sum for the team."""
    for metric, (team, steps) in ((Metric.NEW_ACCOUNTS, NEW_ACCOUNTS), (Metric.ACTIVITIES, ACTIVITIES)):
        count = steps[(month.month - 2) % 3]
        own = [t for t in of_people if t.is_usual and member_of(t.person_id or 0).team == team]
        yield from (replace(target, metric=metric, minor=count, currency=None) for target in own)
        whole = sum(count * target.ramp for target in own) // 100
        yield Target(None, TEAM_IDS[team], month, whole, None, _agreed_on(month), metric=metric)


def _ambitions(targets: Iterable[Target]) -> Iterator[Target]:
    for target in targets:
        ambitious = target.team_id == TEAM_IDS[AMBITIOUS]
        ambitious |= target.person_id is not None and member_of(target.person_id).team == AMBITIOUS
        if target.is_usual and ambitious:
            for level, per_mille in AMBITIONS.items():
                yield replace(target, level=level, minor=_even(target.minor * per_mille // 1000))


def _agreed_on(month: dt.date) -> dt.date:
    """Targets are set shortly before the fiscal year begins."""
    return fiscal_year_start(month) - dt.timedelta(days=12)


def _even(minor: int) -> int:
    """Without cents: nobody is asked for them."""
    return minor // 100 * 100
