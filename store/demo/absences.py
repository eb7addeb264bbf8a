"""Who was away when, and who did their work meanwhile."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from store.demo.people import IDS, MANAGER_OF, member_of

LONG = 30
"""From so many days on nothing new is begun during a leave."""

VACATION, SICK, PARENTAL = "Vacation", "Sick leave", "Parental leave"
STRETCHES = (
    ("Aurélie Marchand", 251, 140, PARENTAL),
    ("Marcus Bell", 143, 130, VACATION),
    ("Dana Whitfield", 335, 326, VACATION),
    ("Tyler Nakamura", 99, 90, VACATION),
    ("Zhang Lei 张磊", 192, 188, SICK),
    ("Jonas Weber", 117, 101, VACATION),
    ("Beatriz Fonseca", 57, 51, SICK),
    ("Julia Hartmann", 4, -8, VACATION),
)
"""Who, from and to so many days before the day that the company is made for (after it when negative), and why."""


@dataclass(frozen=True)
class Absence:
    """Days on which somebody is away, both included."""

    person_id: int
    first: dt.date
    last: dt.date
    kind: str

    def covers(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    @property
    def is_long(self) -> bool:
        return (self.last - self.first).days >= LONG


class Absences:
    """All of them, in the order in which they began."""

    def __init__(self, day: dt.date) -> None:
        drawn = [
            Absence(IDS[name], day - dt.timedelta(days=first), day - dt.timedelta(days=last), kind)
            for name, first, last, kind in STRETCHES
        ]
        self.listed: Sequence[Absence] = sorted(drawn, key=lambda absence: (absence.first, absence.person_id))

    def of(self, person_id: int, day: dt.date) -> Absence | None:
        return next((a for a in self.listed if a.person_id == person_id and a.covers(day)), None)

    def acting(self, person_id: int, day: dt.date) -> int:
        """Who does somebody's work on a day: the manager while they are away."""
        return MANAGER_OF[member_of(person_id).team] if self.of(person_id, day) else person_id
