"""One question of a quiz: a form of a card, the place of the card that answers it, and options to choose from.

A sentence of the card that speaks of what the form asks is shown with a gap where a figure or a name stood; where there
is none, the form is asked and the answers of cards are to choose from. The wrong options are figures in the same unit,
other names, or what other cards answer. Nothing is made up, and an option that the question or the rest of the sentence
gives away is not offered.
"""

import datetime as dt
import hashlib
import math
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge_base import Document
from knowledge_base.answer import Citation
from knowledge_base.lexical import get_names, get_tokens, is_cjk
from skills.contract import SkillContext
from skills.passages import readable
from skills.path import KIND as PATH
from skills.quiz import Form, get_seed, is_chinese
from skills.readers import Readers

GAP = "____"
LETTERS = "ABCD"
"""What the options are called."""
MOST_OPTIONS, FEWEST_OPTIONS = 4, 3
NEAREST = 6
"""Wrong options are drawn from so many that come closest to the right one."""
SIBLINGS = 40
"""Cards whose figures, names and sentences are looked at for wrong options."""
LONGEST = 260
"""Characters of a sentence that is asked about, and of an answer to choose."""
LENGTHS = (0.5, 2.0)
"""How much shorter or longer than the right answer a wrong one may be."""
SPEAKS_OF = 2
"""Words that a sentence has in common with the form which it speaks of."""

