"""Handing out targets: by what they are split, how they lie over the months, and whether they can be reached."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from skills.answer import Choice
from skills.coming import grain_of
from skills.contract import SkillContext
from skills.errors import Impossible, Unclear
from skills.holders import Holder
from skills.measures.calendar import Grain, Month, Period
from skills.text import Text, text
from skills.track_record import list_past_periods
from skills.wording import enumeration, period_name
from store.forecasts import sum_won_by_window
from store.models import RateKind
from store.money import Money
from store.scope import Scope
from store.targets import OpenSum, sum_open_by_owner, sum_revenue_by_owner

COMPARED = 4
"""So many past periods are looked at to see who ever reached as much."""


class By(StrEnum):
    """What a number is split by."""

    SHARE = "share"
    EVENLY = "evenly"
    POTENTIAL = "potential"
    PIPELINE = "pipeline"


CALLED = {
    By.SHARE: (
        "share",
        "last year",
        "last year's share",
        "last years share",
        "history",
        "去年",
        "去年占比",
        "去年业绩",
        "占比",
        "历史",
    ),
    By.EVENLY: ("evenly", "even", "equally", "equal", "same", "平均", "均分", "平分"),
    By.POTENTIAL: ("potential", "by potential", "customers", "revenue", "潜力", "客户潜力"),
    By.PIPELINE: ("pipeline", "open pipeline", "open", "商机", "漏斗", "在手商机"),
}
BY_NAMES = {
    By.SHARE: text("by last year's share"),
    By.EVENLY: text("evenly"),
    By.POTENTIAL: text("by potential (yearly revenue of the customers looked after)"),
    By.PIPELINE: text("by open pipeline"),
}


def read_by(words: str | None) -> By:
    """What to split by; last year's share without words. Raises `Unclear`."""
    said = " ".join((words or By.SHARE.value).casefold().removeprefix("by ").replace("’", "'").split())
    for by, names in CALLED.items():
        if said in names:
            return by
    raise Unclear(text("By what shall I split it?"), choices=[Choice.of(BY_NAMES[by], by=by.value) for by in By])


def list_weights(context: SkillContext, parts: Sequence[Holder], period: Period, by: By) -> list[Fraction]:
    """What each part weighs. Raises `Unclear`, with another way as a choice, where nothing weighs anything."""
    if by is By.EVENLY:
        return [Fraction(1)] * len(parts)
    everybody = _together(parts)
    if by is By.SHARE:
        before = context.calendar.year_before(Grain.YEAR, period.start)
        worth: dict[int, Fraction] = defaultdict(Fraction)
        for row in sum_won_by_window(context.session, everybody, [(before.start, before.end)]):
            worth[row.person_id] += row.booked_minor
        nothing = text(
            "Nobody there won anything in {period}, so there is no share to split by.", period=period_name(before)
        )
    elif by is By.PIPELINE:
        worth = _converted(context, sum_open_by_owner(context.session, everybody, period.start, period.end))
        nothing = text("Nothing there is expected to close in {period}.", period=period_name(period))
    else:
        worth = _converted(context, sum_revenue_by_owner(context.session, everybody))
        nothing = text("No customer with a known yearly revenue has one of them as its owner.")
    weights = [sum((worth[owner] for owner in list(worth) if part.scope.allows(owner)), Fraction(0)) for part in parts]
    if not any(weights):
        raise Unclear(nothing, choices=[Choice.of(text("Split it evenly"), by=By.EVENLY.value)])
    return weights


def _together(parts: Sequence[Holder]) -> Scope:
    people: set[int] = set()
    for part in parts:
        people |= part.scope.people or frozenset()
    return Scope.of(people)


def _converted(context: SkillContext, rows: Sequence[OpenSum]) -> dict[int, Fraction]:
    worth: dict[int, Fraction] = defaultdict(Fraction)
    missing = set()
    for row in rows:
        money = Money(row.amount_minor, row.currency)
        exact = context.rates.exact(money, context.today, context.organisation.open_rates)
        if exact is None:
            missing.add(row.currency)
        else:
            worth[row.owner_id] += exact
    if missing:
        raise Impossible(
            text(
                "There is no exchange rate for {currencies}, so the parts can't be compared.",
                currencies=enumeration(sorted(missing)),
            ),
            text("An administrator can import the rates; or split it evenly."),
        )
    return worth


