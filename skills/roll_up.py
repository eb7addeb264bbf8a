"""A forecast with everything beside it: each person's part, their calls and their managers', quotas (domain 3.5)."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from skills.called_by_week import CalledWeek, list_called_weeks
from skills.calls import Call, Calls, get_calls, list_below, list_heads, list_population
from skills.contract import SkillContext
from skills.conversion import Conversion, Rule
from skills.effective import EffectiveQuotas
from skills.figure import RecordFilter
from skills.measures.calendar import Period, add_months
from skills.outlook import Outlook, Part, get_outlook
from skills.population import Population
from skills.text import AnyValue, text, value
from store.matching import list_matching
from store.models import Category, Level, Person
from store.money import Money
from store.quotas import list_quotas

SHOWN = 30
NAMED = 5
"""Opportunities of a currency without a rate that are named."""
CALLS_SHOWN = 8
"""So many earlier calls of one person are told."""


@dataclass(frozen=True)
class Line:
    """One person of the population."""

    person: Person
    is_head: bool
    part: Part
    call: Call | None
    override: Call | None
    quota: Fraction | None


@dataclass(frozen=True)
class RollUp:
    """What a manager calls, beside the sum of what the people below call."""

    name: str
    call: Call | None
    called: int
    people: int
    below: Fraction | None


@dataclass(frozen=True)
class Forecast:
    population: Population
    period: Period
    as_of: dt.datetime
    today: dt.date
    zone: str
    outlook: Outlook
    lines: tuple[Line, ...]
    roll_ups: tuple[RollUp, ...]
    history: tuple[Call, ...]
    """Earlier calls of the person it is about, newest first."""
    calls: Mapping[tuple[int, str, int], Fraction | None]
    """Each call in the outlook's currency, by person, category and author; None where a rate is missing."""
    quota: Fraction | None
    open_rates: str
    shown: int
    """People in a table."""
    weeks: tuple[CalledWeek, ...] = ()
    """How the calls of several people have moved; empty unless asked for."""
    without_rate: tuple[str, ...] = ()
    """The largest opportunities that keep it from being added up, as far as they may be named here."""

    def called(self, call: Call) -> Fraction | None:
        return self.calls.get((call.person_id, call.category, call.author_id))

    def in_table(self, call: Call | None) -> AnyValue:
        """A call as it stands beside the other amounts, in their currency; as it was made where a rate is missing."""
        if call is None:
            return text("–")
        exact = self.called(call)
        return value(call.money if exact is None else self.outlook.money(exact))

    @property
    def foreign(self) -> tuple[str, ...]:
        """Other currencies in which people have made their calls."""
        made = [call for line in self.lines for call in (line.call, line.override) if call]
        made += [one.call for one in self.roll_ups if one.call]
        return tuple(sorted({call.money.currency for call in made} - {self.outlook.currency}))


def build_forecast(
    context: SkillContext, population: Population, period: Period, beside: Collection[str] = frozenset()
) -> Forecast:
    """Everything that is known about how a period will end for these people; `beside` as of an outlook."""
    outlook = get_outlook(context, population.scope, period, beside)
    calls = get_calls(context, population.scope, period)
    people = list_population(context, population.scope)
    quotas, quota = _quotas(context, population, period, people, outlook.currency)
    in_currency = {
        (call.person_id, call.category, call.author_id): _converted(context, outlook, call.money)
        for several in (*calls.own.values(), *calls.overrides.values())
        for call in several[:1]
    }
    return Forecast(
        population=population,
        period=period,
        as_of=context.now,
        today=context.today,
        zone=context.actor.zone,
        outlook=outlook,
        lines=_lines(people, outlook, calls, quotas),
        roll_ups=_roll_ups(people, calls, in_currency, context.today),
        history=_history(context, population, period),
        calls=in_currency,
        quota=quota,
        open_rates=context.organisation.open_rates,
        shown=context.listed(SHOWN),
        without_rate=_without_rate(context, population, period, outlook) if outlook.missing else (),
    )


def with_weeks(context: SkillContext, forecast: Forecast) -> Forecast:
    """The forecast with how its calls have moved from week to week."""
    population = forecast.population
    people = list_population(context, population.scope)
    weeks = list_called_weeks(
        context, population, forecast.period, people, lambda money: _converted(context, forecast.outlook, money)
    )
    return replace(forecast, weeks=weeks)


