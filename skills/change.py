"""Changes as values: what would be written, how it reads, and whether to ask first. All of it is derived here."""

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlmodel import Session, SQLModel

from skills.answer import Action, Answer, Block, Fact, Facts, Invocation, Model, Status, Subject
from skills.terms import KINDS, named
from skills.text import AnyValue, Text, listed, text, value
from store.change_log import DELETED, FINAL, MODELS, Applied, FieldChange, Json, RecordChange, RecordKind
from store.models import WHOLE_SHARE, Account, Opportunity, Person, Product, Stage
from store.models import Status as RecordStatus
from store.money import Money
from store.people import get_organisation
from store.reversal import list_change

BIG_STEP = 3
"""An amount that grows or shrinks by this factor is asked about: it is often a slip of the finger."""


class Change(Model):
    """What a writing skill proposes. Nothing is written until the runner applies it."""

    records: tuple[RecordChange, ...]
    headline: Text | None = None
    """What was done, where the list of fields would not say it well ("Logged a call with …")."""
    reason: str = ""
    doubts: tuple[Text, ...] = ()
    """What the skill itself is not sure of; each is a reason to ask first."""
    effective_on: dt.date | None = None
    undoes: str | None = None
    follow_ups: tuple[Action, ...] = ()
    """Buttons that make sense once it is done."""
    blocks: tuple[Block, ...] = ()
    """What is shown instead of the list of fields, where that would be long: the targets of a team in a table."""
    private: bool = False
    """Whether it is the asker's own affair, which nobody else in a channel is told of."""


class ShownChange(Model):
    """One field before and after, as people and programs read it."""

    record: str
    field: str
    label: Text
    old: AnyValue | None
    new: AnyValue | None

    @property
    def words(self) -> tuple[AnyValue | None, AnyValue | None]:
        """Before and after, with the names that people give to fixed values."""
        return named(self.field, self.old), named(self.field, self.new)


FIELDS: dict[str, tuple[str, Text]] = {
    "stage_id": ("stage", text("stage")),
    "amount_minor": ("amount", text("amount")),
    "currency": ("currency", text("currency")),
    "expected_close": ("close_date", text("close date")),
    "closed_on": ("closed_on", text("closed on")),
    "next_step": ("next_step", text("next step")),
    "next_step_due": ("next_step_due", text("next step due")),
    "owner_id": ("owner", text("owner")),
    "account_id": ("account", text("account")),
    "product_id": ("product", text("product")),
    "category": ("category", text("forecast category")),
    "loss_reason": ("loss_reason", text("reason lost")),
    "competitor": ("competitor", text("competitor")),
    "source": ("source", text("source")),
    "name": ("name", text("name")),
    "role": ("buying_role", text("role")),
    "title": ("title", text("job title")),
    "email": ("email", text("e-mail address")),
    "phone": ("phone", text("phone")),
    "kind": ("kind", text("kind")),
    "direction": ("direction", text("direction")),
    "occurred_at": ("when", text("when")),
    "duration_minutes": ("duration_minutes", text("minutes")),
    "outcome": ("outcome", text("outcome")),
    "note": ("note", text("note")),
    "skill": ("report", text("report")),
    "channel_name": ("channel", text("channel")),
    "weekdays": ("weekdays", text("days")),
    "month_day": ("month_day", text("day of the month")),
    "at": ("at", text("time")),
    "status": ("status", text("status")),
    "zone": ("zone", text("time zone")),
    "quantity": ("quantity", text("units")),
    "share": ("share", text("share")),
    "metric": ("metric", text("metric")),
    "level": ("level", text("level")),
    "month": ("month", text("month")),
    "ramp_percent": ("ramp_percent", text("ramp, in percent")),
    "rule": ("rule", text("warning")),
    "value": ("value", text("bound")),
    "until": ("until", text("until")),
    "reason": ("reason", text("reason")),
    "on_boards": ("on_boards", text("named on leaderboards")),
    "guided": ("guided", text("new-hire mode")),
    "shares_progress": ("shares_progress", text("progress shared with the manager")),
    "step": ("step", text("step")),
    "marked_on": ("marked_on", text("marked on")),
    "quiet_from": ("quiet_from", text("quiet from")),
    "quiet_until": ("quiet_until", text("quiet until")),
    "working_days_only": ("working_days_only", text("working days only")),
}
"""Every column that people may see change: its name for programs, and for people."""

REFERENCES: dict[str, type[SQLModel]] = {
    "stage_id": Stage,
    "owner_id": Person,
    "account_id": Account,
    "product_id": Product,
}


