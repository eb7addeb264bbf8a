"""What is at risk: the open opportunities that a rule warns of, what it saw, and the button that clears it."""

import datetime as dt
import heapq
from dataclasses import dataclass, field
from fractions import Fraction

from pydantic import Field

from skills.answer import Action, Answer, Block, Bullets, Column, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope
from skills.errors import Impossible, Unclear
from skills.figure import Figure, RecordFilter
from skills.flags import RULES, described, find_rule, mend_for
from skills.measures.calendar import Grain, Period
from skills.measures.risk import FEW, Rule
from skills.population import Population, find_period, find_population
from skills.precision import Precision, get_precision, precision_answer
from skills.references import find_stage
from skills.rulebook import Rulebook, get_rulebook, rules_answer
from skills.standing import Judged, get_judge, list_judged
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration, no_rate, period_note
from store.models import RateKind, Stage, Status
from store.money import Money, exponent, rounded

LISTED = 50
EXPLAINED = 7
BUTTONS = 5
MOST_IDS = 500
"""Flagged opportunities that a figure can name one by one."""

AT_RISK = text("Open opportunities to which at least one warning applies that nobody has put off.")
VALUE = text("Sum of the amounts of the open opportunities to which at least one warning applies, each counted once.")
SHARE = text("Open opportunities at risk ÷ open opportunities.")
OPEN = text("Open opportunities.")
PUT_OFF = text("Open opportunities whose warnings are all put off.")


class RisksParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose opportunities; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's opportunities").template)
    period: str | None = Field(default=None, description=text("only those expected to close in this period").template)
    rule: str | None = Field(default=None, description=text("only this warning, such as stalled or pushed").template)
    stage: str | None = Field(default=None, description=text("only this stage").template)
    check: str | None = Field(
        default=None,
        description=text("“rules” for the warnings and their bounds, “precision” for whether they were right").template,
    )


@dataclass
class Amounts:
    """Opportunities and what they are worth, in units of the organisation's currency."""

    count: int = 0
    units: Fraction = Fraction(0)


@dataclass
class Risks:
    """What one pass over the open opportunities found."""

    population: Population
    period: Period | None
    stage: Stage | None
    rule: Rule | None
    as_of: dt.datetime
    today: dt.date
    currency: str
    plan_rates: bool
    params: RisksParams
    doubts: tuple[Text, ...]
    open_count: int = 0
    whole: Amounts = field(default_factory=Amounts)
    by_rule: dict[Rule, Amounts] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    """Currencies of flagged opportunities for which there is no rate."""
    foreign: bool = False
    worst: list[Judged] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    put_off: list[Judged] = field(default_factory=list)
    mine: frozenset[int] = frozenset()
    """Which of the worst the asker may change."""
    unjudged: tuple[Rule, ...] = ()
    """Rules that had too little history."""


@dataclass(frozen=True)
class Checked:
    precision: Precision
    population: Population
    as_of: dt.datetime


def run(context: SkillContext, params: RisksParams) -> Risks | Rulebook | Checked:
    check = (params.check or "").strip().lower()
    if check in ("rules", "rule", "thresholds", "warnings", "规则"):
        return get_rulebook(context)
    population = find_population(context, params.owner, params.team)
    if check in ("precision", "hits", "accuracy", "准确率"):
        return Checked(get_precision(context, population.scope), population, context.now)
    if check:
        raise Unclear(text("I can check the “rules” or their “precision”."))
    found = find_stage(context, params.stage) if params.stage else None
    stage = found.value if found else None
    if stage is not None and stage.kind != Status.OPEN:
        raise Impossible(text("**{stage}** is not open, so nothing is at risk there.", stage=stage.name))
    period = find_period(context, params.period, Grain.QUARTER) if params.period else None
    risks = Risks(
        population=population,
        period=period,
        stage=stage,
        rule=find_rule(params.rule) if params.rule else None,
        as_of=context.now,
        today=context.today,
        currency=context.organisation.currency,
        plan_rates=context.organisation.open_rates == RateKind.PLAN,
        params=params,
        doubts=(*population.notes, *((found.doubt,) if found and found.doubt else ())),
    )
    _look(context, risks)
    return risks


