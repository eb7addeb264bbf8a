"""The rows that are the truth of the knowledge base: documents, passages, cached vectors, full text.

In SQLite or in PostgreSQL: the statements here are for both; database.py and full_text.py are where the two differ.
Many read, one writes. Everything that ``add`` changes, the name of the vector index included, becomes visible in one
commit; only the vector cache is written ahead of it, so that an interrupted run does not embed twice.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from knowledge_base.cards import Card
from knowledge_base.database import get_database, get_marks
from knowledge_base.errors import DatabaseUnusable, IndexBusy
from knowledge_base.full_text import get_full_text
from knowledge_base.vector_cache import VectorCache

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name {text} PRIMARY KEY, value {text} NOT NULL) {strict};
CREATE TABLE IF NOT EXISTS sources (
    id INTEGER PRIMARY KEY, root {text} NOT NULL UNIQUE, is_folder INTEGER NOT NULL
) {strict};
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE, file {text} NOT NULL,
    content_hash {text} NOT NULL, text {text} NOT NULL, title {text} NOT NULL, kind {text}, card {text} NOT NULL,
    superseded_by {text}, indexed_at {text} NOT NULL
) {strict};
CREATE UNIQUE INDEX IF NOT EXISTS documents_file ON documents (source_id, {file});
CREATE INDEX IF NOT EXISTS documents_kind ON documents {by_hash} (kind);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    path {text} NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    section_start INTEGER NOT NULL, section_end INTEGER NOT NULL, context {text} NOT NULL,
    CHECK (start < "end")
) {strict};
CREATE INDEX IF NOT EXISTS passages_document ON passages (document_id);
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
    text_hash {text} NOT NULL, question {text}
) {strict};
CREATE INDEX IF NOT EXISTS entries_passage ON entries (passage_id);
CREATE INDEX IF NOT EXISTS entries_text ON entries (text_hash);
"""

_PLACE, _WRITER = "place", "writer"


@dataclass(frozen=True)
class Entry:
    """One thing that can be found and leads to a passage: the passage itself, or a question form of its card."""

    heading_tokens: str
    body_tokens: str
    text_hash: str
    question: str | None = None


@dataclass(frozen=True)
class NewPassage:
    """A passage on its way into the rows, with what it is found by."""

    path: tuple[str, ...]
    start: int
    end: int
    section_start: int
    section_end: int
    context: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class NewDocument:
    """A document on its way into the rows."""

    root: str
    file: str
    content_hash: str
    text: str
    title: str
    card: Card
    passages: tuple[NewPassage, ...]


@dataclass(frozen=True)
class FoundPassage:
    """A passage as the rows hold it."""

    id: int
    document_id: int
    file: str
    title: str
    card: Card
    superseded_by: str | None
    path: tuple[str, ...]
    start: int
    end: int
    section_start: int
    section_end: int
    context: str
    text: str


_FOUND = """
SELECT p.id, p.document_id, d.file, d.title, d.card, d.superseded_by, p.path, p.start, p."end",
       p.section_start, p.section_end, p.context
FROM passages p JOIN documents d ON d.id = p.document_id
"""


