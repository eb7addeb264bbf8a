"""A path counts working days, and is read from the tables of a card."""

import datetime as dt
import random
from fractions import Fraction
from typing import Any

import pytest

from knowledge_base import Document, KnowledgeBase, Section
from knowledge_base.cards import Card
from skills.measures.pacing import WorkingDays
from skills.path import Gate, GateKind, find_working_day, read_gate, read_path
from store.models import CalendarDay, Leave, Region
from tests.skills.company import NOW, Asking, Company, bullets, day, english, headline
from tests.skills.newcomers import QUIZ_STEP, at, due_days, set_person


@pytest.fixture
def asking(company: Company, demo_cards: KnowledgeBase) -> Asking:
    return at(company, demo_cards, NOW)


def test_a_path_counts_working_days_from_the_first_one(asking: Asking) -> None:
    reply = asking("Sam", "onboarding")
    assert headline(reply) == ("Working day 13: 0 of 11 steps are done. Next: **Find your way**, due since 6 Nov 2026.")
    due = due_days(reply)
    assert due["Find your way"] == "6 Nov 2026"
    assert due[QUIZ_STEP] == "20 Nov 2026"
    assert due["Pitch of 12 minutes"] == "30 Nov 2026"
    assert "**Find your way**: due 6 Nov 2026, 8 working days late" in bullets(reply, "Late")


def test_holidays_and_leave_put_the_days_off(asking: Asking, company: Company) -> None:
    company.add(Region(name="Americas", country="US"))
    # Veterans Day on 11 November and Thanksgiving on the 26th.
    assert due_days(asking("Sam", "onboarding"))["Pitch of 12 minutes"] == "2 Dec 2026"
    company.add(Leave(person_id=company.people["Sam"], first_day=day(11, 6), last_day=day(11, 9)))
    assert due_days(asking("Sam", "onboarding"))["Pitch of 12 minutes"] == "4 Dec 2026"
    assert due_days(asking("Sam", "onboarding"))["Find your way"] == "10 Nov 2026"


def test_a_make_up_saturday_is_a_working_day(asking: Asking, company: Company) -> None:
    company.add(CalendarDay(region="Americas", day=day(11, 7), works=True, name="Make-up day"))
    assert due_days(asking("Sam", "onboarding"))[QUIZ_STEP] == "19 Nov 2026"


def test_who_joins_on_a_saturday_begins_on_monday(asking: Asking, company: Company) -> None:
    set_person(company, "Sam", active_from=day(11, 14))
    reply = asking("Sam", "onboarding")
    assert headline(reply).startswith("Working day 3:")
    assert due_days(reply)["Find your way"] == "20 Nov 2026"


def test_finding_a_working_day_agrees_with_counting_them() -> None:
    dice = random.Random(4)
    start = dt.date(2026, 1, 1)
    for _ in range(60):
        first = start + dt.timedelta(days=dice.randrange(300))
        changed = {first + dt.timedelta(days=dice.randrange(90)): dice.random() < 0.5 for _ in range(20)}
        days = WorkingDays(frozenset(dice.sample(range(7), dice.randint(1, 6))), changed)
        number, until = dice.randint(1, 40), first + dt.timedelta(days=200)
        worked = [each for n in range(200) if days.works(each := first + dt.timedelta(days=n))]
        expected = worked[number - 1] if number <= len(worked) else None
        assert find_working_day(days, first, number, until) == expected


def read(table: str) -> Any:
    document = Document(1, "path.md", "Path", Card(kind="path"), True)
    return read_path(document, [Section(("Path", "Learn"), 0, len(table), table)])


def test_a_path_is_read_from_its_tables_and_says_what_it_cannot_read() -> None:
    path = read(
        "## Learn\n| Step | Working days | Gate | Cards |\n| --- | --- | --- | --- |\n"
        "| Read | 1–3 | – | a.md, b.md |\n| Nonsense | soon | – | |\n| Read | 4 | – | |\n| Odd | 5 | jumps | |\n"
    )
    assert [(step.name, step.phase, step.first, step.last, step.cards) for step in path.steps] == [
        ("Read", "Learn", 1, 3, ("a.md", "b.md")),
        ("Odd", "Learn", 5, 5, ()),
    ]
    assert [english(problem) for problem in path.problems] == [
        "I can't read the days of “Nonsense” in the path.",
        "“Read” stands in the path twice; the first one counts.",
        "I can't read the gate “jumps” of “Odd”.",
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("–", GateKind.WORD),
        ("Quiz 80% of 8", GateKind.QUIZ),
        ("测验 80% 共 5 题", GateKind.QUIZ),
        ("Certified by the manager", GateKind.CERTIFIED),
        ("经理认证", GateKind.CERTIFIED),
        ("First meeting", GateKind.MEETING),
        ("首次拜访", GateKind.MEETING),
        ("Reached Proposal", GateKind.REACHED),
        ("进入 Proposal", GateKind.REACHED),
        ("First win", GateKind.WIN),
        ("首单", GateKind.WIN),
    ],
)
def test_gates_are_read_in_both_languages(words: str, kind: GateKind) -> None:
    gate = read_gate(words)
    assert gate is not None
    assert gate.kind is kind
    if kind is GateKind.QUIZ:
        assert gate.mark == Fraction(80, 100)
        assert gate.questions == (8 if words[-1] == "8" else 5)
    if kind is GateKind.REACHED:
        assert gate.stage == "Proposal"


def test_a_quiz_that_nobody_can_pass_or_fail_is_no_gate() -> None:
    assert (read_gate("Quiz 0%"), read_gate("Quiz 120%")) == (None, None)
    assert read_gate("") == Gate(GateKind.WORD)
