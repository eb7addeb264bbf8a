"""What changed since a day: which opportunities, how, by how much, and who did it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Block, Column, Invocation, Subject, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope
from skills.errors import Impossible, SkillError, Unclear
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Period
from skills.permissions import check_shown
from skills.pipeline_changes import LABELS, PipelineChanges, amount_of, get_changes, said
from skills.population import Population, find_population, period_words
from skills.references import Resolved, find_account, find_opportunity, read_period, reference
from skills.text import AnyValue, Moment, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_name
from store.history import Span, get_first_day
from store.models import Account, Opportunity, RateKind
from store.pipeline_changes import Changed, Kind
from store.scope import Scope

SHOWN = 20
"""Opportunities listed; the rest is counted."""
USUAL = "last 7 days"

SUMMARY: Mapping[Kind, str] = {
    Kind.CREATED: text("{count} new", count=0).template,
    Kind.WON: text("{count} won", count=0).template,
    Kind.LOST: text("{count} lost", count=0).template,
    Kind.REOPENED: text("{count} reopened", count=0).template,
    Kind.FORWARD: text("{count} moved forward", count=0).template,
    Kind.BACK: text("{count} moved back", count=0).template,
    Kind.PUSHED: text("{count} pushed", count=0).template,
    Kind.PULLED: text("{count} pulled in", count=0).template,
    Kind.RAISED: text("{count} with a larger amount", count=0).template,
    Kind.LOWERED: text("{count} with a smaller amount", count=0).template,
    Kind.HANDED: text("{count} with another owner", count=0).template,
}
CHANGED = text("Opportunities that are not as they were at the beginning. What was taken back in between is no change.")
OF_KIND = text("Sum of the amounts of the opportunities that changed in this way between the two days.")
BY_HOW_MUCH = text("By how much the amounts changed in this way between the two days.")


class ChangesParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    opportunity: str | None = Field(
        default=None, description=text("only this opportunity, or those of this account").template
    )
    period: str | None = Field(
        default=None,
        description=text("since when, such as since Friday or this week; the last 7 days when left out").template,
    )


@dataclass(frozen=True)
class Changes:
    whose: Text
    is_single: bool
    notes: tuple[Text, ...]
    subject: Subject | None
    period: Period
    period_words: str
    span: Span
    as_of: dt.datetime
    today: dt.date
    zone: str
    digest: PipelineChanges
    currency: str
    rates: str
    begins: dt.date | None
    params: ChangesParams


@dataclass(frozen=True)
class _Asked:
    """Whose changes are asked for, and of what."""

    scope: Scope
    label: Text
    is_single: bool
    notes: tuple[Text, ...] = ()
    opportunity: Opportunity | None = None
    account: Account | None = None


def run(context: SkillContext, params: ChangesParams) -> Changes:
    asked = _asked(context, params)
    period = read_period(params.period or USUAL, context.today, context.calendar)
    if period.start > context.today:
        raise Impossible(
            text("{period} has not begun yet.", period=period_name(period)),
            text("Ask what has happened since a day, such as since Monday."),
        )
    session, scope = context.session, asked.scope
    span = Span(period.start - dt.timedelta(days=1), min(period.last_day, context.today))
    digest = get_changes(
        context,
        scope,
        span,
        shown=context.listed(SHOWN),
        opportunity_id=asked.opportunity.id if asked.opportunity else None,
        account_id=asked.account.id if asked.account else None,
    )
    first = get_first_day(session)
    return Changes(
        whose=asked.label,
        is_single=asked.is_single,
        notes=asked.notes,
        subject=_subject(asked),
        period=period,
        period_words=period_words(context, period),
        span=span,
        as_of=context.now,
        today=context.today,
        zone=context.actor.zone,
        digest=digest,
        currency=context.rates.currency,
        rates=context.organisation.open_rates,
        begins=first if first is not None and first > span.opening else None,
        params=params,
    )


def _asked(context: SkillContext, params: ChangesParams) -> _Asked:
    if not params.opportunity:
        population = find_population(context, params.owner, params.team)
        return _Asked(population.scope, population.label, population.is_single, population.notes)
    population = _within(context, params)
    try:
        found = find_opportunity(context, params.opportunity)
    except Unclear as unclear:
        account = _account(context, params.opportunity)
        if account is None:
            raise unclear
        notes = (*population.notes, *((account.doubt,) if account.doubt else ()))
        return _Asked(population.scope, verbatim(account.value.name), False, notes, account=account.value)
    check_shown(context, found.value)
    notes = (*population.notes, *((found.doubt,) if found.doubt else ()))
    return _Asked(population.scope, verbatim(found.value.name), True, notes, opportunity=found.value)


def _within(context: SkillContext, params: ChangesParams) -> Population:
    """Whose: of one opportunity or account, everybody's whom the asker may see unless somebody is named."""
    if params.owner or params.team:
        return find_population(context, params.owner, params.team)
    return Population(context.scope, text("everyone whose records may be shown here"))


