"""What puts an open opportunity at risk, by named rules with their evidence (domain 3.11).

Every rule has a published weight; from a sum of `AT_RISK` on an opportunity is at risk, below it is to be watched.

What ends each of them is fixed:

* quiet, ghosted: a two-way touch (anything from the customer, a meeting, a demo). Edits, notes and our own unanswered
  messages do not count.
* overdue, no close date, no amount, no next step, next step overdue: the field itself, set anew.
* stalled: leaving the stage. Days in a stage are the sum of its stays: going back and forth starts nothing anew.
* pushed: nothing; pushes are counted for as long as it is open. A snooze says that it is known.
* amount drop, stage back: making it up again, or `RECENT` days without another.
* single thread: two people touched within `THREAD_DAYS` days. No buyer: somebody with that role.
* implausible date: a later close date, or the next stage.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from skills.measures.course import Move, Push, percentile
from store.money import Money

QUIET_DAYS = ((40, 14), (60, 10), (80, 7), (101, 5))
"""Days without a two-way touch that are too many, by stage probability below the bound: late stages bear less."""
BUYER_FROM_PROBABILITY = 60
"""From here on (Proposal, by the usual stages) somebody must be known who can sign."""
GHOSTED_DAYS = 10
GHOSTED_TOUCHES = 2
PUSHES = 2
LONG_PUSH = 30
"""Days by which one move of the close date is as bad as two pushes."""
DROP_PERCENT = 20
RECENT = 90
"""Days for which a smaller amount or a step back is told."""
THREAD_DAYS = 30
THREADS = 2
FEW = 20
"""Won opportunities that a bound from history needs at the least."""
LONG_STAY = Fraction(3, 4)
SHORT_REST = Fraction(1, 10)


class Rule(StrEnum):
    """In the order in which they ask for something."""

    OVERDUE = "overdue"
    STEP_OVERDUE = "step_overdue"
    NO_NEXT_STEP = "no_next_step"
    GHOSTED = "ghosted"
    QUIET = "quiet"
    IMPLAUSIBLE = "implausible"
    PUSHED = "pushed"
    STALLED = "stalled"
    STAGE_BACK = "stage_back"
    AMOUNT_DROP = "amount_drop"
    NO_CLOSE_DATE = "no_close_date"
    NO_BUYER = "no_buyer"
    SINGLE_THREAD = "single_thread"
    NO_AMOUNT = "no_amount"


class Verdict(StrEnum):
    """What the rules come to; its bound is set like one of theirs."""

    AT_RISK = "at_risk"


GRAVE, SERIOUS, MINOR = 3, 2, 1
WEIGHTS: Mapping[Rule, int] = {
    Rule.OVERDUE: GRAVE,
    Rule.STEP_OVERDUE: SERIOUS,
    Rule.NO_NEXT_STEP: SERIOUS,
    Rule.GHOSTED: GRAVE,
    Rule.QUIET: SERIOUS,
    # A bound from history is passed by one in ten, or one in four, of those that are won all the same.
    Rule.IMPLAUSIBLE: MINOR,
    Rule.PUSHED: GRAVE,
    Rule.STALLED: MINOR,
    Rule.STAGE_BACK: GRAVE,
    Rule.AMOUNT_DROP: GRAVE,
    Rule.NO_CLOSE_DATE: SERIOUS,
    Rule.NO_BUYER: SERIOUS,
    Rule.SINGLE_THREAD: MINOR,
    Rule.NO_AMOUNT: MINOR,
}
AT_RISK = 3
"""One grave warning, or a serious and a minor one, or three minor ones."""


@dataclass(frozen=True)
class Standing:
    """What the rules look at. `since` is the day on which it was opened."""

    probability: int
    expected_close: dt.date | None
    next_step: str
    next_step_due: dt.date | None
    has_amount: bool
    last_touch: dt.date | None
    """Day of the last two-way contact."""
    since: dt.date | None
    contacts: int
    """How many people there are known to have a part in it."""
    has_buyer: bool | None
    """Whether somebody who can sign is known; None where that cannot be told, as for a day that has passed."""
    stage_id: int = 0
    units: Fraction | None = None
    """The amount in units of the organisation's currency; None where there is none, or no rate."""
    unanswered: int = 0
    """Outbound touches since the last two-way one."""
    unanswered_since: dt.date | None = None
    touched: tuple[str, ...] = ()
    """Who was in touch within `THREAD_DAYS` days, by name."""
    touched_unnamed: bool = False
    """Whether there were touches in that time that do not say with whom."""
    entered: dt.date | None = None
    """When it came into its stage for the first time."""
    stage_days: int | None = None
    """Days in its stage, all stays together; None where that is not known."""
    pushes: tuple[Push, ...] = ()
    drop: tuple[dt.date, Money, Money] | None = None
    """The day of the last decrease, the highest amount lately and the amount now."""
    regress: Move[str] | None = None
    """The last step back, from which stage to the one of now, by name."""


