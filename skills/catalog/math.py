"""How a figure is counted: its definition, what went into it, and the records, added up again before one's eyes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Fact, Facts, Invocation, Paragraph, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.figure import PERCENT, Figure
from skills.measures.money import rounded_parts
from skills.proof import Proof, Way, ask_again, find_figures, get_proof
from skills.text import AnyValue, Moment, Text, text, value, verbatim
from skills.wording import enumeration, period_name
from store.matching import list_matching
from store.models import RateKind, Status
from store.money import Money
from store.opportunities import OpportunityRow

LISTED = 50
BUTTONS = 8
MOST_DIGITS = 15
"""A ratio of larger numbers than these is no longer read by anybody."""
UNITS: Mapping[str, Text] = {
    "opportunities": text("{number} opportunities"),
    "days": text("{number} days"),
    "pushes": text("{number} pushes"),
    "activities": text("{number} activities"),
    "a day": text("{number} a day"),
    "an account": text("{number} an account"),
    "customers": text("{number} customers"),
    "reps": text("{number} reps"),
    "products": text("{number} products"),
    "units": text("{number} units"),
    "index": text("{number}"),
}
ANY_UNIT = text("{number} {unit}")


class MathParams(SkillParams):
    skill: str = Field(description=text("the command whose answer is explained, such as pipeline or booked").template)
    params: dict[str, Any] | str | None = Field(
        default=None, description=text("what that answer was about, such as its owner and period").template
    )
    figure: str | None = Field(default=None, description=text("which figure of it; all of them when left out").template)


@dataclass(frozen=True)
class Shown:
    """An answer's figures; with one alone, its records."""

    skill: str
    params: Mapping[str, Any]
    figures: Sequence[Figure]
    all_figures: Sequence[Figure]
    proof: Proof | None
    rows: Sequence[OpportunityRow]
    zone: str
    plan_rates: bool
    home: str
    private: bool
    unabridged: bool


def run(context: SkillContext, params: MathParams) -> Shown:
    skill, given, answer = ask_again(context, params.skill, params.params)
    figures = find_figures(answer.figures, params.figure)
    proof = get_proof(context, figures[0]) if len(figures) == 1 else None
    listed = context.listed(LISTED)
    return Shown(
        skill=skill.name,
        params=given,
        figures=figures,
        all_figures=answer.figures,
        proof=proof,
        rows=list_matching(context.session, context.scope, proof.records, listed) if proof else (),
        zone=context.actor.zone,
        plan_rates=context.organisation.open_rates == RateKind.PLAN,
        home=context.organisation.currency,
        private=answer.private,
        unabridged=answer.unabridged,
    )


def present(shown: Shown) -> Answer:
    return _one(shown, shown.figures[0]) if len(shown.figures) == 1 else _several(shown)


def worth(figure: Figure) -> AnyValue:
    """The value of a figure as people read it."""
    if figure.exact is None:
        return text("no value ({reason})", reason=figure.reason or text("unknown"))
    if figure.money is not None:
        return value(figure.money)
    if figure.unit == PERCENT:
        return value(figure.exact)
    if figure.exact.denominator == 1:
        return value(figure.exact.numerator)
    return verbatim(f"{figure.number:f}")


# --- one figure


def _one(shown: Shown, figure: Figure) -> Answer:
    blocks: list[Block] = [Facts(facts=tuple(_facts(shown, figure))), Paragraph(text=figure.definition)]
    notes = list(figure.warnings)
    proof = shown.proof
    if proof is not None:
        blocks.append(Paragraph(text=_proven(figure, proof)))
        if shown.rows:
            blocks.append(_records(shown, proof))
        if proof.visible < proof.count:
            notes.append(
                text("{count} of them may not be named here; they are in the sum.", count=proof.count - proof.visible)
            )
    else:
        notes.append(text("It is not made of opportunities that could be listed one by one."))
    return Answer(
        headline=text("**{figure}**: {value}. This is how it is counted.", figure=figure.label, value=worth(figure)),
        blocks=tuple(blocks),
        figures=(figure,),
        actions=_actions(shown, figure),
        notes=tuple(notes),
        private=shown.private,
        unabridged=shown.unabridged,
    )


