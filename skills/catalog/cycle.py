"""How long our sales take, and how old what is open has become."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Block, Chart, Column, Fact, Facts, Invocation, Series, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.cycles import Cycles, count_ages_of_open, count_cycles
from skills.envelope import Envelope
from skills.figure import RecordFilter
from skills.measures.calendar import Grain, Period
from skills.measures.distribution import P90, Distribution
from skills.population import find_period
from skills.quantity import decimal, quantity
from skills.segment import HEADINGS, TITLES, Asked, Breakdown, Part, find_segment
from skills.text import AnyValue, Text, text, value
from skills.wording import period_name, period_note
from store.cycles import list_qualified_ids

SHOWN = 15
BANDS = (7, 14, 30, 60, 90, 120, 180, 365)
"""Upper bounds, in days, of the bars of the chart."""

MEDIAN = text(
    "Median of the days from the first qualified stage (where the history has none, from the day it was opened) to the "
    "win, of the deals won in the period. Between two values it is interpolated."
)
MEAN = text("Mean of the days from the first qualified stage to the win, of the deals won in the period.")
LONGEST = text("Nine tenths of the deals won in the period took no longer, interpolated between the nearest two.")
AGE = text("Median of the days since the first qualified stage, of what is open in a qualified stage today.")


class CycleParams(SkillParams):
    owner: str | None = Field(default=None, description=text("whose deals; everybody's when left out").template)
    team: str | None = Field(
        default=None, description=text("which team or region; the whole company when left out").template
    )
    product: str | None = Field(default=None, description=text("only this product").template)
    period: str | None = Field(
        default=None, description=text("when they were won; this quarter when left out").template
    )
    by: Breakdown | None = Field(
        default=None, description=text("rep, team, product, region, source, competitor or quarter").template
    )


@dataclass(frozen=True)
class Cycle:
    asked: Asked
    period: Period
    as_of: dt.datetime
    cycles: Cycles
    open: Cycles | None
    """Ages of what is open; None where not everybody here may see what is."""
    open_ids: tuple[int, ...] | None
    """Which these are; None for too many."""
    shown: int
    """Rows of a table."""
    params: CycleParams


def run(context: SkillContext, params: CycleParams) -> Cycle:
    period = find_period(context, params.period, Grain.YEAR if params.by == "quarter" else Grain.QUARTER)
    asked = find_segment(context, params.owner, params.team, product=params.product, public=params.by != "rep")
    shown = context.scope.includes(asked.population.scope)
    return Cycle(
        asked=asked,
        period=period,
        as_of=context.now,
        cycles=count_cycles(context, asked.segment, period, params.by),
        open=count_ages_of_open(context, asked) if shown else None,
        open_ids=list_qualified_ids(context.session, asked.segment) if shown else None,
        shown=context.listed(SHOWN),
        params=params,
    )


def present(cycle: Cycle) -> Answer:
    days, whose = cycle.cycles.days, cycle.asked.whose
    none = text("nothing was won")
    envelope = Envelope(cycle.as_of, cycle.period, _won(cycle), (whose,), _warnings(cycle))
    figures = [
        quantity(envelope, "cycle", text("Median cycle"), MEDIAN, days.median, "days", reason=none, count=days.count),
        quantity(envelope, "cycle_mean", text("Mean cycle"), MEAN, days.mean, "days", reason=none, count=days.count),
        quantity(
            envelope,
            "cycle_p90",
            text("Nine tenths within"),
            LONGEST,
            days.quantile(P90),
            "days",
            reason=none,
            count=days.count,
        ),
        envelope.number("won", text("Deals won"), text("Won in the period, by booking date."), days.count),
    ]
    if cycle.open is not None:
        figures.append(
            quantity(
                Envelope(cycle.as_of, None, _open(cycle), (whose,)),
                "open_age",
                text("Median age of what is open"),
                AGE,
                cycle.open.days.median,
                "days",
                reason=text("nothing is open"),
                count=cycle.open.days.count,
            )
        )
    return Answer(
        headline=_headline(cycle),
        blocks=_blocks(cycle),
        figures=tuple(figures),
        actions=_actions(cycle),
        notes=(*envelope.warnings, *cycle.asked.doubts, period_note(cycle.period, whose)),
        unabridged=cycle.asked.population.is_public,
    )


def _won(cycle: Cycle) -> RecordFilter | None:
    """None where some of what was won has no start: no rule tells those apart."""
    segment = cycle.asked.segment
    if cycle.cycles.without_start:
        return None
    return RecordFilter(
        owner_ids=None if segment.scope.people is None else tuple(sorted(segment.scope.people)),
        status="won",
        start=cycle.period.start,
        end=cycle.period.end,
        product_id=segment.product_id,
    )


def _open(cycle: Cycle) -> RecordFilter | None:
    if cycle.open is None or cycle.open.without_start or cycle.open_ids is None:
        return None
    return RecordFilter(ids=cycle.open_ids)


def _headline(cycle: Cycle) -> Text:
    days, period, whose = cycle.cycles.days, period_name(cycle.period), cycle.asked.whose
    if days.median is None:
        return text("Nothing was won in {period}, so there is no sales cycle ({whose}).", period=period, whose=whose)
    if days.count == 1:
        return text(
            "One deal was won in {period}, after **{days} days** ({whose}).",
            period=period,
            days=decimal(days.median),
            whose=whose,
        )
    return text(
        "Sales cycle in {period}: **{median} days** in the median, {mean} on average, nine tenths within {p90}; "
        "{count} deals ({whose}).",
        period=period,
        median=decimal(days.median),
        mean=decimal(days.mean or 0),
        p90=decimal(days.quantile(P90) or 0),
        count=days.count,
        whose=whose,
    )


def _warnings(cycle: Cycle) -> tuple[Text, ...]:
    warnings = []
    if cycle.cycles.from_opening:
        warnings.append(
            text(
                "{count} count from the day they were opened: their history has no entry into a qualified stage.",
                count=cycle.cycles.from_opening,
            )
        )
    if cycle.cycles.without_start:
        warnings.append(
            text(
                "{count} are left out: no day before the win is known on which they began.",
                count=cycle.cycles.without_start,
            )
        )
    return tuple(warnings)


def _blocks(cycle: Cycle) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if cycle.open is not None and cycle.open.days.median is not None:
        open_days = cycle.open.days
        blocks.append(
            Facts(
                facts=(
                    Fact(label=text("Open and qualified"), value=text("{count}", count=open_days.count)),
                    Fact(
                        label=text("Their age in the median"),
                        value=text("{days} days", days=decimal(open_days.median or 0)),
                    ),
                    Fact(label=text("The oldest"), value=text("{days} days", days=open_days.largest or 0)),
                )
            )
        )
    if cycle.params.by is not None and cycle.cycles.parts:
        blocks.append(_table(cycle, cycle.params.by))
    if cycle.cycles.days.count > 1:
        blocks.append(_chart(cycle.cycles.days))
    return tuple(blocks)


def _table(cycle: Cycle, by: Breakdown) -> Table:
    def row(label: Text, days: Distribution) -> tuple[AnyValue, ...]:
        return (
            label,
            value(days.count),
            value(decimal(days.median or 0)),
            value(decimal(days.mean or 0)),
            value(decimal(days.quantile(P90) or 0)),
        )

    ordered = _ordered(cycle.cycles.parts, by)
    rows = [row(part.label, days) for part, days in ordered[: cycle.shown]]
    if rest := ordered[cycle.shown :]:
        together = Distribution.of(pair for _, days in rest for pair in days.counts)
        rows.append(row(text("{count} others", count=len(rest)), together))
    return Table(
        title=TITLES[by],
        columns=(
            Column(label=HEADINGS[by][0]),
            Column(label=text("Deals"), numeric=True),
            Column(label=text("Median days"), numeric=True),
            Column(label=text("Mean"), numeric=True),
            Column(label=text("Nine tenths within"), numeric=True),
        ),
        rows=tuple(rows),
        total=row(text("Total"), cycle.cycles.days),
    )


def _ordered(parts: Mapping[Part, Distribution], by: Breakdown) -> Sequence[tuple[Part, Distribution]]:
    if by == "quarter":
        return sorted(parts.items(), key=lambda item: item[0].place)
    return sorted(parts.items(), key=lambda item: (item[0].place < 0, -item[1].count, item[0].place))


def _chart(days: Distribution) -> Chart:
    bands: list[tuple[Text, int]] = []
    low = 0
    for high in BANDS:
        label = text("{low}–{high} d", low=low, high=high)
        bands.append((label, sum(count for day, count in days.counts if low <= day <= high)))
        low = high + 1
    bands.append((text("over {days} d", days=BANDS[-1]), sum(count for day, count in days.counts if day > BANDS[-1])))
    return Chart(
        kind="bar",
        title=text("Deals won by length of the cycle"),
        categories=tuple(label for label, _ in bands),
        series=(Series(label=text("Deals"), values=tuple(float(count) for _, count in bands)),),
    )


def _actions(cycle: Cycle) -> tuple[Action, ...]:
    params = cycle.params.model_dump()
    actions = []
    if cycle.params.by is None and cycle.cycles.days.count:
        by = Invocation.of("cycle", {**params, "by": "product"})
        actions.append(Action(label=text("By product"), invocation=by))
    funnel = Invocation.of("funnel", owner=params["owner"], team=params["team"], product=params["product"])
    actions.append(Action(label=text("Where does it take long?"), invocation=funnel))
    return tuple(actions)


SKILL = Skill(
    name="cycle",
    summary=text("How long sales take, from the first qualified stage to the win"),
    params=CycleParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("salescycle", "cycletime"),
    examples=(
        Example("how long is our sales cycle", CycleParams()),
        Example("average time to close this year", CycleParams(period="this year")),
        Example("how long do dana's deals take", CycleParams(owner="dana")),
        Example("sales cycle by product last quarter", CycleParams(by="product", period="last quarter")),
        Example("which team closes fastest this year", CycleParams(by="team", period="this year")),
        Example("how many days does it take us to win a deal", CycleParams()),
        Example("cycle time trend by quarter", CycleParams(by="quarter")),
        Example("median days to close for GTX Pro in 2017", CycleParams(product="GTX Pro", period="2017")),
        Example("how long did the EMEA deals take in Q3", CycleParams(team="EMEA", period="Q3")),
        Example("我们的销售周期有多长", CycleParams()),
        Example("今年平均多少天成交", CycleParams(period="今年")),
        Example("各产品的销售周期", CycleParams(by="product")),
        Example("上季度dana成交一单要多久", CycleParams(owner="dana", period="上季度")),
    ),
)
