"""The path of a new person: steps with their days, gates and cards, as cards of the playbook list them.

A card with `kind: path` in its front matter holds tables with a column each for the step, its working days ("3–15"),
its gate and the files of its cards; the heading above a table names the phase. Headers and gates are written in English
or Chinese. What cannot be read is said, and leaves the rest of the path as it is.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from knowledge_base import Document, Section
from skills.contract import SkillContext
from skills.measures.pacing import WorkingDays
from skills.passages import readable
from skills.readers import EVERYONE, SALES, Readers
from skills.text import Text, text
from store.models import Person

KIND = "path"
QUESTIONS = 5
"""Answered questions that a quiz takes at least, where its gate does not say."""
COLUMNS = {
    "step": ("step", "步骤"),
    "days": ("day", "days", "working days", "工作日", "天"),
    "gate": ("gate", "关口", "门槛"),
    "cards": ("card", "cards", "卡片"),
}
RULER = re.compile(r"[\s|:\-]+")
DAYS = re.compile(r"(\d{1,3})(?:\s*(?:–|-|—|~|to|至|到)\s*(\d{1,3}))?")
QUIZ = re.compile(r"(?:quiz|knowledge|test|测验|测试|知识)\D{0,20}(\d{1,3})\s*%(?:\D{1,8}(\d{1,3}))?", re.IGNORECASE)
REACHED = re.compile(r"(?:reached|entered|进入|到达)\s*(?:stage|阶段)?\s*(\S.*)", re.IGNORECASE)
NO_GATE = frozenset({"", "-", "–", "—", "none", "无"})
CERTIFIED = ("certif", "认证")
MEETING = ("meeting", "visit", "拜访", "会面", "见面")
WIN = ("win", "won", "首单", "赢单", "成交")
LAST_DAY = 400
"""No step ends later than this working day."""


class GateKind(StrEnum):
    """What shows that a step is behind somebody."""

    WORD = "word"
    """Their own word."""
    QUIZ = "quiz"
    CERTIFIED = "certified"
    MEETING = "meeting"
    REACHED = "reached"
    WIN = "win"


@dataclass(frozen=True)
class Gate:
    kind: GateKind
    mark: Fraction = Fraction(0)
    """Of a quiz: the share of right answers that passes."""
    questions: int = 0
    """Of a quiz: how many of them must have been answered."""
    stage: str = ""
    """The stage that an opportunity must have reached."""


@dataclass(frozen=True)
class Step:
    """`first` and `last` are working days, counted from 1; `cards` are files of the knowledge base."""

    name: str
    phase: str
    first: int
    last: int
    gate: Gate
    cards: tuple[str, ...]


@dataclass(frozen=True)
class Path:
    file: str
    title: str
    steps: tuple[Step, ...]
    problems: tuple[Text, ...] = ()


def get_path(context: SkillContext, person: Person, readers: Readers) -> Path | None:
    """The path that is meant for the person, or None.

    Of several that they may read, one that names them, their team or region goes before one for everybody, then one in
    their language.
    """
    with readable():
        documents = [
            document
            for document in context.knowledge.documents(KIND)
            if document.is_current and readers.may_read(document.card)
        ]
        if not documents:
            return None
        language = (person.locale or "en")[:2].lower()
        chosen = min(
            documents, key=lambda document: (not _is_narrow(document), not _is_in(document, language), document.file)
        )
        return read_path(chosen, context.knowledge.sections(chosen.id))


def _is_narrow(document: Document) -> bool:
    audience = {name.strip().casefold() for name in document.card.audience}
    return bool(audience) and not audience & (EVERYONE | SALES)


def _is_in(document: Document, language: str) -> bool:
    return (document.card.language or "en")[:2].lower() == language


def read_path(document: Document, sections: Iterable[Section]) -> Path:
    """The steps of a card's tables in their order."""
    steps: list[Step] = []
    problems: list[Text] = []
    for section in sections:
        columns: dict[str, int] = {}
        for cells in _rows(section.text):
            if header := _header(cells):
                columns = header
            elif columns and len(cells) > max(columns.values()):
                _read_step(section.heading, {name: cells[number] for name, number in columns.items()}, steps, problems)
    return Path(document.file, document.title, tuple(steps), tuple(problems))


def _rows(words: str) -> Iterator[list[str]]:
    for line in words.splitlines():
        if line.strip().startswith("|") and not RULER.fullmatch(line):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def _header(cells: Sequence[str]) -> dict[str, int]:
    """Where each column stands, if this row names the columns; `step` and `days` are needed."""
    found = {}
    for name, words in COLUMNS.items():
        number = next((n for n, cell in enumerate(cells) if cell.casefold() in words), None)
        if number is not None:
            found[name] = number
    return found if {"step", "days"} <= found.keys() else {}


def _read_step(phase: str, cells: dict[str, str], steps: list[Step], problems: list[Text]) -> None:
    name, days = cells["step"], DAYS.search(cells["days"])
    first, last = (int(days[1]), int(days[2] or days[1])) if days else (0, 0)
    if not name or not 1 <= first <= last <= LAST_DAY:
        problems.append(text("I can't read the days of “{step}” in the path.", step=name or "?"))
        return
    if any(step.name.casefold() == name.casefold() for step in steps):
        problems.append(text("“{step}” stands in the path twice; the first one counts.", step=name))
        return
    gate = read_gate(cells.get("gate", ""))
    if gate is None:
        problems.append(text("I can't read the gate “{gate}” of “{step}”.", gate=cells["gate"], step=name))
    cards = tuple(
        dict.fromkeys(
            card.strip(" `") for card in re.split(r"[,，、;；]", cells.get("cards", "")) if card.strip(" `–-")
        )
    )
    steps.append(Step(name, phase, first, last, gate or Gate(GateKind.WORD), cards))


def read_gate(words: str) -> Gate | None:
    """The gate that the words name; None where they name none that is known."""
    said = words.strip().casefold()
    if said in NO_GATE:
        return Gate(GateKind.WORD)
    if quiz := QUIZ.search(said):
        mark = Fraction(int(quiz[1]), 100)
        return Gate(GateKind.QUIZ, mark, max(1, int(quiz[2] or QUESTIONS))) if 0 < mark <= 1 else None
    if reached := REACHED.search(words.strip()):
        return Gate(GateKind.REACHED, stage=reached[1].strip(" .。"))
    for kind, names in ((GateKind.CERTIFIED, CERTIFIED), (GateKind.MEETING, MEETING), (GateKind.WIN, WIN)):
        if any(name in said for name in names):
            return Gate(kind)
    return None


def find_working_day(days: WorkingDays, start: dt.date, number: int, until: dt.date) -> dt.date | None:
    """The day that is working day `number` from `start` on, which itself is the first if it is one; None if not before
    `until`."""
    low, high = start, until
    if days.count(start, until) < number:
        return None
    while low < high:
        middle = low + (high - low) // 2
        if days.count(start, middle + dt.timedelta(days=1)) >= number:
            high = middle
        else:
            low = middle + dt.timedelta(days=1)
    return low
