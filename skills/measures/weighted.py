"""The weighted value of what is open (domain 3.4): a sum of products, never a sum times an average."""

from collections.abc import Iterable
from fractions import Fraction


def weighted(amounts: Iterable[tuple[Fraction | int, int]]) -> Fraction:
    """Σ amount × probability, each probability in whole percent, in the unit of the amounts."""
    return sum((amount * Fraction(percent, 100) for amount, percent in amounts), Fraction(0))
