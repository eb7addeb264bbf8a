"""Who may read a card: its audience, beside the person who asks or everybody in the channel."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge_base.cards import Card
from skills.contract import SkillContext
from store.channels import TRUSTED_FOR, get_channel_by_name, list_channel_members
from store.models import Person, Role, Team

EVERYONE = frozenset({"everyone", "everybody", "all", "public", "所有人"})
"""Also guests, and people of other companies."""
SALES = frozenset({"sales", "team", "internal", "company", "销售", "内部"})
"""Whoever we know; who may read a card that names no audience."""
MANAGERS = frozenset({"managers", "manager", "management", "leadership", "经理", "管理层"})
ADMINISTRATORS = frozenset({"administrators", "admins", "admin", "管理员"})


@dataclass(frozen=True)
class Reader:
    """A person, with the names of the groups that they are in."""

    person: Person
    groups: frozenset[str]

    def may_read(self, audience: Iterable[str]) -> bool:
        """Whether one of the names of the audience means them: a group, their team or region, or themselves."""
        return any(name.strip().casefold() in self.groups for name in audience)


@dataclass(frozen=True)
class Readers:
    """Everybody who reads along; `strangers` says whether somebody does whom we do not know."""

    people: tuple[Reader, ...]
    strangers: bool = False

    def may_read(self, card: Card) -> bool:
        """Whether each of them may. In doubt, no."""
        audience = card.audience or ("sales",)
        if EVERYONE & {name.strip().casefold() for name in audience}:
            return True
        return not self.strangers and bool(self.people) and all(reader.may_read(audience) for reader in self.people)


def get_asker(context: SkillContext) -> Readers:
    """The person who asks, alone."""
    return get_readers_of(context, context.person())


def get_readers_of(context: SkillContext, person: Person) -> Readers:
    """A person alone, who need not be the one who asks."""
    return Readers((_reader(context, person),))


def get_readers(context: SkillContext) -> Readers:
    """Everybody who will read the answer."""
    if context.audience.is_private:
        return get_asker(context)
    channel = context.audience.channel
    if channel.startswith("#") and (named := get_channel_by_name(context.session, channel)) is not None:
        channel = named.id
    members = context.audience.people
    if members is None:
        members = list_channel_members(context.session, channel, seen_since=context.now - TRUSTED_FOR)
    people = [context.session.get(Person, person_id) for person_id in sorted(members or ())]
    known = [person for person in people if person is not None and person.is_active(context.today)]
    return Readers(tuple(_reader(context, person) for person in known), strangers=len(known) < len(people) or not known)


def _reader(context: SkillContext, person: Person) -> Reader:
    team = context.session.get(Team, person.team_id) if person.team_id else None
    names = {person.name, person.email or "", person.region, *((team.name, team.region) if team else ())}
    # A team that is called like a group does not make its people part of that.
    groups = {name.strip().casefold() for name in names if name} - EVERYONE - MANAGERS - ADMINISTRATORS | SALES
    role = Role(person.role)
    if role.rank >= Role.MANAGER.rank:
        groups |= MANAGERS
    if role is Role.ADMIN:
        groups |= ADMINISTRATORS
    return Reader(person, frozenset(groups))
