"""When a scheduled report comes: its rhythm, kept off the days and the hours on which its reader wants none.

Quiet hours are a person's, for what comes to them alone: what is due within them comes at their end, once. A report of
working days stays away on the holidays of its owner's region and while they are on leave.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from sqlmodel import Session

from skills.references import Rhythm
from skills.rhythm import LONGEST_WAIT, Due, list_due, rhythm_of
from skills.text import Moment
from skills.working_days import is_working_day
from store.models import Organisation, Person, ReportSchedule
from store.people import get_organisation

DAY = dt.timedelta(days=1)
LONGEST_REST = 14
"""Days in a row without work for which a report waits at the most."""


@dataclass(frozen=True)
class Quiet:
    """Hours of the wall clock of `zone` from `start` up to but not including `end`; over midnight, too."""

    start: dt.time
    end: dt.time
    zone: ZoneInfo

    def end_after(self, moment: dt.datetime) -> dt.datetime | None:
        """When the quiet hours end that the moment lies in; None where it lies in none."""
        local = moment.astimezone(self.zone)
        time, day = local.time(), local.date()
        if self.start < self.end:
            if not self.start <= time < self.end:
                return None
        elif self.end <= time < self.start:
            return None
        elif time >= self.start:
            day += DAY
        return self.end_on(day, moment)

    def end_on(self, day: dt.date, after: dt.datetime) -> dt.datetime:
        """Their end on a day: of two equal times the first that is later than `after`."""
        ends = (dt.datetime.combine(day, self.end, self.zone).replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))
        first, second = ends
        return first if first > after else second


@dataclass(frozen=True)
class Arrivals:
    """A rhythm in a zone with what keeps it off. `works` tells of a day whether the owner works then."""

    rhythm: Rhythm
    zone: ZoneInfo
    quiet: Quiet | None = None
    works: Callable[[dt.date], bool] | None = None

    def list_due(self, after: dt.datetime, until: dt.datetime) -> Iterator[Due]:
        """What comes later than `after` and not later than `until`, in order; `day` is that of the rhythm."""
        if self.quiet is None:
            yield from (due for due in list_due(self.rhythm, self.zone, after, until) if self._is_on(due.day))
            return
        for due in list_due(self.rhythm, self.zone, after - (LONGEST_REST + 1) * DAY, until):
            if not self._is_on(due.day):
                continue
            moment = self._waiting(due.moment, self.quiet)
            if after < moment <= until:
                yield Due(moment, due.day)

    def get_next(self, after: dt.datetime) -> Due | None:
        """The first that comes later than `after`; None where none does for two months."""
        return next(self.list_due(after, after + LONGEST_WAIT * DAY), None)

    def _is_on(self, day: dt.date) -> bool:
        return self.works is None or self.works(day)

    def _waiting(self, moment: dt.datetime, quiet: Quiet) -> dt.datetime:
        """The moment, or the end of the quiet hours it lies in: that of the next working day where only those count."""
        ended = quiet.end_after(moment)
        if ended is None:
            return moment
        for _ in range(LONGEST_REST):
            day = ended.astimezone(quiet.zone).date()
            if self._is_on(day):
                break
            ended = quiet.end_on(day + DAY, ended)
        return ended


def get_quiet(session: Session, person: Person | None) -> Quiet | None:
    """A person's quiet hours at their own wall clock."""
    if person is None or not person.quiet_from:
        return None
    zone = ZoneInfo(person.zone or get_organisation(session).zone)
    return Quiet(dt.time.fromisoformat(person.quiet_from), dt.time.fromisoformat(person.quiet_until), zone)


def get_arrivals(session: Session, schedule: ReportSchedule) -> Arrivals:
    """When the reports of a schedule come. It is good for as long as the session is open."""
    owner = session.get(Person, schedule.owner_id)
    quiet = None if schedule.channel else get_quiet(session, owner)
    works = None
    if schedule.working_days_only and owner is not None:
        works = _working_days(session, get_organisation(session), owner)
    return Arrivals(rhythm_of(schedule), ZoneInfo(schedule.zone), quiet, works)


def _working_days(session: Session, organisation: Organisation, owner: Person) -> Callable[[dt.date], bool]:
    @cache
    def works(day: dt.date) -> bool:
        # What somebody who has left still owes is settled by whoever makes it, not passed over here for ever.
        return not owner.is_active(day) or is_working_day(session, organisation, owner, day)

    return works


def next_moment(session: Session, schedule: ReportSchedule, now: dt.datetime) -> Moment | None:
    """When the report comes next, at the wall clock of its zone; None where it does not for two months."""
    due = get_arrivals(session, schedule).get_next(max(now, schedule.covered_until))
    return None if due is None else Moment(value=due.moment, zone=schedule.zone)
