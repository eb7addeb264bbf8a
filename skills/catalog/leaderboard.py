"""Who is ahead: people or teams by what they won, by attainment or by number of deals."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pydantic import Field

from skills.achievements import Rule
from skills.answer import Action, Answer, Block, Bullets, Chart, Column, Invocation, Series, Table
from skills.contest import Contest, Entrant, Metric, get_contest
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope, records_of
from skills.figure import Figure
from skills.measures.calendar import Grain, Period
from skills.measures.ranking import Ranked, ranked, top
from skills.population import Population, find_company_population, find_period, period_words
from skills.text import AnyValue, Text, Word, text, value, verbatim
from skills.wording import enumeration, period_name, period_note
from store.models import Role
from store.opportunities import get_last_booking_day
from store.scope import Scope

TOP = 10
NAMED = 5
"""People who are not ranked and are named."""
DRAWN = 10

DEFINITIONS: dict[str, Text] = {
    "booked": text(
        "Amounts won in the period, by booking date and at the exchange rate of that date, credited to the owner. "
        "Equal values share a place (1-2-2-4)."
    ),
    "attainment": text(
        "Credited bookings divided by effective quota; teams as sums of both. Equal values share a place (1-2-2-4)."
    ),
    "deals": text("Opportunities won in the period, by booking date. Equal values share a place (1-2-2-4)."),
}
TITLES = {"booked": text("Won"), "attainment": text("Attainment"), "deals": text("Deals won")}


class LeaderboardParams(SkillParams):
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)
    top: int = Field(default=TOP, ge=1, le=100, description=text("how many places, 10 when left out").template)
    team: str | None = Field(default=None, description=text("only the people of this team").template)
    metric: Metric = Field(default="booked", description=text("booked, attainment or deals").template)
    by: Literal["rep", "team"] = Field(default="rep", description=text("rep or team").template)


@dataclass(frozen=True)
class Leaderboard:
    params: LeaderboardParams
    population: Population
    period: Period
    period_words: str
    as_of: dt.datetime
    contest: Contest
    board: tuple[Ranked[Entrant], ...]
    apart: tuple[Entrant, ...]
    own: Ranked[Entrant] | None
    """The asker's place, told to nobody else."""
    own_apart: Entrant | None
    expects_own: bool
    """Whether the asker is one of those who sell and are counted here."""
    is_private: bool
    last: Period | None


def run(context: SkillContext, params: LeaderboardParams) -> Leaderboard:
    period = find_period(context, params.period, Grain.QUARTER)
    population = find_company_population(context, None, params.team)
    contest = get_contest(context, population.scope, period, params.metric, params.by)
    entrants = contest.entrants.values()
    board = ranked((one, one.name, one.score(params.metric)) for one in entrants if not one.apart)
    mine = context.person().team_id if params.by == "team" else context.actor.id
    own = contest.entrants.get(mine or 0)
    last = get_last_booking_day(context.session, population.scope, before=period.start) if not board else None
    return Leaderboard(
        params=params,
        population=population,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        contest=contest,
        board=board,
        apart=tuple(sorted((one for one in entrants if one.apart), key=lambda one: one.name)),
        own=next((place for place in board if place.item is own), None),
        own_apart=own if own and own.apart else None,
        expects_own=params.by == "rep"
        and params.metric != "attainment"
        and context.actor.role is Role.REP
        and population.scope.allows(context.actor.id),
        is_private=context.audience.is_private,
        last=context.calendar.containing(Grain.QUARTER, last) if last else None,
    )


def present(board: Leaderboard) -> Answer:
    shown = top(board.board, board.params.top)
    return Answer(
        headline=_headline(board),
        blocks=_blocks(board, shown),
        figures=_figures(board, shown),
        actions=_actions(board),
        notes=(*_own_note(board, shown), *_notes(board, shown), *board.population.notes, _counted(board)),
        unabridged=True,
    )


def _counted(board: Leaderboard) -> Text:
    return period_note(board.period, board.population.label)


def _shown_value(board: Leaderboard, entry: Entrant) -> AnyValue:
    if board.params.metric == "deals":
        return value(entry.achievement.deals)
    if board.params.metric == "booked":
        return value(board.contest.money(entry.achievement.credited))
    return value(entry.achievement.attainment or Fraction(0))


