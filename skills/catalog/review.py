"""The Friday review: what was planned for the week and what came, with the reasons of what was lost."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Fact, Invocation, Table
from skills.calls import get_calls
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.digests import Asked, Digest, Section, as_sold, facts_block, list_facts
from skills.digests import present as present_digest
from skills.errors import Impossible
from skills.measures.calendar import Grain, Period
from skills.measures.money import Sum, total
from skills.outlook import Outlook, Part, get_outlook
from skills.population import Population, find_period, find_population, period_words
from skills.terms import reason_words
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import period_name, period_note
from store.history import Due, Span
from store.models import Category, Status
from store.money import Money
from store.opportunities import OpportunityRow, list_closed
from store.people import list_people
from store.slips import Outcome, OutcomeSum, Slip, list_slips, sum_outcomes

SHOWN = 8
PEOPLE = 30
ONE_DAY = dt.timedelta(days=1)


class ReviewParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose week; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's week").template)
    period: str | None = Field(default=None, description=text("which period; this week when left out").template)


@dataclass(frozen=True)
class Kept:
    """What one person had planned, and what came of it, at the rates of the last day."""

    name: str
    planned: Sum
    won: Sum
    slipped: Sum
    lost: Sum
    booked: Money | None
    """Everything that was booked, planned or not; None where a rate is missing."""
    call: Money | None
    """What they say the quarter will bring."""
    so_far: Money | None
    """What the quarter has brought."""


@dataclass(frozen=True)
class Review:
    population: Population
    period: Period
    asked: Asked
    booked: Answer | None
    slippage: Answer | None
    people: tuple[Kept, ...]
    is_converted: bool
    """Whether amounts of several currencies stand in one beside each other."""
    won: tuple[OpportunityRow, ...]
    lost: tuple[OpportunityRow, ...]
    slips: tuple[Slip, ...]
    words: Mapping[str, str | None]


def run(context: SkillContext, params: ReviewParams) -> Review:
    population = find_population(context, params.owner, params.team)
    period = find_period(context, params.period, Grain.WEEK)
    if period.start > context.today:
        raise Impossible(text("{period} has not begun yet.", period=period_name(period)))
    asked = Asked(context)
    words = {"owner": params.owner, "team": params.team, "period": period_words(context, period)}
    slippage = asked.ask("slippage", "slip_rate", "due", "slipped", **words)
    session, scope = context.session, population.scope
    people, is_converted = _people(context, population, period)
    return Review(
        population=population,
        period=period,
        asked=asked,
        booked=asked.ask("booked", "booked", "count", **_whose(population, words)),
        slippage=slippage,
        people=people,
        is_converted=is_converted,
        won=tuple(list_closed(session, scope, Status.WON, period.start, period.end, limit=SHOWN)),
        lost=tuple(list_closed(session, scope, Status.LOST, period.start, period.end, limit=SHOWN)),
        slips=tuple(list_slips(session, scope, _span(context, period), _due(period), context.today, limit=SHOWN))[
            :SHOWN
        ],
        words=words,
    )


def _whose(population: Population, words: Mapping[str, str | None]) -> dict[str, str | None]:
    """Bookings are the whole company's where nobody is named; here they are of those whom the review is about."""
    if words["owner"] or words["team"] or population.scope.people is None:
        return dict(words)
    return {**words, "owner": "me"}


def _span(context: SkillContext, period: Period) -> Span:
    return Span(period.start - ONE_DAY, min(period.last_day, context.today))


def _due(period: Period) -> Due:
    return Due(period.start, period.end)


