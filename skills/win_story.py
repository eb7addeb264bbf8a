"""How a deal was won, read from its history: who, what, how long, the turns it took, and the post that tells it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from skills.contract import SkillContext
from skills.errors import Impossible, NotFound
from skills.language import Language
from skills.measures.slippage import quarter_edges
from skills.references import find_opportunity
from skills.terms import KINDS
from skills.text import Text, listed, render, text, verbatim
from store.activities import list_activities
from store.credits import list_splits
from store.models import WHOLE_SHARE, Account, ActivityKind, Credit, Opportunity, Person, Product, Status
from store.money import Money
from store.opportunities import get_last_won, list_stages
from store.risk import Logged, list_logged
from store.scope import Scope

TURNS = 4
"""Turning points that are told, the last ones."""
STAGES = 6
TOUCHES = 500
DONE = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.DEMO)
LONGEST = 1200
"""Characters of a draft: it travels in a button to the form in which it is edited."""


@dataclass(frozen=True)
class WinStory:
    opportunity: Opportunity
    account: str
    owner: str
    helpers: tuple[tuple[str, Fraction], ...]
    """Who else is credited with a share of it."""
    product: str
    stages: tuple[tuple[dt.date, str], ...]
    turns: tuple[Text, ...]
    touches: Mapping[str, int]
    """Activities by kind, those that take two."""

    @property
    def money(self) -> Money | None:
        minor = self.opportunity.amount_minor
        return None if minor is None else Money(minor, self.opportunity.currency)

    @property
    def days(self) -> int | None:
        """From the day it was opened until it was won."""
        opened, closed = self.opportunity.opened_on, self.opportunity.closed_on
        return (closed - opened).days if opened and closed and closed >= opened else None


def find_won(context: SkillContext, words: str | None) -> Opportunity:
    """The won opportunity that is meant; one's own newest without words."""
    if words and words.strip():
        opportunity = find_opportunity(context, words, status=None if ":" in words else Status.WON).value
    else:
        found = get_last_won(context.session, Scope.of({context.actor.id}) & context.own_scope)
        if found is None:
            raise NotFound(text("You have not won anything yet that I could write about."))
        opportunity = found
    if opportunity.status != Status.WON:
        raise Impossible(
            text("**{name}** is not won.", name=opportunity.name), text("Mark it as won first, then ask me again.")
        )
    return opportunity


def get_story(context: SkillContext, opportunity: Opportunity) -> WinStory:
    """What the records tell; nothing is in it that nobody wrote down."""
    session, number = context.session, opportunity.id or 0
    account = session.get(Account, opportunity.account_id) if opportunity.account_id else None
    product = session.get(Product, opportunity.product_id) if opportunity.product_id else None
    owner = session.get_one(Person, opportunity.owner_id)
    helpers: list[tuple[str, Fraction]] = []
    for kind in (Credit.DIRECT, Credit.OVERLAY):
        for split in list_splits(session, number, kind):
            person = session.get(Person, split.person_id)
            if person is not None and person.id != owner.id and person.name not in dict(helpers):
                helpers.append((person.name, Fraction(split.share, WHOLE_SHARE)))
    logged = list_logged(session, [number], context.today).get(number, ())
    rows = list_activities(session, Scope.of({opportunity.owner_id}), limit=TOUCHES, opportunity_id=number)
    kinds = Counter(row.activity.kind for row in rows)
    return WinStory(
        opportunity=opportunity,
        account=account.name if account else "",
        owner=owner.name,
        helpers=tuple(helpers),
        product=product.name if product else "",
        stages=tuple(_stages(context, opportunity, logged)),
        turns=tuple(_turns(context, logged)),
        touches={kind.value: kinds[kind] for kind in DONE if kinds[kind]},
    )


def _stages(context: SkillContext, opportunity: Opportunity, logged: Sequence[Logged]) -> Iterator[tuple[dt.date, str]]:
    """When each stage was entered for the last time, in order."""
    names = {stage.id: stage for stage in list_stages(context.session)}
    entered = {one.new: one.day for one in logged if one.field == "stage_id" and one.new in names}
    for stage_id, day in sorted(entered.items(), key=lambda item: (item[1], names[item[0]].position)):
        if names[stage_id].kind == Status.OPEN and (opportunity.closed_on is None or day <= opportunity.closed_on):
            yield day, names[stage_id].name


def _turns(context: SkillContext, logged: Sequence[Logged]) -> Iterator[Text]:
    """Where it went back, was pushed or became larger or smaller, in the order of the days."""
    stages = {stage.id: stage for stage in list_stages(context.session)}
    edges = quarter_edges(context.calendar, context.today)
    for one in sorted(logged, key=lambda one: one.day):
        if one.old is None or one.new is None or one.old == one.new:
            continue
        match one.field:
            case "stage_id" if one.old in stages and one.new in stages:
                before, after = stages[one.old], stages[one.new]
                if before.kind == Status.LOST:
                    yield text("won back on {day} after it was lost", day=one.day)
                elif after.kind == Status.OPEN and after.position < before.position:
                    yield text("back to {stage} on {day}", stage=after.name, day=one.day)
            case "expected_close" if any(one.old < edge <= one.new for edge in edges):
                yield text("pushed to {new} on {day}", new=one.new, day=one.day)
            case _:
                continue


def written(story: WinStory, language: Language, *, with_amount: bool) -> str:
    """The post as it is drafted, in the language of whoever edits it; one sentence a line."""
    lines: list[str] = []
    for line in _lines(story, with_amount=with_amount):
        words = render(line, language).replace("**", "")
        if sum(map(len, lines)) + len(words) + len(lines) <= LONGEST:
            lines.append(words)
    return "\n".join(lines)


def _lines(story: WinStory, *, with_amount: bool) -> Iterator[Text]:
    name, money = story.opportunity.name, story.money if with_amount else None
    what = text("{name} ({product})", name=name, product=story.product) if story.product else verbatim(name)
    yield text("Won: {what}, {amount}", what=what, amount=money) if money else text("Won: {what}", what=what)
    if story.account and story.account not in name:
        yield text("Customer: {account}", account=story.account)
    if story.helpers:
        helpers = [text("{who} ({share})", who=who, share=share) for who, share in story.helpers]
        yield text("By {owner}, together with {helpers}", owner=story.owner, helpers=listed(helpers))
    else:
        yield text("By {owner}", owner=story.owner)
    opened, closed = story.opportunity.opened_on, story.opportunity.closed_on
    if story.days is not None and opened and closed:
        yield text("It took {days} days, from {opened} to {closed}", days=story.days, opened=opened, closed=closed)
    if len(story.stages) > 1:
        steps = [text("{stage} {day}", stage=stage, day=day) for day, stage in story.stages[-STAGES:]]
        yield text("The way: {steps}", steps=_joined(steps))
    if story.turns:
        yield text("Turning points: {turns}", turns=_joined(story.turns[-TURNS:]))
    if story.touches:
        done = [text("{kind} × {count}", kind=KINDS[kind], count=count) for kind, count in story.touches.items()]
        yield text("The work behind it: {done}", done=_joined(done))
    if story.opportunity.competitor:
        yield text("Won against {competitor}", competitor=story.opportunity.competitor)


def _joined(parts: Sequence[Text]) -> Text:
    joined = parts[0]
    for part in parts[1:]:
        joined = text("{these}; {next}", these=joined, next=part)
    return joined
