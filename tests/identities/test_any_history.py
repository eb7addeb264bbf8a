"""Whatever happened, a snapshot taken late is what was true on its day, and so is the replayed log."""

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from store.change_log import CREATED, Author, FieldChange, RecordChange, RecordKind, apply, to_json
from store.models import Account, ChangeEntry, Opportunity, Organisation, Person, Snapshot, Source, Stage, Status
from store.snapshots import add_snapshot
from tests.conftest import copied
from tests.identities.past import KEPT, decoded

FIRST = dt.date(2026, 3, 2)
DAYS = 9
OPEN, NEXT, WON, LOST = 1, 2, 3, 4
KINDS = {OPEN: Status.OPEN, NEXT: Status.OPEN, WON: Status.WON, LOST: Status.LOST}
CATEGORIES = {OPEN: "pipeline", NEXT: "commit", WON: "closed", LOST: "omitted"}

deed = st.fixed_dictionaries(
    {
        "day": st.integers(0, DAYS - 1),
        # 04:30 in UTC is the evening before in New York.
        "minute": st.sampled_from((30, 4 * 60 + 30, 13 * 60, 23 * 60 + 59)),
        "deal": st.integers(0, 2),
    },
    optional={
        "stage_id": st.sampled_from((OPEN, NEXT, WON, LOST)),
        "amount_minor": st.one_of(st.none(), st.integers(0, 10**12)),
        "expected_close": st.one_of(st.none(), st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))),
        "owner_id": st.sampled_from((1, 2)),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(deed, max_size=14))
def test_a_late_snapshot_and_the_replayed_log_are_the_state_of_the_day(
    migrated: Path, deeds: list[dict[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = copied(migrated, Path(folder))
        try:
            with database.writing() as session:
                _furnish(session)
                true = _live(session, deeds)
                for number in range(DAYS):
                    add_snapshot(session, FIRST + dt.timedelta(days=number))
            with database.session() as session:
                for number in range(DAYS):
                    day = FIRST + dt.timedelta(days=number)
                    rows = session.exec(select(Snapshot).where(Snapshot.taken_on == day))
                    kept = {row.opportunity_id: {name: getattr(row, name) for name in KEPT} for row in rows}
                    assert kept == true[day]
                    assert _replayed(session, day) == true[day]
        finally:
            database.close()


def _furnish(session: Session) -> None:
    session.add(Organisation(name="Ours", zone="America/New_York"))
    session.add_all([Person(id=1, name="Ann"), Person(id=2, name="Bo"), Account(id=1, name="Acme")])
    for number, kind in KINDS.items():
        session.add(Stage(id=number, name=f"Stage {number}", position=number, kind=kind, probability=10))
    session.flush()


def _live(session: Session, deeds: list[dict[str, Any]]) -> dict[dt.date, dict[int, dict[str, Any]]]:
    """Do the deeds in the order of time, and look at the rows themselves at the end of each New York day."""
    timed = sorted(deeds, key=lambda deed: (deed["day"], deed["minute"]))
    ids: dict[int, int] = {}
    true = {}
    zone = Organisation(name="", zone="America/New_York")
    moments = [
        dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(days=deed["day"], minutes=deed["minute"])
        for deed in timed
    ]
    for number in range(-1, DAYS + 1):
        day = FIRST + dt.timedelta(days=number)
        for deed, at in zip(timed, moments, strict=True):
            if zone.day_of(at) == day:
                _do(session, ids, deed, Author(1, Source.COMMAND, at), day)
        true[day] = {
            row.id or 0: {name: getattr(row, name) for name in KEPT}
            for row in session.exec(select(Opportunity).where(Opportunity.status == Status.OPEN))
        }
    return true


def _do(session: Session, ids: dict[int, int], deed: dict[str, Any], author: Author, day: dt.date) -> None:
    wanted: dict[str, Any] = {
        name: deed[name] for name in ("stage_id", "amount_minor", "expected_close", "owner_id") if name in deed
    }
    if deed["deal"] not in ids:
        base: dict[str, Any] = {"name": "Deal", "account_id": 1, "owner_id": 1, "stage_id": OPEN, "currency": "USD"}
        wanted = {**base, "created_at": author.at, "updated_at": author.at, **wanted}
    if "stage_id" in wanted:
        kind = KINDS[wanted["stage_id"]]
        wanted |= {"status": kind, "category": CATEGORIES[wanted["stage_id"]]}
        wanted["closed_on"] = None if kind is Status.OPEN else day
    row = session.get(Opportunity, ids.get(deed["deal"], 0))
    fields = [
        FieldChange(field=name, old=to_json(getattr(row, name)) if row else None, new=_plain(value))
        for name, value in wanted.items()
        if row is None or getattr(row, name) != value
    ]
    if fields:
        change = RecordChange(
            kind=RecordKind.OPPORTUNITY,
            id=row.id if row else None,
            version=row.version if row else None,
            label="Deal",
            fields=tuple(fields),
        )
        (made,) = apply(session, [change], author, effective_on=day).records
        ids[deed["deal"]] = made.id or 0


def _plain(value: Any) -> Any:
    return to_json(value.value if isinstance(value, Status) else value)


def _replayed(session: Session, day: dt.date) -> dict[int, dict[str, Any]]:
    """From the first entry of the log on, as of the end of a day."""
    states: dict[int, dict[str, Any]] = {}
    for entry in session.exec(select(ChangeEntry).order_by(col(ChangeEntry.id))):
        if entry.effective_on > day:
            continue
        state = states.setdefault(entry.record_id, dict.fromkeys(KEPT))
        if entry.field != CREATED:
            state[entry.field] = decoded(entry.field, entry.new)
    return {
        number: {name: state[name] for name in KEPT} for number, state in states.items() if state["status"] == "open"
    }


def test_the_log_keeps_values_as_json() -> None:
    assert decoded("expected_close", json.dumps("2026-03-04")) == dt.date(2026, 3, 4)
    assert decoded("amount_minor", "1250") == 1250
    assert decoded("owner_id", None) is None
