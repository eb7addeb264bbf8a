"""How good the forecasts of past periods were, at the moments at which they were made (domain 3.12)."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from zoneinfo import ZoneInfo

from skills.answer import Choice
from skills.calls import list_below, list_heads, list_population
from skills.contract import SkillContext
from skills.errors import Unclear
from skills.measures.accuracy import Pair, bias, mape, shrunk, wape
from skills.measures.calendar import Grain, Period
from skills.measures.forecast import Chance
from skills.outlook import get_chances
from skills.text import Text, text
from store.forecasts import list_calls, sum_snapshot, sum_won_by_window
from store.models import Category, Person
from store.money import Money
from store.people import list_report_ids
from store.scope import Scope
from store.snapshots import get_last_snapshot_day

PERIODS = 8
"""How many past periods are looked at."""
SNAPSHOT_WITHIN = dt.timedelta(days=7)
"""A snapshot that is so much older than the day asked for does not tell of it."""
VINTAGE = re.compile(
    r"^(?:at |on |in |after )?(?:the )?(?:end of )?(?P<unit>day|week|d|w)\s*(?P<number>\d{1,2})$", re.IGNORECASE
)
CHINESE_VINTAGE = re.compile(r"^第\s*(?P<number>\d{1,2})\s*(?P<unit>天|周)$")


@dataclass(frozen=True)
class Vintage:
    """The end of a day of the period: a forecast is measured as it stood then."""

    unit: str
    number: int

    @property
    def days(self) -> int:
        return self.number * (7 if self.unit == "week" else 1)

    @property
    def label(self) -> Text:
        if self.unit == "week":
            return text("week {number}", number=self.number)
        return text("day {number}", number=self.number)


USUAL = Vintage("week", 4)
VINTAGES = (Vintage("day", 1), USUAL, Vintage("week", 8))


def read_vintage(words: str | None) -> Vintage:
    """The moment of the period that is meant: "day 1", "week 4", 第4周; week 4 without words. Raises `Unclear`."""
    said = (words or "").strip()
    if not said:
        return USUAL
    match = VINTAGE.match(said) or CHINESE_VINTAGE.match(said)
    number = int(match["number"]) if match else 0
    if match is None or not number:
        raise Unclear(
            text("I can't read “{words}” as a moment of the period.", words=said),
            text("Write it like day 1 or week 4."),
            choices=[Choice.of(one.label, vintage=f"{one.unit} {one.number}") for one in VINTAGES],
        )
    return Vintage("week" if match["unit"].lower() in ("week", "w", "周") else "day", number)


@dataclass(frozen=True)
class Score:
    """Forecasts of one kind beside what came."""

    pairs: tuple[Pair, ...] = ()

    @property
    def wape(self) -> Fraction | None:
        return wape(self.pairs)

    @property
    def bias(self) -> Fraction | None:
        return bias(self.pairs)

    @property
    def mape(self) -> Fraction | None:
        return mape(self.pairs)


@dataclass(frozen=True)
class PersonScore:
    person: Person
    is_head: bool
    """Whether their calls are their team's number."""
    score: Score
    shrunk: Fraction | None
    """The bias drawn towards that of all of them."""


@dataclass(frozen=True)
class AtVintage:
    """Everything that was forecast at one moment of the periods."""

    vintage: Vintage
    calls: Score
    """Calls of everybody who has nobody below, one pair for each person and period."""
    landing: Score
    """The weighted landing of all of them together, rebuilt from snapshots; one pair for each period."""
    commit: Score
    best_case: Score
    people: tuple[PersonScore, ...] = ()
    unread: int = 0
    """Calls that are left out, because a rate is missing."""


