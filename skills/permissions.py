"""Whose records somebody may read and change. The asker's rights count, never the bot's; in doubt, no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from skills.contract import Skill, SkillContext
from skills.errors import NotAllowed
from skills.terms import ROLES
from skills.text import text
from store.change_log import MODELS, RecordChange, RecordKind
from store.models import Delivery, Enquiry, Opportunity, Organisation, Person, Role, Sharing
from store.opportunities import has_opportunities
from store.people import list_report_ids, list_team_ids
from store.scope import Scope

OWNER_FIELD = {
    RecordKind.OPPORTUNITY: "owner_id",
    RecordKind.ACTIVITY: "person_id",
    RecordKind.SCHEDULE: "owner_id",
    RecordKind.SUBMISSION: "person_id",
}
OWN_FIELDS = frozenset({"on_boards", "quiet_from", "quiet_until", "guided", "shares_progress"})
"""What everybody decides for themselves, and nobody for others."""

AUTHOR_FIELD = {
    RecordKind.ACCEPTANCE: "person_id",
    RecordKind.SUBMISSION: "author_id",
    RecordKind.QUESTION: "person_id",
    RecordKind.CHECK: "person_id",
    RecordKind.ENQUIRY: "asker_id",
}
"""What somebody says for themselves, and nobody in their name."""


@dataclass(frozen=True)
class Rights:
    read: Scope
    write: Scope


def rights_of(session: Session, person: Person, organisation: Organisation) -> Rights:
    """An administrator reads and writes everything; a manager everybody below; a rep writes what is their own.

    What a rep or manager may read beyond that is the organisation's choice (`Sharing`): nothing, their team, or all.
    """
    if person.id is None:
        return Rights(Scope.of(()), Scope.of(()))
    if person.role == Role.ADMIN:
        return Rights(Scope.everybody(), Scope.everybody())
    own = {person.id}
    if person.role == Role.MANAGER:
        own |= list_report_ids(session, person.id)
    write = Scope.of(own)
    if organisation.sharing == Sharing.OPEN:
        return Rights(Scope.everybody(), write)
    if organisation.sharing == Sharing.TEAM and person.team_id is not None:
        return Rights(Scope.of(own | list_team_ids(session, person.team_id)), write)
    return Rights(write, write)


def check_skill(skill: Skill, role: Role) -> None:
    """Raises `NotAllowed` when the skill needs more than `role`."""
    if role.rank < skill.needs.rank:
        raise NotAllowed(
            text("Only a {role} can do that.", role=ROLES[skill.needs]), text("Ask your manager, or an administrator.")
        )


def check_shown(context: SkillContext, opportunity: Opportunity) -> None:
    """Raises `NotAllowed` when not everybody who hears the answer may see this opportunity."""
    if not context.scope.allows(opportunity.owner_id):
        raise NotAllowed(
            text("Not everyone here may see **{opportunity}**.", opportunity=opportunity.name),
            text("Ask me in a direct message."),
        )


def check_write(context: SkillContext, record: RecordChange) -> None:
    """Raises `NotAllowed` when the asker may not make this change: to somebody else's record, or for somebody else."""
    if record.kind in RULES:
        RULES[record.kind](context, record)
        return
    if record.kind is RecordKind.PERSON and record.id == context.actor.id and _is_own_choice(record):
        return
    if record.kind is RecordKind.SUBMISSION:
        _check_own_word(context, record)
    field = OWNER_FIELD.get(record.kind)
    if field is None:
        if context.actor.role.rank < Role.MANAGER.rank:
            raise NotAllowed(text("Only a manager can change {record}.", record=record.label))
        return
    if record.id is None:
        owner = next((change.new for change in record.fields if change.field == field), None)
    else:
        # Whose it is now counts, not whose it shall be: one may give away what is one's own.
        owner = getattr(context.session.get(MODELS[record.kind], record.id), field, None)
    if not isinstance(owner, int) or not context.write_scope.allows(owner):
        raise NotAllowed(
            text("You can't change **{record}**: it isn't yours.", record=record.label),
            text("Its owner, their manager or an administrator can."),
        )


def may_write_cards(context: SkillContext) -> bool:
    """Whether the asker may put cards and files into the playbook."""
    return context.actor.role.rank >= Role(context.organisation.cards_by).rank


def may_add_cards(context: SkillContext) -> bool:
    """Whether the asker may write a card of their own words: they answer for others already, or may put in anything."""
    if may_write_cards(context):
        return True
    names = {name.strip().casefold() for name in (context.actor.name, context.person().email or "") if name.strip()}
    return any((one.card.owner or "").strip().casefold() in names for one in context.knowledge.documents())


def _check_card(context: SkillContext, record: RecordChange) -> None:
    """Who may write cards, who owns this one, and of the answer that somebody gave, that one."""
    if may_write_cards(context) or (record.id is not None and _held(context, record, "owner_id") == context.actor.id):
        return
    if record.id is None and _held(context, record, "content") and may_add_cards(context):
        return
    enquiry_id = _held(context, record, "enquiry_id")
    enquiry = context.session.get(Enquiry, enquiry_id) if isinstance(enquiry_id, int) else None
    if enquiry is not None and context.actor.id in (enquiry.answered_by, enquiry.person_id):
        return
    raise NotAllowed(
        text("Only a {role} puts things into the playbook here.", role=ROLES[Role(context.organisation.cards_by)]),
        text("Ask your manager, or an administrator."),
    )


