"""Targets and measures beyond revenue: trees, overlay, margin, money received, new customers, activities, coverage."""

import datetime as dt
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.demo.working_days import WorkingDays
from tests.identities.books import DAY as ONE
from tests.identities.books import Books, Row, half_up, largest_remainder, month_after, quarter_of, units
from tests.identities.conftest import DAY, Ask
from tests.identities.said import figure, percent, unit

START, END = quarter_of(DAY)
LAST = month_after(START, -3)
YEAR = (dt.date(2026, 2, 1), dt.date(2027, 2, 1))
PERIODS = {"this quarter": (START, END), "last quarter": (LAST, START), "this year": YEAR}
DOLLAR_TEAMS = ("Americas East", "Americas West")


def test_the_demo_works_on_the_days_of_its_regions(books: Books) -> None:
    days = WorkingDays(range(DAY.year - 3, DAY.year + 2))
    for region in ("Americas", "EMEA", "Asia-Pacific"):
        for count in range(-800, 300):
            day = DAY + count * ONE
            assert days.works(region, day) == books.works(region, day), (region, day)


def in_period(rows: dict[dt.date, Row], start: dt.date, end: dt.date) -> list[Row]:
    return [row for month, row in rows.items() if start <= month < end]


def planned(books: Books, rows: list[Row], to: str) -> Fraction:
    """After ramp, at the plan rate of each month."""
    return sum(
        (
            books.converted(row["amount_minor"], row["currency"], row["month"], "plan", to)
            * Fraction(row["ramp_percent"], 100)
            for row in rows
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("period", PERIODS)
def test_what_is_handed_out_and_what_is_not_are_the_parent(ask: Ask, books: Books, period: str) -> None:
    start, end = PERIODS[period]

    def asked(**holder: Any) -> list[Row]:
        return in_period(books.quotas(metric="booked", **holder), start, end)

    regions = {row["name"]: asked(region=row["name"]) for row in books.tables["region"]}
    teams = {row["name"]: asked(team=number) for number, row in books.teams.items()}
    people = {name: [row for number in books.team(name) for row in asked(person=number)] for name in teams}
    american = [row for name in ("Americas East", "Americas West") for row in teams[name]]
    nodes = {
        ("team", "the whole company"): (asked(), [row for rows in regions.values() for row in rows]),
        ("region", "Americas"): (regions["Americas"], american),
        **{("team", name): (rows, people[name]) for name, rows in teams.items()},
    }
    for (how, name), (own, below) in nodes.items():
        reply = ask("targets", period=period, **{how: name})
        currency = unit(reply, "target")
        whole, parts = planned(books, own, currency), planned(books, below, currency)
        said = {key: figure(reply, key) for key in ("target", "handed_out", "unallocated")}
        assert said == {"target": units(whole), "handed_out": units(parts), "unallocated": units(whole - parts)}, name
        assert said["target"] == (said["handed_out"] or 0) + (said["unallocated"] or 0)
        assert figure(reply, "over_assignment") == percent(parts / whole - 1)


def test_overlay_credit_is_told_apart_from_the_direct_one(ask: Ask, books: Books) -> None:
    nora, exact, count = books.person("Nora"), Fraction(0), 0
    for deal in books.won(*YEAR):
        for row in books.splits(deal["id"], "overlay"):
            part = half_up(Fraction(deal["amount_minor"] * row["share"], 10_000))
            exact += books.converted(part, deal["currency"], deal["closed_on"], "plan")
            count += 1
    reply = ask("quota", owner=books.people[nora]["name"], period="this year")
    assert count >= 3
    assert figure(reply, "overlay") == units(exact)
    assert figure(reply, "credited") == 0


def part_of(books: Books, deal: Row, whole: int, people: frozenset[int]) -> int:
    """What of a whole number of one opportunity is credited to these people."""
    rows = books.splits(deal["id"]) or [{"person_id": deal["owner_id"], "share": 10_000}]
    parts = largest_remainder(whole, [row["share"] for row in rows])
    return sum(part for row, part in zip(rows, parts, strict=True) if row["person_id"] in people)


def measured(books: Books, metric: str, people: frozenset[int], start: dt.date, end: dt.date) -> Fraction | int:
    """Of a team whose targets are in dollars; what it shares in another currency counts at the plan rate."""
    won = books.won(start, end)
    own = [row for row in won if row["owner_id"] in people]
    match metric:
        case "margin":
            margin = Fraction(0)
            for row in won:
                amount = part_of(books, row, row["amount_minor"], people)
                cost = row["quantity"] * books.products[row["product_id"]]["unit_cost_minor"]
                margin += books.converted(amount, row["currency"], row["closed_on"], "plan")
                margin += part_of(books, row, -cost, people)
            return margin
        case "units":
            return sum(part_of(books, row, row["quantity"], people) for row in won)
        case "collected":
            paid = [row for row in books.tables["payment"] if start <= row["paid_on"] < end]
            return sum(
                (
                    books.converted(
                        part_of(books, books.deals[row["opportunity_id"]], row["amount_minor"], people),
                        row["currency"], row["paid_on"], "plan",
                    )
                    for row in paid
                ),
                Fraction(0),
            )  # fmt: skip
        case "pipeline_created":
            opened = [row for row in books.deals.values() if start <= row["opened_on"] < end]
            return sum(row["amount_minor"] or 0 for row in opened if row["owner_id"] in people)
        case "new_accounts":
            return sum(
                1
                for deal in (_first_won(books, number) for number in {row["account_id"] for row in own})
                if start <= deal["closed_on"] < end and deal["owner_id"] in people
            )
        case _:
            zone = ZoneInfo("America/New_York")
            return sum(
                1
                for row in books.tables["activity"]
                if row["kind"] != "note"
                and row["person_id"] in people
                and start <= row["occurred_at"].astimezone(zone).date() < end
            )


def _first_won(books: Books, account: int) -> Row:
    won = [row for row in books.deals.values() if row["account_id"] == account and row["status"] == "won"]
    return min(won, key=lambda row: (row["closed_on"], row["id"]))


@pytest.mark.parametrize("metric", ["margin", "units", "collected", "pipeline_created", "new_accounts", "activities"])
@pytest.mark.parametrize("team", DOLLAR_TEAMS)
def test_measures_beyond_revenue_are_counted_from_the_rows(ask: Ask, books: Books, metric: str, team: str) -> None:
    for period in ("last quarter", "this year"):
        exact = measured(books, metric, books.team(team), *PERIODS[period])
        reply = ask("quota", team=team, metric=metric, period=period)
        is_money = metric in ("margin", "collected", "pipeline_created")
        assert figure(reply, "credited") == (units(exact) if is_money else exact), period


@pytest.mark.parametrize(("team", "metric"), [("Americas West", "new_accounts"), ("EMEA", "activities")])
def test_counts_have_effective_quotas_too(ask: Ask, books: Books, team: str, metric: str) -> None:
    quota = sum(
        books.effective(number, LAST, START, to="", metric=metric) or Fraction(0) for number in books.team(team)
    )
    assert quota > 0
    done = measured(books, metric, books.team(team), LAST, START)
    reply = ask("quota", team=team, metric=metric, period="last quarter")
    assert figure(reply, "credited") == done
    assert figure(reply, "attainment") == percent(Fraction(done) / quota)


@pytest.mark.parametrize("team", ["the whole company", "EMEA", "Americas West"])
def test_coverage_is_qualified_pipeline_over_what_is_to_go(ask: Ask, books: Books, team: str) -> None:
    people = books.team(team) or frozenset(books.people)
    currency = "EUR" if team == "EMEA" else "USD"
    due = [
        row
        for row in books.deals.values()
        if row["status"] == "open"
        and row["owner_id"] in people
        and books.stages[row["stage_id"]]["qualified"]
        and START <= row["expected_close"] < END
    ]
    qualified = sum(books.converted(row["amount_minor"] or 0, row["currency"], DAY, "daily", currency) for row in due)
    quota = sum(books.effective(n, START, END, to=currency) or 0 for n in books.with_quota(START, END, people))
    gap = quota - books.credited(people, START, END, to=currency)
    reply = ask("coverage", team=team)
    assert figure(reply, "qualified") == units(qualified)
    assert figure(reply, "gap") == units(gap)
    said = figure(reply, "coverage")
    assert said is not None
    assert abs(float(said) - float(qualified / gap)) < 0.0001
