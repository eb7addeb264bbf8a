"""Close dates that move (domain 3.10): what slipped out of a period, and where periods begin that a push crosses."""

import datetime as dt
from fractions import Fraction

from skills.measures.calendar import FiscalCalendar, Grain

BACK, AHEAD = 8, 12
"""Quarters before and after the one of today whose beginnings count; close dates lie within them."""


def slip_rate(slipped: Fraction, opening: Fraction) -> Fraction | None:
    """What is still open with a later date at the end ÷ what was due in the period when it began; no value without.

    Both at the amounts of the opening, so that it is a share of it.
    """
    return slipped / opening if opening else None


def quarter_edges(calendar: FiscalCalendar, today: dt.date) -> tuple[dt.date, ...]:
    """First days of quarters: a close date that moves across one of them moves to another period."""
    return tuple(calendar.shifted(Grain.QUARTER, today, step).start for step in range(-BACK, AHEAD + 1))
