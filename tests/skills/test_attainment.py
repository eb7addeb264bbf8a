"""A whole small company, recomputed in plain Python: ramp, leave, a leaver, splits, versions, levels, plan rates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlmodel import select

from skills.runner import Reply
from store.engine import Database
from store.models import Activity, CreditSplit, Leave, Opportunity, Payment, Person, Product, Quota
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
    notes,
    rows,
)

ONE_DAY = dt.timedelta(days=1)
EARLY = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
QUARTER = (day(10, 1), day(1, 1, 2027))


@pytest.fixture
def postgresql(postgres_databases: PostgresDatabases) -> Iterator[Database]:
    database = Database(postgres_databases.migrated())
    yield database
    database.close()


def set_quarter(ask: Asking, who: str, amount: str, **more: Any) -> None:
    for month in (10, 11, 12):
        ask.company.quota(who, day(month, 1), amount, **{"recorded_at": EARLY, **more})


def fill(ask: Asking) -> None:
    """A year's fourth quarter with everything that makes attainment hard."""
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1))
    company.rate("EUR", "1.10", day(1, 1), "plan")
    company.rate("EUR", "1.15", day(11, 16), "plan")
    company.rate("JPY", "0.0067", day(1, 1))
    company.rate("JPY", "0.0071", day(1, 1), "plan")
    set_quarter(ask, "Dana", "30000")
    set_quarter(ask, "Eva", "20000 EUR")
    set_quarter(ask, "Lee", "12000")
    set_quarter(ask, "Yuki", "3000000 JPY")
    company.quota("Dana", day(11, 1), "35000", version=2, reason="two accounts more", recorded_at=NOW)
    for month, ramp in ((11, 25), (12, 50)):
        company.quota("Sam", day(month, 1), "30000", ramp_percent=ramp, recorded_at=EARLY)
    company.add(
        Leave(person_id=company.people["Dana"], first_day=day(10, 12), last_day=day(10, 23), kind="parental"),
        Leave(person_id=company.people["Eva"], first_day=day(11, 28), last_day=day(12, 6)),
        Leave(person_id=company.people["Yuki"], first_day=day(9, 1), last_day=day(9, 30)),
    )
    with company.database.writing() as session:
        session.get_one(Person, company.people["Lee"]).active_to = day(11, 10)
    deals = [
        company.won("Dana", "45000.25", day(10, 5)),
        company.won("Dana", "100.01", day(11, 5)),
        company.won("Sam", "7777.77", day(11, 9)),
        company.won("Eva", "12345.67 EUR", day(11, 5)),
        company.won("Eva", "999.99 EUR", day(11, 17)),
        company.won("Lee", "1234.56", day(10, 30)),
        company.won("Yuki", "1000001 JPY", day(10, 20)),
        company.won("Dana", None, day(10, 6)),
        company.won("Dana", "5000", day(9, 30)),
    ]
    company.split(deals[0], Dana=60, Sam=40)
    company.split(deals[1], Dana=33, Sam=33, Lee=34)
    company.split(deals[3], Eva=50, Dana=50)
    company.split(deals[6], Yuki=70, Eva=30)
    company.split(deals[2], "overlay", Lee=25)


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


# --- measures beyond what was won


def priced(ask: Asking) -> None:
    with ask.company.database.writing() as session:
        sense = session.get_one(Product, ask.company.products["Sense"])
        sense.unit_cost_minor, sense.currency = 10_000, "USD"


def with_units(ask: Asking, deal: int, units: int) -> None:
    with ask.company.database.writing() as session:
        session.get_one(Opportunity, deal).quantity = units


def test_margin_is_the_amount_without_what_the_units_cost(ask: Asking) -> None:
    priced(ask)
    set_quarter(ask, "Dana", "200", metric="margin")
    first, second = ask.company.won("Dana", "1000", day(10, 5)), ask.company.won("Dana", "500", day(10, 6))
    with_units(ask, first, 7)
    reply = ask("Dana", "quota", metric="gross margin")
    assert headline(reply) == "Margin: **50%** of the target for Q4 2026, $300 of $600 (yours)."
    assert "1 won without an amount, a quantity or a unit cost are left out of the margin." in notes(reply)
    with_units(ask, second, 1)
    ask.company.split(first, Dana=50, Sam=50)
    assert figure(ask("Dana", "quota", metric="margin"), "credited") == 550
    assert figure(ask("Sam", "quota", metric="margin"), "credited") == 150


