"""What slipped out of its quarter, and how often dates were pushed."""

import datetime as dt

from store.engine import Database
from tests.skills.company import (
    Asking,
    build_assistant,
    build_company,
    day,
    figure,
    headline,
    notes,
    rows,
)
from tests.skills.story import Story


def test_the_slip_rate_is_what_slipped_of_what_was_due(story: Story) -> None:
    """Due when the quarter began: 1000. Still open with a later date: 250, so 25%."""
    story.opened("Dana", "150", day(12, 1), name="Due")
    won = story.opened("Dana", "600", day(11, 1), name="Won one")
    slipped = story.opened("Dana", "250", day(10, 20), name="Slipped one")
    story.opened("Dana", "4000", day(3, 1, 2027), name="Not due")
    story.won(won, day(10, 7))
    story.then(slipped, day(10, 15), expected_close=day(1, 20, 2027), amount_minor=99_900)
    story.opened("Dana", "70", day(12, 1), name="New", at=dt.datetime(2026, 10, 20, 15, tzinfo=dt.UTC))
    reply = story.ask("Dana", "slippage")
    assert headline(reply) == "**25%** of what was due in Q4 2026 has slipped so far: $250 of $1,000 (yours)."
    assert rows(reply) == [
        ["Won", "1", "$600"],
        ["Slipped to a later date", "1", "$250"],
        ["Open, still due in it", "1", "$150"],
    ]
    assert rows(reply, 1) == [["Slipped one", "Acme", "$250", "20 Oct 2026", "20 Jan 2027", "1"]]


def test_a_finished_period_is_judged_by_its_end(story: Story) -> None:
    late = story.opened("Dana", "100", day(9, 30), name="Late", at=dt.datetime(2026, 6, 1, 15, tzinfo=dt.UTC))
    moved = story.opened("Dana", "300", day(9, 1), name="Moved", at=dt.datetime(2026, 6, 1, 15, tzinfo=dt.UTC))
    story.then(moved, day(9, 2), expected_close=day(10, 15))
    story.won(moved, day(10, 10))
    story.then(late, day(10, 1), expected_close=day(12, 1))
    reply = story.ask("Dana", "slippage", period="last quarter")
    assert figure(reply, "slip_rate") == 75
    assert [row[-1] for row in rows(reply, 1)] == ["1"], "its push counts though it is won by now"
    assert "One more is open without a later date" in notes(reply)


def test_nothing_due_has_no_slip_rate(story: Story) -> None:
    reply = story.ask("Dana", "slippage")
    assert figure(reply, "slip_rate") is None
    assert headline(reply) == (
        "The slip rate of Q4 2026 has no value: nothing was due in Q4 2026 when it began (yours)."
    )


def test_a_push_crosses_a_quarter_and_stands(story: Story) -> None:
    often = story.opened("Dana", "100", day(10, 1), name="Often")
    within = story.opened("Sam", "100", day(10, 1), name="Within")
    back = story.opened("Dana", "100", day(10, 1), name="Taken back")
    story.then(often, day(10, 2), expected_close=day(1, 10, 2027))
    story.then(often, day(10, 3), expected_close=day(1, 20, 2027))
    story.then(often, day(10, 5), expected_close=day(4, 20, 2027))
    story.then(within, day(10, 2), expected_close=day(12, 20))
    story.undone(story.then(back, day(10, 2), expected_close=day(1, 10, 2027)), day(10, 3))
    reply = story.ask("Mara", "slippage")
    assert figure(reply, "pushes") == 2
    assert [one.count for one in reply.answer.figures if one.name == "pushes"] == [1]
    pushed = rows(reply, 3)
    assert pushed == [["Often", "Acme", "Dana Whitfield", "2", "$100", "20 Apr 2027"]]
    assert {row[0]: row[-1] for row in rows(reply, 1)} == {"Dana Whitfield": "2", "Sam Osei": "0"}


def test_quarters_are_the_organisations(database: Database) -> None:
    company = build_company(database, fiscal_start_month=2)
    story = Story(Asking(company, build_assistant(database)))
    number = story.opened("Dana", "100", day(12, 15), name="January")
    story.then(number, day(11, 2), expected_close=day(1, 20, 2027))
    assert figure(story.ask("Dana", "slippage"), "pushes") == 0
    story.then(number, day(11, 3), expected_close=day(2, 1, 2027))
    assert figure(story.ask("Dana", "slippage"), "pushes") == 1
