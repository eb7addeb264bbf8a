"""Words become things here, and nowhere else: names, amounts, days, periods and rhythms, in English and Chinese.

A reader raises `Unclear` or `NotFound` where the words do not settle it, with choices where there are some; a guess
that it made is returned as a `doubt`, which belongs into `Change.doubts` before anything is written.
"""

from skills.references.amounts import ReadAmount, find_amounts, read_amount
from skills.references.dates import ReadDate, find_dates, read_date
from skills.references.opportunities import find_opportunity
from skills.references.periods import find_periods, read_period
from skills.references.records import (
    Resolved,
    find_account,
    find_contact,
    find_person,
    find_product,
    find_stage,
    find_team,
    means_everyone,
    means_me,
    means_my_team,
    reference,
)
from skills.references.rhythms import Rhythm, find_rhythms, read_rhythm
from skills.references.spans import Span

__all__ = [
    "ReadAmount",
    "ReadDate",
    "Resolved",
    "Rhythm",
    "Span",
    "find_account",
    "find_amounts",
    "find_contact",
    "find_dates",
    "find_opportunity",
    "find_periods",
    "find_person",
    "find_product",
    "find_rhythms",
    "find_stage",
    "find_team",
    "means_everyone",
    "means_me",
    "means_my_team",
    "read_amount",
    "read_date",
    "read_period",
    "read_rhythm",
    "reference",
]
