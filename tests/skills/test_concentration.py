"""How much depends on the largest."""

from fractions import Fraction

import pytest

from skills.answer import Status
from store.models import Opportunity, Product
from tests.skills.company import Asking, buttons, day, figure, headline, notes, rows


def test_by_customer_with_classes_and_what_the_largest_fifth_makes_up(ask: Asking) -> None:
    ask.company.won("Dana", "500", day(3, 1), account="Acme")
    ask.company.won("Dana", "300", day(4, 1), account="Acme")
    ask.company.won("Eva", "150", day(5, 1), account="Brandt Paper")
    ask.company.won("Eva", "50", day(6, 1), account="Lakeshore Foods")
    ask.company.won("Eva", "9999", day(6, 1, 2025), account="Lakeshore Foods")
    reply = ask("Vera", "concentration")
    assert headline(reply) == (
        "In 2026 the largest fifth (1 of 3 customers) made up **80%** of what was won; 80% takes 1 (the whole company)."
    )
    by_name = {one.name: one.exact for one in reply.answer.figures}
    assert by_name["top_share"] == Fraction(4, 5)
    assert by_name["pareto"] == 1
    # Σ(2i − 4)x = −2·50 + 0·150 + 2·800 = 1,500; ÷ (3·1,000) · 3/2
    assert by_name["gini"] == Fraction(3, 4)
    assert by_name["hhi"] == Fraction(64 * 10**4 + 225 * 10**2 + 25 * 10**2, 10**6)
    assert rows(reply) == [["A", "1", "$800", "80%"], ["B", "1", "$150", "15%"], ["C", "1", "$50", "5%"]]
    assert rows(reply, 1) == [
        ["Acme", "A", "$800", "80%", "80%"],
        ["Brandt Paper", "B", "$150", "15%", "95%"],
        ["Lakeshore Foods", "C", "$50", "5%", "100%"],
    ]


def test_by_margin_where_units_and_costs_are_known_and_losses_are_left_out_and_said(ask: Asking) -> None:
    ask.company.rate("EUR", "2", day(1, 1))
    with ask.company.database.writing() as session:
        for name, cost, currency in (("Sense", 1000, "USD"), ("Watch", 1000, "EUR")):
            product = session.get(Product, ask.company.products[name])
            assert product is not None
            product.unit_cost_minor, product.currency = cost, currency
            session.add(product)
    numbers = [
        ask.company.won("Dana", "100", day(3, 1), account="Acme", product="Sense"),
        ask.company.won("Dana", "100", day(3, 1), account="Brandt Paper", product="Watch"),
        ask.company.won("Dana", "100", day(3, 1), account="Lakeshore Foods", product="Watch"),
        ask.company.won("Dana", "70", day(3, 1), account="Acme", product=None),
    ]
    with ask.company.database.writing() as session:
        for number, units in zip(numbers, (4, 1, 6), strict=False):
            row = session.get(Opportunity, number)
            assert row is not None
            row.quantity = units
            session.add(row)
    reply = ask("Vera", "concentration")
    # Margins: Acme 100 − 40 = 60, Brandt Paper 100 − 20 = 80, Lakeshore Foods 100 − 120 = −20.
    by_name = {one.name: one.exact for one in reply.answer.figures}
    assert by_name["top_share_margin"] == Fraction(80, 140)
    assert by_name["pareto_margin"] == 2
    assert [row[-1] for row in rows(reply, 1)] == ["$60", "$80", "-$20"]
    assert "With a loss, and left out by margin: 1" in notes(reply)
    assert "By margin only 3 of 4 deals count" in notes(reply)


def test_deals_without_a_customer_or_an_amount_are_left_out_and_said(ask: Asking) -> None:
    ask.company.won("Dana", "100", day(3, 1), account=None)
    ask.company.won("Dana", None, day(3, 1), account="Acme")
    ask.company.won("Dana", "100", day(3, 1), account="Brandt Paper")
    reply = ask("Vera", "concentration")
    assert figure(reply, "top_share") == 100
    assert "won deals without one, left out: 1" in notes(reply)
    assert "Won deals without an amount, which add nothing: 1" in notes(reply)
    assert next(one for one in reply.answer.figures if one.name == "gini").exact is None


def test_nothing_won_and_a_missing_rate_have_no_value(ask: Asking) -> None:
    reply = ask("Vera", "concentration")
    assert headline(reply) == "Nothing with an amount was won in 2026 (the whole company)."
    assert figure(reply, "top_share") is None
    ask.company.won("Dana", "100", day(3, 1))
    ask.company.won("Eva", "100 GBP", day(3, 1))
    reply = ask("Vera", "concentration")
    assert figure(reply, "top_share") is None
    assert "there is no exchange rate for 1 of the deals" in headline(reply)


@pytest.mark.parametrize(("by", "first"), [("rep", "Dana Whitfield"), ("product", "Sense")])
def test_by_rep_and_by_product(ask: Asking, by: str, first: str) -> None:
    ask.company.won("Dana", "300", day(3, 1), product="Sense")
    ask.company.won("Sam", "100", day(3, 1), product="Watch")
    reply = ask("Mara", "concentration", by=by)
    assert rows(reply, 1)[0] == [first, "A", "$300", "75%", "75%"]
    assert rows(reply)[0][:2] == ["A", "2"]
    again = buttons(reply)["By customer"]
    assert again is not None
    assert ask("Mara", again.skill, **again.params).answer.status is Status.ANSWER


def test_ones_own_customers_for_a_rep_and_others_are_refused(ask: Asking) -> None:
    ask.company.won("Dana", "300", day(3, 1))
    ask.company.won("Eva", "100", day(3, 1), account="Brandt Paper")
    assert [row[0] for row in rows(ask("Dana", "concentration"), 1)] == ["Acme"]
    assert ask("Dana", "concentration", team="Beta").answer.status is Status.REFUSED
