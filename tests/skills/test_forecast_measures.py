"""Worked examples and properties: splitting amounts, landing and band, accuracy."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.measures.accuracy import Pair, bias, mape, shrunk, wape
from skills.measures.allocation import allocated, allocated_over_months
from skills.measures.forecast import Band, Bet, Crowd, band, chance, is_dominated, landing

weights = st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any)
chances = st.integers(0, 100).map(lambda percent: Fraction(percent, 100))
bets = st.lists(st.builds(Bet, st.integers(0, 10**9).map(Fraction), chances), max_size=10)
pairs = st.lists(st.builds(Pair, st.integers(0, 10**6).map(Fraction), st.integers(0, 10**6).map(Fraction)))


def bet(amount: int, percent: int) -> Bet:
    return Bet(Fraction(amount), Fraction(percent, 100))


def test_a_third_each_leaves_no_cent_over() -> None:
    assert allocated(100, [1, 1, 1]) == (34, 33, 33)
    assert allocated(4_200_000_00, [7, 5, 0]) == (2_450_000_00, 1_750_000_00, 0)
    assert allocated_over_months(100, [1, 1], [1, 1, 1]) == ((17, 17, 16), (17, 17, 16))


def test_without_any_weight_there_is_nothing_to_split_by() -> None:
    with pytest.raises(ValueError, match="weights"):
        allocated(100, [0, 0])
    with pytest.raises(ValueError, match="weights"):
        allocated(100, [2, -1])


@given(st.integers(0, 10**14), weights)
def test_parts_add_up_and_are_less_than_one_from_their_share(amount: int, shares: list[int]) -> None:
    parts = allocated(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(amount * share, sum(shares))) < 1
        assert share or not part


@given(st.integers(0, 10**12), weights, weights)
def test_the_months_of_all_parts_add_up_to_the_whole(amount: int, shares: list[int], curve: list[int]) -> None:
    grid = allocated_over_months(amount, shares, curve)
    assert [sum(months) for months in grid] == list(allocated(amount, shares))
    assert sum(map(sum, grid)) == amount


def test_a_landing_is_a_sum_of_products_not_a_sum_times_an_average() -> None:
    """A CRM once showed 148.5 for 99: the sum of 198 times the average of 50 % and 100 %."""
    deals = Crowd.of([bet(198, 50), bet(0, 100)])
    assert landing(Fraction(0), deals) == 99


def test_what_is_booked_is_not_weighted() -> None:
    assert landing(Fraction(1000), Crowd.of([bet(400, 25)])) == 1100


def test_own_history_counts_from_thirty_closed_deals_on() -> None:
    assert chance(10, 29, 60).share == Fraction(60, 100)
    own = chance(10, 30, 60)
    assert (own.share, own.closed, own.is_own) == (Fraction(1, 3), 30, True)
    assert not chance(0, 0, 60).is_own


def test_the_variance_is_the_sum_of_the_squares() -> None:
    assert Crowd.of([bet(10, 50), bet(20, 10)]).variance == 25 + 36


def test_many_alike_deals_spread_as_a_bell_curve() -> None:
    deals = [bet(100, 50)] * 100
    # σ = 500, and four of five cases lie within 1.2816 σ.
    assert band(Fraction(1000), Crowd.of(deals), deals[:12]) == Band(5359, 6000, 6641, 0)


def test_two_large_deals_have_four_outcomes_and_no_bell() -> None:
    deals = [bet(600, 50), bet(400, 50)]
    assert band(Fraction(50), Crowd.of(deals), deals) == Band(50, 450, 1050, 2)
    assert band(Fraction(0), Crowd.of([bet(600, 95)]), [bet(600, 95)]) == Band(600, 600, 600, 1)


def test_a_large_deal_among_small_ones_splits_the_outcomes() -> None:
    small = [bet(10, 50)] * 60
    found = band(Fraction(0), Crowd.of([bet(1000, 60), *small]), [bet(1000, 60), *small[:11]])
    assert found.enumerated == 12
    assert 250 < found.low < 350
    assert 1250 < found.likely < 1350
    assert found.high < 1400


def test_nothing_open_lands_where_it_is() -> None:
    assert band(Fraction(77), Crowd()) == Band(77, 77, 77, 0)


def test_what_dominates_is_a_fifth_of_everything_open() -> None:
    assert is_dominated([Fraction(20)], Fraction(100))
    assert not is_dominated([Fraction(19)], Fraction(100))
    assert not is_dominated([], Fraction(0))


@settings(deadline=None)  # Up to 1,024 combinations: how long that takes is up to the machine.
@given(st.integers(0, 10**9).map(Fraction), bets)
def test_a_band_is_in_order_and_possible(booked: Fraction, deals: list[Bet]) -> None:
    crowd = Crowd.of(deals)
    found = band(booked, crowd, deals)
    assert booked <= found.low <= found.likely <= found.high <= booked + crowd.amount
    assert booked <= landing(booked, crowd) <= booked + crowd.amount


@settings(deadline=None)
@given(st.lists(st.builds(Bet, st.integers(1, 50).map(Fraction), chances), min_size=1, max_size=4))
def test_few_deals_are_counted_out_exactly(deals: list[Bet]) -> None:
    """Against every combination by itself: at most a tenth lies below, at least a tenth up to the low end."""
    found = band(Fraction(0), Crowd.of(deals), deals)
    outcomes: list[tuple[Fraction, Fraction]] = []
    for taken in product((False, True), repeat=len(deals)):
        weight, amount = Fraction(1), Fraction(0)
        for won, one in zip(taken, deals, strict=True):
            weight *= one.chance if won else 1 - one.chance
            amount += one.amount if won else 0
        outcomes.append((amount, weight))
    for edge, share in ((found.low, Fraction(1, 10)), (found.likely, Fraction(1, 2)), (found.high, Fraction(9, 10))):
        assert sum(weight for amount, weight in outcomes if amount < edge) < share or edge == 0
        assert sum(weight for amount, weight in outcomes if amount <= edge) >= share


def test_wape_bias_and_mape_of_two_periods() -> None:
    two = [Pair(Fraction(120), Fraction(100)), Pair(Fraction(270), Fraction(300))]
    assert wape(two) == Fraction(50, 400)
    assert bias(two) == Fraction(-10, 400)
    assert mape(two) == Fraction(15, 100)


def test_too_low_is_capped_at_100_percent_and_too_high_is_not() -> None:
    assert mape([Pair(Fraction(0), Fraction(100))]) == 1
    assert mape([Pair(Fraction(500), Fraction(100))]) == 4


def test_an_actual_of_zero_has_no_mape_but_counts_in_wape() -> None:
    two = [Pair(Fraction(50), Fraction(0)), Pair(Fraction(100), Fraction(100))]
    assert mape(two) is None
    assert wape(two) == Fraction(1, 2)
    assert wape([Pair(Fraction(50), Fraction(0))]) is None
    assert bias([Pair(Fraction(50), Fraction(0))]) is None
    assert (wape([]), bias([]), mape([])) == (None, None, None)


def test_a_short_record_is_drawn_towards_the_team() -> None:
    assert shrunk(Fraction(1, 2), 1, Fraction(0)) == Fraction(1, 10)
    assert shrunk(Fraction(1, 2), 4, Fraction(0)) == Fraction(1, 4)
    assert shrunk(Fraction(1, 2), 4, None) == Fraction(1, 2)
    assert shrunk(None, 0, Fraction(1)) is None


@given(pairs)
def test_bias_is_never_beyond_wape(some: list[Pair]) -> None:
    error, lean = wape(some), bias(some)
    assert (error is None) == (lean is None)
    if error is not None and lean is not None:
        assert abs(lean) <= error