def _account(context: SkillContext, words: str) -> Resolved[Account] | None:
    """The account that the words name, where they name several opportunities of it."""
    try:
        return find_account(context, words)
    except SkillError:
        return None


def _subject(asked: _Asked) -> Subject | None:
    if asked.opportunity is None:
        return None
    return Subject(kind="opportunity", id=asked.opportunity.id or 0, label=asked.opportunity.name)


def present(changes: Changes) -> Answer:
    warnings = _warnings(changes)
    return Answer(
        headline=_headline(changes),
        blocks=_blocks(changes),
        figures=_figures(changes, warnings),
        actions=_actions(changes),
        notes=(*warnings, *_rules(changes), *changes.notes, _counted(changes)),
        subject=changes.subject,
    )


def _headline(changes: Changes) -> Text:
    period = period_name(changes.period)
    if not changes.digest.count:
        return text("Nothing changed, {period} ({whose}).", period=period, whose=changes.whose)
    parts = [
        Text(template=SUMMARY[row.kind], values={"count": value(row.count)})
        for row in changes.digest.kinds
        if row.kind in SUMMARY
    ]
    if changes.digest.count == 1:
        name = changes.digest.listed[0].name
        return text("**{name}** changed, {period} ({whose}).", name=name, period=period, whose=changes.whose)
    if not parts:
        return text(
            "**{count} opportunities changed**, {period} ({whose}).",
            count=changes.digest.count,
            period=period,
            whose=changes.whose,
        )
    return text(
        "**{count} opportunities changed**, {period} ({whose}): {summary}.",
        count=changes.digest.count,
        period=period,
        whose=changes.whose,
        summary=enumeration(parts),
    )


def _warnings(changes: Changes) -> tuple[Text, ...]:
    warnings = []
    missing = sorted({currency for row in changes.digest.kinds for currency in row.missing})
    if missing:
        warnings.append(
            text(
                "No total in {currency}: there is no exchange rate for {missing} on {day}. "
                "An administrator can import the rates.",
                currency=changes.currency,
                missing=enumeration(missing),
                day=changes.span.closing,
            )
        )
    if changes.begins is not None:
        warnings.append(text("The record begins on {day}; what it began with counts as new.", day=changes.begins))
    return tuple(warnings)


def _rules(changes: Changes) -> tuple[Text, ...]:
    rules = []
    if changes.digest.count:
        rules.append(text("The first against the last state; what was taken back in between is left out."))
    if any(money.currency != changes.currency for row in changes.digest.kinds for money in row.originals):
        rules.append(
            text("Other currencies at the plan's rate, {day}.", day=changes.span.closing)
            if changes.rates == RateKind.PLAN
            else text("Other currencies at the rate of {day}.", day=changes.span.closing)
        )
    return tuple(rules)


def _counted(changes: Changes) -> Text:
    whose, opening, closing = changes.whose, changes.span.opening, changes.span.closing
    if closing >= changes.today:
        return text("Counted: {whose}, from the end of {opening} until now.", whose=whose, opening=opening)
    return text(
        "Counted: {whose}, from the end of {opening} to the end of {closing}.",
        whose=whose,
        opening=opening,
        closing=closing,
    )