def _look(context: SkillContext, risks: Risks) -> None:
    listed = context.listed(LISTED)
    worst: list[tuple[tuple[Fraction, int, int], Judged]] = []
    days = (risks.period.start, risks.period.end) if risks.period else (None, None)
    stage_id = risks.stage.id if risks.stage else None
    judge = get_judge(context)
    scope = risks.population.scope
    for judged in list_judged(context, scope, stage_id=stage_id, start=days[0], end=days[1], judge=judge):
        risks.open_count += 1
        if _flagged(judged, risks.rule):
            _count(risks, judged)
            # The id makes every key different, so that what is judged is never compared itself.
            key = ((judged.units or Fraction(0)) * len(judged.findings), len(judged.findings), -judged.row.id)
            (heapq.heappushpop if len(worst) == listed else heapq.heappush)(worst, (key, judged))
        elif judged.snoozed and (risks.rule is None or any(s.finding.rule is risks.rule for s in judged.snoozed)):
            risks.put_off.append(judged)
    risks.worst = [judged for _, judged in sorted(worst, key=lambda entry: entry[0], reverse=True)]
    risks.mine = frozenset(judged.row.id for judged in risks.worst if context.write_scope.allows(judged.row.owner_id))
    bounds = judge.bounds
    for rule, known in ((Rule.STALLED, bounds.longest_stay), (Rule.IMPLAUSIBLE, bounds.any_rest)):
        if not any(known(number) is not None for number in judge.stages):
            risks.unjudged += (rule,)


def _flagged(judged: Judged, rule: Rule | None) -> bool:
    return any(rule is None or finding.rule is rule for finding in judged.findings)


def _count(risks: Risks, judged: Judged) -> None:
    row = judged.row
    if row.amount_minor and judged.units is None:
        risks.missing.add(row.currency)
    risks.foreign |= bool(row.amount_minor) and row.currency != risks.currency
    risks.ids.append(row.id)
    for amounts in (risks.whole, *(risks.by_rule.setdefault(f.rule, Amounts()) for f in judged.findings)):
        amounts.count += 1
        amounts.units += judged.units or 0


def present(result: Risks | Rulebook | Checked) -> Answer:
    match result:
        case Rulebook():
            return rules_answer(result)
        case Checked():
            return precision_answer(result.precision, result.population.label, result.as_of)
        case _:
            return _risks_answer(result)


# --- what is at risk


def _risks_answer(risks: Risks) -> Answer:
    warnings = _warnings(risks)
    return Answer(
        headline=_headline(risks),
        blocks=_blocks(risks),
        figures=_figures(risks, warnings),
        actions=_actions(risks),
        notes=(*warnings, *_notes(risks), *risks.doubts, _counted(risks)),
    )


def _money(risks: Risks, units: Fraction) -> Money | None:
    if risks.missing:
        return None
    return Money(rounded(units * 10 ** exponent(risks.currency)), risks.currency)


def _counted(risks: Risks) -> Text:
    what: list[Text] = [risks.population.label]
    if risks.stage is not None:
        what.append(verbatim(risks.stage.name))
    if risks.rule is not None:
        what.append(RULES[risks.rule])
    if risks.period is None:
        return text("Counted: open today, {whose}.", whose=enumeration(what))
    return text("{counted} By expected close date.", counted=period_note(risks.period, enumeration(what)))


def _headline(risks: Risks) -> Text:
    count, value_at_risk = risks.whole.count, _money(risks, risks.whole.units)
    whose = risks.population.label
    if not risks.open_count:
        return text("Nothing is open ({what}).", what=whose)
    if not count:
        return text("None of the {open} open opportunities is at risk ({what}).", open=risks.open_count, what=whose)
    if value_at_risk is None:
        return text(
            "**{count} of {open} open opportunities** are at risk ({what}). I can't add up what they are worth in "
            "{currency}.",
            count=count,
            open=risks.open_count,
            what=whose,
            currency=risks.currency,
        )
    return text(
        "**{count} of {open} open opportunities** are at risk, worth **{amount}** ({what}).",
        count=count,
        open=risks.open_count,
        amount=value_at_risk,
        what=whose,
    )


