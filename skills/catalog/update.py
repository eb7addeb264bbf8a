"""Change an opportunity: its stage, amount, dates, next step. Winning and losing are stages too."""

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from skills.answer import Action, Choice, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, Unclear
from skills.lifecycle import field_changes, followed
from skills.references import find_opportunity, find_person, find_stage, read_amount, read_date
from skills.terms import CATEGORIES, LOSS_REASONS, reason_words
from skills.text import Text, text
from store.change_log import RecordChange, RecordKind
from store.models import Category, Opportunity, Stage, Status
from store.money import Money


class UpdateParams(SkillParams):
    opportunity: str = Field(description=text("which opportunity").template)
    stage: str | None = Field(default=None, description=text("stage to move it to; Won and Lost are stages").template)
    amount: str | None = Field(
        default=None, description=text("new amount, such as 45k or USD 1,054.00, or a change of it").template
    )
    close_date: str | None = Field(
        default=None, description=text("expected close date; for a won or lost one the day it closed").template
    )
    next_step: str | None = Field(default=None, description=text("what happens next").template)
    next_step_due: str | None = Field(default=None, description=text("until when").template)
    loss_reason: str | None = Field(default=None, description=text("why it was lost").template)
    category: str | None = Field(
        default=None, description=text("forecast category: pipeline, best case, commit or omitted").template
    )
    owner: str | None = Field(default=None, description=text("who takes it over").template)
    competitor: str | None = Field(default=None, description=text("who else is in the running").template)


IN_CHINESE: dict[str, str] = {
    "潜在": Category.PIPELINE,
    "最佳情况": Category.BEST_CASE,
    "承诺": Category.COMMIT,
    "忽略": Category.OMITTED,
}


def run(context: SkillContext, params: UpdateParams) -> Change:
    found = find_opportunity(context, params.opportunity)
    opportunity = found.value
    doubts = [found.doubt] if found.doubt else []
    stage = _stage(context, params, opportunity, doubts)
    wanted: dict[str, object] = {}
    _read_amount(params, opportunity, wanted, doubts)
    day = _read_close(context, params, opportunity, stage, wanted, doubts)
    _read_next_step(context, params, opportunity, wanted, doubts)
    if params.owner is not None:
        owner = find_person(context, params.owner)
        doubts += [owner.doubt] if owner.doubt else []
        wanted["owner_id"] = owner.value.id
    if params.category is not None:
        wanted["category"] = _category(params.category)
    if params.competitor is not None:
        wanted["competitor"] = params.competitor.strip()
    if params.loss_reason is not None:
        wanted["loss_reason"] = params.loss_reason.strip()
    _check_loss(stage, opportunity, wanted)
    if not wanted and stage.id == opportunity.stage_id and params.stage is None:
        raise Unclear(text("What shall I change on **{name}**?", name=opportunity.name), actions=_offers(opportunity))
    asked = frozenset(wanted)
    values = followed(opportunity, wanted, stage, day=day, rates=context.rates)
    fields = field_changes(opportunity, values, asked)
    reference = f"opportunity:{opportunity.id}"
    if not fields:
        return Change(records=(), headline=text("**{name}** is like that already.", name=opportunity.name))
    record = RecordChange(
        kind=RecordKind.OPPORTUNITY,
        id=opportunity.id,
        version=opportunity.version,
        label=opportunity.name,
        fields=tuple(fields),
    )
    moves = stage.id != opportunity.stage_id
    show = Action(label=text("Show it"), invocation=Invocation.of("opportunity", opportunity=reference))
    return Change(
        records=(record,),
        headline=_closing(opportunity, stage, values) if moves else None,
        doubts=tuple(doubts),
        effective_on=day if stage.kind != Status.OPEN and moves else None,
        follow_ups=(show, *_told(context, stage, reference)) if moves else (show,),
    )


def _told(context: SkillContext, stage: Stage, reference: str) -> tuple[Action, ...]:
    """What is won is worth telling."""
    if stage.kind != Status.WON or "winpost" not in context.skills:
        return ()
    return (Action(label=text("Write the win post"), invocation=Invocation.of("winpost", opportunity=reference)),)


