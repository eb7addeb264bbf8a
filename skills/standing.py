"""How open opportunities stand: their facts gathered for the risk rules, many at a time."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.contract import SkillContext
from skills.measures.calendar import Grain
from skills.measures.course import Move, days_in, find_peak, find_regress, list_pushes, list_visits, percentile
from skills.measures.risk import (
    FEW,
    LONG_PUSH,
    RECENT,
    THREAD_DAYS,
    THREADS,
    WEIGHTS,
    Bounds,
    Finding,
    Standing,
    Stay,
    list_findings,
)
from store.models import Stage, Status
from store.money import Money, exponent
from store.opportunities import list_stages
from store.risk import (
    Logged,
    OpenRow,
    Parts,
    Touches,
    list_logged,
    list_open_rows,
    list_parts,
    list_snapshot_rows,
    list_snoozes,
    list_thresholds,
    list_touches,
    list_won_sample,
)
from store.scope import Scope


@dataclass(frozen=True)
class Snoozed:
    """A warning that somebody has put off, until the first day on which it is shown again."""

    finding: Finding
    until: dt.date
    reason: str


@dataclass(frozen=True)
class Judged:
    """An open opportunity with what the rules say of it."""

    row: OpenRow
    findings: tuple[Finding, ...]
    snoozed: tuple[Snoozed, ...]
    units: Fraction | None
    """Its amount in units of the organisation's currency, exact; None without an amount or a rate."""
    bound: int
    """From which weight on it is at risk."""

    @property
    def weight(self) -> int:
        """Of the warnings that are not put off, together."""
        return sum(WEIGHTS[finding.rule] for finding in self.findings)

    @property
    def at_risk(self) -> bool:
        return bool(self.findings) and self.weight >= self.bound


@dataclass(frozen=True)
class Judge:
    """The rules with their bounds, on one day. `past` is a day that has ended: who played which part is not known."""

    context: SkillContext
    day: dt.date
    moment: dt.datetime
    stages: Mapping[int, Stage]
    bounds: Bounds
    past: bool = False
    quarters: dict[dt.date, dt.date] = field(default_factory=dict)
    """First day of the quarter of a day; the same days come again and again."""

    def judged(self, rows: Sequence[OpenRow]) -> list[Judged]:
        """The rules on several opportunities, their facts gathered in a few queries."""
        session, ids = self.context.session, [row.id for row in rows]
        touches = list_touches(session, ids, self.moment, self.moment - dt.timedelta(days=THREAD_DAYS))
        logged = list_logged(session, ids, self.day)
        parts = {} if self.past else list_parts(session, ids)
        snoozes = {} if self.past else list_snoozes(session, ids, self.day)
        found = []
        for row in rows:
            standing = self._standing(row, touches[row.id], parts.get(row.id), logged.get(row.id, ()))
            findings = list_findings(standing, self.day, self.bounds)
            put_off = {
                finding: Snoozed(finding, snooze.until, snooze.reason)
                for snooze in sorted(snoozes.get(row.id, ()), key=lambda snooze: snooze.until)
                for finding in findings
                if snooze.rule in ("", finding.rule)
            }
            left = tuple(finding for finding in findings if finding not in put_off)
            bound = self.bounds.at_risk(row.stage_id)
            found.append(Judged(row, left, tuple(put_off.values()), standing.units, bound))
        return found

    def _standing(self, row: OpenRow, touches: Touches, parts: Parts | None, logged: Sequence[Logged]) -> Standing:
        stage = self.stages[row.stage_id]
        steps = [Move[int](one.day, one.old, one.new) for one in logged if one.field == "stage_id"]
        visits = list_visits(steps, row.opened_on, self.day)
        here = [visit for visit in visits if visit.stage_id == row.stage_id]
        # Without any move in its log it has been where it is since it was opened.
        entered = here[0].entered if here else row.opened_on if not steps else None
        stage_days = days_in(here, row.stage_id) if here else (self.day - entered).days if entered else None
        # Of a day that has passed, who was known is not; then a touch that names nobody can have been with several.
        known = parts or Parts(contacts=THREADS if self.past else 0)
        return Standing(
            probability=stage.probability,
            expected_close=row.expected_close,
            next_step=row.next_step,
            next_step_due=row.next_step_due,
            has_amount=bool(row.amount_minor),
            last_touch=self._day(touches.last_two_way),
            since=row.opened_on,
            contacts=known.contacts,
            has_buyer=None if self.past else known.signs,
            stage_id=row.stage_id,
            units=self._units(row),
            unanswered=touches.unanswered,
            unanswered_since=self._day(touches.unanswered_since),
            touched=touches.names,
            touched_unnamed=touches.unnamed,
            entered=entered,
            stage_days=stage_days,
            pushes=list_pushes(
                [Move(one.day, one.old, one.new) for one in logged if one.field == "expected_close"],
                self._quarter,
                long=LONG_PUSH,
            ),
            drop=self._drop(row, logged),
            regress=self._regress(row, steps),
        )

    def _units(self, row: OpenRow) -> Fraction | None:
        if not row.amount_minor:
            return None
        exact = self.context.rates.exact(
            Money(row.amount_minor, row.currency), self.day, self.context.organisation.open_rates
        )
        return None if exact is None else exact / 10 ** exponent(self.context.rates.currency)

    def _drop(self, row: OpenRow, logged: Sequence[Logged]) -> tuple[dt.date, Money, Money] | None:
        """Amounts before a change of currency are no measure for those after it."""
        changed = max((one.day for one in logged if one.field == "currency" and one.old is not None), default=None)
        moves = [
            Move[int](one.day, one.old, one.new)
            for one in logged
            if one.field == "amount_minor" and (changed is None or one.day > changed)
        ]
        peak = find_peak(moves, row.amount_minor, self.day - dt.timedelta(days=RECENT))
        if peak is None or peak.old is None or peak.new is None:
            return None
        return peak.day, Money(peak.old, row.currency), Money(peak.new, row.currency)

    def _regress(self, row: OpenRow, steps: Sequence[Move[int]]) -> Move[str] | None:
        positions = {number: stage.position for number, stage in self.stages.items() if stage.kind == Status.OPEN}
        # How long it is told is a bound, so the whole course is looked at here.
        move = find_regress(steps, row.stage_id, positions, dt.date.min)
        if move is None or move.old is None or move.new is None:
            return None
        return Move(move.day, self.stages[move.old].name, self.stages[move.new].name)

    def _quarter(self, day: dt.date) -> dt.date:
        if day not in self.quarters:
            self.quarters[day] = self.context.calendar.containing(Grain.QUARTER, day).start
        return self.quarters[day]

    def _day(self, moment: dt.datetime | None) -> dt.date | None:
        if moment is None:
            return None
        return moment.astimezone(ZoneInfo(self.context.organisation.zone)).date()


