"""Periods of what is still to be done: "December" is the next one, where reports would mean the last."""

import re

from skills.contract import SkillContext
from skills.errors import Unclear
from skills.measures.calendar import Grain, Period
from skills.population import find_period
from skills.text import text

GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.HALF, Grain.YEAR)
"""The lengths for which people have targets and make calls."""
MEANS_PAST = re.compile(
    r"\d{4}|\b(?:last|past|previous|prior|fy\s?\d\d)\b|上|去年|前年|[零〇一二两三四五六七八九]{4}年", re.IGNORECASE
)


def find_coming_period(context: SkillContext, words: str | None, default: Grain) -> Period:
    """The period that is meant for a target or a call; without a year it is one that has not ended.

    Raises `Unclear` where it is no whole month, quarter, half or year.
    """
    period = find_period(context, words, default)
    grain = grain_of(context, period)
    if grain is None:
        raise Unclear(
            text("That must be a whole month, quarter, half or year."), text("Write it like Q4, December or 2027.")
        )
    if period.end <= context.today and not MEANS_PAST.search(words or ""):
        ahead = context.calendar.containing(grain, period.start)
        while ahead.end <= context.today:
            ahead = _year_later(context, grain, ahead)
        return ahead
    return period


def _year_later(context: SkillContext, grain: Grain, period: Period) -> Period:
    steps = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.HALF: 2, Grain.YEAR: 1}
    return context.calendar.shifted(grain, period.start, steps[grain])


def grain_of(context: SkillContext, period: Period) -> Grain | None:
    """Whether the period is a whole month, quarter, half or year of the organisation's calendar, and which."""
    for grain in GRAINS:
        whole = context.calendar.containing(grain, period.start)
        if (whole.start, whole.end) == (period.start, period.end):
            return grain
    return None
