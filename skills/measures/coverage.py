"""Pipeline coverage (domain 3.3). Amounts are exact, in minor units of one currency."""

from fractions import Fraction


def coverage_to_go(pipeline: Fraction, gap: Fraction) -> Fraction | None:
    """Open qualified pipeline of the period ÷ what is missing to the quota; no value once the quota is met."""
    return pipeline / gap if gap > 0 else None


def value_win_rate(won: Fraction, population: Fraction) -> Fraction | None:
    """What was won of a pipeline ÷ that pipeline, both by value; no value for an empty one."""
    return won / population if population > 0 else None


def required_coverage(win_rate: Fraction | None) -> Fraction | None:
    """How much pipeline it takes for one unit to be won: 1 ÷ the value win rate; no value where nothing was won."""
    return 1 / win_rate if win_rate else None


def to_create(gap: Fraction, required: Fraction, pipeline: Fraction) -> Fraction:
    """Pipeline that is still missing for the gap to be covered as required; nothing when there is enough."""
    return max(Fraction(0), max(gap, Fraction(0)) * required - pipeline)
