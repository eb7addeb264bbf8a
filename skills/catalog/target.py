"""Set, split and accept targets. A change is a new version; the old one stays."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from pydantic import Field

from skills.answer import Action, Block, Choice, Invocation
from skills.assignment import (
    BY_NAMES,
    get_curve,
    get_past_periods,
    list_weights,
    read_by,
)
from skills.change import Change
from skills.coming import find_coming_period
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed, Unclear
from skills.holders import Holder, find_head, find_holder, list_parts
from skills.levels import LevelName
from skills.measures.allocation import allocated, allocated_over_months
from skills.measures.calendar import Grain
from skills.metrics import MetricName
from skills.population import period_words
from skills.proposal import (
    by_month,
    in_home,
    list_feasible,
    list_never_reached,
    list_other_currencies,
    list_unweighted,
    proposal,
    remaining,
)
from skills.references import means_me
from skills.target_change import Part, Plan, get_parts, get_plan, headline, list_records, read_target
from skills.text import Text, text, verbatim
from skills.wording import month_name, period_name
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.models import Level, Metric, QuotaAcceptance, Role
from store.targets import list_own_targets


class Deed(StrEnum):
    SET = "set"
    SPLIT = "split"
    ACCEPT = "accept"


DEEDS = {
    Deed.SET: ("set", "change", "raise", "lower", "give", "assign", "update", "设", "设定", "设置", "调整", "改"),
    Deed.SPLIT: ("split", "allocate", "distribute", "divide", "hand out", "分", "分解", "分配", "拆分", "分给"),
    Deed.ACCEPT: ("accept", "agree", "confirm", "sign", "sign off", "接受", "同意", "确认"),
}
DEED_NAMES = {Deed.SET: text("set"), Deed.SPLIT: text("split"), Deed.ACCEPT: text("accept")}


class TargetParams(SkillParams):
    action: str = Field(default=Deed.SET.value, description=text("set, split or accept").template)
    who: str | None = Field(
        default=None, description=text("whose target: a person, a team, a region or the company").template
    )
    amount: str | None = Field(default=None, description=text("the whole amount for the period").template)
    metric: MetricName = Field(
        default="booked",
        description=text(
            "what is asked for: booked, margin, collected, pipeline_created, units, new_accounts or activities"
        ).template,
    )
    level: LevelName = Field(default="target", description=text("target, stretch or challenge").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)
    by: str | None = Field(
        default=None, description=text("what to split by: share (of last year), evenly, potential or pipeline").template
    )
    reason: str | None = Field(
        default=None, description=text("why; needed when a month that has begun changes").template
    )


def run(context: SkillContext, params: TargetParams) -> Change:
    match _deed(params.action):
        case Deed.ACCEPT:
            return _accept(context, params)
        case Deed.SPLIT:
            return _split(context, params)
        case _:
            return _set(context, params)


def _deed(words: str) -> Deed:
    said = words.strip().casefold()
    for deed, names in DEEDS.items():
        if said in names:
            return deed
    raise Unclear(
        text("Shall I set, split or accept a target?"),
        choices=[Choice.of(DEED_NAMES[deed], action=deed.value) for deed in Deed],
    )


def _check_heard(context: SkillContext, holder: Holder) -> None:
    """Targets are no secret among those who may see the records behind them, and nobody else's to hear."""
    if not context.audience.is_private and not context.scope.includes(holder.scope):
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=verbatim(holder.label)),
            text("Ask me in a direct message."),
        )


def _set(context: SkillContext, params: TargetParams) -> Change:
    if not (params.who or "").strip():
        raise Unclear(text("Whose target shall I set?"), text("Name a person, a team, a region or the company."))
    if not (params.amount or "").strip():
        raise Unclear(text("How much shall it be?"), text("Write it like 240k or 420万, for the whole period."))
    holder = find_holder(context, params.who or "")
    _check_heard(context, holder)
    plan, part = get_plan(
        context, holder, Metric(params.metric), Level(params.level), params.period, params.reason
    )  # fmt: skip
    plan, minor, doubt = read_target(params.amount or "", plan, part)
    curve = get_curve(context, holder, plan.months)
    part = replace(part, then=allocated(minor, curve.weights))
    doubts = [holder.doubt, doubt, *list_feasible(context, plan, part)]
    if len(plan.months) > 1:
        doubts.append(text("The amount lies {curve}.", curve=curve.source))
    return _change(context, plan, [part], headline(plan, part), doubts, by_month(plan, part))


