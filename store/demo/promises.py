"""What people said they would bring: weekly forecasts with each one's habit, and the targets that they agreed to."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from store.demo.absences import Absences
from store.demo.activity import moment
from store.demo.catalogue import STAGES, WON
from store.demo.dice import Dice
from store.demo.history import History, whole
from store.demo.people import CURRENCY_OF, IDS, MANAGER_OF, MEMBERS, Member, left_on, member_of, region_of, started_on
from store.demo.targets import GIVER, Target, newest
from store.demo.working_days import WorkingDays, fiscal_year_start, month_after, quarter_start
from store.models import Category
from store.money import Money, Rates, rounded

QUARTERS = 7
"""The running one and those before it, for which forecasts were given."""
WEEKS = 13
OWN_BIAS = {"Priya Raman": -5, "Diego Salazar": 7, "Katrin Vogel": -3, "Chen Wei 陈伟": 4}
"""The same of the managers, who call their team's number from what their people have called."""
BIAS = {
    "Hannah Lindgren": 31, "Greg Harlan": 38, "Liu Yang 刘洋": 24, "Jamal Foster": 17, "Søren Dahl": 19,
    "Colleen Byrne": 12, "Julia Hartmann": 8, "Zhang Lei 张磊": 6, "Marcus Bell": -9, "Tyler Nakamura": -7,
    "Li Na 李娜": -12, "Jonas Weber": -4,
}  # fmt: skip
"""By how many percent somebody is usually too high (or too low) about what is still to come; the others by two."""
USUAL_BIAS = 2
DOUBTED = 12
"""From such a bias on the manager gives a number of their own, in some weeks."""
OVERRIDDEN_IN = (3, 6, 9, 11)
OVERRIDE_NOTES = ("Last quarter's gap again", "The big one has no signature date", "Two of these have no next step")
STEP = 50_00
"""People forecast in fifties."""
USUAL_ATTAINMENT = 83
NOT_YET_ACCEPTED = ("Wang Fang 王芳", "Julia Kowalska")
ACCEPTED_WITHIN = 11
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Promise:
    """A forecast by `author_id` about `person_id` for the quarter from `start` to `end`."""

    person_id: int
    author_id: int
    start: dt.date
    end: dt.date
    category: Category
    minor: int
    currency: str
    note: str
    at: dt.datetime


@dataclass(frozen=True)
class Acceptance:
    """Somebody agreed to a target, known by its place in the list."""

    place: int
    person_id: int
    at: dt.datetime


class Outlook:
    """What somebody had booked by a day, and what the quarter brought or is likely to bring, in their currency."""

    def __init__(self, histories: Sequence[History], rates: Rates, day: dt.date) -> None:
        self.rates, self.day = rates, day
        self.won: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
        self.open: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
        for history in histories:
            state = history.current
            owner, stage = whole(state["owner_id"]), whole(state["stage_id"])
            closed, expected, amount = state["closed_on"], state["expected_close"], state["amount_minor"]
            if not isinstance(amount, int):
                continue
            money = Money(amount, str(state["currency"]))
            if stage == WON and isinstance(closed, dt.date):
                self.won[owner].append((closed, self._own(owner, money, closed)))
            elif state["status"] == "open" and isinstance(expected, dt.date):
                likely = self._own(owner, money, day) * STAGES[stage - 1][2] // 100
                self.open[owner].append((expected, likely))

    def _own(self, owner: int, money: Money, on: dt.date) -> int:
        exact = self.rates.exact(money, on, to=CURRENCY_OF.get(member_of(owner).team, self.rates.currency))
        return rounded(exact) if exact is not None else 0

    def booked(self, person_id: int, start: dt.date, end: dt.date) -> int:
        return sum(minor for on, minor in self.won[person_id] if start <= on < end)

    def total(self, person_id: int, start: dt.date, end: dt.date) -> int:
        """For the running quarter with what is open, by the chance of its stage."""
        booked = self.booked(person_id, start, end)
        if end <= self.day:
            return booked
        return booked + sum(likely for due, likely in self.open[person_id] if due < end)


