"""What may be quoted from a document, which of it answers best, and where a quote begins and ends.

Sections around the hits are cut into sentences, list items and table rows, each rated
``0.4 * cosine + 0.4 * share of the question's words (by idf) + 0.2 * score of the passage``. Around the best one two or
three sentences are quoted; or the whole list or table it belongs to, if that is short. A question that nearly equals a
form of a card is answered from the section whose heading it names, else from the card's first section, where the short
answer stands.

``quote == source[start:end]`` for each citation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge_base.answer import Citation
from knowledge_base.chunking import Block, get_blocks
from knowledge_base.embeddings import Encoder
from knowledge_base.evidence import Candidate
from knowledge_base.lexical import get_tokens, is_cjk
from knowledge_base.overview import get_products
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.search import Hit, Passage, Question, get_passage

_PLACES = 3
_SECTIONS = 3
_UNITS = 40
_QUOTE = 700
_WHOLE_BLOCK = 1200
_WHOLE_TEXT = 450
_LEAD = 240
_LONGEST = 2000
_AROUND, _CARD, _PARSED = 10_000, 40_000, 100_000
_CONTEXT_BONUS, _NAMED_BONUS = 0.05, 0.1
_OTHER_PRODUCT, _ROW_OF_PRODUCT = 3.0, 0.3


@dataclass(frozen=True)
class Unit:
    """A sentence, item or row that may be quoted."""

    hit: Hit
    blocks: tuple[Block, ...]
    block: int
    start: int
    end: int
    cosine: float = 0.0
    score: float = 0.0

    def heading(self, text: str) -> str:
        """The nearest heading above, without its marks and what it says in brackets."""
        above = [block for block in self.blocks[: self.block] if block.kind == "heading"]
        words = text[above[-1].start : above[-1].end] if above else ""
        return re.sub(r"[(（].*?[)）]", "", words).strip("#= -\t\n")


class Quotes:
    """Reads documents for one answer, each once, and quotes them. ``products`` are those that cards are of."""

    def __init__(self, rows: Rows, encoder: Encoder | None, products: Sequence[str]) -> None:
        self._rows = rows
        self._encoder = encoder
        self._products = products
        self._texts: dict[int, str] = {}
        self._read: dict[int, list[FoundPassage]] = {}

    def get_text(self, document_id: int) -> str:
        """The whole source."""
        if document_id not in self._texts:
            self._texts[document_id] = self._rows.get_text(document_id)
        return self._texts[document_id]

    def list_passages(self, document_id: int) -> list[FoundPassage]:
        """Its passages in their order."""
        if document_id not in self._read:
            self._read[document_id] = self._rows.list_passages(document_id)
        return self._read[document_id]

    def get_units(self, question: Question, candidates: Sequence[Candidate]) -> dict[int, tuple[Unit, ...]]:
        """What may be quoted of each document, best first."""
        rated = self._rated(question, [unit for candidate in candidates for unit in self._units(candidate)])
        units = {}
        for candidate in candidates:
            own = [unit for unit in rated if unit.hit.passage.document_id == candidate.document_id]
            own.sort(key=lambda unit: -unit.score - self._preference(question, candidate, unit))
            units[candidate.document_id] = tuple(own)
        return units

    def _units(self, candidate: Candidate) -> Iterator[Unit]:
        """Sentences, items and rows of the sections around the hits; of the whole card where a form of it was hit."""
        passages = self.list_passages(candidate.document_id)
        text = self.get_text(candidate.document_id)
        for hit in candidate.hits[:_SECTIONS]:
            here = hit.passage
            start, end, most = here.section_start, here.section_end, _AROUND
            if candidate.direct or here.question is not None:
                start, end, most = passages[0].section_start, max(passage.end for passage in passages), _CARD
            low, high = max(start, here.start - most), min(end, here.end + most)
            if end - start > _PARSED:
                # What is too long to read as a whole begins with a passage, which begins with a block or a row.
                start = min((p.start for p in passages if p.start >= low), default=here.start)
                end = max((p.end for p in passages if p.end <= high), default=here.end)
            markdown = not here.file.lower().endswith((".txt", ".text"))
            blocks = tuple(_with_short_parts(text, b) for b in get_blocks(text, start, end, markdown=markdown))
            for at, block in enumerate(blocks):
                if block.kind != "heading":
                    yield from (Unit(hit, blocks, at, *part) for part in block.parts if low <= part[0] < high)

    def _rated(self, question: Question, units: list[Unit]) -> list[Unit]:
        texts = [self.get_text(unit.hit.passage.document_id)[unit.start : unit.end] for unit in units]
        coverages = [question.get_coverage(set(get_tokens(text))) for text in texts]
        order = sorted(range(len(units)), key=lambda i: -(coverages[i] + units[i].hit.passage.score))[:_UNITS]
        cosines = [0.0] * len(units)
        if question.vector is not None and self._encoder and order:
            vectors = self._encoder.encode_sentences([texts[i][:1000] for i in order])
            for i, value in zip(order, (vectors @ question.vector).tolist(), strict=True):
                cosines[i] = max(0.0, value)
        rated: dict[tuple[int, int], Unit] = {}
        for unit, cosine, coverage in zip(units, cosines, coverages, strict=True):
            inside = unit.hit.passage.start <= unit.start < unit.hit.passage.end
            score = 0.4 * cosine + 0.4 * coverage + 0.2 * unit.hit.passage.score + _CONTEXT_BONUS * inside
            place = (unit.hit.passage.document_id, unit.start)
            if place not in rated or score > rated[place].score:
                rated[place] = replace(unit, cosine=cosine, score=score)
        return list(rated.values())

    def _preference(self, question: Question, candidate: Candidate, unit: Unit) -> float:
        """What speaks for a unit's section: its heading is named, or it opens a card that has nearly this question.

        A sentence or row of another product than the one asked for speaks against it more than all that.
        """
        asked = get_products(question.text, self._products)
        if asked:
            text = self.get_text(unit.hit.passage.document_id)
            said = get_products(text[unit.start : unit.end], self._products)
            if said and not said & asked:
                return -_OTHER_PRODUCT
            if unit.blocks[unit.block].kind == "table" and get_products(
                _first_cell(text[unit.start : unit.end]), asked
            ):
                return _ROW_OF_PRODUCT
        named = self._is_named(question, unit)
        if not candidate.direct:
            return _NAMED_BONUS * named
        first = unit.start < self.list_passages(candidate.document_id)[0].section_end
        return 2.0 * named + 1.0 * first

    def _is_named(self, question: Question, unit: Unit) -> bool:
        """Whether the question names the heading above: all that it says, more than the title, not only in passing."""
        passage = unit.hit.passage
        heading = unit.heading(self.get_text(passage.document_id))
        said = set(get_tokens(heading))
        if not said or not said <= set(question.tokens) or said <= set(get_tokens(passage.title)):
            return False
        return is_cjk(heading) or 2 * len(said) >= len(heading.split())

    def get_citations(self, documents: Sequence[Sequence[Unit]]) -> tuple[tuple[Citation, ...], str]:
        """The best place and the two best others, one of each section; and the first quote as it is read.

        ``documents``: the units of each, as get_units gives them, likeliest first.
        """
        first = documents[0][0]
        rest = [unit for units in documents for unit in units[:_UNITS]]
        others = sorted((unit for unit in rest if unit is not first), key=lambda unit: -unit.score)
        citations: list[Citation] = []
        places = set()
        for unit in [first, *others]:
            passage = self._passage_at(unit)
            # By what it is called, not by its id: a document that was added twice is one place to the reader.
            if (passage.file, passage.section) in places or len(citations) == _PLACES:
                continue
            places.add((passage.file, passage.section))
            text = self.get_text(passage.document_id)
            start, end = _span(text, unit)
            citations.append(Citation(passage.file, passage.section, start, end, text[start:end], unit.score, passage))
        return tuple(citations), self._shown(citations[0], first)

    def get_around(self, unit: Unit) -> str:
        """The passage that a unit stands in, with its headings and the title of its document."""
        passage = self._passage_at(unit)
        return f"{passage.title}\n{passage.section}\n{passage.text}"

    def get_opening(self, document_id: int, score: float) -> Citation | None:
        """The first thing that a card says, where its short answer stands; None when it says nothing but headings."""
        found = self.list_passages(document_id)[0]
        text = self.get_text(document_id)
        said = [b for b in get_blocks(text, found.start, found.end, markdown=True) if b.kind != "heading"]
        if not said:
            return None
        start, end = said[0].start, said[0].end
        if end - start > _WHOLE_TEXT:
            start, end = said[0].parts[0]
        return Citation(found.file, " > ".join(found.path), start, end, text[start:end], score, get_passage(found))

    def _passage_at(self, unit: Unit) -> Passage:
        """The passage in whose section the unit stands; a form or title leads to its card, not to the section."""
        hit = unit.hit.passage
        sections = [p for p in self.list_passages(hit.document_id) if p.section_start <= unit.start < p.section_end]
        if not sections or hit.section_start <= unit.start < hit.section_end:
            return hit
        nearest = next((passage for passage in sections if passage.start <= unit.start < passage.end), sections[0])
        return get_passage(nearest, hit.score, hit.question)

    def _shown(self, citation: Citation, unit: Unit) -> str:
        """The quote for reading: rows of a long table get the table's head back."""
        block = unit.blocks[unit.block]
        if block.kind == "table" and citation.start > block.start:
            head = self.get_text(citation.passage.document_id)[block.parts[0][0] : block.parts[0][1]]
            return f"{head}\n{citation.quote}"
        return citation.quote


