"""What is open, in words: the total, by stage, and the largest opportunities."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skills.answer import Action, Answer, Block, Chart, Column, Fact, Facts, Invocation, Paragraph, Series, Table
from skills.coverage import Coverage, coverage_figure, covered
from skills.envelope import Envelope, only, records_of
from skills.figure import Figure
from skills.measures.calendar import Period
from skills.measures.weighted import OpenTotal, StageTotal
from skills.population import Population
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_name, period_note
from store.models import RateKind, Stage
from store.money import Money
from store.opportunities import OpportunityRow

OPEN = text("Open opportunities.")
AMOUNT = text("Sum of the amounts of the open opportunities.")
WEIGHTED = text("Sum of amount × chance of being won, by the probability of each stage.")
OVERDUE = text("Open opportunities whose expected close date has passed.")
UNPRICED = text("Open opportunities without an amount; they count, and add nothing to the sums.")


@dataclass(frozen=True)
class Pipeline:
    population: Population
    period: Period | None
    stage: Stage | None
    as_of: dt.datetime
    today: dt.date
    total: OpenTotal
    rows: tuple[OpportunityRow, ...]
    rates: str
    """Which rates bring other currencies into one."""
    coverage: Coverage | None
    """Of the period or this quarter; None where one stage is asked for, or not everybody's part may be shown."""
    period_words: str | None
    doubts: tuple[Text, ...]
    given: Mapping[str, Any]
    """The parameters, so that buttons ask for the same."""


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
    what, total = _what(pipeline), pipeline.total
    if not total.count:
        return text("Nothing is open ({what}).", what=what)
    if total.count == total.without_amount == 1:
        return text("**One open opportunity**, without an amount yet ({what}).", what=what)
    if total.count == total.without_amount:
        return text("**{count} open opportunities**, none with an amount yet ({what}).", count=total.count, what=what)
    if total.amount is None or total.weighted is None:
        return text(
            "**{count} open opportunities**: {amounts} ({what}). I can't add that up in {currency}.",
            count=total.count,
            amounts=enumeration(total.originals),
            what=what,
            currency=total.currency,
        )
    if total.count == 1:
        return text(
            "**One open opportunity** worth **{amount}**, weighted {weighted} ({what}).",
            amount=total.amount,
            weighted=total.weighted,
            what=what,
        )
    return text(
        "**{count} open opportunities** worth **{amount}**, weighted {weighted} ({what}).",
        count=total.count,
        amount=total.amount,
        weighted=total.weighted,
        what=what,
    )


def _warnings(pipeline: Pipeline) -> tuple[Text, ...]:
    total = pipeline.total
    warnings = []
    if total.missing:
        warnings.append(
            text(
                "No total in {currency}: there is no exchange rate for {missing} today. "
                "An administrator can import the rates.",
                currency=total.currency,
                missing=enumeration(total.missing),
            )
        )
    if total.without_amount == 1 < total.count:
        warnings.append(text("One of them has no amount and adds nothing to the sums."))
    elif 1 < total.without_amount < total.count:
        warnings.append(text("{count} of them have no amount and add nothing to the sums.", count=total.without_amount))
    if total.overdue == 1:
        warnings.append(text("One should have closed already: its close date has passed."))
    elif total.overdue:
        warnings.append(text("{count} should have closed already: their close date has passed.", count=total.overdue))
    return tuple(warnings)


def _rules(pipeline: Pipeline) -> tuple[Text, ...]:
    total = pipeline.total
    if total.amount is None or all(money.currency == total.currency for money in total.originals):
        return ()
    if pipeline.rates == RateKind.PLAN:
        return (text("Other currencies at the plan's rate, {day}.", day=pipeline.today),)
    return (text("Other currencies at today's rate, {day}.", day=pipeline.today),)


