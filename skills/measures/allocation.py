"""Splitting an amount into parts that add up to it again (domain 3.0: largest remainder)."""

from collections.abc import Sequence
from fractions import Fraction

from skills.measures.money import rounded_parts


def allocated(amount: int, weights: Sequence[Fraction | int]) -> tuple[int, ...]:
    """Whole parts of `amount` in proportion to the weights; they add up to it, and a weight of zero gets nothing.

    Raises `ValueError` where a weight is below zero or none is above it.
    """
    whole = sum(weights, Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights are at least zero, and one of them is more")
    return rounded_parts([amount * Fraction(weight) / whole for weight in weights])


def allocated_over_months(
    amount: int, weights: Sequence[Fraction | int], curve: Sequence[Fraction | int]
) -> tuple[tuple[int, ...], ...]:
    """Each part's months: a part's months add up to the part, and the parts to `amount`."""
    return tuple(allocated(part, curve) for part in allocated(amount, weights))
