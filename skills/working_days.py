"""On which days people work: the weekly rule, public holidays, the organisation's own days, leave (domain 3.24)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlmodel import Session

from skills.contract import SkillContext
from skills.measures.pacing import WorkingDays
from skills.text import Text, text
from store.calendar import list_calendar_days, list_leaves, list_regions
from store.models import CalendarDay, Leave, Organisation, Person, Region
from store.people import list_teams
from store.scope import Scope

LOOKED_BACK = 14
"""Days among which the last working day is looked for."""
RECENT = 2
"""Years after which a country that moved days off no longer counts as one that announces them anew each year."""


class Calendars:
    """Working days of regions and people between two days.

    `scope` says whose leave is looked up (the context's when left out): give the one whose quotas are counted.
    """

    def __init__(self, context: SkillContext, start: dt.date, end: dt.date, scope: Scope | None = None) -> None:
        self._context, self._start, self._end = context, start, end
        self._scope = context.scope if scope is None else scope
        self._own_days = list_calendar_days(context.session, start, end)
        self._regions = {region.name.casefold(): region for region in list_regions(context.session)}
        self._teams = list_team_regions(context.session)
        self._by_region: dict[str, tuple[WorkingDays, tuple[Text, ...]]] = {}
        self._leave: dict[int, list[Leave]] | None = None

    def of(self, region: str) -> WorkingDays:
        """The working days of a region: its country's week and holidays, with the organisation's own days above them.

        One without a name, or without a country, has the organisation's week and own days alone.
        """
        return self._get(region)[0]

    def of_person(self, person: Person) -> WorkingDays:
        """Those of the person's region without the days of leave. When they joined or left makes no difference."""
        region = self.of(get_region(self._teams, person))
        away = {day: False for day in self._days_off(person.id or 0) if region.works(day)}
        return WorkingDays(region.weekdays, {**region.exceptions, **away}) if away else region

    def has_leave(self, person: Person) -> bool:
        """Whether the person is away on a day between the two on which others of the region work."""
        region = self.of(get_region(self._teams, person))
        return any(region.works(day) for day in self._days_off(person.id or 0))

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What is not known about the regions that were asked for so far: belongs to every figure built on them."""
        return tuple(dict.fromkeys(doubt for _, doubts in self._by_region.values() for doubt in doubts))

    def warnings_of(self, people: Iterable[Person]) -> tuple[Text, ...]:
        """Those about the regions of these people, when targets of other regions were looked at as well."""
        regions = dict.fromkeys(get_region(self._teams, person) for person in people)
        return tuple(dict.fromkeys(doubt for region in regions for doubt in self._get(region)[1]))

    def _get(self, region: str) -> tuple[WorkingDays, tuple[Text, ...]]:
        if region not in self._by_region:
            row = self._regions.get(region.casefold())
            own = [day for day in self._own_days if day.region in ("", region)]
            span = (self._start, self._end)
            self._by_region[region] = _working_days(self._context.organisation, row, own, span, self._context.today)
        return self._by_region[region]

    def _days_off(self, person_id: int) -> Iterator[dt.date]:
        if self._leave is None:
            self._leave = {}
            for leave in list_leaves(self._context.session, self._scope, self._start, self._end):
                self._leave.setdefault(leave.person_id, []).append(leave)
        for leave in self._leave.get(person_id, ()):
            yield from days_away(leave, self._start, self._end)


def is_working_day(session: Session, organisation: Organisation, person: Person, day: dt.date) -> bool:
    """Whether the person works on a day, by their region, their leave and the days they are in the organisation."""
    after = day + dt.timedelta(days=1)
    scope = Scope.of([person.id or 0])
    if not person.is_active(day) or list_leaves(session, scope, day, after):
        return False
    name = get_region(list_team_regions(session), person)
    row = next((each for each in list_regions(session) if each.name.casefold() == name.casefold()), None)
    own = [each for each in list_calendar_days(session, day, after) if each.region in ("", name)]
    days, _ = _working_days(organisation, row, own, (day, after), day)
    return days.works(day)


def get_last_working_day(session: Session, organisation: Organisation, person: Person, before: dt.date) -> dt.date:
    """The last day before one on which the person worked; the day before it where there is none within two weeks."""
    days = [before - dt.timedelta(days=number) for number in range(1, LOOKED_BACK + 1)]
    return next((day for day in days if is_working_day(session, organisation, person, day)), days[0])


def days_away(leave: Leave, start: dt.date, end: dt.date) -> Iterator[dt.date]:
    """The days of a leave from `start` up to but not including `end`, working or not."""
    day, last = max(leave.first_day, start), min(leave.last_day, end - dt.timedelta(days=1))
    while day <= last:
        yield day
        day += dt.timedelta(days=1)


def get_region(regions: Mapping[int, str], person: Person) -> str:
    """The person's region, or else their team's; `regions` by the team's id."""
    return person.region or regions.get(person.team_id or 0, "")


def list_team_regions(session: Session) -> dict[int, str]:
    """Each team's region, by the team's id."""
    return {team.id: team.region for team in list_teams(session) if team.id is not None}


def _working_days(
    organisation: Organisation,
    region: Region | None,
    own: Sequence[CalendarDay],
    span: tuple[dt.date, dt.date],
    today: dt.date,
) -> tuple[WorkingDays, tuple[Text, ...]]:
    """`own` holds the organisation's own days, those of everybody before those of the region."""
    weekdays = WorkingDays.named(organisation.working_days).weekdays
    exceptions: dict[dt.date, bool] = {}
    doubts: tuple[Text, ...] = ()
    start, end = span
    if region is not None and region.country and start < end:
        years = range(start.year, (end - dt.timedelta(days=1)).year + 1)
        table = _public_days(region.country.upper(), region.subdivision, years.start, years.stop)
        exceptions = {day: works for day, works in table.days.items() if start <= day < end}
        if weekdays & table.weekend:
            # Where people rest on a Friday, they work on the Sunday that is free elsewhere.
            weekdays = frozenset(range(7)) - table.weekend
        entered = {day.day.year for day in own if day.region}
        doubts = tuple(table.doubts(region, span, [year for year in years if year not in entered], today))
    exceptions |= {day.day: day.works for day in own}
    return WorkingDays(weekdays, exceptions), doubts


@dataclass(frozen=True)
class _PublicDays:
    """What the library of holidays knows of a country in some years."""

    known: bool = False
    weekend: frozenset[int] = frozenset()
    days: Mapping[dt.date, bool] = field(default_factory=dict)
    """Holidays (False) and weekend days that are worked (True)."""
    first_year: int = 0
    last_year: int = 0
    estimated: frozenset[dt.date] = frozenset()
    """Holidays that hang on the moon and are not yet set."""
    announced: int | None = None
    """The last year whose moved days off are announced, in a country that moves some."""

    def doubts(
        self, region: Region, span: tuple[dt.date, dt.date], years: Sequence[int], today: dt.date
    ) -> Iterator[Text]:
        """What is not known about the span, in those of its years that the organisation has not entered itself."""
        place = f"{region.country.upper()} {region.subdivision}".strip()
        if not self.known:
            yield text(
                "I know no public holidays of {place}, which {region} keeps: none are counted.",
                place=place,
                region=region.name,
            )
            return
        if unknown := [year for year in years if not self.first_year <= year <= self.last_year]:
            yield text(
                "I don't know the public holidays of {region} ({place}) in {years}: none are counted.",
                region=region.name,
                place=place,
                years=_joined(unknown),
            )
        if unannounced := [year for year in years if self._is_unannounced(year, today)]:
            yield text(
                "The moved days off and working weekends of {region} ({place}) in {years} are not announced yet, "
                "and not counted.",
                region=region.name,
                place=place,
                years=_joined(unannounced),
            )
        moons = sorted({day.year for day in self.estimated if span[0] <= day < span[1] and day.year in years})
        if moons:
            yield text(
                "Some public holidays of {region} ({place}) in {years} are estimates.",
                region=region.name,
                place=place,
                years=_joined(moons),
            )

    def _is_unannounced(self, year: int, today: dt.date) -> bool:
        """A year that has come without an announcement, in a country that lately made one every year, moves none."""
        return self.announced is not None and max(self.announced + 1, today.year) <= year and (
            self.announced >= today.year - RECENT
        )  # fmt: skip


def _joined(years: Sequence[int]) -> str:
    """ "2027", "2027–2030"."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


@cache
def _public_days(country: str, subdivision: str, start: int, end: int) -> _PublicDays:
    """The days of the years from `start` up to but not including `end`."""
    # It is a large package, of which only the module of this country is read.
    import holidays

    try:
        table: Any = holidays.country_holidays(country, subdiv=subdivision or None, years=range(start, end))
    except NotImplementedError:
        return _PublicDays()
    days = dict.fromkeys(table, False) | dict.fromkeys(table.weekend_workdays, True)
    moved = [year for year, rows in getattr(table, "special_public_holidays", {}).items() if _moves(rows)]
    return _PublicDays(
        known=True,
        weekend=frozenset(table.weekend),
        days={day: works for day, works in days.items() if start <= day.year < end},
        first_year=table.start_year,
        last_year=table.end_year,
        estimated=frozenset(day for day, name in table.items() if "estimated" in name),
        announced=max(moved, default=None) if table.has_substituted_holidays else None,
    )


def _moves(rows: Any) -> bool:
    """Whether a year of the library's table moves a day off: those rows name two days, the others a day and a name."""
    return any(len(row) > 3 for row in (rows if isinstance(rows[0], tuple) else (rows,)))