class Promises:
    """Draws them."""

    def __init__(self, seed: int, day: dt.date, days: WorkingDays, absences: Absences) -> None:
        self.dice, self.day, self.days, self.absences = Dice(seed, "promises"), day, days, absences

    def list_forecasts(self, outlook: Outlook, targets: Sequence[Target]) -> list[Promise]:
        """In the order in which they were given."""
        asked: dict[tuple[int, dt.date], int] = defaultdict(int)
        for target in newest(targets):
            asked[target.person_id or 0, quarter_start(target.month)] += target.asked
        given: list[Promise] = []
        for back in range(QUARTERS - 1, -1, -1):
            start = month_after(quarter_start(self.day), -3 * back)
            for member in MEMBERS:
                if member.is_rep and asked[IDS[member.name], start]:
                    given += self._of(member, start, asked[IDS[member.name], start], outlook)
            given += self._of_managers(start, [promise for promise in given if promise.start == start])
        return sorted(given, key=lambda promise: (promise.at, promise.person_id, promise.category))

    def _of_managers(self, start: dt.date, called: Sequence[Promise]) -> Iterator[Promise]:
        """A day after their people, in every second week: the sum of the newest calls, seen with their own eyes."""
        for name, bias in OWN_BIAS.items():
            boss, team = IDS[name], member_of(IDS[name]).team
            own = [p for p in called if p.category is Category.COMMIT and member_of(p.person_id).team == team]
            for week in range(0, WEEKS, 2):
                monday = start + (-start.weekday() % 7 + 7 * week) * DAY
                on = self.days.on_or_after(region_of(member_of(boss)), monday + 2 * DAY)
                newest = {p.person_id: p.minor for p in sorted(own, key=lambda p: p.at) if p.at.date() < on}
                if newest and on < min(month_after(start, 3), self.day):
                    minor = sum(newest.values()) * (100 + bias * (WEEKS - week) // WEEKS) // 100
                    yield self._promise(boss, boss, start, minor // STEP * STEP, "", on)

    def _of(self, member: Member, start: dt.date, asked: int, outlook: Outlook) -> Iterator[Promise]:
        person_id, end = IDS[member.name], month_after(start, 3)
        bias = BIAS.get(member.name, USUAL_BIAS)
        total = outlook.total(person_id, start, end)
        for week in range(WEEKS):
            monday = start + (-start.weekday() % 7 + 7 * week) * DAY
            on = self.days.on_or_after(region_of(member), monday)
            if on >= min(end, self.day) or not self._is_there(member, on):
                continue
            booked = outlook.booked(person_id, start, on)
            # The nearer the end, the less it is what is usual and the more what really comes.
            trust = 15 + 80 * week // (WEEKS - 1)
            rest = max(total - booked, 0) * trust + max(asked * USUAL_ATTAINMENT // 100 - booked, 0) * (100 - trust)
            drift = self.dice.whole(-11, 11) * (WEEKS - week) // WEEKS
            commit = booked + rest * (100 + bias + drift) // 10_000
            best = commit + rest * self.dice.whole(13, 37) // 10_000
            given = self._promise(person_id, person_id, start, max(commit // STEP * STEP, booked), "", on)
            yield given
            yield replace(given, category=Category.BEST_CASE, minor=max(best // STEP * STEP, booked))
            manager_day = self.days.on_or_after(region_of(member), on + DAY)
            if abs(bias) >= DOUBTED and week in OVERRIDDEN_IN and manager_day < min(end, self.day):
                minor = booked + rest * (100 + bias * 4 // 10) // 10_000
                note, boss = self.dice.pick(OVERRIDE_NOTES), MANAGER_OF[member.team]
                yield self._promise(person_id, boss, start, max(minor // STEP * STEP, booked), note, manager_day)

    def _promise(self, person_id: int, author: int, start: dt.date, minor: int, note: str, on: dt.date) -> Promise:
        currency, at = CURRENCY_OF[member_of(person_id).team], moment(self.dice, on, author)
        return Promise(person_id, author, start, month_after(start, 3), Category.COMMIT, minor, currency, note, at)

    def _is_there(self, member: Member, on: dt.date) -> bool:
        left = left_on(member, self.day)
        there = started_on(member, self.day) <= on and (left is None or on <= left)
        return there and self.absences.of(IDS[member.name], on) is None

    def list_acceptances(self, targets: Sequence[Target]) -> list[Acceptance]:
        """Of the targets of this fiscal year, most of them by the person whose they are."""
        accepted = []
        agreed: dict[tuple[int, dt.date], dt.date] = {}
        for place, target in enumerate(targets):
            person_id = target.person_id
            mine = person_id is not None and target.month >= fiscal_year_start(self.day)
            if not mine or person_id is None or member_of(person_id).name in NOT_YET_ACCEPTED:
                continue
            key = (person_id, target.recorded_on)
            if key not in agreed:
                member = member_of(person_id)
                first = max(target.recorded_on, started_on(member, self.day))
                on = self.days.on_or_after(region_of(member), first + self.dice.whole(1, ACCEPTED_WITHIN) * DAY)
                agreed[key] = on
            if agreed[key] < self.day and not self._is_contested(target):
                accepted.append(Acceptance(place, person_id, moment(self.dice, agreed[key], person_id)))
        return accepted

    def _is_contested(self, target: Target) -> bool:
        """Whoever asked for less has not said yes to it yet."""
        return target.version > 1 and member_of(target.person_id or 0).name == GIVER
