"""Take a change back."""

from pydantic import Field
from sqlmodel import Session

from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotFound, Stale
from skills.lifecycle import marked
from skills.text import text
from store.change_log import FieldChange, RecordChange, RecordKind
from store.models import Opportunity, ScheduleStatus, Source
from store.outbox import has_messages
from store.reversal import get_last_change_id, get_undo_of, list_change, list_reversal
from store.schedules import get_schedule

HEARD = frozenset(RecordKind) - {
    RecordKind.CARD,
    RecordKind.CHECK,
    RecordKind.ENQUIRY,
    RecordKind.PERSON,
    RecordKind.QUESTION,
    RecordKind.STEP,
}
"""What others in a channel may hear of; the rest was said to one alone, such as what they asked, read or learn."""


class UndoParams(SkillParams):
    change: str | None = Field(default=None, description=text("which change; your last one when left out").template)


def run(context: SkillContext, params: UndoParams) -> Change:
    session = context.session
    change_id = params.change or get_last_change_id(session, context.actor.id)
    if change_id is None:
        raise NotFound(text("There is nothing of yours to take back."))
    entries = list_change(session, change_id)
    if not entries or not _may_see(context, session, change_id):
        raise NotFound(text("I can't find that change."))
    if get_undo_of(session, change_id):
        raise Stale(text("That was taken back already."))
    if entries[0].source in (Source.IMPORT, Source.DEMO):
        raise Impossible(text("An import can't be taken back from here."), text("Import the corrected file instead."))
    records = tuple(
        record.model_copy(update={"fields": marked(record.fields)}) for record in list_reversal(session, change_id)
    )
    if any(_is_sent(session, record) for record in records):
        raise Stale(text("That report is sent already."))
    stopped = tuple(_stopped(session, record) for record in records)
    if stopped != records:
        return Change(
            records=stopped, undoes=change_id, headline=text("It no longer comes. What was sent already stays.")
        )
    return Change(records=records, undoes=change_id, private=not any(record.kind in HEARD for record in records))


def _is_sent(session: Session, record: RecordChange) -> bool:
    """Whether it takes back that a report be sent at once, when that has been done."""
    if record.kind is not RecordKind.SCHEDULE or not any(change.field == "asked_at" for change in record.fields):
        return False
    row = get_schedule(session, record.id or 0)
    return not record.deletes and row is not None and row.asked_at is None


def _stopped(session: Session, record: RecordChange) -> RecordChange:
    """A scheduled report of which something was sent is not forgotten: it only stops."""
    if record.kind is not RecordKind.SCHEDULE or not record.deletes or not has_messages(session, record.id or 0):
        return record
    row = get_schedule(session, record.id or 0)
    was = row.status if row is not None else ScheduleStatus.ACTIVE.value
    status = FieldChange(field="status", old=was, new=ScheduleStatus.DELETED.value, derived=True)
    return record.model_copy(update={"deletes": False, "fields": (status,)})


def _may_see(context: SkillContext, session: Session, change_id: str) -> bool:
    """Whoever made the change, and whoever may write the records that it touched."""
    for entry in list_change(session, change_id):
        if entry.actor_id == context.actor.id:
            continue
        row = session.get(Opportunity, entry.record_id) if entry.record_kind == "opportunity" else None
        if row is None or not context.write_scope.allows(row.owner_id):
            return False
    return True


SKILL = Skill(
    name="undo",
    summary=text("Take your last change back"),
    params=UndoParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("revert",),
    examples=(
        Example("undo", UndoParams()),
        Example("undo that", UndoParams()),
        Example("take that back", UndoParams()),
        Example("that was wrong, put it back", UndoParams()),
        Example("revert my last change", UndoParams()),
        Example("oops, undo", UndoParams()),
        Example("no wait, change it back to what it was", UndoParams()),
        Example("撤销", UndoParams()),
        Example("刚才改错了，恢复", UndoParams()),
        Example("撤回上一步", UndoParams()),
    ),
)
