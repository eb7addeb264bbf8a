"""Whether what is open covers what is missing to the quota, and how much coverage it takes (domain 3.3)."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from skills.contract import SkillContext
from skills.envelope import Envelope, only, records_of
from skills.figure import Figure
from skills.measures.calendar import FiscalCalendar, Grain, Period
from skills.measures.coverage import coverage_to_go, required_coverage, to_create, value_win_rate
from skills.measures.money import Sum, total
from skills.population import Population
from skills.quota_standing import QuotaStanding, get_quota_standing
from skills.text import Text, text
from skills.wording import no_rate, period_name
from store.coverage import CohortSum, QualifiedSum, list_cohort_ids, sum_cohort, sum_qualified
from store.history import Due
from store.models import Level, Metric, Status
from store.money import Money, rounded
from store.opportunities import list_stages
from store.snapshots import get_last_snapshot_day

TIMES = "×"
COVERAGE = text(
    "Amounts of the open qualified opportunities that are expected to close in the period, divided by quota minus "
    "credited bookings."
)
LOOKED_AT = 8
"""Earlier periods that are looked at."""
NEEDED = 4
"""Fewer of them say too little about how much coverage it takes."""
IDS = 300
"""At most so many opportunities are named one by one behind a figure."""
WEEK = 7
"""A snapshot is of the same week when it is at most this many days less one older."""
GRAINS = (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR)


@dataclass(frozen=True)
class Coverage:
    """`ratio` is None when the quota is met, or for the `reason`."""

    population: Population
    period: Period
    currency: str
    standing: QuotaStanding
    pipeline: Sum
    count: int
    """Open qualified opportunities that are expected to close in the period."""
    without_amount: int
    by_owner: Mapping[int, Sum]
    reason: Text | None

    @property
    def has_quota(self) -> bool:
        return self.standing.total.has_quota

    @property
    def gap(self) -> Fraction:
        """Quota less what was booked; negative is beyond it."""
        return self.standing.total.quota - self.standing.total.credited

    @property
    def is_met(self) -> bool:
        return self.reason is None and self.gap <= 0

    @property
    def ratio(self) -> Fraction | None:
        return None if self.reason is not None else coverage_to_go(self.pipeline.minor, self.gap)


@dataclass(frozen=True)
class Cohort:
    """What a snapshot of the same week of an earlier period held for it, and what of it was won."""

    period: Period
    taken_on: dt.date
    count: int
    value: Fraction
    won: Fraction
    ids: tuple[int, ...]
    """At most `IDS`."""

    @property
    def win_rate(self) -> Fraction | None:
        return value_win_rate(self.won, self.value)


@dataclass(frozen=True)
class Required:
    """How much coverage it took in the last periods, as a ratio of sums; None for the `reason`."""

    cohorts: tuple[Cohort, ...]
    """The newest first."""
    win_rate: Fraction | None
    reason: Text | None

    @property
    def ratio(self) -> Fraction | None:
        return None if self.reason is not None else required_coverage(self.win_rate)

    @property
    def ids(self) -> tuple[int, ...]:
        """What it was made of; nothing where that is too much to name, for no rule finds it again."""
        ids = {number for cohort in self.cohorts for number in cohort.ids}
        return tuple(sorted(ids)) if sum(cohort.count for cohort in self.cohorts) <= IDS else ()


def get_coverage(context: SkillContext, population: Population, period: Period) -> Coverage:
    """Open qualified pipeline of a period beside what is missing to its quota.

    Raises `NotAllowed` where not everybody's part may be shown.
    """
    standing = get_quota_standing(context, population, period, Metric.BOOKED, Level.TARGET, {})
    currency = standing.achievements.currency or context.organisation.currency
    rows = sum_qualified(context.session, population.scope, Due(period.start, period.end), _qualified(context))
    pipeline = _total(context, rows, currency)
    owners: dict[int, list[QualifiedSum]] = {}
    for row in rows:
        owners.setdefault(row.owner_id, []).append(row)
    return Coverage(
        population=population,
        period=period,
        currency=currency,
        standing=standing,
        pipeline=pipeline,
        count=sum(row.count for row in rows),
        without_amount=sum(row.count - row.priced for row in rows),
        by_owner={owner: _total(context, each, currency) for owner, each in owners.items()},
        reason=_reason(standing, pipeline, period),
    )


def get_required(context: SkillContext, coverage: Coverage) -> Required:
    """How much coverage it takes by the snapshots of the same week of the last periods: same people, same stages."""
    period, session = coverage.period, context.session
    grain = grain_of(context.calendar, period)
    if grain is None:
        return Required((), None, text("it is known for whole weeks, months, quarters, halves and years only"))
    stages = _qualified(context)
    into = min(context.today, period.last_day) - period.start
    cohorts: list[Cohort] = []
    for earlier in _finished(context, grain, period):
        day = min(earlier.start + into, earlier.last_day)
        taken_on = get_last_snapshot_day(session, day)
        if taken_on is None or (day - taken_on).days >= WEEK:
            continue
        scope, due = coverage.population.scope, Due(earlier.start, earlier.end)
        rows = sum_cohort(session, scope, taken_on, due, stages)
        value, won = _values(context, rows, coverage.currency)
        if value.missing or won.missing:
            return Required((), None, no_rate(value.missing | won.missing))
        if value.minor:
            ids = list_cohort_ids(session, scope, taken_on, due, stages, limit=IDS)
            count = sum(row.count for row in rows)
            cohorts.append(Cohort(earlier, taken_on, count, value.minor, won.minor, tuple(ids)))
    if len(cohorts) < NEEDED:
        reason = text(
            "it takes snapshots of the same week of at least {needed} earlier periods, and there are {count}",
            needed=NEEDED,
            count=len(cohorts),
        )
        return Required(tuple(cohorts), None, reason)
    won_in_all = sum((cohort.won for cohort in cohorts), Fraction(0))
    rate = value_win_rate(won_in_all, sum((cohort.value for cohort in cohorts), Fraction(0)))
    return Required(tuple(cohorts), rate, None if rate else text("nothing of the earlier pipelines was won in time"))


def _finished(context: SkillContext, grain: Grain, period: Period) -> Iterator[Period]:
    """The periods before this one that are over, the newest first."""
    found, back = 0, 1
    while found < LOOKED_AT:
        earlier = context.calendar.shifted(grain, period.start, -back)
        back += 1
        if earlier.end <= context.today:
            found += 1
            yield earlier


def get_to_create(coverage: Coverage, required: Required) -> Fraction | None:
    """Qualified pipeline that is still to be created; None where one of the two is not known."""
    if coverage.reason is not None or required.ratio is None:
        return None
    return to_create(coverage.gap, required.ratio, coverage.pipeline.minor)


def grain_of(calendar: FiscalCalendar, period: Period) -> Grain | None:
    """Which kind of period it is; None for any other stretch of days."""
    for grain in GRAINS:
        whole = calendar.containing(grain, period.start)
        if (whole.start, whole.end) == (period.start, period.end):
            return grain
    return None


def _qualified(context: SkillContext) -> Sequence[int]:
    """Open stages in which opportunities count as qualified."""
    stages = list_stages(context.session)
    return [stage.id for stage in stages if stage.kind == Status.OPEN and stage.qualified and stage.id is not None]


def _total(context: SkillContext, rows: Sequence[QualifiedSum], currency: str) -> Sum:
    amounts = [Money(row.amount_minor, row.currency) for row in rows]
    return total(context.rates, amounts, context.today, to=currency, kind=context.organisation.open_rates)


def _values(context: SkillContext, rows: Sequence[CohortSum], currency: str) -> tuple[Sum, Sum]:
    """The cohort and what was won of it, at the same rates as what is open now."""
    kind = context.organisation.open_rates
    held = [Money(row.amount_minor, row.currency) for row in rows]
    won = [Money(row.won_minor, row.currency) for row in rows]
    return (
        total(context.rates, held, context.today, to=currency, kind=kind),
        total(context.rates, won, context.today, to=currency, kind=kind),
    )


def _reason(standing: QuotaStanding, pipeline: Sum, period: Period) -> Text | None:
    """Why there is no coverage to speak of, though the quota is not met."""
    missing = standing.total.missing | pipeline.missing
    if missing:
        return no_rate(missing)
    if not standing.total.has_quota or standing.total.quota <= 0:
        return text("no quota is set for {period}", period=period_name(period))
    return None


def coverage_figure(coverage: Coverage, warnings: tuple[Text, ...] = ()) -> Figure:
    """Coverage in its envelope: in times, not in percent."""
    period = coverage.period
    records = only(records_of(coverage.population.scope, "open", period.start, period.end), qualified=True)
    envelope = Envelope(coverage.standing.as_of, period, records, (coverage.population.label,), warnings)
    reason = coverage.reason or text("the quota is met")
    figure = envelope.ratio("coverage", text("Coverage"), COVERAGE, coverage.ratio, reason=reason, count=coverage.count)
    return figure.model_copy(update={"unit": TIMES})


def covered(coverage: Coverage) -> Text:
    """In one sentence: what is qualified for the period, beside what is missing to its quota."""
    period = period_name(coverage.period)
    pipeline = coverage.pipeline.money
    if coverage.reason is not None or pipeline is None:
        return text("Coverage for {period} has no value: {reason}.", period=period, reason=coverage.reason or "")
    if coverage.ratio is None:
        return text("Coverage for {period}: the quota is met.", period=period)
    return text(
        "Coverage for {period}: **{ratio}**, {pipeline} of qualified pipeline for the {gap} to go.",
        period=period,
        ratio=times(coverage.ratio),
        pipeline=pipeline,
        gap=Money(rounded(coverage.gap), coverage.currency),
    )


def times(ratio: Fraction) -> str:
    """A ratio as people say coverage: "2.4×"."""
    tenths = rounded(ratio * 10)
    return f"{tenths // 10}.{tenths % 10}×"
