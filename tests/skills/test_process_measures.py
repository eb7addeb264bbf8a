"""The arithmetic of win rates, quantiles, velocity, concentration and activity, by hand and by property."""

import statistics
from collections import Counter
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.measures.activity import Effort, Timed, add_time, medians
from skills.measures.concentration import abc_class, concentration
from skills.measures.distribution import P75, P90, Distribution
from skills.measures.funnel import Step, bottleneck
from skills.measures.velocity import Lever, Velocity
from skills.measures.winrate import Tally, share_by, wilson, win_rate, won_by_age
from skills.quantity import decimal, writable

days = st.lists(st.integers(0, 400), min_size=1, max_size=60)


def spread(values: list[int]) -> Distribution:
    return Distribution.of((value, 1) for value in values)


# Quantiles


def test_quantiles_are_interpolated_as_spreadsheets_do() -> None:
    found = spread([10, 20, 30, 40])
    assert found.median == 25
    assert found.quantile(P75) == Fraction(65, 2)
    assert found.quantile(P90) == 37
    assert found.quantile(Fraction(0)) == 10
    assert found.quantile(Fraction(1)) == 40


def test_one_value_is_every_quantile_and_nothing_has_none() -> None:
    assert spread([7]).quantile(P90) == 7
    assert Distribution().median is None
    assert Distribution().mean is None
    assert Distribution().largest is None


@given(days, st.integers(2, 12))
def test_quantiles_equal_an_independent_computation(values: list[int], parts: int) -> None:
    values = values + values[:1]
    cuts = statistics.quantiles([Fraction(value) for value in values], n=parts, method="inclusive")
    assert [spread(values).quantile(Fraction(number, parts)) for number in range(1, parts)] == cuts


@given(days)
def test_mean_median_and_total_do_not_depend_on_how_values_are_grouped(values: list[int]) -> None:
    grouped = Distribution.of(Counter(values).items())
    assert grouped == spread(values)
    assert grouped.mean == statistics.mean([Fraction(value) for value in values])
    assert grouped.median == statistics.median([Fraction(value) for value in values])
    assert grouped.largest == max(values)


# Win rate


def test_nothing_decided_has_no_win_rate() -> None:
    assert win_rate(0, 0) is None
    assert win_rate(0, 5) == 0
    assert win_rate(63, 37) == Fraction(63, 100)


def test_fewer_than_ten_have_no_rate() -> None:
    assert Tally(won=9).rate is None
    assert Tally(won=9, lost=1).rate == Fraction(9, 10)
    assert Tally(won=9, no_decision=1).rate is None
    assert Tally(won=9, no_decision=1).broad == Fraction(9, 10)


def test_narrow_and_broad_diverge_where_no_decision_dominates() -> None:
    tally = Tally(won=20, lost=20, no_decision=60)
    assert (tally.rate, tally.broad) == (Fraction(1, 2), Fraction(1, 5))


def test_a_rate_by_value_needs_amounts_on_both_sides() -> None:
    assert Tally(won=10, lost=10, won_value=Fraction(300), lost_value=Fraction(100)).by_value == Fraction(3, 4)
    assert Tally(won=10, lost=10, won_value=Fraction(300)).by_value is None
    assert Tally(won=10, won_value=Fraction(300)).by_value == 1
    assert Tally(won=10, lost=10, won_value=Fraction(3), lost_value=Fraction(1), lost_missing={"EUR"}).by_value is None


@pytest.mark.parametrize(
    ("won", "count", "low", "high"), [(8, 10, "0.490", "0.944"), (0, 10, "0", "0.278"), (50, 100, "0.403", "0.597")]
)
def test_the_wilson_interval_by_hand(won: int, count: int, low: str, high: str) -> None:
    assert wilson(won, count) == (Fraction(low), Fraction(high))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_is_never_too_narrow_and_mirrors(pair: tuple[int, int]) -> None:
    won, count = pair
    low, high = wilson(won, count)
    assert 0 <= low <= Fraction(won, count) <= high <= 1
    assert wilson(count - won, count) == (1 - high, 1 - low)
    z, p = 1.959964, won / count
    middle, reach = p + z * z / (2 * count), z * sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    assert float(low) <= (middle - reach) / (1 + z * z / count) + 1e-9
    assert float(high) >= (middle + reach) / (1 + z * z / count) - 1e-9
    assert float(high - low) <= 2 * reach / (1 + z * z / count) + 0.0021


