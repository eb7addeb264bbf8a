"""How far the new people are on their path: what they have marked, been certified in, and answered.

The steps and questions are those of the demo playbook, which names them; gates that records show (a first meeting, a
first win) need nothing here.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.demo.activity import moment
from store.demo.dice import Dice
from store.demo.people import IDS, MANAGER_OF, member_of, region_of, started_on
from store.demo.working_days import WorkingDays

PRODUCT = (
    ("pricing/price-list-fy2027.md", "What does Watch cost per machine?", "1,340", "1,235"),
    ("pricing/price-list-fy2027.md", "How do the volume tiers work?", "400", "50"),
    ("pricing/discount-authority.md", "How much discount can I give?", "8%", "15%"),
    ("pricing/payment-terms.md", "What are our standard payment terms?", "30", "60"),
    ("security/hosting-and-certificates.md", "Where is the data hosted?", "Virginia", "Oregon"),
    ("security/hosting-and-certificates.md", "What uptime do we commit to?", "99.7%", "99.9%"),
    ("security/data-ownership.md", "Who owns the measurements?", "customer", "operator"),
    ("security/ot-network.md", "Which ports and connections does the gateway need?", "443", "8443"),
)
OBJECTIONS = (
    ("objections/no-budget.md", "Budget is frozen, what can I offer?", "9,840", "8,640"),
    ("objections/not-now.md", "They want to wait until next quarter", "two", "five"),
    ("objections/competitor-half-price.md", "How do I compare offers fairly?", "five", "three"),
    ("objections/discount-or-walk.md", "They want 20 percent off at the last minute", "8%", "15%"),
    ("objections/cloud-not-allowed.md", "IT refuses cloud services in the plant", "60", "100"),
    ("objections/no-long-contract.md", "They refuse a multi-year commitment", "12", "24"),
)
"""Questions of two quizzes: the card, its question, and the right and a wrong answer."""

PITCH = "Pitch of 12 minutes"


@dataclass(frozen=True)
class Quiz:
    """A question a day from working day `begun` on; `missed` are the places of those that were answered wrongly, and
    rightly the day after, `unknown` of those that have been answered wrongly only."""

    questions: Sequence[tuple[str, str, str, str]]
    begun: int
    missed: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Course:
    """The working days on which steps were marked, the first at work being 1, and the quizzes."""

    marks: Mapping[str, int]
    quizzes: tuple[Quiz, ...]


COURSES: Mapping[str, Course] = {
    "Sam Osei": Course(
        {"Find your way": 4, "Competitors and stories": 13}, (Quiz(PRODUCT, 5, missed=frozenset((1, 5))),)
    ),
    "Søren Dahl": Course(
        {"Find your way": 5, "Competitors and stories": 17, PITCH: 20, "Own line in the forecast call": 47},
        (Quiz(PRODUCT, 6, missed=frozenset((3,))), Quiz(OBJECTIONS, 29, unknown=frozenset((2, 3)))),
    ),
    "Jamal Foster": Course(
        {
            "Find your way": 3, "Competitors and stories": 16, PITCH: 21, "Own line in the forecast call": 44,
            "Own territory": 58,
        },
        (Quiz(PRODUCT, 4, missed=frozenset((0, 4, 5))), Quiz(OBJECTIONS, 24)),
    ),
}  # fmt: skip
SHARED = ("Sam Osei", "Søren Dahl")
"""Who lets their manager see how far they are."""


@dataclass(frozen=True)
class Mark:
    """A step that is done, by their own word or their manager's."""

    person_id: int
    started_on: dt.date
    step: str
    by: int
    day: dt.date
    at: dt.datetime


@dataclass(frozen=True)
class Reply:
    """An answer to a question about a card."""

    person_id: int
    file: str
    words: str
    chosen: str
    correct: bool
    day: dt.date
    at: dt.datetime

    @property
    def question(self) -> str:
        """The question's short name, as the quiz makes it of the card's file and the question's words."""
        return hashlib.sha256(f"{self.file}\n{self.words}".encode()).hexdigest()[:16]


class Learning:
    """Everything that lies before the day."""

    def __init__(self, seed: int, day: dt.date, days: WorkingDays) -> None:
        self.dice, self.day, self.days = Dice(seed, "learning"), day, days

    def list_marks(self) -> list[Mark]:
        return [mark for name, course in COURSES.items() for mark in self._marks(IDS[name], course)]

    def list_replies(self) -> list[Reply]:
        return [reply for name, course in COURSES.items() for reply in self._replies(IDS[name], course)]

    def _marks(self, person_id: int, course: Course) -> Iterator[Mark]:
        member = member_of(person_id)
        for step, number in course.marks.items():
            on = self._day(person_id, number)
            if on < self.day:
                by = MANAGER_OF[member.team] if step == PITCH else person_id
                yield Mark(person_id, started_on(member, self.day), step, by, on, moment(self.dice, on, by))

    def _replies(self, person_id: int, course: Course) -> Iterator[Reply]:
        for quiz in course.quizzes:
            for place, (file, words, right, wrong) in enumerate(quiz.questions):
                tries = {quiz.begun + place: right}
                if place in quiz.missed | quiz.unknown:
                    tries = {quiz.begun + place: wrong}
                if place in quiz.missed:
                    tries[quiz.begun + place + 1] = right
                for number, chosen in tries.items():
                    on = self._day(person_id, number)
                    if on < self.day:
                        at = moment(self.dice, on, person_id)
                        yield Reply(person_id, file, words, chosen, chosen == right, on, at)

    def _day(self, person_id: int, number: int) -> dt.date:
        member = member_of(person_id)
        region = region_of(member)
        first = self.days.on_or_after(region, started_on(member, self.day))
        return self.days.moved(region, first, number - 1) if number > 1 else first
