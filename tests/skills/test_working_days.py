"""Working days of regions and people: weekly rule, public holidays, working weekends, own days, leave."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from skills.measures.pacing import WorkingDays
from skills.working_days import Calendars, days_away, is_working_day
from store.engine import Database
from store.models import CalendarDay, Leave, Organisation, Person, Region, Team
from store.scope import Scope

D = dt.date
TODAY = D(2026, 11, 23)
YEAR_2026 = (D(2026, 1, 1), D(2027, 1, 1))
OCTOBER_2025 = (D(2025, 10, 1), D(2025, 11, 1))


class Office:
    """A database with regions in it, and the calendars of it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.organisation = Organisation(name="Office")
        session.add(self.organisation)

    def add(self, *rows: Any) -> None:
        self.session.add_all(rows)
        self.session.flush()

    def region(self, name: str, country: str = "", subdivision: str = "") -> None:
        self.add(Region(name=name, country=country, subdivision=subdivision))

    def calendars(self, start: D, end: D, scope: Scope | None = None) -> Calendars:
        context: Any = SimpleNamespace(
            session=self.session, organisation=self.organisation, today=TODAY, scope=Scope.everybody()
        )
        return Calendars(context, start, end, scope)

    def count(self, region: str, start: D, end: D) -> int:
        return self.calendars(start, end).of(region).count(start, end)

    def warnings(self, region: str, start: D, end: D) -> list[str]:
        calendars = self.calendars(start, end)
        calendars.of(region)
        return [warning.template for warning in calendars.warnings]


@pytest.fixture
def office(database: Database) -> Any:
    with database.writing() as session:
        yield Office(session)


def test_october_2025_in_china_has_18_working_days_not_17(office: Office) -> None:
    office.region("Shanghai", "CN")
    assert office.count("Shanghai", *OCTOBER_2025) == 18
    assert office.calendars(*OCTOBER_2025).of("Shanghai").works(D(2025, 10, 11))
    assert not office.calendars(*OCTOBER_2025).of("Shanghai").works(D(2025, 10, 8))


def test_a_weekend_day_worked_for_a_holiday_of_the_next_year_counts_in_its_own(office: Office) -> None:
    office.region("Shanghai", "CN")
    assert office.calendars(D(2011, 12, 1), D(2012, 1, 1)).of("Shanghai").works(D(2011, 12, 31))


@pytest.mark.parametrize(
    ("country", "subdivision", "days"),
    [("US", "", 250), ("GB", "ENG", 253), ("GB", "SCT", 251), ("FR", "", 252), ("JP", "", 244)],
)
def test_the_working_days_of_2026_by_country(office: Office, country: str, subdivision: str, days: int) -> None:
    office.region("Here", country, subdivision)
    assert office.count("Here", *YEAR_2026) == days
    assert office.warnings("Here", *YEAR_2026) == []


def test_a_region_that_is_none_or_has_no_country_has_the_weekly_rule_alone(office: Office) -> None:
    office.region("Nowhere")
    assert office.count("", *YEAR_2026) == office.count("Nowhere", *YEAR_2026) == office.count("New", *YEAR_2026) == 261


def test_a_region_is_found_whatever_its_case(office: Office) -> None:
    office.region("EMEA", "FR")
    assert office.count("emea", *YEAR_2026) == 252


def test_a_country_that_rests_on_friday_works_on_sunday(office: Office) -> None:
    office.region("Riyadh", "SA")
    days = office.calendars(*YEAR_2026).of("Riyadh")
    assert not days.works(D(2026, 1, 2))
    assert days.works(D(2026, 1, 4))


def test_own_days_stand_above_public_holidays(office: Office) -> None:
    office.region("Paris", "FR")
    office.add(
        CalendarDay(region="", day=D(2026, 12, 24), name="closed"),
        CalendarDay(region="Paris", day=D(2026, 7, 14), works=True, name="trade fair"),
        CalendarDay(region="Lyon", day=D(2026, 7, 15), name="works outing"),
    )
    days = office.calendars(*YEAR_2026).of("Paris")
    assert (days.works(D(2026, 12, 24)), days.works(D(2026, 7, 14)), days.works(D(2026, 7, 15))) == (False, True, True)


