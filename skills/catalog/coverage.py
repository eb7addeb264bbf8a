"""Whether what is open covers what is missing to the quota, beside how much coverage it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import Field

from skills.achievements import Achievement, count_achievements
from skills.answer import Action, Answer, Block, Column, Fact, Facts, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.coverage import (
    TIMES,
    Cohort,
    Coverage,
    Required,
    coverage_figure,
    get_coverage,
    get_required,
    get_to_create,
    times,
)
from skills.envelope import Envelope, only, records_of
from skills.figure import Figure, RecordFilter
from skills.measures.calendar import Grain
from skills.measures.coverage import coverage_to_go
from skills.population import find_period, find_population, period_words
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import no_rate, period_name, period_note
from store.models import Metric, RateKind
from store.money import Money, rounded

PEOPLE = 30
REQUIRED = text(
    "1 ÷ the value win rate of the same pipeline in the last periods: what its snapshots of the same week held in "
    "qualified stages for the period, and what of it was won in the period."
)
QUALIFIED = text("Amounts of the open opportunities in qualified stages that are expected to close in the period.")
GAP = text("Effective quota minus credited bookings.")
WIN_RATE = text("What was won in time of the qualified pipelines of the last periods, divided by these, by value.")
CREATED = text("Amounts of the opportunities opened in the period, whatever became of them.")
TO_CREATE = text("What is missing to the quota × required coverage, less the open qualified pipeline.")


class CoverageParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose pipeline and quota; yours, or your team's, when left out").template
    )
    team: str | None = Field(default=None, description=text("which team's pipeline and quota").template)
    period: str | None = Field(
        default=None, description=text("the period of the quota; this quarter when left out").template
    )


@dataclass(frozen=True)
class CoverageAnswer:
    coverage: Coverage
    required: Required
    created: Achievement
    created_currency: str
    to_create: Fraction | None
    rates: str
    home: str
    period_words: str
    shown: int
    """Rows of a table."""
    params: CoverageParams

    def money(self, minor: Fraction) -> Money:
        return Money(rounded(minor), self.coverage.currency)


def run(context: SkillContext, params: CoverageParams) -> CoverageAnswer:
    population = find_population(context, params.owner, params.team)
    period = find_period(context, params.period, Grain.QUARTER)
    coverage = get_coverage(context, population, period)
    required = get_required(context, coverage)
    created = count_achievements(context, population.scope, period, Metric.PIPELINE_CREATED)
    return CoverageAnswer(
        coverage=coverage,
        required=required,
        created=created.total(created.by_person),
        created_currency=created.currency or context.organisation.currency,
        to_create=get_to_create(coverage, required),
        rates=context.organisation.open_rates,
        home=context.organisation.currency,
        period_words=period_words(context, period),
        shown=context.listed(PEOPLE),
        params=params,
    )


def present(found: CoverageAnswer) -> Answer:
    warnings = _warnings(found)
    coverage = found.coverage
    return Answer(
        headline=_headline(found),
        blocks=_blocks(found),
        figures=_figures(found, warnings),
        actions=_actions(found),
        notes=(
            *warnings,
            *_rules(found),
            *coverage.population.notes,
            period_note(coverage.period, coverage.population.label),
        ),
    )


def _headline(found: CoverageAnswer) -> Text:
    coverage, required = found.coverage, found.required.ratio
    period, whose = period_name(coverage.period), coverage.population.label
    if coverage.reason is not None:
        return text(
            "Coverage for {period} has no value: {reason} ({whose}).",
            period=period,
            reason=coverage.reason,
            whose=whose,
        )
    pipeline = found.money(coverage.pipeline.minor)
    if coverage.ratio is None:
        return text(
            "**Met**: the quota for {period} is reached, and {pipeline} is still open ({whose}).",
            period=period,
            pipeline=pipeline,
            whose=whose,
        )
    gap, ratio = found.money(coverage.gap), times(coverage.ratio)
    if required is None:
        return text(
            "**{ratio}** coverage for {period}: {pipeline} of qualified pipeline for the {gap} to go ({whose}).",
            ratio=ratio, period=period, pipeline=pipeline, gap=gap, whose=whose,
        )  # fmt: skip
    return text(
        "**{ratio}** coverage for {period}, and it takes **{required}**: {pipeline} of qualified pipeline for the "
        "{gap} to go ({whose}).",
        ratio=ratio, period=period, required=times(required), pipeline=pipeline, gap=gap, whose=whose,
    )  # fmt: skip


def _warnings(found: CoverageAnswer) -> tuple[Text, ...]:
    coverage, required = found.coverage, found.required
    warnings = []
    missing = sorted(coverage.pipeline.missing | coverage.standing.total.missing)
    if missing:
        warnings.append(text("No value: {reason}. An administrator can import the rates.", reason=no_rate(missing)))
    if required.reason is not None:
        warnings.append(text("How much coverage it takes is not known: {reason}.", reason=required.reason))
    if coverage.without_amount == 1:
        warnings.append(text("One qualified one has no amount and adds nothing."))
    elif coverage.without_amount:
        warnings.append(text("{count} qualified ones have no amount and add nothing.", count=coverage.without_amount))
    return tuple(warnings)


def _rules(found: CoverageAnswer) -> tuple[Text, ...]:
    coverage = found.coverage
    rules = []
    if coverage.standing.achievements.rule_note is not None:
        rules.append(coverage.standing.achievements.rule_note)
        rules.append(
            text("What is open is at the plan's rate.")
            if found.rates == RateKind.PLAN
            else text("What is open is at today's rate, {day}.", day=coverage.standing.today)
        )
    if found.required.ratio is not None:
        rules.append(
            text(
                "It takes 1 ÷ {rate}: what was won in time of the qualified pipelines of the same week in "
                "{count} earlier periods, by value.",
                rate=found.required.win_rate or Fraction(0),
                count=len(found.required.cohorts),
            )
        )
    return tuple(rules)


def _figures(found: CoverageAnswer, warnings: tuple[Text, ...]) -> tuple[Figure, ...]:
    coverage, required, period = found.coverage, found.required, found.coverage.period
    scope = coverage.population.scope
    open_ones = only(records_of(scope, "open", period.start, period.end), qualified=True)
    envelope = Envelope(coverage.standing.as_of, period, open_ones, (coverage.population.label,), warnings)
    currency, total = coverage.currency, coverage.standing.total
    no_gap = no_rate(total.missing) if total.missing else coverage.reason
    gap = None if no_gap is not None else found.money(coverage.gap)
    created = None if found.created.missing else Money(rounded(found.created.credited), found.created_currency)
    opened = RecordFilter(owner_ids=open_ones.owner_ids, by="opened_on", start=period.start, end=period.end)
    to_create = None if found.to_create is None else found.money(found.to_create)
    cohorts: dict[str, Any] = {
        "reason": required.reason,
        "records": RecordFilter(ids=required.ids),
        "count": len(required.ids) or None,
    }
    required_figure = envelope.ratio(
        "required_coverage", text("Required coverage"), REQUIRED, required.ratio, **cohorts
    )
    return (
        coverage_figure(coverage, warnings),
        required_figure.model_copy(update={"unit": TIMES}),
        envelope.money(
            "qualified", text("Qualified pipeline"), QUALIFIED, coverage.pipeline.money,
            currency=currency, reason=no_rate(coverage.pipeline.missing), count=coverage.count,
        ),
        envelope.money(
            "gap", text("To go"), GAP, gap,
            currency=currency, reason=no_gap, count=total.deals, records=coverage.standing.records,
        ),
        envelope.ratio("value_win_rate", text("Value win rate"), WIN_RATE, required.win_rate, **cohorts),
        envelope.money(
            "created", text("Pipeline created"), CREATED, created, currency=found.created_currency,
            reason=no_rate(found.created.missing), count=found.created.deals, records=opened,
        ),
        envelope.money(
            "to_create", text("Pipeline to create"), TO_CREATE, to_create,
            currency=currency, reason=coverage.reason or required.reason, count=coverage.count,
        ),
    )  # fmt: skip


def _blocks(found: CoverageAnswer) -> tuple[Block, ...]:
    coverage, total = found.coverage, found.coverage.standing.total
    facts = []
    if not total.missing and total.has_quota:
        facts += [
            Fact(label=text("Quota"), value=text("{it}", it=found.money(total.quota))),
            Fact(label=text("Booked"), value=text("{it}", it=found.money(total.credited))),
        ]
    if coverage.pipeline.money is not None:
        facts.append(Fact(label=text("Qualified pipeline"), value=text("{it}", it=coverage.pipeline.money)))
    if not found.created.missing:
        created = Money(rounded(found.created.credited), found.created_currency)
        facts.append(Fact(label=text("Pipeline created"), value=text("{it}", it=created)))
    if found.to_create is not None:
        facts.append(Fact(label=text("Still to create"), value=text("{it}", it=found.money(found.to_create))))
    blocks: list[Block] = [Facts(facts=tuple(facts))] if facts else []
    people = _people(found)
    if len(people) > 1:
        blocks.append(_people_table(people, found.shown))
    if found.required.cohorts:
        blocks.append(_cohort_table(found))
    return tuple(blocks)


def _people(found: CoverageAnswer) -> Sequence[tuple[AnyValue, ...]]:
    """Everybody with a quota: what is missing, what is open and how often it covers that; the barest first."""
    coverage, achievements = found.coverage, found.coverage.standing.achievements
    rows: list[tuple[Fraction, str, tuple[AnyValue, ...]]] = []
    for person_id, one in achievements.by_person.items():
        person, pipeline = achievements.people.get(person_id), coverage.by_owner.get(person_id)
        if person is None or not one.has_quota or one.missing or (pipeline is not None and pipeline.missing):
            continue
        open_ones, gap = pipeline.minor if pipeline is not None else Fraction(0), one.quota - one.credited
        ratio = coverage_to_go(open_ones, gap)
        cells: tuple[AnyValue, ...] = (
            verbatim(person.name),
            value(found.money(max(gap, Fraction(0)))),
            value(found.money(open_ones)),
            text("met") if ratio is None else verbatim(times(ratio)),
        )
        rows.append((Fraction(10**9) if ratio is None else ratio, person.name, cells))
    return [cells for _, _, cells in sorted(rows, key=lambda row: row[:2])]


def _people_table(people: Sequence[tuple[AnyValue, ...]], shown: int) -> Table:
    title = text("By person, the barest first")
    if len(people) > shown:
        title = text("By person, the barest {count} of {all}", count=shown, all=len(people))
    return Table(
        title=title,
        columns=(
            Column(label=text("Person")),
            Column(label=text("To go"), numeric=True),
            Column(label=text("Qualified pipeline"), numeric=True),
            Column(label=text("Coverage"), numeric=True),
        ),
        rows=tuple(people[:shown]),
    )


def _cohort_table(found: CoverageAnswer) -> Table:
    def cells(cohort: Cohort) -> tuple[AnyValue, ...]:
        return (
            period_name(cohort.period),
            value(cohort.taken_on),
            value(found.money(cohort.value)),
            value(found.money(cohort.won)),
            text("–") if cohort.win_rate is None else value(cohort.win_rate),
        )

    return Table(
        title=text("The same week of earlier periods"),
        columns=(
            Column(label=text("Period")),
            Column(label=text("Snapshot")),
            Column(label=text("Qualified pipeline"), numeric=True),
            Column(label=text("Won in time"), numeric=True),
            Column(label=text("Value win rate"), numeric=True),
        ),
        rows=tuple(cells(cohort) for cohort in found.required.cohorts),
    )


def _actions(found: CoverageAnswer) -> tuple[Action, ...]:
    whose = {"owner": found.params.owner, "team": found.params.team}
    return (
        Action(label=text("Pipeline"), invocation=Invocation.of("pipeline", whose, period=found.period_words)),
        Action(label=text("Quota"), invocation=Invocation.of("quota", whose, period=found.period_words)),
    )


SKILL = Skill(
    name="coverage",
    summary=text("Whether the pipeline covers what is missing to quota"),
    params=CoverageParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("cover",),
    examples=(
        Example("do i have enough pipeline this quarter", CoverageParams(owner="me", period="this quarter")),
        Example("pipeline coverage of my team", CoverageParams(team="my team")),
        Example("how much pipeline does dana still need to create", CoverageParams(owner="dana")),
        Example("coverage for Q4", CoverageParams(period="Q4")),
        Example("is EMEA's pipeline enough for next quarter", CoverageParams(team="EMEA", period="next quarter")),
        Example("what coverage do we need to hit the number", CoverageParams()),
        Example("company coverage ratio this quarter", CoverageParams(team="company", period="this quarter")),
        Example("本季度商机够不够完成指标", CoverageParams(period="本季度")),
        Example("团队的管道覆盖率", CoverageParams(team="团队")),
        Example("我还要新建多少商机才够", CoverageParams(owner="我")),
    ),
)