_NUMBER = r"(?<![\w.,#/–-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|(?<![\w.,#/–-])\d+(?:\.\d+)?(?![\d.,]\d)"
_FIGURE = re.compile(
    rf"(?P<sign>[$€£¥])(?P<n1>{_NUMBER})(?![\w%])"
    rf"|(?P<n2>{_NUMBER})\s?(?P<unit>%|USD|EUR|GBP|CNY|JPY|万元|元|个工作日|工作日|个月|分钟|小时|[天周年月日台只家份分题个次人段]"
    rf"|(?:working |business |calendar )?[a-z]{{2,}}s\b)"
)
_BARE = re.compile(_NUMBER)
_CHANNEL = re.compile(r"(?<!\w)#[a-z][a-z0-9-]{2,}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"'#*\d])|(?<=[。！？；])\s*")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d+[.)、])\s+")
_RULER = re.compile(r"[\s|:\-]+")


@dataclass(frozen=True)
class Exercise:
    """A question with its options; `options[right]` is the card's own, which `citation` quotes."""

    form: Form
    sentence: str
    """The sentence with its gap, which says by itself what is asked; empty where the form is asked."""
    options: tuple[str, ...]
    right: int
    citation: Citation

    @property
    def mark(self) -> str:
        """A short name of the options, to see whether the card was changed in between."""
        return hashlib.sha256("\n".join((self.sentence, *self.options)).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class _Gap:
    """What is left out of a sentence: its words, and what it is a figure or name of."""

    words: str
    kind: str

    @property
    def number(self) -> float | None:
        found = _BARE.search(self.words)
        return float(found[0].replace(",", "")) if found else None


@dataclass(frozen=True)
class _Unit:
    """A sentence, a list item, or a row of a table with its headers."""

    words: str
    gaps: tuple[_Gap, ...]
    is_row: bool = False


class Exercises:
    """Makes the questions of one person on one day; what it has read of the cards it keeps."""

    def __init__(self, context: SkillContext, readers: Readers, person_id: int) -> None:
        self._context, self._readers, self._person_id = context, readers, person_id
        self._sections: dict[int, list[list[_Unit]]] = {}
        with readable():
            documents = context.knowledge.documents()
        self._documents = [d for d in documents if d.is_current and d.card.kind != PATH and readers.may_read(d.card)]
        self._names = {d.card.owner for d in self._documents if d.card.owner}

    def make(self, form: Form, day: dt.date) -> Exercise | None:
        """The question of that day; None where the card does not answer its own form in a way that can be asked."""
        with readable():
            answer = self._context.knowledge.ask(form.words, where=lambda card: card == form.document.card)
        citation = next((each for each in answer.citations if each.file == form.document.file), None)
        if answer.status != "answer" or citation is None:
            return None
        dice = random.Random(get_seed(self._person_id, day, form.key))  # noqa: S311  (no secret: the same every time)
        asked, units = set(get_tokens(form.words)), _split(citation.quote, self._names)
        short = sorted(
            ((len(asked & set(get_tokens(unit.words))), unit) for unit in units if len(unit.words) <= LONGEST),
            key=lambda each: -each[0],
        )
        near = [unit for common, unit in short if common >= SPEAKS_OF]
        far = [unit for common, unit in short if common < SPEAKS_OF]
        return (
            self._with_gaps(form, near, citation, dice)
            or self._with_answers(form, _lead(units), citation, dice)
            or self._with_gaps(form, far, citation, dice)
        )

    def _with_gaps(
        self, form: Form, units: Iterable[_Unit], citation: Citation, dice: random.Random
    ) -> Exercise | None:
        every = ((unit, gap) for unit in units for gap in dice.sample(unit.gaps, len(unit.gaps)))
        made = (self._with_gap(form, unit, gap, citation, dice) for unit, gap in every)
        return next((exercise for exercise in made if exercise is not None), None)

    def _with_gap(self, form: Form, unit: _Unit, gap: _Gap, citation: Citation, dice: random.Random) -> Exercise | None:
        sentence = _left_out(unit.words, gap.words)
        given = f"{form.words}\n{form.document.title}\n{sentence}"
        if _holds(given, gap.words):
            return None
        others: dict[str, _Gap] = {}
        for other in self._list_units(form.document):
            for each in other.gaps:
                if each.kind == gap.kind and not _same(each, gap) and not _holds(given, each.words):
                    others.setdefault(each.words.casefold(), each)
        distinct = _distinct(others.values())
        nearest = sorted(distinct, key=lambda each: (_distance(each, gap), each.words))[:NEAREST]
        if len(nearest) < FEWEST_OPTIONS - 1:
            return None
        wrong = [each.words for each in dice.sample(nearest, min(MOST_OPTIONS - 1, len(nearest)))]
        return _shuffled(form, sentence, gap.words, wrong, citation, dice)

    def _with_answers(self, form: Form, answer: str, citation: Citation, dice: random.Random) -> Exercise | None:
        """The answers of cards, of which the right one neither echoes the question most nor differs in length.

        What another card says of somebody whom the question names may be right as well, and is not offered.
        """
        asked, own = set(get_tokens(form.words)), set(get_tokens(answer))
        named = set(get_names(form.words))
        if len(own) < 4:
            return None
        shortest, longest = (len(answer) * bound for bound in LENGTHS)
        found: dict[str, tuple[bool, bool, int]] = {}
        for document in self._list_siblings(form.document):
            is_kin = document.card.kind == form.document.card.kind
            for number, lead in enumerate(self._list_leads(document)):
                tokens = set(get_tokens(lead))
                is_another = len(own & tokens) <= len(own) // 2 and not named & tokens
                if is_another and shortest <= len(lead) <= longest:
                    found.setdefault(lead, (number == 0, is_kin, len(asked & tokens)))
        echo = max(found, key=lambda words: (found[words][2], words), default="")
        others = found.keys() - {echo}
        likely = sorted(others, key=lambda words: (not found[words][0], not found[words][1], -found[words][2], words))
        kin = [words for words in likely if found[words][0] and found[words][1]]
        likely = (kin if len(kin) >= FEWEST_OPTIONS - 1 else likely)[:NEAREST]
        if len(likely) < FEWEST_OPTIONS - 1 or found[echo][2] < len(asked & own):
            return None
        wrong = [echo, *dice.sample(likely, min(MOST_OPTIONS - 2, len(likely)))]
        return _shuffled(form, "", answer, wrong, citation, dice)

    def _list_units(self, document: Document) -> Iterator[_Unit]:
        for each in (document, *self._list_siblings(document)):
            for units in self._get_sections(each):
                yield from units

    def _list_siblings(self, document: Document) -> Sequence[Document]:
        """Cards in the same language, those of the same kind first."""
        others = [d for d in self._documents if d.id != document.id and is_chinese(d) == is_chinese(document)]
        return list(islice(sorted(others, key=lambda d: (d.card.kind != document.card.kind, d.file)), SIBLINGS))

    def _list_leads(self, document: Document) -> list[str]:
        """How each section begins; the first of a card is mostly what it answers."""
        return [lead for units in self._get_sections(document) if (lead := _lead(units))]

    def _get_sections(self, document: Document) -> list[list[_Unit]]:
        if document.id not in self._sections:
            with readable():
                sections = self._context.knowledge.sections(document.id)
            self._sections[document.id] = [_split(section.text, self._names) for section in sections]
        return self._sections[document.id]


def split_sentences(words: str) -> list[str]:
    """The sentences and list items of a section, without its heading, its tables and the markup."""
    return [unit.words for unit in _split(words, ()) if not unit.is_row]


def _split(words: str, names: Iterable[str]) -> list[_Unit]:
    """Sentences, list items and rows; headings and the markup are left out."""
    known = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)")
    units: list[_Unit] = []
    headers: list[str] = []
    for line in words.splitlines():
        bare = line.strip().lstrip("> ")
        if not bare or (bare.startswith(("#", "```")) and not _CHANNEL.match(bare)):
            headers = []
            continue
        if bare.startswith("|"):
            if not _RULER.fullmatch(bare):
                cells = [_plain(cell) for cell in bare.strip("|").split("|")]
                if headers:
                    units.append(_row(headers, cells, known))
                else:
                    headers = cells
            continue
        headers = []
        sentences = (_whole(part) for part in _SENTENCE.split(_plain(_ITEM.sub("", bare))))
        units += [_Unit(sentence, tuple(_list_gaps(sentence, known))) for sentence in sentences if sentence]
    return units


def _lead(units: Iterable[_Unit]) -> str:
    """The first sentences, as many as an option takes; empty where a table comes first or the first is too long."""
    words = ""
    for unit in units:
        joint = "" if not words or is_cjk(words[-1]) or words[-1] in "。！？；" else " "
        if unit.is_row or len(words) + len(joint) + len(unit.words) > LONGEST:
            break
        words += joint + unit.words
    return words


def _whole(part: str) -> str:
    """A sentence without the quotation marks whose partners stand in another."""
    if part.count('"') % 2:
        part = part.replace('"', "")
    if part.count("“") != part.count("”"):
        part = part.replace("“", "").replace("”", "")
    return part.strip()


def _row(headers: Sequence[str], cells: Sequence[str], known: re.Pattern[str]) -> _Unit:
    """ "Product: Watch · Unit: per machine and year · Price: 1,190". The first cell says what the row is about."""
    pairs = [(header, cell) for header, cell in zip(headers, cells, strict=False) if cell]
    gaps: list[_Gap] = []
    for header, cell in pairs[1:]:
        gaps += [_Gap(cell, f"column {header}")] if _BARE.fullmatch(cell) else _list_gaps(cell, known)
    joined = " · ".join(f"{header}: {cell}" if header else cell for header, cell in pairs)
    return _Unit(joined, tuple(gaps), is_row=True)


def _plain(words: str) -> str:
    return words.replace("**", "").replace("`", "").strip()


def _list_gaps(words: str, known: re.Pattern[str]) -> list[_Gap]:
    gaps = [_Gap(match[0], "name") for match in known.finditer(words)]
    gaps += [_Gap(match[0], "channel") for match in _CHANNEL.finditer(words)]
    for match in _FIGURE.finditer(words):
        unit = match["sign"] or match["unit"]
        gaps.append(_Gap(match[0].strip(), f"figure {unit.rstrip('s')}"))
    return list(dict.fromkeys(gaps))


def _left_out(words: str, gap: str) -> str:
    return re.sub(rf"(?<![\d,.]){re.escape(gap)}(?!\d)", GAP, words)


def _holds(words: str, part: str) -> bool:
    """Whether the part stands in the words, not as a piece of a longer number."""
    return re.search(rf"(?<![\d,.]){re.escape(part)}(?!\d)", words, re.IGNORECASE) is not None


def _same(one: _Gap, other: _Gap) -> bool:
    if one.number is not None and other.number is not None:
        return one.number == other.number
    return one.words.casefold() == other.words.casefold()


def _distinct(gaps: Iterable[_Gap]) -> list[_Gap]:
    """ "1 day" and "1 days" are one."""
    found: dict[object, _Gap] = {}
    for gap in gaps:
        found.setdefault(gap.words.casefold() if gap.number is None else gap.number, gap)
    return list(found.values())


def _distance(one: _Gap, other: _Gap) -> float:
    """How far apart two figures are, by their ratio; names are all as near."""
    if not one.number or not other.number:
        return 0.0 if one.number is None else math.inf
    return abs(math.log(one.number / other.number))


def _shuffled(
    form: Form, sentence: str, right: str, wrong: Sequence[str], citation: Citation, dice: random.Random
) -> Exercise:
    options = [right, *wrong]
    dice.shuffle(options)
    return Exercise(form, sentence, tuple(options), options.index(right), citation)