def _headline(board: Leaderboard) -> Text:
    period = period_name(board.period)
    first = [place.item for place in board.board if place.place == 1]
    if not first:
        if board.params.metric == "attainment":
            return text("There is nobody to rank by attainment in {period}.", period=period)
        return text("Nothing was won in {period} ({whose}).", period=period, whose=board.population.label)
    score = _shown_value(board, first[0])
    if len(first) == 1:
        if board.params.metric == "deals":
            return text(
                "**{name}** leads {period} with **{deals}** won.", name=first[0].name, period=period, deals=score
            )
        if board.params.metric == "attainment":
            return text(
                "**{name}** leads {period} with **{share}** of quota.", name=first[0].name, period=period, share=score
            )
        return text("**{name}** leads {period} with **{amount}**.", name=first[0].name, period=period, amount=score)
    if len(first) > NAMED:
        return text(
            "{count} share the first place in {period} with **{score}**.", count=len(first), period=period, score=score
        )
    return text(
        "**{names}** share the first place in {period} with **{score}**.",
        names=enumeration([entry.name for entry in first]),
        period=period,
        score=score,
    )


def _place(place: Ranked[Entrant]) -> AnyValue:
    return Word(value=f"{place.place}=" if place.tied else str(place.place))


def _label(entry: Entrant) -> Text:
    return text("{name} (left)", name=entry.name) if entry.has_left else verbatim(entry.name)