@dataclass
class _Actuals:
    """What was booked, by person and number of the period; None where a rate is missing."""

    minor: dict[tuple[int, int], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    missing: set[tuple[int, int]] = field(default_factory=set)

    def of(self, people: Sequence[int] | frozenset[int], number: int) -> Fraction | None:
        if any((person, number) in self.missing for person in people):
            return None
        return sum((self.minor[person, number] for person in people), Fraction(0))


def list_past_periods(context: SkillContext, grain: Grain, count: int = PERIODS) -> tuple[Period, ...]:
    """The periods that have ended, the newest last."""
    return tuple(context.calendar.shifted(grain, context.today, -back) for back in range(count, 0, -1))


def get_track_record(
    context: SkillContext,
    scope: Scope,
    grain: Grain,
    vintages: Sequence[Vintage] = VINTAGES,
    periods: tuple[Period, ...] | None = None,
) -> tuple[AtVintage, ...]:
    """How good the forecasts about these people were, at each of the moments, in the last periods or those named."""
    periods = list_past_periods(context, grain) if periods is None else periods
    people = list_population(context, scope)
    actuals = _actuals(context, scope, periods)
    rebuilt = _Snapshots(context, scope, periods, people, actuals)
    found = []
    for vintage in vintages:
        if any(period.start + dt.timedelta(days=vintage.days) > period.end for period in periods):
            continue
        scores, unread = _calls(context, scope, periods, people, actuals, vintage)
        landing, commit, best_case = rebuilt.at(vintage)
        found.append(_at(vintage, people, scores, unread, landing, commit, best_case))
    return tuple(found)


def get_own_record(context: SkillContext, person: Person, grain: Grain, vintage: Vintage = USUAL) -> Score:
    """One person's calls of past periods beside what they, and everybody below, then booked."""
    below = _with_below(context, person)
    periods = list_past_periods(context, grain)
    actuals = _actuals(context, below, periods)
    scores, _ = _calls(context, Scope.of([person.id or 0]), periods, list_population(context, below), actuals, vintage)
    return Score(tuple(scores.get(person.id or 0, ())))


def _with_below(context: SkillContext, person: Person) -> Scope:
    return Scope.of({person.id or 0} | list_report_ids(context.session, person.id or 0))


def _at(
    vintage: Vintage,
    people: Mapping[int, Person],
    scores: Mapping[int, Sequence[Pair]],
    unread: int,
    landing: Score,
    commit: Score,
    best_case: Score,
) -> AtVintage:
    heads = list_heads(people.values())
    calls = Score(tuple(pair for number, pairs in scores.items() if number not in heads for pair in pairs))
    return AtVintage(
        vintage=vintage,
        calls=calls,
        landing=landing,
        commit=commit,
        best_case=best_case,
        people=tuple(
            PersonScore(
                people[number],
                number in heads,
                Score(tuple(pairs)),
                shrunk(bias(pairs), len(pairs), None if number in heads else calls.bias),
            )
            for number, pairs in sorted(scores.items(), key=lambda item: people[item[0]].name.casefold())
        ),
        unread=unread,
    )


def _actuals(context: SkillContext, scope: Scope, periods: Sequence[Period]) -> _Actuals:
    actuals = _Actuals()
    for row in sum_won_by_window(context.session, scope, [(period.start, period.end) for period in periods]):
        actuals.minor[row.person_id, row.window] += row.booked_minor
        if row.unconverted:
            actuals.missing.add((row.person_id, row.window))
    return actuals


def _calls(
    context: SkillContext,
    scope: Scope,
    periods: Sequence[Period],
    people: Mapping[int, Person],
    actuals: _Actuals,
    vintage: Vintage,
) -> tuple[dict[int, list[Pair]], int]:
    """Own commit calls in force at the moment, beside what came; and how many are left out for want of a rate."""
    zone = ZoneInfo(context.organisation.zone)
    teams = {head: below | {head} for head, below in list_below(people.values()).items()}
    found: dict[int, list[Pair]] = defaultdict(list)
    unread = 0
    for number, period in enumerate(periods):
        moment = dt.datetime.combine(period.start + dt.timedelta(days=vintage.days), dt.time(), zone)
        for row in list_calls(context.session, scope, period.start, period.end, before=moment):
            if row.author_id != row.person_id or row.category != Category.COMMIT or row.person_id not in people:
                continue
            money = Money(row.amount_minor, row.currency)
            forecast = _home(context, money, period.start)
            actual = actuals.of(teams.get(row.person_id, frozenset({row.person_id})), number)
            if forecast is None or actual is None:
                unread += 1
                continue
            found[row.person_id].append(Pair(forecast, actual))
    return found, unread


def _home(context: SkillContext, money: Money, day: dt.date) -> Fraction | None:
    if not money.minor:
        return Fraction(0)
    return context.rates.exact(money, day, context.organisation.open_rates)


class _Snapshots:
    """The landing and the category sums of past periods as they stood at a moment, from the nightly snapshots.

    Chances are those that could be known when the period began: of what was closed before it.
    """

    def __init__(
        self,
        context: SkillContext,
        scope: Scope,
        periods: Sequence[Period],
        people: Mapping[int, Person],
        actuals: _Actuals,
    ) -> None:
        self._context, self._scope, self._periods = context, scope, periods
        self._people, self._actuals = people, actuals
        self._chances: dict[int, dict[int, Chance]] = {}

    def at(self, vintage: Vintage) -> tuple[Score, Score, Score]:
        """Landing, commit forecast and best-case forecast beside what came."""
        days = [period.start + dt.timedelta(days=vintage.days) for period in self._periods]
        windows = [(period.start, day) for period, day in zip(self._periods, days, strict=True)]
        booked: dict[int, Fraction] = defaultdict(Fraction)
        for row in sum_won_by_window(self._context.session, self._scope, windows):
            booked[row.window] += row.booked_minor
        pairs: tuple[list[Pair], list[Pair], list[Pair]] = ([], [], [])
        for number, (period, day) in enumerate(zip(self._periods, days, strict=True)):
            actual = self._actual(number)
            taken_on = get_last_snapshot_day(self._context.session, day - dt.timedelta(days=1), SNAPSHOT_WITHIN)
            sums = None if taken_on is None or actual is None else self._sums(taken_on, period, number)
            if sums is None or actual is None:
                continue
            for kind, amount in zip(pairs, sums, strict=True):
                kind.append(Pair(booked[number] + amount, actual))
        return Score(tuple(pairs[0])), Score(tuple(pairs[1])), Score(tuple(pairs[2]))

    def _actual(self, number: int) -> Fraction | None:
        if any(window == number for _, window in self._actuals.missing):
            return None
        return sum((minor for (_, window), minor in self._actuals.minor.items() if window == number), Fraction(0))

    def _sums(self, taken_on: dt.date, period: Period, number: int) -> tuple[Fraction, Fraction, Fraction] | None:
        """What the open ones were worth, those of commit, and those of commit and best case; None without a rate."""
        worth = commit = best_case = Fraction(0)
        for row in sum_snapshot(self._context.session, self._scope, taken_on, period.start, period.end):
            amount = _home(self._context, Money(row.amount_minor, row.currency), taken_on)
            if amount is None:
                return None
            if row.category == Category.OMITTED:
                continue
            worth += amount * self._share(row.stage_id, number)
            commit += amount if row.category == Category.COMMIT else 0
            best_case += amount if row.category in (Category.COMMIT, Category.BEST_CASE) else 0
        return worth, commit, best_case

    def _share(self, stage_id: int, number: int) -> Fraction:
        if number not in self._chances:
            self._chances[number] = get_chances(self._context, self._periods[number].start)
        known = self._chances[number].get(stage_id)
        return known.share if known else Fraction(0)
