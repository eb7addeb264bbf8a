"""The win rate, in words: by count, by value and with no decisions, by parts, and why the others were lost."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from skills.answer import Action, Answer, Block, Chart, Column, Invocation, Series, Table
from skills.cohorts import Cohorts, Course
from skills.cycles import trailing_year
from skills.envelope import Envelope, only
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Period
from skills.measures.winrate import MINIMUM, Tally, wilson, win_rate
from skills.opened import Told, tell_cohorts, tell_course
from skills.outcomes import Outcomes
from skills.segment import HEADINGS, TITLES, Asked, Breakdown, Part
from skills.terms import reason_words
from skills.text import AnyValue, Text, text, value
from skills.wording import enumeration, no_rate, period_name, period_note
from store.outcomes import ReasonCount

Variant = Literal["closed", "value", "broad", "cohort", "over time"]
REASONS = 8
DRAWN = 15
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
    records: RecordFilter
    """Those won and those lost to somebody (or those opened)."""
    closed: RecordFilter
    """These and those lost to no decision."""
    shown: int
    """Rows of a table."""
    given: Mapping[str, Any]
    """The parameters, so that buttons ask for the same."""


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
            records=only(found.records, status="won"),
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
        blocks.append(_reasons(found.reasons, max(REASONS, found.shown)))
    order = {"value": 1, "broad": 2}.get(found.variant, 0)
    figures.insert(0, figures.pop(order))
    return Told(_closed_headline(found), tuple(blocks), tuple(figures), _closed_notes(found))


def _lost(found: WinRate, envelope: Envelope) -> Iterator[Figure]:
    total = found.outcomes.total
    yield envelope.number(
        "lost",
        text("Lost"),
        text("Opportunities lost to somebody else."),
        total.lost,
        records=only(found.records, status="lost"),
    )
    yield envelope.number(
        "no_decision",
        text("No decision"),
        NO_DECISION,
        total.no_decision,
        records=only(found.closed, decided=False),
    )


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
    elif total.rate is not None and total.by_value is None and not total.missing:
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

    shown, rest = ordered[: found.shown], ordered[found.shown :]
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
        for part, tally in ordered[:DRAWN]
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


def _reasons(reasons: Sequence[ReasonCount], shown: int) -> Table:
    whole = sum(reason.count for reason in reasons)
    rows: list[tuple[AnyValue, ...]] = []
    for reason in reasons[:shown]:
        name = reason_words(reason.reason) if reason.reason else text("no reason given")
        share = win_rate(reason.count, whole - reason.count)
        rows.append((name, value(reason.count), value(share or 0), text("yes") if reason.no_decision else text("–")))
    if rest := reasons[shown:]:
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
    params = found.given
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
