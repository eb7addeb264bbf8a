"""Questions drawn from cards: when each is due again, and whether a quiz is passed.

A question is a form of a card ("Who approves 12%?"). It comes back the day after it was answered wrongly, then after
three, seven and 21 days, each time it was right again.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from knowledge_base import Document
from knowledge_base.lexical import is_cjk
from skills.contract import SkillContext
from skills.passages import readable
from skills.path import KIND as PATH
from skills.readers import Readers
from store.models import QuizAnswer

AGAIN = (3, 7, 21)
"""Days after which a question that was once wrong comes back, by how often it has been right since."""
KNOWN_FOR = 30
"""Days after which a question that was never wrong may come again, when there is nothing else."""
NAME_LENGTH = 16


@dataclass(frozen=True)
class Form:
    """A question as a card puts it; `key` is its short name."""

    document: Document
    words: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.document.file}\n{self.words}".encode()).hexdigest()[:NAME_LENGTH]


@dataclass(frozen=True)
class Score:
    """`correct` of `answered` different questions were right the last time; `passed_on` is the day it was enough."""

    correct: int
    answered: int
    passed_on: dt.date | None = None

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.correct, self.answered) if self.answered else None


def get_score(answers: Iterable[QuizAnswer], files: Collection[str], mark: Fraction, questions: int) -> Score:
    """How the quiz on these cards stands, from the answers in their order; what is passed stays passed."""
    latest: dict[str, bool] = {}
    passed_on: dt.date | None = None
    for answer in answers:
        if answer.file not in files:
            continue
        latest[answer.question] = answer.correct
        correct = sum(latest.values())
        if passed_on is None and len(latest) >= questions and Fraction(correct, len(latest)) >= mark:
            passed_on = answer.day
    return Score(sum(latest.values()), len(latest), passed_on)


def list_forms(context: SkillContext, readers: Readers, files: Collection[str] | None = None) -> list[Form]:
    """The forms of the cards that may be read, in the language of the card; `files` keeps those of some cards."""
    with readable():
        documents = context.knowledge.documents()
    return [
        Form(document, words)
        for document in documents
        if document.is_current
        and document.card.kind != PATH
        and (files is None or document.file in files)
        and readers.may_read(document.card)
        for words in document.card.questions
        if is_cjk(words) == is_chinese(document)
    ]


def is_chinese(document: Document) -> bool:
    """Whether the card is written in Chinese: as it says itself, or else by its title."""
    language = document.card.language
    return language[:2].lower() == "zh" if language else is_cjk(document.title)


def list_due(forms: Sequence[Form], answers: Iterable[QuizAnswer], person_id: int, today: dt.date) -> list[Form]:
    """The questions that may be asked today, in order: those to repeat, those never asked, those long known."""
    past: dict[str, list[QuizAnswer]] = {}
    for answer in answers:
        past.setdefault(answer.question, []).append(answer)
    ranked = []
    for form in forms:
        turn = _turn(past.get(form.key, []), today)
        if turn is not None:
            ranked.append((turn, get_seed(person_id, today, form.key), form))
    return [form for _, _, form in sorted(ranked, key=lambda item: item[:2])]


def _turn(past: Sequence[QuizAnswer], today: dt.date) -> tuple[int, int] | None:
    """Its place in the order; None where it is not due."""
    if not past:
        return 1, 0
    last, streak = past[-1], 0
    for answer in reversed(past):
        if not answer.correct:
            break
        streak += 1
    days = (today - last.day).days
    if streak == len(past):
        return (2, -days) if days >= KNOWN_FOR else None
    wait = 1 if streak == 0 else AGAIN[min(streak, len(AGAIN)) - 1]
    if streak > len(AGAIN):
        return (2, -days) if days >= KNOWN_FOR else None
    return (0, -days) if days >= wait else None


def get_seed(person_id: int, day: dt.date, key: str) -> int:
    """A number that is the same for one person, day and question, and another for any other."""
    return int.from_bytes(hashlib.sha256(f"{person_id}|{day}|{key}".encode()).digest()[:8])