def test_open_ones_count_for_as_long_as_they_were_seen() -> None:
    """Four deals: won at 10, open at 20, won at 30, lost at 40. After 20 days two are left of three undecided."""
    points = won_by_age({10: 1, 30: 1}, {40: 1}, {20: 1})
    assert share_by(points, 9) == 0
    assert share_by(points, 10) == Fraction(1, 4)
    assert share_by(points, 30) == Fraction(1, 4) + Fraction(3, 4) * Fraction(1, 2)
    assert share_by(points, 400) == Fraction(5, 8)
    assert [point.at_risk for point in points] == [4, 3, 2, 1]


ages = st.dictionaries(st.integers(0, 200), st.integers(1, 20), max_size=12)


@given(ages, ages)
def test_without_open_ones_it_is_the_plain_share_at_every_age(won: dict[int, int], lost: dict[int, int]) -> None:
    whole = sum(won.values()) + sum(lost.values())
    for point in won_by_age(won, lost, {}):
        assert point.share == Fraction(sum(count for age, count in won.items() if age <= point.age), whole)


@given(ages, ages, ages)
def test_shares_only_rise_and_stay_below_one(won: dict[int, int], lost: dict[int, int], still: dict[int, int]) -> None:
    shares = [point.share for point in won_by_age(won, lost, still)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


# Velocity


def test_velocity_by_hand_and_what_each_lever_does() -> None:
    velocity = Velocity(Fraction(40), Fraction(1_000_000), Fraction(1, 4), Fraction(80))
    assert velocity.per_day == 125_000
    tenth = Fraction(1, 10)
    assert [velocity.gain(lever, tenth) for lever in (Lever.OPEN, Lever.VALUE, Lever.RATE)] == [tenth] * 3
    assert velocity.gain(Lever.CYCLE, tenth) == Fraction(1, 9)
    assert velocity.gain(Lever.CYCLE, Fraction(1, 5)) == Fraction(1, 4)


def test_velocity_has_no_value_without_days_and_a_rate_stops_at_one() -> None:
    assert Velocity(Fraction(1), Fraction(1), Fraction(1), Fraction(0)).per_day is None
    assert Velocity(Fraction(1), Fraction(1), Fraction(1), Fraction(0)).gain(Lever.OPEN, Fraction(1, 10)) is None
    assert Velocity(Fraction(0), Fraction(1), Fraction(1), Fraction(9)).gain(Lever.OPEN, Fraction(1, 10)) is None
    sure = Velocity(Fraction(1), Fraction(1), Fraction(1), Fraction(9))
    assert sure.gain(Lever.RATE, Fraction(1, 10)) == 0


# Concentration


def test_eighty_twenty_by_hand() -> None:
    found = concentration([80, 5, 5, 5, 5])
    assert found is not None
    assert (found.top_count, found.top_share, found.eighty) == (1, Fraction(4, 5), 1)
    # Σ(2i − n − 1)x = −4·5 − 2·5 + 0 + 2·5 + 4·80 = 300; ÷ (5·100) · 5/4
    assert found.gini == Fraction(300, 400)
    assert found.hhi == Fraction(6400 + 4 * 25, 10_000)
    assert [abc_class(rank, found) for rank in (1, 2, 3, 4, 5)] == ["A", "B", "B", "B", "C"]


def test_the_top_fifth_is_rounded_up_and_six_have_two() -> None:
    found = concentration([1] * 6)
    assert found is not None
    assert found.top_count == 2
    assert found.top_share == Fraction(1, 3)
    assert found.gini == 0
    assert found.hhi == Fraction(1, 6)


def test_one_has_everything_so_there_is_no_gini_and_nothing_has_nothing() -> None:
    found = concentration([5])
    assert found is not None
    assert found.gini is None
    assert found.hhi == 1
    assert found.top_share == 1
    assert concentration([]) is None
    assert concentration([0, 0]) is None


def test_negative_totals_are_left_out_and_counted() -> None:
    found = concentration([10, -5, 10])
    assert found is not None
    assert found.count == 2
    assert found.total == 20
    assert found.left_out == 1
    assert found.gini == 0


totals = st.lists(st.integers(0, 10**9), min_size=2, max_size=40).filter(any)


@given(totals, st.integers(2, 9))
def test_concentration_knows_no_order_and_no_unit_and_equals_the_textbook(values: list[int], factor: int) -> None:
    found, scaled = concentration(values), concentration([value * factor for value in reversed(values)])
    assert found is not None
    assert scaled is not None
    assert (found.gini, found.hhi, found.top_share, found.eighty) == (
        scaled.gini,
        scaled.hhi,
        scaled.top_share,
        scaled.eighty,
    )
    count, whole = len(values), sum(values)
    pairs = sum(abs(one - other) for one in values for other in values)
    assert found.gini == Fraction(pairs, 2 * count * whole) * Fraction(count, count - 1)
    assert 0 <= found.gini <= 1
    assert Fraction(1, count) <= found.hhi <= 1
    largest = sorted(values, reverse=True)
    assert sum(largest[: found.eighty]) * 5 >= whole * 4 > sum(largest[: found.eighty - 1]) * 5


# Funnel


def test_the_bottleneck_is_the_lowest_conversion_that_enough_have_entered() -> None:
    steps = [Step(1, "a", 100, 60, 30), Step(2, "b", 60, 30, 10), Step(3, "c", 9, 0, 9), Step(4, "d", 20, 10, 5)]
    assert bottleneck(steps) == steps[1]
    assert bottleneck(steps[2:3]) is None
    assert bottleneck([]) is None
    assert steps[0].undecided == 10
    assert Step(1, "a", 0, 0, 0).conversion is None


# Activity


def test_time_on_new_customers_takes_the_median_for_what_was_not_timed() -> None:
    timed = [
        Timed(1, "call", 10, False, 1),
        Timed(1, "call", 30, True, 1),
        Timed(1, "call", None, True, 2),
        Timed(1, "demo", None, False, 1),
    ]
    usual = medians(timed)
    effort = Effort()
    for row in timed:
        add_time(effort, row, usual)
    assert usual == {"call": 20}
    assert effort.minutes == 80
    assert effort.new_minutes == 70
    assert effort.new_share == Fraction(7, 8)
    assert (effort.estimated, effort.untimed) == (2, 1)


def test_together_ratios_are_ratios_of_sums() -> None:
    one = Effort(days=10, counts={"call": 100, "meeting": 2}, dials=100, connects=10, minutes=Fraction(60), deals=1)
    two = Effort(days=30, counts={"call": 20, "demo": 2}, dials=20, connects=10, value=Fraction(500))
    one.add(two)
    assert one.per_day("call") == 3
    assert one.connect_rate == Fraction(1, 6)
    assert one.meeting_rate == Fraction(1, 5)
    assert one.deal_rate == Fraction(1, 4)
    assert one.value_per_hour == 500


def test_nothing_done_has_no_rates() -> None:
    nothing = Effort()
    assert [
        nothing.per_day("call"),
        nothing.per_account("call"),
        nothing.new_share,
        nothing.connect_rate,
        nothing.meeting_rate,
        nothing.deal_rate,
        nothing.value_per_hour,
    ] == [None] * 7
    assert Effort(minutes=Fraction(60), unconverted=1).value_per_hour is None


def test_numbers_are_written_without_zeros_at_the_end() -> None:
    assert [decimal(Fraction(25, 2)), decimal(13), decimal(Fraction(1, 3), 2), decimal(1234)] == [
        "12.5",
        "13",
        "0.33",
        "1,234",
    ]
    assert writable(Fraction(1, 3)) == Fraction(1, 3)
    assert writable(Fraction(1, 3**40)).denominator <= 10**6
