"""What a manager should know of a team today: what is out of the ordinary, and what is new. Praise is found first.

Wins and deals may be told wherever everybody may see them. What concerns people (pace, calls, quotas, leave, what they
have learnt) is told to the manager alone.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.achievements import count_achievements
from skills.answer import Action, Invocation
from skills.calls import get_calls, list_heads
from skills.contract import SkillContext
from skills.digests import Notice, heaviest
from skills.errors import SkillError
from skills.flags import described, mend_for
from skills.measures.calendar import Grain, Period
from skills.measures.pacing import pace
from skills.measures.risk import Finding, Rule
from skills.onboarding import get_progress, is_on_path, shares_progress
from skills.pipeline_changes import PipelineChanges, amount_of, get_changes, said
from skills.population import Population, period_words
from skills.references import reference
from skills.standing import list_judged
from skills.text import text
from skills.wording import enumeration, period_name
from skills.working_days import Calendars
from store.calendar import list_leaves
from store.history import Span
from store.models import Category, Level, Metric, Person
from store.money import Money, exponent
from store.people import list_people
from store.pipeline_changes import Changed, Kind
from store.quotas import list_revised
from store.scope import Scope

CHANGED = 100
"""Changed opportunities that are looked at, the largest of them."""
BIG = Fraction(1, 10)
"""A deal is big when it is at least this part of everything that is open, or ..."""
FEW = 20
"""... one of the so many largest."""
BEHIND = Fraction(4, 5)
"""Somebody is off pace below this part of what is due by now ..."""
WORSE = Fraction(1, 20)
"""... when that is so much less than a week ago."""
WEEK = dt.timedelta(days=7)
AWAY_AHEAD = 1
GRAVE = (Rule.OVERDUE, Rule.PUSHED, Rule.IMPLAUSIBLE, Rule.GHOSTED, Rule.STAGE_BACK, Rule.AMOUNT_DROP, Rule.STALLED)
"""Warnings of a big deal that a manager asks about; the others are its owner's to mend."""


@dataclass(frozen=True)
class Watch:
    """Whom it is about, and since the beginning of which day."""

    context: SkillContext
    population: Population
    since: dt.date

    @property
    def scope(self) -> Scope:
        return self.population.scope

    @property
    def quarter(self) -> Period:
        return self.context.calendar.containing(Grain.QUARTER, self.context.today)

    def get_changes(self) -> PipelineChanges:
        span = Span(self.since - dt.timedelta(days=1), self.context.today)
        return get_changes(self.context, self.scope, span, shown=CHANGED)

    def weight(self, minor: int | None, currency: str) -> Fraction:
        """Units of the organisation's currency; nothing where there is no amount or no rate."""
        if not minor:
            return Fraction(0)
        context = self.context
        exact = context.rates.exact(Money(minor, currency), context.today, context.organisation.open_rates)
        return Fraction(0) if exact is None else exact / 10 ** exponent(context.rates.currency)


# --- deals


def list_praise(watch: Watch, changes: PipelineChanges) -> list[Notice]:
    """What was won, and then the best moves forward."""
    won = [_won(watch, changes, row) for row in changes.listed if Kind.WON in row.kinds]
    moved = [
        _moved(watch, changes, row)
        for row in changes.listed
        if Kind.FORWARD in row.kinds and not {Kind.WON, Kind.LOST} & set(row.kinds)
    ]
    return [*heaviest(won), *heaviest(moved)]


def list_setbacks(watch: Watch, changes: PipelineChanges) -> list[Notice]:
    """What was lost or pushed to a later quarter."""
    found = []
    for row in changes.listed:
        for kind in (Kind.LOST, Kind.PUSHED):
            if kind in row.kinds and not (kind is Kind.PUSHED and Kind.WON in row.kinds):
                what = text(
                    "**{name}** ({amount}, {owner}): {what}.",
                    name=row.name,
                    amount=amount_of(row.held),
                    owner=changes.people.get(row.owner_id, "–"),
                    what=said(changes, row, kind),
                )
                until = row.now.expected_close if row.now else None
                key = f"{kind.value}:{row.opportunity_id}:{until if kind is Kind.PUSHED else ''}"
                found.append(Notice(what, action=_open(row), weight=_weight(watch, row), key=key))
    return found


