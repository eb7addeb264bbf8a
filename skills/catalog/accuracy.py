"""How good the forecasts were: calls, the weighted landing and categories, each at a stated moment of the period."""

from pydantic import Field

from skills.accuracy_answer import GRAIN_NAMES, Accuracy, present
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import NotAllowed, Unclear
from skills.measures.calendar import Grain
from skills.population import find_population
from skills.text import text
from skills.track_record import (
    VINTAGES,
    get_track_record,
    list_past_periods,
    read_vintage,
)

SHOWN = 30
GRAINS = {
    **dict.fromkeys(("quarter", "quarters", "quarterly", "季度", "按季度"), Grain.QUARTER),
    **dict.fromkeys(("month", "months", "monthly", "月", "月份", "按月"), Grain.MONTH),
}


class AccuracyParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose forecasts; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's forecasts").template)
    vintage: str | None = Field(
        default=None,
        description=text("as they stood at which moment of the period: day 1, week 4; week 4 when left out").template,
    )
    by: str | None = Field(default=None, description=text("quarter or month; by quarter when left out").template)


def run(context: SkillContext, params: AccuracyParams) -> Accuracy:
    vintage = read_vintage(params.vintage)
    grain = _grain(params.by)
    population = find_population(context, params.owner, params.team)
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    vintages = sorted({*VINTAGES, vintage}, key=lambda one: one.days)
    record = get_track_record(context, population.scope, grain, vintages)
    if vintage not in [one.vintage for one in record]:
        raise Unclear(text("Not every {grain} has a {vintage}.", grain=GRAIN_NAMES[grain], vintage=vintage.label))
    person = population.person
    return Accuracy(
        population=population,
        is_mine=person is not None and person.id == context.actor.id,
        grain=grain,
        periods=list_past_periods(context, grain),
        as_of=context.now,
        vintage=vintage,
        record=record,
        shown=context.listed(SHOWN),
        asked=params.model_dump(),
    )


def _grain(words: str | None) -> Grain:
    said = (words or "").strip().casefold().removeprefix("by ")
    if not said:
        return Grain.QUARTER
    if said not in GRAINS:
        raise Unclear(text("By quarter or by month?"))
    return GRAINS[said]


SKILL = Skill(
    name="accuracy",
    summary=text("How good forecasts were: error and bias of calls, landing and categories"),
    params=AccuracyParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("bias", "wape"),
    examples=(
        Example("how accurate are our forecasts", AccuracyParams()),
        Example("forecast accuracy", AccuracyParams()),
        Example("how good are my forecasts", AccuracyParams(owner="me")),
        Example("does dana sandbag", AccuracyParams(owner="dana")),
        Example("who is too optimistic in my team's forecasts", AccuracyParams(team="my team")),
        Example("forecast accuracy of EMEA at week 8", AccuracyParams(team="EMEA", vintage="week 8")),
        Example("how far off were we on day 1", AccuracyParams(vintage="day 1")),
        Example("monthly forecast accuracy of my team", AccuracyParams(team="my team", by="month")),
        Example("what is my forecast bias", AccuracyParams(owner="me")),
        Example("我们的预测准不准", AccuracyParams()),
        Example("我的预测准确率", AccuracyParams(owner="我")),
        Example("dana的预测偏差有多大", AccuracyParams(owner="dana")),
        Example("团队第4周的预测准确度", AccuracyParams(team="团队", vintage="第4周")),
    ),
)
