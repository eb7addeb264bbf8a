"""Who can have a target: the company, a region, a team or a person; and who is directly below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from skills.answer import Choice
from skills.calls import list_heads
from skills.contract import SkillContext
from skills.errors import NotFound, SkillError, Unclear
from skills.measures.calendar import Period
from skills.population import Population, find_population, region_of
from skills.references import find_person, means_everyone, means_my_team
from skills.text import Text, text
from store.models import Person, Team
from store.people import list_people, list_report_ids, list_team_ids, list_teams
from store.scope import Scope

T = TypeVar("T")


@dataclass(frozen=True)
class Holder:
    """Without person, team and region it is the company."""

    label: str
    scope: Scope
    """Whose bookings count towards it."""
    person: Person | None = None
    team: Team | None = None
    region: str = ""
    doubt: Text | None = None

    @property
    def key(self) -> tuple[int | None, int | None, str]:
        return self.person.id if self.person else None, self.team.id if self.team else None, self.region

    @property
    def is_company(self) -> bool:
        return self.person is None and self.team is None and not self.region


def find_holder(context: SkillContext, words: str, param: str = "who") -> Holder:
    """Whose target the words mean. A person is preferred to a team that is named after them."""
    if means_everyone(words):
        return Holder(context.organisation.name or "the company", Scope.everybody())
    if means_my_team(words):
        return _of_group(context, find_population(context, None, words))
    person, refused = _attempt(lambda: find_person(context, words, param=param))
    if person is not None and person.doubt is None:
        return holder_of_person(context, person.value)
    group, also_refused = _attempt(lambda: find_population(context, None, words))
    if group is not None and (person is None or not group.notes):
        return _of_group(context, group)
    if person is not None:
        return holder_of_person(context, person.value, person.doubt)
    raise _either(words, refused, also_refused, param)


def _attempt(read: Callable[[], T]) -> tuple[T | None, SkillError | None]:
    try:
        return read(), None
    except (NotFound, Unclear) as error:
        return None, error


def _either(words: str, person: SkillError | None, team: SkillError | None, param: str) -> SkillError:
    """What neither a person nor a team is called, with the choices of both."""
    choices = [*(person.choices if person else ())]
    for choice in team.choices if team else ():
        choices += [Choice.of(choice.label, **{param: given}) for given in choice.invocation.params.values()]
    return NotFound(
        text("I know no person, team or region “{words}”.", words=words),
        text("Did you mean one of these?") if choices else text("Check the spelling, or give the whole name."),
        choices=choices,
    )


def holder_of_person(context: SkillContext, person: Person, doubt: Text | None = None) -> Holder:
    number = person.id or 0
    scope = Scope.of({number} | list_report_ids(context.session, number))
    return Holder(person.name, scope, person=person, doubt=doubt)


def _of_group(context: SkillContext, group: Population) -> Holder:
    doubt = group.notes[0] if group.notes else None
    if group.team is not None:
        return Holder(group.team.name, group.scope, team=group.team, doubt=doubt)
    if group.person is not None:
        team = _whole_team(context, group.scope)
        return Holder(team.name, group.scope, team=team) if team else holder_of_person(context, group.person, doubt)
    teams = {team.id or 0: team for team in list_teams(context.session)}
    people = list_people(context.session, group.scope)
    region = next((region_of(person, teams) for person in people), "")
    return Holder(region, group.scope, region=region, doubt=doubt)


def _whole_team(context: SkillContext, scope: Scope) -> Team | None:
    """The team that these people are, if they are all of one."""
    numbers = {person.team_id for person in list_people(context.session, scope) if person.team_id is not None}
    if len(numbers) != 1:
        return None
    team = context.session.get(Team, numbers.pop())
    return team if team and scope == Scope.of(list_team_ids(context.session, team.id or 0)) else None


def find_head(context: SkillContext, whole: Holder) -> Holder | None:
    """Who leads all of a team: their own target is the team's number, where the team as such has none."""
    if whole.team is None:
        return None
    for person in list_people(context.session, whole.scope):
        holder = holder_of_person(context, person)
        if len(holder.scope.people or ()) > 1 and holder.scope.includes(whole.scope):
            return holder
    return None


def list_parts(context: SkillContext, whole: Holder, period: Period) -> tuple[Holder, ...]:
    """Who is directly below in a period: regions of the company, teams of a region, people of a team.

    Managers are no parts of their own team, and neither is whoever is not there in the period any more.
    """
    if whole.person is not None and whole.scope == Scope.of([whole.person.id or 0]):
        return ()
    people = [person for person in list_people(context.session, whole.scope) if _is_there(context, person, period)]
    teams = {team.id or 0: team for team in list_teams(context.session)}
    if whole.is_company:
        regions = {team.region for person in people if (team := teams.get(person.team_id or 0)) and team.region}
        if len(regions) > 1:
            return tuple(_region(context, region, teams) for region in sorted(regions, key=str.casefold))
    named = {person.team_id for person in people if person.team_id in teams}
    if whole.team is None and (len(named) > 1 or whole.is_company or whole.region):
        ordered = sorted((teams[number or 0] for number in named), key=lambda team: team.name.casefold())
        return tuple(
            Holder(team.name, Scope.of(list_team_ids(context.session, team.id or 0)), team=team) for team in ordered
        )
    heads = list_heads(people) | ({whole.person.id} if whole.person else set())
    return tuple(
        Holder(person.name, Scope.of([person.id or 0]), person=person) for person in people if person.id not in heads
    )


def _is_there(context: SkillContext, person: Person, period: Period) -> bool:
    if person.active_from is not None and person.active_from >= period.end:
        return False
    return person.active_to is None or person.active_to >= max(period.start, min(context.today, period.last_day))


def _region(context: SkillContext, region: str, teams: dict[int, Team]) -> Holder:
    numbers = [number for number, team in teams.items() if team.region == region]
    people = frozenset[int]().union(*(list_team_ids(context.session, number) for number in numbers))
    return Holder(region, Scope(people), region=region)