def _with_short_parts(text: str, block: Block) -> Block:
    """A sentence or row as long as a page is cut between words, so that no quote is longer than can be read."""
    if all(end - start <= _LONGEST for start, end in block.parts):
        return block
    parts: list[tuple[int, int]] = []
    for start, end in block.parts:
        while end - start > _LONGEST:
            cut = text.rfind(" ", start + 1, start + _QUOTE) + 1 or start + _QUOTE
            parts.append((start, cut))
            start = cut
        parts.append((start, end))
    return replace(block, parts=tuple(parts))


def _first_cell(row: str) -> str:
    return row.strip().lstrip("|").split("|", 1)[0]


def _span(text: str, unit: Unit) -> tuple[int, int]:
    """What to quote around a unit: its list or table when that is short, else neighbouring sentences."""
    block = unit.blocks[unit.block]
    if block.kind in {"list", "table", "code"}:
        start, end = (block.start, block.end) if block.end - block.start <= _WHOLE_BLOCK else _window(block, unit)
        if start == block.start and unit.block > 0:
            before = unit.blocks[unit.block - 1]
            lead = before.parts[-1][0] if before.kind == "text" else before.start
            # The line that introduces a list is part of what it says.
            together = not text[before.end : start].strip()
            if before.kind == "text" and together and text[before.end - 1] in ":：" and before.end - lead <= _LEAD:
                start = lead
        return start, end
    start, end = (block.start, block.end) if block.end - block.start <= _WHOLE_TEXT else _window(block, unit)
    if len(block.parts) == 1 and end - start < _LEAD and unit.block + 1 < len(unit.blocks):
        after = unit.blocks[unit.block + 1]
        if after.kind != "heading" and after.end - start <= _QUOTE and not text[end : after.start].strip():
            end = after.end
    return start, end


def _window(block: Block, unit: Unit) -> tuple[int, int]:
    """Up to three neighbouring parts with the unit among them: it, the next, the one before."""
    at = next((i for i, (start, _) in enumerate(block.parts) if start == unit.start), 0)
    low, high = at, at
    for step in (1, -1, 2):
        i = at + step
        if high - low >= 2 or not 0 <= i < len(block.parts) or not low - 1 <= i <= high + 1:
            continue
        new_low, new_high = min(low, i), max(high, i)
        if block.parts[new_high][1] - block.parts[new_low][0] <= _QUOTE:
            low, high = new_low, new_high
    return block.parts[low][0], block.parts[high][1]
