"""The one door: commands, sentences, models, buttons, forms and schedules all come in through `run_skill`."""

import datetime as dt
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from skills import change as changes
from skills.answer import Answer, Invocation, Model
from skills.change import Change, ShownChange
from skills.contract import Actor, Audience, Effect, Skill, SkillContext
from skills.errors import Impossible, NotAllowed, NotFound, SkillError, Stale, Unclear
from skills.offers import with_offers
from skills.permissions import check_skill, check_write, rights_of
from skills.text import Text, text
from store import change_log
from store.change_log import Author, Conflict, RecordGone, StillUsed
from store.engine import Database
from store.models import AuditEvent, PendingChange, Person, Role, Source
from store.people import get_organisation
from store.reversal import field_change
from store.scope import Scope

if TYPE_CHECKING:
    from knowledge_base import KnowledgeBase

log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
CONFIRM_WITHIN = dt.timedelta(hours=24)
AGAIN = text("Ask again if you still want it: I would then start from what it is now.")
PRIVATE_WORDS = frozenset({"note", "text", "words", "question", "questions", "objection", "title", "body"})
"""Parameters whose words stay out of the audit."""


class Reply(Model):
    """How a request ended: the answer, and what was written."""

    skill: str
    params: dict[str, Any] = {}
    answer: Answer
    changes: tuple[ShownChange, ...] = ()
    took_ms: int = 0


@dataclass(frozen=True)
class Assistant:
    """Everything that stands behind the door; built once, in `__main__`."""

    database: Database
    knowledge: "KnowledgeBase"
    skills: Mapping[str, Skill]
    clock: Clock


def run_skill(
    assistant: Assistant,
    invocation: Invocation,
    actor: Actor,
    audience: Audience,
    source: Source,
    *,
    previous: str = "",
) -> Reply:
    """Run one skill for one person: permission, validation, scope, the work, audit.

    `previous` is what the last report of the same schedule kept. Everything that is known to go wrong becomes a
    reply; what is not known is raised.
    """
    started = time.perf_counter()
    skill = assistant.skills.get(invocation.skill)
    changed: tuple[ShownChange, ...] = ()
    answer: Answer
    if skill is None:
        answer = NotFound(text("There is no **{name}** command.", name=invocation.skill)).answer()
    else:
        try:
            answer, changed = _run(assistant, skill, invocation, actor, audience, source, previous)
        except SkillError as error:
            answer = _completed(error.answer(), invocation)
    took_ms = round((time.perf_counter() - started) * 1000)
    reply = Reply(
        skill=invocation.skill, params=dict(invocation.params), answer=answer, changes=changed, took_ms=took_ms
    )
    _audit(assistant, reply, actor, source)
    return reply


def confirm(assistant: Assistant, token: str, actor: Actor, audience: Audience, source: Source) -> Reply:
    """Make the change that was shown under `token`. It works once, and only for the person who was asked."""
    started = time.perf_counter()
    skill = ""
    changed: tuple[ShownChange, ...] = ()
    try:
        # One transaction: what could not be written was not answered either, and can be said yes to again.
        with _told(assistant), assistant.database.writing() as session:
            skill, change = _take(session, token, actor, assistant.clock())
            _check(open_context(assistant, session, actor, audience, source), change)
            answer, changed = _apply(session, change, Author(actor.id, source, assistant.clock()))
    except SkillError as error:
        answer = error.answer()
    took_ms = round((time.perf_counter() - started) * 1000)
    reply = Reply(skill=skill, answer=answer, changes=changed, took_ms=took_ms)
    _audit(assistant, reply, actor, source)
    return reply


def cancel(assistant: Assistant, token: str, actor: Actor) -> Reply:
    """Forget the change that was shown under `token`."""
    try:
        with assistant.database.writing() as session:
            skill, _ = _take(session, token, actor, assistant.clock())
    except SkillError as error:
        return Reply(skill="", answer=error.answer())
    return Reply(skill=skill, answer=Answer(headline=text("All right, nothing was changed."), private=True))


