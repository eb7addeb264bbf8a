"""When a rhythm is due: once on each of its local days, whatever the clocks do."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.references import Rhythm
from skills.references.rhythms import DAYS, WORKDAYS
from skills.rhythm import Due, get_next_due, in_words, list_due
from tests.scheduler.conftest import english, utc

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe")
CLOCK_TIMES = st.times().map(lambda time: f"{time:%H:%M}")


def daily(at: str) -> Rhythm:
    return Rhythm(DAYS, None, at)


def due_on(rhythm: Rhythm, zone: ZoneInfo, day: dt.date) -> list[Due]:
    midday = dt.datetime.combine(day, dt.time(12), dt.UTC)
    around = list_due(rhythm, zone, midday - dt.timedelta(days=3), midday + dt.timedelta(days=3))
    return [due for due in around if due.day == day]


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), year=st.integers(2008, 2035), at=CLOCK_TIMES)
def test_a_daily_report_is_due_once_on_every_date_of_a_year(zone: str, year: int, at: str) -> None:
    where = ZoneInfo(zone)
    start = dt.datetime(year, 1, 1, tzinfo=where)
    end = dt.datetime(year, 12, 31, 23, 59, 59, tzinfo=where)
    due = list(list_due(daily(at), where, start - dt.timedelta(seconds=1), end))
    days = [dt.date(year, 1, 1) + dt.timedelta(days=number) for number in range((end.date() - start.date()).days + 1)]
    assert [item.day for item in due] == days
    assert all(first.moment < second.moment for first, second in pairwise(due))
    for item in due:
        clock = item.moment.astimezone(where)
        late = clock.replace(tzinfo=None) - dt.datetime.combine(item.day, dt.time.fromisoformat(at))
        assert dt.timedelta(0) <= late <= dt.timedelta(hours=1), "only a gap in the clock makes it later"


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=CLOCK_TIMES,
    weekdays=st.sets(st.sampled_from(DAYS), min_size=1),
    start=st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: utc("2025-01-01T00:00") + dt.timedelta(minutes=minutes)
    ),
    steps=st.lists(st.integers(1, 4000), max_size=15),
)
def test_looking_often_finds_what_looking_once_finds(
    zone: str, at: str, weekdays: set[str], start: dt.datetime, steps: list[int]
) -> None:
    rhythm, where = Rhythm(tuple(weekdays), None, at), ZoneInfo(zone)
    moments = [start]
    for minutes in steps:
        moments.append(moments[-1] + dt.timedelta(minutes=minutes))
    piecewise = [due for a, b in pairwise(moments) for due in list_due(rhythm, where, a, b)]
    assert piecewise == list(list_due(rhythm, where, start, moments[-1]))


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), year=st.integers(2008, 2035), day=st.integers(1, 31), at=CLOCK_TIMES)
def test_a_monthly_report_is_due_once_in_every_month(zone: str, year: int, day: int, at: str) -> None:
    where = ZoneInfo(zone)
    start, end = dt.datetime(year, 1, 1, tzinfo=where), dt.datetime(year, 12, 31, 23, 59, 59, tzinfo=where)
    due = list(list_due(Rhythm((), day, at), where, start - dt.timedelta(seconds=1), end))
    assert [item.day.month for item in due] == list(range(1, 13))
    for item in due:
        last = (item.day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        assert item.day.day == min(day, last.day)


def test_nine_in_new_york_follows_the_summer_clock() -> None:
    due = list(list_due(daily("09:00"), NEW_YORK, utc("2026-03-07T00:00"), utc("2026-03-09T00:00")))
    assert [item.moment for item in due] == [utc("2026-03-07T14:00"), utc("2026-03-08T13:00")]


def test_half_past_two_that_does_not_exist_is_sent_at_half_past_three_once() -> None:
    (due,) = due_on(daily("02:30"), NEW_YORK, dt.date(2026, 3, 8))
    assert due.moment.astimezone(NEW_YORK).strftime("%H:%M %Z") == "03:30 EDT"


def test_half_past_one_that_happens_twice_is_sent_the_first_time_only() -> None:
    (due,) = due_on(daily("01:30"), NEW_YORK, dt.date(2026, 11, 1))
    assert due.moment == utc("2026-11-01T05:30")
    again = utc("2026-11-01T06:30")
    assert not list(list_due(daily("01:30"), NEW_YORK, due.moment, again))


def test_a_gap_of_half_an_hour_moves_a_report_by_half_an_hour() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    (due,) = due_on(daily("02:15"), lord_howe, dt.date(2026, 10, 4))
    assert due.moment.astimezone(lord_howe).strftime("%H:%M") == "02:45"


def test_a_midnight_that_does_not_exist_is_the_first_moment_of_that_day() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    (due,) = due_on(daily("00:00"), beirut, dt.date(2026, 3, 29))
    assert due.moment.astimezone(beirut).isoformat() == "2026-03-29T01:00:00+03:00"


def test_a_day_that_a_zone_leaves_out_is_not_sent_twice_on_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")
    due = list(list_due(daily("08:30"), apia, utc("2011-12-28T00:00"), utc("2012-01-01T23:00")))
    assert len({item.moment for item in due}) == len(due)
    assert dt.date(2011, 12, 30) not in [item.day for item in due]
    assert dt.date(2011, 12, 31) in [item.day for item in due]


@pytest.mark.parametrize(
    ("month_day", "year", "expected"),
    [(31, 2026, dt.date(2026, 2, 28)), (30, 2028, dt.date(2028, 2, 29)), (29, 2028, dt.date(2028, 2, 29))],
)
def test_february_uses_its_own_last_day(month_day: int, year: int, expected: dt.date) -> None:
    due = get_next_due(Rhythm((), month_day, "09:00"), NEW_YORK, dt.datetime(year, 2, 1, tzinfo=dt.UTC))
    assert due.day == expected


def test_a_due_moment_belongs_to_what_comes_before_it() -> None:
    moment = utc("2026-11-18T13:30")
    assert [item.moment for item in list_due(daily("08:30"), NEW_YORK, utc("2026-11-18T00:00"), moment)] == [moment]
    assert not list(list_due(daily("08:30"), NEW_YORK, moment, moment + dt.timedelta(hours=1)))


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [
        (daily("08:30"), "every day at 08:30"),
        (Rhythm(WORKDAYS, None, "08:30"), "every weekday at 08:30"),
        (Rhythm(("mon",), None, "08:00"), "every Monday at 08:00"),
        (Rhythm(("tue", "thu"), None, "08:00"), "every Tuesday and Thursday at 08:00"),
        (Rhythm(("mon", "wed", "fri"), None, "17:00"), "every Monday, Wednesday and Friday at 17:00"),
        (Rhythm((), 1, "09:00"), "on day 1 of every month at 09:00"),
        (Rhythm((), 31, "09:00"), "on the last day of every month at 09:00"),
    ],
)
def test_a_rhythm_reads_as_people_say_it(rhythm: Rhythm, words: str) -> None:
    assert english(in_words(rhythm)) == words