def _facts(shown: Shown, figure: Figure) -> list[Fact]:
    facts = [Fact(label=text("Exactly"), value=_exactly(figure))]
    name = verbatim(f"{figure.name} v{figure.version}")
    facts.append(Fact(label=text("Definition"), value=name))
    if figure.period is not None:
        period = text(
            "{period}, {start} to {end}",
            period=period_name(figure.period),
            start=figure.period.start,
            end=figure.period.last_day,
        )
        facts.append(Fact(label=text("Period"), value=period))
    if figure.filters:
        facts.append(Fact(label=text("Of these"), value=enumeration(figure.filters)))
    rule = figure.rule or _rate_rule(shown, figure)
    if rule is not None:
        facts.append(Fact(label=text("Exchange rates"), value=rule))
    as_of = text("{moment}", moment=Moment(value=figure.as_of, zone=shown.zone))
    facts.append(Fact(label=text("As of"), value=as_of))
    if figure.count is not None:
        facts.append(Fact(label=text("Records"), value=text("{count}", count=figure.count)))
    return facts


def _exactly(figure: Figure) -> Text:
    if figure.exact is None:
        return text("no value ({reason})", reason=figure.reason or text("unknown"))
    if figure.money is not None:
        return verbatim(str(figure.money))
    numerator, denominator = figure.exact.numerator, figure.exact.denominator
    if denominator == 1 and figure.unit != PERCENT:
        return _in_units(value(numerator), figure.unit)
    rounded = _in_units(verbatim(f"{figure.number:f}"), figure.unit)
    if len(str(abs(numerator))) > MOST_DIGITS or len(str(denominator)) > MOST_DIGITS:
        return rounded
    return text("{ratio} = {number}", ratio=f"{numerator}/{denominator}", number=rounded)


def _in_units(number: AnyValue, unit: str) -> Text:
    return Text(template=UNITS.get(unit, ANY_UNIT).template, values={"number": number, "unit": value(unit)})


def _rate_rule(shown: Shown, figure: Figure) -> Text | None:
    """Derived from the records where the figure does not say it."""
    if figure.money is None or shown.proof is None or shown.proof.pricing is None:
        return None
    if all(row.opportunity.currency == figure.unit for row in shown.rows):
        return text("none: all of them are in {currency}", currency=figure.unit)
    if all(row.opportunity.status == Status.WON for row in shown.rows) and figure.unit == shown.home:
        return text("of each booking date, frozen when it was won")
    return text("the plan's") if shown.plan_rates else text("of {day}", day=shown.proof.pricing.on)


def _proven(figure: Figure, proof: Proof) -> Text:
    """Whether the records make the figure, in so many words."""
    total = _total(proof)
    match proof.way:
        case Way.COUNT:
            return text("Counted again: {count} opportunities. It is the same.", count=proof.count)
        case Way.SUM:
            return text("Their amounts add up to exactly {total}: the figure.", total=total)
        case Way.WEIGHTED:
            return text("Amount × chance of each adds up to exactly {total}: the figure.", total=total)
    if figure.count is not None and figure.count != proof.count:
        return text(
            "{found} opportunities are found for it, and it was made of {count}: the list shows what it was made from, "
            "not each part of it.",
            found=proof.count,
            count=figure.count,
        )
    return text("It is made of these {count} opportunities and is not their plain sum.", count=proof.count)


def _total(proof: Proof) -> AnyValue:
    if proof.pricing is None or proof.total is None or proof.way is Way.COUNT:
        return value(proof.count)
    # Rounded once, as the figure itself.
    return value(Money(rounded_parts([proof.total])[0], proof.pricing.currency))


def _records(shown: Shown, proof: Proof) -> Table:
    """The records with what they are worth as they stand, and what each adds to the figure."""
    adds = proof.pricing is not None and proof.way in (Way.SUM, Way.WEIGHTED)
    columns = [
        Column(label=text("Opportunity")),
        Column(label=text("Account")),
        Column(label=text("Owner")),
        Column(label=text("Stage")),
        Column(label=text("Date")),
        Column(label=text("Amount"), numeric=True),
    ]
    if adds:
        columns.append(Column(label=text("Adds"), numeric=True))
    parts = _parts(shown, proof) if adds else [None] * (len(shown.rows) + 1)
    rows = [_row(row, part) for row, part in zip(shown.rows, parts, strict=False)]
    left = proof.count - len(shown.rows)
    none = text("–")
    if left > 0 and adds:
        rows.append((text("{count} more", count=left), none, none, none, none, none, parts[-1] or none))
    title = text("Records")
    if left > 0:
        title = text("Records: the first {count} of {all}", count=len(shown.rows), all=proof.count)
    total = (text("Total"), none, none, none, none, none, _total(proof)) if adds else None
    return Table(title=title, columns=tuple(columns), rows=tuple(rows), total=total)


