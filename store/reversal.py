"""A change that was made: what it was, whether it was taken back, and what would take it back."""

import json
from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.change_log import CREATED, DELETED, FINAL, MODELS, FieldChange, Json, RecordChange, RecordKind
from store.models import ChangeEntry, Source


def list_change(session: Session, change_id: str) -> Sequence[ChangeEntry]:
    """Everything that was changed together."""
    return session.exec(
        select(ChangeEntry).where(ChangeEntry.change_id == change_id).order_by(col(ChangeEntry.id))
    ).all()


def get_undo_of(session: Session, change_id: str) -> str | None:
    """The change that took this one back, if any did."""
    return session.exec(select(ChangeEntry.change_id).where(ChangeEntry.undoes == change_id)).first()


def get_last_change_id(session: Session, person_id: int) -> str | None:
    """The newest change by this person that is neither taken back nor itself a taking back."""
    undone = select(ChangeEntry.undoes).where(col(ChangeEntry.undoes).is_not(None))
    return session.exec(
        select(ChangeEntry.change_id)
        .where(
            ChangeEntry.actor_id == person_id,
            col(ChangeEntry.undoes).is_(None),
            col(ChangeEntry.source).not_in((Source.IMPORT, Source.DEMO)),
            col(ChangeEntry.record_kind).not_in(FINAL),
            col(ChangeEntry.change_id).not_in(undone),
        )
        .order_by(col(ChangeEntry.id).desc())
    ).first()


def list_reversal(session: Session, change_id: str) -> tuple[RecordChange, ...]:
    """The changes that would take `change_id` back: each record to what it held before.

    They carry the version that the change left behind, so that a newer edit by anybody is a `Conflict`, not lost. The
    last is taken back first: what was made may refer to what was made before it.
    """
    by_record: dict[tuple[str, int], list[ChangeEntry]] = {}
    for entry in list_change(session, change_id):
        by_record.setdefault((entry.record_kind, entry.record_id), []).append(entry)
    reversal = []
    for (kind, record_id), entries in by_record.items():
        created = any(entry.field == CREATED for entry in entries)
        deleted = next((entry for entry in entries if entry.field == DELETED), None)
        forward = [field_change(entry) for entry in entries if entry.field not in (CREATED, DELETED)]
        fields = tuple(FieldChange(field=item.field, old=item.new, new=item.old) for item in forward)
        if deleted is not None:
            # What is gone comes back as a new record with the same values.
            label = str(_load(deleted.old) or kind)
            reversal.append(RecordChange(kind=RecordKind(kind), label=label, fields=fields))
            continue
        reversal.append(
            RecordChange(
                kind=RecordKind(kind),
                id=record_id,
                version=entries[0].version,
                label=_label(session, RecordKind(kind), record_id),
                fields=fields,
                deletes=created,
            )
        )
    return tuple(reversed(reversal))


def field_change(entry: ChangeEntry) -> FieldChange:
    """The change that a log entry tells of."""
    return FieldChange(field=entry.field, old=_load(entry.old), new=_load(entry.new))


def _load(value: str | None) -> Json:
    return None if value is None else json.loads(value)


def _label(session: Session, kind: RecordKind, record_id: int) -> str:
    row = session.get(MODELS[kind], record_id)
    return str(getattr(row, "name", "") or getattr(row, "kind", "") or kind.value)
