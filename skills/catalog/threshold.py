"""Set from where on a warning applies: in one stage, or in all of them."""

import re

from pydantic import Field
from sqlmodel import select

from skills.answer import Action, Fact, Facts, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, Unclear
from skills.flags import UNITS, Unit, about, find_bound, name_of, said_bound
from skills.measures.risk import Rule, Verdict
from skills.references import find_stage, read_amount
from skills.text import Text, text, verbatim
from store.change_log import FieldChange, RecordChange, RecordKind
from store.models import RiskThreshold, Role, Stage, Status

NUMBER = re.compile(r"\D*(?P<number>\d{1,9})\s*(?:%|\D*)")
USUAL = frozenset({"usual", "default", "reset", "the usual", "none", "默认", "恢复默认"})
MOST = 2_000_000_000
ALL_STAGES = text("all stages")


class ThresholdParams(SkillParams):
    rule: str = Field(
        description=text("which warning, such as no activity or stalled; “at risk” for the sum of weights").template
    )
    value: str = Field(
        description=text(
            "from where on it applies, such as 7 days, 3 times, 25%, 50k or a weight of 3; “usual” takes it back"
        ).template
    )
    stage: str | None = Field(
        default=None, description=text("only in this stage; in all of them when left out").template
    )


def run(context: SkillContext, params: ThresholdParams) -> Change:
    rule = find_bound(params.rule)
    found = find_stage(context, params.stage) if params.stage else None
    stage = found.value if found else None
    if stage is not None and stage.kind != Status.OPEN:
        raise Impossible(text("Nothing is open in **{stage}**, so nothing is warned of there.", stage=stage.name))
    where = verbatim(stage.name) if stage else ALL_STAGES
    row = context.session.exec(
        select(RiskThreshold).where(
            RiskThreshold.rule == rule.value, RiskThreshold.stage_id == (stage.id if stage else None)
        )
    ).first()
    if params.value.strip().lower() in USUAL:
        return _reset(context, rule, where, row)
    value = _value(context, rule, params.value)
    if row is not None and row.value == value:
        return Change(records=(), headline=text("That is how it is set already; nothing to change."))
    # A bound holds for everybody's warnings, and is asked about for that.
    doubts = (text("It changes what everybody is warned of."), *((found.doubt,) if found and found.doubt else ()))
    return Change(
        records=(_record(rule, stage, row, value),),
        headline=text(
            "“{rule}” applies from {value} on, in {where}.",
            rule=name_of(rule),
            value=said_bound(rule, value, context.organisation.currency),
            where=where,
        ),
        blocks=(_bound(context, rule, row.value if row else None, value),),
        doubts=doubts,
        follow_ups=(Action(label=text("All warnings"), invocation=Invocation.of("risks", check="rules")),),
    )


def _reset(context: SkillContext, rule: Rule | Verdict, where: Text, row: RiskThreshold | None) -> Change:
    if row is None:
        return Change(records=(), headline=text("That is how it is set already; nothing to change."))
    fields = tuple(FieldChange(field=name, old=getattr(row, name)) for name in ("rule", "stage_id", "value"))
    record = RecordChange(kind=RecordKind.THRESHOLD, id=row.id, label=rule.value, fields=fields, deletes=True)
    return Change(
        records=(record,),
        headline=text("“{rule}” applies as usual again, in {where}.", rule=name_of(rule), where=where),
        blocks=(_bound(context, rule, row.value, None),),
        doubts=(text("It changes what everybody is warned of."),),
    )


def _bound(context: SkillContext, rule: Rule | Verdict, old: int | None, new: int | None) -> Facts:
    """The bound before and after; None is the usual one."""
    before, after = (
        (about(rule).usual or text("–") if bound is None else said_bound(rule, bound, context.organisation.currency))
        for bound in (old, new)
    )
    return Facts(facts=(Fact(label=text("Bound"), value=text("{old} → **{new}**", old=before, new=after)),))


def _record(rule: Rule | Verdict, stage: Stage | None, row: RiskThreshold | None, value: int) -> RecordChange:
    if row is not None:
        field = FieldChange(field="value", old=row.value, new=value)
        return RecordChange(kind=RecordKind.THRESHOLD, id=row.id, label=rule.value, fields=(field,))
    values = (("rule", rule.value), ("stage_id", stage.id if stage else None), ("value", value))
    return RecordChange(
        kind=RecordKind.THRESHOLD,
        label=rule.value,
        fields=tuple(FieldChange(field=name, new=new) for name, new in values if new is not None),
    )


def _value(context: SkillContext, rule: Rule | Verdict, words: str) -> int:
    unit = about(rule).unit
    if unit is None:
        raise Impossible(
            text("“{rule}” is so or not: there is nothing to set.", rule=name_of(rule)),
            text("A single one can be put off: “snooze acme until Friday, they are away”."),
        )
    if unit is Unit.AMOUNT:
        currency = context.organisation.currency
        amount = read_amount(words, currency).money
        if amount.currency != currency:
            raise Impossible(text("The bound is in {currency}.", currency=currency))
        return min(int(amount.units), MOST)
    match = NUMBER.fullmatch(words.strip())
    if match is None:
        raise Unclear(
            text("I can't read “{words}” as a bound. Write it like {example}.", words=words, example=UNITS[unit])
        )
    number = int(match["number"])
    if unit is Unit.PERCENT and number > 100:
        raise Impossible(text("A share is at most 100%."))
    return number


SKILL = Skill(
    name="threshold",
    summary=text("Set from where on a warning applies"),
    params=ThresholdParams,
    run=run,
    effect=Effect.WRITE,
    needs=Role.ADMIN,
    form=("rule", "value", "stage"),
    examples=(
        Example(
            "warn about no activity after 5 days in Negotiation",
            ThresholdParams(rule="no activity", value="5 days", stage="Negotiation"),
        ),
        Example("set the stalled threshold to 30 days", ThresholdParams(rule="stalled", value="30 days")),
        Example(
            "deals count as stalled after 45 days in Discovery",
            ThresholdParams(rule="stalled", value="45 days", stage="Discovery"),
        ),
        Example("flag pushed deals after 3 times", ThresholdParams(rule="pushed", value="3 times")),
        Example("single thread only above 50k", ThresholdParams(rule="single thread", value="50k")),
        Example("set no activity back to the usual", ThresholdParams(rule="no activity", value="usual")),
        Example("把停滞的阈值设为30天", ThresholdParams(rule="停滞", value="30天")),
        Example("谈判阶段5天没有跟进就提醒", ThresholdParams(rule="没有跟进", value="5天", stage="谈判")),
    ),
)
