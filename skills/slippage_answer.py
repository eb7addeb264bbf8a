"""What slipped, in words: what became of what was due, by person, and the largest and the most pushed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from skills.answer import Action, Answer, Block, Column, Invocation, Table
from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Period
from skills.measures.money import Sum
from skills.measures.slippage import slip_rate
from skills.population import Population
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_name, period_note
from store.history import Span
from store.models import RateKind
from store.money import Money
from store.slips import Outcome, Pushed, Slip

PEOPLE = 30
RATE = text(
    "Amounts, as they were when the period began, of what was due in it and is open with a later date at its end or "
    "now, divided by those of everything that was due in it."
)
DUE = text("Amounts of the open opportunities that were expected to close in the period when it began.")
SLIPPED = text("Amounts, as they were when the period began, of what was due in it and is open with a later date.")
PUSHES = text("How often the close dates of the opportunities that are open now were moved to a later quarter.")
OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.WON: text("Won"),
    Outcome.LOST: text("Lost"),
    Outcome.SLIPPED: text("Slipped to a later date"),
    Outcome.DUE: text("Open, still due in it"),
    Outcome.EARLIER: text("Open, with an earlier date"),
    Outcome.UNDATED: text("Open, without a date"),
}


@dataclass(frozen=True)
class Part:
    """What was due at the opening of somebody's or some kind, at the rates of one day."""

    label: Text
    count: int
    due: Sum
    slipped: Sum
    pushes: int = 0


@dataclass(frozen=True)
class Slippage:
    population: Population
    period: Period
    period_words: str
    span: Span
    as_of: dt.datetime
    today: dt.date
    whole: Part
    slipped_count: int
    outcomes: tuple[tuple[Outcome, int, Sum], ...]
    people: tuple[Part, ...]
    people_shown: int
    slips: tuple[Slip, ...]
    pushed: tuple[Pushed, ...]
    pushes: int
    pushed_count: int
    pushes_of: Mapping[int, int]
    """Of those that slipped."""
    originals: tuple[Money, ...]
    due_ids: tuple[int, ...] | None
    slip_ids: tuple[int, ...] | None
    pushed_ids: tuple[int, ...] | None
    rates: str
    begins: dt.date | None
    given: Mapping[str, Any]
    """The parameters, so that buttons ask for the same."""


def _rate(part: Part) -> Fraction | None:
    return None if part.due.missing else slip_rate(part.slipped.minor, part.due.minor)


def _reason(found: Slippage) -> Text:
    """Why there is no rate."""
    if found.whole.due.missing:
        return no_rate(found.whole.due.missing)
    if found.whole.count:
        return text("what was due had no amount when the period began")
    return text("nothing was due in {period} when it began", period=period_name(found.period))


def present(found: Slippage) -> Answer:
    warnings = _warnings(found)
    return Answer(
        headline=_headline(found),
        blocks=_blocks(found),
        figures=_figures(found, warnings),
        actions=_actions(found),
        notes=(*warnings, *_rules(found), *found.population.notes, period_note(found.period, found.population.label)),
    )


def _headline(found: Slippage) -> Text:
    rate, whose, period = _rate(found.whole), found.population.label, period_name(found.period)
    due, slipped = found.whole.due.money, found.whole.slipped.money
    if rate is None or due is None or slipped is None:
        return text(
            "The slip rate of {period} has no value: {reason} ({whose}).",
            period=period,
            reason=_reason(found),
            whose=whose,
        )
    if found.period.end > found.today:
        return text(
            "**{rate}** of what was due in {period} has slipped so far: {slipped} of {due} ({whose}).",
            rate=rate, period=period, slipped=slipped, due=due, whose=whose,
        )  # fmt: skip
    return text(
        "**{rate}** of what was due in {period} slipped out of it: {slipped} of {due} ({whose}).",
        rate=rate, period=period, slipped=slipped, due=due, whose=whose,
    )  # fmt: skip


def _warnings(found: Slippage) -> tuple[Text, ...]:
    warnings = []
    missing = sorted(found.whole.due.missing)
    if missing:
        warnings.append(
            text(
                "No total in {currency}: there is no exchange rate for {missing} on {day}. "
                "An administrator can import the rates.",
                currency=found.whole.due.currency,
                missing=enumeration(missing),
                day=found.span.closing,
            )
        )
    if found.begins is not None:
        warnings.append(text("The record begins on {day}; what was due before that is not known.", day=found.begins))
    late = sum(count for outcome, count, _ in found.outcomes if outcome in (Outcome.DUE, Outcome.UNDATED))
    if late == 1 and found.period.end <= found.today:
        warnings.append(text("One more is open without a later date: its date has passed, or it has none."))
    elif late and found.period.end <= found.today:
        warnings.append(
            text("{count} more are open without a later date: their date has passed, or they have none.", count=late)
        )
    return tuple(warnings)


def _rules(found: Slippage) -> tuple[Text, ...]:
    rules = [text("Amounts as they were at the end of {day}.", day=found.span.opening)]
    if any(money.currency != found.whole.due.currency for money in found.originals):
        rules.append(
            text("Other currencies at the plan's rate, {day}.", day=found.span.closing)
            if found.rates == RateKind.PLAN
            else text("Other currencies at the rate of {day}.", day=found.span.closing)
        )
    if found.pushes:
        rules.append(text("A push moves a close date to a later quarter; what was taken back is none."))
    return tuple(rules)


