"""The rows that are the truth of the knowledge base: documents, passages, cached vectors, full text.

One SQLite file in WAL: many readers, one writer. A connection belongs to the thread that asks for it. Everything
that ``add`` changes, the name of the vector index included, becomes visible in one commit; only the vector cache is
written ahead of it, so that an interrupted run does not embed twice.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.cards import Card
from knowledge_base.graph import Floats

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sources (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL UNIQUE, is_folder INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE, file TEXT NOT NULL,
    content_hash TEXT NOT NULL, text TEXT NOT NULL, title TEXT NOT NULL, kind TEXT, card TEXT NOT NULL,
    superseded_by TEXT, indexed_at TEXT NOT NULL, UNIQUE (source_id, file)
) STRICT;
CREATE INDEX IF NOT EXISTS documents_kind ON documents (kind);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    path TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    section_start INTEGER NOT NULL, section_end INTEGER NOT NULL, context TEXT NOT NULL,
    CHECK (start < "end")
) STRICT;
CREATE INDEX IF NOT EXISTS passages_document ON passages (document_id);
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
    text_hash TEXT NOT NULL, question TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS entries_passage ON entries (passage_id);
CREATE INDEX IF NOT EXISTS entries_text ON entries (text_hash);
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text_hash TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, text_hash)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (heading, body, tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE IF NOT EXISTS word_counts USING fts5vocab (words, row);
"""


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
    """Reading and writing of one knowledge base's SQLite file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection.executescript(_SCHEMA)

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._file, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
            with self._lock:
                self._open.append(connection)
        return connection

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view for several reads; inside another one it is that one's."""
        if self._connection.in_transaction:
            yield
            return
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All writes inside become visible together, or none of them."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        connection = self._connection
        connection.execute(begin)
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    # --- what is known about the whole

    def get_meta(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def count(self) -> tuple[int, int, int]:
        """Sources, documents, passages."""
        query = (
            "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)"
        )
        row = self._connection.execute(query).fetchone()
        return row[0], row[1], row[2]

    def count_entries(self) -> int:
        row = self._connection.execute("SELECT count(*) FROM entries").fetchone()
        return int(row[0])

    # --- sources and documents

    def list_sources(self) -> list[tuple[str, bool]]:
        """Root and whether it is a folder."""
        rows = self._connection.execute("SELECT root, is_folder FROM sources ORDER BY root")
        return [(root, bool(is_folder)) for root, is_folder in rows]

    def get_hashes(self, root: str) -> dict[str, str]:
        """File to content hash for the documents of a source."""
        query = "SELECT d.file, d.content_hash FROM documents d JOIN sources s ON s.id = d.source_id WHERE s.root = ?"
        return dict(self._connection.execute(query, (root,)))

    def list_documents(self) -> list[tuple[int, str, str, Card, str | None, str]]:
        """Id, file, title, card, the file that supersedes it, and when it was indexed."""
        query = "SELECT id, file, title, card, superseded_by, indexed_at FROM documents ORDER BY file, id"
        rows = self._connection.execute(query)
        return [(i, f, t, Card.from_json(json.loads(card)), s, at) for i, f, t, card, s, at in rows]

    def list_cards(self, kind: str | None) -> list[tuple[int, str, str, Card, str | None]]:
        query = (
            "SELECT id, file, title, card, superseded_by FROM documents WHERE (?1 IS NULL OR kind = ?1) ORDER BY file"
        )
        rows = self._connection.execute(query, (kind,))
        return [(i, f, t, Card.from_json(json.loads(card)), s) for i, f, t, card, s in rows]

    def get_text(self, document_id: int) -> str:
        """The whole source text of a document."""
        row = self._connection.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
        return str(row[0]) if row else ""

    def set_superseded(self, names: dict[int, str]) -> None:
        """Document id to the file that replaces it; all others are current."""
        self._connection.execute("UPDATE documents SET superseded_by = NULL WHERE superseded_by IS NOT NULL")
        self._connection.executemany(
            "UPDATE documents SET superseded_by = ? WHERE id = ?", [(file, i) for i, file in names.items()]
        )

    def add_source(self, root: str, *, is_folder: bool) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO sources (root, is_folder) VALUES (?, ?)", (root, int(is_folder))
        )

    def drop_source(self, root: str) -> None:
        for file in self.get_hashes(root):
            self.drop_document(root, file)
        self._connection.execute("DELETE FROM sources WHERE root = ?", (root,))

    def drop_document(self, root: str, file: str) -> None:
        connection = self._connection
        ours = "SELECT d.id FROM documents d JOIN sources s ON s.id = d.source_id WHERE s.root = ? AND d.file = ?"
        row = connection.execute(ours, (root, file)).fetchone()
        if row is None:
            return
        connection.execute(
            "DELETE FROM words WHERE rowid IN "
            "(SELECT e.id FROM entries e JOIN passages p ON p.id = e.passage_id WHERE p.document_id = ?)",
            row,
        )
        connection.execute("DELETE FROM documents WHERE id = ?", row)

    def add_document(self, document: NewDocument, indexed_at: str) -> None:
        connection = self._connection
        document_id = connection.execute(
            "INSERT INTO documents (source_id, file, content_hash, text, title, kind, card, indexed_at) "
            "VALUES ((SELECT id FROM sources WHERE root = ?), ?, ?, ?, ?, ?, ?, ?)",
            (
                document.root,
                document.file,
                document.content_hash,
                document.text,
                document.title,
                document.card.kind,
                json.dumps(document.card.to_json(), ensure_ascii=False),
                indexed_at,
            ),
        ).lastrowid
        for p in document.passages:
            path = json.dumps(p.path, ensure_ascii=False)
            values = (document_id, path, p.start, p.end, p.section_start, p.section_end, p.context)
            passage_id = connection.execute(
                'INSERT INTO passages (document_id, path, start, "end", section_start, section_end, context) '
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
            for entry in p.entries:
                entry_id = connection.execute(
                    "INSERT INTO entries (passage_id, text_hash, question) VALUES (?, ?, ?)",
                    (passage_id, entry.text_hash, entry.question),
                ).lastrowid
                connection.execute(
                    "INSERT INTO words (rowid, heading, body) VALUES (?, ?, ?)",
                    (entry_id, entry.heading_tokens, entry.body_tokens),
                )

    # --- vectors

    def get_vectors(self, model: str, hashes: Sequence[str]) -> dict[str, Floats]:
        """The cached vectors of these texts; those that are missing are left out."""
        found: dict[str, Floats] = {}
        for at in range(0, len(hashes), 500):
            part = list(hashes[at : at + 500])
            marks = ",".join("?" * len(part))
            query = f"SELECT text_hash, vector FROM vectors WHERE model = ? AND text_hash IN ({marks})"
            for text_hash, blob in self._connection.execute(query, (model, *part)):
                found[text_hash] = np.frombuffer(blob, np.float32)
        return found

    def get_cached(self, model: str) -> set[str]:
        """Hashes of all texts this model has embedded."""
        return {row[0] for row in self._connection.execute("SELECT text_hash FROM vectors WHERE model = ?", (model,))}

    def add_vectors(self, model: str, vectors: Iterable[tuple[str, Floats]]) -> None:
        rows = [(model, text_hash, vector.astype(np.float32).tobytes()) for text_hash, vector in vectors]
        with self.writing():
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def drop_unused_vectors(self) -> None:
        self._connection.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM entries)")

    # --- what search reads

    def list_entry_texts(self) -> list[tuple[str, tuple[str, ...], str, str, str | None]]:
        """Text hash, heading path, context, passage text and question form of every entry."""
        query = """
            SELECT e.text_hash, p.path, p.context, substr(d.text, p.start + 1, p."end" - p.start), e.question
            FROM entries e JOIN passages p ON p.id = e.passage_id JOIN documents d ON d.id = p.document_id"""
        return [(h, tuple(json.loads(path)), c, t, q) for h, path, c, t, q in self._connection.execute(query)]

    def list_entry_hashes(self) -> set[str]:
        return {row[0] for row in self._connection.execute("SELECT DISTINCT text_hash FROM entries")}

    def count_words(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many entries each token occurs."""
        counts = {}
        for token in tokens:
            row = self._connection.execute("SELECT doc FROM word_counts WHERE term = ?", (token,)).fetchone()
            counts[token] = int(row[0]) if row else 0
        return counts

    def list_words(self) -> list[str]:
        """Every token of the full-text index."""
        return [row[0] for row in self._connection.execute("SELECT term FROM word_counts")]

    def find_words(
        self, tokens: Sequence[str], heading_weight: float, limit: int, kind: str | None
    ) -> list[tuple[int, int, float]]:
        """Entry, passage and BM25 score (higher is better) of the entries that hold any of the tokens."""
        if not tokens:
            return []
        match = " OR ".join(f'"{token}"' for token in tokens)
        where = "AND d.kind = ?" if kind else ""
        query = f"""
            SELECT e.id, e.passage_id, -bm25(words, ?, 1.0) AS score FROM words
            JOIN entries e ON e.id = words.rowid
            {"JOIN passages p ON p.id = e.passage_id JOIN documents d ON d.id = p.document_id" if kind else ""}
            WHERE words MATCH ? {where} ORDER BY score DESC LIMIT ?"""
        values = (heading_weight, match, *([kind] if kind else []), limit)
        return list(self._connection.execute(query, values))

    def find_entries(self, hashes: Sequence[str], kind: str | None = None) -> list[tuple[int, int, str]]:
        """Entry, passage and text hash of the entries with these texts."""
        marks = ",".join("?" * len(hashes))
        join = (
            "JOIN passages p ON p.id = e.passage_id JOIN documents d ON d.id = p.document_id AND d.kind = ?"
            if kind
            else ""
        )
        query = f"SELECT e.id, e.passage_id, e.text_hash FROM entries e {join} WHERE e.text_hash IN ({marks})"
        return list(self._connection.execute(query, (*([kind] if kind else []), *hashes)))

    def list_entries_of_kind(self, kind: str, limit: int) -> list[str]:
        """Text hashes of the entries whose document is of this kind."""
        query = """
            SELECT DISTINCT e.text_hash FROM entries e JOIN passages p ON p.id = e.passage_id
            JOIN documents d ON d.id = p.document_id WHERE d.kind = ? LIMIT ?"""
        return [row[0] for row in self._connection.execute(query, (kind, limit))]

    def get_entries(self, passage_ids: Sequence[int]) -> list[tuple[int, int, str, str, str, str | None]]:
        """Entry, passage, text hash, heading tokens, body tokens and question form."""
        marks = ",".join("?" * len(passage_ids))
        query = f"""
            SELECT e.id, e.passage_id, e.text_hash, w.heading, w.body, e.question
            FROM entries e JOIN words w ON w.rowid = e.id WHERE e.passage_id IN ({marks})"""
        return list(self._connection.execute(query, list(passage_ids)))

    def list_forms(self, document_ids: Sequence[int]) -> list[tuple[int, str, str]]:
        """Document, text hash and tokens of the titles and question forms of these documents' cards."""
        marks = ",".join("?" * len(document_ids))
        query = f"""
            SELECT p.document_id, e.text_hash, w.body FROM entries e JOIN passages p ON p.id = e.passage_id
            JOIN words w ON w.rowid = e.id WHERE e.question IS NOT NULL AND p.document_id IN ({marks})"""
        return list(self._connection.execute(query, list(document_ids)))

    def get_passages(self, passage_ids: Sequence[int]) -> dict[int, FoundPassage]:
        marks = ",".join("?" * len(passage_ids))
        rows = self._connection.execute(f"{_FOUND} WHERE p.id IN ({marks})", list(passage_ids))
        return {found.id: found for found in self._found(rows)}

    def list_passages(self, document_id: int) -> list[FoundPassage]:
        """The passages of a document in their order."""
        rows = self._connection.execute(f"{_FOUND} WHERE p.document_id = ? ORDER BY p.start", (document_id,))
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
