"""What was true at the end of a day, from snapshots and from the change log."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select as select_columns
from sqlmodel import Session, select

from store.engine import Database
from store.history import Due, Span, end_of, get_first_day, list_standing_ids, standing, sum_standing
from store.models import Opportunity, Organisation, Snapshot
from store.moves import changed_between, list_moves, sum_moves
from store.scope import Scope
from store.snapshots import add_snapshot, get_last_snapshot_day, replayed
from tests.conftest import copied
from tests.store.histories import FIRST, KEPT, Told, lives, tell

LATER = dt.date(2026, 6, 1)
COPIED = ("owner_id", "stage_id", "amount_minor", "currency", "expected_close", "category")
STEPS: list[Any] = [
    (0, ("create", (1, 10_000, "USD", dt.date(2026, 3, 31), 1))),
    (0, ("create", (2, None, "EUR", None, 2))),
    (0, ("create", (1, 700, "JPY", dt.date(2026, 5, 1), 1))),
    (1, (0, ("amount_minor", 12_000))),
    (1, (1, ("amount_minor", 5_000))),
    (1, (1, ("undo", None))),
    (2, (0, ("stage_id", 3))),
    (2, (2, ("owner_id", 3))),
    (3, (0, ("stage_id", 2))),
    (3, (2, ("expected_close", None))),
    (4, ("create", (1, 99, "USD", None, 4))),
    (5, (3, ("stage_id", 1))),
    (5, (2, ("currency", "USD"))),
]


def snapshot_rows(told: Told, day: dt.date) -> list[dict[str, Any]]:
    """What was open at the end of a day, as it was remembered."""
    return [
        {"opportunity_id": number} | {name: state[name] for name in COPIED}
        for number, state in sorted(told.states[day].items())
        if state["status"] == "open"
    ]


def kept_rows(session: Session, day: dt.date) -> list[dict[str, Any]]:
    rows = session.exec(select(Snapshot).where(Snapshot.taken_on == day).order_by("opportunity_id"))
    return [row.model_dump(exclude={"taken_on"}) for row in rows]


def test_snapshots_and_their_replay_are_what_was_true(database: Database) -> None:
    told = tell(database, STEPS)
    with database.session() as session:
        for day in told.days:
            assert kept_rows(session, day) == snapshot_rows(told, day), day
            assert [row.model_dump(exclude={"taken_on"}) for row in replayed(session, day)] == snapshot_rows(told, day)


def test_a_day_without_a_snapshot_is_read_from_the_log(database: Database) -> None:
    told = tell(database, STEPS, snapshots=False)
    with database.session() as session:
        for day in told.days:
            rows = standing(session, day, LATER)
            found = session.execute(select_columns(rows).order_by(rows.c.opportunity_id)).mappings()
            assert [dict(row) for row in found] == snapshot_rows(told, day), day


def test_a_snapshot_is_read_where_there_is_one(database: Database) -> None:
    tell(database, STEPS)
    with database.writing() as session:
        row = session.exec(select(Snapshot).where(Snapshot.taken_on == FIRST, Snapshot.currency == "JPY")).one()
        row.amount_minor = 1
    with database.session() as session:
        sums = {row.currency: row.amount_minor for row in sum_standing(session, Scope.everybody(), FIRST, LATER)}
    assert sums == {"EUR": 0, "JPY": 1, "USD": 10_000}


def test_today_is_what_is_open_now_whatever_was_kept_of_it(database: Database) -> None:
    told = tell(database, STEPS)
    today = told.days[-1]
    with database.writing() as session:
        add_snapshot(session, today)
        session.get_one(Opportunity, 1).amount_minor = 1
    with database.session() as session:
        sums = {row.currency: row.amount_minor for row in sum_standing(session, Scope.everybody(), today, today)}
    assert sums == {"EUR": 0, "USD": 1 + 99 + 700}


def test_sums_are_of_the_people_the_dates_and_the_stages_asked_for(database: Database) -> None:
    tell(database, STEPS)
    with database.session() as session:
        for scope, due, stages, expected in (
            (Scope.everybody(), None, None, {"EUR": (1, 0, 0), "JPY": (1, 1, 700), "USD": (1, 1, 10_000)}),
            (Scope.of([1]), None, None, {"JPY": (1, 1, 700), "USD": (1, 1, 10_000)}),
            (Scope.of([]), None, None, {}),
            (Scope.everybody(), Due(dt.date(2026, 3, 1), dt.date(2026, 4, 1)), None, {"USD": (1, 1, 10_000)}),
            (Scope.everybody(), None, [2], {"EUR": (1, 0, 0)}),
        ):
            rows = sum_standing(session, scope, FIRST, LATER, due=due, stages=stages)
            assert {row.currency: (row.count, row.priced, row.amount_minor) for row in rows} == expected
        assert list_standing_ids(session, Scope.of([1]), FIRST, LATER, limit=1) == [1]
        assert list_standing_ids(session, Scope.everybody(), FIRST, LATER, limit=9) == [1, 2, 3]


def test_the_day_ends_in_the_organisations_zone(database: Database) -> None:
    with database.writing() as session:
        session.get_one(Organisation, 1).zone = "Asia/Tokyo"
    with database.session() as session:
        assert end_of(session, FIRST) == dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)


def test_the_record_begins_with_its_first_entry(database: Database) -> None:
    with database.session() as session:
        assert get_first_day(session) is None
        assert get_last_snapshot_day(session, LATER) is None
    tell(database, STEPS)
    with database.session() as session:
        assert get_first_day(session) == FIRST
        assert get_last_snapshot_day(session, LATER) == FIRST + dt.timedelta(days=5)
        assert get_last_snapshot_day(session, FIRST) == FIRST


def test_what_was_taken_back_has_not_moved(database: Database) -> None:
    told = tell(database, STEPS)
    with database.session() as session:
        found = session.execute(
            select_columns(changed_between(session, Scope.everybody(), Span(told.days[0], told.days[1])))
        ).mappings()
        moved = {row["id"]: (row["was_amount_minor"], row["amount_minor"]) for row in found}
    assert moved == {1: (10_000, 12_000), 2: (None, None)}


def test_a_new_one_was_nothing_before(database: Database) -> None:
    told = tell(database, STEPS)
    with database.session() as session:
        span = Span(told.days[3], told.days[4])
        (row,) = session.execute(select_columns(changed_between(session, Scope.everybody(), span))).mappings()
        assert {name for name in row if name.startswith("was_") and row[name] is not None} == set()
        assert (row["id"], row["status"], row["amount_minor"]) == (4, "lost", 99)


def test_one_that_was_never_logged_is_new_on_the_day_of_its_making(database: Database) -> None:
    tell(database, [])
    at = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    with database.writing() as session:
        session.add(
            Opportunity(
                name="Bare", owner_id=1, stage_id=1, currency="USD", amount_minor=5, created_at=at, updated_at=at
            )
        )
    with database.session() as session:
        span = Span(dt.date(2026, 3, 3), dt.date(2026, 3, 4))
        (move,) = sum_moves(session, Scope.everybody(), span)
        assert (move.path.was, move.path.now, move.minor, move.count) == ("", "open", 5, 1)
        assert sum_moves(session, Scope.everybody(), Span(dt.date(2026, 3, 4), dt.date(2026, 3, 5))) == []


def test_the_largest_of_each_way_are_listed(database: Database) -> None:
    creations = [(1, ("create", (1, 100 * number, "USD", None, 1))) for number in range(1, 6)]
    told = tell(database, creations)
    with database.session() as session:
        span = Span(told.days[0], told.days[1])
        moves = list_moves(session, Scope.everybody(), span, limit=2)
        assert [(move.opportunity_id, move.minor, move.owner) for move in moves] == [
            (4, 400, "Person 1"),
            (5, 500, "Person 1"),
        ]
        assert list_moves(session, Scope.of([2]), span, limit=2) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives)
def test_every_day_of_every_life_is_read_back(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    database = copied(migrated, tmp_path_factory.mktemp("lives"))
    told = tell(database, steps)
    with database.session() as session:
        for day in told.days:
            assert kept_rows(session, day) == snapshot_rows(told, day)
            assert [row.model_dump(exclude={"taken_on"}) for row in replayed(session, day)] == snapshot_rows(told, day)
        for first in told.days:
            for last in told.days:
                if first < last:
                    check_moves(session, told, first, last)
    database.close()


def check_moves(session: Session, told: Told, first: dt.date, last: dt.date) -> None:
    """Whoever differs between two days is among those that were changed, as they were and as they are."""
    found = {
        row["id"]: row
        for row in session.execute(
            select_columns(changed_between(session, Scope.everybody(), Span(first, last)))
        ).mappings()
    }
    before, after = told.states[first], told.states[last]
    assert {number for number in after if before.get(number) != after[number]} <= set(found)
    for number, row in found.items():
        assert {name: row[name] for name in KEPT} == after[number]
        assert {name: row[f"was_{name}"] for name in KEPT} == before.get(number, dict.fromkeys(KEPT))
