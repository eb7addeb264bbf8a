"""How much depends on the largest customers, people or products."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pydantic import Field

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Series, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Grain, Period
from skills.measures.concentration import Concentration, abc_class, concentration
from skills.population import find_period
from skills.quantity import quantity, writable
from skills.revenue import Margins, Revenue, sum_by_key, sum_margins
from skills.segment import HEADINGS, KEYS, Asked, Part, find_segment, name_parts
from skills.text import AnyValue, Text, text, value
from skills.wording import no_rate, period_name, period_note
from store.money import Money
from store.segment import Key

SHOWN = 10
Owner = Literal["customer", "rep", "product"]
NOUNS: Mapping[str, Text] = {"customer": text("customers"), "rep": text("reps"), "product": text("products")}
LARGEST: Mapping[str, Text] = {
    "customer": text("Largest customers"),
    "rep": text("Largest reps"),
    "product": text("Largest products"),
}

TOP = text("Share of what was won in the period that the largest fifth made up, their number rounded up.")
EIGHTY = text("The fewest that made up 80% or more of what was won in the period.")
GINI = text(
    "Σ(2i − n − 1)·x ÷ (n·Σx) over the totals in ascending order, times n ÷ (n − 1): 0 when all are equal, 1 when one "
    "has everything. Different distributions can share it, so look at the top shares too."
)
HHI = text("Sum of the squared shares: 1 when one has everything, 1 ÷ n when all are equal.")


class ConcentrationParams(SkillParams):
    by: Owner | None = Field(
        default=None, description=text("customer, rep or product; customers when left out").template
    )
    period: str | None = Field(default=None, description=text("when it was booked; this year when left out").template)
    team: str | None = Field(default=None, description=text("which team's sales").template)
    owner: str | None = Field(
        default=None, description=text("whose sales; yours, or your team's, when left out").template
    )


@dataclass(frozen=True)
class Entry:
    """One of the largest."""

    part: Part
    revenue: int
    margin: int | None
    grade: str
    """A, B or C."""


@dataclass(frozen=True)
class Dependence:
    asked: Asked
    by: Owner
    period: Period
    as_of: dt.datetime
    currency: str
    revenue: Revenue
    margins: Margins
    by_revenue: Concentration | None
    by_margin: Concentration | None
    largest: tuple[Entry, ...]
    params: ConcentrationParams


def run(context: SkillContext, params: ConcentrationParams) -> Dependence:
    by: Owner = params.by or "customer"
    period = find_period(context, params.period, Grain.YEAR)
    asked = find_segment(context, params.owner, params.team)
    revenue = sum_by_key(context, asked.segment, period, KEYS[by])
    margins = sum_margins(context, asked.segment, period, KEYS[by])
    by_revenue = None if revenue.unconverted else concentration(list(revenue.totals.values()))
    return Dependence(
        asked=asked,
        by=by,
        period=period,
        as_of=context.now,
        currency=context.organisation.currency,
        revenue=revenue,
        margins=margins,
        by_revenue=by_revenue,
        by_margin=None if margins.missing else concentration(list(margins.totals.values())),
        largest=_largest(name_parts(context, by), revenue, margins, by_revenue)[: context.listed(SHOWN)]
        if by_revenue
        else (),
        params=params,
    )


def _largest(
    naming: Callable[[Key], Part], revenue: Revenue, margins: Margins, found: Concentration
) -> tuple[Entry, ...]:
    """In the order of their revenue; equal ones in that of their records."""
    ordered = sorted(revenue.totals.items(), key=lambda item: (-item[1], str(item[0]).zfill(20)))
    return tuple(
        Entry(naming(key), total, margins.totals.get(key), abc_class(rank, found))
        for rank, (key, total) in enumerate(ordered, 1)
    )


def present(found: Dependence) -> Answer:
    segment = found.asked.segment
    records = RecordFilter(
        owner_ids=None if segment.scope.people is None else tuple(sorted(segment.scope.people)),
        status="won",
        start=found.period.start,
        end=found.period.end,
    )
    envelope = Envelope(found.as_of, found.period, records, (found.asked.whose,), _warnings(found))
    figures = _figures(found, found.by_revenue, envelope, "", found.revenue.deals, _reason(found))
    if found.margins.deals or found.margins.missing:
        reason = no_rate(found.margins.missing) if found.margins.missing else text("no margin is left to divide")
        figures += _figures(found, found.by_margin, envelope, "_margin", found.margins.deals, reason)
    return Answer(
        headline=_headline(found),
        blocks=_blocks(found),
        figures=tuple(figures),
        actions=_actions(found),
        notes=(*envelope.warnings, *found.asked.doubts, period_note(found.period, found.asked.whose)),
    )


def _figures(
    found: Dependence, measure: Concentration | None, envelope: Envelope, suffix: str, deals: int, reason: Text
) -> list[Figure]:
    by_margin = bool(suffix)
    label = text("Top fifth, by margin") if by_margin else text("Top fifth")
    eighty = text("Make up 80%, by margin") if by_margin else text("Make up 80%")
    gini = text("Gini, by margin") if by_margin else text("Gini")
    hhi = text("HHI, by margin") if by_margin else text("HHI")
    noun = {"customer": "customers", "rep": "reps", "product": "products"}[found.by]
    single = text("only one has a total") if measure else reason
    return [
        envelope.ratio(
            f"top_share{suffix}", label, TOP, measure.top_share if measure else None, reason=reason, count=deals
        ),
        quantity(
            envelope,
            f"pareto{suffix}",
            eighty,
            EIGHTY,
            measure.eighty if measure else None,
            noun,
            reason=reason,
            count=deals,
        ),
        quantity(
            envelope,
            f"gini{suffix}",
            gini,
            GINI,
            writable(measure.gini) if measure and measure.gini is not None else None,
            "index",
            reason=single,
            count=deals,
        ),
        quantity(
            envelope,
            f"hhi{suffix}",
            hhi,
            HHI,
            writable(measure.hhi) if measure else None,
            "index",
            reason=reason,
            count=deals,
        ),
    ]


def _reason(found: Dependence) -> Text:
    if found.revenue.unconverted:
        return text("no exchange rate for {count} of them", count=found.revenue.unconverted)
    return text("nothing with an amount was won")


def _headline(found: Dependence) -> Text:
    measure, period, whose = found.by_revenue, period_name(found.period), found.asked.whose
    if measure is None:
        if found.revenue.unconverted:
            return text(
                "I can't add up what was won in {period}: there is no exchange rate for {count} of the deals "
                "({whose}).",
                period=period,
                count=found.revenue.unconverted,
                whose=whose,
            )
        return text("Nothing with an amount was won in {period} ({whose}).", period=period, whose=whose)
    return text(
        "In {period} the largest fifth ({top} of {count} {noun}) made up **{share}** of what was won; 80% takes "
        "{eighty} ({whose}).",
        period=period,
        top=measure.top_count,
        count=measure.count,
        noun=NOUNS[found.by],
        share=measure.top_share,
        eighty=measure.eighty,
        whose=whose,
    )


def _warnings(found: Dependence) -> tuple[Text, ...]:
    revenue, margins = found.revenue, found.margins
    warnings = []
    if revenue.without_key:
        said = text("won deals without one, left out: {count}.", count=revenue.without_key)
        warnings.append(text("{what}: {said}", what=HEADINGS[found.by][0], said=said))
    if revenue.without_amount:
        warnings.append(text("Won deals without an amount, which add nothing: {count}.", count=revenue.without_amount))
    if found.by_revenue and found.by_revenue.left_out:
        warnings.append(text("With a negative total, and left out: {count}.", count=found.by_revenue.left_out))
    if margins.deals and margins.deals < revenue.deals:
        warnings.append(
            text(
                "By margin only {count} of {all} deals count: the others have no number of units or no unit cost.",
                count=margins.deals,
                all=revenue.deals,
            )
        )
    if found.by_margin and found.by_margin.left_out:
        warnings.append(text("With a loss, and left out by margin: {count}.", count=found.by_margin.left_out))
    if not margins.deals and not margins.missing and revenue.deals:
        warnings.append(text("By margin there is nothing to say: no deal has a number of units and a unit cost."))
    return tuple(warnings)


def _blocks(found: Dependence) -> tuple[Block, ...]:
    measure = found.by_revenue
    if measure is None:
        return ()
    return (_classes(found, measure), _table(found, measure), _chart(found, measure))


def _classes(found: Dependence, measure: Concentration) -> Table:
    """How many are in each class and what they make up."""
    parts = sorted((total for total in found.revenue.totals.values() if total >= 0), reverse=True)
    bounds = (0, measure.eighty, measure.ninety_five, measure.count)
    rows: list[tuple[AnyValue, ...]] = []
    for grade, start, end in zip("ABC", bounds, bounds[1:], strict=False):
        share = Fraction(sum(parts[start:end]), measure.total)
        rows.append((value(grade), value(end - start), value(_money(sum(parts[start:end]), found)), value(share)))
    return Table(
        title=text("Classes: A up to 80%, B up to 95%"),
        columns=(
            Column(label=text("Class")),
            Column(label=text("How many"), numeric=True),
            Column(label=text("Won"), numeric=True),
            Column(label=text("Share"), numeric=True),
        ),
        rows=tuple(rows),
        total=(text("Total"), value(measure.count), value(_money(measure.total, found)), value(Fraction(1))),
    )


def _table(found: Dependence, measure: Concentration) -> Table:
    has_margins = bool(found.margins.totals) and not found.margins.missing
    columns = [
        Column(label=HEADINGS[found.by][0]),
        Column(label=text("Class")),
        Column(label=text("Won"), numeric=True),
        Column(label=text("Share"), numeric=True),
        Column(label=text("Together"), numeric=True),
    ]
    if has_margins:
        columns.append(Column(label=text("Margin"), numeric=True))
    rows: list[tuple[AnyValue, ...]] = []
    reached = 0
    for entry in found.largest:
        reached += entry.revenue
        row: list[AnyValue] = [
            entry.part.label,
            value(entry.grade),
            value(_money(entry.revenue, found)),
            value(Fraction(entry.revenue, measure.total)),
            value(Fraction(reached, measure.total)),
        ]
        if has_margins:
            row.append(text("–") if entry.margin is None else value(_money(entry.margin, found)))
        rows.append(tuple(row))
    return Table(title=LARGEST[found.by], columns=tuple(columns), rows=tuple(rows))


def _chart(found: Dependence, measure: Concentration) -> Chart:
    """The cumulative share of the largest."""
    shares: list[float] = []
    reached = 0
    for entry in found.largest:
        reached += entry.revenue
        shares.append(float(Fraction(reached, measure.total) * 100))
    return Chart(
        kind="line",
        title=text("Share of the largest together (%)"),
        categories=tuple(entry.part.label for entry in found.largest),
        series=(Series(label=text("Together"), values=tuple(shares)),),
        unit="%",
    )


def _money(minor: int, found: Dependence) -> Money:
    return Money(minor, found.currency)


def _actions(found: Dependence) -> tuple[Action, ...]:
    labels: Sequence[tuple[Owner, Text]] = (
        ("customer", text("By customer")),
        ("rep", text("By rep")),
        ("product", text("By product")),
    )
    params = found.params.model_dump()
    return tuple(
        Action(label=label, invocation=Invocation.of("concentration", {**params, "by": by}))
        for by, label in labels
        if by != found.by
    )


SKILL = Skill(
    name="concentration",
    summary=text("How much depends on the largest customers, reps or products"),
    params=ConcentrationParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("pareto", "abc", "topcustomers"),
    examples=(
        Example("how dependent are we on our largest customers", ConcentrationParams(by="customer")),
        Example("80/20 analysis of customers this year", ConcentrationParams(by="customer", period="this year")),
        Example("pareto by product in 2017", ConcentrationParams(by="product", period="2017")),
        Example("which customers bring 80% of revenue", ConcentrationParams(by="customer")),
        Example("revenue concentration by rep last year", ConcentrationParams(by="rep", period="last year")),
        Example("ABC analysis of our customers", ConcentrationParams(by="customer")),
        Example("how concentrated is the EMEA team's revenue", ConcentrationParams(team="EMEA")),
        Example("who are my biggest customers", ConcentrationParams(by="customer", owner="me")),
        Example("gini of sales by rep", ConcentrationParams(by="rep")),
        Example("客户集中度", ConcentrationParams(by="customer")),
        Example("今年的二八分析", ConcentrationParams(period="今年")),
        Example("哪些产品占了80%的收入", ConcentrationParams(by="product")),
        Example("我们对大客户的依赖有多大", ConcentrationParams(by="customer", team="公司")),
        Example("客户ABC分类", ConcentrationParams(by="customer")),
    ),
)
