"""Nothing is read without saying on whose behalf."""

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

import store
from store.efforts import Window
from store.engine import Database
from store.models import Person
from store.scope import Scope
from store.segment import Segment

SCOPED = (Segment, Window)
"""Values that hold a scope and narrow it down."""
QUERIES = ("get_", "list_", "count_", "sum_")
# Queries that need no scope, by the reason why. A new one either takes a scope or is argued for here.
WITHOUT = {
    "what every member knows: the names of customers, colleagues, teams and products, stages and holidays": """
        accounts.list_contacts calendar.list_calendar_days calendar.list_regions named.list_named
        opportunities.list_stages people.get_organisation people.list_teams people.list_team_ids
        """,
    "who is asking, and whom they lead: a scope is made from it": """
        people.get_person_by_email people.get_person_by_slack_id people.list_report_ids
        channels.get_channel channels.get_channel_by_name channels.list_channels channels.list_channel_members
        """,
    "since when there is a record at all: days, and nothing of what was recorded": """
        history.get_first_day snapshots.get_last_snapshot_day
        """,
    "what belongs to opportunities that a query with a scope has found": """
        risk.list_touches risk.list_parts risk.list_logged risk.list_snoozes risk.list_outcomes credits.list_splits
        slips.count_pushes_of
        """,
    "what all of the company's closed opportunities have taught, with nobody's name: chances, days, usual amounts": """
        forecasts.list_stage_outcomes risk.list_won_sample
        """,
    "settings of the organisation": """
        risk.list_thresholds
        """,
    "the asker's own, by their own id": """
        targets.list_own_targets channels.list_channels_of
        """,
    "the history of one record, asked for by whoever has been allowed to read that record": """
        change_log.list_entries reversal.list_change reversal.get_undo_of reversal.get_last_change_id
        reversal.list_reversal
        """,
    "the bot's and the scheduler's own books, which nobody is shown": """
        channels.list_channels_to_refresh inbound.get_conversation outbox.list_due outbox.list_abandoned
        outbox.get_last_kept outbox.get_delivered outbox.get_last_posted
        schedules.get_schedule schedules.get_active_since snapshots.count_snapshot snapshots.list_missing_days
        questions.list_to_post questions.list_written
        """,
    "the question that a thread is about, for those who read and answer there": """
        questions.get_enquiry_of
        """,
    "what belongs to cards, which are judged by their audience and not by whose they are": """
        questions.list_checks questions.get_written
        """,
}
EXCEPT = {f"store.{name}" for names in WITHOUT.values() for name in names.split()}


def test_a_scope_of_everybody_includes_every_other_and_meets_it_in_that_other() -> None:
    some = Scope.of([1, 2])
    assert Scope.everybody() & some == some == some & Scope.everybody()
    assert Scope.everybody().includes(some)
    assert not some.includes(Scope.everybody())


@given(st.frozensets(st.integers(1, 20)), st.frozensets(st.integers(1, 20)), st.integers(1, 20))
def test_two_scopes_meet_in_those_whom_both_allow(left: frozenset[int], right: frozenset[int], person: int) -> None:
    both = Scope.of(left) & Scope.of(right)
    assert both.allows(person) == (Scope.of(left).allows(person) and Scope.of(right).allows(person))
    assert Scope.of(left).includes(both)


def test_a_scope_of_nobody_finds_no_rows(database: Database) -> None:
    with database.writing() as session:
        session.add_all([Person(name="Dana"), Person(name="Omar")])
    with database.session() as session:
        found = {
            people: [row.name for row in session.exec(select(Person).where(scope.clause(Person.id)).order_by("name"))]
            for people, scope in (("all", Scope.everybody()), ("none", Scope.of([])), ("one", Scope.of([2])))
        }
    assert found["all"] == ["Dana", "Omar"]
    assert found["none"] == []
    assert len(found["one"]) == 1


def queries() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public query of the modules beside the models."""
    folder = Path(store.__file__).parent
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("__"):
            continue
        module = import_module(f"store.{path.stem}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(QUERIES):
                yield f"{module.__name__}.{node.name}", getattr(module, node.name)


@pytest.mark.parametrize(("name", "query"), [pytest.param(*each, id=each[0]) for each in queries()])
def test_every_query_takes_a_scope_and_has_no_default_for_it(name: str, query: Callable[..., object]) -> None:
    parameters = inspect.signature(query).parameters
    parameter = parameters.get("scope") or next((p for p in parameters.values() if p.annotation in SCOPED), None)
    if name in EXCEPT:
        assert parameter is None, f"{name} takes a scope: strike it from the exceptions"
    elif parameter is None:
        pytest.fail(f"{name} needs a parameter `scope: Scope` without a default, or a reason in WITHOUT above")
    else:
        assert parameter.default is inspect.Parameter.empty, f"the scope of {name} must have no default"
        assert parameter.annotation in (Scope, *SCOPED), f"the scope of {name} must be a Scope"


@pytest.mark.parametrize("kind", SCOPED)
def test_what_narrows_a_scope_down_cannot_be_made_without_one(kind: type) -> None:
    (field,) = (field for field in fields(kind) if field.name == "scope")
    assert field.type in (Scope, "Scope")
    assert field.default is MISSING
    assert field.default_factory is MISSING


def test_every_exception_is_a_query_that_exists() -> None:
    assert {name for name, _ in queries()} >= EXCEPT
