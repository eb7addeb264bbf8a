"""How much of what was due in a period slipped out of it, and which close dates are pushed again and again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from pydantic import Field

from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible
from skills.measures.calendar import Grain
from skills.measures.money import Sum, by_currency, total
from skills.measures.slippage import quarter_edges, slip_rate
from skills.population import find_period, find_population, period_words
from skills.slippage_answer import PEOPLE, Part, Slippage, present
from skills.text import text, verbatim
from skills.wording import period_name
from store.history import Due, Span, get_first_day, list_standing_ids
from store.money import Money, Rates
from store.people import list_people
from store.slips import Outcome, OutcomeSum, Slip, count_pushes, count_pushes_of, list_pushed, list_slips, sum_outcomes

SHOWN = 10
IDS = 300
"""At most so many opportunities are named one by one behind a figure."""


class SlippageParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    period: str | None = Field(
        default=None, description=text("the period in which they were due; this quarter when left out").template
    )


def run(context: SkillContext, params: SlippageParams) -> Slippage:
    population = find_population(context, params.owner, params.team)
    period = find_period(context, params.period, Grain.QUARTER)
    if period.start > context.today:
        raise Impossible(
            text("{period} has not begun yet.", period=period_name(period)),
            text("Nothing can have slipped out of it."),
        )
    session, scope, today = context.session, population.scope, context.today
    span = Span(period.start - dt.timedelta(days=1), min(period.last_day, today))
    due, edges = Due(period.start, period.end), quarter_edges(context.calendar, today)
    kind = context.organisation.open_rates

    sums = sum_outcomes(session, scope, span, due, today)
    sold_in = {row.currency for row in sums if row.amount_minor}
    # As sold where there is one currency only, else in the organisation's.
    currency = sold_in.pop() if len(sold_in) == 1 else context.organisation.currency

    def add(rows: Iterable[OutcomeSum]) -> Sum:
        amounts = [Money(row.amount_minor, row.currency) for row in rows]
        return total(context.rates, amounts, span.closing, to=currency, kind=kind)

    named, listed = context.listed(IDS), context.listed(SHOWN)
    slips = list_slips(session, scope, span, due, today, limit=named)
    pushes = count_pushes(session, scope, edges)
    pushed = list_pushed(session, scope, edges, limit=named)
    largest = _largest(slips, context.rates, span.closing, kind)[:listed]
    opened = list_standing_ids(session, scope, span.opening, today, due=due, limit=IDS + 1)
    slipped = [row for row in sums if row.outcome is Outcome.SLIPPED]
    first = get_first_day(session)
    pushed_count = sum(deals for _, deals in pushes.values())
    slipped_count = sum(row.count for row in slipped)
    names = {person.id: person.name for person in list_people(session, scope)}
    return Slippage(
        population=population,
        period=period,
        period_words=period_words(context, period),
        span=span,
        as_of=context.now,
        today=today,
        whole=Part(population.label, sum(row.count for row in sums), add(sums), add(slipped)),
        slipped_count=slipped_count,
        outcomes=tuple(
            (outcome, sum(row.count for row in rows), add(rows))
            for outcome in Outcome
            if (rows := [row for row in sums if row.outcome is outcome])
        ),
        people=() if population.is_single else tuple(_people(sums, add, pushes, names)),
        people_shown=context.listed(PEOPLE),
        slips=largest,
        pushed=tuple(pushed[:listed]),
        pushes=sum(count for count, _ in pushes.values()),
        pushed_count=pushed_count,
        pushes_of=count_pushes_of(session, [slip.opportunity_id for slip in largest], edges),
        originals=by_currency(Money(row.amount_minor, row.currency) for row in sums),
        due_ids=tuple(opened) if len(opened) <= IDS else None,
        slip_ids=_ids((slip.opportunity_id for slip in slips), slipped_count),
        pushed_ids=_ids((row.opportunity_id for row in pushed), pushed_count),
        rates=kind,
        begins=first if first is not None and first > span.opening else None,
        given=params.model_dump(),
    )


def _ids(ids: Iterable[int], count: int) -> tuple[int, ...] | None:
    """All of them, or nothing where they are too many."""
    found = tuple(sorted(ids))
    return found if len(found) == count <= IDS else None


def _people(
    sums: Sequence[OutcomeSum],
    add: Callable[[Iterable[OutcomeSum]], Sum],
    pushes: Mapping[int, tuple[int, int]],
    names: Mapping[int | None, str],
) -> Sequence[Part]:
    """Who had something due, or has pushed something: the highest share first, then the most pushes."""
    parts, by_owner = [], defaultdict(list)
    for row in sums:
        by_owner[row.owner_id].append(row)
    for person in {*by_owner, *pushes}:
        rows = by_owner[person]
        slipped = [row for row in rows if row.outcome is Outcome.SLIPPED]
        name = verbatim(names.get(person, "–"))
        parts.append(Part(name, sum(row.count for row in rows), add(rows), add(slipped), pushes.get(person, (0, 0))[0]))

    def order(part: Part) -> tuple[Fraction, int, Fraction, str]:
        rate = slip_rate(part.slipped.minor, part.due.minor)
        return -(rate if rate is not None else Fraction(-1)), -part.pushes, -part.due.minor, str(part.label)

    return sorted(parts, key=order)


def _largest(slips: Sequence[Slip], rates: Rates, on: dt.date, kind: str) -> tuple[Slip, ...]:
    def size(slip: Slip) -> tuple[Fraction, int]:
        exact = rates.exact(Money(slip.amount_minor or 0, slip.currency), on, kind)
        return -(exact or Fraction(0)), slip.opportunity_id

    return tuple(sorted(slips, key=size))


SKILL = Skill(
    name="slippage",
    summary=text("What slipped out of a period, and which dates are pushed"),
    params=SlippageParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("slipped", "pushes"),
    examples=(
        Example("what slipped this quarter", SlippageParams(period="this quarter")),
        Example("slip rate of my team", SlippageParams(team="my team")),
        Example("which deals keep getting pushed", SlippageParams()),
        Example("how much of Q3 slipped for dana", SlippageParams(owner="dana", period="Q3")),
        Example("who pushes their close dates most in EMEA", SlippageParams(team="EMEA")),
        Example("company slippage last quarter", SlippageParams(team="company", period="last quarter")),
        Example("哪些单子一再推迟", SlippageParams()),
        Example("本季度团队的延期率", SlippageParams(team="团队", period="本季度")),
        Example("上个季度滑掉了多少", SlippageParams(period="上个季度")),
    ),
)
