"""Stretches of time in words: read, found in sentences, fiscal where the organisation is."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar, Weeks
from skills.references import find_periods, read_date, read_period

MONDAY = dt.date(2026, 11, 23)
PLAIN = FiscalCalendar()
FROM_FEBRUARY = FiscalCalendar(2)
RETAIL = FiscalCalendar(2, named_by_end=False, weeks=Weeks((4, 5, 4), 6))


def days_of(words: str, calendar: FiscalCalendar = PLAIN, today: dt.date = MONDAY) -> str:
    period = read_period(words, today, calendar)
    return f"{period.start} {period.last_day}"


READ = [
    ("this month", "2026-11-01 2026-11-30"),
    ("next quarter", "2027-01-01 2027-03-31"),
    ("this half", "2026-07-01 2026-12-31"),
    ("last week", "2026-11-16 2026-11-22"),
    ("qtd", "2026-10-01 2026-11-23"),
    ("mtd", "2026-11-01 2026-11-23"),
    ("half to date", "2026-07-01 2026-11-23"),
    ("this year so far", "2026-01-01 2026-11-23"),
    ("so far this quarter", "2026-10-01 2026-11-23"),
    ("2017Q2", "2017-04-01 2017-06-30"),
    ("FY27 Q1", "2027-01-01 2027-03-31"),
    ("2Q26", "2026-04-01 2026-06-30"),
    ("1H 2026", "2026-01-01 2026-06-30"),
    ("since Monday", "2026-11-23 2026-11-23"),
    ("since last Monday", "2026-11-16 2026-11-23"),
    ("since 1 May", "2026-05-01 2026-11-23"),
    ("since the first of the month", "2026-11-01 2026-11-23"),
    ("since the start of the year", "2026-01-01 2026-11-23"),
    ("since two weeks ago", "2026-11-09 2026-11-23"),
    ("from June onwards", "2026-06-01 2026-11-23"),
    ("last 90 days", "2026-08-26 2026-11-23"),
    ("past 2 quarters", "2026-04-01 2026-09-30"),
    ("last 2 halves", "2025-07-01 2026-06-30"),
    ("trailing 12 months", "2025-11-24 2026-11-23"),
    ("next 30 days", "2026-11-23 2026-12-22"),
    ("next 2 quarters", "2027-01-01 2027-06-30"),
    ("between 1 Feb and mid March", "2026-02-01 2026-03-15"),
    ("from March to May", "2026-03-01 2026-05-31"),
    ("between March and December", "2026-03-01 2026-12-31"),
    ("from the 25th to the 5th", "2026-10-25 2026-11-05"),
    ("from November to February", "2025-11-01 2026-02-28"),
    ("from March to May 2024", "2024-03-01 2024-05-31"),
    ("from October 2024 to March", "2024-10-01 2025-03-31"),
    ("Q1 to Q3 2025", "2025-01-01 2025-09-30"),
    ("1 to 15 March", "2026-03-01 2026-03-15"),
    ("March 3-15, 2025", "2025-03-03 2025-03-15"),
    ("between Monday and Friday", "2026-11-16 2026-11-20"),
    ("from last Monday to yesterday", "2026-11-16 2026-11-22"),
    ("early March to mid May", "2026-03-01 2026-05-15"),
    ("first half of June", "2026-06-01 2026-06-15"),
    ("second half of last month", "2026-10-16 2026-10-31"),
    ("late March", "2026-03-21 2026-03-31"),
    ("first week of March", "2026-03-01 2026-03-07"),
    ("last month of last quarter", "2026-09-01 2026-09-30"),
    ("first two months of the year", "2026-01-01 2026-02-28"),
    ("second half of the year", "2026-07-01 2026-12-31"),
    ("last March", "2026-03-01 2026-03-31"),
    ("next March", "2027-03-01 2027-03-31"),
    ("the month of March", "2026-03-01 2026-03-31"),
    ("two quarters ago", "2026-04-01 2026-06-30"),
    ("this time last year", "2025-10-01 2025-12-31"),
    ("last weekend", "2026-11-21 2026-11-22"),
    ("本季度", "2026-10-01 2026-12-31"),
    ("上一季度", "2026-07-01 2026-09-30"),
    ("下个月", "2026-12-01 2026-12-31"),
    ("今年以来", "2026-01-01 2026-11-23"),
    ("本月至今", "2026-11-01 2026-11-23"),
    ("今年到目前为止", "2026-01-01 2026-11-23"),
    ("上半年", "2026-01-01 2026-06-30"),
    ("下半年", "2026-07-01 2026-12-31"),
    ("最近30天", "2026-10-25 2026-11-23"),
    ("过去两个季度", "2026-04-01 2026-09-30"),
    ("近半年", "2026-05-24 2026-11-23"),
    ("过去一年", "2025-11-24 2026-11-23"),
    ("未来30天", "2026-11-23 2026-12-22"),
    ("2017年第二季度", "2017-04-01 2017-06-30"),
    ("FY27第一季度", "2027-01-01 2027-03-31"),
    ("三月份", "2026-03-01 2026-03-31"),
    ("1月到3月", "2026-01-01 2026-03-31"),
    ("1-3月", "2026-01-01 2026-03-31"),
    ("一至三季度", "2026-01-01 2026-09-30"),
    ("3月1日到15日", "2026-03-01 2026-03-15"),
    ("2月1号到3月中旬", "2026-02-01 2026-03-20"),
    ("年初到上个月底", "2026-01-01 2026-10-31"),
    ("周一以来", "2026-11-23 2026-11-23"),
    ("上周一以来", "2026-11-16 2026-11-23"),
    ("自5月1日起", "2026-05-01 2026-11-23"),
    ("6月上半月", "2026-06-01 2026-06-15"),
    ("本季度第一个月", "2026-10-01 2026-10-31"),
    ("今年前两个月", "2026-01-01 2026-02-28"),
    ("去年同期", "2025-10-01 2025-12-31"),
    ("上周末", "2026-11-21 2026-11-22"),
]


@pytest.mark.parametrize(("words", "days"), READ)
def test_a_period_is_read_and_found_in_a_sentence(words: str, days: str) -> None:
    assert days_of(words) == days
    sentence = f"show wins {words} please" if words.isascii() else f"看看{words}的业绩"
    assert [span.words for span in find_periods(sentence, MONDAY, PLAIN)] == [words]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("last Monday", "2026-11-16 2026-11-16"),
        ("上周五", "2026-11-20 2026-11-20"),
        ("day before yesterday", "2026-11-21 2026-11-21"),
        ("end of March", "2026-03-21 2026-03-31"),
        ("3月初", "2026-03-01 2026-03-10"),
        ("for Q3, please", "2026-07-01 2026-09-30"),
        ("本周至今", "2026-11-23 2026-11-23"),
    ],
)
def test_a_period_is_read_where_one_is_asked_for(words: str, days: str) -> None:
    assert days_of(words) == days


@pytest.mark.parametrize(
    ("words", "plain", "february", "retail"),
    [
        ("this quarter", "2026-10-01 2026-12-31", "2026-11-01 2027-01-31", "2026-11-01 2027-01-30"),
        ("Q3", "2026-07-01 2026-09-30", "2026-08-01 2026-10-31", "2026-08-02 2026-10-31"),
        ("ytd", "2026-01-01 2026-11-23", "2026-02-01 2026-11-23", "2026-02-01 2026-11-23"),
        ("FY27 Q1", "2027-01-01 2027-03-31", "2026-02-01 2026-04-30", "2027-01-31 2027-05-01"),
        ("上季度", "2026-07-01 2026-09-30", "2026-08-01 2026-10-31", "2026-08-02 2026-10-31"),
        ("上半年", "2026-01-01 2026-06-30", "2026-02-01 2026-07-31", "2026-02-01 2026-08-01"),
        ("March", "2026-03-01 2026-03-31", "2026-03-01 2026-03-31", "2026-03-01 2026-04-04"),
        ("this week", "2026-11-23 2026-11-29", "2026-11-23 2026-11-29", "2026-11-22 2026-11-28"),
        ("calendar Q3", "2026-07-01 2026-09-30", "2026-07-01 2026-09-30", "2026-07-01 2026-09-30"),
        ("last calendar year", "2025-01-01 2025-12-31", "2025-01-01 2025-12-31", "2025-01-01 2025-12-31"),
        ("自然年", "2026-01-01 2026-12-31", "2026-01-01 2026-12-31", "2026-01-01 2026-12-31"),
        ("Mar FY27", "2027-03-01 2027-03-31", "2026-03-01 2026-03-31", "2027-02-28 2027-04-03"),
        ("last quarter of 2023", "2023-10-01 2023-12-31", "2022-11-01 2023-01-31", "2023-10-29 2024-02-03"),
    ],
)
def test_periods_are_the_organisations(words: str, plain: str, february: str, retail: str) -> None:
    assert [days_of(words, calendar) for calendar in (PLAIN, FROM_FEBRUARY, RETAIL)] == [plain, february, retail]


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        ("last few weeks", ["last 2 weeks", "last 4 weeks"]),
        ("最近几天", ["last 3 days", "last 7 days"]),
        ("so far", ["month to date", "quarter to date", "year to date"]),
        ("3/4", ["2026-03-04", "2026-04-03"]),
    ],
)
def test_what_can_be_several_periods_is_asked_about(words: str, choices: list[str]) -> None:
    with pytest.raises(Unclear) as asked:
        read_period(words, MONDAY, PLAIN)
    offered = [choice.invocation.params["period"] for choice in asked.value.choices]
    assert offered == choices
    assert all(read_period(choice, MONDAY, PLAIN) for choice in offered)


def test_a_vague_period_is_found_in_a_sentence_so_that_it_is_not_passed_over() -> None:
    sentence = "who won most in the last few weeks"
    assert [span.words for span in find_periods(sentence, MONDAY, PLAIN)] == ["in the last few weeks"]


@pytest.mark.parametrize(
    "words",
    [
        "until yesterday",
        "before March",
        "上个3月",
        "not this quarter",
        "last 0 days",
        "last 99999999999 days",
        "next 99999 years",
        "since 31 Feb",
        "first quarter of March",
        "5th week of March",
        "3月20日到10日",
    ],
)
def test_part_of_what_was_said_is_never_taken_for_the_whole(words: str) -> None:
    with pytest.raises(Unclear):
        read_period(words, MONDAY, PLAIN)


def test_days_with_slashes_between_two_readings_are_asked_about() -> None:
    with pytest.raises(Unclear):
        read_period("between 1/2 and 3/4", MONDAY, PLAIN)
    assert days_of("between 20/2 and 25/4") == "2026-02-20 2026-04-25"


def test_a_half_year_in_chinese_is_of_the_year_that_it_is() -> None:
    spring = dt.date(2026, 3, 10)
    assert days_of("上半年", today=spring) == "2026-01-01 2026-06-30"
    assert days_of("下半年", today=spring) == "2026-07-01 2026-12-31"
    assert days_of("前三季度", today=spring) == "2025-01-01 2025-09-30"


def test_in_a_year_of_weeks_the_end_of_a_month_is_a_doubt_and_its_middle_the_15th() -> None:
    end = read_date("end of month", MONDAY, calendar=RETAIL)
    assert (end.day, end.doubt is not None) == (dt.date(2026, 11, 28), True)
    assert read_date("middle of next month", MONDAY, calendar=RETAIL).day == dt.date(2026, 12, 15)
    assert read_date("end of month", MONDAY, calendar=PLAIN).doubt is None


CALENDARS = st.sampled_from([PLAIN, FROM_FEBRUARY, RETAIL, FiscalCalendar(7, named_by_end=False)])
PIECES = st.sampled_from(
    [
        *(words for words, _ in READ),
        "to",
        "and",
        "between",
        "since",
        "到",
        "以来",
        "1",
        "31",
        "Feb",
        "-",
        "so far",
        "第",
    ]
)


@given(st.lists(PIECES, max_size=5), CALENDARS, st.dates(dt.date(2016, 1, 1), dt.date(2030, 12, 31)))
def test_what_is_found_is_read_or_asked_about(words: list[str], calendar: FiscalCalendar, today: dt.date) -> None:
    sentence = " ".join(words)
    for span in find_periods(sentence, today, calendar):
        assert sentence[span.start : span.end] == span.words
    with suppress(Unclear):
        period = read_period(sentence, today, calendar)
        assert period.start < period.end


@given(st.sampled_from([words for words, _ in READ]), CALENDARS, st.dates(dt.date(2016, 1, 1), dt.date(2030, 12, 31)))
def test_every_name_means_something_on_every_day(words: str, calendar: FiscalCalendar, today: dt.date) -> None:
    period = read_period(words, today, calendar)
    assert period.start < period.end
