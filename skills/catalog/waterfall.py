"""What became of the pipeline between two days, step by step, closing to the cent."""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

from pydantic import Field

from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible
from skills.figure import RecordFilter
from skills.measures.calendar import Grain
from skills.measures.waterfall import Flow, flows, waterfall
from skills.population import find_period, find_population, period_words
from skills.text import text
from skills.waterfall_answer import PipelineWaterfall, present
from skills.wording import period_name
from store.history import Due, Span, get_first_day, list_standing_ids, sum_standing
from store.money import Money, Rates
from store.moves import Move, list_moves, sum_moves

IDS = 300
"""At most so many opportunities are named one by one behind a figure."""
MOVERS = 3
"""Opportunities shown of each step."""


class WaterfallParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose pipeline; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's pipeline").template)
    period: str | None = Field(
        default=None,
        description=text("from when to when, such as since Monday or last month; this quarter when left out").template,
    )
    closing: str | None = Field(
        default=None, description=text("only what is expected to close in this period").template
    )


def run(context: SkillContext, params: WaterfallParams) -> PipelineWaterfall:
    population = find_population(context, params.owner, params.team)
    period = find_period(context, params.period, Grain.QUARTER)
    closing = find_period(context, params.closing, Grain.QUARTER) if params.closing else None
    if period.start > context.today:
        raise Impossible(
            text("{period} has not begun yet.", period=period_name(period)),
            text("Ask what has happened since a day, such as since Monday."),
        )
    session, scope, today = context.session, population.scope, context.today
    span = Span(period.start - dt.timedelta(days=1), min(period.last_day, today))
    due = Due(closing.start, closing.end) if closing else None
    moves = list_moves(session, scope, span, due=due, limit=context.listed(IDS))
    first = get_first_day(session)
    kind = context.organisation.open_rates
    steps = waterfall(
        sum_standing(session, scope, span.opening, today, due=due),
        sum_moves(session, scope, span, due=due),
        sum_standing(session, scope, span.closing, today, due=due),
        context.rates,
        span.closing,
        kind,
    )

    def named(day: dt.date) -> RecordFilter | None:
        ids = list_standing_ids(session, scope, day, today, due=due, limit=IDS + 1)
        return RecordFilter(ids=tuple(ids)) if len(ids) <= IDS else None

    parts, listed = _parts(moves), context.listed(MOVERS)
    return PipelineWaterfall(
        population=population,
        period=period,
        period_words=period_words(context, period),
        closing=closing,
        span=span,
        as_of=context.now,
        today=today,
        steps=steps,
        movers={flow: _largest(each, context.rates, span.closing, kind)[:listed] for flow, each in parts.items()},
        records={
            line.flow: RecordFilter(ids=tuple(sorted({move.opportunity_id for move, _ in parts[line.flow]})))
            for line in steps.lines
            if line.flow is not None and line.count <= IDS
        },
        opening_records=named(span.opening),
        closing_records=None if span.closing >= today else named(span.closing),
        rates=kind,
        begins=first if first is not None and first > span.opening else None,
        given=params.model_dump(),
    )


def _parts(moves: Iterable[Move]) -> dict[Flow, list[tuple[Move, Money]]]:
    """Each step's opportunities, with what they add to it."""
    parts: dict[Flow, list[tuple[Move, Money]]] = {}
    for move in moves:
        for part in flows(move.alone):
            if part.count:
                parts.setdefault(part.flow, []).append((move, part.money))
    return parts


def _largest(
    parts: Sequence[tuple[Move, Money]], rates: Rates, on: dt.date, kind: str
) -> tuple[tuple[Move, Money], ...]:
    def size(part: tuple[Move, Money]) -> tuple[Fraction, int]:
        return -abs(rates.exact(part[1], on, kind) or Fraction(0)), part[0].opportunity_id

    return tuple(sorted(parts, key=size))


SKILL = Skill(
    name="waterfall",
    summary=text("What moved the pipeline between two days"),
    params=WaterfallParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("bridge", "flows"),
    examples=(
        Example("pipeline waterfall since Monday", WaterfallParams(period="since Monday")),
        Example(
            "what happened to our Q4 pipeline this month",
            WaterfallParams(team="my team", period="this month", closing="Q4"),
        ),
        Example("show me the waterfall for dana", WaterfallParams(owner="dana")),
        Example("pipeline bridge from last month", WaterfallParams(period="last month")),
        Example(
            "company pipeline waterfall since 1 November",
            WaterfallParams(team="company", period="since 1 November"),
        ),
        Example("how did EMEA's pipeline develop last quarter", WaterfallParams(team="EMEA", period="last quarter")),
        Example(
            "opening to closing pipeline of my team this quarter",
            WaterfallParams(team="my team", period="this quarter"),
        ),
        Example("自周一以来商机金额怎么变的", WaterfallParams(period="自周一以来")),
        Example("本月管道变动瀑布图", WaterfallParams(period="本月")),
        Example("团队上个月的管道从期初到期末怎么变化", WaterfallParams(team="团队", period="上个月")),
    ),
)
