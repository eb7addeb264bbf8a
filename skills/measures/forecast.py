"""What a period will bring (domain 3.4): a sum of products, and how far reality may lie from it.

Amounts are exact, in minor units of one currency. The band is an estimate and is worked out without any randomness:
the same deals always give the same band.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import erf, isqrt, sqrt

from store.money import rounded

ENOUGH = 30
"""With fewer closed deals of its own, a stage keeps the chance that was configured for it."""
LARGE = Fraction(1, 5)
"""A deal of this share of everything open decides how the period ends; the bell curve is then a bad likeness."""
ENUMERATED = 12
"""So many of the largest deals are gone through in all their combinations, won or not: 4,096 at most."""
LOW, MIDDLE, HIGH = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)


@dataclass(frozen=True)
class Chance:
    """How likely a deal in a stage is to be won, and where that comes from."""

    share: Fraction
    closed: int
    """How many deals that were in the stage are closed by now."""
    is_own: bool
    """From the company's own history; else the configured default."""


def chance(won: int, closed: int, default_percent: int) -> Chance:
    """Of the closed deals that ever entered the stage the share that was won, where there are enough of them."""
    if closed >= ENOUGH:
        return Chance(Fraction(won, closed), closed, is_own=True)
    return Chance(Fraction(default_percent, 100), closed, is_own=False)


@dataclass(frozen=True)
class Bet:
    """A deal that brings `amount` with a chance, or nothing."""

    amount: Fraction
    chance: Fraction


@dataclass(frozen=True)
class Crowd:
    """Many deals taken together: all of their amounts, what they are worth by their chances, and the variance of it."""

    amount: Fraction = Fraction(0)
    worth: Fraction = Fraction(0)
    variance: Fraction = Fraction(0)

    @classmethod
    def of(cls, bets: Sequence[Bet]) -> "Crowd":
        """σ² = Σ a² p (1 − p), for deals that are won or lost independently."""
        return cls(
            sum((bet.amount for bet in bets), Fraction(0)),
            sum((bet.amount * bet.chance for bet in bets), Fraction(0)),
            sum((bet.amount**2 * bet.chance * (1 - bet.chance) for bet in bets), Fraction(0)),
        )

    def without(self, bets: Sequence[Bet]) -> "Crowd":
        """The others. What squared amounts lose to the database's floating point never makes a variance negative."""
        gone = Crowd.of(bets)
        left = self.amount - gone.amount
        variance = max(Fraction(0), self.variance - gone.variance) if left else Fraction(0)
        return Crowd(left, self.worth - gone.worth, variance)


@dataclass(frozen=True)
class Band:
    """In one of ten cases the period ends below `low`, in one of ten above `high`; `likely` is the middle."""

    low: int
    likely: int
    high: int
    enumerated: int
    """How many large deals were gone through in all combinations; 0 where the bell curve was used for all."""


def is_dominated(amounts: Sequence[Fraction], whole: Fraction) -> bool:
    """Whether a few large deals decide it, so that their combinations must be looked at."""
    return whole > 0 and any(amount >= whole * LARGE for amount in amounts)


def landing(booked: Fraction, crowd: Crowd) -> Fraction:
    """Booked + Σ amount × chance. What is won counts in full, what is lost or omitted not at all."""
    return booked + crowd.worth


def band(booked: Fraction, crowd: Crowd, largest: Sequence[Bet] = ()) -> Band:
    """The 10–90 % band around the landing; `largest` are the greatest deals of the crowd.

    Where they dominate, their combinations are counted out and the others spread around each of them as a bell curve;
    with no others that is exact.
    """
    bets = sorted(largest, key=lambda bet: -bet.amount)[:ENUMERATED]
    if not is_dominated([bet.amount for bet in bets], crowd.amount):
        bets = []
    outcomes = _outcomes(bets)
    rest = crowd.without(bets)
    low, likely, high = (_quantile(share, booked, outcomes, rest) for share in (LOW, MIDDLE, HIGH))
    return Band(low, likely, high, len(bets))


def _outcomes(bets: Sequence[Bet]) -> list[tuple[Fraction, Fraction]]:
    """Every sum that the deals can bring, with its probability, by size."""
    sums: dict[Fraction, Fraction] = {Fraction(0): Fraction(1)}
    for bet in bets:
        after: dict[Fraction, Fraction] = {}
        for amount, weight in sums.items():
            for total, share in ((amount, 1 - bet.chance), (amount + bet.amount, bet.chance)):
                if share:
                    after[total] = after.get(total, Fraction(0)) + weight * share
        sums = after
    return sorted(sums.items())


def _quantile(share: Fraction, booked: Fraction, outcomes: Sequence[tuple[Fraction, Fraction]], rest: Crowd) -> int:
    """The smallest whole amount that the result does not exceed with this probability, within what is possible."""
    if not rest.variance:
        below = Fraction(0)
        for amount, weight in outcomes:
            below += weight
            if below >= share:
                return rounded(booked + amount + rest.worth)
    if len(outcomes) == 1:
        return _of_bell(share, booked + outcomes[0][0], rest)
    spread = sqrt(rest.variance)
    centres = [(float(booked + amount + rest.worth), float(weight)) for amount, weight in outcomes]
    low, high = rounded(booked), rounded(booked + outcomes[-1][0] + rest.amount)
    while low < high:
        middle = (low + high) // 2
        if sum(weight * _below((middle - centre) / spread) for centre, weight in centres) >= share:
            high = middle
        else:
            low = middle + 1
    return low


BELL = {LOW: Fraction(-1_281_552, 1_000_000), MIDDLE: Fraction(0), HIGH: Fraction(1_281_552, 1_000_000)}
"""Below so many standard deviations lies that share of a bell curve."""


def _of_bell(share: Fraction, start: Fraction, rest: Crowd) -> int:
    spread = isqrt(rounded(rest.variance))
    value = start + rest.worth + BELL[share] * spread
    return rounded(min(max(value, start), start + rest.amount))


def _below(deviations: float) -> float:
    """The share of a bell curve below so many standard deviations."""
    return (1 + erf(deviations / sqrt(2))) / 2
