"""When a rhythm is due, and how it reads. A report is due once on each of its local days, whatever the clocks do."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from skills.measures.calendar import days_in_month
from skills.references import Rhythm
from skills.references.rhythms import DAYS, LAST_DAY, WORKDAYS
from skills.terms import DAY_NAMES, report_words
from skills.text import Text, text, verbatim
from store.models import ReportSchedule

DAY = dt.timedelta(days=1)
LONGEST_WAIT = 62
"""Days within which every rhythm is due at least once: two months, and the day that a zone may leave out."""


@dataclass(frozen=True, order=True)
class Due:
    """A moment (UTC) at which something is due, and the local day that it is due for."""

    moment: dt.datetime
    day: dt.date


def rhythm_of(schedule: ReportSchedule) -> Rhythm:
    """The rhythm that a stored schedule holds."""
    weekdays = tuple(filter(None, schedule.weekdays.split(",")))
    return Rhythm(weekdays, schedule.month_day, schedule.at, schedule.working_days_only)


def list_due(rhythm: Rhythm, zone: ZoneInfo, after: dt.datetime, until: dt.datetime) -> Iterator[Due]:
    """The due moments later than `after` and not later than `until`, in order.

    A wall-clock time that a change of clocks leaves out is due as much later as the clocks jump (02:30 at 03:30); one
    that comes twice is due the first time. The last day of a month stands in for days that it does not have.
    """
    at = dt.time.fromisoformat(rhythm.at)
    # A day more on each side: where clocks jump, a wall-clock time is due on another day than its instant lies on.
    day = after.astimezone(zone).date() - DAY
    last = until.astimezone(zone).date() + DAY
    waiting: Due | None = None
    while day <= last:
        if _is_on(rhythm, day):
            # The first of two equal times, and the offset from before a jump, is what `fold=0` stands for (PEP 495).
            due = Due(dt.datetime.combine(day, at, zone).astimezone(dt.UTC), day)
            # A day that the zone leaves out falls onto the next one, which then stands for both.
            if waiting is not None and waiting.moment < due.moment and after < waiting.moment <= until:
                yield waiting
            waiting = due
        day += DAY
    if waiting is not None and after < waiting.moment <= until:
        yield waiting


def get_next_due(rhythm: Rhythm, zone: ZoneInfo, after: dt.datetime) -> Due:
    """The first due moment later than `after`."""
    return next(list_due(rhythm, zone, after, after + LONGEST_WAIT * DAY))


def _is_on(rhythm: Rhythm, day: dt.date) -> bool:
    if rhythm.month_day is not None:
        return day.day == min(rhythm.month_day, days_in_month(day.year, day.month))
    return DAYS[day.weekday()] in rhythm.weekdays


def in_words(rhythm: Rhythm) -> Text:
    """The rhythm as people say it: "every weekday at 08:30"."""
    if rhythm.month_day == LAST_DAY:
        return text("on the last day of every month at {at}", at=rhythm.at)
    if rhythm.month_day is not None:
        return text("on day {day} of every month at {at}", day=rhythm.month_day, at=rhythm.at)
    days = [name for name in DAYS if name in rhythm.weekdays]
    if len(days) == len(DAYS) and rhythm.working_days_only:
        return text("every working day at {at}", at=rhythm.at)
    if len(days) == len(DAYS):
        return text("every day at {at}", at=rhythm.at)
    if tuple(days) == WORKDAYS:
        return text("every weekday at {at}", at=rhythm.at)
    return text("every {days} at {at}", days=_listed([DAY_NAMES[name] for name in days]), at=rhythm.at)


def _listed(names: Sequence[Text]) -> Text:
    *first, last = names
    if not first:
        return last
    if len(first) == 1:
        return text("{first} and {last}", first=first[0], last=last)
    return text("{first}, {rest}", first=first[0], rest=_listed(names[1:]))


def report_name(skill: str, params: str) -> Text:
    """What a scheduled report is called: its skill, and the words of its parameters (`params` is their JSON)."""
    words = ", ".join(str(value) for value in json.loads(params).values())
    report = report_words(skill)
    return text("{report} ({what})", report=report, what=words) if words else report


def place_name(schedule: ReportSchedule) -> Text:
    """Where a scheduled report goes."""
    if not schedule.channel:
        return text("direct message")
    return verbatim(schedule.channel_name or schedule.channel)


def described(schedule: ReportSchedule) -> Text:
    """The whole schedule in a line: "leaderboard, every weekday at 08:30, #sales"."""
    return text(
        "{report}, {rhythm}, {place}",
        report=report_name(schedule.skill, schedule.params),
        rhythm=in_words(rhythm_of(schedule)),
        place=place_name(schedule),
    )
