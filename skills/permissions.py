"""Whose records somebody may read and change. The asker's rights count, never the bot's; in doubt, no."""

from dataclasses import dataclass

from sqlmodel import Session

from skills.contract import Skill, SkillContext
from skills.errors import NotAllowed
from skills.terms import ROLES
from skills.text import text
from store.change_log import MODELS, RecordChange, RecordKind
from store.models import Opportunity, Organisation, Person, Role, Sharing
from store.people import list_report_ids, list_team_ids
from store.scope import Scope

OWNER_FIELD = {
    RecordKind.OPPORTUNITY: "owner_id",
    RecordKind.ACTIVITY: "person_id",
    RecordKind.SCHEDULE: "owner_id",
}


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
