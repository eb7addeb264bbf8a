"""Answering without a language model: quote what the sources say, cite it, or say that they do not say it.

1. The three best passages are found, and the sections around them cut into sentences, list items and table rows.
2. Each of these is rated ``0.4 * cosine + 0.4 * share of the question's words (by idf) + 0.2 * score of the passage``.
3. Around the best one two or three sentences are quoted; or the whole list or table it belongs to, if that is short.
   Two further places follow.
4. How sure that is, is a logistic function of a few signals; see Confidence for where its numbers come from. Three
   bands: "sure" answers; "unsure" answers too, saying so first; "unknown" refuses and only names the nearest places.

Nothing is said that does not stand in a source: ``quote == source[start:end]`` for each citation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from knowledge_base.chunking import Block, get_blocks
from knowledge_base.embeddings import Encoder
from knowledge_base.lexical import get_tokens, is_cjk
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.search import Hit, Passage, Question, Search

_PLACES = 3
_UNITS = 40
_QUOTE = 700
_WHOLE_BLOCK = 1200
_LEAD = 240
_CONTEXT_BONUS = 0.05


@dataclass(frozen=True)
class AnswerSignals:
    """What speaks for the best passages and their best sentence, or against them.

    ``cosine`` is the best passage's, ``unit_cosine`` the best sentence's. ``coverage`` is the share of the question's
    words (by idf) that one passage holds, ``matched`` how many rare words that amounts to, at most 3. ``unknown`` is
    the share that stands nowhere in the knowledge base, ``names_missing`` the share of its names that no hit holds.
    """

    cosine: float
    unit_cosine: float
    coverage: float
    matched: float
    unknown: float
    names_missing: float


@dataclass(frozen=True)
class Confidence:
    """How sure an answer is: weights of a logistic function, and where its bands begin.

    WITH_MEANING is fitted by ``benchmarks/playbook_questions.py --fit`` on half of its questions (handbook, demo
    playbook, other subjects; each handbook question with and without the documents that answer it) and judged on the
    other half. There, "unsure" and above answers 14 of 17 demo questions it can answer and all 39 of the handbook's,
    and refuses 19 of 20 questions of another subject. It is weakest on near misses: 2 of 7 demo questions that no card
    answers still get the nearest passage quoted, and 38 of 51 handbook questions whose documents are taken out (other
    pages answer some of these too); 22 of the 38 begin with "not sure".
    WORDS_ONLY is set by hand on 25 Chinese demo questions; ten of other subjects, made up for judging, were refused.
    """

    bias: float
    cosine: float
    unit_cosine: float
    coverage: float
    matched: float
    unknown: float
    names_missing: float
    unsure: float
    sure: float

    def get(self, signals: AnswerSignals) -> float:
        """0 to 1."""
        total = self.bias + sum(getattr(self, name) * value for name, value in vars(signals).items())
        return 1 / (1 + math.exp(-total))


WITH_MEANING = Confidence(-3.28, 3.03, 0.81, 0.74, 0.77, -0.15, -1.21, unsure=0.45, sure=0.62)
WORDS_ONLY = Confidence(-3.2, 0.0, 0.0, 3.0, 2.0, 0.0, -1.0, unsure=0.4, sure=0.8)
_NOTHING = AnswerSignals(0.0, 0.0, 0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Citation:
    """A quoted stretch of a source: ``quote == source[start:end]`` in characters of the file."""

    file: str
    section: str
    start: int
    end: int
    quote: str
    score: float
    passage: Passage

    def to_json(self) -> dict[str, Any]:
        """The stable form for scripts."""
        return {
            "file": self.file,
            "section": self.section,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True)
class KnowledgeAnswer:
    """An answer, or a refusal, and how sure it is (0 to 1).

    ``citations`` are empty for a refusal; then ``nearest`` names the closest passages for whom that helps.
    ``expired`` names a card that would have answered but may no longer.
    """

    status: Literal["answer", "refused"]
    band: Literal["sure", "unsure", "unknown"]
    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Passage, ...] = ()
    expired: Passage | None = None

    def to_json(self) -> dict[str, Any]:
        """The stable form for scripts."""
        return {
            "status": self.status,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "citations": [citation.to_json() for citation in self.citations],
        }


_WORDS = {
    "en": {
        "unknown": "The knowledge base does not answer that.",
        "nearest": "The nearest it has: {places}.",
        "empty": "The knowledge base is empty. Add a folder with: python -m knowledge_base add FOLDER.",
        "unsure": "Not sure this answers it; the closest passage says:",
        "expired": "{title} ({file}) dealt with this but is valid only until {day}; ask {owner} for the current state.",
        "not yet": "{title} ({file}) deals with this but is valid only from {day}; ask {owner}.",
        "owner": "its owner",
        "see": "See also: {places}.",
    },
    "zh": {
        "unknown": "知识库里没有这个问题的答案。",
        "nearest": "最接近的内容：{places}。",
        "empty": "知识库是空的。请先添加文件夹：python -m knowledge_base add FOLDER。",
        "unsure": "不确定是否回答了您的问题，最接近的内容是：",
        "expired": "《{title}》（{file}）讲过这个问题，但有效期只到 {day}，请向{owner}确认最新情况。",
        "not yet": "《{title}》（{file}）讲到这个问题，但 {day} 才生效，请向{owner}确认。",
        "owner": "负责人",
        "see": "另见：{places}。",
    },
}


@dataclass(frozen=True)
class _Unit:
    """A sentence, item or row that may be quoted."""

    hit: Hit
    blocks: tuple[Block, ...]
    block: int
    start: int
    end: int
    cosine: float = 0.0
    coverage: float = 0.0
    score: float = 0.0


class Answering:
    """Answers from one knowledge base as of one day, or from its cards of one kind."""

    def __init__(
        self, search: Search, rows: Rows, encoder: Encoder | None, today: date, kind: str | None = None
    ) -> None:
        self._search = search
        self._rows = rows
        self._encoder = encoder
        self._today = today
        self._kind = kind
        self._texts: dict[int, str] = {}

    def answer(self, text: str) -> KnowledgeAnswer:
        """Quote, cite, or refuse."""
        words = _WORDS["zh" if is_cjk(text) else "en"]
        question = self._search.ask(text)
        if not self._rows.count()[2]:
            return KnowledgeAnswer("refused", "unknown", words["empty"], 0.0)
        hits = self._search.find(question, _PLACES, kind=self._kind, where=self._is_current)
        units, signals = self.judge(question, hits)
        rating = self.get_rating(question)
        confidence = rating.get(signals) if units else 0.0
        expired = self._expired(question, hits, rating)
        if confidence < rating.unsure:
            return self._refusal(words, confidence, hits, expired)
        citations = self.get_citations(units)
        parts = [] if confidence >= rating.sure else [words["unsure"]]
        first = citations[0]
        parts.append(f"{self._shown(first, units[0])}\n— {first.section} ({first.file})")
        if len(citations) > 1:
            parts.append(words["see"].format(places="; ".join(f"{c.section} ({c.file})" for c in citations[1:])))
        if expired is not None:
            parts.append(self._expiry(words, expired))
        band: Literal["sure", "unsure"] = "sure" if confidence >= rating.sure else "unsure"
        return KnowledgeAnswer("answer", band, "\n\n".join(parts), confidence, citations, expired=expired)

    def get_rating(self, question: Question) -> Confidence:
        """The scale that fits: with cosines or, for a language the model does not know, with words alone."""
        return WITH_MEANING if question.vector is not None else WORDS_ONLY

    def judge(self, question: Question, hits: Sequence[Hit]) -> tuple[list[_Unit], AnswerSignals]:
        """The units of the hits, best first, and what speaks for the best."""
        units = self._rated(question, [unit for hit in hits for unit in self._units(hit)])
        if not units:
            return [], _NOTHING
        held = [hit.signals.tokens for hit in hits]
        solid = question.solid
        total = sum(solid.values()) or 1.0
        most = max(sum(weight for token, weight in solid.items() if token in tokens) for tokens in held)
        return units, AnswerSignals(
            cosine=max(hit.signals.cosine for hit in hits),
            unit_cosine=max(unit.cosine for unit in units),
            coverage=most / total,
            matched=min(3.0, most / question.rarest),
            unknown=sum(weight for token, weight in solid.items() if token in question.unknown) / total,
            names_missing=len(question.names.difference(*held)) / max(1, len(question.names)),
        )

    # --- finding what to quote

    def _is_current(self, found: FoundPassage) -> bool:
        return found.superseded_by is None and found.card.is_valid_on(self._today)

    def _text(self, document_id: int) -> str:
        if document_id not in self._texts:
            self._texts[document_id] = self._rows.get_text(document_id)
        return self._texts[document_id]

    def _units(self, hit: Hit) -> list[_Unit]:
        """Sentences, items and rows of the section around a hit; of the whole card when its question form was hit."""
        passage = hit.passage
        text = self._text(passage.document_id)
        start, end = passage.section_start, passage.section_end
        if passage.question is not None:
            spans = [(p.start, p.end) for p in self._rows.list_passages(passage.document_id)]
            end = max(high for _, high in spans)
        markdown = not passage.file.lower().endswith((".txt", ".text"))
        blocks = tuple(get_blocks(text, start, end, markdown=markdown))
        return [
            _Unit(hit, blocks, at, low, high)
            for at, block in enumerate(blocks)
            if block.kind != "heading"
            for low, high in block.parts
        ]

    def _rated(self, question: Question, units: list[_Unit]) -> list[_Unit]:
        texts = [self._text(unit.hit.passage.document_id)[unit.start : unit.end] for unit in units]
        coverages = [question.get_coverage(set(get_tokens(text))) for text in texts]
        order = sorted(range(len(units)), key=lambda i: -(coverages[i] + units[i].hit.passage.score))[:_UNITS]
        cosines = [0.0] * len(order)
        if question.vector is not None and self._encoder and order:
            vectors = self._encoder.encode([texts[i][:1000] for i in order])
            cosines = [max(0.0, value) for value in (vectors @ question.vector).tolist()]
        rated = []
        for i, cosine in zip(order, cosines, strict=True):
            unit, coverage = units[i], coverages[i]
            inside = unit.hit.passage.start <= unit.start < unit.hit.passage.end
            score = 0.4 * cosine + 0.4 * coverage + 0.2 * unit.hit.passage.score + _CONTEXT_BONUS * inside
            rated.append(_Unit(unit.hit, unit.blocks, unit.block, unit.start, unit.end, cosine, coverage, score))
        return sorted(rated, key=lambda unit: -unit.score)

    # --- quoting

    def get_citations(self, units: list[_Unit]) -> tuple[Citation, ...]:
        """The best place, then the best of each other hit."""
        citations: list[Citation] = []
        places = set()
        for unit in units:
            passage = unit.hit.passage
            place = (passage.document_id, passage.section_start)
            if place in places:
                continue
            places.add(place)
            text = self._text(passage.document_id)
            start, end = _span(text, unit)
            section = passage.section
            if passage.question is not None:
                section = self._section_at(passage, start)
            citations.append(Citation(passage.file, section, start, end, text[start:end], unit.score, passage))
        return tuple(citations)

    def _section_at(self, passage: Passage, at: int) -> str:
        for found in self._rows.list_passages(passage.document_id):
            if found.section_start <= at < found.section_end:
                return " > ".join(found.path)
        return passage.section

    def _shown(self, citation: Citation, unit: _Unit) -> str:
        """The quote for reading: rows of a long table get the table's head back."""
        block = unit.blocks[unit.block]
        if block.kind == "table" and citation.start > block.start:
            head = self._text(citation.passage.document_id)[block.parts[0][0] : block.parts[0][1]]
            return f"{head}\n{citation.quote}"
        return citation.quote

    # --- refusing

    def _refusal(
        self, words: dict[str, str], confidence: float, hits: Sequence[Hit], expired: Passage | None
    ) -> KnowledgeAnswer:
        nearest = tuple(hit.passage for hit in hits)
        parts = [words["unknown"]]
        if expired is not None:
            parts.append(self._expiry(words, expired))
        elif nearest:
            parts.append(words["nearest"].format(places="; ".join(f"{p.section} ({p.file})" for p in nearest)))
        return KnowledgeAnswer("refused", "unknown", " ".join(parts), confidence, (), nearest, expired)

    def _expired(self, question: Question, hits: Sequence[Hit], rating: Confidence) -> Passage | None:
        """A card that fits better than all that may answer, but is out of its dates and not replaced."""
        best = hits[0].passage.score if hits else 0.0
        outdated = self._search.find(
            question,
            1,
            kind=self._kind,
            where=lambda f: f.superseded_by is None and not f.card.is_valid_on(self._today),
        )
        if not outdated or outdated[0].passage.score < best:
            return None
        _, signals = self.judge(question, outdated)
        return outdated[0].passage if rating.get(signals) >= rating.unsure else None

    def _expiry(self, words: dict[str, str], passage: Passage) -> str:
        card = passage.card
        owner = card.owner or words["owner"]
        early = card.valid_from is not None and self._today < card.valid_from
        day = card.valid_from if early else card.valid_to
        return words["not yet" if early else "expired"].format(
            title=passage.title, file=passage.file, day=day, owner=owner
        )


def _span(text: str, unit: _Unit) -> tuple[int, int]:
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
    start, end = _window(block, unit)
    if len(block.parts) == 1 and end - start < _LEAD and unit.block + 1 < len(unit.blocks):
        after = unit.blocks[unit.block + 1]
        if after.kind != "heading" and after.end - start <= _QUOTE and not text[end : after.start].strip():
            end = after.end
    return start, end


def _window(block: Block, unit: _Unit) -> tuple[int, int]:
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