@dataclass(frozen=True)
class Stay:
    """How long a won opportunity was in a stage, and how many days after entering it first it was won."""

    days: int
    to_win: int


@dataclass(frozen=True)
class Bounds:
    """From where on each rule applies: what is set for the stage, else for all, else the usual or what history says."""

    settings: Mapping[tuple[str, int | None], int] = field(default_factory=dict)
    """By rule and stage id; None is every stage."""
    stays: Mapping[int, Sequence[Stay]] = field(default_factory=dict)
    """Those of won opportunities, by stage id."""
    usual_amount: int = 0
    """Median of the won amounts, in whole units of the organisation's currency; 0 where too few were won."""

    def at_risk(self, stage_id: int) -> int:
        """From which sum of weights on an opportunity in the stage is at risk."""
        given = self.given(Verdict.AT_RISK, stage_id)
        return AT_RISK if given is None else given

    def given(self, rule: Rule | Verdict, stage_id: int) -> int | None:
        """What is set for the rule; None where nothing is."""
        return self.settings.get((rule, stage_id), self.settings.get((rule, None)))

    def quiet(self, stage_id: int, probability: int) -> int:
        given = self.given(Rule.QUIET, stage_id)
        return quiet_days(probability) if given is None else given

    def usual(self, rule: Rule, stage_id: int, default: int) -> int:
        given = self.given(rule, stage_id)
        return default if given is None else given

    def longest_stay(self, stage_id: int) -> int | None:
        """Days in the stage that three quarters of the won ones did not exceed; None from too few."""
        given = self.given(Rule.STALLED, stage_id)
        if given is not None:
            return given
        return self._longest.get(stage_id)

    def shortest_rest(self, stage_id: int, age: int) -> tuple[int, int] | None:
        """Days that nine in ten won ones still needed when they had been in the stage for `age` days, and how many
        those were; (days, 0) where it is set; None from too few."""
        given = self.given(Rule.IMPLAUSIBLE, stage_id)
        if given is not None:
            return given, 0
        known = self._rests
        if (stage_id, age) not in known:
            known[stage_id, age] = self._rest(stage_id, age)
        return known[stage_id, age]

    def _rest(self, stage_id: int, age: int) -> tuple[int, int] | None:
        stays = self._by_days.get(stage_id, ())
        still_there = stays[bisect_left(stays, age, key=lambda stay: stay.days) :]
        if len(still_there) < FEW:
            return None
        return percentile(sorted(stay.to_win - age for stay in still_there), SHORT_REST), len(still_there)

    @cached_property
    def _by_days(self) -> Mapping[int, Sequence[Stay]]:
        return {stage: sorted(stays, key=lambda stay: stay.days) for stage, stays in self.stays.items()}

    @cached_property
    def _longest(self) -> Mapping[int, int]:
        return {
            stage: percentile([stay.days for stay in stays], LONG_STAY)
            for stage, stays in self._by_days.items()
            if len(stays) >= FEW
        }

    @cached_property
    def _rests(self) -> dict[tuple[int, int], tuple[int, int] | None]:
        """What was looked up already: hundreds of opportunities ask for the same."""
        return {}

    def any_rest(self, stage_id: int) -> tuple[int, int] | None:
        """The same for one that has just come into the stage."""
        return self.shortest_rest(stage_id, 0)


@dataclass(frozen=True)
class Finding:
    """A rule that applies, with what it saw: which of the places are filled depends on the rule."""

    rule: Rule
    day: dt.date | None = None
    """The day that it refers to."""
    days: int = 0
    """How many days it is over, or lasts."""
    bound: int = 0
    """From where on it applies."""
    count: int = 0
    """How often, or how many won ones the bound comes from."""
    before: Money | dt.date | str | None = None
    after: Money | dt.date | str | None = None


USUAL = Bounds()


def list_findings(standing: Standing, today: dt.date, bounds: Bounds = USUAL) -> tuple[Finding, ...]:
    """The rules that apply, the most urgent first."""
    found = (
        *_fields(standing, today, bounds),
        *_touches(standing, today, bounds),
        *_course(standing, today, bounds),
        *_people(standing, today, bounds),
    )
    order = list(Rule)
    return tuple(sorted(found, key=lambda finding: order.index(finding.rule)))


