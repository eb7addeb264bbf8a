"""Sentences that several skills share: lists of things, and which days and whose records were counted."""

from collections.abc import Sequence

from skills.measures.calendar import Period
from skills.text import Plain, Text, text


def enumeration(things: Sequence[Plain]) -> Text:
    """Things with commas between, each shown in its own way: names, amounts, texts."""
    if not things:
        return text("none")
    listed = text("{it}", it=things[0])
    for thing in things[1:]:
        listed = text("{these}, {next}", these=listed, next=thing)
    return listed


def period_note(period: Period, whose: Text) -> Text:
    """Which days and whose records were counted."""
    if period.last_day == period.start:
        return text("Counted: {whose}, {day}.", whose=whose, day=period.start)
    return text(
        "Counted: {whose}, {period} ({start} to {end}).",
        whose=whose,
        period=period.label,
        start=period.start,
        end=period.last_day,
    )
