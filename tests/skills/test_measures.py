"""Worked examples and properties of the formulas."""

import datetime as dt
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.measures.attainment import attainment, effective_quota, gap, is_ramping, over_assignment
from skills.measures.money import by_currency, rounded_parts, total
from skills.measures.pacing import Pace, WorkingDays, pace
from skills.measures.ranking import ranked, top
from skills.measures.weighted import weighted
from store.money import Money, Rates, rounded

values = st.integers(-5, 5).map(Fraction)
items = st.lists(st.tuples(st.text("abcxyz", min_size=1, max_size=4), values), max_size=30)
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))
WEEK = WorkingDays.named("mon,tue,wed,thu,fri")
RATES = Rates(
    "USD",
    (
        ("JPY", "daily", dt.date(2026, 1, 1), Fraction("0.007")),
        ("EUR", "daily", dt.date(2026, 1, 1), Fraction("1.1")),
        ("EUR", "daily", dt.date(2026, 7, 1), Fraction("1.25")),
        ("KWD", "daily", dt.date(2026, 1, 1), Fraction("3.25")),
    ),
)
DAY = dt.date(2026, 7, 1)


def places(scores: dict[str, int]) -> list[tuple[str, int, bool]]:
    board = ranked((name, name, Fraction(score)) for name, score in scores.items())
    return [(place.name, place.place, place.tied) for place in board]


def test_equal_values_share_a_place_and_the_next_place_is_left_out() -> None:
    board = places({"Dana": 50, "Bo": 70, "Ann": 50, "Cy": 20})
    assert board == [("Bo", 1, False), ("Ann", 2, True), ("Dana", 2, True), ("Cy", 4, False)]


def test_everybody_tied_at_the_cut_stays_on_the_board() -> None:
    board = ranked((name, name, Fraction(score)) for name, score in {"a": 9, "b": 5, "c": 5, "d": 1}.items())
    assert [place.name for place in top(board, 2)] == ["a", "b", "c"]
    assert [place.name for place in top(board, 3)] == ["a", "b", "c"]
    assert top(board, 0) == ()


@given(items)
def test_a_place_is_one_more_than_the_number_of_better_ones(entries: list[tuple[str, Fraction]]) -> None:
    board = ranked((name, name, value) for name, value in entries)
    counts = Counter(value for _, value in entries)
    assert Counter((place.name, place.value) for place in board) == Counter(entries)
    for place in board:
        assert place.place == 1 + sum(value > place.value for _, value in entries)
        assert place.tied == (counts[place.value] > 1)


@given(items, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(entries: list[tuple[str, Fraction]], chance: object) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    def shown(given_entries: list[tuple[str, Fraction]]) -> list[tuple[int, str]]:
        return [(place.place, place.name) for place in ranked((n, n, v) for n, v in given_entries)]

    assert shown(entries) == shown(shuffled)


@given(st.lists(st.fractions(-1000, 1000, max_denominator=97), max_size=30))
def test_rounded_parts_add_up_and_none_is_off_by_a_whole(parts: list[Fraction]) -> None:
    shown = rounded_parts(parts)
    assert sum(shown) == rounded(sum(parts, Fraction(0)))
    assert all(abs(number - part) < 1 for number, part in zip(shown, parts, strict=True))


def test_three_thirds_of_ten_cents_are_ten_cents() -> None:
    assert rounded_parts([Fraction(10, 3)] * 3) == (4, 3, 3)


def test_attainment_is_credited_over_quota_and_has_no_value_without_one() -> None:
    assert attainment(Fraction(45), Fraction(60)) == Fraction(3, 4)
    assert attainment(Fraction(0), Fraction(60)) == 0
    assert attainment(Fraction(45), Fraction(0)) is None


def test_a_gap_beyond_the_quota_is_negative() -> None:
    assert gap(Fraction(45), Fraction(60)) == 15
    assert gap(Fraction(75), Fraction(60)) == -15


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1, max_size=20))
def test_a_teams_attainment_lies_between_its_lowest_and_highest_member(people: list[tuple[int, int]]) -> None:
    ratios = [Fraction(credited, quota) for credited, quota in people]
    team = attainment(Fraction(sum(c for c, _ in people)), Fraction(sum(q for _, q in people)))
    assert team is not None
    assert min(ratios) <= team <= max(ratios)


def test_a_month_counts_by_the_working_days_that_somebody_was_there() -> None:
    assert effective_quota([(Fraction(3000), 22, 22), (Fraction(3000), 7, 21), (Fraction(3000), 0, 0)]) == 4000


def test_less_than_a_quarter_of_the_full_quota_is_ramping() -> None:
    assert is_ramping(Fraction(24), Fraction(100))
    assert not is_ramping(Fraction(25), Fraction(100))
    assert not is_ramping(Fraction(0), Fraction(0))


