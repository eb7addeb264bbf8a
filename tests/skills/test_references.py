"""Words become amounts, days, periods and rhythms."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar
from skills.references import (
    find_amounts,
    find_dates,
    find_periods,
    find_rhythms,
    read_amount,
    read_date,
    read_period,
    read_rhythm,
)
from skills.references.names import Candidate, Fit, match
from skills.references.numerals import read_chinese
from store.money import Money

MONDAY = dt.date(2026, 11, 23)
CALENDAR = FiscalCalendar()
FROM_FEBRUARY = FiscalCalendar(2)


@pytest.mark.parametrize(
    ("words", "units"),
    [
        ("45k", "45000"),
        ("1.2M", "1200000"),
        ("$500,000", "500000"),
        ("USD 1,054.00", "1054"),
        ("1.054,00", "1054"),
        ("20万", "200000"),
        ("3.5w", "35000"),
        ("1.2亿", "120000000"),
        ("两百万", "2000000"),
        ("一百二十万", "1200000"),
        ("４５ｋ", "45000"),
        ("45 000", "45000"),
        ("around 50k", "50000"),
        ("1.054M", "1054000"),
        ("45,5", "45.50"),
    ],
)
def test_an_amount_is_read_without_doubt(words: str, units: str) -> None:
    read = read_amount(words, "USD", Money.of(40_000, "USD"))
    assert (read.money, read.doubt) == (Money.of(units, "USD"), None)


@pytest.mark.parametrize(
    ("words", "units"),
    [
        ("+10k", "50000"),
        ("add 10k", "50000"),
        ("-5k", "35000"),
        ("加5万", "90000"),
        ("10% off", "36000"),
        ("+10%", "44000"),
        ("9折", "36000"),
        ("打八五折", "34000"),
        ("double it", "80000"),
        ("45", "45000"),
        ("1.500", "1500"),
    ],
)
def test_a_relative_or_shortened_amount_is_a_doubt(words: str, units: str) -> None:
    read = read_amount(words, "USD", Money.of(40_000, "USD"))
    assert read.money == Money.of(units, "USD")
    assert read.doubt is not None


def test_a_sign_that_contradicts_the_currency_is_a_doubt() -> None:
    assert read_amount("€45k", "USD").doubt is not None
    assert read_amount("¥45k", "JPY").doubt is None
    assert read_amount("45", "USD").doubt is not None


@pytest.mark.parametrize("words", ["", "lots", "10k or 20k", "about", "+10k", "9折"])
def test_what_is_no_single_amount_is_unclear(words: str) -> None:
    with pytest.raises(Unclear):
        read_amount(words, "USD")


@given(st.integers(min_value=1, max_value=10**10), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_written_out_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert read_amount(f"{currency} {money.units:,f}", currency).money == money


@given(st.text(max_size=40))
def test_no_text_breaks_a_finder_or_a_reader(words: str) -> None:
    for span in (*find_amounts(words), *find_rhythms(words)):
        assert span.end > span.start
    for span in (*find_dates(words, MONDAY), *find_periods(words, MONDAY, CALENDAR)):
        assert span.end > span.start
    for read in (lambda: read_amount(words, "USD"), lambda: read_date(words, MONDAY), lambda: read_rhythm(words)):
        with suppress(Unclear):
            assert read() is not None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-20", "2026-12-20"),
        ("20 Dec", "2026-12-20"),
        ("Dec 20th, 2026", "2026-12-20"),
        ("8/20", "2027-08-20"),
        ("20.8.", "2027-08-20"),
        ("tomorrow at 3pm", "2026-11-24"),
        ("fri", "2026-11-27"),
        ("by friday", "2026-11-27"),
        ("eom", "2026-11-30"),
        ("eoq", "2026-12-31"),
        ("end of next month", "2026-12-31"),
        ("in 2 wks", "2026-12-07"),
        ("a week from friday", "2026-12-04"),
        ("the 15th", "2026-12-15"),
        ("下周五", "2026-12-04"),
        ("月底", "2026-11-30"),
        ("后天", "2026-11-25"),
        ("12月20日", "2026-12-20"),
        ("十二月二十号", "2026-12-20"),
        ("下下周三", "2026-12-09"),
        ("两周后", "2026-12-07"),
        ("明年3月15日", "2027-03-15"),
        ("年底", "2026-12-31"),
    ],
)
def test_a_day_is_read_without_doubt(words: str, day: str) -> None:
    read = read_date(words, MONDAY, calendar=CALENDAR)
    assert (read.day.isoformat(), read.doubt) == (day, None)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("next friday", "2026-12-04"),
        ("monday", "2026-11-30"),
        ("Q1", "2027-03-31"),
        ("december", "2026-12-31"),
        ("3/4", "2027-03-04"),
        ("20 Nov", "2027-11-20"),
        ("next week", "2026-12-04"),
        ("周末", "2026-11-29"),
    ],
)
def test_a_day_with_two_readings_is_a_doubt(words: str, day: str) -> None:
    read = read_date(words, MONDAY, calendar=CALENDAR)
    assert read.day.isoformat() == day
    assert read.doubt is not None


@pytest.mark.parametrize("words", ["31 Feb", "asdf", "", "2027", "25:00"])
def test_what_is_no_day_is_unclear(words: str) -> None:
    with pytest.raises(Unclear):
        read_date(words, MONDAY)


def test_past_days_are_meant_where_something_was_done() -> None:
    assert read_date("friday", MONDAY, prefer_future=False).day == dt.date(2026, 11, 20)
    assert read_date("12 Nov", MONDAY, prefer_future=False).day == dt.date(2026, 11, 12)


def test_quarter_ends_follow_the_fiscal_year() -> None:
    assert read_date("eoq", MONDAY, calendar=FROM_FEBRUARY).day == dt.date(2027, 1, 31)
    assert read_date("eoq", MONDAY).doubt is not None


def test_verbs_and_names_are_no_days() -> None:
    assert find_dates("may i see what sat corp said", MONDAY) == ()
    assert [span.words for span in find_dates("close in may, call by fri", MONDAY)] == ["may", "fri"]


@pytest.mark.parametrize(
    ("words", "start", "last"),
    [
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("Q3 2017", "2017-07-01", "2017-09-30"),
        ("2017Q3", "2017-07-01", "2017-09-30"),
        ("third quarter of 2017", "2017-07-01", "2017-09-30"),
        ("H1 2017", "2017-01-01", "2017-06-30"),
        ("2017", "2017-01-01", "2017-12-31"),
        ("March 2017", "2017-03-01", "2017-03-31"),
        ("2017-03", "2017-03-01", "2017-03-31"),
        ("December", "2025-12-01", "2025-12-31"),
        ("ytd", "2026-01-01", "2026-11-23"),
        ("last 90 days", "2026-08-26", "2026-11-23"),
        ("between 1 Feb and 15 Mar", "2026-02-01", "2026-03-15"),
        ("since 1 May", "2026-05-01", "2026-11-23"),
        ("20 Nov", "2026-11-20", "2026-11-20"),
        ("上季度", "2026-07-01", "2026-09-30"),
        ("2017年第二季度", "2017-04-01", "2017-06-30"),
        ("去年三季度", "2025-07-01", "2025-09-30"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("2月1日到3月15日", "2026-02-01", "2026-03-15"),
    ],
)
def test_a_period_is_read(words: str, start: str, last: str) -> None:
    period = read_period(words, MONDAY, CALENDAR)
    assert (period.start.isoformat(), period.last_day.isoformat()) == (start, last)


def test_periods_are_fiscal_where_the_organisation_is() -> None:
    period = read_period("this quarter", MONDAY, FROM_FEBRUARY)
    assert (period.start, period.label) == (dt.date(2026, 11, 1), "Q4 FY2027")
    with pytest.raises(Unclear):
        read_period("soon", MONDAY, FROM_FEBRUARY)


@pytest.mark.parametrize(
    ("words", "weekdays", "month_day", "at"),
    [
        ("every weekday at 8:30", "mon tue wed thu fri", None, "08:30"),
        ("every Monday at 8", "mon", None, "08:00"),
        ("daily 9am", "mon tue wed thu fri sat sun", None, "09:00"),
        ("mondays and thursdays at 5pm", "mon thu", None, "17:00"),
        ("on the 1st of every month at 9:00", "", 1, "09:00"),
        ("last day of every month at 17:00", "", 31, "17:00"),
        ("周一到周五8:30", "mon tue wed thu fri", None, "08:30"),
        ("每个工作日8:30", "mon tue wed thu fri sat sun", None, "08:30"),
        ("every working day at 8:30", "mon tue wed thu fri sat sun", None, "08:30"),
        ("每周一上午9点", "mon", None, "09:00"),
        ("每周一三五下午3点", "mon wed fri", None, "15:00"),
        ("每天早上八点半", "mon tue wed thu fri sat sun", None, "08:30"),
        ("每月1号上午9点", "", 1, "09:00"),
        ("每周一8点", "mon", None, "08:00"),
        ("每天下午5点半", "mon tue wed thu fri sat sun", None, "17:30"),
    ],
)
def test_a_rhythm_is_read(words: str, weekdays: str, month_day: int | None, at: str) -> None:
    rhythm = read_rhythm(words)
    assert (" ".join(rhythm.weekdays), rhythm.month_day, rhythm.at) == (weekdays, month_day, at)
    assert [span.words for span in find_rhythms(f"leaderboard {words} in #sales")] == [words]


@pytest.mark.parametrize(
    ("words", "is_kept_off_holidays"),
    [
        ("every weekday at 8:30", False),
        ("Monday to Friday at 8:30", False),
        ("周一到周五8:30", False),
        ("every working day at 8:30", True),
        ("on business days at 8:30", True),
        ("每个工作日8:30", True),
        ("every day at 8:30", False),
    ],
)
def test_working_days_are_the_calendar_s_and_weekdays_are_monday_to_friday(
    words: str, is_kept_off_holidays: bool
) -> None:
    """A make-up Saturday is a working day (工作日) and no weekday; a holiday on a Tuesday is the reverse."""
    assert read_rhythm(words).working_days_only is is_kept_off_holidays


@pytest.mark.parametrize("words", ["every other week at 9", "every monday", "at 9", "hourly"])
def test_half_a_rhythm_is_asked_about(words: str) -> None:
    with pytest.raises(Unclear):
        read_rhythm(words)


@given(st.integers(min_value=1, max_value=9))
def test_chinese_numerals_may_leave_the_last_unit_out(digit: int) -> None:
    sign = "一二三四五六七八九"[digit - 1]
    assert read_chinese(f"三百{sign}") == 300 + digit * 10
    assert read_chinese(f"三百零{sign}") == 300 + digit
    assert Decimal(read_chinese(f"{sign}万") or 0) == digit * 10_000


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("+1 week", "2026-12-18"),
        ("+2 weeks", "2026-12-25"),
        ("-3 days", "2026-12-08"),
        ("+1 month", "2027-01-11"),
        ("+两周", "2026-12-25"),
        ("-1 week +2 weeks", "2026-12-18"),
    ],
)
def test_a_step_moves_the_day_that_there_is(words: str, day: str) -> None:
    read = read_date(words, MONDAY, current=dt.date(2026, 12, 11))
    assert (read.day.isoformat(), read.doubt) == (day, None)


def test_a_step_needs_a_day_to_move_and_doubts_one_that_has_passed() -> None:
    with pytest.raises(Unclear):
        read_date("+1 week", MONDAY)
    late = read_date("+2 weeks", MONDAY, current=dt.date(2026, 11, 16))
    assert late.day == dt.date(2026, 11, 30)
    assert late.doubt is not None
    assert find_dates("push it +1 week", MONDAY) == ()


@pytest.mark.parametrize(
    ("words", "start", "last"),
    [
        ("Q4 2026 to date", "2026-10-01", "2026-11-23"),
        ("Q3 2026 to date", "2026-07-01", "2026-09-30"),
        ("week of 2026-11-16", "2026-11-16", "2026-11-22"),
        ("the week of 18 Nov", "2026-11-16", "2026-11-22"),
    ],
)
def test_a_period_may_be_cut_at_today_or_named_by_a_day(words: str, start: str, last: str) -> None:
    period = read_period(words, MONDAY, CALENDAR)
    assert (period.start.isoformat(), period.last_day.isoformat()) == (start, last)


def test_unlike_names_are_not_suggested() -> None:
    names = [Candidate(name, name) for name in ("Nordland Molkerei", "Northbrook Brewing", "Tidewater Utilities")]
    assert match("nonexistent gmbh", names).nearest == ()
    assert [found.name for found in match("nortbrok brewry", names).nearest][:1] == ["Northbrook Brewing"]
    assert match("kettle and pine", [Candidate(1, "Kettle & Pine Snacks")]).fit is Fit.WORDS


@pytest.mark.parametrize(
    ("words", "rhythm"),
    [
        ("每周一8点把这个发给我", "每周一8点"),
        ("请在每天早上8点半发日报", "每天早上8点半"),
        ("8:30 every weekday, please", "8:30 every weekday"),
        ("top 5 reps every monday at 8pm", "every monday at 8pm"),
    ],
)
def test_the_whole_time_belongs_to_the_rhythm(words: str, rhythm: str) -> None:
    assert [span.words for span in find_rhythms(words)] == [rhythm]
