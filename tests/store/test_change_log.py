"""Records change in one way only: checked, applied and logged together, and taken back the same way."""

import datetime as dt
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from store.change_log import (
    CREATED,
    Author,
    Conflict,
    FieldChange,
    RecordChange,
    RecordGone,
    RecordKind,
    StillUsed,
    apply,
    apply_many,
    from_json,
    list_entries,
    to_json,
)
from store.engine import Database
from store.models import Account, Activity, ChangeEntry, Opportunity, Person, Source, Stage
from store.reversal import get_last_change_id, get_undo_of, list_reversal
from tests.store.conftest import NOW

TODAY = NOW.date()


@pytest.fixture
def stocked(database: Database) -> Database:
    """Dana (1) owns one opportunity (1) in Pilot (1); there is a stage Proposal (2)."""
    with database.writing() as session:
        session.add_all([Person(name="Dana"), Account(name="Acme")])
        session.add_all([Stage(name="Pilot", position=1, probability=50)])
        session.flush()
        session.add(Stage(name="Proposal", position=2, probability=60))
        session.add(Opportunity(name="Deal", owner_id=1, stage_id=1, currency="USD", created_at=NOW, updated_at=NOW))
    return database


def author(person_id: int | None = 1, source: Source = Source.SENTENCE) -> Author:
    return Author(person_id, source, NOW)


def change(version: int, *fields: FieldChange) -> RecordChange:
    return RecordChange(kind=RecordKind.OPPORTUNITY, id=1, version=version, label="Deal", fields=fields)


TO_PROPOSAL = FieldChange(field="stage_id", old=1, new=2)


def test_a_change_is_applied_and_logged_with_who_when_and_why(stocked: Database) -> None:
    with stocked.writing() as session:
        due = FieldChange(field="expected_close", new="2026-05-01")
        apply(session, [change(1, TO_PROPOSAL, due)], author(), reason="they asked for a quote")
    with stocked.session() as session:
        row = session.get_one(Opportunity, 1)
        assert (row.stage_id, row.expected_close, row.version) == (2, dt.date(2026, 5, 1), 2)
        entries = list_entries(session, RecordKind.OPPORTUNITY, 1)
        assert [(entry.field, entry.old, entry.new, entry.version) for entry in entries] == [
            ("stage_id", "1", "2", 2),
            ("expected_close", None, '"2026-05-01"', 2),
        ]
        assert {(entry.actor_id, entry.reason, entry.recorded_at, entry.effective_on) for entry in entries} == {
            (1, "they asked for a quote", NOW, TODAY)
        }


def test_a_change_made_for_an_older_version_is_a_conflict_that_shows_what_came_between(stocked: Database) -> None:
    with stocked.writing() as session:
        apply(session, [change(1, TO_PROPOSAL)], author())
    with pytest.raises(Conflict) as caught, stocked.writing() as session:
        apply(session, [change(1, FieldChange(field="amount_minor", new=5))], author())
    assert [(entry.field, entry.new) for entry in caught.value.newer] == [("stage_id", "2")]
    with stocked.session() as session:
        assert session.get_one(Opportunity, 1).amount_minor is None


def test_when_one_of_several_records_conflicts_none_is_changed(stocked: Database) -> None:
    account = RecordChange(
        kind=RecordKind.ACCOUNT,
        id=1,
        version=1,
        label="Acme",
        fields=(FieldChange(field="industry", old="", new="IT"),),
    )
    with pytest.raises(Conflict), stocked.writing() as session:
        apply(session, [account, change(9, TO_PROPOSAL)], author())
    with stocked.session() as session:
        assert session.get_one(Account, 1).industry == ""
        assert session.exec(select(ChangeEntry)).all() == []


@pytest.mark.parametrize("kind", [RecordKind.ACCOUNT, RecordKind.PERSON])
def test_every_kind_of_record_notices_a_newer_edit(stocked: Database, kind: RecordKind) -> None:
    first = RecordChange(kind=kind, id=1, version=1, label="it", fields=(FieldChange(field="region", old="", new="A"),))
    with stocked.writing() as session:
        apply(session, [first], author())
    with pytest.raises(Conflict), stocked.writing() as session:
        apply(session, [first], author())


def test_a_change_of_a_record_that_is_not_there_says_so(stocked: Database) -> None:
    gone = RecordChange(kind=RecordKind.OPPORTUNITY, id=77, version=1, label="?", fields=(TO_PROPOSAL,))
    with pytest.raises(RecordGone), stocked.writing() as session:
        apply(session, [gone], author())