def _people(context: SkillContext, population: Population, period: Period) -> tuple[tuple[Kept, ...], bool]:
    """What each had planned and what came of it, all in one currency; and whether others were brought into it."""
    session, scope, today = context.session, population.scope, context.today
    span = _span(context, period)
    quarter = context.calendar.containing(Grain.QUARTER, min(period.last_day, today))
    calls = None if population.is_partial else get_calls(context, scope, quarter)
    sums = sum_outcomes(session, scope, span, _due(period), today)
    brought = get_outlook(context, scope, period, {row.currency for row in sums if row.amount_minor})
    outlook = get_outlook(context, scope, quarter, brought.currencies)
    if outlook.currency != brought.currency:
        # The quarter may have brought something in a currency that the week has nothing in.
        brought = get_outlook(context, scope, period, outlook.currencies)
    rows: dict[int, list[OutcomeSum]] = {}
    for row in sums:
        rows.setdefault(row.owner_id, []).append(row)
    kind, currency = context.organisation.open_rates, outlook.currency

    def add(several: Iterable[OutcomeSum]) -> Sum:
        amounts = (Money(one.amount_minor, one.currency) for one in several)
        return total(context.rates, amounts, span.closing, to=currency, kind=kind)

    found = []
    for person in list_people(session, scope):
        mine, part = rows.get(person.id or 0, []), brought.people.get(person.id or 0, Part())
        if not mine and not part.won:
            continue
        won_of_it, slipped, lost = (
            add(one for one in mine if one.outcome is outcome)
            for outcome in (Outcome.WON, Outcome.SLIPPED, Outcome.LOST)
        )
        call = calls.newest(person.id or 0, Category.COMMIT) if calls is not None else None
        money = None if call is None else total(context.rates, [call.money], today, to=currency, kind=kind).money
        found.append(
            Kept(
                person.name,
                add(mine),
                won_of_it,
                slipped,
                lost,
                _booked(brought, person.id),
                money,
                _booked(outlook, person.id),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.planned.minor, one.name.casefold()))), outlook.is_converted


def _booked(outlook: Outlook, person_id: int | None) -> Money | None:
    part = outlook.people.get(person_id or 0, Part())
    return None if outlook.missing else outlook.money(part.booked)


def present(review: Review) -> Answer:
    return present_digest(
        Digest(
            headline=_headline(review),
            sections=(
                Section(text("In figures"), blocks=facts_block(_facts(review))),
                Section(text("By person"), blocks=_table(review)),
                Section(text("Won"), blocks=_closed(text("Won"), review.won, lost=False)),
                Section(text("Slipped"), blocks=_slips(review)),
                Section(text("Lost"), blocks=_closed(text("Lost"), review.lost, lost=True)),
            ),
            figures=tuple(review.asked.figures),
            actions=_actions(review),
            notes=(
                *review.asked.notes,
                *review.population.notes,
                text("Planned: open when the period began and due in it, at the amounts of then."),
                *_currency_notes(review),
                period_note(review.period, review.population.label),
            ),
        )
    )


def _headline(review: Review) -> Text:
    if not review.people and not review.won and not review.lost:
        return text(
            "Nothing was planned and nothing closed, {period} ({whose}).",
            period=period_name(review.period), whose=review.population.label,
        )  # fmt: skip
    if review.booked is not None and review.slippage is not None:
        return text(
            "Said and done, {period} ({whose}): {planned} planned, {booked} booked, {slipped} slipped.",
            period=period_name(review.period),
            whose=review.population.label,
            planned=_fact(review.slippage, "due"),
            booked=_fact(review.booked, "booked"),
            slipped=_fact(review.slippage, "slipped"),
        )
    return text("Said and done, {period} ({whose}).", period=period_name(review.period), whose=review.population.label)


def _fact(answer: Answer, name: str) -> Text:
    facts = list_facts(answer, name)
    return facts[0].value if facts else text("–")


def _facts(review: Review) -> list[Fact]:
    return [*list_facts(review.slippage, "due", "slipped", "slip_rate"), *list_facts(review.booked, "booked", "count")]


