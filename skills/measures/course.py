"""How an opportunity has gone so far, read from its log: time in stages, pushes, lost worth (domain 3.9 to 3.11).

Moves come in the order in which they were made; those that were taken back are left out by whoever reads the log.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Move(Generic[T]):
    """A field of one opportunity that went from one value to another on a day; None where there was no value."""

    day: dt.date
    old: T | None
    new: T | None


@dataclass(frozen=True)
class Visit:
    """A stay in a stage, from the day of entering it up to the day of leaving it."""

    stage_id: int
    entered: dt.date
    left: dt.date

    @property
    def days(self) -> int:
        return (self.left - self.entered).days


@dataclass(frozen=True)
class Push:
    """An expected close that was moved to a later period, or so far that it comes to the same."""

    on: dt.date
    old: dt.date
    new: dt.date
    later: bool = True
    """Whether it left its period; else it only went far within it."""

    @property
    def days(self) -> int:
        return (self.new - self.old).days


def list_visits(moves: Sequence[Move[int]], opened: dt.date | None, until: dt.date) -> tuple[Visit, ...]:
    """The stays in stages, in order; the last one lasts until `until`. Going back to a stage is a stay of its own.

    What it was in before its first move it was in since it was opened, where that day is known.
    """
    entries: list[tuple[int, dt.date]] = []
    if moves and moves[0].old is not None and opened is not None:
        entries.append((moves[0].old, min(opened, moves[0].day)))
    entries += [(move.new, move.day) for move in moves if move.new is not None]
    ends = [*(day for _, day in entries), until][1:]
    return tuple(
        Visit(stage, entered, max(entered, left)) for (stage, entered), left in zip(entries, ends, strict=True)
    )


def days_in(visits: Iterable[Visit], stage_id: int) -> int:
    """Days in a stage: the sum of the stays, so that going back and forth starts nothing anew."""
    return sum(visit.days for visit in visits if visit.stage_id == stage_id)


def list_pushes(
    moves: Iterable[Move[dt.date]], period_of: Callable[[dt.date], dt.date], *, long: int
) -> tuple[Push, ...]:
    """The moves of the expected close into a later period, or by more than `long` days.

    `period_of` gives the first day of the period that a day lies in. Pulling it in again does not take a push away.
    """
    pushes = (
        Push(move.day, move.old, move.new, period_of(move.new) > period_of(move.old))
        for move in moves
        if move.old is not None and move.new is not None
    )
    return tuple(push for push in pushes if push.later or push.days > long)


def find_peak(moves: Sequence[Move[int]], now: int | None, since: dt.date) -> Move[int] | None:
    """The fall from the highest amount held since a day to the amount now, dated by the last decrease; None if none."""
    recent = [move for move in moves if move.day >= since]
    held = [move.old for move in recent if move.old is not None] + [move.new for move in recent if move.new is not None]
    if now is None or not held or max(held) <= now:
        return None
    falls = [move.day for move in recent if move.old is not None and (move.new is None or move.new < move.old)]
    return Move(max(falls), max(held), now) if falls else None


def find_regress(
    moves: Sequence[Move[int]], now: int, positions: Mapping[int, int], since: dt.date
) -> Move[int] | None:
    """The last move since a day to an earlier stage that is not made up yet: from which stage, to the one of now.

    `positions` are those of the open stages; coming back from a closed one is a reopening, no step back.
    """
    for move in reversed(moves):
        old, new = positions.get(move.old or 0), positions.get(move.new or 0)
        if move.day >= since and old is not None and new is not None and new < old:
            return None if positions.get(now, 0) >= old else Move(move.day, move.old, now)
    return None


def percentile(values: Sequence[int], share: Fraction) -> int:
    """The smallest of the values (sorted upwards, at least one) that at least `share` of them do not exceed."""
    rank = -(-share.numerator * len(values) // share.denominator)
    return values[max(rank, 1) - 1]
