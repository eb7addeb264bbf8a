"""Why a sum over opportunities changed: what each of them added or took, so that it makes the difference exactly.

A figure then is the figure now with everything undone that was changed since. Each opportunity is walked from what it
held then to what it holds now, one kind of change after the other, and what a step does to the sum belongs to its kind.
The walk always ends at what it is now, so that the steps add up to the whole, whatever their order.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from skills.figure import RecordFilter
from skills.proof import Pricing
from store.earlier import Changed, State
from store.models import Status


class Kind(StrEnum):
    NEW = "new"
    GONE = "gone"
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"
    OWNER = "owner"
    DATE = "date"
    STAGE = "stage"
    AMOUNT = "amount"
    OTHER = "other"


STEPS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.OWNER, ("owner_id",)),
    (Kind.DATE, ("expected_close", "closed_on", "opened_on")),
    (Kind.OTHER, ("product_id", "account_id")),
    (Kind.STAGE, ("stage_id",)),
    (Kind.AMOUNT, ("amount_minor", "currency", "booked_minor")),
)
"""In this order, once its status is what it is now."""
WITH_STATUS = ("status", "stage_id", "closed_on", "booked_minor")
"""What a win, a loss and a reopening change together."""


@dataclass(frozen=True)
class Part:
    """What one opportunity did to the sum by one kind of change: minor units, or opportunities."""

    kind: Kind
    exact: Fraction


@dataclass
class Tally:
    """All the changes of one kind together."""

    count: int = 0
    exact: Fraction = field(default_factory=Fraction)


def list_parts(changed: Changed, wanted: RecordFilter, pricing: Pricing) -> tuple[Part, ...]:
    """What one opportunity did to the sum. Raises `NoRate` where an amount cannot be told in the sum's currency."""
    parts = []
    before = _counted(changed.then, wanted, pricing)
    for kind, state in _walk(changed):
        after = _counted(state, wanted, pricing)
        if after != before:
            parts.append(Part(kind, after - before))
        before = after
    return tuple(parts)


class NoRate(Exception):
    """An amount has no exchange rate, so that the sum cannot be taken apart."""


def _walk(changed: Changed) -> Iterator[tuple[Kind, State | None]]:
    """What it held after each step, ending at what it holds now."""
    then, now = changed.then, changed.now
    if now is None:
        yield Kind.GONE, None
        return
    if then is None:
        yield {Status.WON: Kind.WON, Status.LOST: Kind.LOST}.get(now["status"], Kind.NEW), now
        return
    state = dict(then)
    if then["status"] != now["status"]:
        state |= {name: now[name] for name in WITH_STATUS}
        yield {Status.WON: Kind.WON, Status.LOST: Kind.LOST}.get(now["status"], Kind.REOPENED), dict(state)
    for kind, names in STEPS:
        state |= {name: now[name] for name in names}
        yield kind, dict(state)


def _counted(state: State | None, wanted: RecordFilter, pricing: Pricing) -> Fraction:
    if state is None or not matches(state, wanted):
        return Fraction(0)
    amount, booked = state["amount_minor"], state["booked_minor"]
    worth = pricing.worth(
        state["status"], state["stage_id"], state["currency"], amount or 0, booked if amount is not None else 0
    )
    if worth is None:
        raise NoRate
    return worth


def matches(state: State, wanted: RecordFilter) -> bool:
    """Whether the conditions of a figure hold for what an opportunity held; the same as the query that finds them."""
    if wanted.owner_ids is not None and state["owner_id"] not in wanted.owner_ids:
        return False
    if wanted.status == "closed" and state["status"] == Status.OPEN:
        return False
    if wanted.status == "open or won" and state["status"] == Status.LOST:
        return False
    if wanted.status not in (None, "closed", "open or won") and state["status"] != wanted.status:
        return False
    exact: Mapping[str, Any] = {
        "stage_id": wanted.stage_id,
        "product_id": wanted.product_id,
        "account_id": wanted.account_id,
        "currency": wanted.currency,
    }
    if any(value is not None and state[name] != value for name, value in exact.items()):
        return False
    if wanted.priced is not None and (state["amount_minor"] is not None) != wanted.priced:
        return False
    close = state["expected_close"]
    if wanted.overdue_on is not None and (close is None or close >= wanted.overdue_on):
        return False
    return _in_time(state, wanted)


def _in_time(state: State, wanted: RecordFilter) -> bool:
    if wanted.start is None and wanted.end is None:
        return True
    name = wanted.by or ("expected_close" if state["status"] == Status.OPEN else "closed_on")
    day: dt.date | None = state[name]
    if day is None:
        return False
    return (wanted.start is None or wanted.start <= day) and (wanted.end is None or day < wanted.end)
