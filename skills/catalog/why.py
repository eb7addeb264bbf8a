"""Why a figure changed since a day: what each opportunity did to it, adding up to the difference exactly."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import Field

from skills.answer import Action, Answer, Block, Bullets, Column, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.contributions import Kind
from skills.difference import LISTED, YESTERDAY, Apart, Line, list_changes, reason_against, take_apart
from skills.errors import Impossible, Unclear
from skills.figure import Figure
from skills.measures.money import rounded_parts
from skills.proof import Pricing, Way, ask_again, find_figures, get_proof
from skills.references import read_date, read_period
from skills.text import AnyValue, Moment, Text, text, value, verbatim
from skills.wording import enumeration
from store.history import end_of, get_first_day
from store.money import Money, exponent, rounded

KINDS: Mapping[Kind, Text] = {
    Kind.NEW: text("added"),
    Kind.GONE: text("removed"),
    Kind.WON: text("won"),
    Kind.LOST: text("lost"),
    Kind.REOPENED: text("reopened"),
    Kind.OWNER: text("another owner"),
    Kind.DATE: text("date moved"),
    Kind.STAGE: text("stage moved"),
    Kind.AMOUNT: text("amount changed"),
    Kind.OTHER: text("product or account changed"),
}
BEFORE = text("The same figure as it stood at the end of {day}, from the change log.")
CHANGE = text("The figure now less the figure then; the changes listed add up to it.")


class WhyParams(SkillParams):
    skill: str = Field(description=text("the command whose answer is meant, such as pipeline or booked").template)
    params: dict[str, Any] | str | None = Field(
        default=None, description=text("what that answer was about, such as its owner and period").template
    )
    figure: str | None = Field(default=None, description=text("which figure of it").template)
    since: str | None = Field(
        default=None, description=text("since which day it changed; since yesterday when left out").template
    )


@dataclass(frozen=True)
class Why:
    skill: str
    params: Mapping[str, Any]
    figure: Figure
    pricing: Pricing | None
    since: dt.date
    """The first day whose changes count; the figure then is that of the end of the day before."""
    as_of: dt.datetime
    apart: Apart | None
    reason: Text | None
    """Why it is not taken apart."""
    changes: Sequence[Line]
    """What was changed since on its opportunities, where it is not."""
    zone: str
    private: bool
    unabridged: bool

    @property
    def then(self) -> dt.date:
        return self.since - YESTERDAY


def run(context: SkillContext, params: WhyParams) -> Why:
    since = _since(context, params.since)
    skill, given, answer = ask_again(context, params.skill, params.params)
    figures = find_figures(answer.figures, params.figure)
    figure = _meant(context, figures)
    proof = get_proof(context, figure)
    if proof is None:
        raise Impossible(
            text("“{figure}” is not made of opportunities, so no change of one explains it.", figure=figure.label),
            text("Ask “how is this counted?” for what it is made of."),
        )
    moment = end_of(context.session, since - YESTERDAY)
    apart, reason = take_apart(context, proof, since, moment)
    return Why(
        skill=skill.name,
        params=given,
        figure=figure,
        pricing=proof.pricing,
        since=since,
        as_of=context.now,
        apart=apart,
        reason=reason,
        changes=() if apart else list_changes(context, proof.records, moment),
        zone=context.actor.zone,
        private=answer.private,
        unabridged=answer.unabridged,
    )


def _since(context: SkillContext, words: str | None) -> dt.date:
    said = (words or "").strip().lower().removeprefix("since ").removesuffix("以来").strip()
    if not said:
        return context.today - YESTERDAY
    try:
        day = read_date(said, context.today, prefer_future=False, calendar=context.calendar).day
    except Unclear:
        day = read_period(said, context.today, context.calendar).start
    if day > context.today:
        raise Impossible(text("{day} is in the future: nothing has changed since.", day=day))
    first = get_first_day(context.session)
    if first is None or day <= first:
        start = text("There is no record of changes yet.") if first is None else text("It begins on {day}.", day=first)
        raise Impossible(text("The record of changes does not reach back to {day}.", day=day), start)
    return day


def _meant(context: SkillContext, figures: Sequence[Figure]) -> Figure:
    """The one that is asked for; of several the first that is a sum of opportunities, money before counts."""
    if len(figures) == 1:
        return figures[0]
    proven = [(figure, get_proof(context, figure)) for figure in figures[:LISTED]]
    apart = [figure for figure, proof in proven if proof is not None and reason_against(proof) is None]
    return next(iter(sorted(apart, key=lambda figure: figure.money is None)), figures[0])


# --- in words


def present(why: Why) -> Answer:
    return _taken_apart(why, why.apart) if why.apart is not None else _only_changes(why)


def _worth(why: Why, minor: int) -> AnyValue:
    if why.pricing is None or why.pricing.way is Way.COUNT:
        return value(minor)
    return value(Money(minor, why.pricing.currency))


def _signed(why: Why, minor: int) -> Text:
    sign = text("+{amount}", amount=_worth(why, minor)) if minor > 0 else text("−{amount}", amount=_worth(why, -minor))
    return sign if minor else text("{amount}", amount=_worth(why, 0))


def _taken_apart(why: Why, apart: Apart) -> Answer:
    now, before = rounded(apart.now), rounded(apart.before)
    change = now - before
    label = why.figure.label
    values = {"figure": label, "now": _worth(why, now), "before": _worth(why, before), "day": why.then}
    if not change and not apart.kinds:
        headline = text(
            "**{figure}** is {now}, the same as at the end of {day}.", figure=label, now=values["now"], day=why.then
        )
    elif change > 0:
        headline = text(
            "**{figure}** is {now}, **{change} more** than at the end of {day} ({before}).",
            change=_worth(why, change), **values,
        )  # fmt: skip
    elif change < 0:
        headline = text(
            "**{figure}** is {now}, **{change} less** than at the end of {day} ({before}).",
            change=_worth(why, -change), **values,
        )  # fmt: skip
    else:
        headline = text(
            "**{figure}** is {now}, as at the end of {day}; the changes since cancel out.", figure=label,
            now=values["now"], day=why.then,
        )  # fmt: skip
    return Answer(
        headline=headline,
        blocks=_blocks(why, apart, change),
        figures=_figures(why, now, before),
        actions=_actions(why),
        notes=(*why.figure.warnings, _compared(why)),
        private=why.private,
        unabridged=why.unabridged,
    )


def _compared(why: Why) -> Text:
    return text(
        "Compared: now with the end of {day}, as it was written down then. Counted: {what}.",
        day=why.then,
        what=enumeration(why.figure.filters) if why.figure.filters else why.figure.label,
    )


def _blocks(why: Why, apart: Apart, change: int) -> tuple[Block, ...]:
    blocks: list[Block] = []
    lines: list[tuple[Text, int | None, Fraction]] = [
        (KINDS[kind], tally.count, tally.exact)
        for kind, tally in sorted(apart.kinds.items(), key=lambda item: list(Kind).index(item[0]))
    ]
    if apart.by_time:
        lines.append((text("days that passed"), None, apart.by_time))
    if apart.by_rates:
        lines.append((text("exchange rates"), None, apart.by_rates))
    if not lines:
        return ()
    parts = list(rounded_parts([exact for _, _, exact in lines]))
    rows: list[tuple[AnyValue, ...]] = [
        (name, text("–") if count is None else value(count), _signed(why, minor))
        for (name, count, _), minor in zip(lines, parts, strict=True)
    ]
    if sum(parts) != change:
        # Both ends are rounded on their own, and can differ from the rounded difference by the smallest unit.
        rows.append((text("rounding"), text("–"), _signed(why, change - sum(parts))))
    blocks.append(
        Table(
            title=text("By kind of change"),
            columns=(
                Column(label=text("Change")),
                Column(label=text("Opportunities"), numeric=True),
                Column(label=text("Adds"), numeric=True),
            ),
            rows=tuple(rows),
            total=(text("Total"), text("–"), _signed(why, change)),
        )
    )
    if apart.lines or apart.others.count:
        blocks.append(_line_table(why, apart))
    return tuple(blocks)


def _line_table(why: Why, apart: Apart) -> Table:
    minors = rounded_parts([*(line.exact for line in apart.lines), apart.others.exact])
    rows: list[tuple[AnyValue, ...]] = [
        (
            verbatim(line.name or "–"),
            enumeration([KINDS[part.kind] for part in line.parts]),
            _signed(why, minor),
            enumeration(line.fields) if line.fields else text("–"),
            verbatim(line.who or "–"),
            value(Moment(value=line.at, zone=why.zone)),
        )
        for line, minor in zip(apart.lines, minors, strict=False)
    ]
    if apart.others.count:
        none = text("–")
        rows.append(
            (text("{count} others", count=apart.others.count), none, _signed(why, minors[-1]), none, none, none)
        )
    labels = (text("Opportunity"), text("Change"), text("Adds"), text("What"), text("Last by"), text("When"))
    return Table(
        title=text("By opportunity"),
        columns=tuple(Column(label=label, numeric=number == 2) for number, label in enumerate(labels)),
        rows=tuple(rows),
    )


def _figures(why: Why, now: int, before: int) -> tuple[Figure, ...]:
    """The figure now and then, and the change between them, each in its envelope."""
    pricing = why.pricing
    scale = 1 if pricing is None or pricing.way is Way.COUNT else 10 ** exponent(pricing.currency)

    def of(name: str, label: Text, definition: Text, minor: int) -> Figure:
        exact = Fraction(minor, scale)
        return Figure(
            name=name,
            label=label,
            unit=why.figure.unit,
            numerator=exact.numerator,
            denominator=exact.denominator,
            period=why.figure.period,
            as_of=why.as_of,
            definition=definition,
            filters=why.figure.filters,
            warnings=why.figure.warnings,
        )

    return (
        why.figure,
        of(f"{why.figure.name}_before", text("Then"), text(BEFORE.template, day=why.then), before),
        of(f"{why.figure.name}_change", text("Change"), CHANGE, now - before),
    )


def _actions(why: Why) -> tuple[Action, ...]:
    given = dict(why.params) or None
    how = Invocation.of("math", skill=why.skill, params=given, figure=why.figure.name)
    return (
        Action(label=text("How is this counted?"), invocation=how),
        Action(label=text("The answer"), invocation=Invocation(skill=why.skill, params=dict(why.params))),
    )


def _only_changes(why: Why) -> Answer:
    label, reason = why.figure.label, why.reason or text("it has no value")
    items = tuple(_told(why, line) for line in why.changes)
    return Answer(
        headline=text("I can't take “{figure}” apart: {reason}.", figure=label, reason=reason),
        blocks=(Bullets(title=text("What changed on its opportunities since {day}", day=why.since), items=items),)
        if items
        else (),
        figures=(why.figure,),
        actions=_actions(why),
        notes=(
            *(() if items else (text("Nothing was changed on its opportunities since {day}.", day=why.since),)),
            _compared(why),
        ),
        private=why.private,
        unabridged=why.unabridged,
    )


def _told(why: Why, line: Line) -> Text:
    what = enumeration(line.fields) if line.fields else text("added")
    when = Moment(value=line.at, zone=why.zone)
    return text("**{name}**: {what} ({who}, {when})", name=line.name, what=what, who=line.who or "–", when=when)


SKILL = Skill(
    name="why",
    summary=text("Why a figure changed since a day"),
    params=WhyParams,
    run=run,
    present=present,
    aliases=("whychanged",),
    examples=(
        Example(
            "why did my pipeline change since yesterday?",
            WhyParams(skill="pipeline", params={"owner": "me"}, since="yesterday"),
        ),
        Example("why did the pipeline change", WhyParams(skill="pipeline")),
        Example("why is booked lower than on Monday", WhyParams(skill="booked", since="Monday")),
        Example(
            "why did the weighted pipeline drop since last week",
            WhyParams(skill="pipeline", figure="weighted", since="last week"),
        ),
        Example("what moved the pipeline since 1 November", WhyParams(skill="pipeline", since="1 November")),
        Example("why did dana's pipeline go up", WhyParams(skill="pipeline", params={"owner": "dana"})),
        Example("商机总额为什么变了", WhyParams(skill="pipeline")),
        Example("为什么业绩比昨天少了", WhyParams(skill="booked", since="昨天")),
    ),
)
