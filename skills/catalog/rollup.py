"""The weekly forecast roll-up: each team's landing and calls, coverage, and what is no longer as in the last one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Invocation, Model, Table
from skills.calls import Call, list_heads
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.digests import Asked, Digest, Notice, Section, list_facts
from skills.digests import present as present_digest
from skills.errors import NotAllowed
from skills.figure import Figure
from skills.forecast_figures import list_figures, list_rules, list_warnings
from skills.forecast_view import list_people_tables
from skills.measures.calendar import Grain
from skills.outlook import Outlook, get_outlook
from skills.population import find_period, find_population, period_words
from skills.references import reference
from skills.roll_up import Forecast, Line, build_forecast
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import no_rate, period_name, period_note
from store.models import Role
from store.money import Money, rounded
from store.people import list_team_ids, list_teams
from store.scope import Scope

TEAMS = 12
"""Teams shown; of the others only the sum is."""
CALLS = 8
"""Changed calls that are told."""


class RollupParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose roll-up; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's roll-up").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)


class Posted(Model):
    """What a roll-up said; the next one is compared with it."""

    rollup: str
    """Whose it is and of which period: only the same are compared."""
    day: dt.date
    landing: dict[int, tuple[int, str]]
    """Minor units and currency by team; 0 is all of them together."""
    calls: dict[int, tuple[int, str]]
    """By person."""


@dataclass(frozen=True)
class TeamLine:
    team_id: int
    name: Text
    outlook: Outlook
    heads: Fraction | None
    """What those who lead the team call; None where nobody does, or a rate is missing."""
    below: Fraction | None
    """The sum of what everybody else of it calls."""
    called: int
    people: int
    coverage: Figure | None


@dataclass(frozen=True)
class RolledUp:
    forecast: Forecast
    teams: tuple[TeamLine, ...]
    asked: Asked
    before: Posted | None
    now: Posted
    period_words: str
    params: RollupParams


def run(context: SkillContext, params: RollupParams) -> RolledUp:
    period = find_period(context, params.period, Grain.QUARTER)
    population = find_population(context, params.owner, params.team)
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    asked, words = Asked(context), period_words(context, period)
    forecast = build_forecast(context, population, period)
    teams = _teams(context, forecast, asked, words)
    whose = ",".join(str(number) for number in sorted(population.scope.people or ()))
    outlook = forecast.outlook
    now = Posted(
        rollup=f"{whose or 'all'}/{period.start}/{period.end}",
        day=context.today,
        landing={
            0: (rounded(outlook.total.landing), outlook.currency),
            **{
                one.team_id: (rounded(one.outlook.total.landing), one.outlook.currency)
                for one in teams
                if not one.outlook.missing
            },
        },
        calls={
            line.person.id or 0: (line.call.money.minor, line.call.money.currency)
            for line in forecast.lines
            if line.call is not None
        },
    )
    return RolledUp(forecast, teams, asked, _before(context, now), now, words, params)


def _before(context: SkillContext, now: Posted) -> Posted | None:
    if not context.previous.startswith('{"rollup":'):
        return None
    before = Posted.model_validate_json(context.previous)
    return before if before.rollup == now.rollup else None


def _teams(context: SkillContext, forecast: Forecast, asked: Asked, words: str) -> tuple[TeamLine, ...]:
    """The teams of these people, the largest landing first."""
    names = {team.id or 0: team.name for team in list_teams(context.session)}
    by_team: dict[int, list[Line]] = {}
    for line in forecast.lines:
        by_team.setdefault(line.person.team_id or -1, []).append(line)
    if len(by_team) < 2:
        return ()
    heads = list_heads(line.person for line in forecast.lines)
    found = []
    for team_id, lines in by_team.items():
        leading = [line.call for line in lines if line.person.id in heads and line.call]
        members = list_team_ids(context.session, team_id) if team_id > 0 else {line.person.id or 0 for line in lines}
        others = [line for line in lines if line.person.id not in heads]
        called = [line.call for line in others if line.call]
        found.append(
            TeamLine(
                team_id,
                verbatim(names[team_id]) if team_id in names else text("no team"),
                get_outlook(
                    context, Scope.of(members) & forecast.population.scope, forecast.period, forecast.outlook.currencies
                ),
                _sum(forecast, leading),
                _sum(forecast, called),
                len(called),
                len([line for line in others if line.person.is_active(context.today)]),
                None,
            )
        )
    found.sort(key=lambda one: -one.outlook.total.landing)
    return tuple(TeamLine(**{**vars(one), "coverage": _coverage(asked, one.team_id, words)}) for one in found[:TEAMS])


def _coverage(asked: Asked, team_id: int, words: str) -> Figure | None:
    if team_id < 0:
        return None
    answer = asked.ask("coverage", team=reference("team", team_id), period=words)
    return next((figure for figure in answer.figures if figure.name == "coverage"), None) if answer else None


def _sum(forecast: Forecast, calls: Sequence[Call]) -> Fraction | None:
    amounts = [forecast.called(call) for call in calls]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(amounts) else None


def present(found: RolledUp) -> Answer:
    forecast = found.forecast
    warnings = list_warnings(forecast)
    return present_digest(
        Digest(
            headline=_headline(found),
            sections=(
                Section(text("By team"), blocks=_table(found)),
                Section(_since(found), _changed_calls(found)),
            ),
            figures=list_figures(forecast, warnings),
            actions=_actions(found),
            notes=(
                *warnings,
                *list_rules(forecast),
                *found.asked.notes,
                *forecast.population.notes,
                period_note(forecast.period, forecast.population.label),
            ),
            kept="" if forecast.outlook.missing else found.now.model_dump_json(),
        )
    )


def _headline(found: RolledUp) -> Text:
    outlook, forecast = found.forecast.outlook, found.forecast
    period, whose = period_name(forecast.period), forecast.population.label
    if outlook.missing:
        return text(
            "No forecast for {period} ({whose}): {reason}.",
            period=period, whose=whose, reason=no_rate(outlook.missing),
        )  # fmt: skip
    booked, landing = outlook.money(outlook.total.booked), outlook.coarse(outlook.total.landing)
    if found.before is None:
        return text(
            "Roll-up {period} ({whose}): {booked} booked, landing at about **{landing}**.",
            period=period, whose=whose, booked=booked, landing=landing,
        )  # fmt: skip
    return text(
        "Roll-up {period} ({whose}): {booked} booked, landing at about **{landing}** ({change} since {day}).",
        period=period,
        whose=whose,
        booked=booked,
        landing=landing,
        change=_change(found, 0)[0],
        day=found.before.day,
    )


def _signed(minor: int, currency: str) -> Text:
    if minor > 0:
        return text("+{amount}", amount=Money(minor, currency))
    if minor < 0:
        return text("−{amount}", amount=Money(-minor, currency))
    return text("unchanged")


def _table(found: RolledUp) -> tuple[Block, ...]:
    outlook = found.forecast.outlook
    if outlook.missing:
        return ()
    if not found.teams:
        return list_people_tables(found.forecast)
    changes = () if found.before is None else (Column(label=text("Change"), numeric=True),)
    called = (Column(label=text("Called"), numeric=True),) if _is_incomplete(found) else ()
    return (
        Table(
            title=text("By team"),
            columns=(
                Column(label=text("Team")),
                Column(label=text("Booked"), numeric=True),
                Column(label=text("Landing"), numeric=True),
                *changes,
                Column(label=text("+ commit"), numeric=True),
                Column(label=text("Team's call"), numeric=True),
                Column(label=text("Sum of calls"), numeric=True),
                *called,
                Column(label=text("Coverage"), numeric=True),
            ),
            rows=tuple(_row(found, one) for one in found.teams),
            total=(text("All"), *_amounts(outlook, _change(found, 0)), *[value("")] * (3 + len(called))),
        ),
    )


def _is_incomplete(found: RolledUp) -> bool:
    """Whether somebody's call is missing, so that a sum of calls is not a whole team's."""
    return any(one.called < one.people for one in found.teams)


def _row(found: RolledUp, one: TeamLine) -> tuple[AnyValue, ...]:
    outlook, whole = one.outlook, found.forecast.outlook
    return (
        one.name,
        *_amounts(outlook, _change(found, one.team_id)),
        text("–") if one.heads is None else value(whole.money(one.heads)),
        text("–") if one.below is None else value(whole.money(one.below)),
        *((text("{called} of {people}", called=one.called, people=one.people),) if _is_incomplete(found) else ()),
        text("–") if one.coverage is None else _covered(one.coverage),
    )


def _amounts(outlook: Outlook, change: tuple[AnyValue, ...]) -> tuple[AnyValue, ...]:
    if outlook.missing:
        return (text("–"), text("–"), *change, text("–"))
    total = outlook.total
    return (
        value(outlook.money(total.booked)),
        value(outlook.coarse(total.landing)),
        *change,
        value(outlook.money(total.commit_forecast)),
    )


def _covered(figure: Figure) -> Text:
    answer = Answer(headline=figure.label, figures=(figure,))
    return list_facts(answer, figure.name)[0].value if figure.exact is not None else text("–")


def _change(found: RolledUp, team_id: int) -> tuple[AnyValue, ...]:
    """By how much the landing is another; nothing where there is nothing to compare it with."""
    if found.before is None:
        return ()
    then, now = found.before.landing.get(team_id), found.now.landing.get(team_id)
    if now is None or (then is not None and then[1] != now[1]):
        return (text("–"),)
    return (text("not there before") if then is None else _signed(now[0] - then[0], now[1]),)


def _since(found: RolledUp) -> Text:
    return text("Calls since {day}", day=found.before.day if found.before else found.now.day)


def _changed_calls(found: RolledUp) -> tuple[Notice, ...]:
    """Whose call is another than in the last roll-up, by how much it moved."""
    if found.before is None:
        return ()
    then, now = found.before.calls, found.now.calls
    names: Mapping[int, str] = {line.person.id or 0: line.person.name for line in found.forecast.lines}
    moved = sorted((number for number in now if then.get(number) != now[number]), key=lambda number: names[number])
    return tuple(_changed_call(names[number], then.get(number), now[number]) for number in moved[:CALLS])


def _changed_call(who: str, then: tuple[int, str] | None, now: tuple[int, str]) -> Notice:
    if then is None:
        return Notice(text("**{who}** calls {new} (new).", who=who, new=Money(*now)))
    return Notice(text("**{who}**: {old} → {new}.", who=who, old=Money(*then), new=Money(*now)))


def _actions(found: RolledUp) -> tuple[Action, ...]:
    whose = {"owner": found.params.owner, "team": found.params.team}
    words = found.period_words
    since = found.before.day if found.before else found.now.day - dt.timedelta(days=7)
    return (
        Action(label=text("Submit my call"), kind="form", invocation=Invocation.of("submit", period=words)),
        Action(label=text("What changed"), invocation=Invocation.of("changes", whose, period=f"since {since}")),
        Action(label=text("Forecast"), invocation=Invocation.of("forecast", whose, period=words)),
        Action(label=text("Coverage"), invocation=Invocation.of("coverage", whose, period=words)),
    )


SKILL = Skill(
    name="rollup",
    summary=text("The weekly forecast roll-up by team, and what changed since the last one"),
    params=RollupParams,
    run=run,
    present=present,
    needs=Role.MANAGER,
    schedulable=True,
    aliases=("roll-up",),
    examples=(
        Example("forecast roll-up", RollupParams()),
        Example("weekly roll-up for the whole company", RollupParams(team="the whole company")),
        Example("roll-up by team for Q4", RollupParams(period="Q4")),
        Example("forecast by team with calls and coverage", RollupParams()),
        Example("roll-up for priya's teams", RollupParams(owner="priya")),
        Example("what changed since the last roll-up", RollupParams()),
        Example("EMEA roll-up this quarter", RollupParams(team="EMEA", period="this quarter")),
        Example("预测汇总", RollupParams()),
        Example("本季度各团队预测汇总", RollupParams(period="本季度")),
        Example("全公司每周预测汇总", RollupParams(team="全公司")),
    ),
)
