"""Whether what is open covers what is missing to quota."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from skills.answer import Status
from skills.contract import Audience
from skills.measures.coverage import coverage_to_go, required_coverage, to_create, value_win_rate
from store.models import Opportunity, Snapshot, Stage
from store.scope import Scope
from tests.skills.company import Asking, Company, day, facts, figure, headline, notes, rows

SAME_WEEK = (day(8, 18), day(5, 19), day(2, 18), day(11, 18, 2025))
"""As far into the four quarters before as 18 November is into its own."""
ENDS = (day(9, 30), day(6, 30), day(3, 31), day(12, 31, 2025))


def test_the_worked_example() -> None:
    """Quota 300, booked 120: 450 of qualified pipeline cover the gap 2.5 times; a quarter is won, so it takes 4."""
    gap = Fraction(300 - 120)
    assert coverage_to_go(Fraction(450), gap) == Fraction(5, 2)
    required = required_coverage(value_win_rate(Fraction(100), Fraction(400)))
    assert required == 4
    assert to_create(gap, required, Fraction(450)) == 180 * 4 - 450


def test_without_a_denominator_there_is_no_value() -> None:
    assert coverage_to_go(Fraction(5), Fraction(0)) is None
    assert coverage_to_go(Fraction(5), Fraction(-1)) is None
    assert value_win_rate(Fraction(0), Fraction(0)) is None
    assert required_coverage(None) is None
    assert required_coverage(Fraction(0)) is None


@given(st.fractions(0, 10**9), st.fractions(Fraction(1, 100), 10**9), st.fractions(1, 100))
def test_pipeline_created_as_told_makes_the_coverage_that_it_takes(
    pipeline: Fraction, gap: Fraction, required: Fraction
) -> None:
    after = coverage_to_go(pipeline + to_create(gap, required, pipeline), gap)
    assert after is not None
    assert after >= required
    assert after == required or to_create(gap, required, pipeline) == 0


def quota(company: Company, amount: str = "10000") -> None:
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), amount)


def earlier(company: Company, quarters: int = 4, *, late: int = 0) -> None:
    """In each of the quarters before, 40,000 of qualified pipeline in the same week, and 10,000 of it won in time."""
    for taken, end in list(zip(SAME_WEEK, ENDS, strict=True))[:quarters]:
        won = company.won("Dana", "11000", end)
        other = company.won("Dana", "9999", end + dt.timedelta(days=3))
        lost = company.open("Dana", "1", name=f"Still there {end}")
        for number, minor, stage, due in (
            (won, 10_000_00, "Pilot", end),
            (other, 18_000_00, "Proposal", end),
            (lost, 12_000_00, "Pilot", end - dt.timedelta(days=20)),
        ):
            company.add(
                Snapshot(
                    taken_on=taken - dt.timedelta(days=late), opportunity_id=number,
                    owner_id=company.people["Dana"], stage_id=company.stages[stage], amount_minor=minor,
                    currency="USD", expected_close=due, category="pipeline",
                )
            )  # fmt: skip


def unqualified(company: Company, *names: str) -> None:
    with company.database.writing() as session:
        for stage in session.exec(select(Stage)):
            stage.qualified = stage.name not in names


def test_coverage_beside_what_it_takes(ask: Asking) -> None:
    unqualified(ask.company, "Discovery")
    quota(ask.company)
    earlier(ask.company)
    ask.company.won("Dana", "12000", day(10, 5))
    # Those of `earlier` that were won some days after their quarters; one of them lies in this one.
    ask.company.open("Dana", "45000", "Pilot", close=day(12, 1))
    ask.company.open("Dana", "7000", "Discovery", close=day(12, 1))
    ask.company.open("Dana", "8000", "Pilot", close=day(1, 5, 2027))
    ask.company.open("Dana", None, "Pilot", close=day(12, 1))
    reply = ask("Dana", "coverage")
    booked = 12_000 + 9_999
    assert figure(reply, "gap") == 30_000 - booked
    assert figure(reply, "qualified") == 45_000
    assert str(figure(reply, "coverage")) == "5.6243"
    assert (figure(reply, "required_coverage"), figure(reply, "value_win_rate")) == (4, 25)
    assert figure(reply, "to_create") == 0
    assert headline(reply) == (
        "**5.6×** coverage for Q4 2026, and it takes **4.0×**: "
        "$45,000 of qualified pipeline for the $8,001 to go (yours)."
    )
    assert rows(reply)[0] == ["Q3 2026", "18 Aug 2026", "$40,000", "$10,000", "25%"]
    assert "One qualified one has no amount" in notes(reply)


def test_what_is_still_to_be_created(ask: Asking) -> None:
    quota(ask.company)
    earlier(ask.company)
    ask.company.open("Dana", "50000", "Pilot", close=day(12, 1), opened_on=day(10, 3))
    reply = ask("Dana", "coverage")
    gap = 30_000 - 9_999
    assert figure(reply, "to_create") == gap * 4 - 50_000
    assert facts(reply)["Still to create"] == f"${gap * 4 - 50_000:,}"
    assert figure(reply, "created") == 50_000


def test_a_quota_that_is_reached_needs_no_cover(ask: Asking) -> None:
    quota(ask.company, "10")
    ask.company.won("Dana", "30", day(10, 5))
    ask.company.open("Dana", "99", "Pilot", close=day(12, 1))
    reply = ask("Dana", "coverage")
    assert headline(reply) == "**Met**: the quota for Q4 2026 is reached, and $99 is still open (yours)."
    assert figure(reply, "coverage") is None
    assert (
        next(f.reason.template for f in reply.answer.figures if f.name == "coverage" and f.reason) == "the quota is met"
    )


def test_without_a_quota_there_is_no_coverage(ask: Asking) -> None:
    ask.company.open("Dana", "99", "Pilot", close=day(12, 1))
    reply = ask("Dana", "coverage")
    assert headline(reply) == "Coverage for Q4 2026 has no value: no quota is set for Q4 2026 (yours)."
    assert figure(reply, "qualified") == 99


@pytest.mark.parametrize(("quarters", "late", "found"), [(3, 0, 3), (4, 7, 0)])
def test_too_few_snapshots_of_the_same_week_say_nothing(ask: Asking, quarters: int, late: int, found: int) -> None:
    quota(ask.company)
    earlier(ask.company, quarters, late=late)
    reply = ask("Dana", "coverage")
    assert figure(reply, "required_coverage") is None
    assert f"at least 4 earlier periods, and there are {found}" in notes(reply)
    assert figure(reply, "coverage") is not None


def test_a_snapshot_of_some_days_before_is_of_the_same_week(ask: Asking) -> None:
    quota(ask.company)
    earlier(ask.company, 4, late=6)
    assert figure(ask("Dana", "coverage"), "required_coverage") == 4


def test_other_stretches_than_whole_periods_have_no_history(ask: Asking) -> None:
    quota(ask.company)
    earlier(ask.company)
    reply = ask("Dana", "coverage", period="from 2026-10-01 to 2026-11-30")
    assert figure(reply, "required_coverage") is None
    assert "whole weeks, months, quarters, halves and years" in notes(reply)


def test_a_missing_rate_has_no_coverage(ask: Asking) -> None:
    quota(ask.company)
    ask.company.open("Dana", "10 GBP", "Pilot", close=day(12, 1))
    reply = ask("Dana", "coverage")
    assert figure(reply, "coverage") is None
    assert "no exchange rate for GBP" in headline(reply)


def test_a_team_is_shown_person_by_person_the_barest_first(ask: Asking) -> None:
    quota(ask.company)
    ask.company.quota("Sam", day(11, 1), "1000")
    ask.company.open("Dana", "60000", "Pilot", close=day(12, 1))
    ask.company.open("Sam", "500", "Pilot", close=day(12, 1))
    reply = ask("Mara", "coverage")
    assert [row[0] for row in rows(reply)] == ["Sam Osei", "Dana Whitfield"]
    assert rows(reply)[1] == ["Dana Whitfield", "$30,000", "$60,000", "2.0×"]
    total = sum((row.number or 0) for row in reply.answer.figures if row.name == "qualified")
    assert total == 60_500


def test_a_channel_that_may_not_see_everybodys_part_is_refused(ask: Asking) -> None:
    quota(ask.company)
    sales = Audience("C1", "#sales", Scope.of({ask.company.people["Sam"]}))
    assert ask("Mara", "coverage", audience=sales).answer.status is Status.REFUSED
    assert ask("Mara", "pipeline", audience=sales).answer.status is Status.ANSWER


def test_the_pipeline_shows_it_beside_its_sum(ask: Asking) -> None:
    quota(ask.company)
    ask.company.open("Dana", "45000", "Pilot", close=day(12, 1))
    reply = ask("Dana", "pipeline")
    assert str(figure(reply, "coverage")) == "1.5"
    assert figure(ask("Dana", "pipeline", stage="pilot"), "open") == 1
    assert all(f.name != "coverage" for f in ask("Dana", "pipeline", stage="pilot").answer.figures)


def test_it_is_what_plain_addition_says(ask: Asking) -> None:
    """The figure once more from the rows themselves."""
    ask.company.rate("EUR", "1.0837", day(1, 1))
    quota(ask.company)
    for number, (amount, stage, close) in enumerate(
        [("120.5", "Pilot", day(12, 1)), ("99.99 EUR", "Proposal", day(10, 1)), ("7", "Pilot", day(1, 1, 2027))]
    ):
        ask.company.open("Dana", amount, stage, close=close, name=f"Deal {number}")
    with ask.company.database.session() as session:
        minor = sum(
            Fraction(row.amount_minor or 0) * (Fraction("1.0837") if row.currency == "EUR" else 1)
            for row in session.exec(select(Opportunity))
            if row.status == "open" and row.expected_close is not None
            and day(10, 1) <= row.expected_close < day(1, 1, 2027)
        )  # fmt: skip
    expected = minor / 100 / 30_000
    found = next(f for f in ask("Dana", "coverage").answer.figures if f.name == "coverage")
    assert found.exact == expected
