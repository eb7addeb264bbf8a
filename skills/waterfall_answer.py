"""What moved the pipeline, in words: the steps from opening to closing and the largest of each."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Series, Table
from skills.envelope import Envelope, records_of
from skills.figure import Figure, RecordFilter
from skills.flows import DEFINITIONS, LABELS
from skills.measures.calendar import Period
from skills.measures.waterfall import End, Flow, Line, Waterfall
from skills.population import Population
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_name
from store.history import Span
from store.models import RateKind
from store.money import Money
from store.moves import Move

OPENING = text(
    "Sum of the amounts of everything open when the first day began, by that night's snapshot or the change log."
)
CLOSING = text("Sum of the amounts of everything open at the end.")
DIFFERENCE = text("Closing less opening and all steps; anything but zero means that the change log is not complete.")


@dataclass(frozen=True)
class PipelineWaterfall:
    population: Population
    period: Period
    period_words: str
    closing: Period | None
    span: Span
    as_of: dt.datetime
    today: dt.date
    steps: Waterfall
    movers: Mapping[Flow, tuple[tuple[Move, Money], ...]]
    """The largest of each step, with what they add."""
    records: Mapping[Flow, RecordFilter]
    opening_records: RecordFilter | None
    closing_records: RecordFilter | None
    """None where they are too many to name, as those of the opening; what is open now is found by a rule."""
    rates: str
    begins: dt.date | None
    """The day on which the record begins, where that is after the opening."""
    given: Mapping[str, Any]
    """The parameters, so that buttons ask for the same."""


def present(found: PipelineWaterfall) -> Answer:
    warnings = _warnings(found)
    return Answer(
        headline=_headline(found),
        blocks=_blocks(found),
        figures=_figures(found, warnings),
        actions=_actions(found),
        notes=(*warnings, *_rules(found), *found.population.notes, _counted(found)),
    )


def _what(found: PipelineWaterfall) -> Text:
    if found.closing is None:
        return found.population.label
    return enumeration([found.population.label, text("closing in {period}", period=period_name(found.closing))])


def _headline(found: PipelineWaterfall) -> Text:
    steps, what, period = found.steps, _what(found), period_name(found.period)
    if not (steps.opening.count or steps.closing.count or steps.lines or steps.difference):
        return text("Nothing was open, and nothing came or went, {period} ({what}).", period=period, what=what)
    if steps.opening.total is None or steps.closing.total is None:
        return text(
            "The pipeline went from {opening} to {closing}, {period} ({what}). I can't add that up in {currency}.",
            opening=enumeration(steps.opening.originals),
            closing=enumeration(steps.closing.originals),
            period=period,
            what=what,
            currency=steps.currency,
        )
    if not steps.lines:
        return text(
            "The pipeline stayed at **{closing}**, {period} ({what}): nothing moved.",
            closing=steps.closing.total,
            period=period,
            what=what,
        )
    return text(
        "The pipeline went from **{opening}** to **{closing}**, {period} ({what}).",
        opening=steps.opening.total,
        closing=steps.closing.total,
        period=period,
        what=what,
    )


def _warnings(found: PipelineWaterfall) -> tuple[Text, ...]:
    steps, warnings = found.steps, []
    if steps.difference is not None:
        warnings.append(
            text(
                "{amounts} of the difference between opening and closing is in no step: the change log does not tell "
                "of it. An administrator can compare the records with the log.",
                amounts=enumeration(steps.difference.originals),
            )
        )
    if steps.missing:
        warnings.append(
            text(
                "No total in {currency}: there is no exchange rate for {missing} on {day}. "
                "An administrator can import the rates.",
                currency=steps.currency,
                missing=enumeration(steps.missing),
                day=found.span.closing,
            )
        )
    if found.begins is not None:
        warnings.append(text("The record begins on {day}; what it began with counts as created.", day=found.begins))
    if steps.closing.without_amount == 1:
        warnings.append(text("One of those that are open at the end has no amount and adds nothing."))
    elif steps.closing.without_amount:
        warnings.append(
            text(
                "{count} of those that are open at the end have no amount and add nothing.",
                count=steps.closing.without_amount,
            )
        )
    return tuple(warnings)


def _rules(found: PipelineWaterfall) -> tuple[Text, ...]:
    rules = []
    if found.steps.lines:
        rules.append(text("Changes of an amount count first; what came or left, did so with its last amount."))
    if not found.steps.missing and _is_mixed(found.steps):
        rules.append(
            text(
                "Both ends and every step at the plan's rates of {day}, so that no rate moves anything.",
                day=found.span.closing,
            )
            if found.rates == RateKind.PLAN
            else text(
                "Both ends and every step at the rates of {day}, so that no rate moves anything.",
                day=found.span.closing,
            )
        )
    return tuple(rules)


def _is_mixed(steps: Waterfall) -> bool:
    """Whether anything is in another currency than the totals."""
    everything: tuple[End | Line, ...] = (steps.opening, steps.closing, *steps.lines)
    return any(money.currency != steps.currency for step in everything for money in step.originals)


def _counted(found: PipelineWaterfall) -> Text:
    whose, opening, closing = found.population.label, found.span.opening, found.span.closing
    if closing >= found.today:
        counted = text("Counted: {whose}, from the end of {opening} until now.", whose=whose, opening=opening)
    else:
        counted = text(
            "Counted: {whose}, from the end of {opening} to the end of {closing}.",
            whose=whose,
            opening=opening,
            closing=closing,
        )
    if found.closing is None:
        return counted
    return text(
        "{counted} Expected to close in {period} ({start} to {end}); won ones by their booking date.",
        counted=counted,
        period=period_name(found.closing),
        start=found.closing.start,
        end=found.closing.last_day,
    )


def _figures(found: PipelineWaterfall, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    steps = found.steps
    envelope = Envelope(found.as_of, found.period, None, (_what(found),), warnings)
    due = (found.closing.start, found.closing.end) if found.closing else (None, None)
    is_now = found.span.closing >= found.today
    last = records_of(found.population.scope, "open", *due) if is_now else found.closing_records

    def money(
        name: str, label: Text, definition: Text, step: End | Line, records: RecordFilter | None, always: bool = True
    ) -> Iterable[Figure]:
        total = step.total
        if total is None and not step.originals:
            total = Money(0, steps.currency)
        if always or total is None:
            yield envelope.money(
                name,
                label,
                definition,
                total,
                currency=steps.currency,
                reason=no_rate(steps.missing),
                count=step.count,
                records=records,
            )
        if total is None:
            for original in step.originals:
                yield envelope.money(name, label, definition, original, currency=original.currency, records=records)

    figures = [*money("opening", text("Opening"), OPENING, steps.opening, found.opening_records)]
    for line in steps.lines:
        if line.flow is not None:
            figures += money(
                line.flow.value, LABELS[line.flow], DEFINITIONS[line.flow], line, found.records.get(line.flow)
            )
    figures += money("closing", text("Closing"), CLOSING, steps.closing, last)
    difference = steps.difference or Line(None, 0, (), Money(0, steps.currency))
    figures += money("difference", text("Not explained"), DIFFERENCE, difference, RecordFilter(ids=()))
    return tuple(figures)


def _blocks(found: PipelineWaterfall) -> tuple[Block, ...]:
    steps = found.steps
    if not (steps.opening.count or steps.closing.count or steps.lines or steps.difference):
        return ()
    blocks: list[Block] = []
    if steps.lines and not steps.missing:
        blocks.append(_chart(steps))
    blocks.append(_table(steps))
    if steps.lines:
        blocks.append(_movers(found))
    return tuple(blocks)


def _shown(step: End | Line) -> AnyValue:
    if step.total is not None:
        return value(step.total)
    return enumeration(step.originals) if step.originals else text("–")


def _rows(steps: Waterfall) -> Sequence[tuple[Text, End | Line]]:
    between = [(LABELS[line.flow], line) for line in steps.lines if line.flow is not None]
    unexplained = [(text("Not explained"), steps.difference)] if steps.difference is not None else []
    return [(text("Opening"), steps.opening), *between, *unexplained]


def _table(steps: Waterfall) -> Table:
    rows = _rows(steps)
    several = not steps.missing and _is_mixed(steps)
    columns = [
        Column(label=text("Movement")),
        Column(label=text("Opportunities"), numeric=True),
        Column(label=text("Amount"), numeric=True),
    ]
    if several:
        columns.append(Column(label=text("As sold"), numeric=True))

    def cells(label: Text, step: End | Line) -> tuple[AnyValue, ...]:
        sold = (enumeration(step.originals) if step.originals else text("–"),) if several else ()
        return label, value(step.count), _shown(step), *sold

    return Table(
        title=text("From opening to closing"),
        columns=tuple(columns),
        rows=tuple(cells(*row) for row in rows),
        total=cells(text("Closing"), steps.closing),
    )


def _chart(steps: Waterfall) -> Chart:
    rows = [*_rows(steps), (text("Closing"), steps.closing)]
    return Chart(
        kind="bar",
        title=text("What moved the pipeline ({currency})", currency=steps.currency),
        categories=tuple(label for label, _ in rows),
        series=(
            Series(
                label=text("Amount"),
                values=tuple(float(step.total.units) if step.total is not None else 0.0 for _, step in rows),
            ),
        ),
        unit=steps.currency,
    )


def _movers(found: PipelineWaterfall) -> Table:
    several = not found.population.is_single
    owner = (Column(label=text("Owner")),) if several else ()
    rows: list[tuple[AnyValue, ...]] = []
    for line in found.steps.lines:
        if line.flow is None:
            continue
        for move, money in found.movers.get(line.flow, ()):
            rows.append(
                (
                    LABELS[line.flow],
                    verbatim(move.name),
                    verbatim(move.account or "–"),
                    *((verbatim(move.owner),) if several else ()),
                    value(money),
                )
            )
    return Table(
        title=text("The largest of each step"),
        columns=(
            Column(label=text("Movement")),
            Column(label=text("Opportunity")),
            Column(label=text("Account")),
            *owner,
            Column(label=text("Amount"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _actions(found: PipelineWaterfall) -> tuple[Action, ...]:
    whose = {name: found.given[name] for name in ("owner", "team")}
    changes = Invocation.of("changes", whose, period=found.period_words)
    pipeline = Invocation.of("pipeline", whose, period=found.given["closing"])
    return (
        Action(label=text("What changed?"), invocation=changes),
        Action(label=text("Pipeline"), invocation=pipeline),
    )
