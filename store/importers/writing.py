"""From drafts to rows: new records in bulk, changed ones through the change log, unchanged ones not at all."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlmodel import Session, SQLModel

from store.change_log import (
    CREATED,
    MODELS,
    Entry,
    FieldChange,
    RecordChange,
    RecordKind,
    add_entries,
    apply_many,
    to_json,
)
from store.importers.names import Entity
from store.importers.work import Draft, Work

BATCH = 5000


def load_rows(session: Session, model: type[SQLModel]) -> dict[int, Mapping[str, Any]]:
    """Every row of a table by id."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    return {row["id"]: dict(row) for row in session.connection().execute(select(table)).mappings()}


def lock(session: Session, models: Iterable[type[SQLModel]]) -> None:
    """On PostgreSQL, keep others from writing to these tables until the import ends, as SQLite does by itself."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(f'"{model.__tablename__}"' for model in models)
        session.connection().execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def check_twice(work: Work, drafts: Sequence[Draft]) -> list[Draft]:
    """One draft for each record: a row that repeats another counts as unchanged, one that contradicts it is refused."""
    first: dict[int, Draft] = {}
    kept = []
    for draft in drafts:
        earlier = first.setdefault(id(draft.entity), draft)
        if earlier is draft:
            kept.append(draft)
        elif draft.record is not None and earlier.record is not None:
            if draft.record.values == earlier.record.values:
                work.report.unchanged += 1
            else:
                work.refuse(
                    draft.record,
                    "external_id" if draft.record.get("external_id") else "name",
                    f"row {earlier.record.row.number} of this import is about the same record and says otherwise",
                )
    return kept


def keep_whole(work: Work, drafts: Sequence[Draft], column: str, name: str) -> list[Draft]:
    """Refuse, through `name`, the rows that point at a record which is itself kept out, until no row does."""
    kept = list(drafts)
    while True:
        coming = {id(draft.entity) for draft in kept}
        orphans = [
            draft
            for draft in kept
            if isinstance(target := draft.values.get(column), Entity) and target.id is None and id(target) not in coming
        ]
        if not orphans:
            return kept
        for draft in orphans:
            if draft.record is not None:
                work.refuse(draft.record, name, f"the row of “{draft.record.text(name)}” was refused")
        out = {id(draft) for draft in orphans}
        kept = [draft for draft in kept if id(draft) not in out]


def without_circles(
    work: Work, rows: Mapping[int, Mapping[str, Any]], drafts: Sequence[Draft], column: str, name: str
) -> list[Draft]:
    """Refuse, through `name`, the rows that would put a record below itself."""
    above: dict[object, object] = {record_id: row[column] for record_id, row in rows.items() if row[column]}
    above |= {draft.entity.id or draft.entity: draft.values[column] for draft in drafts if column in draft.values}
    kept = []
    for draft in drafts:
        start: object = draft.entity.id or draft.entity
        step, seen = above.get(start), {start}
        while step is not None and step not in seen:
            seen.add(step)
            step = above.get(step)
        if step == start and draft.record is not None:
            work.refuse(draft.record, name, "this would make a circle")
            above.pop(start)
        else:
            kept.append(draft)
    return kept


def write(
    work: Work,
    kind: RecordKind,
    drafts: Sequence[Draft],
    *,
    history: Callable[[Draft], Iterable[Entry]] | None = None,
    changed_on: Callable[[Draft], dt.date] | None = None,
) -> None:
    """Insert and change what the drafts say, and count them.

    `history` gives the log entries of a new record (by default that it was created today), `changed_on` the day
    from which a change of an existing one holds (by default today).
    """
    new = [draft for draft in drafts if draft.before is None]
    _insert(work, MODELS[kind], new)
    entries = history or (lambda draft: [created(work, kind, draft, work.today)])
    for start in range(0, len(new), BATCH):
        add_entries(
            work.session, (entry for draft in new[start : start + BATCH] for entry in entries(draft)), work.author
        )
        work.progress("writing", min(start + BATCH, len(new)), len(drafts))
    work.report.added += sum(1 for draft in new if draft.record is not None)
    old = [draft for draft in drafts if draft.before is not None]
    changes = []
    for draft in old:
        change = _change(kind, draft)
        if change is not None:
            changes.append((change, changed_on(draft) if changed_on else work.today))
        if draft.record is not None:
            work.report.changed += change is not None
            work.report.unchanged += change is None
    apply_many(work.session, changes, work.author, change_id=work.change_id, reason=reason(work))
    work.progress("writing", len(drafts), len(drafts))


def write_unlogged(work: Work, model: type[SQLModel], drafts: Sequence[Draft]) -> None:
    """Insert and change rows of a table that the change log does not follow, and count them."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    new = [draft for draft in drafts if draft.before is None]
    _insert(work, model, new)
    work.report.added += len(new)
    for draft in drafts:
        before = draft.before
        if before is None:
            continue
        values = {column: value for column, value in draft.values.items() if value != before[column]}
        if not values:
            work.report.unchanged += 1
            continue
        work.report.changed += 1
        if "version" in before:
            values["version"] = before["version"] + 1
        work.session.connection().execute(update(table).where(table.c.id == before["id"]).values(values))


def reason(work: Work) -> str:
    return f"imported from {', '.join(work.report.files)}"


def created(work: Work, kind: RecordKind, draft: Draft, day: dt.date) -> Entry:
    """That a record came to be."""
    change = FieldChange(field=CREATED, new=draft.entity.name)
    record_id = draft.entity.id or 0
    return Entry(f"{work.change_id}-{kind}-{record_id}", kind, record_id, 1, change, day, reason(work))


def _insert(work: Work, model: type[SQLModel], drafts: Sequence[Draft]) -> None:
    """Insert, give every entity its id, and then point records at others that were inserted with them."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    defaults = {
        column.name: column.default.arg if column.default is not None else None
        for column in table.columns
        if column.name != "id"
    }
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    for start in range(0, len(drafts), BATCH):
        batch = drafts[start : start + BATCH]
        rows = [defaults | {column: plain(value) for column, value in draft.values.items()} for draft in batch]
        for draft, record_id in zip(batch, work.session.connection().execute(statement, rows).scalars(), strict=True):
            draft.entity.id = record_id
        work.progress("writing", start + len(batch), len(drafts))
    late: dict[str, list[dict[str, Any]]] = {}
    for draft in drafts:
        for column, value in draft.values.items():
            if isinstance(value, Entity):
                late.setdefault(column, []).append({"its_id": draft.entity.id, "value": value.id})
    for column, values in late.items():
        work.session.connection().execute(
            update(table).where(table.c.id == bindparam("its_id")).values({column: bindparam("value")}), values
        )


def plain(value: Any) -> Any:
    """A column's value; the id of an entity, None while it has none."""
    return value.id if isinstance(value, Entity) else value


def _change(kind: RecordKind, draft: Draft) -> RecordChange | None:
    before = draft.before or {}
    fields = tuple(
        FieldChange(field=column, old=to_json(before[column]), new=to_json(plain(value)))
        for column, value in draft.values.items()
        if plain(value) != before[column]
    )
    if not fields:
        return None
    return RecordChange(
        kind=kind, id=draft.entity.id, version=before["version"], label=draft.entity.name, fields=fields
    )