def list_shown(session: Session, records: Sequence[RecordChange]) -> tuple[ShownChange, ...]:
    """The changes as they are shown; derived fields and those that stay the same are left out."""
    return tuple(shown for record in records for shown in _shown(session, record))


def _shown(session: Session, record: RecordChange) -> Iterator[ShownChange]:
    name = f"{record.kind.value} {record.label}"
    if record.deletes:
        yield ShownChange(record=name, field=DELETED, label=text("removed"), old=value(record.label), new=None)
        return
    currency, zone = _currency(session, record), _zone(session, record)
    order = list(FIELDS)
    seen = [change for change in record.fields if not change.derived and change.field in FIELDS]
    for change in sorted(seen, key=lambda change: order.index(change.field)):
        if change.old == change.new:
            continue
        field, label = FIELDS[change.field]
        yield ShownChange(
            record=name,
            field=field,
            label=label,
            old=_value(session, change.field, change.old, currency[0], zone),
            new=_value(session, change.field, change.new, currency[1], zone),
        )


def _currency(session: Session, record: RecordChange) -> tuple[str, str]:
    """Currency of the record's amount before and after."""
    for change in record.fields:
        if change.field == "currency":
            return str(change.old or change.new), str(change.new or change.old)
    row = session.get(Opportunity, record.id) if record.kind is RecordKind.OPPORTUNITY and record.id else None
    return (row.currency, row.currency) if row else ("", "")


def _zone(session: Session, record: RecordChange) -> ZoneInfo:
    """Where whoever did it counts their days: an activity's noon in Shanghai is that day there, not New York's."""
    person_id = next((change.new or change.old for change in record.fields if change.field == "person_id"), None)
    person = session.get(Person, person_id) if person_id else None
    return ZoneInfo((person.zone if person else None) or get_organisation(session).zone)


def _value(session: Session, field: str, raw: Json, currency: str, zone: ZoneInfo) -> AnyValue | None:
    if raw is None or raw == "":
        return None
    if field in REFERENCES:
        row = session.get(REFERENCES[field], raw)
        return value(str(getattr(row, "name", raw)))
    if isinstance(raw, bool):
        return text("yes") if raw else text("no")
    if field == "amount_minor":
        return value(Money(int(raw), currency))
    if field == "share":
        return value(Fraction(int(raw), WHOLE_SHARE))
    column = next((MODELS[k].__table__.columns[field] for k in MODELS if field in MODELS[k].__table__.columns), None)  # type: ignore[attr-defined]
    if column is not None and column.type.python_type is dt.date:
        return value(dt.date.fromisoformat(str(raw)))
    if column is not None and column.type.python_type is dt.datetime:
        return value(dt.datetime.fromisoformat(str(raw)).astimezone(zone).date())
    return value(raw) if isinstance(raw, int) else value(str(raw))


def list_risks(session: Session, change: Change, actor_id: int, *, by_model: bool) -> tuple[Text, ...]:
    """Why to ask before this is written; empty when it is small, sure and easily taken back."""
    risks = list(change.doubts)
    # Whoever takes back what they did themselves has said so; what somebody else did is that one's to know of.
    is_own_undo = bool(change.undoes) and _is_by(session, change.undoes or "", actor_id)
    for record in () if is_own_undo else change.records:
        risks += _risks(session, record, actor_id)
    if not is_own_undo and sum(record.id is not None for record in change.records) > 1:
        risks.append(text("It changes several records."))
    if by_model:
        risks.append(text("A language model understood this; check it."))
    return tuple(dict.fromkeys(risks))


def _is_by(session: Session, change_id: str, actor_id: int) -> bool:
    return all(entry.actor_id == actor_id for entry in list_change(session, change_id))


def _risks(session: Session, record: RecordChange, actor_id: int) -> Iterator[Text]:
    fields = {change.field: change for change in record.fields}
    if record.kind in (RecordKind.SCHEDULE, RecordKind.POST) and not record.deletes and _new(fields, "channel"):
        yield text("It will be posted to a channel.")
    if record.kind is RecordKind.QUOTA:
        yield text("It changes targets.")
    if record.kind is RecordKind.SPLIT:
        yield text("It changes who is credited.")
    if record.kind is not RecordKind.OPPORTUNITY:
        return
    if record.id is None:
        yield text("It adds a new opportunity.")
        return
    row = session.get(Opportunity, record.id)
    if row is None:
        return
    if row.owner_id != actor_id:
        owner = session.get(Person, row.owner_id)
        yield text("It belongs to {owner}.", owner=owner.name if owner else "?")
    if record.deletes:
        return
    if row.status != RecordStatus.OPEN:
        yield text("It is already closed.")
    if "owner_id" in fields:
        yield text("It gets another owner.")
    if "currency" in fields:
        yield text("The currency changes.")
    yield from _stage_risks(session, fields)
    yield from _amount_risks(fields, row.currency)


