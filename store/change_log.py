"""The one way in which records change: checked against the version that was seen, applied, and logged, together."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from store.models import (
    Account,
    Activity,
    CardCheck,
    ChangeEntry,
    Contact,
    CreditSplit,
    Enquiry,
    ForecastSubmission,
    Opportunity,
    OpportunityContact,
    OutboxMessage,
    Person,
    PlaybookCard,
    Product,
    Question,
    QuizAnswer,
    Quota,
    QuotaAcceptance,
    ReportSchedule,
    RiskSnooze,
    RiskThreshold,
    Source,
    StepMark,
)

Json = str | int | bool | None
"""What a field holds in the log: text, whole numbers, yes or no; dates and moments in ISO 8601."""


class RecordKind(StrEnum):
    OPPORTUNITY = "opportunity"
    ACTIVITY = "activity"
    ACCOUNT = "account"
    CONTACT = "contact"
    BUYING_ROLE = "buying_role"
    PERSON = "person"
    PRODUCT = "product"
    SCHEDULE = "schedule"
    QUOTA = "quota"
    ACCEPTANCE = "acceptance"
    SUBMISSION = "submission"
    SNOOZE = "snooze"
    SPLIT = "split"
    THRESHOLD = "threshold"
    QUESTION = "question"
    CHECK = "check"
    ENQUIRY = "enquiry"
    CARD = "card"
    QUIZ_ANSWER = "quiz_answer"
    STEP = "step"
    POST = "post"


MODELS: Mapping[RecordKind, type[SQLModel]] = {
    RecordKind.OPPORTUNITY: Opportunity,
    RecordKind.ACTIVITY: Activity,
    RecordKind.ACCOUNT: Account,
    RecordKind.CONTACT: Contact,
    RecordKind.BUYING_ROLE: OpportunityContact,
    RecordKind.PERSON: Person,
    RecordKind.PRODUCT: Product,
    RecordKind.SCHEDULE: ReportSchedule,
    RecordKind.QUOTA: Quota,
    RecordKind.ACCEPTANCE: QuotaAcceptance,
    RecordKind.SUBMISSION: ForecastSubmission,
    RecordKind.SNOOZE: RiskSnooze,
    RecordKind.SPLIT: CreditSplit,
    RecordKind.THRESHOLD: RiskThreshold,
    RecordKind.QUESTION: Question,
    RecordKind.CHECK: CardCheck,
    RecordKind.ENQUIRY: Enquiry,
    RecordKind.CARD: PlaybookCard,
    RecordKind.QUIZ_ANSWER: QuizAnswer,
    RecordKind.STEP: StepMark,
    RecordKind.POST: OutboxMessage,
}

ONE_OF_A_KIND = frozenset(
    {
        RecordKind.QUOTA,
        RecordKind.ACCEPTANCE,
        RecordKind.SPLIT,
        RecordKind.BUYING_ROLE,
        RecordKind.QUIZ_ANSWER,
        RecordKind.STEP,
        RecordKind.POST,
    }
)
"""There is at most one of each: the next version of a target, an acceptance of it, somebody's share, the part that
somebody plays, an answer of the day, a step of somebody, a post. Where there is one, somebody else was faster."""

FINAL = frozenset({RecordKind.QUIZ_ANSWER})
"""What stays as it was said, and is not what "undo" means."""

CREATED = "(created)"
DELETED = "(deleted)"


class FieldChange(BaseModel):
    """One field before and after. A derived one follows from another and need not be shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    old: Json = None
    new: Json = None
    derived: bool = False
    made: int | None = None
    """The new value is the id of a record that the same change makes: the one at this place."""


class RecordChange(BaseModel):
    """What happens to one record. Without `id` it is a new one; `version` is the one that its author had seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RecordKind
    id: int | None = None
    version: int | None = None
    label: str
    """The record's name for people."""
    fields: tuple[FieldChange, ...]
    deletes: bool = False


