"""What people do: calls a day and an account, whom they reach, time on new customers, and what comes of it."""

from pydantic import Field

from skills.activity_answer import Activities, Kind, present
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.effort import count_all
from skills.measures.calendar import Grain
from skills.population import find_period, find_population, period_words
from skills.text import text
from store.models import ActivityKind

SHOWN = 25


class ActivityParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose activities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's activities").template)
    period: str | None = Field(
        default=None, description=text("when they took place; this month when left out").template
    )
    kind: Kind | None = Field(
        default=None, description=text("call, email, meeting, demo or note; calls when left out").template
    )


def run(context: SkillContext, params: ActivityParams) -> Activities:
    period = find_period(context, params.period, Grain.MONTH)
    population = find_population(context, params.owner, params.team)
    kind: Kind = params.kind or "call"
    return Activities(
        population=population,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        currency=context.organisation.currency,
        kind=kind,
        efforts=count_all(context, population, period, ActivityKind(kind)),
        shown=context.listed(SHOWN),
        given=params.model_dump(),
    )


SKILL = Skill(
    name="activity",
    summary=text("Calls, meetings and other activities: how many, with whom, and what came of them"),
    params=ActivityParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("activities", "calls", "effort"),
    examples=(
        Example("how many calls did we make this week", ActivityParams(period="this week", kind="call")),
        Example("activity report for my team this month", ActivityParams(team="my team", period="this month")),
        Example("calls per day by rep last month", ActivityParams(period="last month", kind="call")),
        Example("how active was dana last week", ActivityParams(owner="dana", period="last week")),
        Example(
            "how many meetings did the EMEA team have in Q3", ActivityParams(team="EMEA", kind="meeting", period="Q3")
        ),
        Example("my activities this week", ActivityParams(owner="me", period="this week")),
        Example("how much time do we spend on new customers", ActivityParams()),
        Example(
            "how many of our A customers did we call this quarter", ActivityParams(period="this quarter", kind="call")
        ),
        Example("how many calls turn into meetings", ActivityParams(kind="call")),
        Example("number of demos this quarter", ActivityParams(kind="demo", period="this quarter")),
        Example("emails sent by sam this month", ActivityParams(owner="sam", kind="email", period="this month")),
        Example("本周打了多少电话", ActivityParams(kind="call", period="本周")),
        Example("上个月团队的拜访情况", ActivityParams(team="团队", kind="meeting", period="上个月")),
        Example("dana每天打几个电话", ActivityParams(owner="dana", kind="call")),
        Example("我们花多少时间在新客户上", ActivityParams()),
        Example("我这周的活动量", ActivityParams(owner="我", period="这周")),
    ),
)