def test_what_is_not_known_is_a_warning_and_not_a_guess(office: Office) -> None:
    office.region("Shanghai", "CN")
    office.region("Atlantis", "ZZ")
    office.region("Tokyo", "JP")
    office.region("Singapore", "SG")
    next_year = (D(2027, 1, 1), D(2028, 1, 1))
    assert "not announced yet" in office.warnings("Shanghai", *next_year)[0]
    assert office.warnings("Shanghai", *YEAR_2026) == []
    assert "I know no public holidays" in office.warnings("Atlantis", *YEAR_2026)[0]
    assert "I don't know the public holidays" in office.warnings("Tokyo", D(2100, 1, 1), D(2101, 1, 1))[0]
    assert "estimates" in office.warnings("Singapore", D(2030, 2, 1), D(2030, 3, 1))[0]
    assert office.warnings("Singapore", D(2030, 3, 1), D(2030, 3, 15)) == []
    assert office.count("Atlantis", *YEAR_2026) == 261


def test_a_year_that_the_organisation_has_entered_is_known(office: Office) -> None:
    office.region("Shanghai", "CN")
    office.add(CalendarDay(region="Shanghai", day=D(2027, 2, 14), works=True))
    assert office.warnings("Shanghai", D(2027, 1, 1), D(2028, 1, 1)) == []


def test_leave_takes_working_days_away_and_no_others(office: Office) -> None:
    office.region("Paris", "FR")
    team = Team(name="Beta", region="Paris")
    office.add(team)
    eva, sam = Person(name="Eva", team_id=team.id), Person(name="Sam")
    office.add(eva, sam)
    # Wednesday to Wednesday over 14 July, a holiday: five of the days are worked by the others.
    office.add(Leave(person_id=eva.id or 0, first_day=D(2026, 7, 8), last_day=D(2026, 7, 15)))
    july = (D(2026, 7, 1), D(2026, 8, 1))
    calendars = office.calendars(*july)
    assert calendars.of("Paris").count(*july) == 22
    assert calendars.of_person(eva).count(*july) == 17
    assert calendars.of_person(sam).count(*july) == 23
    assert (calendars.has_leave(eva), calendars.has_leave(sam)) == (True, False)


def test_overlapping_leave_counts_once_and_only_in_scope(office: Office) -> None:
    eva = Person(name="Eva")
    office.add(eva)
    days = [(D(2026, 7, 6), D(2026, 7, 8)), (D(2026, 7, 7), D(2026, 7, 10))]
    office.add(*(Leave(person_id=eva.id or 0, first_day=first, last_day=last) for first, last in days))
    week = (D(2026, 7, 6), D(2026, 7, 13))
    assert office.calendars(*week).of_person(eva).count(*week) == 0
    assert office.calendars(*week, Scope.of(())).of_person(eva).count(*week) == 5


def test_a_person_works_where_region_leave_and_employment_agree(office: Office) -> None:
    office.region("Paris", "FR")
    eva = Person(name="Eva", region="Paris", active_from=D(2026, 3, 1), active_to=D(2026, 9, 30))
    office.add(eva)
    office.add(Leave(person_id=eva.id or 0, first_day=D(2026, 6, 1), last_day=D(2026, 6, 1)))
    works = {
        day: is_working_day(office.session, office.organisation, eva, day)
        for day in (D(2026, 2, 27), D(2026, 6, 1), D(2026, 6, 2), D(2026, 7, 14), D(2026, 7, 18), D(2026, 10, 1))
    }
    assert [day for day, at_work in works.items() if at_work] == [D(2026, 6, 2)]


DAYS = st.dates(D(2026, 1, 1), D(2026, 3, 31))


@given(st.sets(st.integers(0, 6)), st.dictionaries(DAYS, st.booleans()), DAYS, DAYS)
def test_working_days_equal_looking_at_each(weekdays: set[int], exceptions: dict[D, bool], start: D, end: D) -> None:
    days = WorkingDays(frozenset(weekdays), exceptions)
    each = [start + dt.timedelta(days=step) for step in range(max(0, (end - start).days))]
    assert days.count(start, end) == sum(days.works(day) for day in each)


@given(DAYS, DAYS, DAYS, DAYS)
def test_the_days_of_a_leave_are_those_within_the_period(first: D, last: D, start: D, end: D) -> None:
    found = set(days_away(Leave(person_id=1, first_day=first, last_day=last), start, end))
    assert found == {day for day in (D(2026, 1, 1) + dt.timedelta(days=n) for n in range(90))
                     if first <= day <= last and start <= day < end}  # fmt: skip
