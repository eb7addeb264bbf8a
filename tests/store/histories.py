"""Random lives of opportunities, told to the database through the change log, and remembered in plain Python."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from sqlmodel import Session

from store.change_log import Author, FieldChange, RecordChange, RecordKind, apply, to_json
from store.engine import Database
from store.models import Opportunity, Organisation, Person, Source, Stage, Status
from store.reversal import list_reversal
from store.snapshots import add_snapshot

FIRST = dt.date(2026, 3, 2)
DAYS = 6
CURRENCIES = ("USD", "EUR", "JPY")
STAGES = (("Talk", "open"), ("Offer", "open"), ("Won", "won"), ("Lost", "lost"))
KEPT = ("owner_id", "stage_id", "status", "amount_minor", "currency", "expected_close", "closed_on", "category")

amounts = st.none() | st.integers(0, 10**9)
dates = st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
owners = st.integers(1, 3)
edits = st.one_of(
    st.tuples(st.just("amount_minor"), amounts),
    st.tuples(st.just("expected_close"), dates),
    st.tuples(st.just("owner_id"), owners),
    st.tuples(st.just("currency"), st.sampled_from(CURRENCIES)),
    st.tuples(st.just("stage_id"), st.integers(1, 4)),
    st.tuples(st.just("undo"), st.none()),
)
creations = st.tuples(
    st.just("create"), st.tuples(owners, amounts, st.sampled_from(CURRENCIES), dates, st.integers(1, 4))
)
lives = st.lists(
    st.tuples(st.integers(0, DAYS - 1), st.one_of(creations, st.tuples(st.integers(0, 5), edits))), max_size=40
).map(lambda steps: sorted(steps, key=lambda step: step[0]))
"""Steps by day: a new opportunity, or an edit of the so-manieth one."""


@dataclass
class Told:
    """What every opportunity held at the end of each day, by plain assignment."""

    days: list[dt.date]
    states: dict[dt.date, dict[int, dict[str, Any]]] = field(default_factory=dict)


def tell(database: Database, steps: list[Any], *, snapshots: bool = True) -> Told:
    """Live through the steps, with a snapshot at the end of each day; three people own what there is."""
    with database.writing() as session:
        if session.get(Organisation, 1) is None:
            session.add(Organisation(name="Ours"))
        session.add_all(Person(name=f"Person {number}") for number in range(1, 4))
        for position, (name, kind) in enumerate(STAGES, start=1):
            session.add(Stage(name=name, position=position, kind=kind, probability=50))
    told = Told([FIRST + dt.timedelta(days=number) for number in range(DAYS)])
    now: dict[int, dict[str, Any]] = {}
    for number, day in enumerate(told.days):
        at = dt.datetime.combine(day, dt.time(9), dt.UTC)
        with database.writing() as session:
            last: str | None = None
            for step, (_, what) in enumerate(item for item in steps if item[0] == number):
                last = _do(session, now, what, Author(1, Source.SENTENCE, at + dt.timedelta(minutes=step)), last)
        told.states[day] = {key: dict(state) for key, state in now.items()}
        if snapshots:
            with database.writing() as session:
                add_snapshot(session, day)
    return told


def _do(session: Session, now: dict[int, dict[str, Any]], what: Any, author: Author, last: str | None) -> str | None:
    target, detail = what
    if target == "create":
        owner, amount, currency, due, stage = detail
        values = _staged(stage, author.at.date()) | {
            "owner_id": owner, "amount_minor": amount, "currency": currency, "expected_close": due
        }  # fmt: skip
        fields = {**values, "name": "Deal", "created_at": author.at, "updated_at": author.at}
        done = apply(session, [_change(None, 0, {}, fields)], author)
        now[done.records[0].id or 0] = values
        return None
    numbers = sorted(now)
    if not numbers:
        return last
    number = numbers[target % len(numbers)]
    state = now[number]
    name, value = detail
    if name == "undo":
        _undo(session, now, author, last)
        return None
    new = _staged(value, author.at.date()) if name == "stage_id" else {name: value}
    row = session.get_one(Opportunity, number)
    done = apply(session, [_change(number, row.version, state, new)], author)
    state.update(new)
    return done.change_id


def _undo(session: Session, now: dict[int, dict[str, Any]], author: Author, last: str | None) -> None:
    if last is None:
        return
    done = apply(session, list_reversal(session, last), author, undoes=last)
    for record in done.records:
        row = session.get_one(Opportunity, record.id)
        now[row.id or 0] = {name: getattr(row, name) for name in KEPT}


def _staged(stage: int, day: dt.date) -> dict[str, Any]:
    kind = STAGES[stage - 1][1]
    return {
        "stage_id": stage,
        "status": Status(kind).value,
        "closed_on": None if kind == "open" else day,
        "category": "pipeline",
    }


def _change(number: int | None, version: int, old: dict[str, Any], new: dict[str, Any]) -> RecordChange:
    return RecordChange(
        kind=RecordKind.OPPORTUNITY,
        id=number,
        version=version,
        label="Deal",
        fields=tuple(
            FieldChange(field=name, old=to_json(old.get(name)), new=to_json(value)) for name, value in new.items()
        ),
    )