class Rows:
    """Reading and writing of one knowledge base's rows: a file in ``folder``, or PostgreSQL by ``url``.

    ``vectors`` are those of the texts, by content.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._folder = folder
        self._database = get_database(folder, url)
        self._words = get_full_text(self._database)
        self.vectors = VectorCache(self._database)
        own = (_TABLES + self.vectors.tables).format(**self._database.words)
        self._database.make_tables(own + self._words.tables)

    def close(self) -> None:
        """Close the connections of all threads."""
        self._database.close()

    def reading(self) -> AbstractContextManager[None]:
        """One consistent view for several reads; inside another one it is that one's."""
        return self._database.reading()

    def writing(self) -> AbstractContextManager[None]:
        """All writes inside become visible together, or none of them."""
        return self._database.writing()

    @contextmanager
    def owning(self, now: datetime) -> Iterator[None]:
        """Be the only writer, across threads, processes and machines. Raises IndexBusy, which says who is.

        The lock ends with the process that holds it, however that ends.
        """
        with self._database.lock() as is_ours:
            if not is_ours:
                owner = self.get_meta(_WRITER) or "another process"
                raise IndexBusy(f"The knowledge base is being written by {owner}. Wait for it to end, then try again.")
            program = " ".join(["python", *sys.orig_argv[1:3]])[:80]
            on = f" on {self._database.place}" if self._database.place else ""
            self.set_meta(_WRITER, f"process {os.getpid()}{on} ({program}, since {now:%H:%M})")
            try:
                yield
            finally:
                # A connection that is lost has given the lock back; what went wrong before is what counts.
                with suppress(DatabaseUnusable):
                    self.set_meta(_WRITER, "")

    @property
    def is_shared(self) -> bool:
        """Whether other machines may have the same rows open."""
        return self._database.is_shared

    @property
    def place(self) -> str:
        """What tells these rows from those of other installations; the same for everybody who has them open."""
        if not self._database.is_shared:
            return str(self._folder.resolve())
        self._database.change("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (_PLACE, uuid4().hex))
        return self.get_meta(_PLACE) or ""

    # --- what is known about the whole

    def get_meta(self, name: str) -> str | None:
        rows = self._database.query("SELECT value FROM meta WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def set_meta(self, name: str, value: str) -> None:
        self._database.change(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )

    def count(self) -> tuple[int, int, int]:
        """Sources, documents, passages."""
        query = (
            "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)"
        )
        row = self._database.query(query)[0]
        return row[0], row[1], row[2]

    def count_entries(self) -> int:
        return self._words.count_entries()

    # --- sources and documents

    def list_sources(self) -> list[tuple[str, bool]]:
        """Root and whether it is a folder."""
        rows = self._database.query("SELECT root, is_folder FROM sources ORDER BY root")
        return [(root, bool(is_folder)) for root, is_folder in rows]

    def get_hashes(self, root: str) -> dict[str, str]:
        """File to content hash for the documents of a source."""
        query = "SELECT d.file, d.content_hash FROM documents d JOIN sources s ON s.id = d.source_id WHERE s.root = ?"
        return dict(self._database.query(query, (root,)))

    def list_documents(self) -> list[tuple[int, str, str, Card, str | None, str]]:
        """Id, file, title, card, the file that supersedes it, and when it was indexed."""
        query = "SELECT id, file, title, card, superseded_by, indexed_at FROM documents ORDER BY file, id"
        rows = self._database.query(query)
        return [(i, f, t, Card.from_json(json.loads(card)), s, at) for i, f, t, card, s, at in rows]

    def list_cards(self, kind: str | None) -> list[tuple[int, str, str, Card, str | None]]:
        where, values = ("WHERE kind = ?", (kind,)) if kind is not None else ("", ())
        query = f"SELECT id, file, title, card, superseded_by FROM documents {where} ORDER BY file, id"
        rows = self._database.query(query, values)
        return [(i, f, t, Card.from_json(json.loads(card)), s) for i, f, t, card, s in rows]

    def get_text(self, document_id: int) -> str:
        """The whole source text of a document."""
        rows = self._database.query("SELECT text FROM documents WHERE id = ?", (document_id,))
        return str(rows[0][0]) if rows else ""

    def set_superseded(self, names: dict[int, str]) -> None:
        """Document id to the file that replaces it; all others are current."""
        self._database.change("UPDATE documents SET superseded_by = NULL WHERE superseded_by IS NOT NULL")
        self._database.change_many(
            "UPDATE documents SET superseded_by = ? WHERE id = ?", [(file, i) for i, file in names.items()]
        )

    def add_source(self, root: str, *, is_folder: bool) -> None:
        self._database.change(
            "INSERT INTO sources (id, root, is_folder) VALUES (?, ?, ?) ON CONFLICT (root) DO NOTHING",
            (next(self._new_ids("sources")), root, int(is_folder)),
        )

    def drop_source(self, root: str) -> None:
        self.drop_documents((root, file) for file in self.get_hashes(root))
        self._database.change("DELETE FROM sources WHERE root = ?", (root,))

    def drop_documents(self, files: Iterable[tuple[str, str]]) -> None:
        """Drop these files, each by its source's root and its name; those that are not there do no harm."""
        query = "SELECT d.id FROM documents d JOIN sources s ON s.id = d.source_id WHERE s.root = ? AND d.file = ?"
        ids = [row[0] for file in files for row in self._database.query(query, file)]
        if ids:
            self._words.drop(ids)
            self._database.change_many("DELETE FROM documents WHERE id = ?", [(i,) for i in ids])

    def add_documents(self, documents: Iterable[NewDocument], indexed_at: str) -> None:
        """Add documents whose sources are there."""
        sources = dict(self._database.query("SELECT root, id FROM sources"))
        document_ids, passage_ids, entry_ids = (self._new_ids(name) for name in ("documents", "passages", "entries"))
        own, passages, entries, words = [], [], [], []
        for document in documents:
            document_id = next(document_ids)
            card = json.dumps(document.card.to_json(), ensure_ascii=False)
            own.append(
                (
                    document_id,
                    sources[document.root],
                    document.file,
                    document.content_hash,
                    document.text,
                    document.title,
                    document.card.kind,
                    card,
                    indexed_at,
                )
            )
            for p in document.passages:
                passage_id = next(passage_ids)
                path = json.dumps(p.path, ensure_ascii=False)
                span = (p.start, p.end, p.section_start, p.section_end)
                passages.append((passage_id, document_id, path, *span, p.context))
                for entry in p.entries:
                    entry_id = next(entry_ids)
                    entries.append((entry_id, passage_id, entry.text_hash, entry.question))
                    words.append((entry_id, entry.heading_tokens, entry.body_tokens))
        if not own:
            return
        change_many = self._database.change_many
        change_many(
            "INSERT INTO documents (id, source_id, file, content_hash, text, title, kind, card, indexed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            own,
        )
        change_many(
            'INSERT INTO passages (id, document_id, path, start, "end", section_start, section_end, context) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            passages,
        )
        change_many("INSERT INTO entries (id, passage_id, text_hash, question) VALUES (?, ?, ?, ?)", entries)
        self._words.add(words)

    def _new_ids(self, table: str) -> Iterator[int]:
        """Ids that are free in this table. Only the one writer asks, so that they stay so."""
        return count(int(self._database.query(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")[0][0]))

    def settle(self) -> None:
        """Make reading quick again after many changes."""
        self._words.settle()

    # --- what search reads

    def list_entry_texts(self) -> Iterator[tuple[str, tuple[str, ...], str, str, str | None]]:
        """Text hash, heading path, context, passage text and question form of every entry."""
        query = """
            SELECT e.text_hash, p.path, p.context, p.start, p."end", e.question
            FROM entries e JOIN passages p ON p.id = e.passage_id WHERE p.document_id = ? ORDER BY e.id"""
        # Each document's text once, and not more than one at a time.
        for (document_id,) in self._database.query("SELECT id FROM documents ORDER BY id"):
            text = self.get_text(document_id)
            for text_hash, path, context, start, end, question in self._database.query(query, (document_id,)):
                yield text_hash, tuple(json.loads(path)), context, text[start:end], question

    def list_entry_hashes(self) -> set[str]:
        return {row[0] for row in self._database.query("SELECT DISTINCT text_hash FROM entries")}

    def count_words(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many entries each token occurs."""
        return self._words.count(tokens)

    def list_words(self) -> list[str]:
        """Every token of the full-text index."""
        return self._words.list_all()

    def find_words(
        self, tokens: Sequence[str], heading_weight: float, limit: int, kind: str | None
    ) -> list[tuple[int, int, float]]:
        """Entry, passage and BM25 score (higher is better) of the entries that hold any of the tokens."""
        return self._words.find(tokens, heading_weight, limit, kind) if tokens else []

    def find_entries(self, hashes: Sequence[str], kind: str | None = None) -> list[tuple[int, int, str]]:
        """Entry, passage and text hash of the entries with these texts."""
        join = (
            "JOIN passages p ON p.id = e.passage_id JOIN documents d ON d.id = p.document_id AND d.kind = ?"
            if kind
            else ""
        )
        query = f"SELECT e.id, e.passage_id, e.text_hash FROM entries e {join} WHERE e.text_hash IN"
        return self._database.query(f"{query} ({get_marks(hashes)})", (*([kind] if kind else []), *hashes))

    def list_entries_of_kind(self, kind: str, limit: int) -> list[str]:
        """Text hashes of the entries whose document is of this kind."""
        query = """
            SELECT DISTINCT e.text_hash FROM entries e JOIN passages p ON p.id = e.passage_id
            JOIN documents d ON d.id = p.document_id WHERE d.kind = ? LIMIT ?"""
        return [row[0] for row in self._database.query(query, (kind, limit))]

    def get_entries(self, passage_ids: Sequence[int]) -> list[tuple[int, int, str, str, str, str | None]]:
        """Entry, passage, text hash, heading tokens, body tokens and question form."""
        query = f"""
            SELECT e.id, e.passage_id, e.text_hash, w.heading, w.body, e.question FROM entries e
            JOIN words w ON w.rowid = e.id WHERE e.passage_id IN ({get_marks(passage_ids)}) ORDER BY e.id"""
        return self._database.query(query, passage_ids)

    def list_forms(self, document_ids: Sequence[int]) -> list[tuple[int, str, str]]:
        """Document, text hash and tokens of the titles and question forms of these documents' cards."""
        query = f"""
            SELECT p.document_id, e.text_hash, w.body FROM entries e JOIN passages p ON p.id = e.passage_id
            JOIN words w ON w.rowid = e.id
            WHERE e.question IS NOT NULL AND p.document_id IN ({get_marks(document_ids)}) ORDER BY e.id"""
        return self._database.query(query, document_ids)

    def get_passages(self, passage_ids: Sequence[int]) -> dict[int, FoundPassage]:
        rows = self._database.query(f"{_FOUND} WHERE p.id IN ({get_marks(passage_ids)}) ORDER BY p.id", passage_ids)
        return {found.id: found for found in self._found(rows)}

    def list_passages(self, document_id: int) -> list[FoundPassage]:
        """The passages of a document in their order."""
        rows = self._database.query(f"{_FOUND} WHERE p.document_id = ? ORDER BY p.start, p.id", (document_id,))
        return list(self._found(rows))

    def _found(self, rows: Iterable[Sequence[Any]]) -> Iterator[FoundPassage]:
        """Each document is read once: a long one may have thousands of passages, and the database counts characters."""
        texts: dict[int, str] = {}
        cards: dict[str, Card] = {}
        for row in rows:
            passage_id, document_id, file, title, card, superseded_by, path, start, end, *places, context = row
            if document_id not in texts:
                texts[document_id] = self.get_text(document_id)
            if card not in cards:
                cards[card] = Card.from_json(json.loads(card))
            yield FoundPassage(
                passage_id,
                document_id,
                file,
                title,
                cards[card],
                superseded_by,
                tuple(json.loads(path)),
                start,
                end,
                places[0],
                places[1],
                context,
                texts[document_id][start:end],
            )