def _change(
    context: SkillContext,
    plan: Plan,
    parts: Sequence[Part],
    said: Text,
    doubts: Sequence[Text | None],
    blocks: tuple[Block, ...],
) -> Change:
    records = list_records(context, plan, parts)
    if not records:
        return Change(records=(), headline=text("That is the target already; nothing to change."))
    words = period_words(context, plan.period)
    team = parts[0].holder.team
    whose = {"team": team.name} if team is not None else {}
    see = Invocation.of("targets", whose, period=words, metric=plan.metric.value, level=plan.level.value)
    return Change(
        records=records,
        headline=said,
        reason=plan.reason,
        doubts=tuple(doubt for doubt in doubts if doubt is not None),
        blocks=blocks,
        follow_ups=(Action(label=text("Targets"), invocation=see),),
    )


# --- split


def _split(context: SkillContext, params: TargetParams) -> Change:
    default = "company" if context.actor.role is Role.ADMIN else "my team"
    whole = find_holder(context, params.who or default)
    _check_heard(context, whole)
    plan, own = get_plan(
        context, whole, Metric(params.metric), Level(params.level), params.period, params.reason
    )  # fmt: skip
    head = find_head(context, whole) if own.before is None else None
    if head is not None:
        led = get_plan(context, head, plan.metric, plan.level, params.period, params.reason)
        plan, own = led if led[1].before is not None else (plan, own)
    if (params.amount or "").strip():
        plan, minor, doubt = read_target(params.amount or "", plan, own)
    elif own.before is not None:
        minor, doubt = own.before, None
    else:
        raise Unclear(
            text("How much shall I split? **{whose}** has no target of its own yet.", whose=whole.label),
            text("Write it like: split 4.2M of EMEA by last year's share."),
        )
    holders = list_parts(context, whole, plan.period)
    if not holders:
        raise Impossible(text("There is nobody below **{whose}** to split it among.", whose=whole.label))
    by = read_by(params.by)
    weights = list_weights(context, holders, plan.period, by)
    curve = get_curve(context, whole, plan.months)
    grid = allocated_over_months(minor, weights, curve.weights)
    parts = [
        replace(part, then=months) for part, months in zip(get_parts(context, plan, holders), grid, strict=True)
    ]  # fmt: skip
    new = (
        [replace(own, then=allocated(minor, curve.weights))]
        if own.before is None and _may_have(context, own.holder)
        else []
    )
    past = get_past_periods(context, plan.period) if in_home(context, plan, minor) is not None else None
    return _change(
        context,
        plan,
        [*new, *parts],
        text(
            "**{whose}**, {what} for {period}: {amount} among {count}, {by}.",
            whose=whole.label,
            what=plan.what,
            period=period_name(plan.period),
            amount=plan.shown(minor),
            count=len(parts),
            by=BY_NAMES[by],
        ),
        [
            whole.doubt,
            doubt,
            remaining(plan, own, minor),
            text("**{whose}** had no target; it gets this as its own.", whose=whole.label) if new else None,
            *list_unweighted(parts),
            *list_other_currencies(plan, parts),
            *list_never_reached(context, plan, parts, past),
            text("The amount lies {curve}.", curve=curve.source) if len(plan.months) > 1 else None,
        ],
        (proposal(context, plan, parts, weights, past),),
    )


def _may_have(context: SkillContext, whole: Holder) -> bool:
    """Whether the asker may give the whole its own number along the way: nobody sets their own."""
    return whole.person is None and (context.actor.role is Role.ADMIN or whole.team is not None)