def _warnings(risks: Risks) -> tuple[Text, ...]:
    if not risks.missing:
        return ()
    return (
        text(
            "No total in {currency}: there is no exchange rate for {missing} today. "
            "An administrator can import the rates.",
            currency=risks.currency,
            missing=enumeration(sorted(risks.missing)),
        ),
    )


def _notes(risks: Risks) -> list[Text]:
    notes = []
    if risks.worst:
        notes.append(text("Worst first: amount × number of warnings."))
    if risks.foreign and not risks.missing:
        notes.append(
            text("Other currencies at the plan rate.")
            if risks.plan_rates
            else text("Other currencies at today's rate, {day}.", day=risks.today)
        )
    if risks.unjudged:
        names = enumeration([RULES[rule] for rule in risks.unjudged])
        notes.append(text("Not judged: {rules}. That takes {few} won ones with a history.", rules=names, few=FEW))
    notes.append(text("Unpaid invoices and open service cases are not looked at yet."))
    return notes


def _figures(risks: Risks, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    flagged = RecordFilter(ids=tuple(sorted(risks.ids))) if len(risks.ids) <= MOST_IDS else None
    if flagged is None:
        warnings = (*warnings, text("They are too many to be listed one by one; ask for one team or person."))
    scope, period = risks.population.scope, risks.period
    everything = RecordFilter(
        owner_ids=None if scope.people is None else tuple(sorted(scope.people)),
        status="open",
        start=period.start if period else None,
        end=period.end if period else None,
        stage_id=risks.stage.id if risks.stage else None,
    )
    put_off = RecordFilter(ids=tuple(sorted(judged.row.id for judged in risks.put_off)))
    envelope = Envelope(risks.as_of, period, flagged, (_counted(risks),), warnings)
    share = Fraction(risks.whole.count, risks.open_count) if risks.open_count else None
    return (
        envelope.number("at_risk", text("At risk"), AT_RISK, risks.whole.count),
        envelope.money(
            "value_at_risk",
            text("Value at risk"),
            VALUE,
            _money(risks, risks.whole.units),
            currency=risks.currency,
            reason=no_rate(risks.missing),
            count=risks.whole.count,
        ),
        envelope.number("open", text("Open"), OPEN, risks.open_count, records=everything),
        envelope.ratio(
            "at_risk_share",
            text("Share at risk"),
            SHARE,
            share,
            reason=text("nothing is open"),
            count=risks.open_count,
            records=everything,
        ),
        envelope.number("snoozed", text("Put off"), PUT_OFF, len(risks.put_off), records=put_off),
    )


def _blocks(risks: Risks) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if risks.worst:
        items = tuple(_explained(judged) for judged in risks.worst[:EXPLAINED])
        blocks.append(Bullets(title=text("Worst first"), items=items))
    if len(risks.by_rule) > 1 and risks.rule is None:
        blocks.append(_rule_table(risks))
    if len(risks.worst) > 1:
        blocks.append(_table(risks))
    if risks.put_off:
        blocks.append(Bullets(title=text("Put off"), items=tuple(map(_put_off, risks.put_off[:EXPLAINED]))))
    return tuple(blocks)


def _explained(judged: Judged) -> Text:
    why = described(judged.findings[0])
    for finding in judged.findings[1:]:
        why = text("{first} {next}", first=why, next=described(finding))
    row = judged.row
    if row.amount_minor is None:
        return text("**{name}** ({owner}): {why}", name=row.name, owner=row.owner, why=why)
    money = Money(row.amount_minor, row.currency)
    return text("**{name}** ({owner}), {amount}: {why}", name=row.name, owner=row.owner, amount=money, why=why)


def _put_off(judged: Judged) -> Text:
    last = max(judged.snoozed, key=lambda snoozed: snoozed.until)
    return text("**{name}** until {day}: {reason}", name=judged.row.name, day=last.until, reason=last.reason)


def _rule_table(risks: Risks) -> Table:
    ranked = sorted(risks.by_rule.items(), key=lambda item: (-item[1].units, -item[1].count, item[0]))
    rows = []
    for rule, amounts in ranked:
        worth = _money(risks, amounts.units)
        rows.append((RULES[rule], value(amounts.count), text("–") if worth is None else value(worth)))
    return Table(
        title=text("By warning (one opportunity can have several)"),
        columns=(
            Column(label=text("Warning")),
            Column(label=text("Open"), numeric=True),
            Column(label=text("Amount"), numeric=True),
        ),
        rows=tuple(rows),
    )


def _table(risks: Risks) -> Table:
    title = text("Opportunities at risk")
    if risks.whole.count > len(risks.worst):
        more = risks.whole.count - len(risks.worst)
        title = text("The worst {count}, and {more} more", count=len(risks.worst), more=more)
    columns = (
        Column(label=text("Opportunity")),
        Column(label=text("Owner")),
        Column(label=text("Amount"), numeric=True),
        Column(label=text("Close date")),
        Column(label=text("Warnings")),
    )
    return Table(title=title, columns=columns, rows=tuple(map(_row, risks.worst)))


def _row(judged: Judged) -> tuple[AnyValue, ...]:
    row = judged.row
    return (
        verbatim(row.name),
        verbatim(row.owner),
        text("–") if row.amount_minor is None else value(Money(row.amount_minor, row.currency)),
        text("–") if row.expected_close is None else value(row.expected_close),
        enumeration([RULES[finding.rule] for finding in judged.findings]),
    )


def _actions(risks: Risks) -> tuple[Action, ...]:
    whose = {"owner": risks.params.owner, "team": risks.params.team}
    mine = [judged for judged in risks.worst if judged.row.id in risks.mine][:BUTTONS]
    mends = [mend_for(judged.findings[0], judged.row.id, judged.row.name) for judged in mine]
    snoozes = [
        Action(
            label=text("Put off {name}", name=judged.row.name),
            kind="form",
            invocation=Invocation.of("snooze", opportunity=f"opportunity:{judged.row.id}"),
            tucked=True,
        )
        for judged in mine
    ]
    right = Invocation.of("risks", whose, check="precision")
    rules = Invocation.of("risks", check="rules")
    return (
        *mends,
        *snoozes,
        Action(label=text("Were the warnings right?"), invocation=right, tucked=True),
        Action(label=text("The rules"), invocation=rules, tucked=True),
    )


SKILL = Skill(
    name="risks",
    summary=text("Open opportunities at risk, and why"),
    params=RisksParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("risk", "atrisk"),
    examples=(
        Example("which deals are at risk?", RisksParams()),
        Example("what's at risk this quarter", RisksParams(period="this quarter")),
        Example("show dana's at-risk deals", RisksParams(owner="dana")),
        Example("at-risk deals of my team", RisksParams(team="my team")),
        Example("which deals are stalled", RisksParams(rule="stalled")),
        Example("deals that were pushed", RisksParams(rule="pushed")),
        Example("who is ghosting us?", RisksParams(rule="ghosted")),
        Example("single threaded deals in Negotiation", RisksParams(rule="single thread", stage="Negotiation")),
        Example("deals with no activity", RisksParams(rule="no activity")),
        Example("which close dates are not plausible", RisksParams(rule="close date implausible")),
        Example("what are the risk rules", RisksParams(check="rules")),
        Example("were the flagged deals really lost?", RisksParams(check="precision")),
        Example("how good are the warnings", RisksParams(check="precision")),
        Example("哪些商机有风险", RisksParams()),
        Example("本季度有风险的单子", RisksParams(period="本季度")),
        Example("哪些单子停滞了", RisksParams(rule="停滞")),
        Example("风险规则有哪些", RisksParams(check="rules")),
    ),
)