@dataclass(frozen=True)
class Author:
    """Who makes a change, through which door, and when."""

    person_id: int | None
    source: Source
    at: dt.datetime


@dataclass(frozen=True)
class Applied:
    """A change that has been made; `change_id` takes it back."""

    change_id: str
    records: tuple[RecordChange, ...]
    """With the ids and versions that the records have now."""


class ChangeError(Exception):
    """A change could not be made; nothing was written.

    ChangeError
    ├── RecordGone      the record does not exist (any more)
    ├── StillUsed       it was to be deleted, but other records refer to it
    └── Conflict        somebody changed it after it was read
    """


@dataclass(eq=False)
class RecordGone(ChangeError):
    record: RecordChange


@dataclass(eq=False)
class StillUsed(ChangeError):
    record: RecordChange


@dataclass(eq=False)
class Conflict(ChangeError):
    record: RecordChange
    newer: tuple[ChangeEntry, ...]
    """What was changed in between, oldest first."""


def apply(
    session: Session,
    records: Sequence[RecordChange],
    author: Author,
    *,
    reason: str = "",
    effective_on: dt.date | None = None,
    undoes: str | None = None,
) -> Applied:
    """Make the changes and append them to the log, in the transaction of a `Database.writing` session.

    Raises `Conflict` where a record has a newer version than its change was made for, `RecordGone` where there is none,
    `StillUsed` where it cannot be deleted.
    """
    change_id = uuid.uuid4().hex
    day = effective_on or author.at.date()
    done: list[RecordChange] = []
    for record in records:
        made = _make(session, _referring(record, done))
        done.append(made)
        add_entries(
            session,
            (
                Entry(change_id, made.kind, made.id or 0, made.version or 0, change, day, reason, undoes)
                for change in _entries_of(record, made)
            ),
            author,
        )
        row = None if record.deletes else session.get(MODELS[made.kind], made.id)
        if isinstance(row, Opportunity):
            row.updated_at = author.at
    session.flush()
    return Applied(change_id, tuple(done))


def _referring(record: RecordChange, done: Sequence[RecordChange]) -> RecordChange:
    """With the ids of the records made before it that it refers to."""
    fields = (
        change if change.made is None else change.model_copy(update={"new": done[change.made].id, "made": None})
        for change in record.fields
    )
    return record.model_copy(update={"fields": tuple(fields)})


def _entries_of(record: RecordChange, made: RecordChange) -> Sequence[FieldChange]:
    if record.deletes:
        return [FieldChange(field=DELETED, old=record.label), *made.fields]
    if record.id is None:
        return [FieldChange(field=CREATED, new=record.label), *made.fields]
    return made.fields


def _make(session: Session, record: RecordChange) -> RecordChange:
    model = MODELS[record.kind]
    if record.id is None:
        values = {change.field: from_json(model, change.field, change.new) for change in record.fields}
        row = model(**values)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            if record.kind not in ONE_OF_A_KIND:
                raise
            raise Conflict(record, ()) from error
        return record.model_copy(update={"id": row.id, "version": getattr(row, "version", 1)})  # type: ignore[attr-defined]
    row = _locked(session, record)
    if record.deletes:
        try:
            with session.begin_nested():
                session.delete(row)
        except IntegrityError as error:
            raise StillUsed(record) from error
        return record
    for change in record.fields:
        setattr(row, change.field, from_json(model, change.field, change.new))
    version = (record.version or 0) + 1
    if hasattr(row, "version"):
        version = row.version = row.version + 1
    return record.model_copy(update={"version": version})