def _without_rate(context: SkillContext, population: Population, period: Period, outlook: Outlook) -> tuple[str, ...]:
    found: list[str] = []
    for currency in sorted(outlook.missing):
        wanted = RecordFilter(status="open or won", start=period.start, end=period.end, currency=currency)
        rows = list_matching(context.session, population.scope & context.scope, wanted, NAMED)
        found += [row.opportunity.name for row in rows]
    return tuple(found)


def _converted(context: SkillContext, outlook: Outlook, money: Money) -> Fraction | None:
    if not money.minor:
        return Fraction(0)
    return context.rates.exact(money, context.today, context.organisation.open_rates, outlook.currency)


def _quotas(
    context: SkillContext,
    population: Population,
    period: Period,
    people: Mapping[int, Person],
    currency: str,
) -> tuple[dict[int, Fraction], Fraction | None]:
    """Effective quotas of each person and of all of them, in a currency at the plan rate."""
    months = context.calendar.months(period)
    start, end = months[0].key, add_months(months[-1].key, 1)
    quotas = list_quotas(context.session, population.scope, start, end)
    money = Conversion(context.rates, currency, context.organisation.currency)
    money.rule = Rule.PLAN
    effective = EffectiveQuotas(context, period, population.scope, people, money).of(
        [quota for quota in quotas if quota.level == Level.TARGET]
    )
    if any(asked.missing for asked in effective.by_person.values()):
        return {}, None
    by_person = {number: asked.quota for number, asked in effective.by_person.items()}
    if by_person:
        return by_person, sum(by_person.values(), Fraction(0))
    if population.team is not None:
        return {}, effective.by_team.get(population.team.id or 0)
    return {}, None


def _lines(
    people: Mapping[int, Person], outlook: Outlook, calls: Calls, quotas: Mapping[int, Fraction]
) -> tuple[Line, ...]:
    heads = list_heads(people.values())
    lines = [
        Line(
            person=person,
            is_head=number in heads,
            part=outlook.people.get(number, Part()),
            call=calls.newest(number, Category.COMMIT),
            override=calls.override(number, Category.COMMIT),
            quota=quotas.get(number),
        )
        for number, person in people.items()
    ]
    kept = [line for line in lines if line.part.won or line.part.due or line.call or line.override or line.quota]
    return tuple(sorted(kept, key=lambda line: (-line.part.landing, line.person.name.casefold())))


def _roll_ups(
    people: Mapping[int, Person],
    calls: Calls,
    in_currency: Mapping[tuple[int, str, int], Fraction | None],
    today: dt.date,
) -> tuple[RollUp, ...]:
    below = list_below(people.values())
    found = []
    for head in sorted(below, key=lambda number: people[number].name.casefold()):
        own = calls.newest(head, Category.COMMIT)
        reps = sorted(below[head] - below.keys())
        called = [call for rep in reps if (call := calls.newest(rep, Category.COMMIT))]
        # Whoever has left is not asked any more, but what they called stays in the sum.
        callers = {call.person_id for call in called} | {rep for rep in reps if people[rep].is_active(today)}
        if own is None and not called:
            continue
        amounts = [in_currency[call.person_id, call.category, call.author_id] for call in called]
        known = [amount for amount in amounts if amount is not None]
        found.append(
            RollUp(
                name=people[head].name,
                call=own,
                called=len(called),
                people=len(callers),
                below=sum(known, Fraction(0)) if len(known) == len(amounts) and amounts else None,
            )
        )
    return tuple(found)


def _history(context: SkillContext, population: Population, period: Period) -> tuple[Call, ...]:
    """The calls of the person it is about, a manager's about their team; overrides where the asker may know of them."""
    if population.person is None:
        return ()
    number = population.person.id or 0
    only = population.scope.of([number]) & population.scope
    calls = get_calls(context, only, period, places=CALLS_SHOWN)
    found = [call for several in (*calls.own.values(), *calls.overrides.values()) for call in several]
    return tuple(sorted(found, key=lambda call: call.at, reverse=True)[:CALLS_SHOWN])
