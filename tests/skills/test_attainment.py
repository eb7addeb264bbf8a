"""A whole small company, recomputed in plain Python: ramp, leave, a leaver, splits, versions, levels, plan rates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from sqlmodel import select

from store.engine import Database
from store.models import CreditSplit, Leave, Opportunity, Person, Quota
from tests.conftest import PostgresDatabases
from tests.skills.company import (
    NOW,
    Asking,
    build_assistant,
    build_company,
    bullets,
    day,
    facts,
    figure,
    headline,
    rows,
)
from tests.skills.quarter import ONE_DAY, QUARTER, fill, set_quarter


@pytest.fixture
def postgresql(postgres_databases: PostgresDatabases) -> Iterator[Database]:
    database = Database(postgres_databases.migrated())
    yield database
    database.close()


def recomputed(ask: Asking) -> dict[str, tuple[Fraction, Fraction]]:
    """Credited and effective quota by first name, in cents of US dollars, from the rows alone."""
    with ask.company.database.session() as session:
        people = {row.id: row for row in session.exec(select(Person))}
        deals = session.exec(select(Opportunity)).all()
        splits = session.exec(select(CreditSplit)).all()
        quotas = session.exec(select(Quota)).all()
        leaves = session.exec(select(Leave)).all()
    credited: dict[int, Fraction] = defaultdict(Fraction)
    for deal in deals:
        if deal.status != "won" or deal.amount_minor is None or deal.closed_on is None:
            continue
        if not QUARTER[0] <= deal.closed_on < QUARTER[1]:
            continue
        direct = [one for one in splits if one.opportunity_id == deal.id and one.kind == "direct"]
        shares = [(one.person_id, one.share) for one in direct]
        shares = shares or [(deal.owner_id, 10_000)]
        exact = [Fraction(deal.amount_minor * share, 10_000) for _, share in shares]
        cents = [int(part) for part in exact]
        order = sorted(range(len(exact)), key=lambda index: (cents[index] - exact[index], index))
        for index in order[: deal.amount_minor - sum(cents)]:
            cents[index] += 1
        for (person, _), part in zip(shares, cents, strict=True):
            credited[person] += part * plan_rate(deal.currency, deal.closed_on)
    newest: dict[tuple[int, dt.date], Quota] = {}
    for quota in quotas:
        key = (quota.person_id or 0, quota.month)
        if quota.level == "target" and (key not in newest or newest[key].version < quota.version):
            newest[key] = quota
    asked: dict[int, Fraction] = defaultdict(Fraction)
    for (person, month), quota in newest.items():
        end = (month + 31 * ONE_DAY).replace(day=1)
        days = [month + number * ONE_DAY for number in range((end - month).days)]
        working = [one for one in days if one.weekday() < 5]
        there = [
            one
            for one in working
            if people[person].is_active(one)
            and not any(away.person_id == person and away.first_day <= one <= away.last_day for away in leaves)
        ]
        full = quota.amount_minor * plan_rate(quota.currency, month)
        asked[person] += full * Fraction(quota.ramp_percent, 100) * Fraction(len(there), len(working))
    return {people[one].name.split()[0]: (credited[one], asked[one]) for one in {*credited, *asked}}


def plan_rate(currency: str | None, on: dt.date) -> Fraction:
    if currency == "EUR":
        return Fraction("1.15") if on >= day(11, 16) else Fraction("1.10")
    return Fraction("0.71") if currency == "JPY" else Fraction(1)


def cents(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def checked(ask: Asking) -> None:
    expected = recomputed(ask)
    assert set(expected) == {"Dana", "Sam", "Lee", "Eva", "Yuki"}
    company = ask("Vera", "quota")
    assert figure(company, "credited") == cents(sum((one for one, _ in expected.values()), Fraction(0)))
    assert figure(company, "effective_quota") == cents(sum((one for _, one in expected.values()), Fraction(0)))
    for name in ("Dana", "Sam", "Lee"):
        credited, quota = expected[name]
        reply = ask("Vera", "quota", owner=name)
        # Alone, Sam and Lee are asked in dollars and sold in them; Dana has a part of a deal in euros.
        assert figure(reply, "credited") == cents(credited), name
        assert figure(reply, "effective_quota") == cents(quota), name
        share = Decimal((credited / quota).numerator) / Decimal((credited / quota).denominator) * 100
        assert figure(reply, "attainment") == share.quantize(Decimal("0.0001"), ROUND_HALF_UP), name
    team = ask("Mara", "quota")
    sums = [sum((expected[name][part] for name in ("Dana", "Sam", "Lee")), Fraction(0)) for part in (0, 1)]
    assert (figure(team, "credited"), figure(team, "effective_quota")) == (cents(sums[0]), cents(sums[1]))


def test_attainment_equals_a_recomputation_over_the_rows(ask: Asking) -> None:
    fill(ask)
    checked(ask)


def test_attainment_equals_a_recomputation_over_the_rows_on_postgresql(postgresql: Database) -> None:
    ask = Asking(build_company(postgresql), build_assistant(postgresql))
    fill(ask)
    checked(ask)


def test_the_parts_of_people_teams_and_regions_add_up_to_the_company(ask: Asking) -> None:
    fill(ask)
    total = figure(ask("Vera", "booked"), "booked")
    for by in ("rep", "team", "region", "product", "month"):
        parts = [row[2] for row in rows(ask("Vera", "booked", by=by))]
        summed = sum(Decimal(part.removeprefix("$").replace(",", "")) for part in parts)
        assert summed == total, by
    counts = [int(row[1]) for row in rows(ask("Vera", "booked", by="team"))]
    # The deal that Eva and Dana share is one of Alpha's and one of Beta's; those shared within Alpha count once.
    assert sum(counts) == 9
    assert figure(ask("Vera", "booked"), "count") == 8


def test_a_shared_deal_is_one_deal_of_a_team(ask: Asking) -> None:
    fill(ask)
    assert rows(ask("Vera", "leaderboard", metric="deals"))[0][1:] == ["Dana Whitfield", "4"]
    assert rows(ask("Vera", "leaderboard", metric="deals", by="team")) == [["1", "Alpha", "6"], ["2", "Beta", "3"]]


def test_the_opportunities_behind_a_persons_credit_are_those_shared_with_others_too(ask: Asking) -> None:
    fill(ask)
    records = ask("Vera", "quota", owner="sam").answer.figures[0].records
    assert records is not None
    assert records.ids is not None
    with ask.company.database.session() as session:
        found = [session.get_one(Opportunity, number) for number in records.ids]
    assert sorted(row.amount_minor or 0 for row in found) == [10001, 777777, 4500025]


def test_ramp_asks_for_a_part_and_a_quarter_of_it_is_not_ranked(ask: Asking) -> None:
    ask.company.quota("Sam", day(11, 1), "30000", ramp_percent=25)
    assert figure(ask("Sam", "quota", period="November 2026"), "effective_quota") == 7500
    # 25% is not below a quarter; 20% is.
    ask.company.won("Sam", "7500", day(11, 5))
    assert rows(ask("Vera", "leaderboard", metric="attainment", period="November 2026"))[0][2] == "100%"
    ask.company.quota("Sam", day(11, 1), "30000", ramp_percent=20, version=2)
    reply = ask("Vera", "leaderboard", metric="attainment", period="November 2026")
    assert bullets(reply, "Not ranked") == ["Sam Osei: ramping"]


def test_leave_gives_relief_and_whoever_was_hardly_there_is_not_called_ramping(ask: Asking) -> None:
    ask.company.quota("Dana", day(11, 1), "21000")
    ask.company.add(Leave(person_id=ask.company.people["Dana"], first_day=day(11, 1), last_day=day(11, 26)))
    # November 2026 has 21 working days; the 27th and the 30th remain.
    assert figure(ask("Dana", "quota", period="November 2026"), "effective_quota") == 2000
    ask.company.won("Dana", "2000", day(11, 27))
    reply = ask("Vera", "leaderboard", metric="attainment", period="November 2026")
    assert bullets(reply, "Not ranked") == ["Dana Whitfield: there for less than a quarter of the period"]


def test_every_level_that_exists_is_shown_beside_the_target(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    set_quarter(ask, "Dana", "40000", level="stretch")
    ask.company.won("Dana", "45000", day(10, 5))
    reply = ask("Dana", "quota")
    assert headline(reply) == "You are at **50%** of your quota for Q4 2026: $45,000 of $90,000."
    assert facts(reply)["Stretch target"] == "37.5% of $120,000"
    assert "Challenge target" not in facts(reply)
    assert str(figure(reply, "attainment_stretch")) == "37.5"
    stretch = ask("Dana", "quota", level="stretch")
    assert "**37.5%**" in headline(stretch)
    assert facts(stretch)["Target"] == "50% of $90,000"
    assert "no challenge target is set" in headline(ask("Dana", "quota", level="challenge"))


def test_a_change_within_the_period_shows_attainment_against_the_old_and_the_new(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    changed = dt.datetime(2026, 11, 10, 15, tzinfo=dt.UTC)
    for month in (11, 12):
        ask.company.quota("Dana", day(month, 1), "45000", version=2, reason="territory of Lee", recorded_at=changed)
    ask.company.won("Dana", "45000", day(10, 5))
    reply = ask("Dana", "quota")
    assert "**37.5%**" in headline(reply)
    assert facts(reply)["Before the change of 10 Nov 2026"] == "50% of $90,000 (changed: territory of Lee)"
    assert str(figure(reply, "attainment_before")) == "50"
    assert "Before the change" not in str(facts(ask("Dana", "quota", period="October 2026")))


def test_what_was_put_right_on_its_first_day_is_no_change(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000", recorded_at=NOW)
    ask.company.quota("Dana", day(11, 1), "31000", version=2)
    assert "Before the change" not in str(facts(ask("Dana", "quota")))


def test_the_company_and_a_region_are_compared_with_their_own_quota(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    set_quarter(ask, "Eva", "30000")
    set_quarter(ask, "company", "50000")
    set_quarter(ask, "region EMEA", "20000")
    ask.company.won("Dana", "45000", day(10, 5))
    ask.company.won("Eva", "30000", day(10, 5))
    company = facts(ask("Vera", "quota"))
    assert company["Company quota"] == "$150,000 (50% reached)"
    assert company["Handed out to people"] == "20% more than that"
    assert str(figure(ask("Vera", "quota"), "over_assignment")) == "20"
    region = facts(ask("Vera", "quota", team="EMEA"))
    assert region["Region quota"] == "$60,000 (50% reached)"


def test_what_the_company_has_in_another_currency_leaves_a_persons_own_alone(ask: Asking) -> None:
    set_quarter(ask, "Eva", "20000 EUR")
    set_quarter(ask, "company", "500000")
    ask.company.won("Eva", "30000 EUR", day(10, 20))
    assert headline(ask("Eva", "quota")) == "You are at **50%** of your quota for Q4 2026: €30,000 of €60,000."
