"""How what people call a period has moved from week to week: the sum of their calls, beside that of who leads them."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.calls import Call, get_calls, list_below
from skills.contract import SkillContext
from skills.measures.calendar import Grain, Period
from skills.population import Population
from store.models import Category, Person
from store.money import Money

WEEKS = 6


@dataclass(frozen=True)
class CalledWeek:
    """The newest calls by the end of a week, in one currency; `last_day` is today for the running one."""

    last_day: dt.date
    called: int
    """People whose call is in the sum."""
    below: Fraction | None
    """None where nobody had called, or a rate is missing."""
    head: Fraction | None


def list_called_weeks(
    context: SkillContext,
    population: Population,
    period: Period,
    people: Mapping[int, Person],
    convert: Callable[[Money], Fraction | None],
) -> tuple[CalledWeek, ...]:
    """The last weeks of the period up to today in which a call stood, oldest first; nothing for one person."""
    if population.is_single or period.start > context.today:
        return ()
    below = list_below(people.values())
    # Of several who lead, the one above all others speaks for them.
    top = next((head for head, reports in below.items() if reports == people.keys() - {head}), None)
    zone = ZoneInfo(context.organisation.zone)
    week = context.calendar.containing(Grain.WEEK, min(context.today, period.last_day))
    found: list[CalledWeek] = []
    while week.end > period.start and len(found) < WEEKS:
        before = dt.datetime.combine(min(week.end, period.end), dt.time(), zone)
        calls = get_calls(context, population.scope, period, places=1, before=before)
        own = {number: call for number in people if (call := calls.newest(number, Category.COMMIT))}
        if not own:
            break
        amounts = [convert(call.money) for number, call in own.items() if number not in below]
        known = [amount for amount in amounts if amount is not None]
        found.append(
            CalledWeek(
                last_day=min(week.last_day, period.last_day, context.today),
                called=len(amounts),
                below=sum(known, Fraction(0)) if known and len(known) == len(amounts) else None,
                head=_amount(own.get(top) if top is not None else None, convert),
            )
        )
        week = context.calendar.containing(Grain.WEEK, week.start - dt.timedelta(days=1))
    return tuple(reversed(found))


def _amount(call: Call | None, convert: Callable[[Money], Fraction | None]) -> Fraction | None:
    return None if call is None else convert(call.money)
