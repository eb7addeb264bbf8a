"""The waterfall between two days: closing to the cent, step by step as two replays of the change log have it."""

import datetime as dt
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest

from tests.identities.books import DAY as ONE
from tests.identities.books import Books, half_up, month_after, quarter_of, units
from tests.identities.conftest import DAY, Ask
from tests.identities.past import Past, State
from tests.identities.said import figure, figures, percent, unit

START, END = quarter_of(DAY)
LAST = month_after(START, -3)
PERIODS = {
    "this quarter": (START, DAY),
    "last quarter": (LAST, START - ONE),
    "last month": (dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
    "2026-09-07 to 2026-09-20": (dt.date(2026, 9, 7), dt.date(2026, 9, 20)),
    "last year": (dt.date(2025, 2, 1), dt.date(2026, 1, 31)),
}
"""First and last day."""
WHOSE: dict[str, dict[str, str]] = {
    "everybody": {"team": "the whole company"},
    "EMEA": {"team": "EMEA"},
    "Asia-Pacific": {"team": "Asia-Pacific"},
    "Dana Whitfield": {"owner": "Dana Whitfield"},
    "Owen Castellano": {"owner": "Owen Castellano"},
}
Flows = dict[str, Fraction]


def group(books: Books, whose: str) -> frozenset[int]:
    if whose == "everybody":
        return frozenset(books.people)
    return books.team(whose) or frozenset([books.person(whose)])


class Between:
    """What became of a pipeline from the end of one day to the end of another, at the rates of the later one."""

    def __init__(
        self, books: Books, past: Past, people: frozenset[int], opening: dt.date, closing: dt.date, due: Any = None
    ) -> None:
        self.books, self.past, self.people, self.due = books, past, people, due
        self.opening_day, self.closing_day = opening, closing
        self.opening, self.closing = Fraction(0), Fraction(0)
        self.steps: Flows = defaultdict(Fraction)
        for number in past.entries:
            self._add(past.state(number, opening) or {}, past.state(number, closing) or {})

    def _usd(self, state: State) -> Fraction:
        return self.books.converted(
            state.get("amount_minor") or 0, state["currency"], min(self.closing_day, DAY), "daily"
        )

    def _place(self, state: State) -> str:
        if state["owner_id"] not in self.people:
            return "elsewhere"
        if self.due is None:
            return "here"
        day = state.get("closed_on") if state["status"] == "won" else state.get("expected_close")
        if day is None or day >= self.due[1]:
            return "later"
        return "here" if day >= self.due[0] else "earlier"

    def _in(self, state: State) -> bool:
        return bool(state) and state["status"] == "open" and self._place(state) == "here"

    def _add(self, was: State, now: State) -> None:
        if self._in(now):
            self.closing += self._usd(now)
        if self._in(was):
            self.opening += self._usd(was)
            self._leave(was, now)
        elif now and self._place(now) == "here" and not (was and was["status"] == now["status"] != "open"):
            self._come(was, now)

    def _come(self, was: State, now: State) -> None:
        if not was:
            way = "created"
        elif was["status"] != "open":
            way = "reopened"
        elif self._place(was) == "elsewhere":
            way = "transferred_in"
        else:
            way = "slipped_in" if self._place(was) == "earlier" else "pulled_in"
        self.steps[way] += self._usd(now)
        if now["status"] != "open":
            self.steps[now["status"]] -= self._usd(now)

    def _leave(self, was: State, now: State) -> None:
        if self._place(now) == "elsewhere":
            self.steps["transferred_out"] -= self._usd(was)
            return
        change = self._usd(now) - self._usd(was)
        if change:
            self.steps["increased" if change > 0 else "decreased"] += change
        if now["status"] == "lost" or (now["status"] == "won" and self._place(now) == "here"):
            self.steps[now["status"]] -= self._usd(now)
        elif self._place(now) != "here":
            self.steps["slipped" if self._place(now) == "later" else "pulled_out"] -= self._usd(now)


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("period", PERIODS)
def test_the_waterfall_closes_and_is_what_the_log_tells(
    ask: Ask, books: Books, past: Past, period: str, whose: str
) -> None:
    first, last = PERIODS[period]
    told = Between(books, past, group(books, whose), first - ONE, last)
    assert told.opening + sum(told.steps.values()) == told.closing, "the log closes by itself"
    _compare(ask("waterfall", period=period, **WHOSE[whose]), told)


@pytest.mark.parametrize("whose", ["everybody", "EMEA", "Dana Whitfield"])
def test_the_pipeline_of_one_quarter_closes_too(ask: Ask, books: Books, past: Past, whose: str) -> None:
    told = Between(books, past, group(books, whose), LAST - ONE, START - ONE, (LAST, START))
    assert told.opening + sum(told.steps.values()) == told.closing
    assert told.steps["slipped"] < 0 < told.steps["created"] or whose != "everybody"
    _compare(ask("waterfall", period="last quarter", closing="last quarter", **WHOSE[whose]), told)


def _compare(reply: Any, told: Between) -> None:
    """Every step within a cent of the exact one (parts are rounded so that they add up), and the sum to the cent."""
    said = {name: figure(reply, name) for name in ("opening", "closing")}
    steps = {
        one.name: one.number or 0
        for one in reply.answer.figures
        if one.name not in ("opening", "closing", "difference") and one.unit == "USD"
    }
    assert said["opening"] is not None
    assert said["closing"] is not None
    assert said["opening"] + sum(steps.values()) == said["closing"]
    assert abs(said["opening"] - units(told.opening)) <= units(1)
    assert abs(said["closing"] - units(told.closing)) <= units(len(steps) + 1)
    exact = {name: value for name, value in told.steps.items() if half_up(value)}
    assert {name for name, value in steps.items() if value} == set(exact)
    for name, value in exact.items():
        assert abs(steps[name] - units(value)) <= units(1), name
    if "difference" in figures_of(reply):
        assert figure(reply, "difference") == 0


def figures_of(reply: Any) -> set[str]:
    return {one.name for one in reply.answer.figures}


def test_dana_sees_her_own_pipeline_as_it_stands(ask: Ask, books: Books) -> None:
    dana = books.person("Dana")
    rows = [row for row in books.deals.values() if row["status"] == "open" and row["owner_id"] == dana]
    reply = ask("pipeline", who="Dana", owner="me")
    assert figure(reply, "open") == len(rows)
    exact = sum(books.converted(row["amount_minor"] or 0, row["currency"], DAY, "daily") for row in rows)
    assert figure(reply, "pipeline") == units(exact)
    assert figures(reply, "overdue")


@pytest.mark.parametrize("whose", ["everybody", "EMEA", "Dana Whitfield"])
def test_slipped_is_what_was_due_and_is_open_with_a_later_date(ask: Ask, books: Books, past: Past, whose: str) -> None:
    people, closing, currency = group(books, whose), START - ONE, "EUR" if whose == "EMEA" else "USD"
    due, slipped = Fraction(0), Fraction(0)
    for number in past.entries:
        was, now = past.state(number, LAST - ONE), past.state(number, closing)
        if not was or not now or was["status"] != "open" or was["owner_id"] not in people:
            continue
        if not was.get("expected_close") or not LAST <= was["expected_close"] < START:
            continue
        value = books.converted(was.get("amount_minor") or 0, was["currency"], closing, "daily", currency)
        due += value
        if now["status"] == "open" and now["expected_close"] >= START:
            slipped += value
    reply = ask("slippage", period="last quarter", **WHOSE[whose])
    assert unit(reply, "due") == currency
    assert figure(reply, "due") == units(due)
    assert figure(reply, "slipped") == units(slipped)
    assert figure(reply, "slip_rate") == percent(slipped / due)
