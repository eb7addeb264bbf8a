"""How good forecasts were (domain 3.12): forecasts of closed periods beside what was booked in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

PRIOR = 4
"""One's own bias counts as much as the team's after so many periods, and more with every further one."""


@dataclass(frozen=True)
class Pair:
    """A forecast and what really came, in minor units of one currency."""

    forecast: Fraction
    actual: Fraction


def wape(pairs: Sequence[Pair]) -> Fraction | None:
    """Σ|A − F| ÷ Σ|A|; no value where nothing came."""
    whole = sum((abs(pair.actual) for pair in pairs), Fraction(0))
    missed = sum((abs(pair.actual - pair.forecast) for pair in pairs), Fraction(0))
    return missed / whole if whole else None


def bias(pairs: Sequence[Pair]) -> Fraction | None:
    """Σ(F − A) ÷ ΣA: above zero the forecasts were too high. No value where nothing came."""
    whole = sum((pair.actual for pair in pairs), Fraction(0))
    return sum((pair.forecast - pair.actual for pair in pairs), Fraction(0)) / whole if whole > 0 else None


def mape(pairs: Sequence[Pair]) -> Fraction | None:
    """The mean of |A − F| ÷ A. No value where any A is zero: that one would have no error that could be averaged.

    Only beside WAPE: with A below the line, forecasts that are too low err by 100 % at most, others without end.
    """
    if not pairs or any(not pair.actual for pair in pairs):
        return None
    return sum((abs((pair.actual - pair.forecast) / pair.actual) for pair in pairs), Fraction(0)) / len(pairs)


def shrunk(own: Fraction | None, periods: int, team: Fraction | None) -> Fraction | None:
    """One's own bias drawn towards the team's, the more so the fewer periods it stands on."""
    if own is None or team is None:
        return own
    return (own * periods + team * PRIOR) / (periods + PRIOR)