def test_a_change_can_be_taken_back_once_and_is_then_found_as_taken_back(stocked: Database) -> None:
    with stocked.writing() as session:
        made = apply(session, [change(1, TO_PROPOSAL)], author())
        assert get_last_change_id(session, 1) == made.change_id
    with stocked.writing() as session:
        undone = apply(session, list_reversal(session, made.change_id), author(), undoes=made.change_id)
    with stocked.session() as session:
        row = session.get_one(Opportunity, 1)
        assert (row.stage_id, row.version) == (1, 3)
        assert get_undo_of(session, made.change_id) == undone.change_id
        assert get_last_change_id(session, 1) is None


def test_taking_back_never_overwrites_a_newer_edit(stocked: Database) -> None:
    with stocked.writing() as session:
        made = apply(session, [change(1, TO_PROPOSAL)], author())
        apply(session, [change(2, FieldChange(field="amount_minor", new=900))], author())
    with pytest.raises(Conflict), stocked.writing() as session:
        apply(session, list_reversal(session, made.change_id), author(), undoes=made.change_id)


def test_a_new_record_is_logged_as_created_and_taking_it_back_deletes_it(stocked: Database) -> None:
    note = RecordChange(
        kind=RecordKind.ACTIVITY,
        label="call",
        fields=(
            FieldChange(field="kind", new="call"),
            FieldChange(field="occurred_at", new=NOW.isoformat()),
            FieldChange(field="person_id", new=1),
        ),
    )
    with stocked.writing() as session:
        made = apply(session, [note], author())
    record_id = made.records[0].id or 0
    with stocked.session() as session:
        assert session.get_one(Activity, record_id).occurred_at == NOW
        entries = list_entries(session, RecordKind.ACTIVITY, record_id)
        assert entries[0].field == CREATED
    with stocked.writing() as session:
        apply(session, list_reversal(session, made.change_id), author(), undoes=made.change_id)
    with stocked.session() as session:
        assert session.get(Activity, record_id) is None
        assert len(list_entries(session, RecordKind.ACTIVITY, record_id)) > len(entries)


def test_a_record_that_others_refer_to_is_not_deleted(stocked: Database) -> None:
    with stocked.writing() as session:
        session.add(Activity(kind="call", occurred_at=NOW, person_id=1, opportunity_id=1))
    deletion = RecordChange(kind=RecordKind.OPPORTUNITY, id=1, version=1, label="Deal", fields=(), deletes=True)
    with pytest.raises(StillUsed), stocked.writing() as session:
        apply(session, [deletion], author())
    with stocked.session() as session:
        assert session.get(Opportunity, 1) is not None


def test_imports_are_not_what_undo_takes_back(stocked: Database) -> None:
    with stocked.writing() as session:
        apply(session, [change(1, TO_PROPOSAL)], author(1, Source.IMPORT))
        assert get_last_change_id(session, 1) is None


def test_many_changes_at_once_leave_the_same_rows_and_log_as_one_by_one(stocked: Database) -> None:
    day = dt.date(2025, 1, 2)
    with stocked.writing() as session:
        apply_many(session, [(change(1, TO_PROPOSAL), day)], author(None, Source.IMPORT), change_id="x", reason="why")
    with stocked.session() as session:
        row = session.get_one(Opportunity, 1)
        assert (row.stage_id, row.version) == (2, 2)
        (entry,) = list_entries(session, RecordKind.OPPORTUNITY, 1)
        assert (entry.change_id, entry.version, entry.effective_on, entry.reason) == ("x-1", 2, day, "why")
    with pytest.raises(RecordGone), stocked.writing() as session:
        apply_many(session, [(change(1, TO_PROPOSAL), day)], author(None), change_id="y")


def test_of_writers_at_the_same_time_each_version_is_made_once(stocked: Database) -> None:
    """Twenty attempts by four writers: every one either applies to the version it saw, or is told of the conflict."""
    outcomes: list[str] = []

    def attempt(name: int) -> None:
        for number in range(5):
            try:
                with stocked.session() as session:
                    seen = session.get_one(Opportunity, 1).version
                with stocked.writing() as session:
                    step = FieldChange(field="next_step", new=f"{name}-{number}")
                    apply(session, [change(seen, step)], author())
                outcomes.append("applied")
            except Conflict:
                outcomes.append("conflict")

    writers = [threading.Thread(target=attempt, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with stocked.session() as session:
        applied = outcomes.count("applied")
        assert len(outcomes) == 20
        assert session.get_one(Opportunity, 1).version == 1 + applied
        versions = [entry.version for entry in list_entries(session, RecordKind.OPPORTUNITY, 1)]
        assert versions == list(range(2, 2 + applied))


@given(st.one_of(st.none(), st.integers(-(2**53), 2**53), st.dates()))
def test_what_the_log_keeps_of_a_value_gives_the_value_back(value: object) -> None:
    field = "expected_close" if isinstance(value, dt.date) else "amount_minor"
    assert from_json(Opportunity, field, to_json(value)) == value


def test_the_log_refuses_what_it_could_not_give_back() -> None:
    with pytest.raises(TypeError):
        to_json(1.5)
