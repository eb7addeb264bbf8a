"""Which documents may answer a question, and how sure each of them makes an answer.

The best passages are found and put together by document; of at most four, what speaks for each is gathered (see
knowledge_base.evidence), and the document that is most likely to answer comes first. Questions in a language that the
embedding model does not know are judged by words alone, on a scale of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge_base.answer import Citation
from knowledge_base.cards import Card
from knowledge_base.embeddings import Encoder
from knowledge_base.evidence import Candidate, Confidence, Evidence, get_candidates
from knowledge_base.lexical import is_cjk
from knowledge_base.quotes import Quotes, Unit
from knowledge_base.rows import FoundPassage, Rows
from knowledge_base.search import Question, Search

_HITS = 12
_OWN_LANGUAGE = 0.15

# Fitted by ``benchmarks/answers.py --fit``; its docstring says on what, and how far to trust it.
WITH_MEANING = Confidence(
    -3.65,
    (-2.11, 9.18, -0.13, 2.41, 3.38, 1.59, -0.59, 1.14, -0.8, -0.6, -4.21, 0.0),
    unsure=0.25,
    sure=0.6,
    strange="unknown",
    pages=(-5.51, (1.13, 1.06, 0.92, 1.6, 1.08, -0.43, 0.87, 0.45, -0.04, -0.48, -0.04, 0.48)),
)
WORDS_ONLY = Confidence(
    -5.43,
    (5.26, 4.65, 0.0, 0.0, 0.0, 1.33, -3.68, 1.14, -3.17, 0.45, -4.31, 0.0),
    unsure=0.3,
    sure=0.5,
    strange="names_missing",
)

SCALES = {"meaning": WITH_MEANING, "words": WORDS_ONLY}


@dataclass(frozen=True)
class Judged:
    """A document as an answer: its units, best first, what speaks for it, and how sure that is."""

    candidate: Candidate
    units: tuple[Unit, ...]
    evidence: Evidence
    confidence: float


class Judging:
    """Judges the documents of one knowledge base as of one day, or its cards of one kind; ``where`` keeps cards.

    ``ratings`` are the scales by name, calibrated or as they came. ``quotes`` reads the documents; what it has read
    once it keeps, so a Judging is for one question or a few.
    """

    def __init__(
        self,
        search: Search,
        rows: Rows,
        encoder: Encoder | None,
        today: date,
        kind: str | None = None,
        where: Callable[[Card], bool] | None = None,
        ratings: Mapping[str, Confidence] = SCALES,
    ) -> None:
        self._search = search
        self._rows = rows
        self._encoder = encoder
        self._today = today
        self._kind = kind
        self._where = where
        self._ratings = ratings
        self.quotes = Quotes(rows, encoder, search.list_products())

    def is_empty(self) -> bool:
        """Whether nothing at all is indexed."""
        return not self._rows.count()[2]

    def make_ready(self, text: str, hidden: frozenset[str] = frozenset()) -> Question:
        """A question as it is judged; see Search.ask."""
        return self._search.ask(text, hidden)

    def get_scale(self, question: Question) -> str:
        """Which scale fits: with cosines or, for a language the model does not know, with words alone."""
        return "meaning" if question.vector is not None else "words"

    def get_rating(self, question: Question) -> Confidence:
        """That scale, with the bands that count here."""
        return self._ratings[self.get_scale(question)]

    def list_cards(self) -> list[tuple[int, str, Card]]:
        """Id, file and card of each document that may answer today."""
        return [
            (document_id, file, card)
            for document_id, file, _, card, superseded_by in self._rows.list_cards(self._kind)
            if superseded_by is None and card.is_valid_on(self._today) and self._is_open(card)
        ]

    def list_products(self) -> tuple[str, ...]:
        """The products that cards are of."""
        return self._search.list_products()

    def judge_current(self, question: Question, where: Callable[[FoundPassage], bool] = lambda _: True) -> list[Judged]:
        """The documents that may answer today and pass ``where``, likeliest first."""

        def wanted(found: FoundPassage) -> bool:
            return found.superseded_by is None and found.card.is_valid_on(self._today) and where(found)

        return self._judge(question, wanted)

    def judge_outdated(self, question: Question) -> list[Judged]:
        """The documents that nothing replaces and that would answer on another day, likeliest first."""
        return self._judge(question, lambda f: f.superseded_by is None and not f.card.is_valid_on(self._today))

    def get_citations(self, judged: Sequence[Judged]) -> tuple[tuple[Citation, ...], str]:
        """What is quoted of these documents, and the first quote as it is read; see Quotes.get_citations."""
        return self.quotes.get_citations([one.units for one in judged])

    def _judge(self, question: Question, where: Callable[[FoundPassage], bool]) -> list[Judged]:
        hits = self._search.find(
            question, _HITS, kind=self._kind, where=lambda found: where(found) and self._is_open(found.card)
        )
        candidates = get_candidates(question, hits, self._rows, self._encoder)
        units = self.quotes.get_units(question, candidates)
        rating = self.get_rating(question)
        judged = []
        for candidate in candidates:
            if own := units[candidate.document_id]:
                cosine, around = max(unit.cosine for unit in own), self.quotes.get_around(own[0])
                evidence = candidate.get_evidence(question, candidates, cosine, around)
                confidence = rating.get_confidence(evidence, direct=candidate.direct)
                judged.append(Judged(candidate, own, evidence, confidence))
        chinese = is_cjk(question.text)
        return sorted(judged, key=lambda one: -one.confidence - _OWN_LANGUAGE * (_is_chinese(one) == chinese))

    def _is_open(self, card: Card) -> bool:
        return self._where is None or self._where(card)


def _is_chinese(one: Judged) -> bool:
    """Whether the document that would be quoted is Chinese."""
    return is_cjk(one.candidate.hits[0].passage.text)