def get_judge(context: SkillContext) -> Judge:
    """The rules as of now."""
    return Judge(context, context.today, context.now, _stages(context), get_bounds(context, context.today))


def get_past_judge(context: SkillContext, day: dt.date) -> Judge:
    """The rules as of the end of a day, with the bounds that are set now and the history up to then."""
    return Judge(context, day, end_of(context, day), _stages(context), get_bounds(context, day), past=True)


def end_of(context: SkillContext, day: dt.date) -> dt.datetime:
    """The moment at which a day ends in the organisation's zone."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(context.organisation.zone))
    return midnight.astimezone(dt.UTC)


def list_judged(
    context: SkillContext,
    scope: Scope,
    *,
    stage_id: int | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    judge: Judge | None = None,
) -> Iterator[Judged]:
    """Every open opportunity in scope with what the rules say of it; few of them are in memory at once."""
    judge = judge or get_judge(context)
    for rows in list_open_rows(context.session, scope, stage_id=stage_id, start=start, end=end):
        yield from judge.judged(rows)


def list_judged_then(context: SkillContext, scope: Scope, day: dt.date) -> Iterator[Judged]:
    """The same as of the end of a day of which there is a snapshot; snoozes do not count then."""
    judge = get_past_judge(context, day)
    for rows in list_snapshot_rows(context.session, scope, day, judge.moment):
        yield from judge.judged(rows)


def get_judged(context: SkillContext, scope: Scope, opportunity_id: int) -> Judged | None:
    """One opportunity; None where it is not open or not in scope."""
    for rows in list_open_rows(context.session, scope, opportunity_id=opportunity_id):
        return get_judge(context).judged(rows)[0]
    return None


def get_bounds(context: SkillContext, until: dt.date) -> Bounds:
    """What is set, and what the latest won opportunities up to a day tell."""
    session = context.session
    settings = {(row.rule, row.stage_id): row.value for row in list_thresholds(session)}
    sample = list_won_sample(session, until)
    logged = list_logged(session, [won.id for won in sample], until, ("stage_id",))
    stays: dict[int, list[Stay]] = {}
    for won in sample:
        steps = [Move[int](one.day, one.old, one.new) for one in logged.get(won.id, ()) if one.day <= won.closed_on]
        visits = list_visits(steps, won.opened_on, won.closed_on)
        for stage_id in {visit.stage_id for visit in visits}:
            entered = next(visit.entered for visit in visits if visit.stage_id == stage_id)
            stays.setdefault(stage_id, []).append(Stay(days_in(visits, stage_id), (won.closed_on - entered).days))
    amounts = sorted(won.booked_minor for won in sample if won.booked_minor is not None)
    median = percentile(amounts, Fraction(1, 2)) if len(amounts) >= FEW else 0
    return Bounds(settings, stays, median // 10 ** exponent(context.organisation.currency))


def _stages(context: SkillContext) -> Mapping[int, Stage]:
    return {stage.id or 0: stage for stage in list_stages(context.session)}
