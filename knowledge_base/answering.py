"""Answering without a language model: quote what the sources say, cite it, or say that they do not say it.

1. The documents that may answer are judged (see knowledge_base.judging); the likeliest is quoted (see
   knowledge_base.quotes).
2. Up to two further places follow, of documents that are not unlikely.
3. Three bands: "sure" answers; "unsure" answers too, saying so first; "unknown" refuses and only names the nearest
   places. A question that only names a group of cards, and is no form of one of them, gets all of them.

Nothing is said that does not stand in a source: ``quote == source[start:end]`` for each citation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from knowledge_base.answer import Citation, KnowledgeAnswer, get_words
from knowledge_base.evidence import Confidence
from knowledge_base.follow_up import get_joined, goes_on
from knowledge_base.judging import Judged, Judging
from knowledge_base.lexical import get_tokens, is_cjk, is_solid
from knowledge_base.overview import get_group, get_products
from knowledge_base.search import Passage, Question

_PLACES = 3
_OVERVIEW = 8
_BELOW = 0.01


class Answering:
    """Answers from what may be judged, as of one day."""

    def __init__(self, judging: Judging, today: date) -> None:
        self._judging = judging
        self._today = today

    def answer(self, text: str) -> KnowledgeAnswer:
        """Quote, cite, or refuse."""
        words = get_words(text)
        if self._judging.is_empty():
            return KnowledgeAnswer("refused", "unknown", words["empty"], 0.0)
        question = self._judging.make_ready(text)
        judged = self._judging.judge_current(question)
        rating = self._judging.get_rating(question)
        confidence = judged[0].confidence if judged else 0.0
        # A form of a card that is asked word for word is meant, whatever group its words name besides.
        is_form = confidence >= rating.sure and judged[0].candidate.direct
        if not is_form and (overview := self._overview(question, rating)):
            return overview
        expired = self._expired(question, judged, rating)
        # Beside an expired card that fits better, a guess from another one would only mislead.
        if confidence < (rating.sure if expired else rating.unsure):
            return self._refusal(words, confidence, judged, expired)
        likely = [one for one in judged if one.confidence >= rating.unsure / 2]
        citations, shown = self._judging.get_citations(likely)
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
        cards = [card for *_, card in self._judging.list_cards()]
        kinds = {kind: sorted({n for card in cards for n in getattr(card, kind)}) for kind in ("product", "stage")}
        joined = get_joined(text, after, kinds)
        both = replace(self.answer(joined), understood=joined)
        if both.status == "refused":
            return both if alone.status == "refused" else alone
        return both if both.band == "unsure" or self._speaks_of(both, text) else _doubted(both, text)

    def _speaks_of(self, answer: KnowledgeAnswer, text: str) -> bool:
        """Whether the document that is quoted has any of the words that are new in the question."""
        own = {token for token in get_tokens(text) if is_solid(token)}
        source = self._judging.quotes.get_text(answer.citations[0].passage.document_id)
        return not own or not own.isdisjoint(get_tokens(source))

    def _misses_product(self, question: Question, citation: Citation) -> bool:
        """Whether the question names products and the quote, with its headings, none of them."""
        products = get_products(question.text, self._judging.list_products())
        return bool(products) and not get_products(f"{citation.section}\n{citation.quote}", products)

    def _overview(self, question: Question, rating: Confidence) -> KnowledgeAnswer | None:
        """The cards that the question names as a group, if that is all it says."""
        group = get_group(question.idf, question.text, self._judging.list_cards(), question.alternatives)
        opened = [self._judging.quotes.get_opening(document_id, rating.sure) for document_id in group]
        chinese = is_cjk(question.text)
        # A document that was added twice says it once.
        different = {one.quote: one for one in opened if one}
        citations = sorted(different.values(), key=lambda one: is_cjk(one.quote) != chinese)
        if len(citations) < 2:
            return None
        lines = [f"- {c.passage.title} ({c.file}): {' '.join(c.quote.split())}" for c in citations]
        return KnowledgeAnswer("answer", "sure", "\n".join(lines), rating.sure, tuple(citations[:_OVERVIEW]))

    def _refusal(
        self, words: Mapping[str, str], confidence: float, judged: Sequence[Judged], expired: Passage | None
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
        outdated = self._judging.judge_outdated(question)
        if not outdated or outdated[0].confidence < rating.unsure:
            return None
        best = max((one.evidence.score for one in judged), default=0.0)
        return outdated[0].candidate.hits[0].passage if outdated[0].evidence.score >= best else None

    def _expiry(self, words: Mapping[str, str], passage: Passage) -> str:
        card = passage.card
        owner = card.owner or words["owner"]
        early = card.valid_from is not None and self._today < card.valid_from
        day = card.valid_from if early else card.valid_to
        return words["not yet" if early else "expired"].format(
            title=passage.title, file=passage.file, day=day, owner=owner
        )


def _doubted(answer: KnowledgeAnswer, text: str) -> KnowledgeAnswer:
    return replace(answer, band="unsure", text=f"{get_words(text)['unsure']}\n\n{answer.text}")
