"""What is open: opportunities by stage, their amounts and what they are worth by their chances."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field

from skills.answer import Action, Answer, Block, Chart, Column, Fact, Facts, Invocation, Series, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope, records_of
from skills.errors import Impossible
from skills.figure import Figure
from skills.measures.calendar import Grain, Period
from skills.measures.money import by_currency, converted, rounded_parts, total
from skills.measures.weighted import weighted
from skills.population import Population, find_period, find_population
from skills.references import find_stage
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_name, period_note
from store.models import Stage, Status
from store.money import Money, Rates, rounded
from store.opportunities import OpenSum, OpportunityRow, list_open, list_stages, sum_open

LISTED = 50
"""Rows of the table of opportunities; the rest is counted."""

OPEN = text("Open opportunities.")
AMOUNT = text("Sum of the amounts of the open opportunities.")
WEIGHTED = text("Sum of amount × chance of being won, by the probability of each stage.")
OVERDUE = text("Open opportunities whose expected close date has passed.")
UNPRICED = text("Open opportunities without an amount; they count, and add nothing to the sums.")


class PipelineParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    stage: str | None = Field(default=None, description=text("only this stage").template)
    period: str | None = Field(default=None, description=text("only those expected to close in this period").template)


@dataclass(frozen=True)
class StageSum:
    """Open opportunities of one stage. The sums are None where a rate is missing."""

    stage: Stage
    count: int
    without_amount: int
    amount: Money | None
    weighted: Money | None
    originals: tuple[Money, ...]


@dataclass(frozen=True)
class Pipeline:
    population: Population
    period: Period | None
    stage: Stage | None
    as_of: dt.datetime
    today: dt.date
    currency: str
    amount: Money | None
    weighted: Money | None
    originals: tuple[Money, ...]
    weighted_originals: tuple[Money, ...]
    missing: tuple[str, ...]
    count: int
    without_amount: int
    overdue: int
    stages: tuple[StageSum, ...]
    rows: tuple[OpportunityRow, ...]
    doubts: tuple[Text, ...]
    params: PipelineParams


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
    for currency in sorted({row.currency for row in sums}):
        rows += list_open(
            context.session,
            population.scope,
            limit=LISTED,
            currency=currency,
            stage_id=stage_id,
            start=start,
            end=end,
        )
    stages = {one.id: one for one in list_stages(context.session)}
    money = _Sums(context.rates, context.today, sums, stages)
    return Pipeline(
        population=population,
        period=period,
        stage=stage,
        as_of=context.now,
        today=context.today,
        currency=money.currency,
        amount=money.amount,
        weighted=money.weighted,
        originals=by_currency(Money(row.amount_minor, row.currency) for row in sums if row.priced),
        weighted_originals=money.weighted_originals,
        missing=money.missing,
        count=sum(row.count for row in sums),
        without_amount=sum(row.count - row.priced for row in sums),
        overdue=sum(row.overdue for row in sums),
        stages=money.stages(),
        rows=_largest(rows, context.rates, context.today),
        doubts=(*population.notes, *((found.doubt,) if found and found.doubt else ())),
        params=params,
    )


class _Sums:
    """Sums in the organisation's currency at today's rates, exact until the end, and parts that add up."""

    def __init__(self, rates: Rates, today: dt.date, sums: Sequence[OpenSum], stages: dict[int | None, Stage]) -> None:
        self._rates, self._today, self._sums, self._stages = rates, today, sums, stages
        self.currency = rates.currency
        whole = total(rates, (Money(row.amount_minor, row.currency) for row in sums), today)
        self.missing = tuple(sorted(whole.missing))
        self.amount = whole.money
        self.weighted = None if self.missing else Money(rounded(self._weighted(sums)), self.currency)
        self.weighted_originals = tuple(
            Money(rounded(self._weighted_as_sold(currency)), currency)
            for currency in sorted({row.currency for row in sums if row.priced})
        )

    def _exact(self, row: OpenSum) -> Fraction:
        return converted(self._rates, Money(row.amount_minor, row.currency), self._today) or Fraction(0)

    def _chance(self, row: OpenSum) -> int:
        return self._stages[row.stage_id].probability

    def _weighted(self, rows: Sequence[OpenSum]) -> Fraction:
        return weighted((self._exact(row), self._chance(row)) for row in rows)

    def _weighted_as_sold(self, currency: str) -> Fraction:
        return weighted((row.amount_minor, self._chance(row)) for row in self._sums if row.currency == currency)

    def stages(self) -> tuple[StageSum, ...]:
        by_stage: dict[int, list[OpenSum]] = {}
        for row in self._sums:
            by_stage.setdefault(row.stage_id, []).append(row)
        ordered = sorted(by_stage.items(), key=lambda item: self._stages[item[0]].position)
        amounts = rounded_parts([sum(map(self._exact, rows), Fraction(0)) for _, rows in ordered])
        worths = rounded_parts([self._weighted(rows) for _, rows in ordered])
        return tuple(
            StageSum(
                stage=self._stages[stage_id],
                count=sum(row.count for row in rows),
                without_amount=sum(row.count - row.priced for row in rows),
                amount=None if self.missing else Money(amount, self.currency),
                weighted=None if self.missing else Money(worth, self.currency),
                originals=by_currency(Money(row.amount_minor, row.currency) for row in rows if row.priced),
            )
            for (stage_id, rows), amount, worth in zip(ordered, amounts, worths, strict=True)
        )


def _largest(rows: Sequence[OpportunityRow], rates: Rates, today: dt.date) -> tuple[OpportunityRow, ...]:
    """The largest first at today's rates; those whose amount cannot be compared, or is not known, come last."""

    def size(row: OpportunityRow) -> tuple[int, Fraction, dt.date, int]:
        opportunity = row.opportunity
        close = opportunity.expected_close or dt.date.max
        if opportunity.amount_minor is None:
            return 2, Fraction(0), close, opportunity.id or 0
        exact = converted(rates, Money(opportunity.amount_minor, opportunity.currency), today)
        return (1, Fraction(0), close, 0) if exact is None else (0, -exact, close, opportunity.id or 0)

    return tuple(sorted(rows, key=size)[:LISTED])


