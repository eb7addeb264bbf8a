"""The rules that say what puts an open opportunity at risk: worked examples at their edges (domain 3.11)."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.flags import ABOUT, RULES, described, find_rule, mend_for, question_for
from skills.measures.course import (
    Move,
    Push,
    Visit,
    days_in,
    find_peak,
    find_regress,
    list_pushes,
    list_visits,
    percentile,
)
from skills.measures.risk import Bounds, Finding, Rule, Standing, Stay, list_findings, quiet_days
from store.money import Money
from tests.skills.company import english

TODAY = dt.date(2026, 11, 18)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def usd(units: int) -> Money:
    return Money(units * 100, "USD")


GOOD = Standing(
    probability=60,
    expected_close=TODAY + dt.timedelta(days=20),
    next_step="Send the contract",
    next_step_due=TODAY,
    has_amount=True,
    last_touch=ago(7),
    since=ago(90),
    contacts=2,
    has_buyer=True,
    stage_id=3,
    units=Fraction(50_000),
    touched=("Rosa Diaz", "Tim Lee"),
    entered=ago(30),
    stage_days=30,
)
WON = Bounds(stays={3: [Stay(days, days + 10) for days in range(1, 41)]})
"""Forty won ones that were in the stage for 1 to 40 days, and won ten days after leaving it."""


def found(standing: Standing, bounds: Bounds = WON) -> tuple[Finding, ...]:
    return list_findings(standing, TODAY, bounds)


def test_nothing_is_wrong_with_a_good_one() -> None:
    assert found(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"expected_close": ago(1)}, Finding(Rule.OVERDUE, ago(1), 1)),
        ({"expected_close": None}, Finding(Rule.NO_CLOSE_DATE)),
        ({"next_step": "", "next_step_due": None}, Finding(Rule.NO_NEXT_STEP)),
        ({"next_step_due": ago(3)}, Finding(Rule.STEP_OVERDUE, ago(3), 3)),
        ({"has_amount": False, "units": None}, Finding(Rule.NO_AMOUNT)),
        ({"last_touch": ago(8)}, Finding(Rule.QUIET, ago(8), 8, 7)),
        ({"last_touch": None, "since": ago(8)}, Finding(Rule.QUIET, None, 8, 7)),
        ({"unanswered": 2, "unanswered_since": ago(10)}, Finding(Rule.GHOSTED, ago(10), 10, 10, 2)),
        ({"has_buyer": False}, Finding(Rule.NO_BUYER)),
        ({"touched": ("Tim Lee",)}, Finding(Rule.SINGLE_THREAD, ago(30), 30, 0, 1, "Tim Lee")),
        ({"touched": ()}, Finding(Rule.SINGLE_THREAD, ago(30), 30, 0, 0)),
        ({"stage_days": 31, "entered": ago(31)}, Finding(Rule.STALLED, ago(31), 31, 30, 40)),
        ({"stage_days": 0, "expected_close": TODAY + dt.timedelta(13)},
         Finding(Rule.IMPLAUSIBLE, TODAY + dt.timedelta(13), 13, 14, 40)),
        ({"drop": (ago(5), usd(100), usd(79))}, Finding(Rule.AMOUNT_DROP, ago(5), 0, 20, 0, usd(100), usd(79))),
        ({"regress": Move(ago(90), "Proposal", "Pilot")},
         Finding(Rule.STAGE_BACK, ago(90), before="Proposal", after="Pilot")),
        ({"pushes": (Push(ago(60), ago(50), ago(40)), Push(ago(30), ago(40), ago(20)))},
         Finding(Rule.PUSHED, ago(30), 30, 2, 2, ago(50), ago(20))),
        ({"pushes": (Push(ago(60), ago(50), ago(19)),)}, Finding(Rule.PUSHED, ago(60), 31, 2, 1, ago(50), ago(19))),
    ],
)  # fmt: skip
def test_each_rule_finds_its_gap_with_its_evidence(change: dict[str, Any], finding: Finding) -> None:
    assert found(replace(GOOD, **change)) == (finding,)


@pytest.mark.parametrize(
    "change",
    [
        {"expected_close": TODAY},
        {"next_step_due": TODAY},
        {"next_step_due": None},
        {"last_touch": ago(7)},
        {"unanswered": 1, "unanswered_since": ago(40)},
        {"unanswered": 5, "unanswered_since": ago(9)},
        {"probability": 59, "has_buyer": False},
        {"has_buyer": None},
        {"touched": (), "units": None},
        {"touched": (), "touched_unnamed": True},
        {"stage_days": None},
        {"stage_days": 0, "expected_close": TODAY + dt.timedelta(14)},
        {"drop": (ago(5), usd(100), usd(80))},
        {"regress": Move(ago(91), "Proposal", "Pilot")},
        {"pushes": (Push(ago(60), ago(50), ago(20)),)},
        {"pushes": (Push(ago(60), ago(50), ago(20)), Push(ago(50), ago(20), ago(10), later=False))},
    ],
)
def test_at_its_bound_a_rule_does_not_apply_yet(change: dict[str, Any]) -> None:
    bounds = WON if "stage_days" in change and change["stage_days"] == 0 else Bounds()
    assert found(replace(GOOD, **change), bounds) == ()


def test_a_touch_that_names_nobody_was_not_with_two_where_only_one_is_known() -> None:
    alone = replace(GOOD, touched=(), touched_unnamed=True, contacts=1)
    assert [finding.rule for finding in found(alone)] == [Rule.SINGLE_THREAD]


@pytest.mark.parametrize(("probability", "days"), [(10, 14), (39, 14), (40, 10), (60, 7), (79, 7), (80, 5), (100, 5)])
def test_late_stages_bear_less_silence(probability: int, days: int) -> None:
    assert quiet_days(probability) == days


def test_too_little_history_judges_neither_stay_nor_date() -> None:
    few = Bounds(stays={3: [Stay(1, 100)] * 19})
    soon = replace(GOOD, stage_days=400, expected_close=TODAY)
    assert found(soon, few) == ()
    assert {finding.rule for finding in found(replace(soon, stage_days=0), Bounds(stays={3: [Stay(1, 100)] * 20}))} == {
        Rule.IMPLAUSIBLE
    }


def test_the_rest_is_that_of_won_ones_which_had_been_there_as_long() -> None:
    """After 21 days, 20 won ones were still there; each needed at least 10 days more: nine in ten 11 or more."""
    assert WON.shortest_rest(3, 21) == (11, 20)
    assert WON.shortest_rest(3, 22) is None


def test_what_is_set_for_a_stage_comes_before_what_is_set_for_all() -> None:
    bounds = Bounds({("quiet", None): 20, ("quiet", 3): 2, ("stalled", None): 5, ("implausible", 3): 30})
    assert (bounds.quiet(3, 60), bounds.quiet(4, 60)) == (2, 20)
    assert bounds.longest_stay(3) == 5
    assert {(f.rule, f.bound, f.count) for f in found(GOOD, bounds)} == {
        (Rule.QUIET, 2, 0),
        (Rule.STALLED, 5, 0),
        (Rule.IMPLAUSIBLE, 30, 0),
    }


def test_single_thread_is_asked_above_the_amount_only() -> None:
    alone = replace(GOOD, touched=())
    assert found(alone, Bounds(usual_amount=50_000)) == ()
    assert [finding.rule for finding in found(alone, Bounds(usual_amount=49_999))] == [Rule.SINGLE_THREAD]
    assert found(alone, Bounds({("single_thread", None): 60_000}, usual_amount=1)) == ()


# --- how it went so far


def test_going_back_and_forth_starts_nothing_anew() -> None:
    moves = [Move(ago(50), None, 1), Move(ago(40), 1, 2), Move(ago(30), 2, 1), Move(ago(10), 1, 2)]
    visits = list_visits(moves, ago(50), TODAY)
    assert visits == (
        Visit(1, ago(50), ago(40)),
        Visit(2, ago(40), ago(30)),
        Visit(1, ago(30), ago(10)),
        Visit(2, ago(10), TODAY),
    )
    assert (days_in(visits, 1), days_in(visits, 2)) == (30, 20)


def test_what_it_was_in_before_its_first_move_it_was_in_since_it_was_opened() -> None:
    assert list_visits([Move(ago(5), 1, 2)], ago(20), TODAY)[0] == Visit(1, ago(20), ago(5))
    assert list_visits([Move(ago(5), 1, 2)], None, TODAY) == (Visit(2, ago(5), TODAY),)
    assert list_visits([], ago(20), TODAY) == ()


def test_a_push_goes_to_a_later_period_or_far() -> None:
    def quarter(day: dt.date) -> dt.date:
        return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)

    on = dt.date(2026, 6, 1)
    within = Move(on, dt.date(2026, 7, 1), dt.date(2026, 7, 31))
    far = Move(on, dt.date(2026, 7, 1), dt.date(2026, 8, 1))
    over = Move(on, dt.date(2026, 9, 30), dt.date(2026, 10, 1))
    back = Move(on, dt.date(2026, 10, 1), dt.date(2026, 9, 30))
    first: Move[dt.date] = Move(on, None, dt.date(2027, 1, 1))
    pushes = list_pushes([within, far, over, back, first], quarter, long=30)
    assert [(push.days, push.later) for push in pushes] == [(31, False), (1, True)]


def test_the_fall_is_from_the_most_it_was_worth_lately() -> None:
    moves: list[Move[int]] = [
        Move(ago(200), None, 900), Move(ago(80), 900, 500), Move(ago(20), 500, 700), Move(ago(10), 700, 600),
    ]  # fmt: skip
    assert find_peak(moves, 600, ago(90)) == Move(ago(10), 900, 600)
    assert find_peak(moves, 600, ago(30)) == Move(ago(10), 700, 600)
    assert find_peak(moves, 900, ago(90)) is None, "made up again"
    assert find_peak(moves, None, ago(90)) is None


def test_a_step_back_is_told_until_it_is_made_up() -> None:
    positions = {1: 1, 2: 2, 3: 3}
    moves = [Move(ago(50), 1, 3), Move(ago(40), 3, 1)]
    assert find_regress(moves, 1, positions, ago(90)) == Move(ago(40), 3, 1)
    assert find_regress([*moves, Move(ago(5), 1, 2)], 2, positions, ago(90)) == Move(ago(40), 3, 2)
    assert find_regress([*moves, Move(ago(5), 1, 3)], 3, positions, ago(90)) is None
    assert find_regress(moves, 1, positions, ago(30)) is None
    assert find_regress([Move(ago(4), 9, 1)], 1, positions, ago(90)) is None, "reopened, not moved back"


@given(st.lists(st.integers(-50, 50), min_size=1).map(sorted), st.integers(1, 100))
def test_a_percentile_is_a_value_that_at_least_that_share_does_not_exceed(values: list[int], percent: int) -> None:
    share = Fraction(percent, 100)
    bound = percentile(values, share)
    assert bound in values
    assert sum(value <= bound for value in values) >= share * len(values)
    assert sum(value < bound for value in values) < share * len(values)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), min_size=1, max_size=8))
def test_stays_fill_the_whole_time_without_a_gap(steps: list[tuple[int, int]]) -> None:
    day, moves, before = ago(300), [], None
    for days, stage in steps:
        day += dt.timedelta(days)
        moves.append(Move(day, before, stage))
        before = stage
    visits = list_visits(moves, None, TODAY)
    assert sum(visit.days for visit in visits) == (TODAY - moves[0].day).days
    assert all(one.left == other.entered for one, other in pairwise(visits))


# --- in words

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
PAST = st.dates(dt.date(2026, 1, 1), TODAY)


@given(
    st.builds(
        Standing,
        probability=st.integers(0, 100),
        expected_close=st.none() | DAYS,
        next_step=st.sampled_from(["", "call them"]),
        next_step_due=st.none() | DAYS,
        has_amount=st.booleans(),
        last_touch=st.none() | PAST,
        since=st.none() | PAST,
        contacts=st.integers(0, 5),
        has_buyer=st.none() | st.booleans(),
        stage_id=st.just(3),
        units=st.none() | st.fractions(0, 10**6, max_denominator=100),
        unanswered=st.integers(0, 4),
        unanswered_since=st.none() | PAST,
        touched=st.sampled_from([(), ("Rosa Diaz",), ("Rosa Diaz", "Tim Lee")]),
        touched_unnamed=st.booleans(),
        stage_days=st.none() | st.integers(0, 400),
        pushes=st.lists(st.builds(Push, PAST, PAST, DAYS), max_size=3).map(tuple),
        drop=st.none() | st.tuples(PAST, st.builds(usd, st.integers(50, 99)), st.builds(usd, st.integers(0, 49))),
        regress=st.none() | st.builds(Move, PAST, st.just("Proposal"), st.just("Pilot")),
    )
)
def test_every_finding_can_be_said_and_cleared(standing: Standing) -> None:
    findings = found(standing)
    assert len({finding.rule for finding in findings}) == len(findings)
    for finding in findings:
        assert "{" not in english(described(finding))
        assert mend_for(finding, 7, "Acme").invocation is not None
        question = question_for(finding)
        assert question is None or english(question).startswith("“")


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_found_by_its_name_and_by_what_people_call_it(rule: Rule) -> None:
    for words in (rule.value, RULES[rule].template.title(), *ABOUT[rule].words):
        assert find_rule(words) is rule
