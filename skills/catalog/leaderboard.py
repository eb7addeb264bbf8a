"""Who is ahead: people or teams by what they won, by attainment, and by other measures."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from skills.board import Leaderboard
from skills.board_answer import present
from skills.contest import BoardMetric, Contest, Entrant, get_contest
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.figure import RecordFilter
from skills.measures.calendar import Grain, Period
from skills.measures.ranking import Ranked, ranked, top
from skills.population import Population, find_company_population, find_period, period_words
from skills.posted import Correction, PostedBoard, board_key, get_posted, list_corrections, to_keep
from skills.records import credited_records
from skills.text import text
from store.models import Role, Source
from store.opportunities import get_last_booking_day
from store.scope import Scope

TOP = 10


class LeaderboardParams(SkillParams):
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)
    top: int = Field(default=TOP, ge=1, le=100, description=text("how many places, 10 when left out").template)
    team: str | None = Field(default=None, description=text("only the people of this team").template)
    metric: BoardMetric = Field(
        default="booked",
        description=text(
            "booked, attainment, deals, margin, collected, pipeline_created, units, new_accounts, activities or "
            "improved (against the period before)"
        ).template,
    )
    by: Literal["rep", "team"] = Field(default="rep", description=text("rep or team").template)


def run(context: SkillContext, params: LeaderboardParams) -> Leaderboard:
    period = find_period(context, params.period, Grain.QUARTER)
    population = find_company_population(context, None, params.team)
    contest = get_contest(context, population.scope, period, params.metric, params.by)
    entrants = [one for one in contest.entrants.values() if _is_named(context, one)]
    board = ranked((one, one.name, one.score(params.metric)) for one in entrants if not one.apart)
    shown = top(board, _places(context, params, len(board)))
    mine = context.person().team_id if params.by == "team" else context.actor.id
    own = contest.entrants.get(mine or 0)
    last = get_last_booking_day(context.session, population.scope, before=period.start) if not board else None
    key = board_key(context, params.metric, params.by, _whose(population), period)
    before = get_posted(context, key)
    return Leaderboard(
        metric=params.metric,
        by=params.by,
        asked=params.model_dump(exclude_defaults=True),
        population=population,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        contest=contest,
        board=board,
        shown=shown,
        top=params.top,
        apart=tuple(sorted((one for one in entrants if one.apart), key=lambda one: one.name)),
        hidden=len(contest.entrants) - len(entrants),
        own=next((place for place in board if place.item is own), None),
        own_apart=own if own and own.apart else None,
        expects_own=params.by == "rep"
        and params.metric in ("booked", "deals")
        and context.actor.role is Role.REP
        and population.scope.allows(context.actor.id),
        is_private=context.audience.is_private,
        last=context.calendar.containing(Grain.QUARTER, last) if last else None,
        records=_records(context, contest, shown, period, params),
        posted=before,
        corrected=_corrected(context, population, params, key, period, board),
        kept=_kept(context, key, period, params, contest, board),
    )


def _is_named(context: SkillContext, entrant: Entrant) -> bool:
    """Whoever chose not to be shown to others is shown to nobody but themselves."""
    return not entrant.is_hidden or (context.audience.is_private and entrant.id == context.actor.id)


def _places(context: SkillContext, params: LeaderboardParams, count: int) -> int:
    """Where others read along, people of the lower half are not named: nobody is put on show for being last."""
    if context.audience.is_private or params.by == "team":
        return params.top
    return min(params.top, -(-count // 2))


def _whose(population: Population) -> str:
    if population.team is not None:
        return f"team:{population.team.id}"
    return f"region:{population.region}" if population.region else "company"


def _records(
    context: SkillContext,
    contest: Contest,
    shown: Sequence[Ranked[Entrant]],
    period: Period,
    params: LeaderboardParams,
) -> Mapping[int, RecordFilter]:
    """What finds the opportunities of each of those who are shown; none where the measure is not made of them."""
    if params.metric in ("collected", "new_accounts", "activities"):
        return {}
    found = {}
    for place in shown:
        entrant = place.item
        scope = Scope.of(entrant.people)
        if params.metric == "pipeline_created":
            owners = tuple(sorted(entrant.people))
            found[entrant.id] = RecordFilter(owner_ids=owners, by="opened_on", start=period.start, end=period.end)
        else:
            now = contest.compared[0] if contest.compared else period
            found[entrant.id] = credited_records(context, scope, now, crosses=entrant.has_splits)
    return found


def _corrected(
    context: SkillContext,
    population: Population,
    params: LeaderboardParams,
    key: str,
    period: Period,
    board: Sequence[Ranked[Entrant]],
) -> tuple[PostedBoard, Mapping[int, Entrant], Sequence[Correction]] | None:
    """What has changed since a board of a period that had ended was posted: of this period, or else of the last one."""
    if context.source is not Source.SCHEDULE:
        return None
    posted = get_posted(context, key, period) or get_posted(context, key)
    if posted is None or not posted.is_final:
        return None
    if (posted.start, posted.end) == (period.start, period.end):
        entrants = {place.item.id: place.item for place in board}
    else:
        contest = get_contest(context, population.scope, posted.period, params.metric, params.by)
        entrants = {one.id: one for one in contest.entrants.values() if _is_named(context, one) and not one.apart}
    values = {one.id: one.score(params.metric) for one in entrants.values()}
    places = _places(context, params, len(values))
    return posted, entrants, list_corrections(posted, values, places)


def _kept(
    context: SkillContext,
    key: str,
    period: Period,
    params: LeaderboardParams,
    contest: Contest,
    board: Sequence[Ranked[Entrant]],
) -> str:
    if context.source is not Source.SCHEDULE:
        return ""
    currency = None if params.metric in ("attainment", "deals") else contest.unit.currency
    places = [(place.item.id, place.place, place.value) for place in board]
    return to_keep(key, period, params.metric, currency, context.today, places)


SKILL = Skill(
    name="leaderboard",
    summary=text("Who is ahead: people or teams by what they won, attainment, margin and more"),
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
        Example("who improved the most this month", LeaderboardParams(metric="improved", period="this month")),
        Example("leaderboard by margin", LeaderboardParams(metric="margin")),
        Example(
            "who brought in the most new customers this year",
            LeaderboardParams(metric="new_accounts", period="this year"),
        ),
        Example(
            "rank reps by pipeline created this month",
            LeaderboardParams(metric="pipeline_created", period="this month"),
        ),
        Example("who collected the most last quarter", LeaderboardParams(metric="collected", period="last quarter")),
        Example("谁进步最大", LeaderboardParams(metric="improved")),
        Example("本季度毛利排名", LeaderboardParams(metric="margin", period="本季度")),
        Example("本月回款排行榜", LeaderboardParams(metric="collected", period="本月")),
    ),
)
