"""What speaks for a document as the place that answers a question, and how sure that makes an answer.

A question form of a card, its title, or the heading path of a page's best passage is a *form*: the question as the
author of the page would put it. How like the asked question is to the nearest form says more than any passage does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from knowledge_base.embeddings import Encoder
from knowledge_base.lexical import get_tokens, is_solid
from knowledge_base.rows import Rows
from knowledge_base.search import Hit, Question, get_weight
from knowledge_base.synonyms import get_instead, get_with

_CANDIDATES = 4
_MAX_LEAD = 0.15
_ALL, _NAMED = 0.999, 0.33
_DIRECT, _BELOW = 0.9, 0.01
_SAID, _FORM_WORDS, _NEAR, _HALF = 0.75, 0.4, 0.7, 0.5
_DIRECT_WORDS, _DIRECT_COSINE, _DIRECT_EITHER = 0.8, 0.9, 0.55


@dataclass(frozen=True)
class Evidence:
    """The signals of one document; all from 0 to 1 but ``lead``, ``matched`` and ``score``.

    ``score`` is its best passage's in the search, ``lead`` by how much that beats the best of the other documents (or
    stays behind it), within 0.15. ``cosine`` is its best passage's, ``unit_cosine`` its best sentence's,
    ``form_cosine`` its nearest form's. ``form_words`` is how many words the question and the nearest form share (twice
    the common ones over all, by idf). ``coverage`` is the share of the question's words (by idf) that its passages
    found hold, ``matched`` how many rare words that amounts to, at most 3. ``unknown`` is the share that stands nowhere
    in the knowledge base, ``names_missing`` the share of the question's names that the document's passages do not hold.
    ``swapped`` is high where the question is worded like a form but names something the knowledge base does not know.
    ``near`` is the share of the question's words that stand around the quote: in its passage, its headings, its title.
    ``has_forms``: the document is a card with question forms or a title of its own, not just a page.
    """

    score: float
    lead: float
    cosine: float
    unit_cosine: float
    form_cosine: float
    form_words: float
    coverage: float
    matched: float
    unknown: float
    names_missing: float
    swapped: float
    near: float
    has_forms: bool

    @property
    def is_foreign(self) -> bool:
        """Whether it holds none of the question's names and foreign words, and not half of all its words."""
        return self.names_missing > _ALL and self.coverage < _HALF

    @property
    def is_named(self) -> bool:
        """Whether all that the question says stands here, part of it in a form or title, and nowhere else nearly so."""
        here = self.coverage > _ALL and not self.unknown and not self.names_missing
        return here and self.lead >= _MAX_LEAD and self.form_words >= _NAMED


SIGNALS = tuple(field.name for field in fields(Evidence) if field.name != "has_forms")


@dataclass(frozen=True)
class Confidence:
    """A logistic function of the signals, and where its bands begin: "unsure" and "sure"; below is "unknown".

    ``pages`` are a bias and weights for documents without question forms, where meaning can be compared; without them
    only words are. ``strange`` names the signal of words that are unknown here.

    ``benchmarks/answers.py`` fits and measures it; docs/knowledge_base.md has the figures. Questions of other subjects
    are refused, and questions like a form are "sure". On a wide handbook without forms "sure" is rare, so that it can
    be right: there "unsure" is the honest band, and its order is only fairly good (AUROC .79). Chinese is judged by
    words alone while the model reads English only.
    """

    bias: float
    weights: tuple[float, ...]
    unsure: float
    sure: float
    strange: str
    pages: tuple[float, tuple[float, ...]] | None = None

    def get(self, evidence: Evidence) -> float:
        """What the signals alone give, 0 to 1."""
        bias, weights = self.pages if self.pages and not evidence.has_forms else (self.bias, self.weights)
        total = bias + sum(w * getattr(evidence, name) for w, name in zip(weights, SIGNALS, strict=True))
        return 1 / (1 + math.exp(-total))

    def get_confidence(self, evidence: Evidence, *, direct: bool) -> float:
        """The same with rules of its own, 0 to 1; see get_plain and is_barred.

        What is barred from "sure" keeps its order among its like, between "unsure" and "sure".
        """
        value = self.get_plain(evidence, direct=direct)
        if value < self.unsure or not self.is_barred(evidence, direct=direct):
            return value
        return self.unsure + (value - self.unsure) * (self.sure - _BELOW - self.unsure) / (1 - self.unsure)

    def get_plain(self, evidence: Evidence, *, direct: bool) -> float:
        """The same without what is barred, so that it does not depend on where "sure" begins.

        A document that alone is called what the question is about (see Evidence.is_named) is at least "unsure". Of a
        question that nearly equals a form of the card nine tenths of the doubt go. Where only words count, one that
        holds none of the foreign words and not half of the others does not answer.
        """
        value = self.get(evidence)
        if evidence.is_named:
            value = max(value, self.unsure)
        if not self.pages and evidence.is_foreign:
            value = min(value, self.unsure - _BELOW)
        return 1 - (1 - value) * (1 - _DIRECT) if direct and not self._is_strange(evidence) else value

    def is_barred(self, evidence: Evidence, *, direct: bool) -> bool:
        """Whether something keeps an answer from being "sure", however high its confidence.

        That is a word in the question which the knowledge base does not know (the signal named by ``strange``). It is
        also weak evidence: of a page without forms, that no sentence says nearly what is asked, nor its headings alone;
        where only words count, that they stand neither in a form nor around the quote.
        """
        if self._is_strange(evidence):
            return True
        if not evidence.has_forms:
            is_called = direct and evidence.lead >= _MAX_LEAD
            return evidence.unit_cosine < _SAID and not is_called
        return not self.pages and not direct and evidence.form_words < _FORM_WORDS and evidence.near < _NEAR

    def _is_strange(self, evidence: Evidence) -> bool:
        return bool(getattr(evidence, self.strange))