def _blocks(board: Leaderboard, shown: Sequence[Ranked[Entrant]]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    metric, who = board.params.metric, text("Team") if board.params.by == "team" else text("Rep")
    if shown:
        columns = [Column(label=text("#")), Column(label=who), Column(label=TITLES[metric], numeric=True)]
        extra: list[tuple[Text, str]] = []
        if metric == "attainment":
            extra = [(text("Won"), "credited"), (text("Quota"), "quota")]
        elif metric == "booked":
            extra = [(text("Deals"), "deals")]
        columns += [Column(label=label, numeric=True) for label, _ in extra]
        blocks.append(
            Table(
                title=text("{metric}, {period}", metric=TITLES[metric], period=period_name(board.period)),
                columns=tuple(columns),
                rows=tuple(
                    (
                        _place(place),
                        _label(place.item),
                        _shown_value(board, place.item),
                        *(_extra(board, place.item, column) for _, column in extra),
                    )
                    for place in shown
                ),
            )
        )
    if len(shown) > 1:
        blocks.append(_chart(board, shown[:DRAWN]))
    if board.apart:
        blocks.append(
            Bullets(
                title=text("Not ranked"),
                items=tuple(
                    text("{name}: {why}", name=_label(entry), why=entry.apart or "") for entry in board.apart[:NAMED]
                )
                + _more(len(board.apart) - NAMED),
            )
        )
    return tuple(blocks)


def _more(count: int) -> tuple[Text, ...]:
    return (text("and {count} more", count=count),) if count > 0 else ()


def _extra(board: Leaderboard, entry: Entrant, column: str) -> AnyValue:
    if column == "deals":
        return value(entry.achievement.deals)
    return value(board.contest.money(entry.achievement.quota if column == "quota" else entry.achievement.credited))


def _chart(board: Leaderboard, shown: Iterable[Ranked[Entrant]]) -> Chart:
    entries = [place.item for place in shown]
    if board.params.metric == "deals":
        values, unit = [float(entry.achievement.deals) for entry in entries], ""
    elif board.params.metric == "booked":
        values, unit = (
            [float(board.contest.money(entry.achievement.credited).units) for entry in entries],
            board.contest.currency,
        )
    else:
        values, unit = [float((entry.achievement.attainment or Fraction(0)) * 100) for entry in entries], "%"
    return Chart(
        kind="bar",
        title=text("{metric}, {period}", metric=TITLES[board.params.metric], period=period_name(board.period)),
        categories=tuple(verbatim(entry.name) for entry in entries),
        series=(Series(label=TITLES[board.params.metric], values=tuple(values)),),
        unit=unit,
    )


def _figures(board: Leaderboard, shown: Sequence[Ranked[Entrant]]) -> tuple[Figure, ...]:
    metric = board.params.metric
    definition, figures = DEFINITIONS[metric], []
    envelope = Envelope(board.as_of, board.period, filters=(board.population.label,))
    for place in shown:
        entry = place.item
        label = text("{place} {name}", place=_place(place), name=entry.name)
        records = records_of(Scope.of(entry.people), "won", board.period.start, board.period.end)
        if metric == "deals":
            figures.append(envelope.number("deals", label, definition, entry.achievement.deals, records=records))
        elif metric == "booked":
            figures.append(
                envelope.money(
                    "booked",
                    label,
                    definition,
                    board.contest.money(entry.achievement.credited),
                    currency=board.contest.currency,
                    count=entry.achievement.deals,
                    records=records,
                )
            )
        else:
            figures.append(
                envelope.ratio(
                    "attainment",
                    label,
                    definition,
                    entry.achievement.attainment,
                    count=entry.achievement.deals,
                    records=records,
                )
            )
    return tuple(figures)


def _own_note(board: Leaderboard, shown: Sequence[Ranked[Entrant]]) -> tuple[Text, ...]:
    """The asker's own place below the ones shown; where others read along it is nobody's business."""
    if not board.is_private or board.own in shown:
        return ()
    if board.own is not None:
        return (
            text(
                "Your place: {place} of {count}, with {score}.",
                place=_place(board.own),
                count=len(board.board),
                score=_shown_value(board, board.own.item),
            ),
        )
    if board.own_apart is not None:
        return (text("You are not ranked: {why}.", why=board.own_apart.apart or ""),)
    if board.expects_own and board.board:
        return (text("You have not won anything in this period yet."),)
    return ()


def _notes(board: Leaderboard, shown: Sequence[Ranked[Entrant]]) -> tuple[Text, ...]:
    notes = []
    if board.apart and board.params.metric == "attainment":
        notes.append(text("Ramping: less than a quarter of the full quota, so attainment would mean little."))
    if any(entry.achievement.missing for entry in board.apart):
        notes.append(text("Places may change once the missing exchange rates are imported."))
    if board.contest.without_team is not None and board.contest.without_team.achievement.deals:
        notes.append(
            text(
                "{count} won by people without a team are not ranked.",
                count=board.contest.without_team.achievement.deals,
            )
        )
    if board.params.metric == "attainment" and board.contest.rule is Rule.PLAN:
        notes.append(text("In {currency} at the plan rate.", currency=board.contest.currency))
    if board.params.metric == "attainment" and board.contest.rule is Rule.BOOKING:
        notes.append(
            text(
                "In {currency}, won at the rate of the booking date: there is no plan rate for every currency.",
                currency=board.contest.currency,
            )
        )
    if shown and len(shown) > board.params.top:
        notes.append(text("More than {top} are shown: the last ones are tied.", top=board.params.top))
    return tuple(notes)


def _actions(board: Leaderboard) -> tuple[Action, ...]:
    params = board.params
    if not board.board and board.last is not None:
        show = Invocation.of("leaderboard", params.model_dump(exclude_defaults=True) | {"period": board.last.label})
        return (Action(label=text("Show {period}", period=period_name(board.last)), invocation=show),)
    other: Metric = "attainment" if params.metric != "attainment" else "booked"
    label = text("By attainment") if other == "attainment" else text("By amount won")
    switched = Invocation.of(
        "leaderboard", params.model_dump(exclude_defaults=True) | {"metric": other, "period": board.period_words}
    )
    mine = Invocation.of("quota", owner="me", period=board.period_words)
    return (
        Action(label=text("My quota"), invocation=mine),
        Action(label=label, invocation=switched),
    )


SKILL = Skill(
    name="leaderboard",
    summary=text("Who is ahead: people or teams by what they won, attainment or deals"),
    params=LeaderboardParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("board", "ranking", "top", "rank"),
    examples=(
        Example("leaderboard", LeaderboardParams()),
        Example("top 5 reps Q3 2017", LeaderboardParams(top=5, period="Q3 2017")),
        Example("who is winning this month", LeaderboardParams(period="this month")),
        Example("who's behind on quota", LeaderboardParams(metric="attainment")),
        Example("rank the teams by attainment", LeaderboardParams(metric="attainment", by="team")),
        Example("who sold the most last quarter", LeaderboardParams(period="last quarter")),
        Example("best 3 sellers of the year", LeaderboardParams(top=3, period="this year")),
        Example("which team is ahead", LeaderboardParams(by="team")),
        Example("ranking for EMEA", LeaderboardParams(team="EMEA")),
        Example("most deals closed in october", LeaderboardParams(metric="deals", period="october")),
        Example("team vs team this quarter", LeaderboardParams(by="team", period="this quarter")),
        Example("top ten by number of deals", LeaderboardParams(top=10, metric="deals")),
        Example("show me the standings", LeaderboardParams()),
        Example("who has the highest attainment ytd", LeaderboardParams(metric="attainment", period="ytd")),
        Example("业绩排名", LeaderboardParams()),
        Example("本月销售排行榜", LeaderboardParams(period="本月")),
        Example("上季度前五名", LeaderboardParams(top=5, period="上季度")),
        Example("谁的完成率最高", LeaderboardParams(metric="attainment")),
        Example("各团队排名", LeaderboardParams(by="team")),
    ),
)