def _fields(standing: Standing, today: dt.date, bounds: Bounds) -> Iterator[Finding]:
    close, due, stage = standing.expected_close, standing.next_step_due, standing.stage_id
    if close is not None and (today - close).days > bounds.usual(Rule.OVERDUE, stage, 0):
        yield Finding(Rule.OVERDUE, close, (today - close).days)
    if standing.next_step and due is not None and (today - due).days > bounds.usual(Rule.STEP_OVERDUE, stage, 0):
        yield Finding(Rule.STEP_OVERDUE, due, (today - due).days)
    if not standing.next_step:
        yield Finding(Rule.NO_NEXT_STEP)
    if close is None:
        yield Finding(Rule.NO_CLOSE_DATE)
    if not standing.has_amount:
        yield Finding(Rule.NO_AMOUNT)


def _touches(standing: Standing, today: dt.date, bounds: Bounds) -> Iterator[Finding]:
    since = standing.unanswered_since
    patience = bounds.usual(Rule.GHOSTED, standing.stage_id, GHOSTED_DAYS)
    if standing.unanswered >= GHOSTED_TOUCHES and since is not None and (today - since).days >= patience:
        yield Finding(Rule.GHOSTED, since, (today - since).days, patience, standing.unanswered)
    touched = standing.last_touch or standing.since
    quiet = bounds.quiet(standing.stage_id, standing.probability)
    if touched is not None and (today - touched).days > quiet:
        yield Finding(Rule.QUIET, standing.last_touch, (today - touched).days, quiet)


def _course(standing: Standing, today: dt.date, bounds: Bounds) -> Iterator[Finding]:
    yield from _implausible(standing, today, bounds)
    yield from _pushed(standing, bounds)
    longest_stay = bounds.longest_stay(standing.stage_id)
    if standing.stage_days is not None and longest_stay is not None and standing.stage_days > longest_stay:
        n = 0 if bounds.given(Rule.STALLED, standing.stage_id) is not None else len(bounds.stays[standing.stage_id])
        yield Finding(Rule.STALLED, standing.entered, standing.stage_days, longest_stay, n)
    if standing.regress is not None:
        move = standing.regress
        if (today - move.day).days <= bounds.usual(Rule.STAGE_BACK, standing.stage_id, RECENT):
            yield Finding(Rule.STAGE_BACK, move.day, before=move.old, after=move.new)
    if standing.drop is not None:
        day, peak, now = standing.drop
        percent = bounds.usual(Rule.AMOUNT_DROP, standing.stage_id, DROP_PERCENT)
        if (peak.minor - now.minor) * 100 > percent * peak.minor:
            yield Finding(Rule.AMOUNT_DROP, day, bound=percent, before=peak, after=now)


def _pushed(standing: Standing, bounds: Bounds) -> Iterator[Finding]:
    """Either often out of the period, or once far."""
    pushes = [push for push in standing.pushes if push.later]
    bound = bounds.usual(Rule.PUSHED, standing.stage_id, PUSHES)
    longest = max(standing.pushes, key=lambda push: push.days, default=None)
    if pushes and len(pushes) >= bound:
        days = (pushes[-1].new - pushes[0].old).days
        yield Finding(Rule.PUSHED, pushes[-1].on, max(days, 0), bound, len(pushes), pushes[0].old, pushes[-1].new)
    elif longest is not None and longest.days > LONG_PUSH:
        yield Finding(Rule.PUSHED, longest.on, longest.days, bound, 1, longest.old, longest.new)


def _implausible(standing: Standing, today: dt.date, bounds: Bounds) -> Iterator[Finding]:
    close = standing.expected_close
    if close is None or close < today:
        return
    rest = bounds.shortest_rest(standing.stage_id, standing.stage_days or 0)
    left = (close - today).days
    if rest is not None and left < rest[0]:
        yield Finding(Rule.IMPLAUSIBLE, close, left, rest[0], rest[1])


def _people(standing: Standing, today: dt.date, bounds: Bounds) -> Iterator[Finding]:
    from_probability = bounds.usual(Rule.NO_BUYER, standing.stage_id, BUYER_FROM_PROBABILITY)
    if standing.has_buyer is False and standing.probability >= from_probability:
        yield Finding(Rule.NO_BUYER)
    # A touch that names nobody can have been with anybody who is known; with fewer than two known it was not with two.
    most = max(len(standing.touched), standing.contacts) if standing.touched_unnamed else len(standing.touched)
    above = bounds.usual(Rule.SINGLE_THREAD, standing.stage_id, bounds.usual_amount)
    if most < THREADS and standing.units is not None and standing.units > above:
        day = today - dt.timedelta(days=THREAD_DAYS)
        one = standing.touched[0] if standing.touched else None
        yield Finding(Rule.SINGLE_THREAD, day, THREAD_DAYS, above, most, one)


def quiet_days(probability: int) -> int:
    """How many days without a two-way touch are still fine at this stage, unless another number is set."""
    return next(days for bound, days in QUIET_DAYS if probability < bound)