@dataclass(frozen=True)
class Candidate:
    """A document that may answer, with its hits, best first. ``direct``: the question nearly is one of its forms."""

    document_id: int
    hits: tuple[Hit, ...]
    form_cosine: float
    form_words: float
    has_forms: bool

    @property
    def direct(self) -> bool:
        """Whether the question nearly equals a form of the card: same words, same meaning, or fairly both."""
        both = self.form_words >= _DIRECT_EITHER and self.form_cosine >= _DIRECT_COSINE
        return self.form_words >= _DIRECT_WORDS or both

    def get_evidence(
        self, question: Question, others: Sequence["Candidate"], unit_cosine: float, around: str
    ) -> Evidence:
        """The signals; from outside come the best sentence's cosine and the text around the quote."""
        solid = question.solid
        total = sum(solid.values()) or 1.0
        tokens = frozenset[str]().union(*(hit.signals.tokens for hit in self.hits))
        held = sum(weight for token, weight in solid.items() if token in tokens)
        nearby = get_with(set(get_tokens(around)), question.alternatives)
        score = self.hits[0].passage.score
        rival = max((other.hits[0].passage.score for other in others if other is not self), default=0.0)
        unknown = sum(weight for token, weight in solid.items() if token in question.unknown) / total
        names_missing = len(question.names - tokens) / max(1, len(question.names))
        return Evidence(
            score=score,
            lead=max(-_MAX_LEAD, min(_MAX_LEAD, score - rival)),
            cosine=max(hit.signals.cosine for hit in self.hits),
            unit_cosine=unit_cosine,
            form_cosine=self.form_cosine,
            form_words=self.form_words,
            coverage=held / total,
            matched=min(3.0, held / question.rarest),
            unknown=unknown,
            names_missing=names_missing,
            swapped=self.form_words * max(unknown, names_missing),
            near=sum(weight for token, weight in solid.items() if token in nearby) / total,
            has_forms=self.has_forms,
        )


def get_candidates(question: Question, hits: Sequence[Hit], rows: Rows, encoder: Encoder | None) -> list[Candidate]:
    """The documents of the hits, at most four, in the order of their best hits."""
    together: dict[int, list[Hit]] = {}
    for hit in hits:
        together.setdefault(hit.passage.document_id, []).append(hit)
    chosen = list(together)[:_CANDIDATES]
    forms: dict[int, list[tuple[str, str]]] = {}
    for document_id, text_hash, tokens in rows.list_forms(chosen):
        if text_hash in question.hidden:
            continue
        forms.setdefault(document_id, []).append((text_hash, tokens))
    hashes = [text_hash for own in forms.values() for text_hash, _ in own]
    vectors = rows.vectors.get(encoder.fingerprint, hashes) if encoder and question.vector is not None else {}
    total = max(1, rows.count_entries())
    candidates = []
    for document_id in chosen:
        own_hits = tuple(together[document_id])
        own = forms.get(document_id, [])
        best = own_hits[0]
        worded = [tokens.split() for _, tokens in own] or [get_tokens(best.passage.section)]
        # A page without forms is judged by its heading path, whose cosine is part of the passage's own.
        cosine = 0.0 if own else best.signals.cosine
        for text_hash, _ in own:
            if text_hash in vectors and question.vector is not None:
                cosine = max(cosine, float(vectors[text_hash] @ question.vector))
        counts = rows.count_words({token for tokens in worded for token in tokens} - set(question.idf))
        idf = question.idf | {token: get_weight(total, n) for token, n in counts.items()}
        words = max(
            _likeness(set(question.idf), get_instead(set(tokens), question.alternatives), idf) for tokens in worded
        )
        candidates.append(Candidate(document_id, own_hits, cosine, words, bool(own)))
    return candidates


def _likeness(one: set[str], other: set[str], idf: dict[str, float]) -> float:
    """Twice the common words over all words, by idf; single Chinese characters count only where nothing else is."""
    solid_one, solid_other = {t for t in one if is_solid(t)}, {t for t in other if is_solid(t)}
    if solid_one and solid_other:
        one, other = solid_one, solid_other
    total = sum(idf[token] for token in one) + sum(idf[token] for token in other)
    return 2 * sum(idf[token] for token in one & other) / total if total else 0.0
