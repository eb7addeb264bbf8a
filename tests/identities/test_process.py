"""Win rates, cycles and funnels, counted anew from rows and histories."""

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.identities.books import Books, Row, month_after, quarter_of
from tests.identities.conftest import DAY, Ask
from tests.identities.past import Past
from tests.identities.said import english, figure, percent, table

START, END = quarter_of(DAY)
YEARS = {
    "last year": (dt.date(2025, 2, 1), dt.date(2026, 2, 1)),
    "this year": (dt.date(2026, 2, 1), dt.date(2027, 2, 1)),
}
LEAST = 10
TEAMS = ("Americas East", "Americas West", "EMEA", "Asia-Pacific")


def closed(books: Books, start: dt.date, end: dt.date, people: Iterable[int] | None = None) -> list[Row]:
    group = books.people.keys() if people is None else frozenset(people)
    return [
        row
        for row in books.deals.values()
        if row["status"] != "open" and start <= row["closed_on"] < end and row["owner_id"] in group
    ]


def outcomes(books: Books, rows: Iterable[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Won, lost to somebody, and lost to no decision."""
    none = {row["name"].casefold() for row in books.tables["loss_reason"] if row["no_decision"]}
    listed = list(rows)
    won = [row for row in listed if row["status"] == "won"]
    lost = [row for row in listed if row["status"] == "lost" and row["loss_reason"].casefold() not in none]
    derailed = [row for row in listed if row["status"] == "lost" and row["loss_reason"].casefold() in none]
    return won, lost, derailed


@pytest.mark.parametrize("period", YEARS)
@pytest.mark.parametrize("team", [None, *TEAMS])
def test_win_rates_by_count_value_and_with_no_decisions(ask: Ask, books: Books, period: str, team: str | None) -> None:
    rows = closed(books, *YEARS[period], books.team(team) if team else None)
    won, lost, none = outcomes(books, rows)
    reply = ask("winrate", period=period, **({"team": team} if team else {}))
    said = [figure(reply, name) for name in ("won", "lost", "no_decision")]
    assert said == [len(won), len(lost), len(none)]
    assert len(won) + len(lost) >= LEAST
    assert figure(reply, "win_rate") == percent(Fraction(len(won), len(won) + len(lost)))
    assert figure(reply, "win_rate_broad") == percent(Fraction(len(won), len(rows)))
    won_value = sum(row["booked_minor"] for row in won)
    lost_value = sum(
        books.converted(row["amount_minor"] or 0, row["currency"], row["closed_on"], "daily") for row in lost
    )
    assert figure(reply, "win_rate_value") == percent(Fraction(won_value) / (won_value + lost_value))


def test_wilson_intervals_hold_the_rate(ask: Ask, books: Books) -> None:
    won, lost, _ = (len(rows) for rows in outcomes(books, closed(books, *YEARS["last year"])))
    count, rate, z = won + lost, won / (won + lost), statistics.NormalDist().inv_cdf(0.975)
    middle, spread = rate + z**2 / (2 * count), z * (rate * (1 - rate) / count + z**2 / (4 * count**2)) ** 0.5
    reply = ask("winrate", period="last year")
    low, high = figure(reply, "win_rate_low"), figure(reply, "win_rate_high")
    assert low is not None
    assert high is not None
    assert abs(float(low) - 100 * (middle - spread) / (1 + z**2 / count)) <= 0.1
    assert abs(float(high) - 100 * (middle + spread) / (1 + z**2 / count)) <= 0.1
    assert low < Decimal(rate * 100) < high


def test_parts_of_the_win_rate_are_the_whole(ask: Ask, books: Books) -> None:
    won, lost, none = outcomes(books, closed(books, *YEARS["last year"]))
    for by in ("rep", "team", "product", "source", "region"):
        reply = ask("winrate", period="last year", by=by)
        sums = [sum(int(row[column]) for row in table(reply)) for column in (1, 2, 3)]
        assert sums == [len(won), len(lost), len(none)], (by, english(reply.answer.headline))


def qualified_since(books: Books, past: Past, number: int) -> dt.date:
    """First entry into a qualified open stage, or the day it was opened."""
    for entry in past.entries[number]:
        if entry["field"] == "stage_id":
            stage = books.stages[int(entry["new"])]
            if stage["qualified"] and stage["kind"] == "open":
                return dt.date.fromisoformat(str(entry["effective_on"]))
    opened: dt.date = books.deals[number]["opened_on"]
    return opened


@pytest.mark.parametrize("period", [*YEARS, "last quarter"])
def test_the_sales_cycle_counts_from_the_first_qualified_stage(ask: Ask, books: Books, past: Past, period: str) -> None:
    start, end = YEARS.get(period, (month_after(START, -3), START))
    days = sorted((row["closed_on"] - qualified_since(books, past, row["id"])).days for row in books.won(start, end))
    reply = ask("cycle", period=period)
    assert figure(reply, "won") == len(days)
    assert figure(reply, "cycle") == Decimal(str(statistics.median(days)))
    mean = figure(reply, "cycle_mean")
    assert mean is not None
    assert abs(float(mean) - statistics.fmean(days)) < 0.001
    rank = Fraction(9, 10) * (len(days) - 1)
    low = int(rank)
    tenth = days[low] + (rank - low) * (days[min(low + 1, len(days) - 1)] - days[low])
    said = figure(reply, "cycle_p90")
    assert said is not None
    assert abs(float(said) - float(tenth)) < 0.001


def test_reopened_deals_count_once_at_their_last_outcome(books: Books, past: Past) -> None:
    reopened: dict[int, int] = defaultdict(int)
    for number, entries in past.entries.items():
        for entry in entries:
            if entry["field"] == "status" and entry["old"] in ('"lost"', '"won"'):
                reopened[number] += 1
    assert len(reopened) >= 5
    rows = closed(books, dt.date.min, dt.date.max)
    assert len({row["id"] for row in rows}) == len(rows)
    assert sum(books.deals[number]["status"] == "won" for number in reopened) >= 2


def test_dates_were_corrected_and_pulled_in(books: Books, past: Past) -> None:
    corrected, pulled = 0, 0
    for entries in past.entries.values():
        for entry in entries:
            if entry["field"] == "closed_on" and entry["old"] and entry["new"]:
                corrected += 1
                assert entry["reason"]
            is_date = entry["field"] == "expected_close" and entry["old"] and entry["new"]
            pulled += bool(is_date and entry["new"] < entry["old"] and entry["reason"])
    assert corrected >= 5
    assert pulled >= 3


@pytest.mark.parametrize("team", ["the whole company", "EMEA"])
def test_the_funnel_counts_who_entered_a_stage_and_ever_went_further(
    ask: Ask, books: Books, past: Past, team: str
) -> None:
    """Skipped stages are filled, moves back take nothing away, one opened later has not entered what came before."""
    people = books.team(team) or frozenset(books.people)
    order = [row for row in sorted(books.stages.values(), key=lambda row: row["position"]) if row["kind"] != "lost"]
    place = {row["id"]: number for number, row in enumerate(order)}
    start, end = YEARS["last year"]
    entered: dict[int, int] = defaultdict(int)
    further: dict[int, int] = defaultdict(int)
    for number, entries in past.entries.items():
        if books.deals[number]["owner_id"] not in people:
            continue
        moves = [
            (entry["effective_on"], place[int(entry["new"])])
            for entry in entries
            if entry["field"] == "stage_id" and int(entry["new"]) in place
        ]
        furthest = max(reached for _, reached in moves)
        through, far = set(), moves[0][1]
        for day, reached in moves:
            if start <= day < end:
                through |= {reached, *range(far + 1, reached)}
            far = max(far, reached)
        for step in through:
            entered[step] += 1
            further[step] += furthest > step
    reply = ask("funnel", period="last year", team=team)
    said = [one for one in reply.answer.figures if one.name == "conversion"]
    assert [one.count for one in said] == [entered[step] for step in range(len(order) - 1)]
    assert [one.number for one in said] == [
        percent(Fraction(further[step], entered[step])) for step in range(len(order) - 1)
    ]


def test_concentration_of_customers(ask: Ask, books: Books) -> None:
    sums: dict[int, int] = defaultdict(int)
    for row in books.won(*YEARS["last year"]):
        sums[row["account_id"]] += row["booked_minor"]
    values = sorted(sums.values())
    count, total = len(values), sum(values)
    top = values[::-1][: -(-count // 5)]
    eighty = next(k for k in range(1, count + 1) if sum(values[-k:]) * 10 >= total * 8)
    gini = Fraction(sum((2 * i - count - 1) * value for i, value in enumerate(values, start=1)), count * total)
    hhi = sum(Fraction(value, total) ** 2 for value in values)
    reply = ask("concentration", period="last year")
    assert figure(reply, "top_share") == percent(Fraction(sum(top), total))
    assert figure(reply, "pareto") == eighty
    said = figure(reply, "gini"), figure(reply, "hhi")
    assert None not in said
    assert abs(float(said[0] or 0) - float(gini * Fraction(count, count - 1))) < 0.0001
    assert abs(float(said[1] or 0) - float(hhi)) < 0.0001


def test_velocity_is_the_product_of_its_levers(ask: Ask) -> None:
    reply = ask("velocity")
    levers = [figure(reply, name) for name in ("open", "average_won", "win_rate", "cycle")]
    assert None not in levers
    count, value, rate, days = (float(lever or 0) for lever in levers)
    said = figure(reply, "velocity")
    assert said is not None
    assert abs(float(said) - count * value * rate / 100 / days) < 0.001 * float(said)
