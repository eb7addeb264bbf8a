"""The closing curve and where a period lands."""

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from skills.measures.closing import ClosingCurve, PastPeriod, linearity, quartiles
from skills.measures.pacing import Pace, WorkingDays
from tests.skills.company import Asking, day, facts, figure, notes

WEEK = WorkingDays.named("mon,tue,wed,thu,fri")
MONDAY = dt.date(2026, 11, 2)
FRACTIONS = st.fractions(0, 1, max_denominator=60)
PASTS = st.lists(
    st.lists(st.integers(0, 1000), min_size=1, max_size=30).map(
        lambda days: PastPeriod((0, *(sum(days[: n + 1]) for n in range(len(days)))))
    ),
    min_size=4,
    max_size=10,
)


def past(*days: int) -> PastPeriod:
    """A period of so many working days, with what each brought."""
    booked = {MONDAY + dt.timedelta(days=number + number // 5 * 2): minor for number, minor in enumerate(days)}
    return PastPeriod.of(MONDAY, max(booked) + dt.timedelta(days=1), booked, WEEK)


def test_what_came_in_on_a_day_off_counts_with_the_working_day_before() -> None:
    saturday, sunday = MONDAY + dt.timedelta(days=5), MONDAY - dt.timedelta(days=1)
    period = PastPeriod.of(sunday, MONDAY + dt.timedelta(days=8), {sunday: 1, MONDAY: 2, saturday: 4}, WEEK)
    # Sunday lies before the first working day, so that its booking is in when that has ended.
    assert period.cumulative == (0, 3, 3, 3, 3, 7, 7)
    assert PastPeriod.of(sunday, MONDAY, {sunday: 5}, WEEK).total == 0


def test_the_share_is_that_of_all_periods_together_and_even_within_a_day() -> None:
    curve = ClosingCurve.of([past(0, 0, 0, 100), past(100, 0, 0, 0), past(50, 50, 0, 0), past(0, 0, 0, 300)])
    assert curve is not None
    assert curve.share(Fraction(1, 4)) == Fraction(150, 600)
    assert curve.share(Fraction(1, 8)) == Fraction(75, 600)
    assert curve.share(Fraction(0)) == 0
    assert curve.share(Fraction(1)) == 1


def test_fewer_than_four_periods_with_bookings_make_no_curve_and_more_than_eight_are_left_out() -> None:
    assert ClosingCurve.of([past(1), past(1), past(1), past(0)]) is None
    curve = ClosingCurve.of([past(1, 0)] * 8 + [past(0, 1)] * 4)
    assert curve is not None
    assert curve.share(Fraction(1, 2)) == 1


@given(PASTS, FRACTIONS, FRACTIONS)
def test_the_curve_never_falls_and_its_quartiles_are_in_order(
    periods: list[PastPeriod], one: Fraction, other: Fraction
) -> None:
    curve = ClosingCurve.of(periods)
    if curve is None:
        return
    low, high = sorted((one, other))
    assert 0 <= curve.share(low) <= curve.share(high) <= 1
    spread = curve.spread(one)
    assert 0 <= spread.low <= spread.median <= spread.high <= 1
    landing = curve.landing(Fraction(100), one)
    if landing is None:
        assert curve.share(one) == 0
        return
    middle, least, most = landing
    assert middle >= 100
    assert least is None or most is None or least <= most


def test_a_team_that_closes_late_is_not_behind_when_the_even_pace_says_so() -> None:
    curve = ClosingCurve.of([past(10, 10, 10, 70)] * 4)
    assert curve is not None
    pace = Pace(completed=2, remaining=2)
    quota, actual = Fraction(1000), Fraction(200)
    assert pace.index(actual, quota) == Fraction(2, 5)
    assert curve.share(Fraction(1, 2)) == Fraction(1, 5)
    assert curve.landing(actual, Fraction(1, 2)) == (Fraction(1000), Fraction(1000), Fraction(1000))
    assert pace.run_rate(actual) == 400


def test_the_landing_lies_between_the_quartiles_of_the_periods_own_shares() -> None:
    # At half of the working days the four had 10%, 20%, 40% and 50%: quartiles 17.5% and 42.5%, all together 30%.
    curve = ClosingCurve.of([past(10, 90), past(20, 80), past(40, 60), past(50, 50)])
    assert curve is not None
    assert curve.landing(Fraction(35), Fraction(1, 2)) == (Fraction(350, 3), Fraction(1400, 17), Fraction(200))
    late = ClosingCurve.of([past(0, 100), past(0, 100), past(0, 100), past(50, 50)])
    assert late is not None
    assert late.landing(Fraction(25), Fraction(1, 2)) == (Fraction(200), Fraction(200), None)
    assert late.landing(Fraction(25), Fraction(0)) is None


def test_before_the_first_day_has_ended_there_is_no_run_rate() -> None:
    assert Pace(completed=0, remaining=20).run_rate(Fraction(5)) is None


def test_quartiles_lie_evenly_between_neighbours() -> None:
    found = quartiles([Fraction(4), Fraction(1), Fraction(3), Fraction(2)])
    assert (found.low, found.median, found.high) == (Fraction(7, 4), Fraction(5, 2), Fraction(13, 4))
    assert quartiles([Fraction(3)]).low == 3


@given(st.lists(st.fractions(0, 1000, max_denominator=100), min_size=1, max_size=12))
def test_the_months_shares_are_a_whole(months: list[Fraction]) -> None:
    shares = linearity(months)
    assert shares is None if not sum(months) else sum(shares or ()) == 1


# --- in an answer


def set_quarter(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Dana", day(month, 1), "30000")


def test_with_four_quarters_behind_it_the_team_is_paced_by_its_own_curve(ask: Asking) -> None:
    set_quarter(ask)
    # Q4 2026 is at 34 of 66 working days; each quarter before had a fifth in by then.
    for year, month in ((2025, 10), (2026, 1), (2026, 4), (2026, 7)):
        ask.company.won("Sam", "200", day(month, 5, year))
        ask.company.won("Dana", "800", day(month + 2, 28, year))
    ask.company.won("Dana", "15000", day(10, 6))
    reply = ask("Dana", "quota")
    assert facts(reply)["Pace by closing curve"] == "83.3% of the $18,000 due by now"
    assert facts(reply)["Landing by closing curve"] == "$75,000 ($75,000 to $75,000)"
    assert facts(reply)["Landing at this run rate"] == "$29,117.65"
    assert figure(reply, "expected_curve") == 18000
    assert figure(reply, "landing") == 75000
    assert figure(reply, "landing_low") == 75000
    assert "the closing curve is that of the team of Dana Whitfield over its last 4 periods" in notes(reply)
    assert facts(reply)["By month"] == "Oct 2026 100%, Nov 2026 0% and Dec 2026 0%"
    assert [f.number for f in reply.answer.figures if f.name == "linearity"] == [100, 0, 0]


def test_with_fewer_quarters_it_says_that_the_pace_is_even(ask: Asking) -> None:
    set_quarter(ask)
    for month in (1, 4, 7):
        ask.company.won("Dana", "200", day(month, 5))
    ask.company.won("Dana", "15000", day(10, 6))
    reply = ask("Dana", "quota")
    assert "Pace by closing curve" not in facts(reply)
    assert "a closing curve needs 4 earlier periods with bookings, and there are 3" in notes(reply)


def test_a_period_of_no_kind_and_another_measure_have_an_even_pace(ask: Asking) -> None:
    set_quarter(ask)
    assert "Pace is even by working day." in notes(ask("Dana", "quota", period="2026-11-03 to 2026-11-25"))
    ask.company.quota("Dana", day(11, 1), "5", metric="new_accounts")
    assert "Pace is even by working day." in notes(ask("Dana", "quota", metric="new_accounts"))
