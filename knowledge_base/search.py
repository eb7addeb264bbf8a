"""Finding passages: nearness of meaning and words in common, added up.

1. Candidates are the 50 texts nearest in Chroma and the 50 best by BM25 in the full-text index.
2. Each gets ``0.6 * cosine + 0.4 * bm25 / best bm25``. A sum, not reciprocal ranks: ranks let a leg that knows nothing
   (the English model on Chinese) push good hits down. For Chinese questions and an English model the cosine counts 0.
3. Plus 0.1 times the share of the question's words that the passage covers, rare words counting more (idf).
4. A card is also found by its title and its question forms; a passage counts with its best entry.
5. A document with several good passages is likelier the right place: 0.2 times the mean of its five best is added.
6. Of each section the best passage stays; near duplicates are dropped. No diversity re-ranking: it costs quality.

Filters work by fetching more than is needed, never inside Chroma, whose filters get slower the more rows match.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge_base.cards import Card
from knowledge_base.embeddings import Encoder
from knowledge_base.errors import ModelMismatch
from knowledge_base.graph import Floats
from knowledge_base.index import CHANGED, MODEL, VECTORS, mismatch
from knowledge_base.lexical import get_compounds, get_foreign, get_names, get_tokens, is_cjk, is_seam, is_solid
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.synonyms import SYNONYMS, Alternative, Synonyms, get_counts, get_with, load
from knowledge_base.vectors import VectorIndex

_DEPTH = 50
_DEPTH_FILTERED = 200
_EXACT_KIND = 1000
_PEERS = 5
_MAX_TERMS = 64
_MISSPELT, _ALIKE = 6, 86
_MAX_QUESTION = 2000


@dataclass(frozen=True)
class Weights:
    """How the parts of a score add up; measured by ``benchmarks/playbook_questions.py``."""

    dense: float = 0.6
    lexical: float = 0.4
    coverage: float = 0.1
    document: float = 0.2
    heading: float = 1.0
    same: float = 0.95


@dataclass(frozen=True)
class Passage:
    """A stretch of a source file that may answer: ``text`` is exactly ``source[start:end]`` in characters.

    ``section`` is the heading path, joined by " > "; ``section_start`` and ``section_end`` span the section around it.
    ``file`` is relative to the folder that was added. ``score`` orders results of one search (about 0 to 1.3).
    ``question`` is the question form of the card that led here, if one did.
    """

    file: str
    section: str
    start: int
    end: int
    text: str
    score: float
    document_id: int
    title: str
    card: Card
    section_start: int
    section_end: int
    superseded_by: str | None = None
    question: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The stable form for scripts."""
        return {
            "file": self.file,
            "section": self.section,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True)
class Signals:
    """What speaks for a hit: cosine (0 when there is no model), BM25 beside the best, share of words covered."""

    cosine: float
    words: float
    coverage: float
    tokens: frozenset[str]


@dataclass(frozen=True)
class Hit:
    """A passage with the signals that made its score."""

    passage: Passage
    signals: Signals


@dataclass(frozen=True)
class Question:
    """A question made ready: tokens with the weight of each, and its vector when a model can judge it.

    ``unknown`` are tokens that stand nowhere in the knowledge base, ``names`` those written as names,
    and pairs of Chinese characters that belong to an unknown word.
    ``rarest`` is the idf of a word that stands nowhere, the highest there is.
    ``alternatives`` are the organisation's other words for some of it; ``tokens`` hold them too, ``idf`` does not.
    ``hidden`` are hashes of forms and titles that are to be overlooked, as if the cards did not have them.
    """

    text: str
    tokens: tuple[str, ...]
    idf: dict[str, float]
    vector: Floats | None
    unknown: frozenset[str]
    names: frozenset[str]
    rarest: float
    hidden: frozenset[str] = frozenset()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def solid(self) -> dict[str, float]:
        """Tokens that say something alone, with their idf; all of them when none does."""
        return {token: weight for token, weight in self.idf.items() if is_solid(token)} or self.idf

    def get_coverage(self, tokens: set[str]) -> float:
        """Share of the question's words found among the tokens, by idf; 0 to 1."""
        total = sum(self.idf.values())
        held = get_with(tokens, self.alternatives) if self.alternatives else tokens
        return sum(self.idf[token] for token in self.idf if token in held) / total if total else 0.0


