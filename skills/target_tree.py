"""Targets from the company down to people: what each has, has handed out, and what is left (domain 1.2)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from skills.calls import list_below, list_heads
from skills.contract import SkillContext
from skills.measures.calendar import Period
from skills.population import Population, region_of
from skills.text import Text, verbatim
from store.models import Level, Metric, Person, RateKind, Team
from store.money import Money
from store.people import list_people, list_teams
from store.targets import Target, TargetVersion, list_accepted_before, list_target_versions, list_targets

VERSIONS = 10
"""So many changes of targets are told, the newest ones."""


class State(StrEnum):
    """What a person has said to their target."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    CHANGED = "changed"
    """It was accepted once, and is another one since."""


@dataclass
class Node:
    """The company, a region, a team or a person. Amounts are exact, after ramp."""

    kind: str
    id: int | str
    label: Text
    own: Fraction | None = None
    children: list["Node"] = field(default_factory=list)
    state: State | None = None

    @property
    def handed_out(self) -> Fraction | None:
        """What the nodes below have together; None where none of them has any."""
        below = [child.whole for child in self.children if child.whole is not None]
        return sum(below, Fraction(0)) if below else None

    @property
    def whole(self) -> Fraction | None:
        """Its own target, or else what those below have."""
        return self.handed_out if self.own is None else self.own

    @property
    def left(self) -> Fraction | None:
        """What nobody below has; below zero is what they have beyond it. None where nothing was handed out."""
        return None if self.own is None or self.handed_out is None else self.own - self.handed_out

    @property
    def over(self) -> Fraction | None:
        """By how much those below have more, as a share: Σ of them ÷ own − 1."""
        if not self.own or self.handed_out is None:
            return None
        return self.handed_out / self.own - 1

    def walk(self, depth: int = 0) -> Iterator[tuple[int, "Node"]]:
        """Itself and everything below, each with how deep it is."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True)
class TargetTree:
    root: Node
    currency: str | None
    """None where it is a count."""
    is_converted: bool
    missing: tuple[str, ...]
    """Currencies without a plan rate: with any of them no amount has a value."""
    versions: tuple[tuple[Text, TargetVersion], ...]
    """Changes within the period with their holder's name, newest first."""
    without: int
    """Active people of whom nothing is asked."""


def get_target_tree(
    context: SkillContext, population: Population, period: Period, metric: Metric, level: Level
) -> TargetTree:
    """The targets of a period for a population, as far down as its people."""
    months = [month.key for month in context.calendar.months(period)]
    scope = population.scope
    asked = list_targets(context.session, scope, months, metric=metric, level=level)
    accepted = list_accepted_before(context.session, scope, months, metric=metric, level=level)
    people = list_people(context.session, scope)
    teams = {team.id or 0: team for team in list_teams(context.session)}
    targets = _within(population, asked, {person.team_id for person in people})
    sums = _Sums(context, targets, metric)
    tree = _Tree(population, people, teams, sums, _states(targets, accepted), period)
    root = tree.build()
    versions = list_target_versions(context.session, scope, months, metric=metric, level=level, limit=VERSIONS * 5)
    named = [(label, version) for version in versions if (label := tree.label_of(version)) is not None]
    return TargetTree(
        root=root,
        currency=sums.currency,
        is_converted=sums.is_converted,
        missing=tuple(sorted(sums.missing)),
        versions=tuple(named[:VERSIONS]),
        without=tree.count_without(context.today),
    )


def _within(population: Population, targets: Iterable[Target], teams: set[int | None]) -> list[Target]:
    """Those that can stand in the population's tree: a rep's own is in their currency, whatever others have."""
    is_whole = population.person is None and population.team is None

    def belongs(target: Target) -> bool:
        if target.person_id is not None:
            return True
        if target.team_id is not None:
            return target.team_id in teams and not population.is_single
        return is_whole and (bool(target.region) or population.scope.people is None)

    return [target for target in targets if belongs(target)]


class _Sums:
    """Each holder's target over the months, in one currency: their own where there is one only, else at plan rates."""

    def __init__(self, context: SkillContext, targets: Sequence[Target], metric: Metric) -> None:
        currencies = {target.currency for target in targets if target.currency and target.minor}
        home = context.organisation.currency
        only = next(iter(currencies)) if len(currencies) == 1 else home
        self.currency = only if metric.is_money else None
        self.is_converted = metric.is_money and len(currencies) > 1
        self.missing: set[str] = set()
        self.by_holder: dict[tuple[int | None, int | None, str], Fraction] = {}
        for target in targets:
            exact: Fraction | None = Fraction(target.minor)
            if self.is_converted and target.currency and target.minor:
                exact = context.rates.exact(Money(target.minor, target.currency), target.month, RateKind.PLAN, only)
            if exact is None:
                self.missing.add(target.currency or "")
                continue
            before = self.by_holder.get(target.holder, Fraction(0))
            self.by_holder[target.holder] = before + exact * Fraction(target.ramp_percent, 100)