def _run(
    assistant: Assistant,
    skill: Skill,
    invocation: Invocation,
    actor: Actor,
    audience: Audience,
    source: Source,
    previous: str,
) -> tuple[Answer, tuple[ShownChange, ...]]:
    check_skill(skill, actor.role)
    params = _validated(skill, invocation)
    with assistant.database.session() as session:
        context = replace(open_context(assistant, session, actor, audience, source), previous=previous)
        result = skill.run(context, params)
        if skill.effect is Effect.READ:
            assert skill.present is not None  # noqa: S101  (the contract makes sure of it)
            answer = with_offers(_noted(skill.present(result), context), skill, invocation, context)
            if skill.note is not None and source is not Source.SCHEDULE:
                _note(assistant, skill.note, result)
            return answer, ()
        change: Change = result
        if not change.records:
            same = change.headline or text("That is how it is already; nothing to change.")
            return Answer(headline=same, blocks=change.blocks, private=True), ()
        _check(context, change)
        shown = changes.list_shown(session, change.records)
        risks = changes.list_risks(session, change, actor.id, by_model=source is Source.MODEL)
    if risks:
        token = _keep(assistant, skill.name, change, actor)
        return changes.preview(change, shown, risks, token), shown
    with _told(assistant), assistant.database.writing() as session:
        return _apply(session, change, Author(actor.id, source, assistant.clock()))


def _note(assistant: Assistant, note: Callable[[Session, Any], None], result: Any) -> None:
    """What a reading skill keeps of having been asked. The answer does not depend on it."""
    try:
        with assistant.database.writing() as session:
            note(session, result)
    except SQLAlchemyError as error:
        log.error("that something was asked could not be kept: %s", type(error).__name__)


def _completed(answer: Answer, invocation: Invocation) -> Answer:
    """Choices that only name a parameter's value become whole requests: this one, with that value."""
    choices = tuple(
        choice
        if choice.invocation.skill
        else choice.model_copy(
            update={"invocation": Invocation.of(invocation.skill, invocation.params, **choice.invocation.params)}
        )
        for choice in answer.choices
    )
    return answer.model_copy(update={"choices": choices})


def _validated(skill: Skill, invocation: Invocation) -> Any:
    try:
        return skill.validated(invocation.params)
    except ValidationError as error:
        names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors() if problem["loc"])
        fields = [name for name in names if name in skill.params.model_fields]
        if not fields:
            raise Unclear(text("**{skill}** does not take that.", skill=skill.name), skill.summary) from error
        described, *others = (Text(template=skill.params.model_fields[name].description or name) for name in fields)
        for other in others:
            described = text("{these}; {next}", these=described, next=other)
        raise Unclear(text("I need one thing more: {what}.", what=described)) from error


def open_context(
    assistant: Assistant, session: Session, actor: Actor, audience: Audience, source: Source
) -> SkillContext:
    """What a skill may use for this person; raises `NotAllowed` for one who is no member now."""
    person = session.get(Person, actor.id)
    organisation = get_organisation(session)
    now = assistant.clock()
    if person is None or not person.is_active(organisation.day_of(now)):
        raise NotAllowed(
            text("I don't know you as a member of this sales team."), text("Ask an administrator to add you.")
        )
    rights = rights_of(session, person, organisation)
    heard = Scope.everybody() if audience.is_private else audience.scope or Scope.of(())
    return SkillContext(
        actor=actor,
        audience=audience,
        source=source,
        scope=rights.read & heard,
        own_scope=rights.read,
        write_scope=rights.write,
        session=session,
        knowledge=assistant.knowledge,
        now=now,
        organisation=organisation,
        skills=assistant.skills,
    )


def _noted(answer: Answer, context: SkillContext) -> Answer:
    """Say so where a channel sees less than the asker would."""
    if context.audience.is_private or context.scope == context.own_scope or answer.private or answer.unabridged:
        return answer
    note = text("Shown here: only what everyone in {channel} may see.", channel=context.audience.name or "this channel")
    return answer.model_copy(update={"notes": (*answer.notes, note)})


def _check(context: SkillContext, change: Change) -> None:
    for record in change.records:
        check_write(context, record)


def _apply(session: Session, change: Change, author: Author) -> tuple[Answer, tuple[ShownChange, ...]]:
    applied = change_log.apply(
        session,
        change.records,
        author,
        reason=change.reason,
        effective_on=change.effective_on or get_organisation(session).day_of(author.at),
        undoes=change.undoes,
    )
    shown = changes.list_shown(session, applied.records)
    return changes.done(change, applied, shown), shown


