"""What is to become of targets: the months, what they are now, and the new versions that are written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from skills.coming import find_coming_period
from skills.contract import SkillContext
from skills.errors import Impossible, Unclear
from skills.holders import Holder
from skills.levels import LEVEL_NAMES
from skills.measures.calendar import Grain, Month, Period, add_months
from skills.metrics import TITLES, Unit
from skills.references import read_amount
from skills.text import AnyValue, Text, text
from skills.wording import month_name, period_name
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.models import Level, Metric, Quota
from store.money import Money
from store.scope import Scope
from store.targets import Target, list_own_targets, list_targets

COUNT = re.compile(
    r"[+-]?\s*\d[\d.,' ]*(?:\s?(?:k|m|w|万|千|百))?(?:\s?%)?|[一二两三四五六七八九十百千万]+", re.IGNORECASE
)
PLAIN = "JPY"
"""Counts are read as an amount of a currency that has no decimal places."""
YEAR = 12


@dataclass(frozen=True)
class Plan:
    """What is asked for, in which months, and why."""

    period: Period
    months: tuple[Month, ...]
    metric: Metric
    level: Level
    currency: str | None
    """None where it is a count."""
    reason: str

    @property
    def unit(self) -> Unit:
        return Unit(self.metric, self.currency)

    @property
    def what(self) -> Text:
        if self.metric is Metric.BOOKED:
            return LEVEL_NAMES[self.level]
        return text("{level} ({metric})", level=LEVEL_NAMES[self.level], metric=TITLES[self.metric])

    def shown(self, minor: int) -> AnyValue:
        return self.unit.shown(minor)


@dataclass(frozen=True)
class Part:
    """One holder's months: what they are now, and what they become."""

    holder: Holder
    metric: Metric
    now: tuple[Target | None, ...]
    then: tuple[int, ...] = ()

    @property
    def currency(self) -> str | None:
        """That of what it is now; None where there is none or several."""
        currencies = {target.currency for target in self.now if target is not None}
        return currencies.pop() if len(currencies) == 1 else None

    @property
    def before(self) -> int | None:
        """Its sum now; None where nothing is set, or where that is in several currencies."""
        known = [target for target in self.now if target is not None]
        return sum(target.minor for target in known) if len({target.currency for target in known}) == 1 else None

    @property
    def shown_before(self) -> AnyValue:
        return text("–") if self.before is None else Unit(self.metric, self.currency).shown(self.before)

    @property
    def total(self) -> int:
        return sum(self.then)


def get_plan(
    context: SkillContext, holder: Holder, metric: Metric, level: Level, period: str | None, reason: str | None
) -> tuple[Plan, Part]:
    """The plan for a holder, in the currency in which they have targets, and what the holder's months are now."""
    whole = find_coming_period(context, period, Grain.QUARTER)
    months = context.calendar.months(whole)
    plan = Plan(whole, months, metric, level, None, (reason or "").strip())
    (part,) = get_parts(context, plan, [holder])
    if not metric.is_money:
        return plan, part
    return replace(plan, currency=part.currency or _usual_currency(context, holder, whole)), part


def _usual_currency(context: SkillContext, holder: Holder, period: Period) -> str:
    own = holder.person
    if own is not None:
        since = add_months(period.start.replace(day=1), -YEAR)
        currencies = [t.currency for t in list_own_targets(context.session, own.id or 0, since) if t.currency]
        if currencies:
            return currencies[-1]
    return context.organisation.currency


def get_parts(context: SkillContext, plan: Plan, holders: Sequence[Holder]) -> list[Part]:
    """What the months of each holder are now."""
    people = Scope.of([holder.person.id or 0 for holder in holders if holder.person is not None])
    keys = [month.key for month in plan.months]
    rows = list_targets(context.session, people, keys, metric=plan.metric, level=plan.level)
    known = {(target.holder, target.month): target for target in rows}
    return [Part(holder, plan.metric, tuple(known.get((holder.key, key)) for key in keys)) for holder in holders]


def read_target(words: str, plan: Plan, part: Part) -> tuple[Plan, int, Text | None]:
    """The amount or count that the words mean, the plan in its currency, and what was guessed.

    A relative one starts from what the holder has now. Raises `Unclear` and `Impossible`.
    """
    if plan.currency is not None:
        current = None if part.before is None else Money(part.before, plan.currency)
        read = read_amount(words, plan.currency, current)
        minor, doubt, plan = read.money.minor, read.doubt, replace(plan, currency=read.money.currency)
    else:
        number = COUNT.search(words)
        if number is None:
            raise Unclear(text("I can't read “{words}” as a number.", words=words), text("Write it like 12."))
        current = None if part.before is None else Money(part.before, PLAIN)
        minor, doubt = read_amount(number.group(), PLAIN, current).money.minor, None
    if minor < 0:
        raise Impossible(text("A target can't be below zero."))
    return plan, minor, doubt


def list_records(context: SkillContext, plan: Plan, parts: Iterable[Part]) -> tuple[RecordChange, ...]:
    """A new version of every month that changes. Raises `Unclear` where a month that has begun does and nobody says
    why."""
    records = []
    for part in parts:
        for month, now, then in zip(plan.months, part.now, part.then, strict=True):
            if now is not None and (now.minor, now.currency) == (then, plan.currency):
                continue
            if now is not None and month.start <= context.today and not plan.reason:
                raise Unclear(
                    text("Why does it change? {month} has begun already.", month=month_name(month.key)),
                    text("Say it again with the reason, such as: because he took over Lakeshore."),
                )
            records.append(_record(context, plan, part.holder, month, now, then))
    return tuple(records)


def _record(
    context: SkillContext, plan: Plan, holder: Holder, month: Month, now: Target | None, then: int
) -> RecordChange:
    person_id, team_id, region = holder.key
    wanted = Quota(
        person_id=person_id,
        team_id=team_id,
        region=region,
        metric=plan.metric,
        level=plan.level,
        month=month.key,
        amount_minor=then,
        currency=plan.currency,
        ramp_percent=100 if now is None else now.ramp_percent,
        version=1 if now is None else now.version + 1,
        reason=plan.reason,
        recorded_at=context.now,
    )
    # A count has no currency in which it could be shown as an amount.
    shown = {"month", "reason", *(("amount_minor", "currency") if plan.currency else ())}
    names = (
        "month", "amount_minor", "currency", "reason", "person_id", "team_id", "region", "metric", "level",
        "ramp_percent", "version", "recorded_at",
    )  # fmt: skip
    fields = tuple(
        FieldChange(field=name, new=to_json(given), derived=name not in shown)
        for name in names
        if (given := getattr(wanted, name)) is not None and given != ""
    )
    return RecordChange(kind=RecordKind.QUOTA, label=holder.label, fields=fields)


def headline(plan: Plan, part: Part) -> Text:
    """What becomes of one holder's target."""
    whose, period, after = part.holder.label, period_name(plan.period), plan.shown(part.total)
    if part.before is None:
        return text(
            "**{whose}**, {what} for {period}: **{after}**.", whose=whose, what=plan.what, period=period, after=after
        )
    return text(
        "**{whose}**, {what} for {period}: {before} → **{after}**.",
        whose=whose,
        what=plan.what,
        period=period,
        before=part.shown_before,
        after=after,
    )