def list_at_risk(watch: Watch) -> list[Notice]:
    """Big open deals with a grave warning, the gravest warning of each."""
    largest: list[tuple[Fraction, int, str, str, Finding, Money | None]] = []
    whole = Fraction(0)
    for judged in list_judged(watch.context, watch.scope):
        row, units = judged.row, judged.units or Fraction(0)
        whole += units
        grave = [finding for finding in judged.findings if finding.rule in GRAVE]
        if grave and units:
            first = min(grave, key=lambda finding: GRAVE.index(finding.rule))
            money = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
            largest.append((units, row.id, row.name, row.owner, first, money))
            largest.sort(key=lambda one: (-one[0], one[1]))
            del largest[FEW:]
    return [
        Notice(
            text("**{name}** ({amount}, {owner}):", name=name, amount=money or "–", owner=owner),
            described(finding),
            action=mend_for(finding, number, name),
            weight=units,
            key=f"risk:{number}:{finding.rule.value}",
        )
        for units, number, name, owner, finding, money in largest
        if units >= whole * BIG
    ]


def _won(watch: Watch, changes: PipelineChanges, row: Changed) -> Notice:
    what = text(
        "**{owner}** won **{name}**: {amount}.",
        owner=changes.people.get(row.owner_id, "–"),
        name=row.name,
        amount=amount_of(row.held),
    )
    return Notice(what, action=_open(row), weight=_weight(watch, row), key=f"won:{row.opportunity_id}")


def _moved(watch: Watch, changes: PipelineChanges, row: Changed) -> Notice:
    what = text(
        "**{owner}** moved **{name}** ({amount}) forward: {what}.",
        owner=changes.people.get(row.owner_id, "–"),
        name=row.name,
        amount=amount_of(row.held),
        what=said(changes, row, Kind.FORWARD),
    )
    stage = row.now.stage_id if row.now else 0
    return Notice(
        what, action=_open(row), weight=_weight(watch, row), key=f"forward:{row.opportunity_id}:{stage}"
    )  # fmt: skip


def _weight(watch: Watch, row: Changed) -> Fraction:
    held = row.held
    return Fraction(0) if held is None else watch.weight(held.amount_minor, held.currency)


def _open(row: Changed) -> Action:
    named = reference("opportunity", row.opportunity_id)
    label = text("Open {name}", name=row.account or row.name)
    return Action(label=label, invocation=Invocation.of("opportunity", opportunity=named))


# --- people


def list_off_pace(watch: Watch) -> Iterator[Notice]:
    """Whoever is behind the even pace of the quarter, and further behind than a week ago."""
    context, period = watch.context, watch.quarter
    then = context.today - WEEK
    if then <= period.start:
        return
    now = count_achievements(context, watch.scope, period, Metric.BOOKED, Level.TARGET)
    earlier = Period(start=period.start, end=then, label=f"{period.start} – {then}")
    before = count_achievements(context, watch.scope, earlier, Metric.BOOKED, Level.TARGET)
    calendars = Calendars(context, period.start, period.end, watch.scope)
    for person_id, one in now.by_person.items():
        person, past = now.people.get(person_id), before.by_person.get(person_id)
        if person is None or not one.has_quota or one.missing or one.is_small or not person.is_active(context.today):
            continue
        if past is not None and past.missing:
            continue
        start = max(period.start, person.active_from or period.start)
        days = calendars.of_person(person)
        at = pace(days, start, period.end, context.today).index(one.credited, one.quota)
        credited = past.credited if past is not None else Fraction(0)
        was = pace(days, start, period.end, then).index(credited, one.quota)
        if at is None or was is None or at >= BEHIND or at > was - WORSE:
            continue
        week = context.calendar.containing(Grain.WEEK, context.today).start
        yield Notice(
            text(
                "**{who}** is at {at} of what is due by now in {period} (a week ago: {was}).",
                who=person.name, at=at, period=period_name(period), was=was,
            ),
            action=Action(
                label=text("Quota: {who}", who=person.name),
                invocation=Invocation.of(
                    "quota", owner=reference("person", person_id), period=period_words(context, period)
                ),
            ),
            weight=watch.weight(int(one.quota - one.credited), now.currency or context.rates.currency),
            key=f"pace:{person_id}:{week}",
        )  # fmt: skip