def _states(targets: Iterable[Target], accepted: frozenset[tuple[int, dt.date]]) -> dict[int, State]:
    by_person: dict[int, list[Target]] = defaultdict(list)
    for target in targets:
        if target.person_id is not None:
            by_person[target.person_id].append(target)
    states = {}
    for person, its in by_person.items():
        open_ones = [target for target in its if target.accepted_at is None]
        if not open_ones:
            states[person] = State.ACCEPTED
        elif any((person, target.month) in accepted for target in open_ones):
            states[person] = State.CHANGED
        else:
            states[person] = State.WAITING
    return states


class _Tree:
    def __init__(
        self,
        population: Population,
        people: Sequence[Person],
        teams: Mapping[int, Team],
        sums: _Sums,
        states: Mapping[int, State],
        period: Period,
    ) -> None:
        self._population, self._teams, self._sums, self._states = population, teams, sums, states
        self._people = {person.id or 0: person for person in people}
        self._period = period
        self._heads = list_heads(people)
        self._below = list_below(people)
        self._carriers = {
            person.manager_id for number, person in self._people.items() if (number, None, "") in sums.by_holder
        } & self._heads
        """Managers whose people have targets: theirs is their team's number, not one more to add."""
        self._names: dict[tuple[int | None, int | None, str], Text] = {}

    def build(self) -> Node:
        population = self._population
        if population.is_single and population.person is not None:
            return self._person(population.person)
        if population.person is not None:
            return self._managed(population.person)
        if population.team is not None:
            return self._team(population.team.id or 0, list(self._people.values()))
        if population.scope.people is None:
            return self._company()
        regions = {region_of(person, self._teams) for person in self._people.values()}
        return self._region(regions.pop() if len(regions) == 1 else "", list(self._people.values()))

    def label_of(self, version: TargetVersion) -> Text | None:
        """The name of the holder, if it is in the tree."""
        return self._names.get((version.person_id, version.team_id, version.region))

    def count_without(self, today: dt.date) -> int:
        """Active people who manage nobody and of whom nothing is asked."""
        day = min(max(today, self._period.start), self._period.last_day)
        return sum(
            person.is_active(day) and number not in self._heads and (number, None, "") not in self._sums.by_holder
            for number, person in self._people.items()
        )

    def _own(self, holder: tuple[int | None, int | None, str], label: Text) -> Fraction | None:
        self._names[holder] = label
        return self._sums.by_holder.get(holder)

    def _person(self, person: Person) -> Node:
        number, label = person.id or 0, verbatim(person.name)
        own = self._own((number, None, ""), label)
        return Node("person", number, label, own, state=self._states.get(number))

    def _people_nodes(self, people: Iterable[Person]) -> list[Node]:
        """Those who have a target; a manager whose people have some is not one of them."""
        ordered = sorted(people, key=lambda person: person.name.casefold())
        return [
            self._person(person)
            for person in ordered
            if person.id not in self._carriers and (person.id, None, "") in self._sums.by_holder
        ]

    def _team(self, team_id: int, people: Sequence[Person]) -> Node:
        label = verbatim(self._teams[team_id].name)
        own = self._own((None, team_id, ""), label)
        managers = [person for person in people if person.id in self._carriers]
        # Where the team as such has no number, the one of whoever leads all of it is the team's.
        for manager in managers:
            everybody = {person.id for person in people}
            leads_all = everybody <= self._below.get(manager.id or 0, frozenset()) | {manager.id}
            number = self._own((manager.id, None, ""), verbatim(manager.name))
            own = number if own is None and leads_all else own
        return Node("team", team_id, label, own, self._people_nodes(people))

    def _teams_nodes(self, people: Iterable[Person]) -> list[Node]:
        by_team: dict[int, list[Person]] = defaultdict(list)
        alone = []
        for person in people:
            if person.team_id in self._teams:
                by_team[person.team_id or 0].append(person)
            else:
                alone.append(person)
        nodes = [self._team(team, members) for team, members in by_team.items()]
        ordered = sorted(nodes, key=lambda node: self._teams[int(node.id)].name.casefold())
        return [node for node in ordered if node.whole is not None] + self._people_nodes(alone)

    def _region(self, region: str, people: Sequence[Person]) -> Node:
        label = verbatim(region) if region else self._population.label
        own = self._own((None, None, region), label) if region else None
        return Node("region", region, label, own, self._teams_nodes(people))

    def _company(self) -> Node:
        own = self._own((None, None, ""), self._population.label)
        by_region: dict[str, list[Person]] = defaultdict(list)
        for person in self._people.values():
            team = self._teams.get(person.team_id or 0)
            by_region[team.region if team else person.region].append(person)
        named = sorted((region for region in by_region if region), key=str.casefold)
        nodes = [self._region(region, by_region[region]) for region in named]
        children = [node for node in nodes if node.whole is not None]
        children += self._teams_nodes(by_region.get("", []))
        return Node("company", "", self._population.label, own, children)

    def _managed(self, manager: Person) -> Node:
        """Everybody below a manager: their teams where there are several, else the people."""
        number, label = manager.id or 0, self._population.label
        own = self._own((number, None, ""), label)
        others = [person for person in self._people.values() if person.id != number]
        teams = {person.team_id for person in others if person.team_id in self._teams}
        if len(teams) == 1:
            whole = self._own((None, teams.pop(), ""), label)
            own = own if whole is None else whole
            return Node("manager", number, label, own, self._people_nodes(others))
        return Node("manager", number, label, own, self._teams_nodes(others))
