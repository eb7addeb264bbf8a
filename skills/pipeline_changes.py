"""What changed between two days, with totals and names: what the skill for changes and every digest are made of."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import col, select

from skills.contract import SkillContext
from skills.measures.money import by_currency, total
from skills.measures.slippage import quarter_edges
from skills.text import AnyValue, Text, text, value
from store.history import Span
from store.models import Person
from store.money import Money, Rates
from store.opportunities import list_stages
from store.pipeline_changes import Changed, Held, Kind, KindSum, Trace, Wanted, list_changes, list_traces, sum_changes
from store.scope import Scope

IDS = 300
"""At most so many opportunities are named one by one behind a figure."""

LABELS: Mapping[Kind, Text] = {
    Kind.CREATED: text("New"),
    Kind.WON: text("Won"),
    Kind.LOST: text("Lost"),
    Kind.REOPENED: text("Reopened"),
    Kind.FORWARD: text("Moved forward"),
    Kind.BACK: text("Moved back"),
    Kind.PUSHED: text("Pushed to a later quarter"),
    Kind.PULLED: text("Pulled to an earlier quarter"),
    Kind.REDATED: text("Date changed within its quarter"),
    Kind.RAISED: text("Amount up"),
    Kind.LOWERED: text("Amount down"),
    Kind.RECURRENCED: text("Currency changed"),
    Kind.HANDED: text("Owner changed"),
}


@dataclass(frozen=True)
class KindTotal:
    """All opportunities that changed in one way. `total` is None where a rate is missing."""

    kind: Kind
    count: int
    originals: tuple[Money, ...]
    total: Money | None
    missing: tuple[str, ...]
    ids: tuple[int, ...]


@dataclass(frozen=True)
class PipelineChanges:
    """Everything that changed, summed by kind, and the largest opportunities of it one by one."""

    count: int
    ids: tuple[int, ...]
    """All of them; empty when they are too many."""
    kinds: tuple[KindTotal, ...]
    """Those in which there is something, in the order of `Kind`."""
    listed: tuple[Changed, ...]
    """The largest first, at the rates of the closing day."""
    traces: Mapping[int, Trace]
    stages: Mapping[int, str]
    people: Mapping[int, str]


def get_changes(
    context: SkillContext,
    scope: Scope,
    span: Span,
    *,
    shown: int,
    opportunity_id: int | None = None,
    account_id: int | None = None,
) -> PipelineChanges:
    """What changed between the ends of two days in the opportunities of a scope; the `shown` largest are listed."""
    session, rates, kind = context.session, context.rates, context.organisation.open_rates
    wanted = Wanted(quarter_edges(context.calendar, context.today), opportunity_id, account_id)
    sums = sum_changes(session, scope, span, wanted)
    rows = list_changes(session, scope, span, wanted, limit=max(IDS, shown))
    count = sum(row.count for row in sums)
    listed = _largest(rows, rates, span.closing, kind)[:shown]
    traces = list_traces(session, scope, span, [row.opportunity_id for row in listed])
    return PipelineChanges(
        count=count,
        ids=tuple(row.opportunity_id for row in rows) if len(rows) == count <= IDS else (),
        kinds=_totals(sums, rows, rates, span.closing, kind),
        listed=listed,
        traces=traces,
        stages={stage.id: stage.name for stage in list_stages(session) if stage.id is not None},
        people=_people(context, listed, traces),
    )


def _totals(
    sums: Sequence[KindSum], rows: Sequence[Changed], rates: Rates, on: dt.date, rate_kind: str
) -> tuple[KindTotal, ...]:
    totals = []
    for kind in Kind:
        found = [row for row in sums if kind in row.kinds]
        if not found:
            continue
        amounts = [Money(_minor(row, kind), row.currency) for row in found]
        whole = total(rates, amounts, on, kind=rate_kind)
        ids = sorted(row.opportunity_id for row in rows if kind in row.kinds)
        count = sum(row.count for row in found)
        totals.append(
            KindTotal(
                kind,
                count,
                by_currency(amounts),
                whole.money,
                tuple(sorted(whole.missing)),
                tuple(ids) if len(ids) == count else (),
            )
        )
    return tuple(totals)


def _minor(row: KindSum, kind: Kind) -> int:
    return {Kind.RAISED: row.raised_minor, Kind.LOWERED: -row.lowered_minor}.get(kind, row.minor)


def _largest(rows: Sequence[Changed], rates: Rates, on: dt.date, kind: str) -> tuple[Changed, ...]:
    def size(row: Changed) -> tuple[Fraction, int]:
        held = row.held
        if held is None or held.amount_minor is None:
            return Fraction(0), row.opportunity_id
        return -(rates.exact(Money(held.amount_minor, held.currency), on, kind) or Fraction(0)), row.opportunity_id

    return tuple(sorted(rows, key=size))


def _people(context: SkillContext, rows: Sequence[Changed], traces: Mapping[int, Trace]) -> Mapping[int, str]:
    ids = {trace.person_id for trace in traces.values()} | {row.owner_id for row in rows}
    ids |= {row.was.owner_id for row in rows if row.was is not None}
    wanted = [number for number in ids if number is not None]
    found = context.session.exec(select(Person).where(col(Person.id).in_(wanted)))
    return {person.id: person.name for person in found if person.id is not None}


def said(changes: PipelineChanges, row: Changed, kind: Kind) -> Text:
    """One change in words, with what it was and what it is."""
    was, now = row.was, row.now
    stages, people = changes.stages, changes.people
    if kind is Kind.HANDED and was is not None:
        return text("owner {old} → {new}", old=people.get(was.owner_id, "–"), new=people.get(row.owner_id, "–"))
    if now is None:
        return LABELS[kind]
    stage = stages.get(now.stage_id, "–")
    if kind is Kind.CREATED:
        return text("new in {stage}", stage=stage)
    if was is None or kind in (Kind.WON, Kind.LOST):
        return {Kind.WON: text("won"), Kind.LOST: text("lost")}.get(kind, LABELS[kind])
    old_stage = stages.get(was.stage_id, "–")
    match kind:
        case Kind.REOPENED:
            return text("reopened in {stage}", stage=stage)
        case Kind.FORWARD:
            return text("{old} → {new}", old=old_stage, new=stage)
        case Kind.BACK:
            return text("back from {old} to {new}", old=old_stage, new=stage)
        case Kind.RAISED | Kind.LOWERED | Kind.RECURRENCED:
            return text("amount {old} → {new}", old=amount_of(was), new=amount_of(now))
        case Kind.PUSHED:
            return text("pushed {old} → {new}", old=_day(was), new=_day(now))
        case Kind.PULLED:
            return text("pulled in {old} → {new}", old=_day(was), new=_day(now))
        case _:
            return text("close date {old} → {new}", old=_day(was), new=_day(now))


def _day(held: Held) -> AnyValue:
    return text("none") if held.expected_close is None else value(held.expected_close)


def amount_of(held: Held | None) -> AnyValue:
    if held is None or held.amount_minor is None:
        return text("–")
    return value(Money(held.amount_minor, held.currency))