@contextmanager
def _told(assistant: Assistant) -> Iterator[None]:
    """What keeps a change from being made, in words; by then its transaction is rolled back."""
    try:
        yield
    except Conflict as conflict:
        raise _stale(assistant, conflict) from conflict
    except RecordGone as gone:
        raise Stale(text("**{record}** is no longer there.", record=gone.record.label)) from gone
    except StillUsed as used:
        is_opportunity = used.record.kind is change_log.RecordKind.OPPORTUNITY
        raise Impossible(
            text(
                "**{record}** can't be removed: other records, such as activities, refer to it.",
                record=used.record.label,
            ),
            text("Mark it as lost instead.") if is_opportunity else None,
        ) from used
    except IntegrityError as clash:
        # There can be one of it, and when this was prepared there was none: two people put the same into the playbook.
        log.warning("a change clashed with another: %s", (clash.statement or "")[:60])
        raise Stale(text("Somebody did the same in the meantime, so nothing was changed."), AGAIN) from clash


def _stale(assistant: Assistant, conflict: Conflict) -> Stale:
    with assistant.database.session() as session:
        entry = conflict.newer[-1] if conflict.newer else None
        who = session.get(Person, entry.actor_id) if entry and entry.actor_id else None
        name = who.name if who else "?"
        record = conflict.record
        newer = changes.list_shown(
            session,
            [record.model_copy(update={"fields": tuple(field_change(item) for item in conflict.newer)})],
        )
    if newer:
        last = newer[-1]
        return Stale(
            text(
                "**{record}** was changed by {who} in the meantime ({field}: {new}), so I left it as it is.",
                record=record.label,
                who=name,
                field=last.label,
                new=last.words[1] or "–",
            ),
            AGAIN,
        )
    return Stale(text("**{record}** was changed in the meantime, so I left it as it is.", record=record.label), AGAIN)


def _keep(assistant: Assistant, skill: str, change: Change, actor: Actor) -> str:
    token = secrets.token_urlsafe(16)
    now = assistant.clock()
    with assistant.database.writing() as session:
        session.add(
            PendingChange(
                token=token,
                person_id=actor.id,
                skill=skill,
                change=change.model_dump_json(),
                created_at=now,
                expires_at=now + CONFIRM_WITHIN,
            )
        )
    return token


def _take(session: Session, token: str, actor: Actor, now: dt.datetime) -> tuple[str, Change]:
    """The pending change, marked as used in this transaction: a second click waits for it and finds it used."""
    pending = session.get(PendingChange, token, with_for_update=True)
    if pending is None or pending.person_id != actor.id:
        raise NotAllowed(text("Only the person I asked can answer that."))
    if pending.used_at is not None:
        raise Stale(text("That was answered already; nothing was changed again."))
    if pending.expires_at < now:
        raise Stale(text("That question is too old now, so nothing was changed."), text("Ask again."))
    pending.used_at = now
    session.add(pending)
    return pending.skill, Change.model_validate_json(pending.change)


def _without_private_words(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of another skill, such as those of an export, are looked through too."""
    return {
        name: _without_private_words(value) if isinstance(value, Mapping) else value
        for name, value in params.items()
        if name not in PRIVATE_WORDS
    }


def _audit(assistant: Assistant, reply: Reply, actor: Actor, source: Source) -> None:
    kept = _without_private_words(reply.params)
    try:
        with assistant.database.writing() as session:
            session.add(
                AuditEvent(
                    at=assistant.clock(),
                    actor_id=actor.id,
                    source=source,
                    skill=reply.skill,
                    params=json.dumps(kept, ensure_ascii=False, default=str),
                    status=reply.answer.status,
                    took_ms=reply.took_ms,
                )
            )
    except IntegrityError:
        # Somebody whom the database does not know was refused; there is no person to hold the row.
        return
    except SQLAlchemyError as error:
        # What was asked is done by now; told as a failure, it would be done again.
        log.error("%s by person %s could not be audited: %s", reply.skill, actor.id, type(error).__name__)


def get_actor(session: Session, person: Person) -> Actor:
    """The person as an actor, in their own zone or the organisation's."""
    zone = person.zone or get_organisation(session).zone
    return Actor(person.id or 0, person.name, Role(person.role), zone, person.locale or "en")
