"""Landing, categories and calls beside what the rows say; and whether people's calls were as good as is claimed."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from tests.identities.books import Books, Share, month_after, quarter_of, units
from tests.identities.conftest import DAY, Ask
from tests.identities.past import Past
from tests.identities.said import figure, percent, unit

START, END = quarter_of(DAY)
ENOUGH = 30
WHOSE = {
    "the whole company": {"team": "the whole company"},
    "Americas East": {"team": "Americas East"},
    "EMEA": {"team": "EMEA"},
    "Asia-Pacific": {"team": "Asia-Pacific"},
    "Dana Whitfield": {"owner": "Dana Whitfield"},
    "Owen Castellano": {"owner": "Owen Castellano"},
}


def chances(books: Books, past: Past) -> dict[int, Fraction]:
    """Of what entered a stage and closed within 24 months the share won; the configured chance below thirty."""
    since = dt.date(DAY.year - 2, DAY.month, DAY.day)
    closed: dict[int, int] = defaultdict(int)
    won: dict[int, int] = defaultdict(int)
    for number, entries in past.entries.items():
        deal = books.deals[number]
        if deal["status"] == "open" or deal["closed_on"] < since:
            continue
        for stage in {int(entry["new"]) for entry in entries if entry["field"] == "stage_id"}:
            closed[stage] += 1
            won[stage] += deal["status"] == "won"
    return {
        number: Fraction(won[number], closed[number])
        if closed[number] >= ENOUGH
        else Fraction(stage["probability"], 100)
        for number, stage in books.stages.items()
    }


def people_of(books: Books, whose: str) -> frozenset[int]:
    if whose == "the whole company":
        return frozenset(books.people)
    return books.team(whose) or frozenset([books.person(whose)])


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("this quarter", START, END),
        ("next quarter", END, month_after(END, 3)),
    ],
)
def test_landing_and_categories_are_sums_of_products(
    ask: Ask, books: Books, past: Past, whose: str, period: str, start: dt.date, end: dt.date
) -> None:
    people, share = people_of(books, whose), chances(books, past)
    due = [
        share
        for row in books.deals.values()
        if row["status"] == "open"
        and row["category"] != "omitted"
        and row["expected_close"]
        and start <= row["expected_close"] < end
        for share in books.shares_of(row)
        if share.person_id in people
    ]
    won = [one for one in books.shares(start, end) if one.person_id in people]
    currencies = {one.deal["currency"] for one in due if one.minor} | {one.deal["currency"] for one in won}
    currency = currencies.pop() if len(currencies) == 1 else "USD"

    def exact(one: Share) -> Fraction:
        return books.converted(one.minor, one.deal["currency"], DAY, "daily", currency)

    booked = Fraction(sum(one.booked if currency == "USD" else one.minor for one in won))
    category: dict[str, Fraction] = defaultdict(Fraction)
    for one in due:
        category[one.deal["category"]] += exact(one)
    worth = sum((exact(one) * share[one.deal["stage_id"]] for one in due), Fraction(0))
    reply = ask("forecast", period=period, **WHOSE[whose])
    assert unit(reply, "landing") == currency
    assert figure(reply, "booked") == units(booked)
    assert figure(reply, "landing") == units(booked + worth)
    assert figure(reply, "commit_forecast") == units(booked + category["commit"])
    assert figure(reply, "best_case_forecast") == units(booked + category["commit"] + category["best_case"])
    assert figure(reply, "open_pipeline") == units(sum(category.values()))
    assert abs(worth) > 0 or not due


def test_a_stage_has_its_own_chance_where_enough_went_through_it(books: Books, past: Past) -> None:
    share = chances(books, past)
    own = [number for number, stage in books.stages.items() if share[number] != Fraction(stage["probability"], 100)]
    assert len([number for number in own if books.stages[number]["kind"] == "open"]) == 5
    opened = [share[number] for number, stage in books.stages.items() if stage["kind"] == "open"]
    assert opened == sorted(opened), "the later the stage, the likelier"


def test_a_forecast_stands_on_what_people_are_credited_with(ask: Ask, books: Books) -> None:
    """One figure, one value: "booked" of a person and a quarter is the same in every answer."""
    start, end = month_after(START, -3), START
    for whose in sorted(books.with_quota(start, end)):
        name = books.people[whose]["name"]
        if books.people[whose]["team_id"] and books.team_name(books.people[whose]).startswith("Americas"):
            said = figure(ask("forecast", owner=name, period="last quarter"), "booked")
            assert said == units(books.booked(start, end, [whose])), name


def pairs(books: Books, person: int, count: int) -> list[tuple[int, int]]:
    """What somebody called by the end of week 4 of each past quarter, beside what they were credited with then."""
    zone, found = ZoneInfo("America/New_York"), []
    for back in range(count, 0, -1):
        start, end = month_after(START, -3 * back), month_after(START, 3 - 3 * back)
        until = dt.datetime.combine(start + dt.timedelta(weeks=4), dt.time(), zone)
        calls = [
            row
            for row in books.tables["forecast_submission"]
            if row["person_id"] == row["author_id"] == person
            and row["category"] == "commit"
            and row["period_start"] == start
            and row["submitted_at"] < until
        ]
        if calls:
            newest = max(calls, key=lambda row: (row["submitted_at"], row["id"]))
            found.append((newest["amount_minor"], books.booked(start, end, [person])))
    return found


CALLERS = ("Hannah Lindgren", "Marcus Bell", "Tyler Nakamura", "Owen Castellano", "Dana Whitfield")


def scores(known: list[tuple[int, int]]) -> tuple[Decimal, Decimal]:
    """WAPE and bias in percent."""
    total = sum(actual for _, actual in known)
    off = Fraction(sum(abs(actual - said) for said, actual in known), total)
    return percent(off), percent(Fraction(sum(said - actual for said, actual in known), total))


@pytest.mark.parametrize("name", CALLERS)
def test_calls_are_measured_by_what_people_are_credited_with(ask: Ask, books: Books, name: str) -> None:
    known = pairs(books, books.person(name), 8)
    assert len(known) >= 4
    reply = ask("accuracy", owner=name)
    assert (figure(reply, "wape"), figure(reply, "bias")) == scores(known)


def test_people_have_their_habits(books: Books) -> None:
    """Who is known to be hopeful calls higher than who is known to be careful, against what each then booked."""

    def bias(*names: str) -> float:
        known = [pair for name in names for pair in pairs(books, books.person(name), 6)]
        return sum(said - actual for said, actual in known) / sum(actual for _, actual in known)

    hopeful, careful = bias("Hannah", "Jamal", "Colleen"), bias("Marcus", "Tyler")
    assert hopeful > careful + 0.1


def test_managers_override_beside_the_calls_and_never_over_them(books: Books) -> None:
    rows = books.tables["forecast_submission"]
    overrides = [row for row in rows if row["author_id"] != row["person_id"]]
    assert len(overrides) >= 40
    assert all(row["author_id"] == books.people[row["person_id"]]["manager_id"] for row in overrides)
    assert all(row["note"] for row in overrides)
    own = {(row["person_id"], row["period_start"], row["category"]) for row in rows if row not in overrides}
    assert {(row["person_id"], row["period_start"], "commit") for row in overrides} <= own
    assert len({row["period_start"] for row in rows}) >= 6