@dataclass(frozen=True)
class Curve:
    """How an amount lies over months, and where that is taken from."""

    weights: tuple[int, ...]
    source: Text


def get_curve(context: SkillContext, holder: Holder, months: Sequence[Month]) -> Curve:
    """By the bookings of the same months a year before, or two where those are not over: the holder's own if there are
    some in each month, else the company's, else evenly."""
    if len(months) == 1:
        return Curve((1,), text("in one month"))
    windows = _last_time(context, months)
    for scope, source in (
        (holder.scope, text("over the months as {whose} sold a year before", whose=holder.label)),
        (Scope.everybody(), text("over the months as the whole company sold a year before")),
    ):
        sums = [0] * len(windows)
        for row in sum_won_by_window(context.session, scope, windows):
            sums[row.window] += row.booked_minor
        if all(sums):
            return Curve(tuple(sums), source)
    return Curve((1,) * len(months), text("evenly over the months"))


def _last_time(context: SkillContext, months: Sequence[Month]) -> list[tuple[dt.date, dt.date]]:
    """The newest year in which all of these months are over."""
    before = [context.calendar.year_before(Grain.MONTH, month.start) for month in months]
    while before[-1].end > context.today:
        before = [context.calendar.year_before(Grain.MONTH, month.start) for month in before]
    return [(month.start, month.end) for month in before]


@dataclass(frozen=True)
class Reach:
    """Of the people who sold something in the past periods, how many ever reached as much in one of them."""

    reached: int
    people: int
    periods: int
    grain: Grain


@dataclass(frozen=True)
class PastPeriods:
    """What everybody booked in each of the last periods of a length, in the organisation's currency."""

    grain: Grain
    best: tuple[int, ...]
    """The best of each person."""

    def reach(self, minor: Fraction) -> Reach:
        return Reach(sum(best >= minor for best in self.best), len(self.best), COMPARED, self.grain)


def get_past_periods(context: SkillContext, period: Period) -> PastPeriods | None:
    """Those of the same length as `period`; None where it has none that is usual. Counts only, so nobody is told of."""
    grain = grain_of(context, period)
    if grain is None:
        return None
    past = list_past_periods(context, grain, COMPARED)
    best: dict[int, int] = defaultdict(int)
    for row in sum_won_by_window(context.session, Scope.everybody(), [(each.start, each.end) for each in past]):
        best[row.person_id] = max(best[row.person_id], row.booked_minor)
    return PastPeriods(grain, tuple(best.values()))


def home_minor(context: SkillContext, money: Money, day: dt.date) -> Fraction | None:
    """In the organisation's currency at the plan rate, or else at the day's; None where there is no rate."""
    exact = context.rates.exact(money, day, RateKind.PLAN)
    return exact if exact is not None else context.rates.exact(money, day)


def sum_open(context: SkillContext, scope: Scope, period: Period) -> Fraction | None:
    """What is open and expected to close in a period, in the organisation's currency; None where a rate is missing."""
    try:
        return sum(
            _converted(context, sum_open_by_owner(context.session, scope, period.start, period.end)).values(),
            Fraction(0),
        )
    except Impossible:
        return None


def reach_sentence(reach: Reach) -> Text:
    """How many ever reached as much, in words."""
    if not reach.people:
        return text("Nobody has sold anything in the periods before, so there is nothing to compare it with.")
    reached, people = reach.reached, reach.people
    match reach.grain:
        case Grain.MONTH:
            return text(
                "{reached} of {people} reps reached this in one of the last 4 months.", reached=reached, people=people
            )
        case Grain.HALF:
            return text(
                "{reached} of {people} reps reached this in one of the last 4 half-years.",
                reached=reached,
                people=people,
            )
        case Grain.YEAR:
            return text(
                "{reached} of {people} reps reached this in one of the last 4 years.", reached=reached, people=people
            )
        case _:
            return text(
                "{reached} of {people} reps reached this in one of the last 4 quarters.", reached=reached, people=people
            )
