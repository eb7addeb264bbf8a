"""Targets for other measures than what was won: margin, money collected, pipeline, units, accounts, activities."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from skills.runner import Reply
from store.engine import Database
from store.models import Activity, Opportunity, Payment, Product
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
from tests.skills.quarter import fill, set_quarter


@pytest.fixture
def postgresql(postgres_databases: PostgresDatabases) -> Iterator[Database]:
    database = Database(postgres_databases.migrated())
    yield database
    database.close()


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
