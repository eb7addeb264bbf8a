"""Where somebody stands against their quota: attainment, gap, and pace by working days."""

from typing import Literal

from pydantic import Field

from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.measures.calendar import Grain
from skills.metrics import MetricName
from skills.population import find_period, find_population
from skills.quota_answer import present
from skills.quota_standing import QuotaStanding, get_quota_standing
from skills.text import text
from store.models import Level, Metric


class QuotaParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose quota; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's quota").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)
    metric: MetricName = Field(
        default="booked",
        description=text(
            "which target: booked, margin, collected, pipeline_created, units, new_accounts or activities"
        ).template,
    )
    level: Literal["target", "stretch", "challenge"] = Field(
        default="target", description=text("target, stretch or challenge").template
    )


def run(context: SkillContext, params: QuotaParams) -> QuotaStanding:
    period = find_period(context, params.period, Grain.QUARTER)
    population = find_population(context, params.owner, params.team)
    asked = {"owner": params.owner, "team": params.team}
    return get_quota_standing(context, population, period, Metric(params.metric), Level(params.level), asked)


SKILL = Skill(
    name="quota",
    summary=text("Attainment of a quota, the gap and the pace"),
    params=QuotaParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("attainment", "number"),
    examples=(
        Example("quota", QuotaParams()),
        Example("whats my number", QuotaParams(owner="me")),
        Example("how am i doing against quota", QuotaParams(owner="me")),
        Example("where do i stand this quarter", QuotaParams(owner="me", period="this quarter")),
        Example("what's dana's attainment", QuotaParams(owner="dana")),
        Example("how far is the EMEA team from target", QuotaParams(team="EMEA")),
        Example("quota attainment for Q3", QuotaParams(period="Q3")),
        Example("am i on track this month", QuotaParams(owner="me", period="this month")),
        Example("how much do i still need to hit my target", QuotaParams(owner="me")),
        Example("is my team on pace", QuotaParams(team="my team")),
        Example("how close is priya to quota this year", QuotaParams(owner="priya", period="this year")),
        Example("company attainment last quarter", QuotaParams(team="company", period="last quarter")),
        Example("gap to plan", QuotaParams()),
        Example("did sam make his number last month", QuotaParams(owner="sam", period="last month")),
        Example("我这个季度完成多少了", QuotaParams(owner="我", period="这个季度")),
        Example("我离目标还差多少", QuotaParams(owner="我")),
        Example("dana的业绩完成率", QuotaParams(owner="dana")),
        Example("团队本月指标完成情况", QuotaParams(team="团队", period="本月")),
        Example("全公司上季度达成率", QuotaParams(team="全公司", period="上季度")),
        Example("how are my collections against target", QuotaParams(owner="me", metric="collected")),
        Example(
            "margin target for EMEA this quarter", QuotaParams(team="EMEA", metric="margin", period="this quarter")
        ),
        Example("how far is my team from its stretch goal", QuotaParams(team="my team", level="stretch")),
        Example("how many new accounts does dana still need", QuotaParams(owner="dana", metric="new_accounts")),
        Example("我的回款目标完成了多少", QuotaParams(owner="我", metric="collected")),
        Example("团队本季度新客户指标", QuotaParams(team="团队", metric="new_accounts", period="本季度")),
        Example("离挑战目标还差多少", QuotaParams(level="challenge")),
    ),
)
