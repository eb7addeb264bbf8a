"""How far opportunities get, from their history."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.answer import Chart, Paragraph, Status
from store.scope import Scope
from store.segment import Segment
from store.stage_history import Days, count_courses
from tests.skills.company import NOW, TODAY, Asking, day, english, figure, headline, notes, rows
from tests.skills.conftest import asking_on_a_copy
from tests.skills.histories import Move, add_deal

OPEN = ["Discovery", "Pilot", "Proposal", "Negotiation"]
ORDER = {stage: place for place, stage in enumerate([*OPEN, "Won"])}
MONDAY = day(3, 2)
FIVE: list[list[str]] = [
    ["Discovery", "Pilot", "Proposal", "Negotiation", "Won"],
    ["Discovery", "Pilot", "Proposal", "Negotiation"],
    ["Discovery", "Pilot", "Proposal", "Won"],
    ["Discovery", "Pilot", "Proposal", "Lost"],
    ["Discovery", "Lost"],
]
"""Five deals of which vendors count three different conversions from Proposal to Negotiation."""


def weekly(stages: Sequence[str], start: dt.date = MONDAY) -> list[Move]:
    return [(stage, start + dt.timedelta(days=7 * place)) for place, stage in enumerate(stages)]


def passed(stages: Sequence[str]) -> set[str]:
    """The open stages that were entered or skipped on the way forward."""
    found: set[str] = set()
    furthest = None
    for stage in stages:
        if stage != "Lost":
            here = ORDER[stage]
            found |= {
                one for one in OPEN if ORDER[one] == here or (furthest is not None and furthest < ORDER[one] < here)
            }
            furthest = here if furthest is None else max(furthest, here)
    return found


def by_furthest(deals: Sequence[Sequence[str]], stage: str) -> tuple[int, int]:
    """Furthest reached: went on if ever in a later stage; skipped stages are filled."""
    entered = [deal for deal in deals if stage in passed(deal)]
    return sum(any(ORDER.get(one, -1) > ORDER[stage] for one in deal) for deal in entered), len(entered)


def by_direct_moves(deals: Sequence[Sequence[str]], stage: str, following: str) -> tuple[int, int]:
    """Only moves from one stage straight to the next count."""
    entered = [deal for deal in deals if stage in deal]
    return sum((stage, following) in pairwise(deal) for deal in entered), len(entered)


def without_lost(deals: Sequence[Sequence[str]], stage: str) -> tuple[int, int]:
    """Lost deals are credited with no stage on their way."""
    return by_furthest([deal for deal in deals if deal[-1] != "Lost"], stage)


def test_five_deals_give_three_conversions_under_three_conventions_and_ours_is_the_furthest_reached(
    ask: Asking,
) -> None:
    assert by_furthest(FIVE, "Proposal") == (3, 4)
    assert by_direct_moves(FIVE, "Proposal", "Negotiation") == (2, 4)
    assert without_lost(FIVE, "Proposal") == (3, 3)
    for stages in FIVE:
        add_deal(ask.company, "Dana", weekly(stages))
    reply = ask("Vera", "funnel", period="2026")
    table = {row[0]: row[1:4] for row in rows(reply)}
    assert table["Proposal"] == ["4", "3", "75%"]
    assert table["Discovery"] == ["5", "4", "80%"]


def test_a_skipped_stage_counts_as_entered_and_a_move_back_takes_nothing_away(ask: Asking) -> None:
    add_deal(ask.company, "Dana", weekly(["Discovery", "Negotiation", "Discovery"]))
    table = {row[0]: row[1:4] for row in rows(ask("Vera", "funnel", period="2026"))}
    assert table["Pilot"] == ["1", "1", "100%"]
    assert table["Discovery"] == ["1", "1", "100%"]
    assert table["Negotiation"] == ["1", "0", "0%"]


def test_one_that_was_opened_midway_has_not_entered_the_earlier_stages_and_the_reply_says_so(ask: Asking) -> None:
    add_deal(ask.company, "Dana", weekly(["Proposal", "Negotiation"]))
    reply = ask("Vera", "funnel", period="2026")
    assert [row[1] for row in rows(reply)] == ["0", "0", "1", "1"]
    assert "opened in a later stage has not entered the earlier" in notes(reply)


def test_todays_stages_do_not_make_a_funnel(ask: Asking) -> None:
    """Without a history nothing is known to have entered anything."""
    ask.company.open("Dana", "100", "Proposal")
    reply = ask("Vera", "funnel", period="2026")
    assert headline(reply) == "Nothing entered a stage in 2026 (the whole company)."
    assert figure(reply, "conversion") is None


def test_a_move_that_was_taken_back_did_not_happen(ask: Asking) -> None:
    add_deal(ask.company, "Dana", weekly(["Discovery", "Negotiation", "Pilot"]), undone=(1,))
    assert [row[1] for row in rows(ask("Vera", "funnel", period="2026"))] == ["1", "1", "0", "0"]


def test_only_those_who_entered_in_the_period_count_and_what_came_later_counts_for_them(ask: Asking) -> None:
    add_deal(ask.company, "Dana", [("Discovery", day(3, 31)), ("Pilot", day(4, 1)), ("Won", day(8, 1))])
    first = {row[0]: row[1:3] for row in rows(ask("Vera", "funnel", period="Q1 2026"))}
    second = {row[0]: row[1:3] for row in rows(ask("Vera", "funnel", period="Q2 2026"))}
    assert first == {"Discovery": ["1", "1"], "Pilot": ["0", "0"], "Proposal": ["0", "0"], "Negotiation": ["0", "0"]}
    assert second["Discovery"] == ["0", "0"]
    assert second["Pilot"] == ["1", "1"]


def test_time_in_a_stage_is_the_sum_of_its_visits_and_open_visits_stand_apart(ask: Asking) -> None:
    moves = [("Discovery", day(3, 1)), ("Pilot", day(3, 4)), ("Discovery", day(3, 10)), ("Pilot", day(3, 20))]
    add_deal(ask.company, "Dana", moves)
    add_deal(ask.company, "Dana", [("Discovery", day(3, 1)), ("Lost", day(3, 24))])
    reply = ask("Vera", "funnel", period="2026")
    days = {row[0]: row[1:] for row in rows(reply, 1)}
    # Thirteen days in two visits, and twenty-three in one.
    assert days["Discovery"] == ["2", "18", "20.5", "0", "–"]
    assert days["Pilot"] == ["0", "–", "–", "1", str(6 + (TODAY - day(3, 20)).days)]


def test_the_bottleneck_is_said_in_one_sentence_with_its_numbers_and_those_of_the_year_before(ask: Asking) -> None:
    for _ in range(12):
        add_deal(ask.company, "Dana", weekly(["Discovery", "Pilot", "Proposal"], day(3, 2)))
        add_deal(ask.company, "Dana", weekly(["Discovery", "Pilot", "Proposal"], day(3, 2, 2025)))
    for _ in range(4):
        add_deal(ask.company, "Dana", weekly(["Discovery", "Pilot", "Proposal", "Won"], day(3, 2)))
        add_deal(ask.company, "Dana", weekly(["Discovery", "Lost"], day(3, 2)))
    reply = ask("Vera", "funnel", period="2026")
    assert headline(reply) == (
        "The bottleneck in 2026 is **Proposal**: 4 of 16 went further (25%), 0 were lost there and 12 are undecided; "
        "in the 12 months before it was 0% (the whole company)."
    )
    leak = next(block for block in reply.answer.blocks if isinstance(block, Paragraph))
    assert english(leak.text) == "Most are lost in **Discovery**: 4 of the 4 that were lost (100%)."
    chart = next(block for block in reply.answer.blocks if isinstance(block, Chart))
    assert chart.series[0].values == (20.0, 16.0, 16.0, 4.0)
    assert chart.series[1].values == (16.0, 16.0, 4.0, 4.0)


def test_too_few_make_no_bottleneck(ask: Asking) -> None:
    add_deal(ask.company, "Dana", weekly(["Discovery", "Pilot"]))
    assert headline(ask("Vera", "funnel", period="2026")).startswith(
        "Too few to say where it is tight: 1 entered Discovery in 2026, and it takes 10"
    )


def test_it_is_narrowed_by_person_product_and_source(ask: Asking) -> None:
    add_deal(ask.company, "Dana", weekly(["Discovery", "Pilot"]), product="Sense", source="Fair")
    add_deal(ask.company, "Sam", weekly(["Discovery"]), product="Watch", source="Referral")

    def entered(**params: Any) -> str:
        return rows(ask("Mara", "funnel", period="2026", **params))[0][1]

    assert entered() == "2"
    assert entered(owner="dana") == "1"
    assert entered(product="watch") == "1"
    assert entered(source="fair") == "1"
    assert ask("Dana", "funnel", owner="eva").answer.status is Status.REFUSED


def test_the_records_behind_a_conversion_are_those_that_entered(ask: Asking) -> None:
    numbers = [add_deal(ask.company, "Dana", weekly(["Discovery", "Proposal"])) for _ in range(3)]
    add_deal(ask.company, "Dana", weekly(["Discovery"]))
    pilot = ask("Vera", "funnel", period="2026").answer.figures[2]
    assert pilot.count == 3
    assert pilot.records is not None
    assert pilot.records.ids == tuple(numbers)


stages = st.lists(st.sampled_from([*OPEN, "Won", "Lost"]), min_size=1, max_size=6)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(stages, st.integers(0, 300)), max_size=8))
def test_sql_counts_as_plain_python_does(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, deals: list[tuple[list[str], int]]
) -> None:
    start, end = day(2, 1), day(7, 1)
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("funnel")) as ask:
        names = {number: name for name, number in ask.company.stages.items()}
        histories = [weekly(path, day(1, 1) + dt.timedelta(days=later)) for path, later in deals]
        for moves in histories:
            add_deal(ask.company, "Dana", moves)
        with ask.company.database.session() as session:
            segment = Segment(Scope.everybody())
            courses = count_courses(session, segment, Days(start, end), Days(start, start), today=NOW.date())
            entries, days = courses.entries, courses.days
    expected: dict[str, list[int]] = {}
    spent: dict[tuple[str, bool, int], int] = {}
    for moves in histories:
        path = [stage for stage, _ in moves]
        within: set[str] = set()
        for place, (_, on) in enumerate(moves):
            if start <= on < end:
                within |= passed(path[: place + 1]) - passed(path[:place]) | ({path[place]} & set(OPEN))
        for stage in within:
            further = any(ORDER.get(one, -1) > ORDER[stage] for one in path)
            count = expected.setdefault(stage, [0, 0, 0])
            count[0] += 1
            count[1] += further
            count[2] += not further and path[-1] == "Lost"
        for stage in set(path) & set(OPEN):
            visits = [place for place, one in enumerate(path) if one == stage]
            if any(start <= moves[place][1] < end for place in visits):
                still = visits[-1] == len(path) - 1
                ends = [moves[place + 1][1] if place + 1 < len(moves) else NOW.date() for place in visits]
                total = sum((after - moves[place][1]).days for place, after in zip(visits, ends, strict=True))
                spent[stage, still, total] = spent.get((stage, still, total), 0) + 1
    assert {names[row.stage_id]: [row.entered, row.went_on, row.lost] for row in entries} == expected
    assert {(names[row.stage_id], row.still_there, row.days): row.count for row in days} == spent