def _figures(found: Slippage, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    envelope = Envelope(found.as_of, found.period, None, (found.population.label,), warnings)
    whole, currency = found.whole, found.whole.due.currency
    reason = no_rate(whole.due.missing)

    def records(ids: tuple[int, ...] | None) -> RecordFilter | None:
        return None if ids is None else RecordFilter(ids=ids)

    return (
        envelope.ratio(
            "slip_rate", text("Slip rate"), RATE, _rate(whole),
            reason=_reason(found), count=whole.count, records=records(found.due_ids),
        ),
        envelope.money(
            "due", text("Due at the opening"), DUE, whole.due.money,
            currency=currency, reason=reason, count=whole.count, records=records(found.due_ids),
        ),
        envelope.money(
            "slipped", text("Slipped"), SLIPPED, whole.slipped.money,
            currency=currency, reason=reason, count=found.slipped_count, records=records(found.slip_ids),
        ),
        envelope.number(
            "pushes", text("Pushes"), PUSHES, found.pushes, unit="pushes", records=records(found.pushed_ids)
        ).model_copy(update={"count": found.pushed_count}),
    )  # fmt: skip


def _shown(amount: Sum) -> AnyValue:
    return text("–") if amount.money is None else value(amount.money)


def _blocks(found: Slippage) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if found.outcomes:
        blocks.append(
            Table(
                title=text("What became of what was due"),
                columns=(
                    Column(label=text("Now")) if found.period.end > found.today else Column(label=text("At the end")),
                    Column(label=text("Opportunities"), numeric=True),
                    Column(label=text("Amount"), numeric=True),
                ),
                rows=tuple((OUTCOMES[what], value(count), _shown(amount)) for what, count, amount in found.outcomes),
                total=(text("Due at the opening"), value(found.whole.count), _shown(found.whole.due)),
            )
        )
    if len(found.people) > 1:
        blocks.append(_people_table(found))
    if found.slips:
        blocks.append(_slips_table(found))
    if found.pushed:
        blocks.append(_pushed_table(found))
    return tuple(blocks)


def _people_table(found: Slippage) -> Table:
    def cells(part: Part) -> tuple[AnyValue, ...]:
        rate = _rate(part)
        return (
            part.label,
            _shown(part.due),
            _shown(part.slipped),
            text("–") if rate is None else value(rate),
            value(part.pushes),
        )

    title = text("By person")
    if len(found.people) > found.people_shown:
        title = text("By person, the first {count} of {all}", count=found.people_shown, all=len(found.people))
    return Table(
        title=title,
        columns=(
            Column(label=text("Person")),
            Column(label=text("Due"), numeric=True),
            Column(label=text("Slipped"), numeric=True),
            Column(label=text("Slip rate"), numeric=True),
            Column(label=text("Pushes"), numeric=True),
        ),
        rows=tuple(cells(part) for part in found.people[: found.people_shown]),
    )


def _owner(found: Slippage) -> tuple[Column, ...]:
    return () if found.population.is_single else (Column(label=text("Owner")),)


def _slips_table(found: Slippage) -> Table:
    single = found.population.is_single
    return Table(
        title=text("The largest that slipped"),
        columns=(
            Column(label=text("Opportunity")),
            Column(label=text("Account")),
            *_owner(found),
            Column(label=text("Amount"), numeric=True),
            Column(label=text("Was due")),
            Column(label=text("Due now")) if found.period.end > found.today else Column(label=text("Due at the end")),
            Column(label=text("Pushes"), numeric=True),
        ),
        rows=tuple(
            (
                verbatim(slip.name),
                verbatim(slip.account or "–"),
                *(() if single else (verbatim(slip.owner),)),
                text("–") if slip.amount_minor is None else value(Money(slip.amount_minor, slip.currency)),
                value(slip.was_due),
                value(slip.due),
                value(found.pushes_of.get(slip.opportunity_id, 0)),
            )
            for slip in found.slips
        ),
    )


def _pushed_table(found: Slippage) -> Table:
    single = found.population.is_single
    return Table(
        title=text("Pushed most often, of what is open"),
        columns=(
            Column(label=text("Opportunity")),
            Column(label=text("Account")),
            *_owner(found),
            Column(label=text("Pushes"), numeric=True),
            Column(label=text("Amount"), numeric=True),
            Column(label=text("Close date")),
        ),
        rows=tuple(
            (
                verbatim(row.name),
                verbatim(row.account or "–"),
                *(() if single else (verbatim(row.owner),)),
                value(row.pushes),
                text("–") if row.amount_minor is None else value(Money(row.amount_minor, row.currency)),
                text("–") if row.due is None else value(row.due),
            )
            for row in found.pushed
        ),
    )


def _actions(found: Slippage) -> tuple[Action, ...]:
    whose = {name: found.given[name] for name in ("owner", "team")}
    steps = Invocation.of("waterfall", whose, period=found.period_words, closing=found.period_words)
    return (Action(label=text("Pipeline waterfall"), invocation=steps),)
