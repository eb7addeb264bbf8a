"""What was done with customers: calls, mails, meetings, demos and notes that fit the stage of the time."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from store.demo.absences import Absences
from store.demo.catalogue import DISCOVERY, LOST, NEGOTIATION, PILOT, PROPOSAL, QUALIFIED, WON
from store.demo.dice import Dice
from store.demo.history import Deal, History, whole
from store.demo.market import Customer, Person
from store.demo.people import left_on, member_of, region_of, started_on
from store.demo.phrases import CHINESE_NOTES, COSTS, NOTES, OUTCOMES
from store.demo.working_days import WorkingDays

DAY = dt.timedelta(days=1)

KINDS = {
    DISCOVERY: {"call": 42, "email": 38, "meeting": 14, "demo": 3, "note": 3},
    QUALIFIED: {"call": 30, "email": 32, "meeting": 25, "demo": 9, "note": 4},
    PILOT: {"call": 32, "email": 32, "meeting": 22, "demo": 9, "note": 5},
    PROPOSAL: {"call": 31, "email": 37, "meeting": 19, "demo": 9, "note": 4},
    NEGOTIATION: {"call": 41, "email": 38, "meeting": 15, "demo": 2, "note": 4},
}
TURNING = {
    QUALIFIED: {"call": 46, "meeting": 54},
    PILOT: {"meeting": 62, "demo": 38},
    PROPOSAL: {"demo": 34, "meeting": 42, "email": 24},
    NEGOTIATION: {"call": 55, "meeting": 45},
    WON: {"email": 60, "call": 40},
    LOST: {"call": 55, "email": 45},
}
"""What brings an opportunity to a stage."""
INBOUND_PERCENT = {"call": 24, "email": 43}
MINUTES = {"call": (3, 37), "meeting": (28, 94), "demo": (35, 78)}

OFFICE_HOURS: Mapping[str, tuple[int, int]] = {"America": (9, 15), "Europe": (8, 17), "Asia": (13, 18)}
"""Hours in which the date is the same for the writer, in New York and in UTC, so that nobody books on another day."""


@dataclass(frozen=True)
class Touch:
    """One activity, ready to be stored."""

    kind: str
    direction: str | None
    at: dt.datetime
    minutes: int | None
    outcome: str
    note: str
    person_id: int
    contact_id: int | None


def moment(dice: Dice, day: dt.date, person_id: int) -> dt.datetime:
    """Some minute of the office hours of somebody on a day."""
    zone = member_of(person_id).zone
    first, last = OFFICE_HOURS[zone.split("/")[0]]
    if zone.endswith(("Los_Angeles", "Denver")):
        first, last = 8, 14
    minute = dice.whole(first * 60, last * 60 - 5)
    local = dt.datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    return local.astimezone(dt.UTC)


class Diary:
    """Draws the activities of one opportunity after the other."""

    def __init__(
        self,
        seed: int,
        days: WorkingDays,
        last: dt.date,
        people: Mapping[int, Person],
        acting: Callable[[int, dt.date], int],
    ) -> None:
        self.dice, self.days, self.last, self.people, self.acting = Dice(seed, "diary"), days, last, people, acting

    def list_touches(self, deal: Deal, history: History, customer: Customer) -> list[Touch]:
        """In order of time."""
        told = [self._told(deal, history, number, *note) for number, note in enumerate(deal.notes)]
        drawn = [] if told else [self._touch(deal, history, customer, *at) for at in self._occasions(deal, history)]
        ended = history.current["closed_on"]
        end = ended if isinstance(ended, dt.date) else self.last
        return sorted((touch for touch in (*told, *drawn) if touch.at.date() <= end), key=lambda touch: touch.at)

    def _occasions(self, deal: Deal, history: History) -> Iterator[tuple[dt.date, str]]:
        dice = self.dice
        yield deal.opened, dice.weighted({"call": 52, "email": 40, "meeting": 8})
        previous = deal.opened
        for edit in history.edits[1:]:
            stage = edit.changes.get("stage_id", (None, None))[1]
            if isinstance(stage, int):
                day = self._on(edit.day - dice.whole(0, 2) * DAY, history)
                yield max(day, previous), dice.weighted(TURNING.get(stage, {"call": 1}))
                previous = edit.day
        ended = history.current["closed_on"]
        end = ended if isinstance(ended, dt.date) else self.last
        quiet = 24 if history.current["status"] == "open" else 0
        day = deal.opened
        while (day := self._on(day + dice.whole(22, 58) * DAY, history)) < end - quiet * DAY:
            yield day, self._kind(history, day)
        if quiet and not dice.chance(16):
            for _ in range(dice.whole(3, 7)):
                day = self._on(self.last - dice.whole(0, 13) * DAY, history)
                if deal.opened <= day <= self.last:
                    yield day, self._kind(history, day)

    def _kind(self, history: History, day: dt.date) -> str:
        return self.dice.weighted(KINDS[self._stage(history, day)])

    def _stage(self, history: History, day: dt.date) -> int:
        """The open stage that it was in, or had been in last."""
        stage = DISCOVERY
        for edit, state in zip(history.edits, history.states, strict=True):
            if edit.day > day:
                break
            if state["status"] == "open":
                stage = whole(state["stage_id"])
        return stage

    def _touch(self, deal: Deal, history: History, customer: Customer, day: dt.date, kind: str) -> Touch:
        dice, stage = self.dice, self._stage(history, day)
        contact = self.people[dice.pick(deal.contacts)]
        state = history.at(day) or history.states[0]
        inbound = kind in INBOUND_PERCENT and dice.chance(INBOUND_PERCENT[kind])
        words = (CHINESE_NOTES if customer.is_chinese else NOTES)[
            "reply" if kind == "email" and inbound else kind, stage
        ]
        note = dice.pick(words)
        outcome = dice.pick(OUTCOMES[kind])
        missed = outcome in ("Voicemail", "Asked to call back")
        if missed or (kind == "call" and dice.chance(14)):
            note = ""
        text = note.format(
            contact=contact.name.split()[-1] if customer.is_chinese else contact.name.split()[0],
            machine=dice.pick(customer.machines),
            count=dice.whole(9, 64),
            cost=f"{dice.pick(COSTS)} {customer.currency}",
            competitor=_rival(str(state["competitor"])),
        )
        minutes = 1 if missed else dice.middling(*MINUTES[kind]) if kind in MINUTES else None
        direction = None if kind == "note" else "both"
        if kind in INBOUND_PERCENT:
            direction = "in" if inbound and not missed else "out"
        person = self.acting(whole(state["owner_id"]), day)
        return Touch(kind, direction, moment(dice, day, person), minutes, outcome, text, person, contact.id)

    def _told(
        self, deal: Deal, history: History, number: int, day: dt.date, kind: str, direction: str, note: str
    ) -> Touch:
        """With one of the contacts after the other."""
        state = history.at(day) or history.states[0]
        person = self.acting(whole(state["owner_id"]), day)
        missed = kind == "call" and not note
        minutes = 1 if missed else self.dice.middling(*MINUTES[kind]) if kind in MINUTES else None
        outcome = "Voicemail" if missed else {"call": "Reached", "meeting": "Held", "demo": "Held"}.get(kind, "")
        way = None if kind == "note" else direction
        contact = deal.contacts[number % len(deal.contacts)]
        return Touch(kind, way, moment(self.dice, day, person), minutes, outcome, note, person, contact)

    def _on(self, day: dt.date, history: History) -> dt.date:
        """The working day of the owner of the time, on or before a day."""
        owner = whole((history.at(day) or history.states[0])["owner_id"])
        return self.days.on_or_before(region_of(member_of(owner)), day)


def _rival(competitor: str) -> str:
    """A company that can be spoken of: doing nothing has no salesman."""
    return competitor if competitor[:1].isupper() else "Pulsegrid"


PROSPECTING_DAYS = 200
A_DAY = {0: 12, 1: 20, 2: 26, 3: 24, 4: 18}
"""How many accounts without an open opportunity somebody tries on a day, and how often that is."""
COLD = {"Voicemail": 44, "Asked to call back": 17, "Reached": 39}


def list_prospecting(
    seed: int, day: dt.date, days: WorkingDays, absences: Absences, customers: Mapping[int, Sequence[Customer]]
) -> Iterator[tuple[int, Touch]]:
    """Calls and mails to accounts on which nothing is open, with the account's id; `customers` by who tries them."""
    dice = Dice(seed, "prospecting")
    for person_id, own in customers.items():
        member = member_of(person_id)
        left = left_on(member, day)
        for back in range(PROSPECTING_DAYS, 0, -1):
            on = day - back * DAY
            known = [customer for customer in own if customer.known_for > back]
            there = started_on(member, day) < on and (left is None or on <= left)
            if not known or not there or not days.works(region_of(member), on) or absences.of(person_id, on):
                continue
            for _ in range(dice.weighted(A_DAY)):
                customer = dice.pick(known)
                yield customer.id, _tried(dice, on, person_id, dice.pick(customer.people))


def _tried(dice: Dice, on: dt.date, person_id: int, contact: Person) -> Touch:
    at = moment(dice, on, person_id)
    if dice.chance(26):
        return Touch("email", "out", at, None, "", "", person_id, contact.id)
    outcome = dice.weighted(COLD)
    minutes = dice.middling(2, 17) if outcome == "Reached" else 1
    return Touch("call", "out", at, minutes, outcome, "", person_id, contact.id)
