"""What is open."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.answer import Chart, Status
from skills.contract import Audience
from skills.text import Amount
from store.scope import Scope
from tests.skills.company import Asking, buttons, day, english, facts, figure, headline, notes, rows
from tests.skills.conftest import asking_on_a_copy


def test_amounts_by_stage_weighted_by_their_chances(ask: Asking) -> None:
    ask.company.open("Dana", "90", "Discovery")
    ask.company.open("Dana", "1000.10", "Proposal")
    ask.company.open("Dana", "500", "Proposal")
    reply = ask("Dana", "pipeline")
    assert headline(reply) == "**3 open opportunities** worth **$1,590.10**, weighted $909.06 (yours)."
    assert rows(reply) == [["Discovery", "1", "$90", "$9"], ["Proposal", "2", "$1,500.10", "$900.06"]]
    assert (figure(reply, "open"), str(figure(reply, "pipeline"))) == (3, "1590.1")
    assert str(figure(reply, "weighted")) == "909.06"


def test_won_and_lost_ones_are_not_in_it(ask: Asking) -> None:
    ask.company.open("Dana", "90")
    ask.company.won("Dana", "1000", day(10, 1))
    assert figure(ask("Dana", "pipeline"), "pipeline") == 90


def test_those_without_an_amount_are_counted_and_said(ask: Asking) -> None:
    ask.company.open("Dana", "100", "Pilot")
    ask.company.open("Dana", None, "Pilot", account=None, name="Unknown")
    reply = ask("Dana", "pipeline")
    assert (figure(reply, "open"), figure(reply, "pipeline"), figure(reply, "without_amount")) == (2, 100, 1)
    assert "One of them has no amount" in notes(reply)
    assert rows(reply)[-1] == ["Unknown", "–", "Pilot", "–", "–"]


def test_it_works_when_no_amount_is_known_at_all(ask: Asking) -> None:
    ask.company.open("Dana", None, "Discovery")
    ask.company.open("Dana", None, "Pilot")
    reply = ask("Dana", "pipeline")
    assert headline(reply) == "**2 open opportunities**, none with an amount yet (yours)."
    assert figure(reply, "pipeline") is None
    assert [row[1:] for row in rows(reply)] == [["1", "–", "–"], ["1", "–", "–"]]
    chart = next(block for block in reply.answer.blocks if isinstance(block, Chart))
    assert english(chart.title) == "Open opportunities by stage"


def test_currencies_are_added_at_todays_rate_and_shown_each(ask: Asking) -> None:
    ask.company.rate("EUR", "1.10", day(1, 1))
    ask.company.rate("EUR", "1.30", day(11, 18))
    ask.company.rate("EUR", "9.00", day(11, 19))
    ask.company.rate("JPY", "0.0070", day(1, 1))
    ask.company.open("Eva", "1000 EUR", "Pilot")
    ask.company.open("Yuki", "100001 JPY", "Proposal")
    ask.company.open("Eva", "100", "Proposal")
    reply = ask("Ken", "pipeline")
    assert str(figure(reply, "pipeline")) == "2100.01"
    assert "Other currencies at today's rate, 18 Nov 2026." in notes(reply)
    assert facts(reply) == {
        "EUR": "€1,000, weighted €450",
        "JPY": "¥100,001, weighted ¥60,001",
        "USD": "$100, weighted $60",
    }
    assert [row[0] for row in rows(reply, 1)] == ["Acme Pilot", "Acme Proposal", "Acme Proposal"]


def test_a_missing_rate_refuses_the_sum_and_gives_each_currency(ask: Asking) -> None:
    ask.company.open("Eva", "1000 GBP", "Pilot")
    ask.company.open("Eva", "100", "Proposal")
    reply = ask("Eva", "pipeline")
    assert figure(reply, "pipeline") is None
    assert figure(reply, "weighted") is None
    assert (figure(reply, "pipeline", "GBP"), figure(reply, "weighted", "GBP")) == (1000, 450)
    assert "I can't add that up in USD" in headline(reply)
    assert "no exchange rate for GBP today" in notes(reply)


def test_what_should_have_closed_before_today_is_overdue(ask: Asking) -> None:
    ask.company.open("Dana", "1", close=day(11, 17), name="Late")
    ask.company.open("Dana", "2", close=day(11, 18), name="Today")
    ask.company.open("Dana", "3", name="Never")
    reply = ask("Dana", "pipeline")
    assert figure(reply, "overdue") == 1
    assert "One should have closed already" in notes(reply)
    assert rows(reply)[-1][-1] == "17 Nov 2026 (passed)"


def test_a_stage_and_a_period_narrow_it(ask: Asking) -> None:
    ask.company.open("Dana", "1", "Pilot", close=day(12, 1))
    ask.company.open("Dana", "2", "Pilot", close=day(1, 1, 2027))
    ask.company.open("Dana", "4", "Proposal", close=day(12, 31))
    assert figure(ask("Dana", "pipeline", period="this quarter"), "pipeline") == 5
    assert figure(ask("Dana", "pipeline", period="this quarter", stage="pilot"), "pipeline") == 1
    assert headline(ask("Dana", "pipeline", stage="negotiation")) == "Nothing is open (yours, Negotiation)."


def test_a_closed_stage_is_not_in_the_pipeline(ask: Asking) -> None:
    reply = ask("Dana", "pipeline", stage="won")
    assert reply.answer.status is Status.REFUSED
    assert headline(reply) == "**Won** is not open, so it is not in the pipeline."


def test_the_fifty_largest_are_listed_and_the_rest_is_counted(ask: Asking) -> None:
    for number in range(53):
        ask.company.open("Dana", str(number + 1), name=f"Deal {number + 1}")
    reply = ask("Dana", "pipeline")
    table = rows(reply)
    assert len(table) == 50
    assert (table[0][0], table[-1][0]) == ("Deal 53", "Deal 4")
    assert english(reply.answer.blocks[-1].title) == "The largest 50 opportunities, and 3 more"  # type: ignore[union-attr, arg-type]


def test_nobody_named_means_ones_own_ones_team_or_everybody_by_role(ask: Asking) -> None:
    ask.company.open("Dana", "1")
    ask.company.open("Sam", "2")
    ask.company.open("Eva", "4")
    assert figure(ask("Dana", "pipeline"), "pipeline") == 1
    assert figure(ask("Mara", "pipeline"), "pipeline") == 3
    assert figure(ask("Vera", "pipeline"), "pipeline") == 7
    assert figure(ask("Dana", "pipeline", team="my team"), "pipeline") == 3
    assert figure(ask("Vera", "pipeline", owner="mara"), "pipeline") == 3


def test_other_peoples_rows_are_only_for_those_who_may_read_them(ask: Asking) -> None:
    ask.company.open("Eva", "4")
    asked: list[dict[str, Any]] = [{"owner": "eva"}, {"team": "beta"}, {"team": "company"}]
    for params in asked:
        reply = ask("Dana", "pipeline", **params)
        assert reply.answer.status is Status.REFUSED, params
        assert "You may see your own records and those of your team. Ask Mara Lindt" in notes(reply)
    assert figure(ask("Dana", "pipeline", owner="sam"), "open") == 0


def test_a_channel_sees_what_everyone_there_may_see(ask: Asking) -> None:
    ask.company.open("Dana", "1")
    ask.company.open("Sam", "2")
    sales = Audience("C1", "#sales", Scope.of({ask.company.people["Sam"]}))
    reply = ask("Mara", "pipeline", audience=sales)
    assert figure(reply, "pipeline") == 2
    assert "only what everyone in #sales may see" in notes(reply)
    assert ask("Mara", "pipeline", owner="dana", audience=sales).answer.status is Status.REFUSED


def test_every_button_leads_to_an_answer(ask: Asking) -> None:
    ask.company.open("Dana", "1")
    for who in ("Dana", "Mara", "Vera"):
        for invocation in buttons(ask(who, "pipeline")).values():
            assert invocation is not None
            status = ask(who, invocation.skill, **invocation.params).answer.status
            assert status is Status.ANSWER or (invocation.skill, status) == ("schedule", Status.CLARIFY)


deals = st.lists(
    st.tuples(
        st.sampled_from(["Discovery", "Pilot", "Proposal", "Negotiation"]),
        st.integers(0, 10**8),
        st.sampled_from(["USD", "EUR", "JPY"]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deals)
def test_the_stages_add_up_to_the_total_to_the_cent(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, int, str]]
) -> None:
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("open")) as ask:
        ask.company.rate("EUR", "1.0837", day(1, 1))
        ask.company.rate("JPY", "0.006713", day(1, 1))
        for stage, minor, currency in found:
            units = str(minor) if currency == "JPY" else f"{minor // 100}.{minor % 100:02}"
            ask.company.open("Dana", f"{units} {currency}", stage)
        reply = ask("Dana", "pipeline")
    table = next((b for b in reply.answer.blocks if b.type == "table" and len(b.columns) == 4), None)
    if table is None:
        assert len({stage for stage, _, _ in found}) == 1
        return
    assert table.total is not None
    for column in (2, 3):
        parts = [cell.minor for row in table.rows if isinstance(cell := row[column], Amount)]
        whole = table.total[column]
        assert isinstance(whole, Amount)
        assert sum(parts) == whole.minor