def test_over_assignment_is_what_was_handed_out_beyond_the_teams_quota() -> None:
    assert over_assignment(Fraction(110), Fraction(100)) == Fraction(1, 10)
    assert over_assignment(Fraction(110), Fraction(0)) is None


def test_october_2025_in_china_has_18_working_days_not_17() -> None:
    holidays = {dt.date(2025, 10, number): False for number in range(1, 9)}
    make_up = {dt.date(2025, 10, 11): True}
    october = (dt.date(2025, 10, 1), dt.date(2025, 11, 1))
    assert WEEK.count(*october) == 23
    assert WorkingDays(WEEK.weekdays, holidays).count(*october) == 17
    assert WorkingDays(WEEK.weekdays, holidays | make_up).count(*october) == 18


@given(days, days, st.sets(st.integers(0, 6)), st.dictionaries(days, st.booleans(), max_size=20))
def test_counting_working_days_equals_looking_at_each(
    start: dt.date, end: dt.date, weekdays: set[int], exceptions: dict[dt.date, bool]
) -> None:
    calendar = WorkingDays(frozenset(weekdays), exceptions)
    each = sum(calendar.works(start + dt.timedelta(days=n)) for n in range(max(0, (end - start).days)))
    assert calendar.count(start, end) == each


def test_pace_counts_completed_days_and_leaves_today_to_come() -> None:
    now = pace(WEEK, dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2026, 11, 18))
    assert (now.completed, now.remaining) == (12, 9)
    assert now.expected(Fraction(2100)) == 1200
    assert now.index(Fraction(600), Fraction(2100)) == Fraction(1, 2)
    assert now.required(Fraction(300), Fraction(2100)) == 200
    assert now.required(Fraction(2500), Fraction(2100)) == 0


def test_there_is_no_pace_on_the_first_day_and_nothing_required_after_the_last() -> None:
    first = pace(WEEK, dt.date(2026, 12, 1), dt.date(2027, 1, 1), dt.date(2026, 12, 1))
    assert first.index(Fraction(10), Fraction(100)) is None
    over = pace(WEEK, dt.date(2026, 10, 1), dt.date(2026, 11, 1), dt.date(2026, 11, 18))
    assert (over.remaining, over.required(Fraction(10), Fraction(100))) == (0, None)
    assert over.expected(Fraction(100)) == 100
    assert Pace(0, 0).share is None


@given(days, days, days)
def test_completed_and_remaining_days_are_all_the_days(start: dt.date, end: dt.date, today: dt.date) -> None:
    start, end = min(start, end), max(start, end)
    now = pace(WEEK, start, end, today)
    assert now.completed + now.remaining == WEEK.count(start, end)


def test_weighted_is_a_sum_of_products_not_a_product_of_averages() -> None:
    assert weighted([(90, 10), (90, 100)]) == 99
    assert weighted([]) == 0


def test_yen_have_no_cents_and_dinars_have_three_decimals() -> None:
    assert RATES.exact(Money(2_500_000, "JPY"), DAY) == 1_750_000
    assert RATES.exact(Money(1_000, "KWD"), DAY) == 325
    assert RATES.exact(Money(1_750_000, "USD"), DAY, to="JPY") == 2_500_000


def test_the_newest_rate_that_has_begun_holds() -> None:
    assert RATES.exact(Money(100, "EUR"), dt.date(2026, 6, 30)) == 110
    assert RATES.exact(Money(100, "EUR"), DAY) == 125
    assert RATES.exact(Money(100, "EUR"), dt.date(2025, 12, 31)) is None


def test_a_sum_with_a_missing_rate_has_no_value_and_says_which() -> None:
    sums = total(RATES, [Money(100, "USD"), Money(100, "GBP"), Money(0, "CHF")], DAY)
    assert sums.money is None
    assert sums.missing == {"GBP"}


def test_a_sum_is_rounded_once_at_the_end() -> None:
    # Half a cent three times: rounding each would give 3 cents.
    rates = Rates("USD", (("EUR", "daily", DAY, Fraction("0.5")),))
    assert total(rates, [Money(1, "EUR")] * 3, DAY).money == Money(2, "USD")


@given(st.lists(st.builds(Money, st.integers(-(10**9), 10**9), st.sampled_from(["USD", "EUR", "JPY"])), max_size=20))
def test_sums_by_currency_keep_every_cent(amounts: list[Money]) -> None:
    assert {money.currency: money.minor for money in by_currency(amounts)} == {
        currency: sum(money.minor for money in amounts if money.currency == currency)
        for currency in {money.currency for money in amounts}
    }


@pytest.mark.parametrize(("words", "numbers"), [("mon,tue", {0, 1}), ("Sunday, mon", {6, 0}), ("", set())])
def test_working_days_are_read_by_name(words: str, numbers: set[int]) -> None:
    assert WorkingDays.named(words).weekdays == numbers
