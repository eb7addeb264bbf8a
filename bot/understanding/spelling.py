"""The words that name figures, however they are spelt: "forcast", "covrage", "atainment"."""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

TERMS = (
    *("forecast", "attainment", "coverage", "pipeline", "leaderboard", "waterfall", "slippage", "velocity", "funnel"),
    *("concentration", "accuracy", "activity", "onboarding", "schedule", "objection"),
    *("subscription", "subscribe", "prepare", "snooze", "overdue", "competitor", "discount"),
)
ALIKE = 88
"""Of 100: one letter wrong, missing or too many in a word of seven, two in one of twelve or more."""
WORD = re.compile(r"(?<![\[\w])[a-z]{6,}(?!\w)")
"""A shorter word is a slip away from too many others."""


def respelt(masked: str) -> str:
    """The masked text with slips in these words mended; what somebody wrote stays in the values."""
    return WORD.sub(lambda found: _meant(found.group()), masked)


@lru_cache(maxsize=4_096)
def _meant(word: str) -> str:
    if any(word.startswith(term[:-1]) for term in TERMS):
        return word  # "scheduled", "activities": another form of it, not a slip.
    found = process.extractOne(word, TERMS, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return str(found[0]) if found else word
