"""Answering without a language model: quote what the sources say, cite it, or say that they do not say it.

1. The best passages are found and put together by document; of at most four, what speaks for each is gathered (see
   knowledge_base.evidence), and the document that is most likely to answer comes first.
2. A question that nearly equals a form of that card is answered from the section whose heading it names, else from the
   card's first section, where the short answer stands.
3. Otherwise the sections around its hits are cut into sentences, list items and table rows, each rated
   ``0.4 * cosine + 0.4 * share of the question's words (by idf) + 0.2 * score of the passage``. Around the best one two
   or three sentences are quoted; or the whole list or table it belongs to, if that is short.
4. Up to two further places follow, of documents that are not unlikely.
5. Three bands: "sure" answers; "unsure" answers too, saying so first; "unknown" refuses and only names the nearest
   places.

Nothing is said that does not stand in a source: ``quote == source[start:end]`` for each citation.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from knowledge_base.calibration import Calibration
from knowledge_base.cards import Card
from knowledge_base.chunking import Block, get_blocks
from knowledge_base.embeddings import Encoder
from knowledge_base.evidence import Candidate, Confidence, Evidence, get_candidates
from knowledge_base.follow_up import get_joined, goes_on
from knowledge_base.lexical import get_tokens, is_cjk, is_solid
from knowledge_base.overview import get_group, get_products
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.search import Hit, Passage, Question, Search, get_passage

_PLACES = 3
_HITS = 12
_SECTIONS = 3
_UNITS = 40
_QUOTE = 700
_WHOLE_BLOCK = 1200
_WHOLE_TEXT = 450
_LEAD = 240
_CONTEXT_BONUS, _NAMED_BONUS = 0.05, 0.1
_OTHER_PRODUCT, _OWN_LANGUAGE, _BELOW = 3.0, 0.15, 0.01
_OVERVIEW, _ROW_OF_PRODUCT = 8, 0.3


# Fitted by ``benchmarks/answers.py --fit``; its docstring says on what, and how far to trust it.
WITH_MEANING = Confidence(
    -3.65,
    (-2.11, 9.18, -0.13, 2.41, 3.38, 1.59, -0.59, 1.14, -0.8, -0.6, -4.21),
    unsure=0.25,
    sure=0.6,
    strange="unknown",
)
WORDS_ONLY = Confidence(
    -5.43,
    (5.26, 4.65, 0.0, 0.0, 0.0, 1.33, -3.68, 1.14, -3.17, 0.45, -4.31),
    unsure=0.3,
    sure=0.5,
    strange="names_missing",
)

SCALES = {"meaning": WITH_MEANING, "words": WORDS_ONLY}


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
    ``understood`` is the whole question where this one went on from the one before it; hand that on as the one before
    the next.
    """

    status: Literal["answer", "refused"]
    band: Literal["sure", "unsure", "unknown"]
    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Passage, ...] = ()
    expired: Passage | None = None
    understood: str | None = None

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


@dataclass(frozen=True)
class Judged:
    """A document as an answer: its units, best first, what speaks for it, and how sure that is."""

    candidate: Candidate
    units: tuple[Unit, ...]
    evidence: Evidence
    confidence: float


