"""What became of a pipeline between two days."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from skills.measures.waterfall import Flow, Waterfall, arrival, departure, flows, waterfall
from store.history import Due, Span, StandingSum, sum_standing
from store.money import Money, Rates, rounded
from store.moves import MoveSum, list_moves, sum_moves
from store.moves import Path as Way
from store.scope import Scope
from tests.conftest import copied
from tests.store.histories import Told, lives, tell

LATER = dt.date(2026, 6, 1)
DUES = (None, Due(dt.date(2026, 2, 1), dt.date(2026, 6, 1)))
SCOPES = (None, frozenset({1}), frozenset({1, 2}))
JANUARY = dt.date(2026, 1, 1)
RATES = Rates("USD", (("EUR", "daily", JANUARY, Fraction("1.0837")), ("JPY", "daily", JANUARY, Fraction("0.006713"))))

ways = st.builds(
    Way,
    st.sampled_from(["", "open", "won", "lost"]),
    st.sampled_from(["here", "elsewhere", "earlier", "later"]),
    st.sampled_from(["open", "won", "lost"]),
    st.sampled_from(["here", "elsewhere", "earlier", "later"]),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from(["USD", "EUR"]),
)


@st.composite
def single_moves(draw: st.DrawFn) -> MoveSum:
    way, minor, was = draw(ways), draw(st.integers(0, 10**12)), draw(st.integers(0, 10**12))
    if not way.was:
        way, was = Way("", "elsewhere", way.now, way.place, "", way.currency), 0
    change = minor - was
    return MoveSum(way, 1, minor, was, int(change > 0), max(change, 0), int(change < 0), max(-change, 0))


@given(single_moves())
def test_an_opportunity_adds_what_it_is_worth_here_at_the_end_less_what_it_was(move: MoveSum) -> None:
    way = move.path
    expected: dict[str, int] = {}
    if way.was == "open" and way.was_place == "here":
        expected[way.was_currency] = -move.was_minor
    if way.now == "open" and way.place == "here":
        expected[way.currency] = expected.get(way.currency, 0) + move.minor
    parts = list(flows(move))
    found: dict[str, int] = {}
    for part in parts:
        found[part.money.currency] = found.get(part.money.currency, 0) + part.money.minor
    assert {currency: minor for currency, minor in found.items() if minor} == {
        currency: minor for currency, minor in expected.items() if minor
    }
    once = [part.flow for part in parts if part.count]
    assert len(once) == len(set(once)), "in each flow at most once"


@given(ways)
def test_what_comes_in_was_not_there_and_what_leaves_is_there_no_more(way: Way) -> None:
    was_here = way.was == "open" and way.was_place == "here"
    is_here = way.now == "open" and way.place == "here"
    if arrival(way):
        assert not was_here
    if was_here:
        assert (departure(way) is None) == is_here
    if is_here and not was_here:
        assert arrival(way)


@pytest.mark.parametrize(
    ("way", "came", "left"),
    [
        (Way("", "elsewhere", "open", "here", "", "USD"), "created", None),
        (Way("", "elsewhere", "won", "here", "", "USD"), "created", "won"),
        (Way("", "elsewhere", "lost", "here", "", "USD"), "created", "lost"),
        (Way("lost", "here", "open", "here", "USD", "USD"), "reopened", None),
        (Way("lost", "elsewhere", "won", "here", "USD", "USD"), "reopened", "won"),
        (Way("open", "elsewhere", "open", "here", "USD", "USD"), "transferred_in", None),
        (Way("open", "later", "open", "here", "USD", "USD"), "pulled_in", None),
        (Way("open", "later", "won", "here", "USD", "USD"), "pulled_in", "won"),
        (Way("open", "earlier", "open", "here", "USD", "USD"), "slipped_in", None),
        (Way("open", "here", "open", "later", "USD", "USD"), None, "slipped"),
        (Way("open", "here", "won", "later", "USD", "USD"), None, "slipped"),
        (Way("open", "here", "open", "earlier", "USD", "USD"), None, "pulled_out"),
        (Way("open", "here", "won", "here", "USD", "USD"), None, "won"),
        (Way("open", "here", "lost", "later", "USD", "USD"), None, "lost"),
        (Way("open", "here", "won", "elsewhere", "USD", "USD"), None, "transferred_out"),
        (Way("open", "here", "open", "here", "USD", "USD"), None, None),
    ],
)
def test_each_way_has_one_name_in_and_one_out(way: Way, came: str | None, left: str | None) -> None:
    assert (arrival(way), departure(way)) == (came, left)


@pytest.mark.parametrize(
    "way",
    [Way("won", "here", "won", "here", "USD", "USD"), Way("lost", "here", "lost", "here", "USD", "USD")],
)
def test_what_stays_closed_is_no_part_of_it(way: Way) -> None:
    assert list(flows(MoveSum(way, 1, 500, 400, 1, 100, 0, 0))) == []


def test_the_worked_example() -> None:
    """Opening 100 + created 30 + pulled in 20 + increased 10 − decreased 5 − slipped 25 − lost 15 − won 40 + reopened 8
    = closing 83, in a pipeline of one quarter."""
    here = ("open", "here")
    moves = [
        MoveSum(Way("", "elsewhere", *here, "", "USD"), 2, 3000, 0, 2, 3000, 0, 0),
        MoveSum(Way("open", "later", *here, "USD", "USD"), 1, 2000, 1900, 1, 100, 0, 0),
        MoveSum(Way(*here, *here, "USD", "USD"), 3, 4500, 4000, 1, 1000, 1, 500),
        MoveSum(Way(*here, "open", "later", "USD", "USD"), 1, 2500, 2500, 0, 0, 0, 0),
        MoveSum(Way(*here, "lost", "here", "USD", "USD"), 1, 1500, 1500, 0, 0, 0, 0),
        MoveSum(Way(*here, "won", "here", "USD", "USD"), 2, 4000, 4000, 0, 0, 0, 0),
        MoveSum(Way("lost", "here", *here, "USD", "USD"), 1, 800, 800, 0, 0, 0, 0),
    ]
    opening, closing = [StandingSum("USD", 9, 9, 10_000)], [StandingSum("USD", 8, 8, 8_300)]
    found = waterfall(opening, moves, closing, RATES, LATER, "daily")
    assert [(line.flow, line.count, line.total) for line in found.lines] == [
        (Flow.CREATED, 2, Money(3000, "USD")),
        (Flow.REOPENED, 1, Money(800, "USD")),
        (Flow.PULLED_IN, 1, Money(2000, "USD")),
        (Flow.INCREASED, 1, Money(1000, "USD")),
        (Flow.DECREASED, 1, Money(-500, "USD")),
        (Flow.WON, 2, Money(-4000, "USD")),
        (Flow.LOST, 1, Money(-1500, "USD")),
        (Flow.SLIPPED, 1, Money(-2500, "USD")),
    ]
    assert (found.opening.total, found.closing.total, found.difference) == (
        Money(10_000, "USD"),
        Money(8_300, "USD"),
        None,
    )


def test_what_the_steps_do_not_explain_is_a_line_of_its_own() -> None:
    found = waterfall([StandingSum("USD", 1, 1, 100)], [], [StandingSum("USD", 1, 1, 130)], RATES, LATER, "daily")
    assert found.difference is not None
    assert (found.difference.total, found.difference.originals) == (Money(30, "USD"), (Money(30, "USD"),))
    assert found.closing.total == Money(130, "USD")


def test_a_missing_rate_refuses_the_totals_and_keeps_each_currency() -> None:
    found = waterfall([StandingSum("GBP", 1, 1, 100)], [], [StandingSum("GBP", 1, 1, 100)], RATES, LATER, "daily")
    assert (found.missing, found.opening.total, found.closing.total) == (("GBP",), None, None)
    assert found.closing.originals == (Money(100, "GBP"),)


def in_view(state: dict[str, Any] | None, people: frozenset[int] | None, due: Due | None) -> bool:
    """Whether it is in the pipeline, by plain comparison."""
    if state is None or state["status"] != "open" or (people is not None and state["owner_id"] not in people):
        return False
    return due is None or (state["expected_close"] is not None and due.start <= state["expected_close"] < due.end)


def sums_of(told: Told, day: dt.date, people: frozenset[int] | None, due: Due | None) -> dict[str, int]:
    sums: dict[str, int] = {}
    for state in told.states[day].values():
        if in_view(state, people, due):
            sums[state["currency"]] = sums.get(state["currency"], 0) + (state["amount_minor"] or 0)
    return {currency: minor for currency, minor in sums.items() if minor}


def recomputed(  # noqa: C901  (the definition at one glance, opportunity by opportunity)
    told: Told, first: dt.date, last: dt.date, people: frozenset[int] | None, due: Due | None
) -> dict[str, dict[str, int]]:
    """The steps once more, opportunity by opportunity, from what was remembered of it."""
    steps: dict[str, dict[str, int]] = {}

    def add(flow: str, currency: str, minor: int) -> None:
        sums = steps.setdefault(flow, {})
        sums[currency] = sums.get(currency, 0) + minor

    for number, now in told.states[last].items():
        was = told.states[first].get(number)
        ours = people is None or now["owner_id"] in people
        day = now["closed_on"] if now["status"] == "won" else now["expected_close"]
        inside = due is None or (day is not None and due.start <= day < due.end)
        before, after = in_view(was, people, due), in_view(now, people, due)
        amount = now["amount_minor"] or 0
        if before and not ours:
            assert was is not None
            add("transferred_out", was["currency"], -(was["amount_minor"] or 0))
            continue
        if before:
            assert was is not None
            old = was["amount_minor"] or 0
            if was["currency"] != now["currency"]:
                add("currency_changed", was["currency"], -old)
                add("currency_changed", now["currency"], amount)
            elif amount != old:
                add("increased" if amount > old else "decreased", now["currency"], amount - old)
        elif ours and inside and (was is None or was["status"] == "open" or was["status"] != now["status"]):
            if was is None:
                came = "created"
            elif was["status"] != "open":
                came = "reopened"
            elif people is not None and was["owner_id"] not in people:
                came = "transferred_in"
            else:
                assert due is not None
                early = was["expected_close"] is not None and was["expected_close"] < due.start
                came = "slipped_in" if early else "pulled_in"
            add(came, now["currency"], amount)
        else:
            continue
        if not after:
            if inside or now["status"] == "lost":
                gone = now["status"]
            else:
                assert due is not None
                gone = "pulled_out" if day is not None and day < due.start else "slipped"
            add(gone, now["currency"], -amount)
    return {flow: {c: m for c, m in sums.items() if m} for flow, sums in steps.items() if any(sums.values())}


def computed(session: Session, scope: Scope, span: Span, due: Due | None) -> Waterfall:
    opening, closing = (sum_standing(session, scope, day, LATER, due=due) for day in (span.opening, span.closing))
    return waterfall(opening, sum_moves(session, scope, span, due=due), closing, RATES, LATER, "daily")


def check(session: Session, told: Told, span: Span, people: frozenset[int] | None, due: Due | None) -> None:
    scope = Scope.everybody() if people is None else Scope.of(people)
    found = computed(session, scope, span, due)
    steps = {
        str(line.flow): {money.currency: money.minor for money in line.originals if money.minor} for line in found.lines
    }
    assert found.difference is None
    assert {flow: sums for flow, sums in steps.items() if sums} == recomputed(
        told, span.opening, span.closing, people, due
    )
    for end, day in ((found.opening, span.opening), (found.closing, span.closing)):
        assert {money.currency: money.minor for money in end.originals if money.minor} == sums_of(
            told, day, people, due
        )
    totals = [found.opening.total, *(line.total for line in found.lines)]
    assert found.closing.total is not None
    assert sum(money.minor for money in totals if money is not None) == found.closing.total.minor
    exact = sum((RATES.exact(money, LATER) or Fraction(0) for money in found.closing.originals), Fraction(0))
    assert found.closing.total.minor == rounded(exact)
    listed: dict[str, int] = {}
    for move in list_moves(session, scope, span, due=due, limit=1000):
        for part in flows(move.alone):
            listed[part.flow] = listed.get(part.flow, 0) + part.count
    assert listed == {str(line.flow): line.count for line in found.lines}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives)
def test_it_closes_to_the_cent_in_three_currencies_whatever_happened(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    database = copied(migrated, tmp_path_factory.mktemp("lives"))
    told = tell(database, steps)
    with database.session() as session:
        for first, last in ((0, 1), (0, 5), (2, 4), (1, 5)):
            for people in SCOPES:
                for due in DUES:
                    check(session, told, Span(told.days[first], told.days[last]), people, due)
    database.close()
