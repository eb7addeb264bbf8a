"""Which opportunities a statistic is about, in words; and the rows of its breakdown by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from skills.answer import Choice
from skills.contract import SkillContext
from skills.errors import NotFound, Unclear
from skills.measures.calendar import Grain
from skills.population import Population, find_company_population, find_population, region_of
from skills.references import find_account, find_product
from skills.references.names import Candidate, Fit, match
from skills.text import Text, text, verbatim
from skills.wording import enumeration, period_name
from store.models import Account, Person, Product
from store.people import list_people, list_teams
from store.scope import Scope
from store.segment import By, Key, Segment, list_words

Breakdown = Literal["rep", "team", "product", "region", "source", "competitor", "quarter"]
KEYS: Mapping[str, By] = {
    "rep": By.OWNER,
    "team": By.OWNER,
    "region": By.OWNER,
    "customer": By.ACCOUNT,
    "product": By.PRODUCT,
    "source": By.SOURCE,
    "competitor": By.COMPETITOR,
    "quarter": By.CLOSED,
}
"""What the store groups by; teams, regions and quarters are put together from people and days."""
HEADINGS: Mapping[str, tuple[Text, Text]] = {
    "rep": (text("Rep"), text("no rep")),
    "team": (text("Team"), text("no team")),
    "region": (text("Region"), text("no region")),
    "customer": (text("Customer"), text("no customer")),
    "product": (text("Product"), text("no product")),
    "source": (text("Source"), text("no source")),
    "competitor": (text("Competitor"), text("no competitor")),
    "quarter": (text("Quarter"), text("no quarter")),
}
"""The heading of the column, and what has none."""
TITLES: Mapping[str, Text] = {
    "rep": text("By rep"),
    "team": text("By team"),
    "region": text("By region"),
    "customer": text("By customer"),
    "product": text("By product"),
    "source": text("By source"),
    "competitor": text("By competitor"),
    "quarter": text("By quarter"),
}
CHOICES = 5


@dataclass(frozen=True)
class Asked:
    """The opportunities that a question is about."""

    population: Population
    segment: Segment
    whose: Text
    """Whose they are and what they are narrowed to, for people."""
    doubts: tuple[Text, ...]

    @property
    def is_narrowed_to_words(self) -> bool:
        """Whether a source or a competitor narrows it."""
        return self.segment.source is not None or self.segment.competitor is not None


def find_segment(
    context: SkillContext,
    owner: str | None,
    team: str | None,
    *,
    product: str | None = None,
    account: str | None = None,
    source: str | None = None,
    competitor: str | None = None,
    public: bool = False,
) -> Asked:
    """The people and the narrowing that the words name.

    `public` is for totals that every member may see; one person's, and one account's, are not among them.
    """
    found_account = find_account(context, account) if account else None
    found_product = find_product(context, product) if product else None
    if found_account and not (owner or team):
        everything = context.scope == Scope.everybody()
        label = text("the whole company") if everything else text("everyone whose records may be shown here")
        population = Population(context.scope, label)
    elif public and not found_account:
        population = find_company_population(context, owner, team)
    else:
        population = find_population(context, owner, team)
    segment = Segment(
        population.scope,
        found_product.value.id if found_product else None,
        found_account.value.id if found_account else None,
        _find_word(context, source, By.SOURCE, "source", text("source")) if source else None,
        _find_word(context, competitor, By.COMPETITOR, "competitor", text("competitor")) if competitor else None,
    )
    filters = [verbatim(found.value.name) for found in (found_account, found_product) if found]
    if segment.source:
        filters.append(text("source {source}", source=segment.source))
    if segment.competitor:
        filters.append(text("against {competitor}", competitor=segment.competitor))
    doubts = tuple(found.doubt for found in (found_account, found_product) if found and found.doubt)
    return Asked(
        population,
        segment,
        enumeration([population.label, *filters]) if filters else population.label,
        (*population.notes, *doubts),
    )


def _find_word(context: SkillContext, said: str, by: By, param: str, noun: Text) -> str:
    """The source or competitor that is meant, as it stands in the records."""
    known: dict[str, str] = {}
    for word in list_words(context.session, Scope.everybody(), by):
        known.setdefault(word.casefold(), word)
    exact = known.get(said.strip().casefold())
    if exact is not None:
        return exact
    matches = match(said, [Candidate(word, word) for word in known.values()])
    found = [candidate.value for candidate in matches.found]
    if len(found) == 1 and matches.fit is not Fit.NEAR:
        return found[0]
    near = found or [candidate.value for candidate in matches.nearest]
    choices = [Choice.of(verbatim(word), **{param: word}) for word in near[:CHOICES]]
    if len(found) > 1:
        raise Unclear(text("There are several that “{words}” can mean. Which one?", words=said), choices=choices)
    raise NotFound(
        text("No opportunity has the {noun} “{words}”.", noun=noun, words=said),
        text("Did you mean one of these?") if choices else text("Check the spelling, or give the whole name."),
        choices=choices,
    )


@dataclass(frozen=True)
class Part:
    """What a row of a breakdown is about; `place` orders the rows where nothing else does, -1 is the rest."""

    place: int
    label: Text


def name_parts(context: SkillContext, by: str) -> Callable[[Key], Part]:
    """Turns the keys of the store into the rows of the breakdown; several keys can be one row."""
    none = Part(-1, HEADINGS[by][1])
    parts: dict[object, Part] = {}

    def part(identity: object, label: Callable[[], Text]) -> Part:
        if identity not in parts:
            parts[identity] = Part(len(parts), label())
        return parts[identity]

    if by in ("rep", "team", "region"):
        naming = _naming(context, by)
        return lambda key: part(naming[key][0], lambda: verbatim(naming[key][1])) if key in naming else none
    if by == "quarter":
        calendar = context.calendar

        def quarter(key: Key) -> Part:
            if key is None or isinstance(key, int | str):
                return none
            period = calendar.containing(Grain.QUARTER, key)
            return Part(period.start.toordinal(), period_name(period))

        return quarter
    if by in ("product", "customer"):

        def record(key: Key) -> Part:
            if key is None:
                return none
            row = context.session.get(Product, key) if by == "product" else context.session.get(Account, key)
            return part(key, lambda: verbatim(row.name)) if row is not None else none

        return record
    return lambda key: part(str(key).casefold(), lambda: verbatim(str(key))) if key else none


def _naming(context: SkillContext, by: str) -> dict[Key, tuple[object, str]]:
    """What each person's records count for: the person, their team or their region, with its name."""
    teams = {team.id or 0: team for team in list_teams(context.session)}

    def named(person: Person) -> tuple[object, str]:
        if by == "rep":
            return person.id, person.name
        if by == "region":
            region = region_of(person, teams)
            return region, region
        team = teams.get(person.team_id or 0)
        return (team.id, team.name) if team else (None, "")

    people = list_people(context.session, Scope.everybody())
    return {person.id: naming for person in people if (naming := named(person))[1]}