def test_a_margin_of_which_nothing_is_known_has_no_value(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(10, 5))
    set_quarter(ask, "Dana", "200", metric="margin")
    reply = ask("Dana", "quota", metric="margin")
    assert figure(reply, "credited") is None
    assert "nothing that was won has an amount, a quantity and a unit cost" in headline(reply)
    board = ask("Vera", "leaderboard", metric="margin")
    assert rows_or_none(board) == []
    assert bullets(board, "Not ranked") == [
        "Dana Whitfield: nothing that was won has an amount, a quantity and a unit cost"
    ]


def rows_or_none(reply: Reply) -> list[list[str]]:
    return rows(reply) if any(block.type == "table" for block in reply.answer.blocks) else []


def test_collected_is_what_arrived_in_the_period(ask: Asking) -> None:
    set_quarter(ask, "Dana", "100", metric="collected")
    unknown = ask("Dana", "quota", metric="回款")
    assert figure(unknown, "credited") is None
    assert "no payments are recorded" in headline(unknown)
    deal = ask.company.won("Dana", "1000", day(8, 5))
    for paid_on, minor in ((day(9, 30), 50000), (day(10, 1), 20001), (day(11, 2), -5000)):
        ask.company.add(Payment(opportunity_id=deal, paid_on=paid_on, amount_minor=minor, currency="USD"))
    ask.company.split(deal, Dana=50, Sam=50)
    assert str(figure(ask("Dana", "quota", metric="collections"), "credited")) == "75.01"
    assert str(figure(ask("Sam", "quota", metric="collected"), "credited")) == "75"
    assert figure(ask("Dana", "quota", metric="collected", period="August 2026"), "credited") == 0


def test_collected_and_margin_come_into_one_currency_at_a_stated_rate(ask: Asking) -> None:
    ask.company.rate("EUR", "1.20", day(1, 1))
    deal = ask.company.won("Eva", "1000 EUR", day(10, 5))
    ask.company.add(Payment(opportunity_id=deal, paid_on=day(10, 7), amount_minor=10000, currency="EUR"))
    assert [row[1:3] for row in rows(ask("Vera", "leaderboard", metric="collected"))] == [["Eva Krüger", "$120"]]
    ask.company.add(Payment(opportunity_id=deal, paid_on=day(10, 8), amount_minor=10000, currency="GBP"))
    assert bullets(ask("Vera", "leaderboard", metric="collected"), "Not ranked") == [
        "Eva Krüger: no exchange rate for GBP"
    ]


