"""How much of a whole its largest parts make up (domain 3.15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

TOP = Fraction(1, 5)
A_UP_TO, B_UP_TO = Fraction(4, 5), Fraction(19, 20)


@dataclass(frozen=True)
class Concentration:
    """Parts of a whole, in the order of their size. Shares and indices are exact; None where they have no meaning."""

    count: int
    total: int
    top_count: int
    """⌈0.2 n⌉"""
    top_share: Fraction
    eighty: int
    """The fewest parts that make up 80% or more: class A."""
    ninety_five: int
    """The fewest that make up 95% or more: classes A and B."""
    gini: Fraction | None
    """0 for equal parts, 1 for a single one that has all; corrected for few parts, so without a value for one."""
    hhi: Fraction
    """Herfindahl and Hirschman's index: the sum of the squared shares, 1 for a single part."""
    left_out: int
    """Parts with a negative total (credits), which are in no figure."""


def concentration(totals: Sequence[int]) -> Concentration | None:
    """Of the totals of all parts, in any order. None where nothing remains or the sum of it is zero."""
    parts = sorted((total for total in totals if total >= 0), reverse=True)
    whole, count = sum(parts), len(parts)
    if not whole:
        return None
    top_count = -(-count * TOP.numerator // TOP.denominator)
    # With the largest first, rank j from 1, Σ(2i − n − 1)x over ascending i is Σ(n + 1 − 2j)x.
    spread = sum((count + 1 - 2 * rank) * part for rank, part in enumerate(parts, 1))
    return Concentration(
        count=count,
        total=whole,
        top_count=top_count,
        top_share=Fraction(sum(parts[:top_count]), whole),
        eighty=fewest(parts, A_UP_TO),
        ninety_five=fewest(parts, B_UP_TO),
        gini=Fraction(spread, (count - 1) * whole) if count > 1 else None,
        hhi=Fraction(sum(part * part for part in parts), whole * whole),
        left_out=len(totals) - count,
    )


def fewest(parts: Sequence[int], share: Fraction) -> int:
    """How many of the parts, largest first, it takes to make up `share` of their sum."""
    wanted = sum(parts) * share
    reached = 0
    for number, part in enumerate(parts, 1):
        reached += part
        if reached >= wanted:
            return number
    return len(parts)


def abc_class(rank: int, found: Concentration) -> str:
    """ "A", "B" or "C" of the part with this rank, from 1 for the largest."""
    return "A" if rank <= found.eighty else "B" if rank <= found.ninety_five else "C"
