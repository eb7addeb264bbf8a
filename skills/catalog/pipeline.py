"""What is open: opportunities by stage, their amounts and what they are worth by their chances."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from pydantic import Field

from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.coverage import Coverage, get_coverage
from skills.errors import Impossible
from skills.measures.calendar import Grain, Period
from skills.measures.weighted import open_total
from skills.pipeline_answer import Pipeline, present
from skills.population import Population, find_period, find_population, period_words
from skills.references import find_stage
from skills.text import text
from store.models import Stage, Status
from store.money import Money, Rates
from store.opportunities import OpportunityRow, list_open, list_stages, sum_open

LISTED = 50
"""Rows of the table of opportunities; the rest is counted."""


class PipelineParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    stage: str | None = Field(default=None, description=text("only this stage").template)
    period: str | None = Field(default=None, description=text("only those expected to close in this period").template)


def run(context: SkillContext, params: PipelineParams) -> Pipeline:
    population = find_population(context, params.owner, params.team)
    period = find_period(context, params.period, Grain.QUARTER) if params.period else None
    found = find_stage(context, params.stage) if params.stage else None
    stage = found.value if found else None
    if stage is not None and stage.kind != Status.OPEN:
        raise Impossible(
            text("**{stage}** is not open, so it is not in the pipeline.", stage=stage.name),
            text("Ask what was won in a period, or name an open stage."),
        )
    start, end = (period.start, period.end) if period else (None, None)
    stage_id = stage.id if stage else None
    sums = sum_open(context.session, population.scope, context.today, stage_id=stage_id, start=start, end=end)
    rows: list[OpportunityRow] = []
    listed = context.listed(LISTED)
    for currency in sorted({row.currency for row in sums}):
        rows += list_open(
            context.session,
            population.scope,
            limit=listed,
            currency=currency,
            stage_id=stage_id,
            start=start,
            end=end,
        )
    stages = {one.id: one for one in list_stages(context.session)}
    kind = context.organisation.open_rates
    return Pipeline(
        population=population,
        period=period,
        stage=stage,
        as_of=context.now,
        today=context.today,
        total=open_total(context.rates, context.today, sums, stages, kind),
        rows=_largest(rows, context.rates, context.today, kind)[:listed],
        rates=kind,
        coverage=_coverage(context, population, period, stage),
        period_words=period_words(context, period) if period else None,
        doubts=(*population.notes, *((found.doubt,) if found and found.doubt else ())),
        given=params.model_dump(),
    )


def _coverage(
    context: SkillContext, population: Population, period: Period | None, stage: Stage | None
) -> Coverage | None:
    if stage is not None or population.is_partial:
        return None
    return get_coverage(context, population, period or context.calendar.containing(Grain.QUARTER, context.today))


def _largest(rows: Sequence[OpportunityRow], rates: Rates, today: dt.date, kind: str) -> tuple[OpportunityRow, ...]:
    """The largest first at today's rates; those whose amount cannot be compared, or is not known, come last."""

    def size(row: OpportunityRow) -> tuple[int, Fraction, dt.date, int]:
        opportunity = row.opportunity
        close = opportunity.expected_close or dt.date.max
        if opportunity.amount_minor is None:
            return 2, Fraction(0), close, opportunity.id or 0
        exact = rates.exact(Money(opportunity.amount_minor, opportunity.currency), today, kind)
        return (1, Fraction(0), close, 0) if exact is None else (0, -exact, close, opportunity.id or 0)

    return tuple(sorted(rows, key=size))


SKILL = Skill(
    name="pipeline",
    summary=text("Open opportunities by stage"),
    params=PipelineParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("open", "deals"),
    examples=(
        Example("show my pipeline", PipelineParams(owner="me")),
        Example("pipeline of dana", PipelineParams(owner="dana")),
        Example("what deals do i have open", PipelineParams(owner="me")),
        Example("what's in the pipeline for EMEA", PipelineParams(team="EMEA")),
        Example("what is dana working on", PipelineParams(owner="dana")),
        Example("which opportunities are in negotiation", PipelineParams(stage="negotiation")),
        Example("what should close this month", PipelineParams(period="this month")),
        Example("my deals closing next quarter", PipelineParams(owner="me", period="next quarter")),
        Example("whole company pipeline", PipelineParams(team="company")),
        Example("list all open opportunities of my team", PipelineParams(team="my team")),
        Example("how much do we have in proposal", PipelineParams(stage="proposal")),
        Example("what can priya's team still close in Q4", PipelineParams(owner="priya", period="Q4")),
        Example("weighted pipeline", PipelineParams()),
        Example("my open opps", PipelineParams(owner="me")),
        Example("我的商机", PipelineParams(owner="我")),
        Example("看一下dana的商机", PipelineParams(owner="dana")),
        Example("这个月预计能成交的单子", PipelineParams(period="这个月")),
        Example("全公司有多少在跟的商机", PipelineParams(team="全公司")),
    ),
)