# --- accept


def _accept(context: SkillContext, params: TargetParams) -> Change:
    if (params.who or "").strip() and not means_me(params.who or ""):
        raise NotAllowed(text("Only they can say that for themselves."))
    period = find_coming_period(context, params.period, Grain.QUARTER)
    months = context.calendar.months(period)
    own = list_own_targets(context.session, context.actor.id, months[0].key)
    if (params.period or "").strip():
        own = [target for target in own if target.month <= months[-1].key]
    if not own:
        raise Impossible(
            text("You have no target from {month} on.", month=month_name(months[0].key)),
            text("Your manager, or an administrator, sets it."),
        )
    waiting = [target for target in own if target.accepted_at is None]
    if not waiting:
        return Change(records=(), headline=text("You have accepted all of it already."))
    keys = sorted({target.month for target in waiting})
    first, last = month_name(keys[0]), month_name(keys[-1])
    said = (
        text("You have accepted your target for {month}.", month=first)
        if len(keys) == 1
        else text("You have accepted your targets from {first} to {last}.", first=first, last=last)
    )
    see = Invocation.of("targets", owner="me", period=period_words(context, period))
    return Change(
        records=tuple(_acceptance(context, target.id) for target in waiting),
        headline=said,
        follow_ups=(Action(label=text("Targets"), invocation=see),),
    )


def _acceptance(context: SkillContext, quota_id: int) -> RecordChange:
    at: dt.datetime = context.now
    wanted = QuotaAcceptance(quota_id=quota_id, person_id=context.actor.id, accepted_at=at)
    fields = tuple(
        FieldChange(field=name, new=to_json(getattr(wanted, name)), derived=True)
        for name in ("quota_id", "person_id", "accepted_at")
    )
    return RecordChange(kind=RecordKind.ACCEPTANCE, label=context.actor.name, fields=fields)


SKILL = Skill(
    name="target",
    summary=text("Set, split or accept a target"),
    params=TargetParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("assign", "allocate"),
    form=("action", "who", "amount", "period", "by", "reason"),
    examples=(
        Example("set dana's Q4 target to 240k", TargetParams(who="dana", amount="240k", period="Q4")),
        Example(
            "split Q4 4.2M of EMEA by last year's share",
            TargetParams(action="split", who="EMEA", amount="4.2M", period="Q4", by="last year's share"),
        ),
        Example(
            "raise marcus's december target to 90k because he took over lakeshore",
            TargetParams(who="marcus", amount="90k", period="december", reason="he took over lakeshore"),
        ),
        Example("I accept my target", TargetParams(action="accept")),
        Example(
            "split my team's target for next quarter evenly",
            TargetParams(action="split", who="my team", period="next quarter", by="evenly"),
        ),
        Example(
            "divide 12M for 2027 over the company by open pipeline",
            TargetParams(action="split", who="company", amount="12M", period="2027", by="pipeline"),
        ),
        Example(
            "set sam's new accounts target to 12 for Q1 2027",
            TargetParams(who="sam", amount="12", metric="new_accounts", period="Q1 2027"),
        ),
        Example(
            "give dana a stretch target of 300k this quarter",
            TargetParams(who="dana", amount="300k", level="stretch", period="this quarter"),
        ),
        Example("I agree to my targets for Q4", TargetParams(action="accept", period="Q4")),
        Example(
            "把第四季度目标420万按去年占比分给华东团队",
            TargetParams(action="split", who="华东团队", amount="420万", period="第四季度", by="去年占比"),
        ),
        Example("把dana第四季度的目标定为24万", TargetParams(who="dana", amount="24万", period="第四季度")),
        Example(
            "把sam12月的目标调到9万，因为他接手了新客户",
            TargetParams(who="sam", amount="9万", period="12月", reason="他接手了新客户"),
        ),
        Example("我接受我的目标", TargetParams(action="accept")),
        Example(
            "把下季度的目标平均分给我的团队", TargetParams(action="split", who="我的团队", period="下季度", by="平均")
        ),
    ),
)