def list_missing_calls(watch: Watch) -> Iterator[Notice]:
    """Everybody with something due this quarter who has not called it yet, in one notice."""
    context, period = watch.context, watch.quarter
    missing = list_uncalled(context, watch.scope, period)
    if not missing:
        return
    words = period_words(context, period)
    asked = {"owner": reference("person", watch.population.person.id)} if watch.population.person else {}
    if watch.population.team is not None:
        asked = {"team": reference("team", watch.population.team.id)}
    names = [person.name for person in missing]
    yield Notice(
        text("No call for {period} yet: {who}.", period=period_name(period), who=enumeration(names)),
        action=Action(label=text("Forecast"), invocation=Invocation.of("forecast", asked, period=words)),
        key=f"calls:{period.start}:{','.join(str(person.id) for person in missing)}",
    )


def list_uncalled(context: SkillContext, scope: Scope, period: Period) -> Sequence[Person]:
    """Active people with a quota in the period, nobody below them and no call of their own, by name."""
    achievements = count_achievements(context, scope, period, Metric.BOOKED, Level.TARGET)
    calls = get_calls(context, scope, period)
    people = {person.id: person for person in list_people(context.session, scope) if person.id is not None}
    heads = list_heads(people.values())
    asked = {number for number, one in achievements.by_person.items() if one.has_quota and number not in heads}
    return sorted(
        (
            people[number]
            for number in asked
            if number in people
            and people[number].is_active(context.today)
            and calls.newest(number, Category.COMMIT) is None
        ),
        key=lambda person: person.name.casefold(),
    )


def list_certifiable(watch: Watch) -> Iterator[Notice]:
    """New people who report to the asker, share their progress, and wait for nothing but to be certified."""
    context = watch.context
    for person in list_people(context.session, watch.scope, active_on=context.today):
        is_shared = person.manager_id == context.actor.id and shares_progress(context, person)
        if not is_shared or not is_on_path(context, person):
            continue
        try:
            ready = get_progress(context, person).certifiable
        except SkillError:
            # There is no path for them, or no playbook: then there is nothing to certify.
            continue
        if ready is None:
            continue
        step = ready.step.name
        yield Notice(
            text("**{who}** is ready for certification: {step}.", who=person.name, step=step)
            if ready.due_on is None
            else text(
                "**{who}** is ready for certification: {step}, by {day}.", who=person.name, step=step, day=ready.due_on
            ),
            action=Action(
                label=text("Certify: {who}", who=person.name),
                invocation=Invocation.of("step", step=step, owner=reference("person", person.id)),
            ),
            key=f"certify:{person.id}:{person.active_from}:{step}",
        )


def list_revised_quotas(watch: Watch) -> Iterator[Notice]:
    """Quotas that were changed since, one notice for each person."""
    context = watch.context
    zone = ZoneInfo(context.organisation.zone)
    moment = dt.datetime.combine(watch.since, dt.time(), zone).astimezone(dt.UTC)
    names = _names(context, watch.scope)
    for person_id, (count, reason, last) in list_revised(context.session, watch.scope, moment).items():
        who = names.get(person_id, "–")
        what = (
            text("The target of **{who}** was changed for one month.", who=who)
            if count == 1
            else text("The targets of **{who}** were changed for {count} months.", who=who, count=count)
        )
        yield Notice(
            what,
            text("Reason: {reason}.", reason=reason) if reason else None,
            action=Action(
                label=text("Quota: {who}", who=who),
                invocation=Invocation.of("quota", owner=reference("person", person_id)),
            ),
            key=f"quota:{person_id}:{last.isoformat()}",
        )


def list_absences(watch: Watch) -> Iterator[Notice]:
    """Who goes on leave today or tomorrow, and who is back since."""
    context, today = watch.context, watch.context.today
    names = _names(context, watch.scope)
    soon = today + dt.timedelta(days=AWAY_AHEAD)
    for leave in list_leaves(context.session, watch.scope, watch.since - dt.timedelta(days=1), soon):
        who = names.get(leave.person_id)
        if who is None:
            continue
        pipeline = Action(
            label=text("Pipeline: {who}", who=who),
            invocation=Invocation.of("pipeline", owner=reference("person", leave.person_id)),
        )
        if leave.last_day < today:
            yield Notice(text("**{who}** is back.", who=who), action=pipeline, key=f"back:{leave.id}")
        elif leave.first_day >= watch.since:
            what = text("**{who}** is away until {day}.", who=who, day=leave.last_day)
            yield Notice(what, action=pipeline, key=f"away:{leave.id}:{leave.last_day}")


def _names(context: SkillContext, scope: Scope) -> Mapping[int, str]:
    people = list_people(context.session, scope, active_on=context.today)
    return {person.id: person.name for person in people if person.id is not None}
