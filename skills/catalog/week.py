"""The Monday commit: what everybody stands for this quarter, and what is due this week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.digests import Digest, Notice, Section, as_sold
from skills.digests import present as present_digest
from skills.errors import NotAllowed
from skills.exceptions import list_uncalled
from skills.forecast_figures import list_currency_rules, list_figures, list_warnings
from skills.measures.calendar import Grain, Period
from skills.outlook import Outlook, Part, get_outlook
from skills.population import find_population, period_words
from skills.roll_up import Forecast, Line, build_forecast
from skills.terms import CATEGORIES
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_name, period_note
from store.models import Category
from store.money import Money
from store.opportunities import OpportunityRow, list_open

DUE = 10
PEOPLE = 30


class WeekParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose week; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's week").template)


@dataclass(frozen=True)
class Week:
    week: Period
    quarter_words: str
    forecast: Forecast
    outlook: Outlook
    due: tuple[OpportunityRow, ...]
    uncalled: tuple[str, ...]
    asked: Mapping[str, str | None]


def run(context: SkillContext, params: WeekParams) -> Week:
    population = find_population(context, params.owner, params.team)
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    quarter = context.calendar.containing(Grain.QUARTER, context.today)
    week = context.calendar.containing(Grain.WEEK, context.today)
    forecast = build_forecast(context, population, quarter)
    outlook = get_outlook(context, population.scope, week, forecast.outlook.currencies)
    if outlook.currency != forecast.outlook.currency:
        # What is due this week may be sold in a currency in which nothing is this quarter.
        forecast = build_forecast(context, population, quarter, outlook.currencies)
    rows = list_open(context.session, population.scope, limit=5 * DUE, start=week.start, end=week.end)
    return Week(
        week=week,
        quarter_words=period_words(context, quarter),
        forecast=forecast,
        outlook=outlook,
        due=tuple(row for row in rows if row.opportunity.category != Category.OMITTED)[:DUE],
        uncalled=tuple(person.name for person in list_uncalled(context, population.scope, quarter)),
        asked={"owner": params.owner, "team": params.team},
    )


def present(week: Week) -> Answer:
    forecast, whose = week.forecast, week.forecast.population.label
    warnings = list_warnings(forecast)
    missing = text("No call yet: {who}.", who=enumeration(week.uncalled))
    return present_digest(
        Digest(
            headline=_headline(week),
            sections=(
                Section(text("By person"), blocks=_people(week)),
                Section(text("Not called yet"), (Notice(missing),) if week.uncalled else ()),
                Section(text("Due this week"), blocks=_due(week)),
            ),
            figures=list_figures(forecast, warnings),
            actions=_actions(week),
            notes=(
                *warnings,
                *list_currency_rules(forecast),
                *as_sold(row.opportunity.currency for row in week.due),
                *_doubts(week),
                *forecast.population.notes,
                period_note(week.week, whose),
            ),
        )
    )


def _headline(week: Week) -> Text:
    outlook, whose = week.outlook, week.forecast.population.label
    if outlook.missing:
        return text("This week ({whose}): no total, {reason}.", whose=whose, reason=no_rate(outlook.missing))
    if not outlook.total.due:
        return text("Nothing is due this week ({whose}).", whose=whose)
    if outlook.total.due == 1:
        return text(
            "Due this week: **{amount}**, one opportunity ({whose}).",
            amount=outlook.money(outlook.total.open), whose=whose,
        )  # fmt: skip
    return text(
        "Due this week: **{amount}**, {count} opportunities ({whose}).",
        amount=outlook.money(outlook.total.open),
        count=outlook.total.due,
        whose=whose,
    )


def _people(week: Week) -> tuple[Block, ...]:
    """What each has booked and stands for this quarter, beside what is due this week."""
    lines = [line for line in week.forecast.lines if line.part.due or line.call or line.quota or line.part.won]
    if not lines or week.outlook.missing or week.forecast.outlook.missing:
        return ()
    quarter = period_name(week.forecast.period)
    return (
        Table(
            title=text("Commitments, {period}", period=quarter),
            columns=(
                Column(label=text("Person")),
                Column(label=text("Due this week"), numeric=True),
                Column(label=text("Of it commit"), numeric=True),
                Column(label=text("Booked"), numeric=True),
                Column(label=text("Closed + commit"), numeric=True),
                Column(label=text("Call"), numeric=True),
                Column(label=text("Quota"), numeric=True),
            ),
            rows=tuple(_row(week, line) for line in lines[:PEOPLE]),
            total=_total(week),
        ),
    )


def _row(week: Week, line: Line) -> tuple[AnyValue, ...]:
    quarter, due = week.forecast.outlook, week.outlook.people.get(line.person.id or 0, Part())
    name = line.person.name
    return (
        text("{name} (team's call)", name=name) if line.is_head else verbatim(name),
        *_amounts(week, due, line.part),
        week.forecast.in_table(line.call),
        text("–") if line.quota is None else value(quarter.money(line.quota)),
    )


def _total(week: Week) -> tuple[AnyValue, ...]:
    quarter = week.forecast.outlook
    quota = week.forecast.quota
    return (
        text("All"),
        *_amounts(week, week.outlook.total, quarter.total),
        value(""),
        text("–") if quota is None else value(quarter.money(quota)),
    )


def _amounts(week: Week, due: Part, part: Part) -> Sequence[AnyValue]:
    quarter = week.forecast.outlook
    return (
        value(week.outlook.money(due.open)),
        value(week.outlook.money(due.categories[Category.COMMIT])),
        value(quarter.money(part.booked)),
        value(quarter.money(part.commit_forecast)),
    )


def _due(week: Week) -> tuple[Block, ...]:
    if not week.due:
        return ()
    return (
        Table(
            title=text("Due this week"),
            columns=(
                Column(label=text("Opportunity")),
                Column(label=text("Owner")),
                Column(label=text("Stage")),
                Column(label=text("Amount"), numeric=True),
                Column(label=text("Close date")),
                Column(label=text("Category")),
            ),
            rows=tuple(_opportunity(row) for row in week.due),
        ),
    )


def _opportunity(row: OpportunityRow) -> tuple[AnyValue, ...]:
    one = row.opportunity
    return (
        verbatim(one.name),
        verbatim(row.owner),
        verbatim(row.stage),
        text("–") if one.amount_minor is None else value(Money(one.amount_minor, one.currency)),
        text("–") if one.expected_close is None else value(one.expected_close),
        CATEGORIES.get(one.category, verbatim(one.category)),
    )


def _doubts(week: Week) -> tuple[Text, ...]:
    left = week.outlook.total.due - len(week.due)
    return (text("{count} more are due this week.", count=left),) if left > 0 and week.due else ()


def _actions(week: Week) -> tuple[Action, ...]:
    # Whoever presses it makes their own call, in a channel as well.
    return (
        Action(
            label=text("Submit my call"), kind="form", invocation=Invocation.of("submit", period=week.quarter_words)
        ),
        Action(
            label=text("Everything due this week"), invocation=Invocation.of("pipeline", week.asked, period="this week")
        ),
        Action(label=text("Forecast"), invocation=Invocation.of("forecast", week.asked, period=week.quarter_words)),
    )


SKILL = Skill(
    name="week",
    summary=text("The Monday commit: calls of everybody and what is due this week"),
    params=WeekParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("monday", "commitments"),
    examples=(
        Example("monday commit", WeekParams()),
        Example("our commit for this week", WeekParams(team="our")),
        Example("what does my team commit to this week", WeekParams(team="my team")),
        Example("weekly commit of the EMEA team", WeekParams(team="EMEA")),
        Example("start of the week report", WeekParams()),
        Example("monday meeting", WeekParams()),
        Example("commit meeting for priya's team", WeekParams(owner="priya")),
        Example("周一承诺", WeekParams()),
        Example("本周团队承诺", WeekParams(team="团队")),
        Example("周一例会报告", WeekParams()),
    ),
)
