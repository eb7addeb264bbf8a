"""A proposal of targets as it is shown before anybody says yes: by month or by part, and what speaks against it."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from skills.answer import Block, Column, Table
from skills.assignment import PastPeriods, get_past_periods, home_minor, reach_sentence, sum_open
from skills.contract import SkillContext
from skills.holders import Holder
from skills.target_change import Part, Plan
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, month_name, period_name
from store.models import Metric
from store.money import Money, rounded

SHOWN = 40
"""Rows of a proposal; the rest is counted."""
NAMED = 5
"""So many are named in a remark."""


def list_feasible(context: SkillContext, plan: Plan, part: Part) -> list[Text]:
    """How many ever reached as much, and what is open for the period."""
    minor = in_home(context, plan, part.total)
    if minor is None or not minor:
        return []
    said = []
    past = get_past_periods(context, plan.period) if _is_rep(part.holder) else None
    if past is not None:
        said.append(reach_sentence(past.reach(minor)))
    opened = sum_open(context, part.holder.scope, plan.period)
    if opened is not None:
        said.append(
            text(
                "Open and expected to close in {period}: {amount}, {share} of it.",
                period=period_name(plan.period),
                amount=Money(rounded(opened), context.organisation.currency),
                share=opened / minor,
            )
        )
    return said


def _is_rep(holder: Holder) -> bool:
    return holder.person is not None and holder.scope.people == frozenset([holder.person.id])


def in_home(context: SkillContext, plan: Plan, minor: int) -> Fraction | None:
    """In the organisation's currency; None for what has no history of bookings to be compared with."""
    if plan.metric is not Metric.BOOKED or plan.currency is None:
        return None
    return home_minor(context, Money(minor, plan.currency), plan.period.start)


def by_month(plan: Plan, part: Part) -> tuple[Block, ...]:
    rows: list[tuple[AnyValue, ...]] = []
    for month, now, then in zip(plan.months, part.now, part.then, strict=True):
        before = replace(part, now=(now,)).shown_before
        rows.append((month_name(month.key), before, plan.shown(then)))
    return (
        Table(
            title=text("{whose}, by month", whose=part.holder.label),
            columns=(
                Column(label=text("Month")),
                Column(label=text("Now"), numeric=True),
                Column(label=text("New"), numeric=True),
            ),
            rows=tuple(rows),
            total=(text("Total"), part.shown_before, plan.shown(part.total)),
        ),
    )


def remaining(plan: Plan, own: Part, minor: int) -> Text | None:
    """What is left of the whole's own target, or handed out beyond it."""
    if own.before is None or own.currency != plan.currency:
        return None
    left, whose = own.before - minor, own.holder.label
    if left > 0:
        return text(
            "**{whose}** has {own}: {left} stays with nobody.", whose=whose, own=own.shown_before, left=plan.shown(left)
        )
    if left < 0:
        return text(
            "**{whose}** has {own}: {left} more than that is handed out.",
            whose=whose,
            own=own.shown_before,
            left=plan.shown(-left),
        )
    return text("Nothing of the target of **{whose}** stays with nobody.", whose=whose)


def _names(parts: Sequence[Part]) -> Text:
    names = enumeration([part.holder.label for part in parts[:NAMED]])
    return text("{names} …", names=names) if len(parts) > NAMED else names


def list_unweighted(parts: Sequence[Part]) -> list[Text]:
    without = [part for part in parts if not part.total]
    return [text("Nothing to go by, so nothing is given to: {names}.", names=_names(without))] if without else []


def list_other_currencies(plan: Plan, parts: Sequence[Part]) -> list[Text]:
    others = [part for part in parts if part.before and part.currency != plan.currency]
    if not others:
        return []
    return [
        text(
            "Theirs was in another currency than {currency}: {names}.",
            currency=plan.currency or "–",
            names=_names(others),
        )
    ]


def list_never_reached(
    context: SkillContext, plan: Plan, parts: Sequence[Part], past: PastPeriods | None
) -> list[Text]:
    if past is None or not past.best:
        return []
    beyond = []
    for part in parts:
        minor = in_home(context, plan, part.total)
        if _is_rep(part.holder) and minor and not past.reach(minor).reached:
            beyond.append(part)
    if not beyond:
        return []
    return [
        text(
            "Nobody at all reached as much in one of the last 4 periods of this length: {names}.", names=_names(beyond)
        )
    ]


def proposal(
    context: SkillContext, plan: Plan, parts: Sequence[Part], weights: Sequence[Fraction], past: PastPeriods | None
) -> Table:
    none = text("–")
    whole = sum(weights, Fraction(0))
    rows: list[tuple[AnyValue, ...]] = []
    for part, weight in list(zip(parts, weights, strict=True))[:SHOWN]:
        minor = in_home(context, plan, part.total)
        reach = past.reach(minor) if past is not None and minor and _is_rep(part.holder) else None
        opened = sum_open(context, part.holder.scope, plan.period) if minor else None
        rows.append(
            (
                verbatim(part.holder.label),
                part.shown_before,
                plan.shown(part.total),
                value(weight / whole),
                none if reach is None else text("{reached} of {people}", reached=reach.reached, people=reach.people),
                none if opened is None else value(Money(rounded(opened), context.organisation.currency)),
            )
        )
    if len(parts) > SHOWN:
        rows.append((text("and {count} more", count=len(parts) - SHOWN), *(value("") for _ in range(5))))
    return Table(
        title=text("Proposal"),
        columns=(
            Column(label=text("Whose")),
            Column(label=text("Now"), numeric=True),
            Column(label=text("New"), numeric=True),
            Column(label=text("Share"), numeric=True),
            Column(label=text("Reps who reached it")),
            Column(label=text("Open"), numeric=True),
        ),
        rows=tuple(rows),
        total=(text("Total"), none, plan.shown(sum(part.total for part in parts)), none, none, none),
    )
