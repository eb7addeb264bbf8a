"""What became of a pipeline between two days (domain 3.10).

    opening + created + reopened + transferred in + pulled in + slipped in + increased − decreased ± currency changed
            − won − lost − transferred out − slipped − pulled out = closing

Each opportunity is seen at both ends, and is in each flow at most once:

* One that was in the pipeline changes its amount first (increased, decreased, or currency changed) and then leaves, if
  it does, with the amount of the end. Who leaves by several ways leaves by the first of: transferred out, won, lost,
  slipped or pulled out. What was transferred leaves with the amount that it had at the beginning: what its new owner
  made of it is no part of this pipeline.
* One that was not in it and is now, comes in with the amount of the end, by the first of: created, reopened,
  transferred in, pulled in or slipped in.
* One that came in and was won or lost in between is in both flows; so won is what was booked.

Only a pipeline of one period has dates to move across: an opportunity that moves into it from later, or from no date at
all, is pulled in, and from earlier slipped in; out of it to later or to no date it slipped, and to earlier it is pulled
out. A won one belongs to the day of its booking.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from skills.measures.money import rounded_parts
from store.history import StandingSum
from store.models import Status
from store.money import Money, Rates
from store.moves import MoveSum, Path, Place


class Flow(StrEnum):
    """In the order in which they are shown."""

    CREATED = "created"
    REOPENED = "reopened"
    TRANSFERRED_IN = "transferred_in"
    PULLED_IN = "pulled_in"
    SLIPPED_IN = "slipped_in"
    INCREASED = "increased"
    DECREASED = "decreased"
    RECURRENCED = "currency_changed"
    WON = "won"
    LOST = "lost"
    SLIPPED = "slipped"
    PULLED_OUT = "pulled_out"
    TRANSFERRED_OUT = "transferred_out"


@dataclass(frozen=True)
class Part:
    """What opportunities of one currency add to the pipeline by one flow; what they take from it is negative."""

    flow: Flow
    count: int
    money: Money


def arrival(path: Path) -> Flow | None:
    """By which flow it came in; None for one that was there already, or never was."""
    if path.was == Status.OPEN and path.was_place == Place.HERE:
        return None
    if path.place != Place.HERE or (path.was in (Status.WON, Status.LOST) and path.was == path.now):
        return None
    if not path.was:
        return Flow.CREATED
    if path.was != Status.OPEN:
        return Flow.REOPENED
    if path.was_place == Place.ELSEWHERE:
        return Flow.TRANSFERRED_IN
    return Flow.SLIPPED_IN if path.was_place == Place.EARLIER else Flow.PULLED_IN


def departure(path: Path) -> Flow | None:
    """By which flow one that was in it, or came in, has left; None while it stays."""
    if path.place == Place.ELSEWHERE:
        return Flow.TRANSFERRED_OUT
    if path.place == Place.HERE:
        return {Status.WON.value: Flow.WON, Status.LOST.value: Flow.LOST}.get(path.now)
    if path.now == Status.LOST:
        return Flow.LOST
    return Flow.PULLED_OUT if path.place == Place.EARLIER else Flow.SLIPPED


def flows(move: MoveSum) -> Iterator[Part]:
    """Everything that opportunities which went one way add to the pipeline and take from it."""
    path = move.path
    came = arrival(path)
    if came is not None:
        yield Part(came, move.count, Money(move.minor, path.currency))
    elif path.was != Status.OPEN or path.was_place != Place.HERE:
        return
    left = departure(path)
    if left is Flow.TRANSFERRED_OUT:
        yield Part(left, move.count, Money(-move.was_minor, path.was_currency))
        return
    if came is None:
        yield from _changes(move)
    if left is not None:
        yield Part(left, move.count, Money(-move.minor, path.currency))


def _changes(move: MoveSum) -> Iterator[Part]:
    path = move.path
    if path.was_currency != path.currency:
        yield Part(Flow.RECURRENCED, 0, Money(-move.was_minor, path.was_currency))
        yield Part(Flow.RECURRENCED, move.count, Money(move.minor, path.currency))
        return
    if move.raised:
        yield Part(Flow.INCREASED, move.raised, Money(move.raised_minor, path.currency))
    if move.lowered:
        yield Part(Flow.DECREASED, move.lowered, Money(-move.lowered_minor, path.currency))


@dataclass(frozen=True)
class Line:
    """One step of the waterfall. `total` is None where a rate is missing."""

    flow: Flow | None
    """None for the difference between what was counted at the end and what the steps lead to."""
    count: int
    originals: tuple[Money, ...]
    """As sold, one for each currency."""
    total: Money | None


@dataclass(frozen=True)
class End:
    """The pipeline at one end."""

    count: int
    without_amount: int
    originals: tuple[Money, ...]
    total: Money | None


@dataclass(frozen=True)
class Waterfall:
    """Opening, steps and closing; in each currency and in the total they add up exactly."""

    opening: End
    lines: tuple[Line, ...]
    """Only those in which there is something."""
    difference: Line | None
    """What the steps do not explain; None when there is nothing, as there should be."""
    closing: End
    currency: str
    missing: tuple[str, ...]
    """Currencies without a rate."""


def waterfall(
    opening: Sequence[StandingSum],
    moves: Iterable[MoveSum],
    closing: Sequence[StandingSum],
    rates: Rates,
    on: date,
    kind: str,
) -> Waterfall:
    """The steps from one end to the other, both at the rates of the same day, so that no rate moves anything.

    The totals are rounded by largest remainder: to the cent they add up as the exact ones do.
    """
    steps: dict[Flow, dict[str, int]] = {}
    counts: dict[Flow, int] = {}
    for move in moves:
        for part in flows(move):
            sums = steps.setdefault(part.flow, {})
            sums[part.money.currency] = sums.get(part.money.currency, 0) + part.money.minor
            counts[part.flow] = counts.get(part.flow, 0) + part.count
    first = {row.currency: row.amount_minor for row in opening}
    last = {row.currency: row.amount_minor for row in closing}
    led_to = dict(first)
    for sums in steps.values():
        for currency, minor in sums.items():
            led_to[currency] = led_to.get(currency, 0) + minor
    unexplained = {
        currency: last.get(currency, 0) - led_to.get(currency, 0)
        for currency in sorted({*last, *led_to})
        if last.get(currency, 0) != led_to.get(currency, 0)
    }
    shown = [flow for flow in Flow if counts.get(flow)]
    table = [first, *(steps[flow] for flow in shown), *([unexplained] if unexplained else [])]
    missing = {
        currency
        for sums in (*table, last)
        for currency, minor in sums.items()
        if minor and rates.exact(Money(1, currency), on, kind) is None
    }
    totals: Sequence[Money | None] = [None] * (len(table) + 1)
    if not missing:
        exact = [_converted(sums, rates, on, kind) for sums in table]
        whole = rounded_parts(exact)
        totals = [Money(minor, rates.currency) for minor in (*whole, sum(whole))]
    lines = [
        Line(flow, counts[flow], _originals(steps[flow]), total)
        for flow, total in zip(shown, totals[1 : len(shown) + 1], strict=True)
    ]
    return Waterfall(
        opening=_end(opening, totals[0]),
        lines=tuple(lines),
        difference=Line(None, 0, _originals(unexplained), totals[-2]) if unexplained else None,
        closing=_end(closing, totals[-1]),
        currency=rates.currency,
        missing=tuple(sorted(missing)),
    )


def _converted(sums: Mapping[str, int], rates: Rates, on: date, kind: str) -> Fraction:
    return sum(
        (rates.exact(Money(minor, currency), on, kind) or Fraction(0) for currency, minor in sums.items() if minor),
        Fraction(0),
    )


def _originals(sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def _end(rows: Sequence[StandingSum], total: Money | None) -> End:
    return End(
        count=sum(row.count for row in rows),
        without_amount=sum(row.count - row.priced for row in rows),
        originals=tuple(Money(row.amount_minor, row.currency) for row in rows if row.priced),
        total=total,
    )