def _closing(opportunity: Opportunity, stage: Stage, values: Mapping[str, object]) -> Text | None:
    """What winning or losing is called; other changes are told by their fields."""
    minor = values.get("amount_minor", opportunity.amount_minor)
    if stage.kind == Status.WON and isinstance(minor, int):
        money = Money(minor, str(values.get("currency", opportunity.currency)))
        return text("**{name}** is won: {amount}.", name=opportunity.name, amount=money)
    if stage.kind == Status.WON:
        return text("**{name}** is won, without an amount.", name=opportunity.name)
    if stage.kind == Status.LOST:
        return text(
            "**{name}** is lost: {reason}.",
            name=opportunity.name,
            reason=reason_words(str(values.get("loss_reason", ""))),
        )
    return None


def _stage(context: SkillContext, params: UpdateParams, opportunity: Opportunity, doubts: list[Text]) -> Stage:
    if params.stage is None:
        current = context.session.get(Stage, opportunity.stage_id)
        if current is None:
            raise Impossible(text("**{name}** has no stage.", name=opportunity.name))
        return current
    current = context.session.get(Stage, opportunity.stage_id)
    found = find_stage(context, params.stage, current=current)
    doubts += [found.doubt] if found.doubt else []
    return found.value


def _read_amount(params: UpdateParams, opportunity: Opportunity, wanted: dict[str, object], doubts: list[Text]) -> None:
    if params.amount is None:
        return
    current = None if opportunity.amount_minor is None else Money(opportunity.amount_minor, opportunity.currency)
    amount = read_amount(params.amount, opportunity.currency, current)
    doubts += [amount.doubt] if amount.doubt else []
    if amount.money.minor < 0:
        raise Impossible(text("An amount can't be below zero."), text("Tell me the amount it has now."))
    wanted["amount_minor"] = amount.money.minor
    if amount.money.currency != opportunity.currency:
        wanted["currency"] = amount.money.currency


def _read_close(
    context: SkillContext,
    params: UpdateParams,
    opportunity: Opportunity,
    stage: Stage,
    wanted: dict[str, object],
    doubts: list[Text],
) -> dt.date:
    """The day on which it closes, if it does: the one that was named, else today."""
    if params.close_date is None:
        return context.today
    is_open = stage.kind == Status.OPEN
    close = read_date(
        params.close_date,
        context.today,
        prefer_future=is_open,
        calendar=context.calendar,
        current=opportunity.expected_close if is_open else None,
    )
    doubts += [close.doubt] if close.doubt else []
    if is_open:
        wanted["expected_close"] = close.day
        if close.day < context.today:
            doubts.append(text("{day} is in the past.", day=close.day))
    elif close.day > context.today:
        raise Impossible(
            text("{day} is in the future, so it can't have closed then.", day=close.day),
            text("Tell me when it closed, or set the expected close date while it is open."),
        )
    else:
        wanted["closed_on"] = close.day
    return close.day


def _read_next_step(
    context: SkillContext,
    params: UpdateParams,
    opportunity: Opportunity,
    wanted: dict[str, object],
    doubts: list[Text],
) -> None:
    if params.next_step is not None:
        wanted["next_step"] = params.next_step.strip()
    if params.next_step_due is not None:
        due = read_date(
            params.next_step_due, context.today, calendar=context.calendar, current=opportunity.next_step_due
        )
        doubts += [due.doubt] if due.doubt else []
        wanted["next_step_due"] = due.day


def _check_loss(stage: Stage, opportunity: Opportunity, wanted: dict[str, object]) -> None:
    becomes_lost = stage.kind == Status.LOST and stage.id != opportunity.stage_id
    if becomes_lost and not wanted.get("loss_reason"):
        raise Unclear(
            text("Why was **{name}** lost?", name=opportunity.name),
            text("Pick a reason, or say it in your own words."),
            choices=[Choice.of(reason, loss_reason=reason.template) for reason in LOSS_REASONS],
        )
    if wanted.get("loss_reason") and stage.kind != Status.LOST:
        raise Unclear(
            text("Shall **{name}** be marked as lost?", name=opportunity.name),
            choices=[Choice.of(text("Yes, it is lost"), stage="Lost")],
        )