def _figures(pipeline: Pipeline, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    total = pipeline.total
    period = pipeline.period
    start, end = (period.start, period.end) if period else (None, None)
    stage_id = pipeline.stage.id if pipeline.stage else None
    records = records_of(pipeline.population.scope, "open", start, end, stage_id=stage_id)
    envelope = Envelope(pipeline.as_of, period, records, (_what(pipeline),), warnings)
    with_amount, priced = only(records, priced=True), total.count - total.without_amount
    late, unpriced = only(records, overdue_on=pipeline.today), only(records, priced=False)
    amount, worth = (total.amount, total.weighted) if priced else (None, None)
    reason = no_rate(total.missing)
    if total.count and not priced:
        reason = text("no opportunity has an amount")
    elif not total.count:
        amount = worth = Money(0, total.currency)
    figures = [
        envelope.number("open", text("Open"), OPEN, total.count),
        *(
            envelope.money(
                name,
                label,
                definition,
                money,
                currency=total.currency,
                reason=reason,
                count=priced,
                records=with_amount,
            )
            for name, label, definition, money in (
                ("pipeline", text("Amount"), AMOUNT, amount),
                ("weighted", text("Weighted"), WEIGHTED, worth),
            )
        ),
        envelope.number("overdue", text("Overdue"), OVERDUE, total.overdue, records=late),
        envelope.number("without_amount", text("Without an amount"), UNPRICED, total.without_amount, records=unpriced),
    ]
    if pipeline.coverage is not None and pipeline.coverage.has_quota:
        figures.append(coverage_figure(pipeline.coverage, warnings))
    if total.missing:
        for money, weighed in zip(total.originals, total.weighted_originals, strict=True):
            of_it = only(with_amount, currency=money.currency)
            for name, label, definition, part in (
                ("pipeline", text("Amount"), AMOUNT, money),
                ("weighted", text("Weighted"), WEIGHTED, weighed),
            ):
                figures.append(envelope.money(name, label, definition, part, currency=part.currency, records=of_it))
    return tuple(figures)


def _blocks(pipeline: Pipeline) -> tuple[Block, ...]:
    total = pipeline.total
    if not total.count:
        return ()
    blocks: list[Block] = []
    if pipeline.coverage is not None and pipeline.coverage.has_quota:
        blocks.append(Paragraph(text=covered(pipeline.coverage)))
    if len(total.originals) > 1 or any(money.currency != total.currency for money in total.originals):
        blocks.append(
            Facts(
                facts=tuple(
                    Fact(
                        label=verbatim(money.currency),
                        value=text("{amount}, weighted {weighted}", amount=money, weighted=worth),
                    )
                    for money, worth in zip(total.originals, total.weighted_originals, strict=True)
                )
            )
        )
    if len(total.stages) > 1:
        blocks += [_stage_table(pipeline), _chart(pipeline)]
    blocks.append(_opportunity_table(pipeline))
    return tuple(blocks)


def _stage_table(pipeline: Pipeline) -> Table:
    total = pipeline.total
    none = text("–")

    def amounts(stage: StageTotal) -> tuple[AnyValue, AnyValue]:
        if not stage.originals:
            return none, none
        if stage.amount is None or stage.weighted is None:
            return enumeration(stage.originals), none
        return value(stage.amount), value(stage.weighted)

    whole: tuple[AnyValue, ...] | None = None
    if total.amount is not None and total.weighted is not None and total.originals:
        whole = (
            text("Total"),
            value(total.count),
            value(total.amount),
            value(total.weighted),
        )
    return Table(
        title=text("By stage"),
        columns=(
            Column(label=text("Stage")),
            Column(label=text("Open"), numeric=True),
            Column(label=text("Amount"), numeric=True),
            Column(label=text("Weighted"), numeric=True),
        ),
        rows=tuple((verbatim(stage.stage.name), value(stage.count), *amounts(stage)) for stage in total.stages),
        total=whole,
    )


def _chart(pipeline: Pipeline) -> Chart:
    """Amounts by stage; counts where there are no amounts to draw."""
    total = pipeline.total
    names = tuple(verbatim(stage.stage.name) for stage in total.stages)
    if total.amount is not None and total.amount.minor:
        amounts = tuple(float(stage.amount.units) if stage.amount else 0.0 for stage in total.stages)
        return Chart(
            kind="bar",
            title=text("Amount by stage ({currency})", currency=total.currency),
            categories=names,
            series=(Series(label=text("Amount"), values=amounts),),
            unit=total.currency,
        )
    counts = tuple(float(stage.count) for stage in total.stages)
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
    if pipeline.total.count > len(pipeline.rows):
        more = pipeline.total.count - len(pipeline.rows)
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
    whose = {name: pipeline.given[name] for name in ("owner", "team")}
    steps = Invocation.of("waterfall", whose, closing=pipeline.period_words)
    waterfall = Action(label=text("What moved it?"), invocation=steps)
    covered = Invocation.of("coverage", whose, period=pipeline.period_words)
    more = (waterfall, Action(label=text("Coverage"), invocation=covered))
    quota = Action(label=text("Quota"), invocation=Invocation.of("quota", whose), tucked=True)
    if pipeline.population.is_single:
        return (*more, quota)
    board = Invocation.of("leaderboard", {"team": pipeline.given["team"]}, metric="attainment")
    return (*more, Action(label=text("Who is behind?"), invocation=board), quota)