def present(pipeline: Pipeline) -> Answer:
    warnings = _warnings(pipeline)
    return Answer(
        headline=_headline(pipeline),
        blocks=_blocks(pipeline),
        figures=_figures(pipeline, warnings),
        actions=_actions(pipeline),
        notes=(*warnings, *_rules(pipeline), *pipeline.doubts, _counted(pipeline)),
    )


def _counted(pipeline: Pipeline) -> Text:
    if pipeline.period is None:
        return text("Counted: open today, {whose}.", whose=pipeline.population.label)
    return text("{counted} By expected close date.", counted=period_note(pipeline.period, pipeline.population.label))


def _what(pipeline: Pipeline) -> Text:
    parts: list[Text] = [pipeline.population.label]
    if pipeline.stage is not None:
        parts.append(verbatim(pipeline.stage.name))
    if pipeline.period is not None:
        parts.append(text("closing in {period}", period=period_name(pipeline.period)))
    return enumeration(parts)


def _headline(pipeline: Pipeline) -> Text:
    what = _what(pipeline)
    if not pipeline.count:
        return text("Nothing is open ({what}).", what=what)
    if pipeline.count == pipeline.without_amount == 1:
        return text("**One open opportunity**, without an amount yet ({what}).", what=what)
    if pipeline.count == pipeline.without_amount:
        return text(
            "**{count} open opportunities**, none with an amount yet ({what}).", count=pipeline.count, what=what
        )
    if pipeline.amount is None or pipeline.weighted is None:
        return text(
            "**{count} open opportunities**: {amounts} ({what}). I can't add that up in {currency}.",
            count=pipeline.count,
            amounts=enumeration(pipeline.originals),
            what=what,
            currency=pipeline.currency,
        )
    if pipeline.count == 1:
        return text(
            "**One open opportunity** worth **{amount}**, weighted {weighted} ({what}).",
            amount=pipeline.amount,
            weighted=pipeline.weighted,
            what=what,
        )
    return text(
        "**{count} open opportunities** worth **{amount}**, weighted {weighted} ({what}).",
        count=pipeline.count,
        amount=pipeline.amount,
        weighted=pipeline.weighted,
        what=what,
    )


