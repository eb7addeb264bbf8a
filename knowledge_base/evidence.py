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
from knowledge_base.synonyms import get_instead

_CANDIDATES = 4
_MAX_LEAD = 0.15
_ALL, _NAMED = 0.999, 0.33
_DIRECT, _BELOW = 0.9, 0.01
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

    @property
    def is_named(self) -> bool:
        """Whether all that the question says stands here, part of it in a form or title, and nowhere else nearly so."""
        here = self.coverage > _ALL and not self.unknown and not self.names_missing
        return here and self.lead >= _MAX_LEAD and self.form_words >= _NAMED


SIGNALS = tuple(field.name for field in fields(Evidence))


@dataclass(frozen=True)
class Confidence:
    """A logistic function of the signals, and where its bands begin: "unsure" and "sure"; below is "unknown".

    ``benchmarks/answers.py`` fits and measures it. It is good at questions of another subject (none of 40 English and
    one of 24 Chinese was answered) and at questions like a form (all 312 forms and titles of the demo playbook are
    "sure"). It is weaker on near misses: of 32 questions to the demo playbook that it cannot answer, none was "sure"
    and 4 were "unsure" (most of them Chinese); of 102 handbook questions whose documents were taken out, 25 were
    "sure" and 51 "unsure" (other pages answer some of these). A wide handbook without question forms is judged worst:
    "sure" was right in 28 of 51 there, by the first quote and the exact section. Chinese is judged by words alone.
    """

    bias: float
    weights: tuple[float, ...]
    unsure: float
    sure: float

    strange: str

    def get(self, evidence: Evidence) -> float:
        """What the signals alone give, 0 to 1."""
        total = self.bias + sum(w * getattr(evidence, name) for w, name in zip(self.weights, SIGNALS, strict=True))
        return 1 / (1 + math.exp(-total))

    def get_confidence(self, evidence: Evidence, *, direct: bool) -> float:
        """The same with three rules of its own, 0 to 1.

        A document that alone is called what the question is about (see Evidence.is_named) is at least "unsure". Of a
        question that nearly equals a form of the card nine tenths of the doubt go. One that holds a word which the
        knowledge base does not know (the signal named by ``strange`` is not 0) is never "sure".
        """
        value = self.get_plain(evidence, direct=direct)
        return min(value, self.sure - _BELOW) if self.is_strange(evidence) else value

    def get_plain(self, evidence: Evidence, *, direct: bool) -> float:
        """The same without the rule of what is unknown here, so that it does not depend on where "sure" begins."""
        value = self.get(evidence)
        if evidence.is_named:
            value = max(value, self.unsure)
        return 1 - (1 - value) * (1 - _DIRECT) if direct and not self.is_strange(evidence) else value

    def is_strange(self, evidence: Evidence) -> bool:
        """Whether something in the question is unknown here, which keeps an answer from being "sure"."""
        return bool(getattr(evidence, self.strange))


@dataclass(frozen=True)
class Candidate:
    """A document that may answer, with its hits, best first. ``direct``: the question nearly is one of its forms."""

    document_id: int
    hits: tuple[Hit, ...]
    form_cosine: float
    form_words: float

    @property
    def direct(self) -> bool:
        """Whether the question nearly equals a form of the card: same words, same meaning, or fairly both."""
        both = self.form_words >= _DIRECT_EITHER and self.form_cosine >= _DIRECT_COSINE
        return self.form_words >= _DIRECT_WORDS or both

    def get_evidence(self, question: Question, others: Sequence["Candidate"], unit_cosine: float) -> Evidence:
        """The signals, with the best sentence's cosine from outside."""
        solid = question.solid
        total = sum(solid.values()) or 1.0
        tokens = frozenset[str]().union(*(hit.signals.tokens for hit in self.hits))
        held = sum(weight for token, weight in solid.items() if token in tokens)
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
        candidates.append(Candidate(document_id, own_hits, cosine, words))
    return candidates


def _likeness(one: set[str], other: set[str], idf: dict[str, float]) -> float:
    """Twice the common words over all words, by idf; single Chinese characters count only where nothing else is."""
    solid_one, solid_other = {t for t in one if is_solid(t)}, {t for t in other if is_solid(t)}
    if solid_one and solid_other:
        one, other = solid_one, solid_other
    total = sum(idf[token] for token in one) + sum(idf[token] for token in other)
    return 2 * sum(idf[token] for token in one & other) / total if total else 0.0
