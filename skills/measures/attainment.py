"""Quota attainment (domain 3.1). Amounts are exact, in minor units of one currency."""

from collections.abc import Iterable
from fractions import Fraction

RAMPING_BELOW = Fraction(1, 4)
"""Who has less than this share of the full quota is still ramping up and is not ranked by attainment."""


def effective_quota(months: Iterable[tuple[Fraction | int, int, int]]) -> Fraction:
    """What counts of monthly quotas: each as (quota, active working days, working days of the whole month).

    A month without working days asks for nothing.
    """
    # Nearly all months are whole; whole numbers of them are added up without fractions.
    whole: Fraction | int = 0
    parts = Fraction(0)
    for quota, active, days in months:
        if active == days:
            whole += quota if days else 0
        elif days:
            parts += quota * Fraction(active, days)
    return whole + parts


def ramped(quota: Fraction | int, percent: int) -> Fraction | int:
    """The part of a full quota that is asked of somebody who is still learning."""
    return quota if percent == 100 else quota * Fraction(percent, 100)


def attainment(credited: Fraction, quota: Fraction) -> Fraction | None:
    """Credited bookings ÷ effective quota; no value without a quota. For a team both are sums over its people."""
    return credited / quota if quota > 0 else None


def gap(credited: Fraction, quota: Fraction) -> Fraction:
    """What is missing to the quota; negative is what was won beyond it."""
    return quota - credited


def over_assignment(parts: Fraction, whole: Fraction) -> Fraction | None:
    """By how much the quotas handed out exceed the team's own: Σ of the people's ÷ the team's − 1."""
    return parts / whole - 1 if whole > 0 else None


def is_ramping(effective: Fraction, full: Fraction) -> bool:
    """Whether an effective quota is so small a part of the full one that attainment would mean nothing."""
    return effective < full * RAMPING_BELOW
