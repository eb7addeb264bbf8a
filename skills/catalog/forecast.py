"""What a period will bring: the weighted landing with its band, categories, and what people call."""

from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Invocation
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import NotAllowed
from skills.forecast_figures import list_figures, list_rules, list_warnings
from skills.forecast_view import list_blocks
from skills.measures.calendar import Grain
from skills.population import find_period, find_population, period_words
from skills.roll_up import Forecast, build_forecast, with_weeks
from skills.text import Text, text
from skills.wording import no_rate, period_name, period_note


class ForecastParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose forecast; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's forecast").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)


@dataclass(frozen=True)
class Asked:
    """A forecast, and the words in which it was asked for, so that its buttons ask for the same."""

    forecast: Forecast
    is_mine: bool
    period_words: str
    params: ForecastParams


def run(context: SkillContext, params: ForecastParams) -> Asked:
    period = find_period(context, params.period, Grain.QUARTER)
    population = find_population(context, params.owner, params.team)
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    person = population.person
    return Asked(
        forecast=with_weeks(context, build_forecast(context, population, period)),
        is_mine=person is not None and person.id == context.actor.id,
        period_words=period_words(context, period),
        params=params,
    )


def present(asked: Asked) -> Answer:
    forecast = asked.forecast
    warnings = list_warnings(forecast)
    return Answer(
        headline=_headline(forecast),
        blocks=list_blocks(forecast),
        figures=list_figures(forecast, warnings),
        actions=_actions(asked),
        notes=(
            *warnings,
            *list_rules(forecast),
            *forecast.population.notes,
            period_note(forecast.period, forecast.population.label),
        ),
    )


def _headline(forecast: Forecast) -> Text:
    outlook, period, whose = forecast.outlook, period_name(forecast.period), forecast.population.label
    total = outlook.total
    if outlook.missing:
        return text(
            "No forecast for {period} ({whose}): {reason}.",
            period=period,
            whose=whose,
            reason=no_rate(outlook.missing),
        )
    if forecast.period.end <= forecast.today:
        return text(
            "{period} is over: **{booked}** was booked ({whose}).",
            period=period,
            booked=outlook.money(total.booked),
            whose=whose,
        )
    if not total.won and not total.due:
        return text("Nothing is booked or expected to close in {period} ({whose}).", period=period, whose=whose)
    return text(
        "{period} lands at about **{landing}**, in four of five cases between {low} and {high} ({whose}): "
        "{booked} booked, {open} still open.",
        period=period,
        landing=outlook.coarse(total.landing),
        low=outlook.coarse(outlook.band.low),
        high=outlook.coarse(outlook.band.high),
        booked=outlook.money(total.booked),
        open=outlook.money(total.open),
        whose=whose,
    )


def _actions(asked: Asked) -> tuple[Action, ...]:
    whose = {"owner": asked.params.owner, "team": asked.params.team}
    period = asked.period_words
    actions = [
        Action(label=text("What can still close"), invocation=Invocation.of("pipeline", whose, period=period)),
        Action(label=text("How good are our forecasts?"), invocation=Invocation.of("accuracy", whose)),
        Action(label=text("Quota"), invocation=Invocation.of("quota", whose, period=period)),
    ]
    if asked.is_mine and asked.forecast.period.end > asked.forecast.today:
        own = Invocation.of("submit", period=period)
        actions.append(Action(label=text("Submit my call"), kind="form", invocation=own))
    return tuple(actions)


SKILL = Skill(
    name="forecast",
    summary=text("What a period will bring: landing, categories and calls"),
    params=ForecastParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("landing", "commit", "outlook"),
    examples=(
        Example("forecast", ForecastParams()),
        Example("what's my forecast for this quarter", ForecastParams(owner="me", period="this quarter")),
        Example("where will we land this quarter", ForecastParams(period="this quarter")),
        Example("forecast for the EMEA team", ForecastParams(team="EMEA")),
        Example("what is dana's commit", ForecastParams(owner="dana")),
        Example("will my team make Q4", ForecastParams(team="my team", period="Q4")),
        Example("weighted forecast next quarter", ForecastParams(period="next quarter")),
        Example("show commit and best case for priya's team", ForecastParams(owner="priya")),
        Example("roll up the forecast for the whole company", ForecastParams(team="company")),
        Example("how much will we close this month", ForecastParams(period="this month")),
        Example("what did everybody call for Q4", ForecastParams(period="Q4")),
        Example("这个季度的预测", ForecastParams(period="这个季度")),
        Example("我这个季度能做到多少", ForecastParams(owner="我", period="这个季度")),
        Example("全公司本季度预计能完成多少", ForecastParams(team="全公司", period="本季度")),
        Example("看一下dana的业绩预测", ForecastParams(owner="dana")),
        Example("我们团队下个月的销售预测", ForecastParams(team="我们团队", period="下个月")),
    ),
)
