"""How many of the deals that were decided we won, against whom, and why the others were lost."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Series, Table
from skills.cohorts import Cohorts, Course, count_cohorts, count_course
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.cycles import trailing_year
from skills.envelope import Envelope, only
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Grain, Period
from skills.measures.winrate import MINIMUM, Tally, wilson, win_rate
from skills.opened import Told, tell_cohorts, tell_course
from skills.outcomes import Outcomes, count_outcomes
from skills.population import find_period
from skills.segment import HEADINGS, TITLES, Asked, Breakdown, Part, find_segment
from skills.text import AnyValue, Text, text, value
from skills.wording import enumeration, no_rate, period_name, period_note
from store.outcomes import ReasonCount, count_loss_reasons, list_closed_ids

Variant = Literal["closed", "value", "broad", "cohort", "over time"]
SHOWN = 15
REASONS = 8

COUNT = text(
    "Won ÷ (won + lost), of the opportunities closed in the period by their last outcome; those lost to no decision "
    "are shown apart."
)
VALUE = text(
    "Amounts won ÷ (amounts won + amounts lost), of the opportunities closed in the period; won ones at the rate of "
    "their booking date, lost ones at that of the day they were lost."
)
RATES = text("won ones at the rate of their booking date, lost ones at that of the day they were lost")
BROAD = text("Won ÷ (won + lost + no decision), of the opportunities closed in the period by their last outcome.")
NO_DECISION = text("Lost because the customer bought nothing from anybody, by the loss reasons that say so.")


class WinrateParams(SkillParams):
    owner: str | None = Field(default=None, description=text("whose opportunities; everybody's when left out").template)
    team: str | None = Field(
        default=None, description=text("which team or region; the whole company when left out").template
    )
    product: str | None = Field(default=None, description=text("only this product").template)
    account: str | None = Field(default=None, description=text("only this account").template)
    competitor: str | None = Field(default=None, description=text("only deals against this competitor").template)
    source: str | None = Field(default=None, description=text("only deals from this source").template)
    period: str | None = Field(
        default=None,
        description=text("when they were closed (or opened, for a cohort); this quarter if left out").template,
    )
    variant: Variant | None = Field(
        default=None, description=text("closed (by count), value, broad, cohort or over time").template
    )
    by: Breakdown | None = Field(
        default=None, description=text("rep, team, product, region, source, competitor or quarter").template
    )


@dataclass(frozen=True)
class WinRate:
    asked: Asked
    period: Period
    as_of: dt.datetime
    today: dt.date
    currency: str
    variant: Variant
    by: Breakdown | None
    outcomes: Outcomes
    reasons: tuple[ReasonCount, ...]
    cohorts: Cohorts | None
    course: Course | None
    records: RecordFilter | None
    """Those won and those lost to somebody (or those opened); None where no list finds exactly them."""
    closed: RecordFilter | None
    """These and those lost to no decision."""
    params: WinrateParams


def run(context: SkillContext, params: WinrateParams) -> WinRate:
    period = find_period(context, params.period, Grain.YEAR if params.by == "quarter" else Grain.QUARTER)
    asked = find_segment(
        context,
        params.owner,
        params.team,
        product=params.product,
        account=params.account,
        source=params.source,
        competitor=params.competitor,
        public=params.by != "rep",
    )
    variant: Variant = params.variant or "closed"
    segment = asked.segment
    opened = variant in ("cohort", "over time")
    outcomes = count_outcomes(context, asked, period, None if opened else params.by)
    rule = RecordFilter(
        owner_ids=None if segment.scope.people is None else tuple(sorted(segment.scope.people)),
        status=None if opened else "closed",
        by="opened_on" if opened else "closed_on",
        start=period.start,
        end=period.end,
        product_id=segment.product_id,
        account_id=segment.account_id,
    )

    def listed(*, decided: bool) -> RecordFilter | None:
        """By the rule where that finds them again, or else one by one where they are not too many."""
        if opened or not (asked.is_narrowed_to_words or (decided and outcomes.total.no_decision)):
            return rule if not (opened and asked.is_narrowed_to_words) else None
        ids = list_closed_ids(context.session, segment, period.start, period.end, decided=decided)
        return None if ids is None else RecordFilter(ids=ids)

    return WinRate(
        asked=asked,
        period=period,
        as_of=context.now,
        today=context.today,
        currency=context.organisation.currency,
        variant=variant,
        by=None if opened else params.by,
        outcomes=outcomes,
        reasons=tuple(count_loss_reasons(context.session, segment, period.start, period.end)) if not opened else (),
        cohorts=count_cohorts(context, asked, period) if variant == "cohort" else None,
        course=count_course(context, asked, period) if variant == "over time" else None,
        records=listed(decided=True),
        closed=listed(decided=False),
        params=params,
    )


def present(found: WinRate) -> Answer:
    envelope = Envelope(found.as_of, found.period, found.records, (found.asked.whose,), _warnings(found))
    period, whose = period_name(found.period), found.asked.whose
    if found.cohorts is not None:
        told = tell_cohorts(found.cohorts, period, whose, envelope)
    elif found.course is not None:
        told = tell_course(found.course, period, whose, envelope)
    else:
        told = _tell_closed(found, envelope)
    return Answer(
        headline=told.headline,
        blocks=told.blocks,
        figures=told.figures,
        actions=_actions(found),
        notes=(*envelope.warnings, *told.notes, *found.asked.doubts, period_note(found.period, found.asked.whose)),
        unabridged=found.asked.population.is_public,
    )


def _tell_closed(found: WinRate, envelope: Envelope) -> Told:
    total = found.outcomes.total
    few = _few(total.decided)
    broad_count = total.decided + total.no_decision
    no_value = _no_value(total)
    by_value = envelope.ratio(
        "win_rate_value", text("By value"), VALUE, total.by_value, reason=no_value, count=total.decided
    )
    figures = [
        envelope.ratio("win_rate", text("Win rate"), COUNT, total.rate, reason=few, count=total.decided),
        by_value.model_copy(update={"rule": RATES}),
        replace(envelope, records=found.closed).ratio(
            "win_rate_broad", text("With no decisions"), BROAD, total.broad, reason=_few(broad_count), count=broad_count
        ),
        envelope.number(
            "won",
            text("Won"),
            text("Opportunities won, by booking date."),
            total.won,
            records=found.records and only(found.records, status="won"),
        ),
        *_lost(found, envelope),
    ]
    if total.rate is not None:
        low, high = wilson(total.won, total.decided)
        bound = text("Bound of the 95% Wilson interval of the win rate, rounded outwards to a tenth of a percent.")
        figures.append(envelope.ratio("win_rate_low", text("At least"), bound, low, count=total.decided))
        figures.append(envelope.ratio("win_rate_high", text("At most"), bound, high, count=total.decided))
    blocks: list[Block] = []
    if found.by is not None and found.outcomes.parts:
        ordered = _ordered(found)
        blocks.append(_table(found, ordered))
        blocks += _chart(found, ordered)
    if found.reasons:
        blocks.append(_reasons(found.reasons))
    order = {"value": 1, "broad": 2}.get(found.variant, 0)
    figures.insert(0, figures.pop(order))
    return Told(_closed_headline(found), tuple(blocks), tuple(figures), _closed_notes(found))


def _lost(found: WinRate, envelope: Envelope) -> Iterator[Figure]:
    """Which of the lost ones were no decision is told by their reasons: no rule finds those again, only their ids."""
    total = found.outcomes.total
    lost = envelope.number("lost", text("Lost"), text("Opportunities lost to somebody else."), total.lost)
    undecided = envelope.number("no_decision", text("No decision"), NO_DECISION, total.no_decision)
    told_apart = found.records is not None and (not total.no_decision or found.records.ids is not None)
    yield lost.model_copy(
        update={"records": only(found.records, status="lost") if found.records and told_apart else None}
    )
    yield undecided.model_copy(update={"records": None if total.no_decision else RecordFilter(ids=())})


def _closed_headline(found: WinRate) -> Text:
    total, period, whose = found.outcomes.total, period_name(found.period), found.asked.whose
    if not total.decided + total.no_decision:
        return text("Nothing was won or lost in {period} ({whose}).", period=period, whose=whose)
    if found.variant == "broad" and total.broad is not None:
        return text(
            "Win rate in {period}, no decisions included: **{rate}** ({won} won, {lost} lost, {none} without a "
            "decision; {whose}).",
            period=period,
            rate=total.broad,
            won=total.won,
            lost=total.lost,
            none=total.no_decision,
            whose=whose,
        )
    if total.rate is None:
        return text(
            "Too few to give a win rate in {period}: {won} won and {lost} lost, and it takes {least} ({whose}).",
            period=period,
            won=total.won,
            lost=total.lost,
            least=MINIMUM,
            whose=whose,
        )
    low, high = wilson(total.won, total.decided)
    if found.variant == "value" and total.by_value is not None:
        return text(
            "Win rate by value in {period}: **{value}**; by count {rate} ({won} won, {lost} lost; {whose}).",
            period=period,
            value=total.by_value,
            rate=total.rate,
            won=total.won,
            lost=total.lost,
            whose=whose,
        )
    return text(
        "Win rate in {period}: **{rate}**, {won} won and {lost} lost; the true rate is likely between {low} and "
        "{high} ({whose}).",
        period=period,
        rate=total.rate,
        won=total.won,
        lost=total.lost,
        low=low,
        high=high,
        whose=whose,
    )


def _closed_notes(found: WinRate) -> tuple[Text, ...]:
    total = found.outcomes.total
    notes = []
    if found.variant != "value" and total.by_value is not None:
        notes.append(text("By value: {rate}.", rate=total.by_value))
    elif total.rate is not None and total.by_value is None:
        notes.append(text("No win rate by value: {reason}.", reason=_no_value(total)))
    if total.no_decision and found.variant != "broad":
        notes.append(
            text("{count} ended without a decision and are not in the rate.", count=total.no_decision)
            if total.broad is None
            else text(
                "{count} ended without a decision and are not in the rate; with them it is {rate}.",
                count=total.no_decision,
                rate=total.broad,
            )
        )
    if total.without_amount:
        notes.append(text("Without an amount, and in no value: {count}.", count=total.without_amount))
    notes.append(text("95% Wilson interval. A deal that was reopened counts once, as it ended last."))
    return tuple(notes)


def _no_value(total: Tally) -> Text:
    if total.missing:
        return no_rate(total.missing)
    if total.lost and not total.lost_value and total.rate is not None:
        return text("what was lost carries no amounts")
    return _few(total.decided) if total.rate is None else text("there are no amounts")


def _few(count: int) -> Text:
    if not count:
        return text("nothing was won or lost")
    return text("too few: {count}, and it takes {least}", count=count, least=MINIMUM)


def _ordered(found: WinRate) -> list[tuple[Part, Tally]]:
    if found.by == "quarter":
        return sorted(found.outcomes.parts.items(), key=lambda item: item[0].place)
    return sorted(
        found.outcomes.parts.items(), key=lambda item: (-item[1].decided, item[0].place < 0, _words(item[0].label))
    )


def _words(label: Text) -> str:
    return str([one.model_dump_json() for one in label.values.values()])


def _table(found: WinRate, ordered: Sequence[tuple[Part, Tally]]) -> Table:
    def row(label: Text, tally: Tally) -> tuple[AnyValue, ...]:
        few = text("too few")
        rate = tally.broad if found.variant == "broad" else tally.rate
        return (
            label,
            value(tally.won),
            value(tally.lost),
            value(tally.no_decision),
            few if rate is None else value(rate),
            text("–") if tally.by_value is None else value(tally.by_value),
        )

    shown, rest = ordered[:SHOWN], ordered[SHOWN:]
    rows = [row(part.label, tally) for part, tally in shown]
    if rest:
        others = Tally()
        for _, tally in rest:
            others.add(tally)
        rows.append(row(text("{count} others", count=len(rest)), others))
    return Table(
        title=TITLES[found.by or "rep"],
        columns=(
            Column(label=HEADINGS[found.by or "rep"][0]),
            Column(label=text("Won"), numeric=True),
            Column(label=text("Lost"), numeric=True),
            Column(label=text("No decision"), numeric=True),
            Column(label=text("Win rate"), numeric=True),
            Column(label=text("By value"), numeric=True),
        ),
        rows=tuple(rows),
        total=row(text("Total"), found.outcomes.total),
    )


def _chart(found: WinRate, ordered: Sequence[tuple[Part, Tally]]) -> list[Block]:
    rated = [
        (part.label, rate)
        for part, tally in ordered[:SHOWN]
        if (rate := tally.broad if found.variant == "broad" else tally.rate) is not None
    ]
    if len(rated) < 2:
        return []
    return [
        Chart(
            kind="line" if found.by == "quarter" else "bar",
            title=text("Win rate (%)"),
            categories=tuple(label for label, _ in rated),
            series=(Series(label=text("Win rate"), values=tuple(float(rate * 100) for _, rate in rated)),),
            unit="%",
        )
    ]


def _reasons(reasons: Sequence[ReasonCount]) -> Table:
    whole = sum(reason.count for reason in reasons)
    rows: list[tuple[AnyValue, ...]] = []
    for reason in reasons[:REASONS]:
        name = value(reason.reason) if reason.reason else text("no reason given")
        share = win_rate(reason.count, whole - reason.count)
        rows.append((name, value(reason.count), value(share or 0), text("yes") if reason.no_decision else text("–")))
    if rest := reasons[REASONS:]:
        count = sum(reason.count for reason in rest)
        share = win_rate(count, whole - count)
        rows.append((text("{count} others", count=len(rest)), value(count), value(share or 0), text("–")))
    return Table(
        title=text("Why they were lost"),
        columns=(
            Column(label=text("Reason")),
            Column(label=text("Lost"), numeric=True),
            Column(label=text("Share"), numeric=True),
            Column(label=text("No decision")),
        ),
        rows=tuple(rows),
    )


def _warnings(found: WinRate) -> tuple[Text, ...]:
    total = found.outcomes.total
    if not total.missing or found.variant in ("cohort", "over time"):
        return ()
    return (
        text(
            "No win rate by value: there was no exchange rate for {missing} on some of the days. An administrator can "
            "import the rates.",
            missing=enumeration(sorted(total.missing)),
        ),
    )


def _actions(found: WinRate) -> tuple[Action, ...]:
    params = found.params.model_dump()
    actions = []
    total = found.outcomes.total
    if found.variant not in ("cohort", "over time") and total.rate is None:
        year = trailing_year(found.today + dt.timedelta(days=1))
        if found.period.start > year.start:
            longer = Invocation.of("winrate", {**params, "period": f"{year.start} to {year.last_day}"})
            actions.append(Action(label=text("Last 12 months"), invocation=longer))
    if found.by is None and found.variant not in ("cohort", "over time") and total.rate is not None:
        by = Invocation.of("winrate", {**params, "by": "competitor"})
        actions.append(Action(label=text("By competitor"), invocation=by))
    if found.variant != "cohort":
        cohort = Invocation.of("winrate", {**params, "variant": "cohort", "by": None})
        actions.append(Action(label=text("By month opened"), invocation=cohort))
    return tuple(actions)


SKILL = Skill(
    name="winrate",
    summary=text("How many of the decided deals we win, and why the others are lost"),
    params=WinrateParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("wins", "winloss", "lossreasons"),
    examples=(
        Example("what's our win rate", WinrateParams()),
        Example("win rate this year by rep", WinrateParams(period="this year", by="rep")),
        Example("how often does dana win", WinrateParams(owner="dana")),
        Example("win rate by product in Q3", WinrateParams(by="product", period="Q3")),
        Example("what share of our deals did we win last quarter", WinrateParams(period="last quarter")),
        Example("who do we lose to this year", WinrateParams(by="competitor", period="this year")),
        Example("who wins against Pulsegrid and why", WinrateParams(competitor="Pulsegrid", by="rep")),
        Example("why are we losing deals", WinrateParams()),
        Example("top loss reasons last quarter", WinrateParams(period="last quarter")),
        Example("win rate by value for the EMEA team", WinrateParams(variant="value", team="EMEA")),
        Example("win rate including no decisions", WinrateParams(variant="broad")),
        Example("how many of the deals opened in H1 have we won", WinrateParams(variant="cohort", period="H1")),
        Example("cohort win rate for 2026", WinrateParams(variant="cohort", period="2026")),
        Example(
            "win rate over time for deals opened last year", WinrateParams(variant="over time", period="last year")
        ),
        Example("win rate by lead source ytd", WinrateParams(by="source", period="ytd")),
        Example("quarterly win rate trend", WinrateParams(by="quarter")),
        Example("我们的赢单率是多少", WinrateParams()),
        Example("今年各销售的赢单率", WinrateParams(by="rep", period="今年")),
        Example("上季度按产品看赢率", WinrateParams(by="product", period="上季度")),
        Example("对上Pulsegrid我们赢率多少，为什么输", WinrateParams(competitor="Pulsegrid")),
        Example("本季度丢单原因", WinrateParams(period="本季度")),
        Example("按金额计算的赢单率", WinrateParams(variant="value")),
    ),
)