def _new(fields: dict[str, FieldChange], name: str) -> Json:
    return fields[name].new if name in fields else None


def _stage_risks(session: Session, fields: dict[str, FieldChange]) -> Iterator[Text]:
    if "stage_id" not in fields:
        return
    stage = session.get(Stage, fields["stage_id"].new)
    if stage is not None and stage.kind == RecordStatus.WON:
        yield text("It closes the opportunity as won.")
    if stage is not None and stage.kind == RecordStatus.LOST:
        yield text("It closes the opportunity as lost.")


def _amount_risks(fields: dict[str, FieldChange], currency: str) -> Iterator[Text]:
    change = fields.get("amount_minor")
    if change is None or not change.old or change.new is None:
        return
    old, new = int(change.old), int(change.new)
    if new >= old * BIG_STEP or new * BIG_STEP <= old:
        factor = Fraction(new, old)
        yield text(
            "The amount goes from {old} to {new}, {share} of what it was.",
            old=Money(old, currency),
            new=Money(new, currency),
            share=factor,
        )


def preview(change: Change, shown: Sequence[ShownChange], risks: Sequence[Text], token: str) -> Answer:
    """The question before a change is made."""
    record = change.records[0]
    return Answer(
        status=Status.CONFIRM,
        headline=text("Shall I? {what}", what=_headline(change, shown)),
        blocks=_facts(change, shown),
        notes=tuple(risks),
        actions=(
            Action(label=text("Yes, do it"), kind="confirm", token=token, style="primary"),
            Action(label=text("No, leave it"), kind="cancel", token=token),
        ),
        subject=_subject(record),
        private=True,
    )


def done(change: Change, applied: Applied, shown: Sequence[ShownChange]) -> Answer:
    """What was changed, with the button that takes it back."""
    undo = Action(label=text("Undo"), invocation=Invocation.of("undo", change=applied.change_id))
    stays = bool(change.undoes) or all(record.kind in FINAL for record in change.records)
    return Answer(
        status=Status.DONE,
        headline=_headline(change, shown),
        blocks=_facts(change, shown),
        actions=(*(() if stays else (undo,)), *change.follow_ups),
        subject=next((subject for record in applied.records if (subject := _subject(record))), None),
        private=change.private,
    )


def _headline(change: Change, shown: Sequence[ShownChange]) -> Text:
    if change.headline:
        return change.headline
    label = change.records[0].label if change.records else ""
    if change.undoes:
        return text("Taken back: **{record}** is as it was before.", record=_called(change.records[0]))
    if len(shown) == 1:
        (only,) = shown
        return _one_line(only, label)
    if not shown:
        return text("**{record}** is as you wanted it.", record=label)
    return text("**{record}**: {fields}.", record=label, fields=listed([item.label for item in shown]))


def _called(record: RecordChange) -> Text | str:
    """What a record without a name of its own is called."""
    if record.kind is RecordKind.SCHEDULE:
        return text("the scheduled report")
    if record.kind is RecordKind.POST:
        return text("the post")
    if record.kind is RecordKind.STEP:
        return next((str(change.old or change.new) for change in record.fields if change.field == "step"), record.label)
    return KINDS.get(record.label, record.label) if record.kind is RecordKind.ACTIVITY else record.label


def _one_line(shown: ShownChange, label: str) -> Text:
    old, new = shown.words
    if new is None:
        return text("**{record}**: {field} removed (it was {old}).", record=label, field=shown.label, old=old or "")
    if old is None:
        return text("**{record}**: {field} is now **{new}**.", record=label, field=shown.label, new=new)
    return text("**{record}**: {field} {old} → **{new}**.", record=label, field=shown.label, old=old, new=new)


def _facts(change: Change, shown: Sequence[ShownChange]) -> tuple[Block, ...]:
    if change.blocks:
        return change.blocks
    if len(shown) < 2 and change.headline is None:
        return ()
    facts = []
    for item in shown:
        old, new = item.words
        words = text("{new}", new=new or "–") if old is None else text("{old} → **{new}**", old=old, new=new or "–")
        facts.append(Fact(label=item.label, value=words))
    return (Facts(facts=tuple(facts)),) if facts else ()


def _subject(record: RecordChange) -> Subject | None:
    if record.id is None or record.deletes:
        return None
    return Subject(kind=record.kind.value, id=record.id, label=record.label)