class Answering:
    """Answers from one knowledge base as of one day, or from its cards of one kind."""

    def __init__(
        self,
        search: Search,
        rows: Rows,
        encoder: Encoder | None,
        today: date,
        kind: str | None = None,
        where: Callable[[Card], bool] | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._search = search
        self._rows = rows
        self._encoder = encoder
        self._today = today
        self._kind = kind
        self._where = where
        self._calibration = calibration
        self._texts: dict[int, str] = {}
        self._read: dict[int, list[FoundPassage]] = {}

    def answer(self, text: str) -> KnowledgeAnswer:
        """Quote, cite, or refuse."""
        words = _WORDS["zh" if is_cjk(text) else "en"]
        question = self._search.ask(text)
        if not self._rows.count()[2]:
            return KnowledgeAnswer("refused", "unknown", words["empty"], 0.0)
        judged = self.judge(question, self._is_current)
        rating = self.get_rating(question)
        confidence = judged[0].confidence if judged else 0.0
        if confidence < rating.sure and (overview := self._overview(question, rating)):
            return overview
        expired = self._expired(question, judged, rating)
        # Beside an expired card that fits better, a guess from another one would only mislead.
        if confidence < (rating.sure if expired else rating.unsure):
            return self._refusal(words, confidence, judged, expired)
        likely = [one for one in judged if one.confidence >= rating.unsure / 2]
        citations, shown = self.get_citations(likely)
        if confidence >= rating.sure and self._misses_product(question, citations[0]):
            confidence = rating.sure - _BELOW
        band: Literal["sure", "unsure"] = "sure" if confidence >= rating.sure else "unsure"
        parts = [] if band == "sure" else [words["unsure"]]
        parts.append(f"{shown}\n— {citations[0].section} ({citations[0].file})")
        if len(citations) > 1:
            parts.append(words["see"].format(places="; ".join(f"{c.section} ({c.file})" for c in citations[1:])))
        if expired is not None:
            parts.append(self._expiry(words, expired))
        return KnowledgeAnswer("answer", band, "\n\n".join(parts), confidence, citations, expired=expired)

    def answer_after(self, text: str, after: str) -> KnowledgeAnswer:
        """The same for a question that may go on from the one before it, whose subject it then keeps."""
        if not after.strip() or not goes_on(text):
            return self.answer(text)
        alone = self.answer(text)
        if alone.band == "sure":
            return alone
        cards = [card for *_, card, _ in self._rows.list_cards(None) if self._where is None or self._where(card)]
        kinds = {kind: sorted({n for card in cards for n in getattr(card, kind)}) for kind in ("product", "stage")}
        joined = get_joined(text, after, kinds)
        both = replace(self.answer(joined), understood=joined)
        if both.status == "refused":
            return both if alone.status == "refused" else alone
        return both if both.band == "unsure" or self._speaks_of(both, text) else self._doubted(both, text)

    def _speaks_of(self, answer: KnowledgeAnswer, text: str) -> bool:
        """Whether the document that is quoted has any of the words that are new in the question."""
        own = {token for token in get_tokens(text) if is_solid(token)}
        return not own or not own.isdisjoint(get_tokens(self._text(answer.citations[0].passage.document_id)))

    def _doubted(self, answer: KnowledgeAnswer, text: str) -> KnowledgeAnswer:
        words = _WORDS["zh" if is_cjk(text) else "en"]
        return replace(answer, band="unsure", text=f"{words['unsure']}\n\n{answer.text}")

    def get_rating(self, question: Question) -> Confidence:
        """The scale that fits: with cosines or, for a language the model does not know, with words alone."""
        scale = self.get_scale(question)
        return self._calibration.get_rating(scale, SCALES[scale]) if self._calibration else SCALES[scale]

    def get_scale(self, question: Question) -> str:
        """The name of that scale."""
        return "meaning" if question.vector is not None else "words"

    def make_ready(self, text: str, hidden: frozenset[str] = frozenset()) -> Question:
        """A question as it is judged; see Search.ask."""
        return self._search.ask(text, hidden)

    def judge_current(self, question: Question, where: Callable[[FoundPassage], bool]) -> list[Judged]:
        """The documents that may answer today and pass ``where``, likeliest first."""
        return self.judge(question, lambda found: self._is_current(found) and where(found))

    def judge(self, question: Question, where: Callable[[FoundPassage], bool]) -> list[Judged]:
        """The documents that may answer, likeliest first."""
        hits = self._search.find(
            question, _HITS, kind=self._kind, where=lambda found: where(found) and self._is_open(found)
        )
        candidates = get_candidates(question, hits, self._rows, self._encoder)
        units = self._rated(question, [unit for candidate in candidates for unit in self._units(candidate)])
        rating = self.get_rating(question)
        judged = []
        for candidate in candidates:
            own = tuple(u for u in units if u.hit.passage.document_id == candidate.document_id)
            if own:
                evidence = candidate.get_evidence(question, candidates, max(unit.cosine for unit in own))
                own = tuple(sorted(own, key=lambda u: -u.score - self._preference(question, candidate, u)))
                judged.append(
                    Judged(candidate, own, evidence, rating.get_confidence(evidence, direct=candidate.direct))
                )
        chinese = is_cjk(question.text)
        return sorted(judged, key=lambda one: -one.confidence - _OWN_LANGUAGE * (self._is_chinese(one) == chinese))

    def _is_chinese(self, one: Judged) -> bool:
        """Whether the document that would be quoted is Chinese."""
        return is_cjk(one.candidate.hits[0].passage.text)

    def _misses_product(self, question: Question, citation: Citation) -> bool:
        """Whether the question names products and the quote, with its headings, none of them."""
        products = get_products(question.text, self._search.list_products())
        return bool(products) and not get_products(f"{citation.section}\n{citation.quote}", products)

    def _overview(self, question: Question, rating: Confidence) -> KnowledgeAnswer | None:
        """The cards that the question names as a group, if that is all it says."""
        cards = [
            (i, file, card)
            for i, file, _, card, by in self._rows.list_cards(None)
            if by is None
            and card.is_valid_on(self._today)
            and (self._where is None or self._where(card))
            and (self._kind is None or card.kind == self._kind)
        ]
        group = get_group(question.idf, question.text, cards, question.alternatives)
        chinese = is_cjk(question.text)
        citations = []
        for document_id in group:
            found = self._passages(document_id)[0]
            blocks = get_blocks(self._text(document_id), found.start, found.end, markdown=True)
            said = [block for block in blocks if block.kind != "heading"]
            if said:
                start, end = said[0].start, said[0].end
                if end - start > _WHOLE_TEXT:
                    start, end = said[0].parts[0]
                quote, path = self._text(document_id)[start:end], " > ".join(found.path)
                citations.append(Citation(found.file, path, start, end, quote, rating.sure, get_passage(found)))
        citations.sort(key=lambda one: is_cjk(one.quote) != chinese)
        if len(citations) < 2:
            return None
        lines = [f"- {c.passage.title} ({c.file}): {' '.join(c.quote.split())}" for c in citations]
        return KnowledgeAnswer("answer", "sure", "\n".join(lines), rating.sure, tuple(citations[:_OVERVIEW]))

    # --- finding what to quote

    def _is_open(self, found: FoundPassage) -> bool:
        return self._where is None or self._where(found.card)

    def _is_current(self, found: FoundPassage) -> bool:
        return found.superseded_by is None and found.card.is_valid_on(self._today)

    def _text(self, document_id: int) -> str:
        if document_id not in self._texts:
            self._texts[document_id] = self._rows.get_text(document_id)
        return self._texts[document_id]

    def _passages(self, document_id: int) -> list[FoundPassage]:
        if document_id not in self._read:
            self._read[document_id] = self._rows.list_passages(document_id)
        return self._read[document_id]

    def _units(self, candidate: Candidate) -> Iterator[Unit]:
        """Sentences, items and rows of the sections around the hits; of the whole card where a form of it was hit."""
        passages = self._passages(candidate.document_id)
        for hit in candidate.hits[:_SECTIONS]:
            start, end = hit.passage.section_start, hit.passage.section_end
            if candidate.direct or hit.passage.question is not None:
                start, end = passages[0].section_start, max(passage.end for passage in passages)
            markdown = not hit.passage.file.lower().endswith((".txt", ".text"))
            blocks = tuple(get_blocks(self._text(candidate.document_id), start, end, markdown=markdown))
            for at, block in enumerate(blocks):
                if block.kind != "heading":
                    yield from (Unit(hit, blocks, at, low, high) for low, high in block.parts)

    def _rated(self, question: Question, units: list[Unit]) -> list[Unit]:
        texts = [self._text(unit.hit.passage.document_id)[unit.start : unit.end] for unit in units]
        coverages = [question.get_coverage(set(get_tokens(text))) for text in texts]
        order = sorted(range(len(units)), key=lambda i: -(coverages[i] + units[i].hit.passage.score))[:_UNITS]
        cosines = [0.0] * len(units)
        if question.vector is not None and self._encoder and order:
            vectors = self._encoder.encode([texts[i][:1000] for i in order])
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
        products = self._search.list_products()
        asked = get_products(question.text, products)
        if asked:
            text = self._text(unit.hit.passage.document_id)
            said = get_products(text[unit.start : unit.end], products)
            if said and not said & asked:
                return -_OTHER_PRODUCT
            if unit.blocks[unit.block].kind == "table" and get_products(
                _first_cell(text[unit.start : unit.end]), asked
            ):
                return _ROW_OF_PRODUCT
        named = self._is_named(question, unit)
        if not candidate.direct:
            return _NAMED_BONUS * named
        first = unit.start < self._passages(candidate.document_id)[0].section_end
        return 2.0 * named + 1.0 * first

    def _is_named(self, question: Question, unit: Unit) -> bool:
        """Whether the question names the heading above: all that it says, more than the title, not only in passing."""
        passage = unit.hit.passage
        heading = unit.heading(self._text(passage.document_id))
        said = set(get_tokens(heading))
        if not said or not said <= set(question.tokens) or said <= set(get_tokens(passage.title)):
            return False
        return is_cjk(heading) or 2 * len(said) >= len(heading.split())

    # --- quoting

    def get_citations(self, judged: Sequence[Judged]) -> tuple[tuple[Citation, ...], str]:
        """The best place and the two best others, one of each section; and the first quote as it is read."""
        first = judged[0].units[0]
        rest = [unit for one in judged for unit in one.units[:_UNITS]]
        others = sorted((unit for unit in rest if unit is not first), key=lambda unit: -unit.score)
        citations: list[Citation] = []
        places = set()
        for unit in [first, *others]:
            passage = unit.hit.passage
            section = self._section_at(passage, unit.start)
            if (passage.document_id, section) in places or len(citations) == _PLACES:
                continue
            places.add((passage.document_id, section))
            text = self._text(passage.document_id)
            start, end = _span(text, unit)
            citations.append(Citation(passage.file, section, start, end, text[start:end], unit.score, passage))
        return tuple(citations), self._shown(citations[0], first)

    def _section_at(self, passage: Passage, at: int) -> str:
        for found in self._passages(passage.document_id):
            if found.section_start <= at < found.section_end:
                return " > ".join(found.path)
        return passage.section

    def _shown(self, citation: Citation, unit: Unit) -> str:
        """The quote for reading: rows of a long table get the table's head back."""
        block = unit.blocks[unit.block]
        if block.kind == "table" and citation.start > block.start:
            head = self._text(citation.passage.document_id)[block.parts[0][0] : block.parts[0][1]]
            return f"{head}\n{citation.quote}"
        return citation.quote

    # --- refusing

    def _refusal(
        self, words: dict[str, str], confidence: float, judged: Sequence[Judged], expired: Passage | None
    ) -> KnowledgeAnswer:
        nearest = tuple(one.units[0].hit.passage for one in judged[:_PLACES])
        parts = [words["unknown"]]
        if expired is not None:
            parts.append(self._expiry(words, expired))
        elif nearest:
            parts.append(words["nearest"].format(places="; ".join(f"{p.section} ({p.file})" for p in nearest)))
        return KnowledgeAnswer("refused", "unknown", " ".join(parts), confidence, (), nearest, expired)

    def _expired(self, question: Question, judged: Sequence[Judged], rating: Confidence) -> Passage | None:
        """A card that fits better than all that may answer, but is out of its dates and not replaced."""
        outdated = self.judge(question, lambda f: f.superseded_by is None and not f.card.is_valid_on(self._today))
        if not outdated or outdated[0].confidence < rating.unsure:
            return None
        best = max((one.evidence.score for one in judged), default=0.0)
        return outdated[0].candidate.hits[0].passage if outdated[0].evidence.score >= best else None

    def _expiry(self, words: dict[str, str], passage: Passage) -> str:
        card = passage.card
        owner = card.owner or words["owner"]
        early = card.valid_from is not None and self._today < card.valid_from
        day = card.valid_from if early else card.valid_to
        return words["not yet" if early else "expired"].format(
            title=passage.title, file=passage.file, day=day, owner=owner
        )


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
