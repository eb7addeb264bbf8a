"""Where somebody stands against their quota: attainment, gap, and pace by working days."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from pydantic import Field

from skills.achievements import Achievement, Achievements, Rule, count_achievements
from skills.answer import Action, Answer, Block, Column, Fact, Facts, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope, records_of
from skills.errors import NotAllowed
from skills.figure import Figure
from skills.measures.attainment import attainment, gap, over_assignment
from skills.measures.calendar import Grain, Period
from skills.measures.pacing import Pace, pace
from skills.population import Population, find_period, find_population, period_words
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import no_rate, period_name, period_note
from skills.working_days import Calendars, get_region, list_team_regions
from store.money import Money

SHOWN = 30

CREDITED = text("Amounts of the opportunities won, by booking date, each credited in full to its owner.")
EFFECTIVE = text(
    "Sum of the monthly quotas (highest version of each); a month counts by the working days that somebody was there."
)
ATTAINMENT = text("Credited bookings divided by effective quota; for a team, sums of both.")
GAP = text("Effective quota minus credited bookings.")
PACE = text(
    "Credited bookings divided by quota × completed working days ÷ working days (even pace; today not counted)."
)
EXPECTED = text("Quota × completed working days ÷ working days (even pace; today not counted).")
REQUIRED = text("What is missing to the quota, divided by the remaining working days with today.")


class QuotaParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose quota; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's quota").template)
    period: str | None = Field(default=None, description=text("which period; this quarter when left out").template)


@dataclass(frozen=True)
class Member:
    name: str
    achievement: Achievement


@dataclass(frozen=True)
class QuotaStanding:
    """Credited bookings beside quota. Amounts are exact, in minor units of `achievements.currency`."""

    population: Population
    is_mine: bool
    period: Period
    period_words: str
    as_of: dt.datetime
    today: dt.date
    achievements: Achievements
    total: Achievement
    whole: Fraction | None
    """The team's own quota, which its people's quotas are compared with."""
    pace: Pace
    members: tuple[Member, ...]
    params: QuotaParams

    def money(self, minor: Fraction) -> Money:
        return self.achievements.money(minor)


def run(context: SkillContext, params: QuotaParams) -> QuotaStanding:
    period = find_period(context, params.period, Grain.QUARTER)
    population = find_population(context, params.owner, params.team)
    if population.is_partial:
        raise NotAllowed(
            text("Not everyone here may see all of those figures ({whose}).", whose=population.label),
            text("Ask me in a direct message."),
        )
    achievements = count_achievements(context, population.scope, period)
    total = achievements.total(list(achievements.by_person))
    whole = _whole(population, achievements)
    if not total.has_quota and whole is not None:
        # A team that only has a quota as such is measured by that.
        total.quota, total.has_quota = whole, True
    region = get_region(list_team_regions(context.session), population.person) if population.person else ""
    if population.team is not None:
        region = population.team.region
    days = Calendars(context, period.start, period.end).of(region)
    members = [
        Member(achievements.people[person_id].name, achievement)
        for person_id, achievement in achievements.by_person.items()
        if person_id in achievements.people
    ]
    return QuotaStanding(
        population=population,
        is_mine=population.person is not None and population.person.id == context.actor.id,
        period=period,
        period_words=period_words(context, period),
        as_of=context.now,
        today=context.today,
        achievements=achievements,
        total=total,
        whole=whole,
        pace=pace(days, period.start, period.end, context.today),
        members=tuple(sorted(members, key=_by_attainment)),
        params=params,
    )


def _whole(population: Population, achievements: Achievements) -> Fraction | None:
    if population.team is not None:
        return achievements.by_team.get(population.team.id or 0)
    if population.person is not None and not population.is_single:
        person = population.person
        own = achievements.by_manager.get(person.id or 0)
        return own if own is not None else achievements.by_team.get(person.team_id or 0)
    return None


def _by_attainment(member: Member) -> tuple[bool, Fraction, str]:
    ratio = member.achievement.attainment
    return ratio is None, -(ratio or Fraction(0)), member.name.casefold()


def present(standing: QuotaStanding) -> Answer:
    warnings = _warnings(standing)
    return Answer(
        headline=_headline(standing),
        blocks=_blocks(standing),
        figures=_figures(standing, warnings),
        actions=_actions(standing),
        notes=(
            *warnings,
            *_rules(standing),
            *standing.population.notes,
            period_note(standing.period, standing.population.label),
        ),
    )


def _reason(standing: QuotaStanding) -> Text | None:
    """Why attainment has no value; None when it has one."""
    total, label = standing.total, period_name(standing.period)
    if total.missing:
        return no_rate(total.missing)
    if not total.has_quota:
        if standing.is_mine and standing.population.is_single:
            return text("no quota is set for you in {period}", period=label)
        return text("no quota is set for {whose} in {period}", whose=standing.population.label, period=label)
    if total.quota <= 0:
        return text("the quota for {period} is zero", period=label)
    return None


def _headline(standing: QuotaStanding) -> Text:
    total, period = standing.total, period_name(standing.period)
    reason = _reason(standing)
    whose = standing.population.label
    ratio = total.attainment
    if total.missing:
        return text("Attainment for {period} has no value: {reason}.", period=period, reason=reason or "")
    won = standing.money(total.credited)
    if ratio is None:
        return text(
            "Attainment for {period} has no value: {reason}. Won so far: **{won}**.",
            period=period,
            reason=reason or "",
            won=won,
        )
    quota = standing.money(total.quota)
    if standing.is_mine and standing.population.is_single:
        return text(
            "You are at **{share}** of your quota for {period}: {won} of {quota}.",
            share=ratio,
            period=period,
            won=won,
            quota=quota,
        )
    return text(
        "**{share}** of quota for {period}: {won} of {quota} ({whose}).",
        whose=whose,
        share=ratio,
        period=period,
        won=won,
        quota=quota,
    )


def _figures(standing: QuotaStanding, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    total, currency = standing.total, standing.achievements.currency
    envelope = Envelope(
        standing.as_of,
        standing.period,
        records_of(standing.population.scope, "won", standing.period.start, standing.period.end),
        (standing.population.label,),
        warnings,
    )
    reason = _reason(standing)
    credited = None if total.missing else standing.money(total.credited)
    quota = None if total.missing or not total.has_quota else standing.money(total.quota)
    missing = None if quota is None else standing.money(gap(total.credited, total.quota))
    figures = [
        envelope.ratio(
            "attainment", text("Attainment"), ATTAINMENT, total.attainment, reason=reason, count=total.deals
        ),
        envelope.money(
            "credited", text("Won"), CREDITED, credited, currency=currency, reason=reason, count=total.deals
        ),
        envelope.money("effective_quota", text("Quota"), EFFECTIVE, quota, currency=currency, reason=reason),
        envelope.money("gap", text("Gap"), GAP, missing, currency=currency, reason=reason),
    ]
    if quota is None or not _is_running(standing):
        return tuple(figures)
    early = text("no working day of the period has ended yet")
    over = text("no working day remains")
    expected = standing.pace.expected(total.quota)
    required = standing.pace.required(total.credited, total.quota)
    index = standing.pace.index(total.credited, total.quota)
    return (
        *figures,
        envelope.ratio("pace", text("Pace"), PACE, index, reason=early),
        envelope.money(
            "expected",
            text("Expected by now"),
            EXPECTED,
            None if expected is None else standing.money(expected),
            currency=currency,
            reason=text("the period has no working days"),
        ),
        envelope.money(
            "required",
            text("Needed per working day"),
            REQUIRED,
            None if required is None else standing.money(required),
            currency=currency,
            reason=over,
        ),
    )


def _is_running(standing: QuotaStanding) -> bool:
    return standing.today in standing.period


def _blocks(standing: QuotaStanding) -> tuple[Block, ...]:
    total = standing.total
    if total.missing or not total.has_quota:
        return _members(standing)
    ahead = total.credited - total.quota
    facts = [
        Fact(label=text("Won"), value=text("{it}", it=standing.money(total.credited))),
        Fact(label=text("Quota"), value=text("{it}", it=standing.money(total.quota))),
        Fact(label=text("Above quota"), value=text("{it}", it=standing.money(ahead)))
        if ahead >= 0
        else Fact(label=text("To go"), value=text("{it}", it=standing.money(-ahead))),
    ]
    if _is_running(standing):
        facts += _pace_facts(standing)
    over = over_assignment(total.quota, standing.whole) if standing.whole and standing.members else None
    if over is not None and standing.whole is not None and total.quota != standing.whole:
        facts += _whole_facts(standing, standing.whole, over)
    return (Facts(facts=tuple(facts)), *_members(standing))


def _pace_facts(standing: QuotaStanding) -> list[Fact]:
    total, now = standing.total, standing.pace
    done, days = now.completed, now.completed + now.remaining
    facts = [Fact(label=text("Working days"), value=text("{done} of {days} done", done=done, days=days))]
    index, expected = now.index(total.credited, total.quota), now.expected(total.quota)
    if index is not None and expected is not None:
        facts.append(
            Fact(
                label=text("Pace"),
                value=text("{index} of the {expected} due by now", index=index, expected=standing.money(expected)),
            )
        )
    required = now.required(total.credited, total.quota)
    if required:
        facts.append(
            Fact(
                label=text("Needed per working day"),
                value=text("{amount} on each of {days}", amount=standing.money(required), days=now.remaining),
            )
        )
    return facts


def _whole_facts(standing: QuotaStanding, whole: Fraction, over: Fraction) -> list[Fact]:
    against = attainment(standing.total.credited, whole)
    more, less = text("{share} more than that", share=over), text("{share} less than that", share=-over)
    return [
        Fact(
            label=text("Team quota"),
            value=text("{quota} ({share} reached)", quota=standing.money(whole), share=against or Fraction(0)),
        ),
        Fact(label=text("Handed out to people"), value=more if over >= 0 else less),
    ]


def _members(standing: QuotaStanding) -> tuple[Table, ...]:
    if standing.population.is_single or len(standing.members) < 2:
        return ()
    rows: list[tuple[AnyValue, ...]] = []
    for member in standing.members[:SHOWN]:
        one = member.achievement
        name = text("{name} (ramping)", name=member.name) if one.ramping else verbatim(member.name)
        if one.missing:
            rows.append((name, text("no rate"), text("no rate"), text("no value")))
            continue
        rows.append(
            (
                name,
                value(standing.money(one.credited)),
                value(standing.money(one.quota)) if one.has_quota else text("no quota"),
                text("no value") if one.attainment is None else value(one.attainment),
            )
        )
    if len(standing.members) > SHOWN:
        rows.append((text("and {count} more", count=len(standing.members) - SHOWN), value(""), value(""), value("")))
    return (
        Table(
            title=text("Quota by person"),
            columns=(
                Column(label=text("Rep")),
                Column(label=text("Won"), numeric=True),
                Column(label=text("Quota"), numeric=True),
                Column(label=text("Attainment"), numeric=True),
            ),
            rows=tuple(rows),
        ),
    )


def _warnings(standing: QuotaStanding) -> tuple[Text, ...]:
    unset = sum(not member.achievement.has_quota for member in standing.members)
    if standing.population.is_single or not standing.total.has_quota or not unset:
        return ()
    if unset == 1:
        return (text("One of them has no quota; what they won is counted."),)
    return (text("{count} of them have no quota; what they won is counted.", count=unset),)


def _rules(standing: QuotaStanding) -> tuple[Text, ...]:
    currency = standing.achievements.currency
    if standing.achievements.rule is Rule.PLAN:
        return (text("In {currency} at the plan rate.", currency=currency),)
    if standing.achievements.rule is Rule.BOOKING:
        return (
            text(
                "In {currency}: there is no plan rate for every currency, so what was won is at the rate of its "
                "booking date and quotas at the rate of their month.",
                currency=currency,
            ),
        )
    return ()


def _actions(standing: QuotaStanding) -> tuple[Action, ...]:
    whose = {"owner": standing.params.owner, "team": standing.params.team}
    open_ones = Invocation.of("pipeline", {**whose, "period": standing.period_words})
    actions = []
    if _is_running(standing) or standing.period.start > standing.today:
        actions.append(Action(label=text("What can still close"), invocation=open_ones))
    won = Invocation.of(
        "booked", {**whose, "owner": standing.params.owner or _me(standing)}, period=standing.period_words
    )
    actions.append(Action(label=text("What was won"), invocation=won))
    board = Invocation.of("leaderboard", period=standing.period_words, metric="attainment")
    actions.append(Action(label=text("Leaderboard"), invocation=board))
    return tuple(actions)


def _me(standing: QuotaStanding) -> str | None:
    return "me" if standing.is_mine else None


SKILL = Skill(
    name="quota",
    summary=text("Attainment of a quota, the gap and the pace"),
    params=QuotaParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("attainment", "target", "number"),
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
    ),
)
