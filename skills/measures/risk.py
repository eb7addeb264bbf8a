"""What an open opportunity lacks, by named rules with their evidence (domain 3.11). No hidden score."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

QUIET_DAYS = ((40, 14), (60, 10), (80, 7), (101, 5))
"""Days without a two-way touch that are too many, by stage probability below the bound: late stages bear less."""
BUYER_FROM_PROBABILITY = 60
"""From here on (Proposal, by the usual stages) somebody must be known who can sign."""


class Rule(StrEnum):
    OVERDUE = "overdue"
    NO_CLOSE_DATE = "no_close_date"
    NO_NEXT_STEP = "no_next_step"
    STEP_OVERDUE = "step_overdue"
    QUIET = "quiet"
    NO_BUYER = "no_buyer"
    SINGLE_THREAD = "single_thread"
    NO_AMOUNT = "no_amount"


@dataclass(frozen=True)
class Standing:
    """What the rules look at. `last_touch` is the day of the last two-way contact, `since` the day it was opened."""

    probability: int
    expected_close: dt.date | None
    next_step: str
    next_step_due: dt.date | None
    has_amount: bool
    last_touch: dt.date | None
    since: dt.date | None
    contacts: int
    has_buyer: bool


@dataclass(frozen=True)
class Finding:
    """A rule that applies: the day it refers to, and how many days it is over."""

    rule: Rule
    day: dt.date | None = None
    days: int = 0


def list_findings(standing: Standing, today: dt.date) -> tuple[Finding, ...]:
    """The rules that apply, the most urgent first."""
    return (*_dates(standing, today), *_people(standing, today))


def _dates(standing: Standing, today: dt.date) -> Iterator[Finding]:
    close, due = standing.expected_close, standing.next_step_due
    if close is not None and close < today:
        yield Finding(Rule.OVERDUE, close, (today - close).days)
    if standing.next_step and due is not None and due < today:
        yield Finding(Rule.STEP_OVERDUE, due, (today - due).days)
    if not standing.next_step:
        yield Finding(Rule.NO_NEXT_STEP)
    if close is None:
        yield Finding(Rule.NO_CLOSE_DATE)
    if not standing.has_amount:
        yield Finding(Rule.NO_AMOUNT)


def _people(standing: Standing, today: dt.date) -> Iterator[Finding]:
    touched = standing.last_touch or standing.since
    if touched is not None and (today - touched).days > quiet_days(standing.probability):
        yield Finding(Rule.QUIET, standing.last_touch, (today - touched).days)
    if not standing.has_buyer and standing.probability >= BUYER_FROM_PROBABILITY:
        yield Finding(Rule.NO_BUYER)
    if standing.contacts < 2:
        yield Finding(Rule.SINGLE_THREAD)


def quiet_days(probability: int) -> int:
    """How many days without a two-way touch are still fine at this stage."""
    return next(days for bound, days in QUIET_DAYS if probability < bound)