def _locked(session: Session, record: RecordChange) -> SQLModel:
    model: Any = MODELS[record.kind]
    row: SQLModel | None = session.exec(
        select(model).where(model.id == record.id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise RecordGone(record)
    current = getattr(row, "version", None)
    if record.version is not None and current is not None and current != record.version:
        newer = list_entries(session, record.kind, record.id or 0, after_version=record.version)
        for entry in newer:
            # They must outlive the transaction, which is about to be rolled back.
            session.expunge(entry)
        raise Conflict(record, tuple(newer))
    return row


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of one record, as it is to be logged."""

    change_id: str
    kind: RecordKind
    record_id: int
    version: int
    change: FieldChange
    effective_on: dt.date
    reason: str = ""
    undoes: str | None = None


def add_entries(session: Session, entries: Iterable[Entry], author: Author) -> None:
    """Append to the log what has been written to the records in this transaction, however much it is."""
    rows = [
        {
            "change_id": entry.change_id,
            "record_kind": entry.kind,
            "record_id": entry.record_id,
            "version": entry.version,
            "field": entry.change.field,
            "old": _dump(entry.change.old),
            "new": _dump(entry.change.new),
            "reason": entry.reason,
            "source": author.source,
            "actor_id": author.person_id,
            "recorded_at": author.at,
            "effective_on": entry.effective_on,
            "undoes": entry.undoes,
        }
        for entry in entries
    ]
    if rows:
        session.connection().execute(insert(ChangeEntry), rows)


def apply_many(
    session: Session,
    records: Sequence[tuple[RecordChange, dt.date]],
    author: Author,
    *,
    change_id: str,
    reason: str = "",
) -> None:
    """Change many existing records, each with the day from which that holds, in a few statements.

    The caller holds the write lock and has read the versions under it, so that there can be no conflict; raises
    `RecordGone` where one does not have the version that it was read with all the same.
    """
    statements: dict[tuple[RecordKind, tuple[str, ...]], list[RecordChange]] = {}
    for record, _ in records:
        fields = tuple(sorted(change.field for change in record.fields))
        statements.setdefault((record.kind, fields), []).append(record)
    for (kind, _), group in statements.items():
        _update(session, kind, group, author)
    numbered = ((f"{change_id}-{number}", *item) for number, item in enumerate(records, 1))
    add_entries(
        session,
        (
            Entry(own_id, record.kind, record.id or 0, (record.version or 0) + 1, change, day, reason)
            for own_id, record, day in numbered
            for change in record.fields
        ),
        author,
    )


def _update(session: Session, kind: RecordKind, group: Sequence[RecordChange], author: Author) -> None:
    """The same fields of several records of one kind."""
    model = MODELS[kind]
    table: Any = model.__table__  # type: ignore[attr-defined]
    stamp = {"updated_at": author.at} if kind is RecordKind.OPPORTUNITY else {}
    rows = [
        {change.field: from_json(model, change.field, change.new) for change in record.fields}
        | stamp
        | {"version": (record.version or 0) + 1, "its_id": record.id, "its_version": record.version}
        for record in group
    ]
    statement = update(table).where(table.c.id == bindparam("its_id"), table.c.version == bindparam("its_version"))
    done = session.connection().execute(statement, rows)
    if done.rowcount != len(rows):
        raise RecordGone(group[0])


def _dump(value: Json) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def to_json(value: object) -> Json:
    """A column's value as the log keeps it."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a {type(value).__name__} has no place in the change log")


def from_json(model: type[SQLModel], field: str, value: Json) -> object:
    """The log's value as the column wants it."""
    if value is None:
        return None
    python_type = model.__table__.columns[field].type.python_type  # type: ignore[attr-defined]
    if python_type is dt.datetime:
        return dt.datetime.fromisoformat(str(value))
    if python_type is dt.date:
        return dt.date.fromisoformat(str(value))
    return value


def list_entries(
    session: Session, kind: RecordKind, record_id: int, *, after_version: int = 0
) -> Sequence[ChangeEntry]:
    """The history of one record, oldest first. Whether the asker may see the record is decided where it is read."""
    return session.exec(
        select(ChangeEntry)
        .where(ChangeEntry.record_kind == kind, ChangeEntry.record_id == record_id, ChangeEntry.version > after_version)
        .order_by(col(ChangeEntry.id))
    ).all()