def _warnings(pipeline: Pipeline) -> tuple[Text, ...]:
    warnings = []
    if pipeline.missing:
        warnings.append(
            text(
                "No total in {currency}: there is no exchange rate for {missing} today. "
                "An administrator can import the rates.",
                currency=pipeline.currency,
                missing=enumeration(pipeline.missing),
            )
        )
    if pipeline.without_amount == 1 < pipeline.count:
        warnings.append(text("One of them has no amount and adds nothing to the sums."))
    elif 1 < pipeline.without_amount < pipeline.count:
        warnings.append(
            text("{count} of them have no amount and add nothing to the sums.", count=pipeline.without_amount)
        )
    if pipeline.overdue == 1:
        warnings.append(text("One should have closed already: its close date has passed."))
    elif pipeline.overdue:
        warnings.append(
            text("{count} should have closed already: their close date has passed.", count=pipeline.overdue)
        )
    return tuple(warnings)


def _rules(pipeline: Pipeline) -> tuple[Text, ...]:
    if pipeline.amount is None or all(money.currency == pipeline.currency for money in pipeline.originals):
        return ()
    return (text("Other currencies at today's rate, {day}.", day=pipeline.today),)


def _figures(pipeline: Pipeline, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    period = pipeline.period
    start, end = (period.start, period.end) if period else (None, None)
    envelope = Envelope(
        pipeline.as_of,
        period,
        records_of(pipeline.population.scope, "open", start, end),
        (_what(pipeline),),
        warnings,
    )
    priced = pipeline.count - pipeline.without_amount
    amount, worth = (pipeline.amount, pipeline.weighted) if priced else (None, None)
    reason = no_rate(pipeline.missing)
    if pipeline.count and not priced:
        reason = text("no opportunity has an amount")
    elif not pipeline.count:
        amount = worth = Money(0, pipeline.currency)
    figures = [
        envelope.number("open", text("Open"), OPEN, pipeline.count),
        envelope.money(
            "pipeline", text("Amount"), AMOUNT, amount, currency=pipeline.currency, reason=reason, count=priced
        ),
        envelope.money(
            "weighted", text("Weighted"), WEIGHTED, worth, currency=pipeline.currency, reason=reason, count=priced
        ),
        envelope.number("overdue", text("Overdue"), OVERDUE, pipeline.overdue),
        envelope.number("without_amount", text("Without an amount"), UNPRICED, pipeline.without_amount),
    ]
    if pipeline.missing:
        for money, weighed in zip(pipeline.originals, pipeline.weighted_originals, strict=True):
            figures.append(envelope.money("pipeline", text("Amount"), AMOUNT, money, currency=money.currency))
            figures.append(envelope.money("weighted", text("Weighted"), WEIGHTED, weighed, currency=money.currency))
    return tuple(figures)


def _blocks(pipeline: Pipeline) -> tuple[Block, ...]:
    if not pipeline.count:
        return ()
    blocks: list[Block] = []
    if len(pipeline.originals) > 1 or any(money.currency != pipeline.currency for money in pipeline.originals):
        blocks.append(
            Facts(
                facts=tuple(
                    Fact(
                        label=verbatim(money.currency),
                        value=text("{amount}, weighted {weighted}", amount=money, weighted=worth),
                    )
                    for money, worth in zip(pipeline.originals, pipeline.weighted_originals, strict=True)
                )
            )
        )
    if len(pipeline.stages) > 1:
        blocks += [_stage_table(pipeline), _chart(pipeline)]
    blocks.append(_opportunity_table(pipeline))
    return tuple(blocks)


def _stage_table(pipeline: Pipeline) -> Table:
    none = text("–")

    def amounts(stage: StageSum) -> tuple[AnyValue, AnyValue]:
        if not stage.originals:
            return none, none
        if stage.amount is None or stage.weighted is None:
            return enumeration(stage.originals), none
        return value(stage.amount), value(stage.weighted)

    whole: tuple[AnyValue, ...] | None = None
    if pipeline.amount is not None and pipeline.weighted is not None and pipeline.originals:
        whole = (text("Total"), value(pipeline.count), value(pipeline.amount), value(pipeline.weighted))
    return Table(
        title=text("By stage"),
        columns=(
            Column(label=text("Stage")),
            Column(label=text("Open"), numeric=True),
            Column(label=text("Amount"), numeric=True),
            Column(label=text("Weighted"), numeric=True),
        ),
        rows=tuple((verbatim(stage.stage.name), value(stage.count), *amounts(stage)) for stage in pipeline.stages),
        total=whole,
    )


def _chart(pipeline: Pipeline) -> Chart:
    """Amounts by stage; counts where there are no amounts to draw."""
    names = tuple(verbatim(stage.stage.name) for stage in pipeline.stages)
    if pipeline.amount is not None and pipeline.amount.minor:
        amounts = tuple(float(stage.amount.units) if stage.amount else 0.0 for stage in pipeline.stages)
        return Chart(
            kind="bar",
            title=text("Amount by stage ({currency})", currency=pipeline.currency),
            categories=names,
            series=(Series(label=text("Amount"), values=amounts),),
            unit=pipeline.currency,
        )
    counts = tuple(float(stage.count) for stage in pipeline.stages)
    return Chart(
        kind="bar",
        title=text("Open opportunities by stage"),
        categories=names,
        series=(Series(label=text("Open"), values=counts),),
    )


def _opportunity_table(pipeline: Pipeline) -> Table:
    several = not pipeline.population.is_single
    columns = [Column(label=text("Opportunity")), Column(label=text("Account"))]
    if several:
        columns.append(Column(label=text("Owner")))
    columns += [
        Column(label=text("Stage")),
        Column(label=text("Amount"), numeric=True),
        Column(label=text("Close date")),
    ]
    title = text("Opportunities")
    if pipeline.count > len(pipeline.rows):
        more = pipeline.count - len(pipeline.rows)
        title = text("The largest {count} opportunities, and {more} more", count=len(pipeline.rows), more=more)
    return Table(
        title=title,
        columns=tuple(columns),
        rows=tuple(_row(row, pipeline.today, several=several) for row in pipeline.rows),
    )


def _row(row: OpportunityRow, today: dt.date, *, several: bool) -> tuple[AnyValue, ...]:
    one = row.opportunity
    close: AnyValue = text("–") if one.expected_close is None else value(one.expected_close)
    if one.expected_close is not None and one.expected_close < today:
        close = text("{day} (passed)", day=one.expected_close)
    owner: tuple[AnyValue, ...] = (verbatim(row.owner),) if several else ()
    return (
        verbatim(one.name),
        verbatim(row.account or "–"),
        *owner,
        verbatim(row.stage),
        text("–") if one.amount_minor is None else value(Money(one.amount_minor, one.currency)),
        close,
    )


def _actions(pipeline: Pipeline) -> tuple[Action, ...]:
    whose = {"owner": pipeline.params.owner, "team": pipeline.params.team}
    quota = Action(label=text("Quota"), invocation=Invocation.of("quota", whose))
    if pipeline.population.is_single:
        return (quota,)
    board = Invocation.of("leaderboard", {"team": pipeline.params.team}, metric="attainment")
    return (Action(label=text("Who is behind?"), invocation=board), quota)


SKILL = Skill(
    name="pipeline",
    summary=text("Open opportunities by stage"),
    params=PipelineParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("open", "funnel", "deals"),
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
        Example("团队的销售漏斗", PipelineParams(team="团队")),
        Example("这个月预计能成交的单子", PipelineParams(period="这个月")),
        Example("全公司有多少在跟的商机", PipelineParams(team="全公司")),
    ),
)