def _figures(changes: Changes, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    envelope = Envelope(changes.as_of, changes.period, None, (changes.whose,), warnings)
    records = RecordFilter(ids=changes.digest.ids) if changes.digest.ids or not changes.digest.count else None
    figures = [envelope.number("changed", text("Changed"), CHANGED, changes.digest.count, records=records)]
    for row in changes.digest.kinds:
        definition = BY_HOW_MUCH if row.kind in (Kind.RAISED, Kind.LOWERED) else OF_KIND
        ids = RecordFilter(ids=row.ids) if row.ids else None
        figures.append(
            envelope.money(
                row.kind.value,
                LABELS[row.kind],
                definition,
                row.total,
                currency=changes.currency,
                reason=no_rate(row.missing),
                count=row.count,
                records=ids,
            )
        )
        if row.total is None:
            figures += [
                envelope.money(
                    row.kind.value, LABELS[row.kind], definition, money, currency=money.currency, records=ids
                )
                for money in row.originals
            ]
    return tuple(figures)


def _blocks(changes: Changes) -> tuple[Block, ...]:
    if not changes.digest.count:
        return ()
    kinds = Table(
        title=text("By kind"),
        columns=(
            Column(label=text("Change")),
            Column(label=text("Opportunities"), numeric=True),
            Column(label=text("Amount"), numeric=True),
        ),
        rows=tuple(
            (
                LABELS[row.kind],
                value(row.count),
                enumeration(row.originals) if row.total is None else value(row.total),
            )
            for row in changes.digest.kinds
        ),
    )
    return (kinds, _list(changes)) if changes.digest.count > 1 else (_list(changes),)


def _list(changes: Changes) -> Table:
    title = text("What changed")
    if changes.digest.count > len(changes.digest.listed):
        title = text(
            "The largest {count}, and {more} more",
            count=len(changes.digest.listed),
            more=changes.digest.count - len(changes.digest.listed),
        )
    several = not changes.is_single
    return Table(
        title=title,
        columns=(
            Column(label=text("Opportunity")),
            *((Column(label=text("Owner")),) if several else ()),
            Column(label=text("What changed")),
            Column(label=text("Amount"), numeric=True),
            Column(label=text("Changed by")),
            Column(label=text("When")),
        ),
        rows=tuple(_row(changes, row, several=several) for row in changes.digest.listed),
    )


def _row(changes: Changes, row: Changed, *, several: bool) -> tuple[AnyValue, ...]:
    none = text("–")
    trace = changes.digest.traces.get(row.opportunity_id)
    by: AnyValue = none
    if trace is not None and trace.person_id is not None:
        by = verbatim(changes.digest.people.get(trace.person_id, "–"))
    return (
        verbatim(row.name),
        *((verbatim(changes.digest.people.get(row.owner_id, "–")),) if several else ()),
        enumeration([said(changes.digest, row, kind) for kind in row.kinds]),
        amount_of(row.held),
        by,
        Moment(value=trace.at, zone=changes.zone) if trace is not None else none,
    )


def _actions(changes: Changes) -> tuple[Action, ...]:
    if changes.subject is not None:
        named = reference("opportunity", changes.subject.id)
        return (Action(label=text("Open it"), invocation=Invocation.of("opportunity", opportunity=named)),)
    if changes.params.opportunity:
        return ()
    whose = {"owner": changes.params.owner, "team": changes.params.team}
    return (
        Action(
            label=text("Pipeline waterfall"), invocation=Invocation.of("waterfall", whose, period=changes.period_words)
        ),
        Action(label=text("Pipeline"), invocation=Invocation.of("pipeline", whose)),
    )


SKILL = Skill(
    name="changes",
    summary=text("What changed since a day, and who did it"),
    params=ChangesParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("changed", "news"),
    examples=(
        Example("what changed since Friday", ChangesParams(period="since Friday")),
        Example("what changed on acme this week", ChangesParams(opportunity="acme", period="this week")),
        Example(
            "what's new in my team's deals since yesterday", ChangesParams(team="my team", period="since yesterday")
        ),
        Example("what did dana change this week", ChangesParams(owner="dana", period="this week")),
        Example("show me all changes since 1 November", ChangesParams(period="since 1 November")),
        Example("which deals moved last week", ChangesParams(period="last week")),
        Example(
            "what has happened on the northgate deal since monday",
            ChangesParams(opportunity="northgate", period="since monday"),
        ),
        Example("any changes in EMEA today", ChangesParams(team="EMEA", period="today")),
        Example("自周一以来有什么变化", ChangesParams(period="自周一以来")),
        Example("本周我的商机有哪些变动", ChangesParams(owner="我", period="本周")),
        Example("团队昨天改了哪些单子", ChangesParams(team="团队", period="昨天")),
    ),
)
