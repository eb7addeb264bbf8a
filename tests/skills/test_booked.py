"""How much was won."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.answer import Status
from skills.contract import Audience
from store.engine import Database
from store.models import Organisation, Person
from store.scope import Scope
from tests.skills.company import Asking, buttons, day, figure, headline, notes, rows
from tests.skills.conftest import asking_on_a_copy


def test_what_was_won_counts_by_booking_date_from_the_first_to_the_last_day(ask: Asking) -> None:
    ask.company.won("Dana", "1000.10", day(10, 1))
    ask.company.won("Eva", "2000.20", day(12, 31))
    ask.company.won("Dana", "4000", day(9, 30))
    ask.company.won("Dana", "8000", day(1, 1, 2027))
    reply = ask("Dana", "booked", period="Q4 2026")
    assert headline(reply) == "Won in Q4 2026: **$3,000.30**, 2 opportunities (the whole company)."
    assert str(figure(reply, "booked")) == "3000.3"
    assert figure(reply, "count") == 2
    assert "1 Oct 2026 to 31 Dec 2026" in notes(reply)


def test_each_amount_counts_at_the_rate_of_its_booking_date_and_is_shown_as_sold(ask: Asking) -> None:
    ask.company.rate("EUR", "1.10", day(1, 1))
    ask.company.rate("EUR", "1.20", day(11, 1))
    ask.company.rate("JPY", "0.0070", day(1, 1))
    ask.company.won("Eva", "1000 EUR", day(10, 31))
    ask.company.won("Eva", "1000 EUR", day(11, 1))
    ask.company.won("Yuki", "100001 JPY", day(11, 1))
    reply = ask("Dana", "booked", period="Q4 2026")
    assert str(figure(reply, "booked")) == "3000.01"
    assert rows(reply, 1) == [["EUR", "€2,000"], ["JPY", "¥100,001"]]


def test_a_rate_that_changes_later_leaves_what_was_booked_as_it_was(ask: Asking) -> None:
    ask.company.rate("EUR", "1.10", day(1, 1))
    ask.company.won("Eva", "1000 EUR", day(10, 5))
    ask.company.rate("EUR", "9.00", day(10, 1))
    assert figure(ask("Dana", "booked", period="Q4 2026"), "booked") == 1100


def test_a_missing_rate_refuses_the_total_and_names_what_it_would_leave_out(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(10, 5))
    ask.company.won("Eva", "500 GBP", day(10, 6), name="Tube works")
    reply = ask("Dana", "booked", period="Q4 2026")
    assert reply.answer.status is Status.ANSWER
    assert figure(reply, "booked") is None
    assert figure(reply, "booked", "GBP") == 500
    assert "**£500, $1,000**" in headline(reply)
    assert "no exchange rate for GBP on the booking date of Tube works" in notes(reply)
    assert rows(reply) == [["Eva Krüger", "1", "£500"], ["Dana Whitfield", "1", "$1,000"]]


def test_many_opportunities_without_a_rate_are_counted_after_the_first_five(ask: Asking) -> None:
    for number in range(7):
        ask.company.won("Eva", "1 GBP", day(10, 1 + number), name=f"Deal {number}")
    assert "Deal 0, Deal 1, Deal 2, Deal 3, Deal 4 and 2 more" in notes(ask("Dana", "booked", period="Q4 2026"))


def test_one_without_an_amount_is_a_win_that_adds_nothing(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(10, 5))
    ask.company.won("Dana", None, day(10, 6))
    reply = ask("Dana", "booked", period="Q4 2026")
    assert (figure(reply, "booked"), figure(reply, "count")) == (1000, 2)
    assert "One of them has no amount" in notes(reply)


def test_nothing_won_is_zero_and_offers_the_last_quarter_that_has_something(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(5, 5, 2024))
    reply = ask("Dana", "booked")
    assert headline(reply) == "Nothing was won in Q4 2026 (the whole company)."
    assert figure(reply, "booked") == 0
    invocation = buttons(reply)["Show Q2 2024"]
    assert invocation is not None
    again = ask("Dana", invocation.skill, **invocation.params)
    assert figure(again, "booked") == 1000


def test_a_product_an_account_and_a_team_narrow_it(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(10, 5), product="Sense", account="Acme")
    ask.company.won("Dana", "2000", day(10, 6), product="Watch", account="Acme")
    ask.company.won("Eva", "4000", day(10, 7), product="Watch", account="Brandt Paper")
    assert figure(ask("Vera", "booked", product="watch"), "booked") == 6000
    assert figure(ask("Vera", "booked", account="acme"), "booked") == 3000
    assert figure(ask("Vera", "booked", team="Beta"), "booked") == 4000
    assert figure(ask("Vera", "booked", account="acme", product="watch", owner="dana"), "booked") == 2000


def test_a_customers_sales_are_limited_to_the_records_the_asker_may_see(ask: Asking) -> None:
    ask.company.won("Dana", "1000", day(10, 5), account="Acme")
    ask.company.won("Eva", "2000", day(10, 6), account="Acme")
    reply = ask("Dana", "booked", account="acme")
    assert figure(reply, "booked") == 1000
    assert "everyone whose records may be shown here" in notes(reply)


def test_one_persons_total_is_only_for_those_who_may_see_their_records(ask: Asking) -> None:
    ask.company.won("Eva", "2000", day(10, 6))
    refused = ask("Dana", "booked", owner="eva")
    assert refused.answer.status is Status.REFUSED
    assert not refused.answer.figures
    assert "Ask Mara Lindt or an administrator." in notes(refused)
    assert figure(ask("Ken", "booked", owner="eva"), "booked") == 2000
    assert figure(ask("Eva", "booked", owner="me"), "booked") == 2000


def test_in_a_channel_one_persons_total_is_kept_from_those_who_may_not_see_it(ask: Asking) -> None:
    ask.company.won("Eva", "2000", day(10, 6))
    sales = Audience("C1", "#sales", Scope.of({ask.company.people["Dana"]}))
    reply = ask("Ken", "booked", owner="eva", audience=sales)
    assert reply.answer.status is Status.REFUSED
    assert "direct message" in notes(reply)
    assert figure(ask("Ken", "booked", audience=sales), "booked") == 2000


def test_a_leavers_wins_stay_in_past_periods(ask: Asking) -> None:
    ask.company.won("Lee", "700", day(8, 10))
    ask.company.won("Dana", "300", day(8, 10))
    assert ["Lee Ortiz", "1", "$700"] in rows(ask("Vera", "booked", period="Q3 2026"))


def test_rows_beyond_ten_are_one_row_and_all_rows_add_up(ask: Asking) -> None:
    for number in range(13):
        name = f"Rep{number:02}"
        ask.company.people[name] = ask.company.add(Person(name=name))[0]
        ask.company.won(name, str(100 + number), day(10, 5))
    reply = ask("Vera", "booked", period="Q4 2026")
    table = rows(reply)
    assert len(table) == 11
    assert table[-1] == ["3 others", "3", "$303"]
    assert figure(reply, "booked") == sum(100 + number for number in range(13))


def test_q4_is_the_fiscal_one_where_years_begin_in_february(database: Database, ask: Asking) -> None:
    with database.writing() as session:
        organisation = session.get(Organisation, 1)
        assert organisation is not None
        organisation.fiscal_start_month = 2
        session.add(organisation)
    ask.company.won("Dana", "1000", day(10, 31))
    ask.company.won("Dana", "2000", day(11, 1))
    ask.company.won("Dana", "4000", day(1, 31, 2027))
    reply = ask("Dana", "booked", period="Q4")
    assert headline(reply) == "Won in Q4 FY2027: **$6,000**, 2 opportunities (the whole company)."
    assert "1 Nov 2026 to 31 Jan 2027" in notes(reply)


def test_a_period_that_cannot_be_read_is_asked_about(ask: Asking) -> None:
    reply = ask("Dana", "booked", period="the other day-ish")
    assert reply.answer.status in (Status.CLARIFY, Status.REFUSED)
    assert not reply.answer.figures


amounts = st.lists(
    st.tuples(st.sampled_from(["Dana", "Eva", "Lee"]), st.integers(0, 10**7), st.integers(0, 364)), max_size=12
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts)
def test_the_months_of_a_year_and_its_people_add_up_to_the_year(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, wins: list[tuple[str, int, int]]
) -> None:
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("year")) as ask:
        for owner, cents, offset in wins:
            ask.company.won(owner, f"{cents / 100:.2f}", dt.date(2025, 1, 1) + dt.timedelta(days=offset))
        year = figure(ask("Vera", "booked", period="2025"), "booked")
        months = [figure(ask("Vera", "booked", period=f"2025-{month:02}"), "booked") for month in range(1, 13)]
        people = [figure(ask("Vera", "booked", period="2025", owner=who), "booked") for who in ("dana", "eva", "lee")]
        expected = sum(cents for _, cents, _ in wins)
    assert year is not None
    assert year * 100 == expected
    assert sum(month for month in months if month is not None) == year
    assert sum(person for person in people if person is not None) == year
