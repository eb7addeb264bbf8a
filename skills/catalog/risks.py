"""What is at risk: the open opportunities that a rule warns of, what it saw, and the button that clears it."""

import datetime as dt
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Answer
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, Unclear
from skills.flags import find_rule
from skills.measures.calendar import Grain
from skills.population import Population, find_period, find_population
from skills.precision import Precision, get_precision, precision_answer
from skills.references import find_stage
from skills.risk_list import Risks, look
from skills.risks_answer import risks_answer
from skills.rulebook import Rulebook, get_rulebook, rules_answer
from skills.text import text
from store.models import RateKind, Status

ALL = frozenset({"all", "watch", "to watch", "everything", "全部", "关注"})
RULES = frozenset({"rules", "rule", "thresholds", "warnings", "weights", "规则"})
PRECISION = frozenset({"precision", "hits", "accuracy", "准确率"})


class RisksParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    period: str | None = Field(default=None, description=text("only those expected to close in this period").template)
    rule: str | None = Field(default=None, description=text("only this warning, such as stalled or pushed").template)
    stage: str | None = Field(default=None, description=text("only this stage").template)
    check: str | None = Field(
        default=None,
        description=text(
            "“all” for those to watch as well, “rules” for the warnings and their bounds, “precision” for whether they "
            "were right"
        ).template,
    )


@dataclass(frozen=True)
class Checked:
    precision: Precision
    population: Population
    as_of: dt.datetime


def run(context: SkillContext, params: RisksParams) -> Risks | Rulebook | Checked:
    check = (params.check or "").strip().lower()
    if check in RULES:
        return get_rulebook(context)
    population = find_population(context, params.owner, params.team)
    if check in PRECISION:
        return Checked(get_precision(context, population.scope), population, context.now)
    if check and check not in ALL:
        raise Unclear(text("I can show “all”, the “rules”, or their “precision”."))
    found = find_stage(context, params.stage) if params.stage else None
    stage = found.value if found else None
    if stage is not None and stage.kind != Status.OPEN:
        raise Impossible(text("**{stage}** is not open, so nothing is at risk there.", stage=stage.name))
    period = find_period(context, params.period, Grain.QUARTER) if params.period else None
    risks = Risks(
        population=population,
        period=period,
        stage=stage,
        rule=find_rule(params.rule) if params.rule else None,
        watches=bool(params.rule) or check in ALL,
        as_of=context.now,
        today=context.today,
        currency=context.organisation.currency,
        plan_rates=context.organisation.open_rates == RateKind.PLAN,
        asked=params.model_dump(),
        doubts=(*population.notes, *((found.doubt,) if found and found.doubt else ())),
    )
    look(context, risks)
    return risks


def present(result: Risks | Rulebook | Checked) -> Answer:
    match result:
        case Rulebook():
            return rules_answer(result)
        case Checked():
            return precision_answer(result.precision, result.population.label, result.as_of)
        case _:
            return risks_answer(result)


SKILL = Skill(
    name="risks",
    summary=text("Open opportunities at risk, and why"),
    params=RisksParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("risk", "atrisk"),
    examples=(
        Example("which deals are at risk?", RisksParams()),
        Example("what's at risk this quarter", RisksParams(period="this quarter")),
        Example("show dana's at-risk deals", RisksParams(owner="dana")),
        Example("at-risk deals of my team", RisksParams(team="my team")),
        Example("which deals are stalled", RisksParams(rule="stalled")),
        Example("deals that were pushed", RisksParams(rule="pushed")),
        Example("who is ghosting us?", RisksParams(rule="ghosted")),
        Example("single threaded deals in Negotiation", RisksParams(rule="single thread", stage="Negotiation")),
        Example("deals with no activity", RisksParams(rule="no activity")),
        Example("which close dates are not plausible", RisksParams(rule="close date implausible")),
        Example("what are the risk rules", RisksParams(check="rules")),
        Example("were the flagged deals really lost?", RisksParams(check="precision")),
        Example("how good are the warnings", RisksParams(check="precision")),
        Example("哪些商机有风险", RisksParams()),
        Example("本季度有风险的单子", RisksParams(period="本季度")),
        Example("哪些单子停滞了", RisksParams(rule="停滞")),
        Example("风险规则有哪些", RisksParams(check="rules")),
    ),
)