def _parts(shown: Shown, proof: Proof) -> list[AnyValue | None]:
    """What each of the rows adds, and all the others together, rounded so that they make the total."""
    pricing = proof.pricing
    if pricing is None or proof.total is None:
        return []
    exact = [pricing.of(row.opportunity) or Fraction(0) for row in shown.rows]
    rounded = rounded_parts([*exact, proof.total - sum(exact, Fraction(0))])
    return [value(Money(minor, pricing.currency)) for minor in rounded]


def _row(row: OpportunityRow, part: AnyValue | None) -> tuple[AnyValue, ...]:
    one = row.opportunity
    day = one.expected_close if one.status == Status.OPEN else one.closed_on
    return (
        verbatim(one.name),
        verbatim(row.account or "–"),
        verbatim(row.owner),
        verbatim(row.stage),
        text("–") if day is None else value(day),
        text("–") if one.amount_minor is None else value(Money(one.amount_minor, one.currency)),
        *(() if part is None else (part,)),
    )


def _actions(shown: Shown, figure: Figure) -> tuple[Action, ...]:
    given = dict(shown.params) or None
    actions = [Action(label=text("The answer"), invocation=Invocation(skill=shown.skill, params=dict(shown.params)))]
    if shown.proof is not None:
        why = Invocation.of("why", skill=shown.skill, params=given, figure=_called(shown, figure))
        actions.insert(0, Action(label=text("Why did it change?"), invocation=why))
    if len(shown.all_figures) > 1:
        others = Invocation.of("math", skill=shown.skill, params=given)
        actions.append(Action(label=text("The other figures"), invocation=others))
    return tuple(actions)


def _called(shown: Shown, figure: Figure) -> str:
    """The words that mean this figure among all of the answer."""
    same = [one for one in shown.all_figures if one.name == figure.name]
    return figure.name if len(same) == 1 else f"{figure.name}#{same.index(figure) + 1}"


# --- several


def _several(shown: Shown) -> Answer:
    listed = shown.figures[:LISTED]
    none = text("–")
    rows = tuple(
        (
            figure.label,
            worth(figure),
            none if figure.count is None else value(figure.count),
            figure.definition,
        )
        for figure in listed
    )
    notes = []
    if len(shown.figures) > len(listed):
        notes.append(text("And {count} more figures.", count=len(shown.figures) - len(listed)))
    given = dict(shown.params) or None
    return Answer(
        headline=text("{count} figures, and how each is counted. Pick one for its records.", count=len(shown.figures)),
        blocks=(
            Table(
                title=text("Figures"),
                columns=(
                    Column(label=text("Figure")),
                    Column(label=text("Value"), numeric=True),
                    Column(label=text("Records"), numeric=True),
                    Column(label=text("How it is counted")),
                ),
                rows=rows,
            ),
        ),
        figures=tuple(listed),
        actions=tuple(
            Action(
                label=text("{figure}: {value}", figure=figure.label, value=worth(figure)),
                invocation=Invocation.of("math", skill=shown.skill, params=given, figure=_called(shown, figure)),
            )
            for figure in listed[:BUTTONS]
        ),
        notes=tuple(notes),
        private=shown.private,
        unabridged=shown.unabridged,
    )


SKILL = Skill(
    name="math",
    summary=text("How a figure is counted, with its records"),
    params=MathParams,
    run=run,
    present=present,
    aliases=("explain", "counted"),
    examples=(
        Example("how is the pipeline counted?", MathParams(skill="pipeline")),
        Example("show the math of the quota", MathParams(skill="quota")),
        Example("how do you count booked", MathParams(skill="booked")),
        Example("what is behind the weighted pipeline", MathParams(skill="pipeline", figure="weighted")),
        Example("show me the math for dana's pipeline", MathParams(skill="pipeline", params={"owner": "dana"})),
        Example(
            "how was booked last quarter calculated",
            MathParams(skill="booked", params={"period": "last quarter"}),
        ),
        Example("which records are in the leaderboard", MathParams(skill="leaderboard")),
        Example("how is value at risk calculated", MathParams(skill="risks", figure="value at risk")),
        Example("业绩是怎么算的", MathParams(skill="booked")),
        Example("商机总额怎么计算的", MathParams(skill="pipeline")),
        Example("这个完成率怎么来的", MathParams(skill="quota")),
    ),
)