def _category(words: str) -> Category:
    said = words.strip().lower().replace(" ", "_").replace("-", "_")
    named = IN_CHINESE.get(said, said)
    settable = {category.value: category for category in Category if category is not Category.CLOSED}
    if named not in settable:
        choices = [Choice.of(CATEGORIES[name], category=name) for name in settable]
        raise Unclear(text("“{words}” is not a forecast category.", words=words), choices=choices)
    return settable[named]


def _offers(opportunity: Opportunity) -> tuple[Action, ...]:
    reference = f"opportunity:{opportunity.id}"
    return (
        Action(
            label=text("Edit"),
            kind="form",
            invocation=Invocation.of("update", opportunity=reference),
        ),
    )


SKILL = Skill(
    name="update",
    summary=text("Change an opportunity: stage, amount, close date, next step, won or lost"),
    params=UpdateParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("set", "move", "edit"),
    form=("stage", "amount", "close_date", "next_step", "next_step_due", "loss_reason"),
    examples=(
        Example("move acme to negotiation", UpdateParams(opportunity="acme", stage="negotiation")),
        Example("acme is now in proposal", UpdateParams(opportunity="acme", stage="proposal")),
        Example("acme -> qualified", UpdateParams(opportunity="acme", stage="qualified")),
        Example("put acme back to discovery", UpdateParams(opportunity="acme", stage="discovery")),
        Example("acme advanced to pilot yesterday", UpdateParams(opportunity="acme", stage="pilot")),
        Example("set the amount of acme to 45k", UpdateParams(opportunity="acme", amount="45k")),
        Example("acme is worth $45,000 now", UpdateParams(opportunity="acme", amount="$45,000")),
        Example("change acme amount = 120000", UpdateParams(opportunity="acme", amount="120000")),
        Example("push acme to the end of next month", UpdateParams(opportunity="acme", close_date="end of next month")),
        Example("acme slips to 20 December", UpdateParams(opportunity="acme", close_date="20 December")),
        Example("acme will close on Friday", UpdateParams(opportunity="acme", close_date="Friday")),
        Example("expected close for acme is 2026-12-18", UpdateParams(opportunity="acme", close_date="2026-12-18")),
        Example(
            "next step for acme: send the contract by Friday",
            UpdateParams(opportunity="acme", next_step="send the contract", next_step_due="Friday"),
        ),
        Example("next step on acme is a demo for IT", UpdateParams(opportunity="acme", next_step="a demo for IT")),
        Example("we won acme", UpdateParams(opportunity="acme", stage="Won")),
        Example("acme signed!", UpdateParams(opportunity="acme", stage="Won")),
        Example("mark acme as closed won", UpdateParams(opportunity="acme", stage="Won")),
        Example("acme is lost", UpdateParams(opportunity="acme", stage="Lost")),
        Example("we lost acme on price", UpdateParams(opportunity="acme", stage="Lost", loss_reason="price")),
        Example(
            "acme is dead, they chose a rival",
            UpdateParams(opportunity="acme", stage="Lost", loss_reason="they chose a rival"),
        ),
        Example("acme is a commit", UpdateParams(opportunity="acme", category="commit")),
        Example("give acme to dana", UpdateParams(opportunity="acme", owner="dana")),
        Example("把 acme 推进到谈判阶段", UpdateParams(opportunity="acme", stage="谈判")),
        Example("acme 的金额改成 20万", UpdateParams(opportunity="acme", amount="20万")),
        Example("acme 预计下周五签约", UpdateParams(opportunity="acme", close_date="下周五")),
        Example("acme 赢单了", UpdateParams(opportunity="acme", stage="Won")),
        Example("acme 丢单了，因为价格", UpdateParams(opportunity="acme", stage="Lost", loss_reason="价格")),
        Example(
            "acme 下一步：周五前发合同", UpdateParams(opportunity="acme", next_step="发合同", next_step_due="周五")
        ),
    ),
)
