"""Win rates (domain 3.6): shares with their interval, and the share won by age with open deals censored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt

MINIMUM = 10
"""Below so many a rate says too little to be given."""
Z = Fraction(1_959_964, 1_000_000)
"""Standard normal quantile of a 95% interval."""
STEPS = 1000
"""Bounds are given in steps of a tenth of a percent, outwards: they are never narrower than they really are."""
FINE = 10**40
"""Denominator from which a product of many shares is rounded, far beyond anything that is shown."""


def win_rate(won: int, others: int) -> Fraction | None:
    """won ÷ (won + others); no value where nothing was decided."""
    return Fraction(won, won + others) if won + others else None


def is_too_few(count: int) -> bool:
    return count < MINIMUM


def wilson(won: int, count: int) -> tuple[Fraction, Fraction]:
    """Bounds of the 95% Wilson interval of `won` ÷ `count`, each rounded outwards to a tenth of a percent.

    Computed with whole numbers; the square root is the only step that is not exact, and is rounded up. `count` > 0.
    """
    inside = Z * Z + Fraction(4 * won * (count - won), count)
    scaled = inside * FINE
    root = Fraction(isqrt(scaled.numerator // scaled.denominator) + 1, isqrt(FINE))
    middle, reach, whole = 2 * won + Z * Z, Z * root, 2 * (count + Z * Z)
    low = Fraction(0) if won == 0 else max(Fraction(0), (middle - reach) / whole)
    high = Fraction(1) if won == count else min(Fraction(1), (middle + reach) / whole)
    return Fraction((low * STEPS).__floor__(), STEPS), Fraction((high * STEPS).__ceil__(), STEPS)


@dataclass(frozen=True)
class AgePoint:
    """By this age in days, this share was won; `at_risk` were still open just before."""

    age: int
    share: Fraction
    at_risk: int


def won_by_age(won: Mapping[int, int], lost: Mapping[int, int], still_open: Mapping[int, int]) -> tuple[AgePoint, ...]:
    """The cumulative share won at each age at which something was won, lost or last seen open.

    Each argument says how many ended (or are open) at each age in days. Open ones count for as long as they have been
    seen, and no longer; lost ones can no longer be won (Aalen and Johansen's estimate, which without open ones is
    simply the number won by that age ÷ all).
    """
    ages = sorted(won.keys() | lost.keys() | still_open.keys())
    at_risk = sum(won.values()) + sum(lost.values()) + sum(still_open.values())
    undecided, share = Fraction(1), Fraction(0)
    points = []
    for age in ages:
        wins, losses = won.get(age, 0), lost.get(age, 0)
        share = _limited(share + undecided * Fraction(wins, at_risk))
        undecided = _limited(undecided * (1 - Fraction(wins + losses, at_risk)))
        points.append(AgePoint(age, share, at_risk))
        at_risk -= wins + losses + still_open.get(age, 0)
    return tuple(points)


def share_by(points: tuple[AgePoint, ...], age: int) -> Fraction:
    """The share won by an age; 0 before the first."""
    reached = [point.share for point in points if point.age <= age]
    return reached[-1] if reached else Fraction(0)


def _limited(number: Fraction) -> Fraction:
    return number if number.denominator <= FINE else Fraction(round(number * FINE), FINE)


@dataclass
class Tally:
    """What was won, lost to somebody, and lost to no decision: how many, and exact values in minor units."""

    won: int = 0
    lost: int = 0
    no_decision: int = 0
    won_value: Fraction = Fraction(0)
    lost_value: Fraction = Fraction(0)
    without_amount: int = 0
    """Won ones and those lost to somebody whose amount is not known; they are in no value."""
    won_priced: int = 0
    """Won ones with an amount."""
    won_missing: set[str] = field(default_factory=set)
    """Currencies without a rate for the booking date of something won."""
    lost_missing: set[str] = field(default_factory=set)

    @property
    def missing(self) -> set[str]:
        """Currencies without a rate."""
        return self.won_missing | self.lost_missing

    @property
    def decided(self) -> int:
        return self.won + self.lost

    @property
    def rate(self) -> Fraction | None:
        """By count, no decisions apart; no value for fewer than `MINIMUM`."""
        return None if is_too_few(self.decided) else win_rate(self.won, self.lost)

    @property
    def broad(self) -> Fraction | None:
        """By count, no decisions in the denominator; no value for fewer than `MINIMUM`."""
        others = self.lost + self.no_decision
        return None if is_too_few(self.won + others) else win_rate(self.won, others)

    @property
    def by_value(self) -> Fraction | None:
        """ΣW ÷ (ΣW + ΣL) of the amounts; no value where a rate is missing or what was lost carries no amounts."""
        if self.missing or is_too_few(self.decided) or (self.lost and not self.lost_value):
            return None
        whole = self.won_value + self.lost_value
        return self.won_value / whole if whole else None

    def add(self, other: "Tally") -> None:
        self.won += other.won
        self.lost += other.lost
        self.no_decision += other.no_decision
        self.won_value += other.won_value
        self.lost_value += other.lost_value
        self.without_amount += other.without_amount
        self.won_priced += other.won_priced
        self.won_missing |= other.won_missing
        self.lost_missing |= other.lost_missing