def test_counts_are_counted_and_not_money(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Dana", day(month, 1), "2", metric="new_accounts")
        ask.company.quota("Dana", day(month, 1), "10", metric="units", ramp_percent=75)
    ask.company.won("Dana", "10", day(6, 5), account="Acme")
    ask.company.won("Dana", "10", day(10, 5), account="Acme")
    deal = ask.company.won("Dana", "10", day(10, 6), account="Brandt Paper")
    ask.company.won("Sam", "10", day(11, 6), account="Brandt Paper")
    ask.company.won("Eva", "10", day(11, 7), account="Lakeshore Foods")
    with_units(ask, deal, 9)
    reply = ask("Dana", "quota", metric="new customers")
    assert headline(reply) == "New accounts: **16.7%** of the target for Q4 2026, 1 of 6 (yours)."
    assert [f.unit for f in reply.answer.figures][:3] == ["%", "accounts", "accounts"]
    assert [row[1:] for row in rows(ask("Vera", "leaderboard", metric="new_accounts"))] == [
        ["Dana Whitfield", "1"],
        ["Eva Krüger", "1"],
    ]
    units = ask("Dana", "quota", metric="units")
    assert headline(units) == "Units: **40%** of the target for Q4 2026, 9 of 22.5 (yours)."
    assert "1 won without a quantity are left out." in notes(units)


def test_pipeline_created_counts_what_was_opened_whatever_became_of_it(ask: Asking) -> None:
    ask.company.open("Dana", "500", opened_on=day(10, 5))
    ask.company.open("Dana", "700", opened_on=day(9, 30))
    ask.company.open("Eva", "300", opened_on=day(12, 31))
    reply = ask("Vera", "leaderboard", metric="pipeline created")
    assert [row[1:] for row in rows(reply)] == [["Dana Whitfield", "$500"], ["Eva Krüger", "$300"]]
    assert reply.answer.figures[0].records is not None
    assert reply.answer.figures[0].records.by == "opened_on"


def test_a_quota_of_the_company_without_a_rate_is_left_out_and_said(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    set_quarter(ask, "company", "50000 GBP")
    reply = ask("Vera", "quota")
    assert "The quota of the whole is left out: no exchange rate for GBP." in notes(reply)
    assert "Company quota" not in facts(reply)
    assert figure(reply, "effective_quota") == 90000


def test_activities_are_counted_by_the_day_that_it_is_in_the_organisations_zone(ask: Asking) -> None:
    # 1 November 2026, 03:30 in UTC is still 31 October in New York.
    for moment, kind in (
        (dt.datetime(2026, 11, 1, 3, 30, tzinfo=dt.UTC), "call"),
        (dt.datetime(2026, 11, 1, 4, 30, tzinfo=dt.UTC), "meeting"),
        (dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC), "note"),
    ):
        ask.company.add(Activity(kind=kind, occurred_at=moment, person_id=ask.company.people["Dana"]))
    ask.company.quota("Dana", day(11, 1), "4", metric="activities")
    reply = ask("Dana", "quota", metric="calls", period="November 2026")
    assert headline(reply) == "Activities: **25%** of the target for Nov 2026, 1 of 4 (yours)."


def test_every_measure_is_the_same_on_postgresql(ask: Asking, postgresql: Database) -> None:
    other = Asking(build_company(postgresql), build_assistant(postgresql))
    for one in (ask, other):
        fill(one)
        priced(one)
        one.company.rate("GBP", "1.3", day(1, 1))
        deal = one.company.won("Eva", "500 GBP", day(11, 3), account="Lakeshore Foods")
        with_units(one, deal, 3)
        one.company.split(deal, Eva=33, Yuki=67)
        for paid_on, minor in ((day(10, 2), 9999), (day(11, 20), 10001)):
            one.company.add(Payment(opportunity_id=deal, paid_on=paid_on, amount_minor=minor, currency="GBP"))
        one.company.open("Dana", "500", opened_on=day(10, 5))
        one.company.open("Eva", "700 EUR", opened_on=day(10, 6))
        one.company.quota("Yuki", day(11, 1), "7", metric="units")
        one.company.add(Activity(kind="call", occurred_at=NOW, person_id=one.company.people["Dana"]))
    names = ("booked", "deals", "margin", "collected", "pipeline_created", "units", "new_accounts", "activities")
    questions: list[tuple[str, dict[str, Any]]] = [
        ("leaderboard", {"metric": metric, "by": by})
        for metric in (*names, "attainment", "improved")
        for by in ("rep", "team")
    ]
    questions += [("quota", {"metric": metric}) for metric in names if metric != "deals"]
    questions += [("booked", {"by": by}) for by in ("rep", "team", "region", "product", "month")]
    questions += [("booked", {"team": "alpha", "by": "month"}), ("booked", {"owner": "sam"})]
    for skill, params in questions:
        here, there = ask("Vera", skill, **params), other("Vera", skill, **params)
        assert headline(here) == headline(there), (skill, params)
        assert [f.number for f in here.answer.figures] == [f.number for f in there.answer.figures], (skill, params)
        assert rows_or_none(here) == rows_or_none(there), (skill, params)
        assert here.answer.figures, (skill, params)
