"""Fiscal years of months and of weeks (domain 3.24)."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.contract import calendar_of
from skills.measures.calendar import FiscalCalendar, Grain, Period, Weeks, add_months
from store.models import Organisation

D = dt.date
SUNDAY, MONDAY = 6, 0
RETAIL = FiscalCalendar(2, named_by_end=False, weeks=Weeks((4, 5, 4), SUNDAY))
"""The 4-5-4 calendar of the National Retail Federation."""
CALENDARS = st.builds(
    FiscalCalendar,
    st.integers(1, 12),
    st.booleans(),
    st.none() | st.builds(Weeks, st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]), st.integers(0, 6), st.booleans()),
)
DAYS = st.dates(D(1950, 1, 1), D(2120, 12, 31))
GRAINS = st.sampled_from([Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR])


def weeks_of(period: Period) -> int:
    days = (period.end - period.start).days
    assert days % 7 == 0
    return days // 7


@pytest.mark.parametrize(
    ("year", "start", "weeks"),
    [
        (2006, D(2006, 1, 29), 53),
        (2012, D(2012, 1, 29), 53),
        (2017, D(2017, 1, 29), 53),
        (2018, D(2018, 2, 4), 52),
        (2022, D(2022, 1, 30), 52),
        (2023, D(2023, 1, 29), 53),
        (2024, D(2024, 2, 4), 52),
        (2025, D(2025, 2, 2), 52),
        (2026, D(2026, 2, 1), 52),
    ],
)
def test_retail_years_are_those_that_are_published(year: int, start: D, weeks: int) -> None:
    period = RETAIL.period(Grain.YEAR, year)
    assert (period.start, weeks_of(period), period.label) == (start, weeks, f"FY{year}")


def test_the_53rd_week_is_in_the_last_month_alone() -> None:
    months = [RETAIL.period(Grain.MONTH, 2023, number) for number in range(1, 13)]
    assert [weeks_of(month) for month in months] == [4, 5, 4] * 3 + [4, 5, 5]
    assert months[11].label == "Jan 2024"
    assert months[11].last_day == D(2024, 2, 3)
    assert [weeks_of(RETAIL.period(Grain.QUARTER, 2023, number)) for number in range(1, 5)] == [13, 13, 13, 14]
    assert [weeks_of(RETAIL.period(Grain.HALF, 2024, number)) for number in (1, 2)] == [26, 26]


@pytest.mark.parametrize(
    ("weeks", "year", "start", "last"),
    [
        # Apple ends its year on the last Saturday of September: 24 September 2022, 30 September 2023 (53 weeks).
        (Weeks((5, 4, 4), SUNDAY, nearest=False), 2022, D(2021, 9, 26), D(2022, 9, 24)),
        (Weeks((5, 4, 4), SUNDAY, nearest=False), 2023, D(2022, 9, 25), D(2023, 9, 30)),
        (Weeks((5, 4, 4), SUNDAY, nearest=False), 2024, D(2023, 10, 1), D(2024, 9, 28)),
    ],
)
def test_a_year_can_end_on_the_last_such_day_of_its_month(weeks: Weeks, year: int, start: D, last: D) -> None:
    period = FiscalCalendar(10, named_by_end=True, weeks=weeks).period(Grain.YEAR, year)
    assert (period.start, period.last_day) == (start, last)


def test_weeks_begin_on_the_organisations_day() -> None:
    assert RETAIL.containing(Grain.WEEK, D(2026, 11, 23)).start == D(2026, 11, 22)
    assert FiscalCalendar().containing(Grain.WEEK, D(2026, 11, 22)).start == D(2026, 11, 16)


def test_the_same_quarter_of_the_year_before_has_the_same_number() -> None:
    assert RETAIL.year_before(Grain.QUARTER, D(2024, 2, 4)).label == "Q1 FY2023"
    assert RETAIL.year_before(Grain.WEEK, D(2024, 2, 4)).start == D(2023, 2, 5)
    assert FiscalCalendar().year_before(Grain.DAY, D(2024, 2, 29)).start == D(2023, 2, 28)


@given(CALENDARS, GRAINS, DAYS)
def test_periods_tile_time_without_a_gap(calendar: FiscalCalendar, grain: Grain, day: D) -> None:
    here = calendar.containing(grain, day)
    assert day in here
    assert calendar.shifted(grain, day, 1).start == here.end
    assert calendar.shifted(grain, day, -1).end == here.start
    for edge in (here.start, here.last_day):
        assert calendar.containing(grain, edge) == here


@given(CALENDARS, st.sampled_from(list(Grain)), DAYS, st.integers(-40, 40))
def test_going_there_and_back_changes_nothing(calendar: FiscalCalendar, grain: Grain, day: D, steps: int) -> None:
    there = calendar.shifted(grain, day, steps)
    assert calendar.shifted(grain, there.start, -steps) == calendar.containing(grain, day)


@given(CALENDARS, st.integers(1960, 2100))
def test_smaller_periods_make_up_a_year(calendar: FiscalCalendar, year: int) -> None:
    whole = calendar.period(Grain.YEAR, year)
    assert calendar.year_name(whole.start) == calendar.year_name(whole.last_day) == year
    if calendar.weeks is not None:
        assert weeks_of(whole) in (52, 53)
    for grain, count in ((Grain.MONTH, 12), (Grain.QUARTER, 4), (Grain.HALF, 2)):
        parts = [calendar.period(grain, year, number) for number in range(1, count + 1)]
        assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
        assert all(first.end == second.start for first, second in pairwise(parts))


@given(CALENDARS, DAYS)
def test_every_calendar_month_has_one_month_of_the_organisation(calendar: FiscalCalendar, day: D) -> None:
    month = calendar.month_of(day)
    assert month.key == day.replace(day=1)
    assert month.start <= day.replace(day=15) < month.end
    assert calendar.month_of(add_months(month.key, 1)).start == month.end
    if calendar.weeks is None:
        assert (month.start, month.end) == (month.key, add_months(month.key, 1))


@given(CALENDARS, DAYS, st.integers(1, 800))
def test_the_months_of_a_period_cover_it(calendar: FiscalCalendar, start: D, days: int) -> None:
    period = Period(start=start, end=start + dt.timedelta(days=days), label="")
    months = calendar.months(period)
    assert months[0].start <= period.start < months[0].end
    assert months[-1].start < period.end <= months[-1].end
    assert all(
        first.end == second.start and add_months(first.key, 1) == second.key for first, second in pairwise(months)
    )


def test_an_empty_period_has_no_months() -> None:
    assert RETAIL.months(Period(start=D(2026, 1, 1), end=D(2026, 1, 1), label="")) == ()


def test_the_settings_of_the_organisation_make_its_calendar() -> None:
    shop = Organisation(
        name="Shop", fiscal_start_month=2, fiscal_year_named_by="start", year_pattern="454", week_start="sun"
    )
    assert calendar_of(shop) == RETAIL
    assert calendar_of(Organisation(name="Plain")) == FiscalCalendar()
    last = Organisation(name="Late", fiscal_start_month=10, year_pattern="544", week_start="sun", year_start="last")
    assert calendar_of(last).period(Grain.YEAR, 2023).last_day == D(2023, 9, 30)


@pytest.mark.parametrize(("grain", "number"), [(Grain.QUARTER, 5), (Grain.HALF, 0), (Grain.YEAR, 2)])
def test_a_year_has_no_fifth_quarter(grain: Grain, number: int) -> None:
    with pytest.raises(ValueError, match="a year has no"):
        RETAIL.period(grain, 2026, number)