def _table(review: Review) -> tuple[Block, ...]:
    if len(review.people) < 2:
        return ()

    def cells(one: Kept) -> tuple[AnyValue, ...]:
        sums = (one.planned, one.won, one.slipped, one.lost)
        return (
            verbatim(one.name),
            *(text("–") if part.money is None else value(part.money) for part in sums),
            *(text("–") if money is None else value(money) for money in (one.booked, one.so_far, one.call)),
        )

    return (
        Table(
            title=text("Planned and done"),
            columns=(
                Column(label=text("Person")),
                Column(label=text("Planned"), numeric=True),
                Column(label=text("Of it won"), numeric=True),
                Column(label=text("Slipped"), numeric=True),
                Column(label=text("Lost"), numeric=True),
                Column(label=text("Booked"), numeric=True),
                Column(label=text("Quarter so far"), numeric=True),
                Column(label=text("Call"), numeric=True),
            ),
            rows=tuple(cells(one) for one in review.people[:PEOPLE]),
        ),
    )


def _currency_notes(review: Review) -> tuple[Text, ...]:
    listed = [slip.currency for slip in review.slips]
    listed += [row.opportunity.currency for row in (*review.won, *review.lost)]
    if len(review.people) < 2 or not review.is_converted:
        return as_sold(listed)
    rule = text("By person, everything is in {currency}.", currency=review.people[0].planned.currency)
    return (rule, *as_sold(listed))


def _slips(review: Review) -> tuple[Block, ...]:
    if not review.slips:
        return ()
    return (
        Table(
            title=text("Slipped"),
            columns=(
                Column(label=text("Opportunity")),
                Column(label=text("Owner")),
                Column(label=text("Amount"), numeric=True),
                Column(label=text("Was due")),
                Column(label=text("Now due")),
            ),
            rows=tuple(
                (
                    verbatim(one.name),
                    verbatim(one.owner),
                    text("–") if one.amount_minor is None else value(Money(one.amount_minor, one.currency)),
                    value(one.was_due),
                    value(one.due),
                )
                for one in review.slips
            ),
        ),
    )


def _closed(title: Text, rows: tuple[OpportunityRow, ...], *, lost: bool) -> tuple[Block, ...]:
    if not rows:
        return ()
    return (
        Table(
            title=title,
            columns=(
                Column(label=text("Opportunity")),
                Column(label=text("Owner")),
                Column(label=text("Amount"), numeric=True),
                Column(label=text("Reason lost") if lost else text("Against")),
            ),
            rows=tuple(_closed_row(row, lost=lost) for row in rows),
        ),
    )


def _closed_row(row: OpportunityRow, *, lost: bool) -> tuple[AnyValue, ...]:
    one = row.opportunity
    last = reason_words(one.loss_reason or "–") if lost else verbatim(one.competitor or "–")
    amount = text("–") if one.amount_minor is None else value(Money(one.amount_minor, one.currency))
    return (verbatim(one.name), verbatim(row.owner), amount, last)


def _actions(review: Review) -> tuple[Action, ...]:
    whose = {name: review.words[name] for name in ("owner", "team")}
    return (
        Action(label=text("What slipped"), invocation=Invocation.of("slippage", review.words)),
        Action(label=text("Everything that changed"), invocation=Invocation.of("changes", review.words)),
        Action(label=text("Why we lose"), invocation=Invocation.of("winrate", whose)),
    )


SKILL = Skill(
    name="review",
    summary=text("The Friday review: what was planned for the week and what came"),
    params=ReviewParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("friday", "retro"),
    examples=(
        Example("friday review", ReviewParams()),
        Example("review of the week", ReviewParams()),
        Example("said and done this week", ReviewParams(period="this week")),
        Example("how did my team's week go", ReviewParams(team="my team")),
        Example("weekly review for the EMEA team", ReviewParams(team="EMEA")),
        Example("plan against actual last week", ReviewParams(period="last week")),
        Example("end of the week report", ReviewParams()),
        Example("周五复盘", ReviewParams()),
        Example("本周复盘", ReviewParams(period="本周")),
        Example("团队上周复盘", ReviewParams(team="团队", period="上周")),
    ),
)
