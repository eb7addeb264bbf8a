"""The rules that say what an open opportunity lacks: worked examples at their edges (domain 3.11)."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.measures.risk import Finding, Rule, Standing, list_findings, quiet_days
from skills.standing import described, question_for
from tests.skills.company import english

TODAY = dt.date(2026, 11, 18)
GOOD = Standing(
    probability=60,
    expected_close=TODAY + dt.timedelta(days=20),
    next_step="Send the contract",
    next_step_due=TODAY,
    has_amount=True,
    last_touch=TODAY - dt.timedelta(days=7),
    since=TODAY - dt.timedelta(days=90),
    contacts=2,
    has_buyer=True,
)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def test_nothing_is_wrong_with_a_good_one() -> None:
    assert list_findings(GOOD, TODAY) == ()


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"expected_close": ago(1)}, Finding(Rule.OVERDUE, ago(1), 1)),
        ({"expected_close": None}, Finding(Rule.NO_CLOSE_DATE)),
        ({"next_step": "", "next_step_due": None}, Finding(Rule.NO_NEXT_STEP)),
        ({"next_step_due": ago(3)}, Finding(Rule.STEP_OVERDUE, ago(3), 3)),
        ({"has_amount": False}, Finding(Rule.NO_AMOUNT)),
        ({"last_touch": ago(8)}, Finding(Rule.QUIET, ago(8), 8)),
        ({"last_touch": None, "since": ago(8)}, Finding(Rule.QUIET, None, 8)),
        ({"has_buyer": False}, Finding(Rule.NO_BUYER)),
        ({"contacts": 1}, Finding(Rule.SINGLE_THREAD)),
    ],
)
def test_each_rule_finds_its_gap_with_its_evidence(change: dict[str, object], finding: Finding) -> None:
    assert list_findings(replace(GOOD, **change), TODAY) == (finding,)  # type: ignore[arg-type]


def test_a_close_date_of_today_is_not_overdue_yet() -> None:
    assert list_findings(replace(GOOD, expected_close=TODAY), TODAY) == ()


def test_a_buyer_is_asked_for_from_proposal_on() -> None:
    assert list_findings(replace(GOOD, probability=59, has_buyer=False), TODAY) == ()


@pytest.mark.parametrize(("probability", "days"), [(10, 14), (39, 14), (40, 10), (60, 7), (79, 7), (80, 5), (100, 5)])
def test_late_stages_bear_less_silence(probability: int, days: int) -> None:
    assert quiet_days(probability) == days


@given(
    st.builds(
        Standing,
        probability=st.integers(0, 100),
        expected_close=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
        next_step=st.sampled_from(["", "call them"]),
        next_step_due=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
        has_amount=st.booleans(),
        last_touch=st.none() | st.dates(dt.date(2026, 1, 1), TODAY),
        since=st.none() | st.dates(dt.date(2025, 1, 1), TODAY),
        contacts=st.integers(0, 5),
        has_buyer=st.booleans(),
    )
)
def test_every_finding_can_be_said_and_counts_days_forward(standing: Standing) -> None:
    findings = list_findings(standing, TODAY)
    assert len({finding.rule for finding in findings}) == len(findings)
    for finding in findings:
        assert finding.days >= 0
        assert english(described(finding))
        question = question_for(finding)
        assert question is None or english(question).startswith("“")
