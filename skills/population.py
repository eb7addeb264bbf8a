"""Whose records a question about figures is about, and in which period."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from skills.contract import SkillContext
from skills.errors import Impossible, NotAllowed, Unclear
from skills.measures.calendar import Grain, Period
from skills.references import find_person, find_team, means_everyone, means_me, means_my_team, read_period
from skills.references.names import other_region_names, pieces
from skills.text import Text, text, verbatim
from store.models import Person, Role, Team
from store.people import list_people, list_report_ids, list_team_ids, list_teams
from store.scope import Scope

REGION_WORD = re.compile(r"(?i)^the\s+|\s+(?:region|team|office|reps)$|团队$|区$|大区$")


@dataclass(frozen=True)
class Population:
    """The people whose records are counted. `scope` is already within what may be shown here."""

    scope: Scope
    label: Text
    person: Person | None = None
    """The one person that it is about; a manager stands for everybody below, too."""
    team: Team | None = None
    region: str = ""
    """The region that it is about, where it is one."""
    is_partial: bool = False
    """Some of its people are left out, because not everybody in the channel may see their records."""
    notes: tuple[Text, ...] = ()
    is_public: bool = False
    """Only its totals are asked for, and every member may see those."""

    @property
    def is_single(self) -> bool:
        """Whether the records are one person's."""
        return self.scope.people is not None and len(self.scope.people) <= 1 and self.person is not None


def find_company_population(context: SkillContext, owner: str | None, team: str | None) -> Population:
    """For totals that every member may see: the whole company unless somebody is named; one person's only in scope."""
    if _given(owner):
        return find_population(context, owner, team)
    if not _given(team) or means_everyone(team or ""):
        population = Population(Scope.everybody(), text("the whole company"))
    elif means_my_team(team or ""):
        population = _my_team(context)
    else:
        population = _team(context, team or "")
    return replace(population, is_public=True)


def find_population(context: SkillContext, owner: str | None, team: str | None) -> Population:
    """The named person or team; when nobody is named, what is the asker's to look after.

    Raises `NotAllowed` for people whose records the asker may not read.
    """
    who, group = owner or "", team or ""
    if _given(owner) and not means_me(who) and not means_everyone(who):
        return _within(context, _person(context, who, team))
    if means_me(who):
        return _within(context, _own(context, context.person()))
    if _given(team) and means_my_team(group) and not means_everyone(group):
        return _within(context, _my_team(context))
    if _given(team) and not means_everyone(group):
        return _within(context, _team(context, group))
    if _given(owner) or _given(team) or context.actor.role is Role.ADMIN:
        return _within(context, Population(Scope.everybody(), text("the whole company")))
    return _within(context, _own(context, context.person()))


def find_period(context: SkillContext, words: str | None, default: Grain) -> Period:
    """The period that is meant; without words, the one of this length that today lies in."""
    if words and words.strip():
        return read_period(words, context.today, context.calendar)
    return context.calendar.containing(default, context.today)


def period_words(context: SkillContext, period: Period) -> str:
    """Words that mean this period again, whenever a button with them is pressed: its label, or else its days."""
    try:
        again = read_period(period.label, context.today, context.calendar)
    except Unclear:
        again = None
    if again is not None and (again.start, again.end) == (period.start, period.end):
        return period.label
    return f"{period.start} to {period.last_day}"


def _given(words: str | None) -> bool:
    return bool(words and words.strip())


def _person(context: SkillContext, owner: str, team: str | None) -> Population:
    found = find_person(context, owner, param="owner")
    population = _own(context, found.value)
    if team and _given(team) and not means_everyone(team) and not means_my_team(team):
        members = _team(context, team)
        if found.value.team_id != (members.team.id if members.team else None):
            raise Impossible(
                text("{who} is not in {team}.", who=found.value.name, team=members.label),
                text("Ask for the person or for the team."),
            )
    if found.doubt:
        return Population(population.scope, population.label, population.person, notes=(found.doubt,))
    return population


def _own(context: SkillContext, person: Person) -> Population:
    """A person's own records; a manager's are those of everybody below as well."""
    below = list_report_ids(context.session, person.id or 0)
    mine = person.id == context.actor.id
    if below:
        label = text("your team") if mine else text("{manager}'s team", manager=person.name)
        return Population(Scope.of({person.id or 0} | below), label, person)
    return Population(Scope.of({person.id or 0}), text("yours") if mine else verbatim(person.name), person)


def _my_team(context: SkillContext) -> Population:
    person = context.person()
    below = list_report_ids(context.session, person.id or 0)
    if below:
        return Population(Scope.of({person.id or 0} | below), text("your team"), person)
    if person.team_id is None:
        raise Impossible(text("You are not in a team yet."), text("Name a team or a person, or ask an administrator."))
    team = context.session.get(Team, person.team_id)
    return Population(
        Scope.of(list_team_ids(context.session, person.team_id)), verbatim(team.name if team else ""), team=team
    )


def _team(context: SkillContext, words: str) -> Population:
    """A team; or a whole region, where a region is so called and no team is."""
    region = _region(context, words)
    if region is not None:
        return region
    found = find_team(context, words, param="team")
    return Population(
        Scope.of(list_team_ids(context.session, found.value.id or 0)),
        verbatim(found.value.name),
        team=found.value,
        notes=(found.doubt,) if found.doubt else (),
    )


def _region(context: SkillContext, words: str) -> Population | None:
    """Everybody who is in a region, or in a team of it."""
    whole = words.strip()
    said = {pieces(whole), pieces(REGION_WORD.sub("", whole))}
    teams = list_teams(context.session)
    people = list_people(context.session, Scope.everybody())
    if any(pieces(team.name) in said for team in teams):
        return None
    known = {team.region for team in teams} | {person.region for person in people}
    names = sorted(name for name in known if name)
    named = [name for name in names if said & {pieces(other) for other in (name, *other_region_names(name))}]
    if len(named) != 1:
        return None
    by_id = {team.id or 0: team for team in teams}
    ids = {person.id for person in people if region_of(person, by_id) == named[0]}
    return Population(Scope.of({number for number in ids if number is not None}), verbatim(named[0]), region=named[0])


def region_of(person: Person, teams: Mapping[int, Team]) -> str:
    """The region that a person's records count for: their own, or else their team's; empty where there is none."""
    team = teams.get(person.team_id or 0)
    return person.region or (team.region if team else "")


def _within(context: SkillContext, asked: Population) -> Population:
    """The population cut down to what may be shown here; refused where the asker may not read it at all."""
    if not context.own_scope.includes(asked.scope):
        raise _refusal(context, asked)
    shown = asked.scope & context.scope
    if shown == asked.scope:
        return asked
    if not shown.people:
        raise NotAllowed(
            text("Not everyone here may see those figures ({whose}).", whose=asked.label),
            text("Ask me in a direct message."),
        )
    return replace(asked, scope=shown, is_partial=True)


def _refusal(context: SkillContext, asked: Population) -> NotAllowed:
    me = context.person()
    manager = context.session.get(Person, me.manager_id) if me.manager_id else None
    if context.own_scope == Scope.of({me.id or 0}):
        allowed = text("You may see your own records.")
    else:
        allowed = text("You may see your own records and those of your team.")
    ask = text("Ask {manager} or an administrator.", manager=manager.name) if manager else text("Ask an administrator.")
    return NotAllowed(
        text("You may not see those records ({whose}).", whose=asked.label),
        text("{allowed} {ask}", allowed=allowed, ask=ask),
    )
