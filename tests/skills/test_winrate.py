"""How many of the decided deals are won."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.answer import Status
from skills.contract import Audience
from store.matching import count_matching
from store.models import LossReason
from store.scope import Scope
from tests.skills.company import TODAY, Asking, buttons, day, figure, headline, notes, rows
from tests.skills.conftest import asking_on_a_copy
from tests.skills.histories import add_deal

OPENED = day(7, 1)
CLOSED = day(10, 5)


def won(ask: Asking, owner: str, count: int, amount: str | None = "1000", on: dt.date = CLOSED, **more: Any) -> None:
    for _ in range(count):
        add_deal(ask.company, owner, [("Discovery", OPENED), ("Won", on)], amount, history=False, **more)


def lost(ask: Asking, owner: str, count: int, amount: str | None = "1000", on: dt.date = CLOSED, **more: Any) -> None:
    for _ in range(count):
        add_deal(ask.company, owner, [("Discovery", OPENED), ("Lost", on)], amount, history=False, **more)


def no_decision(ask: Asking) -> None:
    ask.company.add(LossReason(name="No decision", position=1, no_decision=True), LossReason(name="Price", position=2))


def test_by_count_with_the_value_beside_it_and_no_decisions_apart(ask: Asking) -> None:
    no_decision(ask)
    won(ask, "Dana", 8, "1000")
    lost(ask, "Eva", 4, "500", loss_reason="Price")
    lost(ask, "Eva", 6, "700", loss_reason=" no DECISION ")
    reply = ask("Dana", "winrate")
    assert figure(reply, "win_rate") == Decimal("66.6667")
    assert figure(reply, "win_rate_value") == 80
    assert figure(reply, "win_rate_broad") == Decimal("44.4444")
    assert [figure(reply, name) for name in ("won", "lost", "no_decision")] == [8, 4, 6]
    assert headline(reply) == (
        "Win rate in Q4 2026: **66.7%**, 8 won and 4 lost; the true rate is likely between 39% and 86.2% "
        "(the whole company)."
    )
    assert "6 ended without a decision and are not in the rate; with them it is 44.4%" in notes(reply)
    assert "1 Oct 2026 to 31 Dec 2026" in notes(reply)


def test_the_reasons_are_ranked_and_those_without_a_decision_marked(ask: Asking) -> None:
    no_decision(ask)
    lost(ask, "Eva", 2, loss_reason="Price")
    lost(ask, "Eva", 3, loss_reason="No decision")
    lost(ask, "Eva", 1, loss_reason="price")
    lost(ask, "Eva", 1)
    assert rows(ask("Vera", "winrate")) == [
        ["No decision", "3", "42.9%", "yes"],
        ["Price", "3", "42.9%", "–"],
        ["no reason given", "1", "14.3%", "–"],
    ]


def test_fewer_than_ten_have_counts_but_no_rate(ask: Asking) -> None:
    won(ask, "Dana", 7)
    lost(ask, "Dana", 2)
    reply = ask("Dana", "winrate")
    assert figure(reply, "win_rate") is None
    assert headline(reply).startswith("Too few to give a win rate in Q4 2026: 7 won and 2 lost, and it takes 10")
    year = buttons(reply)["Last 12 months"]
    assert year is not None
    won(ask, "Dana", 3, on=day(2, 1))
    assert figure(ask("Dana", year.skill, **year.params), "win_rate") == Decimal("83.3333")


def test_nothing_decided_says_so(ask: Asking) -> None:
    reply = ask("Dana", "winrate")
    assert headline(reply) == "Nothing was won or lost in Q4 2026 (the whole company)."
    assert (figure(reply, "win_rate"), figure(reply, "won")) == (None, 0)


def test_a_reopened_deal_is_not_lost_and_counts_once_as_it_ended_last(ask: Asking) -> None:
    won(ask, "Dana", 9)
    moves = [("Discovery", OPENED), ("Lost", day(10, 3)), ("Proposal", day(10, 9))]
    add_deal(ask.company, "Dana", moves)
    assert figure(ask("Dana", "winrate"), "lost") == 0
    add_deal(ask.company, "Dana", [*moves, ("Won", day(10, 20))])
    reply = ask("Dana", "winrate")
    assert [figure(reply, name) for name in ("won", "lost", "win_rate")] == [10, 0, 100]


def test_won_count_at_their_booked_amount_and_lost_at_the_rate_of_the_day_they_were_lost(ask: Asking) -> None:
    ask.company.rate("EUR", "1.00", day(1, 1))
    ask.company.rate("EUR", "3.00", day(11, 1))
    won(ask, "Eva", 5, "100 EUR", on=day(10, 5))
    lost(ask, "Eva", 4, "100 EUR", on=day(10, 5))
    lost(ask, "Eva", 1, "100 EUR", on=day(11, 5))
    # 500 ÷ (500 + 400 + 300)
    assert figure(ask("Vera", "winrate"), "win_rate_value") == Decimal("41.6667")


def test_a_missing_rate_gives_no_value_and_says_which_but_the_count_stays(ask: Asking) -> None:
    won(ask, "Dana", 9)
    lost(ask, "Eva", 1, "100 GBP")
    reply = ask("Vera", "winrate")
    assert (figure(reply, "win_rate"), figure(reply, "win_rate_value")) == (90, None)
    assert "no exchange rate for GBP" in notes(reply)
    assert notes(reply).count("No win rate by value") == 1


def test_lost_ones_without_amounts_make_no_value_rate_of_a_hundred_percent(ask: Asking) -> None:
    won(ask, "Dana", 9)
    lost(ask, "Dana", 3, "0")
    reply = ask("Dana", "winrate")
    assert figure(reply, "win_rate_value") is None
    assert "what was lost carries no amounts" in notes(reply)


def test_against_a_competitor_by_rep_with_the_reasons(ask: Asking) -> None:
    won(ask, "Dana", 6, competitor="Pulsegrid")
    won(ask, "Sam", 5)
    lost(ask, "Dana", 4, competitor="pulsegrid ", loss_reason="Price")
    lost(ask, "Sam", 2, competitor="Pulsegrid", loss_reason="Missing integration")
    reply = ask("Mara", "winrate", competitor="pulse grid", by="rep")
    assert rows(reply)[:2] == [
        ["Dana Whitfield", "6", "4", "0", "60%", "60%"],
        ["Sam Osei", "0", "2", "0", "too few", "–"],
    ]
    assert rows(reply, 1) == [["Price", "4", "66.7%", "–"], ["Missing integration", "2", "33.3%", "–"]]
    records = reply.answer.figures[0].records
    assert records is not None
    with ask.company.database.session() as session:
        assert count_matching(session, Scope.everybody(), records) == 12
    assert "against Pulsegrid" in headline(reply)


def test_an_unknown_competitor_is_asked_about(ask: Asking) -> None:
    lost(ask, "Dana", 1, competitor="Pulsegrid")
    reply = ask("Dana", "winrate", competitor="Pulsgird")
    assert reply.answer.status is Status.CLARIFY
    assert not reply.answer.figures
    assert ask("Dana", "winrate", competitor="Zzyzx").answer.status is Status.REFUSED


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("team", ["Alpha", "10", "0", "0", "100%", "100%"]),
        ("region", ["Americas", "10", "0", "0", "100%", "100%"]),
        ("product", ["Sense", "10", "0", "0", "100%", "100%"]),
        ("source", ["Referral", "10", "0", "0", "100%", "100%"]),
        ("competitor", ["no competitor", "10", "2", "0", "83.3%", "83.3%"]),
        ("quarter", ["Q4 2026", "10", "2", "0", "83.3%", "83.3%"]),
    ],
)
def test_it_is_broken_down(ask: Asking, by: str, first: list[str]) -> None:
    won(ask, "Dana", 10, product="Sense", source="Referral")
    lost(ask, "Eva", 2, product="Watch", source="Fair")
    reply = ask("Vera", "winrate", by=by)
    assert rows(reply)[0] == first
    assert figure(reply, "win_rate") == Decimal("83.3333")


def test_a_cohort_has_open_ones_in_the_denominator_and_is_immature_until_older_than_nine_cycles_of_ten(
    ask: Asking,
) -> None:
    for _ in range(6):
        add_deal(ask.company, "Dana", [("Discovery", day(1, 5)), ("Won", day(3, 6))])
    for _ in range(6):
        add_deal(ask.company, "Dana", [("Discovery", day(1, 7))])
    for _ in range(10):
        add_deal(ask.company, "Dana", [("Discovery", day(11, 2))])
    reply = ask("Vera", "winrate", variant="cohort", period="2026")
    assert figure(reply, "cycle_p90") == 60
    assert rows(reply) == [
        ["Jan 2026", "12", "6", "6", "50%", "yes"],
        ["Nov 2026", "10", "0", "10", "0%", "not yet"],
    ]
    assert figure(reply, "win_rate_cohort") == Decimal("27.2727")
    assert "Immature: the youngest are not older than 60 days" in notes(reply)


def test_over_time_open_ones_are_censored(ask: Asking) -> None:
    for closed in (5, 10, 15, 20, 25):
        add_deal(ask.company, "Dana", [("Discovery", day(6, 1)), ("Won", day(6, 1 + closed))])
        add_deal(ask.company, "Dana", [("Discovery", day(6, 1)), ("Lost", day(7, closed))])
        add_deal(ask.company, "Dana", [("Discovery", TODAY - dt.timedelta(days=12))])
    reply = ask("Vera", "winrate", variant="over time", period="2026")
    first = reply.answer.figures[0]
    # Two of fifteen by day 10; the five open ones are gone after day 12, and three more of the eight left are won.
    assert first.exact == Fraction(2, 15) + 3 * Fraction(13, 15) * Fraction(1, 8)
    assert "5 are still open" in notes(reply)
    assert "Won ÷ (won + lost) would be 50%" in notes(reply)


def test_one_persons_rate_is_only_for_those_who_may_see_their_records(ask: Asking) -> None:
    won(ask, "Eva", 12)
    assert ask("Dana", "winrate", owner="eva").answer.status is Status.REFUSED
    assert figure(ask("Ken", "winrate", owner="eva"), "win_rate") == 100
    assert figure(ask("Dana", "winrate"), "win_rate") == 100
    channel = Audience("C1", "#alpha", Scope.of({ask.company.people["Dana"]}))
    assert ask("Ken", "winrate", by="rep", team="Beta", audience=channel).answer.status is Status.REFUSED


def test_rates_of_people_are_shown_only_within_what_the_asker_may_see(ask: Asking) -> None:
    won(ask, "Eva", 12)
    won(ask, "Dana", 11)
    named = {row[0] for row in rows(ask("Dana", "winrate", by="rep"))}
    assert named == {"Dana Whitfield"}


outcomes = st.lists(
    st.tuples(
        st.sampled_from(["Dana", "Sam", "Eva"]),
        st.sampled_from(["Won", "Lost", "Discovery"]),
        st.integers(0, 30),
        st.sampled_from(["", "Price", "No decision"]),
        st.integers(0, 10**6),
    ),
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes)
def test_sql_counts_as_plain_python_does(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, deals: list[tuple[str, str, int, str, int]]
) -> None:
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("rates")) as ask:
        no_decision(ask)
        ask.company.rate("EUR", "1.25", day(1, 1))
        for owner, stage, after, reason, cents in deals:
            reason = reason if stage == "Lost" else ""
            amount = f"{cents / 100:.2f} {'EUR' if owner == 'Eva' else 'USD'}"
            moves = [("Discovery", OPENED), (stage, day(10, 1) + dt.timedelta(days=after))]
            add_deal(ask.company, owner, moves, amount, history=False, loss_reason=reason)
        reply = ask("Vera", "winrate", by="rep")
    won_ = [deal for deal in deals if deal[1] == "Won"]
    lost_ = [deal for deal in deals if deal[1] == "Lost" and deal[3] != "No decision"]
    decided = len(won_) + len(lost_)
    assert figure(reply, "won") == len(won_)
    assert figure(reply, "lost") == len(lost_)
    found = reply.answer.figures[0]
    assert found.exact == (Fraction(len(won_), decided) if decided >= 10 else None)
    by_value = reply.answer.figures[1].exact

    def worth(cents: int, owner: str, *, booked: bool) -> Fraction:
        exact = Fraction(cents) * (Fraction(5, 4) if owner == "Eva" else 1)
        return Fraction((exact + Fraction(1, 2)).__floor__()) if booked else exact

    gained = sum((worth(deal[4], deal[0], booked=True) for deal in won_), Fraction(0))
    gone = sum((worth(deal[4], deal[0], booked=False) for deal in lost_), Fraction(0))
    if decided >= 10 and (gone or not lost_) and gained + gone:
        assert by_value == gained / (gained + gone)
    else:
        assert by_value is None