def get_weight(total: int, holders: int) -> float:
    """The idf of a word that so many of all entries hold."""
    return math.log(1 + (total - holders + 0.5) / (holders + 0.5))


@dataclass
class _Entry:
    passage_id: int
    text_hash: str
    tokens: set[str]
    question: str | None
    words: float = 0.0
    cosine: float = 0.0
    coverage: float = 0.0
    score: float = 0.0


class Search:
    """Reads one knowledge base. Safe between threads."""

    def __init__(
        self, rows: Rows, vectors: VectorIndex, encoder: Encoder | None, weights: Weights | None = None
    ) -> None:
        self._rows = rows
        self._vectors = vectors
        self._encoder = encoder
        self._weights = weights or Weights()
        self._words: tuple[str, dict[str, list[str]]] = ("-", {})
        self._products: tuple[str, tuple[str, ...]] = ("-", ())
        self._synonyms: tuple[str | None, Synonyms] = (None, Synonyms(()))

    def ask(self, text: str, hidden: frozenset[str] = frozenset()) -> Question:
        """Make a question ready. Raises ModelMismatch when the index was made by another model.

        ``hidden``: hashes of forms and titles that nearly are this question and are overlooked in answering it.
        """
        text = " ".join(text.split())[:_MAX_QUESTION]
        alternatives = self._get_synonyms().get_alternatives(get_tokens(text)[:_MAX_TERMS])
        elsewhere = [token for one in alternatives for token in sorted(one.other)]
        tokens = list(dict.fromkeys(get_tokens(text)))[:_MAX_TERMS]
        total = max(1, self._rows.count_entries())
        counts = self._rows.count_words(tokens)
        if hidden:
            overlooked = len(self._rows.find_entries(sorted(hidden), None))
            counts = {token: max(0, n - overlooked) for token, n in counts.items()}
        counts = get_counts(counts | self._rows.count_words(elsewhere), alternatives) if alternatives else counts
        compounds = {t: n for t, n in self._rows.count_words(get_compounds(text)[:_MAX_TERMS]).items() if n}
        misspelt = {t: self._spelling(t) for t in tokens if counts[t] == 0 and len(t) >= _MISSPELT}
        for token, nearest in misspelt.items():
            if nearest:
                tokens[tokens.index(token)] = nearest
                del counts[token]
                counts |= self._rows.count_words([nearest])
        tokens = list(dict.fromkeys([*tokens, *compounds]))
        counts |= compounds
        # An unknown pair with a particle in it says nothing about what is known.
        tokens = [token for token in tokens if counts[token] or not is_seam(token)]
        idf = {token: get_weight(total, counts[token]) for token in tokens}
        vector = None
        if text and self.has_vectors() and self._encoder and not (self._encoder.english_only and is_cjk(text)):
            vector = self._encoder.encode_query(text)
        unknown = frozenset(token for token in tokens if counts[token] == 0)
        foreign = get_foreign(text, lambda pair: counts.get(pair, 1) > 0)
        names = frozenset([*(misspelt.get(name) or name for name in get_names(text)), *foreign])
        tokens = list(dict.fromkeys([*tokens, *elsewhere]))[: 2 * _MAX_TERMS]
        return Question(text, tuple(tokens), idf, vector, unknown, names, get_weight(total, 0), hidden, alternatives)

    def _get_synonyms(self) -> Synonyms:
        kept = self._rows.get_meta(SYNONYMS)
        if self._synonyms[0] != kept:
            self._synonyms = (kept, load(kept))
        return self._synonyms[1]

    def _spelling(self, token: str) -> str | None:
        """The word of the knowledge base that is written almost like this one."""
        version = self._rows.get_meta(CHANGED) or ""
        if self._words[0] != version:
            by_first: dict[str, list[str]] = {}
            for word in self._rows.list_words():
                if len(word) >= _MISSPELT - 1 and word.isascii() and word.isalpha():
                    by_first.setdefault(word[0], []).append(word)
            self._words = (version, by_first)
        from rapidfuzz import fuzz, process

        if not token.isascii() or not token.isalpha():
            return None
        found = process.extractOne(token, self._words[1].get(token[0], []), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return str(found[0]) if found else None

    def list_products(self) -> tuple[str, ...]:
        """The products that cards are of."""
        version = self._rows.get_meta(CHANGED) or ""
        if self._products[0] != version:
            names = {name for *_, card, _ in self._rows.list_cards(None) for name in card.product}
            self._products = (version, tuple(sorted(names)))
        return self._products[1]

    def has_vectors(self) -> bool:
        """Whether meaning can be compared, not only words."""
        made_by = self._rows.get_meta(MODEL)
        if not self._encoder or not made_by:
            return False
        if made_by != self._encoder.fingerprint:
            raise ModelMismatch(mismatch(made_by, self._encoder.fingerprint))
        return True

    def find(
        self,
        question: Question,
        k: int,
        *,
        kind: str | None = None,
        where: Callable[[FoundPassage], bool] | None = None,
        narrow: bool = False,
    ) -> list[Hit]:
        """The k best passages, best first. ``kind`` and ``where`` filter them; ``narrow``: where keeps only a few."""
        depth = _DEPTH_FILTERED if kind or narrow else _DEPTH
        with self._rows.reading():
            found = self._rows.find_words(question.tokens, self._weights.heading, depth, kind)
            words = {entry: score for entry, _, score in found}
            passage_ids = {passage for _, passage, _ in found}
            cosines = self._near(question, depth, kind)
            if question.hidden:
                for overlooked, _, _ in self._rows.find_entries(sorted(question.hidden), None):
                    words.pop(overlooked, None)
                passage_ids = {passage for found_entry, passage, _ in found if found_entry in words}
                cosines = {
                    text_hash: cosine for text_hash, cosine in cosines.items() if text_hash not in question.hidden
                }
            if cosines:
                near = self._rows.find_entries(list(cosines), kind)
                passage_ids |= {passage for _, passage, _ in near}
            if not passage_ids:
                return []
            ids = sorted(passage_ids)
            entries = self._scored(question, ids, words, cosines)
            passages = self._rows.get_passages(ids)
        best: dict[int, _Entry] = {}
        for entry in entries:
            if entry.passage_id not in best or entry.score > best[entry.passage_id].score:
                best[entry.passage_id] = entry
        self._add_document_scores(best, passages)
        ranked = sorted(best.values(), key=lambda entry: (-entry.score, entry.passage_id))
        kept = [entry for entry in ranked if where is None or where(passages[entry.passage_id])]
        return self._distinct(kept, passages, k)

    def _near(self, question: Question, depth: int, kind: str | None) -> dict[str, float]:
        """Text hash to cosine of the nearest texts."""
        if question.vector is None or self._encoder is None:
            return {}
        model = self._encoder.fingerprint
        if kind:
            hashes = self._rows.list_entries_of_kind(kind, _EXACT_KIND + 1)
            if len(hashes) <= _EXACT_KIND:
                return _cosines(question.vector, self._rows.vectors.get(model, hashes))
        found = self._vectors.find(self._rows.get_meta(VECTORS) or "", question.vector, depth)
        if found is None:
            # The index cannot be read; the rows hold the same vectors, only slower to go through.
            every = _cosines(question.vector, self._rows.vectors.get(model, sorted(self._rows.list_entry_hashes())))
            found = sorted(every.items(), key=lambda item: -item[1])[:depth]
        return dict(found)

    def _scored(
        self, question: Question, ids: Sequence[int], words: dict[int, float], cosines: dict[str, float]
    ) -> list[_Entry]:
        weights = self._weights
        entries = []
        for entry_id, passage_id, text_hash, heading, body, form in self._rows.get_entries(ids):
            if text_hash in question.hidden:
                continue
            tokens = get_with({*heading.split(), *body.split()}, question.alternatives)
            entries.append(_Entry(passage_id, text_hash, tokens, form, words.get(entry_id, 0.0)))
        if question.vector is not None and self._encoder:
            missing = [entry.text_hash for entry in entries if entry.text_hash not in cosines]
            vectors = self._rows.vectors.get(self._encoder.fingerprint, missing)
            cosines = cosines | _cosines(question.vector, vectors)
        top = max((entry.words for entry in entries), default=0.0) or 1.0
        dense, lexical = (weights.dense, weights.lexical) if question.vector is not None else (0.0, 1.0)
        for entry in entries:
            entry.words /= top
            entry.cosine = max(0.0, cosines.get(entry.text_hash, 0.0)) if question.vector is not None else 0.0
            entry.coverage = question.get_coverage(entry.tokens)
            entry.score = dense * entry.cosine + lexical * entry.words + weights.coverage * entry.coverage
        return entries

    def _add_document_scores(self, best: dict[int, _Entry], passages: dict[int, FoundPassage]) -> None:
        together: dict[int, list[float]] = {}
        for passage_id, entry in best.items():
            together.setdefault(passages[passage_id].document_id, []).append(entry.score)
        means = {document: sum(sorted(scores)[-_PEERS:]) / _PEERS for document, scores in together.items()}
        for passage_id, entry in best.items():
            entry.score += self._weights.document * means[passages[passage_id].document_id]

    def _distinct(self, ranked: list[_Entry], passages: dict[int, FoundPassage], k: int) -> list[Hit]:
        hits: list[Hit] = []
        sections: set[tuple[int, int]] = set()
        kept: list[tuple[_Entry, FoundPassage]] = []
        for entry in ranked:
            if len(hits) == k:
                break
            found = passages[entry.passage_id]
            section = (found.document_id, found.section_start)
            if section in sections or any(_is_same(entry, found, *other, self._weights.same) for other in kept):
                continue
            sections.add(section)
            kept.append((entry, found))
            signals = Signals(entry.cosine, entry.words, entry.coverage, frozenset(entry.tokens))
            hits.append(Hit(get_passage(found, entry.score, entry.question), signals))
        return hits


def _is_same(one: _Entry, found: FoundPassage, other: _Entry, kept: FoundPassage, limit: float) -> bool:
    """Near duplicates share nearly all their words; where a form or title led, which two cards may have, the text."""
    if one.question or other.question or not one.tokens or not other.tokens:
        return found.text.split() == kept.text.split()
    common = len(one.tokens & other.tokens)
    return common >= limit * max(len(one.tokens), len(other.tokens))


def get_passage(found: FoundPassage, score: float = 0.0, question: str | None = None) -> Passage:
    """A passage of the rows as a result."""
    return Passage(
        file=found.file,
        section=" > ".join(found.path),
        start=found.start,
        end=found.end,
        text=found.text,
        score=score,
        document_id=found.document_id,
        title=found.title,
        card=found.card,
        section_start=found.section_start,
        section_end=found.section_end,
        superseded_by=found.superseded_by,
        question=question,
    )


def _cosines(query: Floats, vectors: dict[str, Floats]) -> dict[str, float]:
    if not vectors:
        return {}
    values = np.stack(list(vectors.values())) @ query
    return dict(zip(vectors, values.tolist(), strict=True))