def _is_own_choice(record: RecordChange) -> bool:
    return not record.deletes and {change.field for change in record.fields} <= OWN_FIELDS


def _held(context: SkillContext, record: RecordChange, field: str) -> object:
    """What the record holds now, or what a new one would."""
    if record.id is not None:
        return getattr(context.session.get(MODELS[record.kind], record.id), field, None)
    return next((change.new for change in record.fields if change.field == field), None)


def _check_opportunity(context: SkillContext, record: RecordChange) -> None:
    """What belongs to an opportunity is changed by those who may change the opportunity."""
    opportunity = context.session.get(Opportunity, _held(context, record, "opportunity_id"))
    if opportunity is None or not context.write_scope.allows(opportunity.owner_id):
        raise NotAllowed(
            text("You can't change **{record}**: it isn't yours.", record=record.label),
            text("Its owner, their manager or an administrator can."),
        )


def _check_contact(context: SkillContext, record: RecordChange) -> None:
    """Anybody adds a person at a customer; who is there already is changed by those who sell to that customer."""
    if record.id is None or context.actor.role.rank >= Role.MANAGER.rank:
        return
    account_id = _held(context, record, "account_id")
    if not isinstance(account_id, int) or not has_opportunities(context.session, context.write_scope, account_id):
        raise NotAllowed(
            text("You can't change **{record}**: you have no opportunity with that customer.", record=record.label),
            text("Ask whoever sells to them, or your manager."),
        )


def _check_target(context: SkillContext, record: RecordChange) -> None:
    """A manager sets the targets of the people and teams below, an administrator everybody's; nobody their own."""
    if context.actor.role is Role.ADMIN:
        return
    person_id, team_id = _held(context, record, "person_id"), _held(context, record, "team_id")
    if isinstance(person_id, int):
        allowed = person_id != context.actor.id and context.write_scope.allows(person_id)
    elif isinstance(team_id, int):
        members = list_team_ids(context.session, team_id) - {context.actor.id}
        allowed = bool(members) and context.write_scope.includes(Scope.of(members))
    else:
        allowed = False
    if context.actor.role is not Role.MANAGER or not allowed:
        raise NotAllowed(
            text("You can't set the target of **{record}**.", record=record.label),
            text("The manager above, or an administrator, can."),
        )


def _check_own_word(context: SkillContext, record: RecordChange) -> None:
    """Nobody accepts a target, submits a forecast, asks or judges in the name of somebody else."""
    if _held(context, record, AUTHOR_FIELD[record.kind]) != context.actor.id:
        raise NotAllowed(text("Only they can say that for themselves."))


def _check_threshold(context: SkillContext, _: RecordChange) -> None:
    if context.actor.role is not Role.ADMIN:
        raise NotAllowed(text("Only an administrator sets from where on a warning applies."))


def _check_learning(context: SkillContext, record: RecordChange) -> None:
    """One's own answers, which stay; steps of oneself and of people below, taken back only by who marked them."""
    person_id = _held(context, record, "person_id")
    if record.kind is RecordKind.QUIZ_ANSWER:
        if record.id is not None or person_id != context.actor.id:
            raise NotAllowed(text("An answer to a question stays as it was given."))
        return
    if not isinstance(person_id, int) or not context.write_scope.allows(person_id):
        raise NotAllowed(
            text("You can't change **{record}**: it isn't yours.", record=record.label),
            text("They themselves, their manager or an administrator can."),
        )
    if _held(context, record, "author_id") != context.actor.id:
        raise NotAllowed(text("Only whoever marked **{record}** can take that back.", record=record.label))


def _check_post(context: SkillContext, record: RecordChange) -> None:
    """One's own posts, which are taken back only while they wait: what people have read stays said."""
    if _held(context, record, "person_id") != context.actor.id:
        raise NotAllowed(text("Only they can say that for themselves."))
    if record.deletes and _held(context, record, "status") != Delivery.WAITING:
        raise NotAllowed(
            text("It is posted already, so I can't take it back."), text("You can delete the message where it stands.")
        )


RULES: Mapping[RecordKind, Callable[[SkillContext, RecordChange], None]] = {
    RecordKind.SNOOZE: _check_opportunity,
    RecordKind.SPLIT: _check_opportunity,
    RecordKind.BUYING_ROLE: _check_opportunity,
    RecordKind.CONTACT: _check_contact,
    RecordKind.QUOTA: _check_target,
    RecordKind.THRESHOLD: _check_threshold,
    RecordKind.ACCEPTANCE: _check_own_word,
    RecordKind.QUESTION: _check_own_word,
    RecordKind.CHECK: _check_own_word,
    RecordKind.ENQUIRY: _check_own_word,
    RecordKind.CARD: _check_card,
    RecordKind.QUIZ_ANSWER: _check_learning,
    RecordKind.STEP: _check_learning,
    RecordKind.POST: _check_post,
}
"""Records whose right to be changed does not follow from an owner."""
