"""Full text over tokens: FTS5 in SQLite, lists of occurrences in PostgreSQL, with the same scores.

The tokens come ready (see lexical.py). The table ``words`` holds those of each entry under its id, as ``rowid``.
PostgreSQL's own full text knows no BM25, and its ranks order passages otherwise; so a table of occurrences is summed
up there, with the formula of FTS5 to the letter. ``tests/knowledge_base/test_databases.py`` compares the two.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from knowledge_base.database import Database, PostgreSQL

Words = tuple[int, str, str]
"""An entry: its id, the tokens of its heading and those of its body, separated by spaces."""
Found = tuple[int, int, float]
"""An entry, its passage, and how well it fits."""

_K1, _B = 1.2, 0.75
_LEAST_IDF = 1e-6
_OF_DOCUMENT = "SELECT e.id FROM entries e JOIN passages p ON p.id = e.passage_id WHERE p.document_id = ?"
_OF_KIND = "JOIN passages p ON p.id = e.passage_id JOIN documents d ON d.id = p.document_id AND d.kind = ?"


class FullText(Protocol):
    """The words of the entries. Writes are part of the transaction around them."""

    tables: str

    def add(self, entries: Iterable[Words]) -> None:
        """Take in the words of entries."""

    def drop(self, document_ids: Sequence[int]) -> None:
        """Forget the entries of documents that are still in the rows."""

    def count_entries(self) -> int:
        """How many entries there are."""

    def count(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many entries each token occurs."""

    def list_all(self) -> list[str]:
        """Every token."""

    def settle(self) -> None:
        """Make reading quick again after many changes; outside of a transaction."""

    def find(self, tokens: Sequence[str], heading_weight: float, limit: int, kind: str | None) -> list[Found]:
        """The best entries that hold any of the tokens, by BM25 (higher is better), best first."""


class Fts5:
    """SQLite's own full text."""

    tables = """
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (heading, body, tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE IF NOT EXISTS word_counts USING fts5vocab (words, row);
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entries: Iterable[Words]) -> None:
        self._database.change_many("INSERT INTO words (rowid, heading, body) VALUES (?, ?, ?)", entries)

    def drop(self, document_ids: Sequence[int]) -> None:
        for document_id in document_ids:
            self._database.change(f"DELETE FROM words WHERE rowid IN ({_OF_DOCUMENT})", (document_id,))

    def count_entries(self) -> int:
        return int(self._database.query("SELECT count(*) FROM entries")[0][0])

    def count(self, tokens: Iterable[str]) -> dict[str, int]:
        counts = {}
        # One at a time: FTS5 looks a single term up, and goes through all of them for a list.
        for token in tokens:
            found = self._database.query("SELECT doc FROM word_counts WHERE term = ?", (token,))
            counts[token] = int(found[0][0]) if found else 0
        return counts

    def list_all(self) -> list[str]:
        return [row[0] for row in self._database.query("SELECT term FROM word_counts")]

    def settle(self) -> None:
        """FTS5 merges its parts as it goes."""

    def find(self, tokens: Sequence[str], heading_weight: float, limit: int, kind: str | None) -> list[Found]:
        match = " OR ".join(f'"{token}"' for token in tokens)
        query = f"""
            SELECT e.id, e.passage_id, -bm25(words, ?, 1.0) AS score FROM words JOIN entries e ON e.id = words.rowid
            {_OF_KIND if kind else ""} WHERE words MATCH ? ORDER BY score DESC, e.id LIMIT ?"""
        return self._database.query(query, (heading_weight, *([kind] if kind else []), match, limit))


class Occurrences:
    """The same in plain tables of PostgreSQL: which entry holds which token how often."""

    tables = """
CREATE TABLE words (rowid INTEGER PRIMARY KEY, heading TEXT NOT NULL, body TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE occurrences (
    token TEXT COLLATE "C" NOT NULL, entry_id INTEGER NOT NULL,
    heading INTEGER NOT NULL, body INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (token, entry_id) INCLUDE (heading, body, size)
);
CREATE TABLE vocabulary (token TEXT COLLATE "C" PRIMARY KEY, entries INTEGER NOT NULL);
CREATE TABLE extent (entries INTEGER NOT NULL, tokens BIGINT NOT NULL);
INSERT INTO extent VALUES (0, 0);
"""

    def __init__(self, database: PostgreSQL) -> None:
        self._database = database

    def add(self, entries: Iterable[Words]) -> None:
        database, holders = self._database, Counter[str]()
        entries = list(entries)
        sizes = {entry: len(heading.split()) + len(body.split()) for entry, heading, body in entries}

        def occurrences() -> Iterator[tuple[str, int, int, int, int]]:
            for entry, heading, body in entries:
                in_heading, in_body = Counter(heading.split()), Counter(body.split())
                together = in_heading.keys() | in_body.keys()
                holders.update(together)
                for token in together:
                    yield token, entry, in_heading[token], in_body[token], sizes[entry]

        database.copy("words", ((entry, heading, body, sizes[entry]) for entry, heading, body in entries))
        database.copy("occurrences", occurrences())
        database.change_many(
            "INSERT INTO vocabulary VALUES (?, ?) "
            "ON CONFLICT (token) DO UPDATE SET entries = vocabulary.entries + excluded.entries",
            sorted(holders.items()),
        )
        self._measure()

    def drop(self, document_ids: Sequence[int]) -> None:
        for document_id in document_ids:
            # By the entry's own words, so that no second index of all occurrences is needed.
            self._database.change(
                f"""
                WITH old AS (
                    SELECT DISTINCT w.rowid, t.token
                    FROM words w, unnest(string_to_array(w.heading || ' ' || w.body, ' ')) AS t (token)
                    WHERE w.rowid IN ({_OF_DOCUMENT})
                ), gone AS (
                    DELETE FROM occurrences o USING old WHERE o.token = old.token AND o.entry_id = old.rowid
                    RETURNING o.token
                )
                UPDATE vocabulary v SET entries = v.entries - g.entries
                FROM (SELECT token, count(*) AS entries FROM gone GROUP BY token) g WHERE v.token = g.token""",
                (document_id,),
            )
            self._database.change(f"DELETE FROM words WHERE rowid IN ({_OF_DOCUMENT})", (document_id,))
        self._database.change("DELETE FROM vocabulary WHERE entries = 0")
        self._measure()

    def _measure(self) -> None:
        self._database.change(
            "UPDATE extent SET (entries, tokens) = (SELECT count(*), coalesce(sum(size), 0) FROM words)"
        )

    def count_entries(self) -> int:
        return int(self._database.query("SELECT entries FROM extent")[0][0])

    def count(self, tokens: Iterable[str]) -> dict[str, int]:
        tokens = list(tokens)
        found = self._database.query("SELECT token, entries FROM vocabulary WHERE token = ANY(?)", (tokens,))
        return dict.fromkeys(tokens, 0) | dict(found)

    def list_all(self) -> list[str]:
        return [row[0] for row in self._database.query("SELECT token FROM vocabulary")]

    def settle(self) -> None:
        """The server would do this by itself, a minute late; until then each occurrence is looked up in its table."""
        self._database.change("VACUUM (ANALYZE) documents, passages, entries, vectors, words, occurrences, vocabulary")

    def find(self, tokens: Sequence[str], heading_weight: float, limit: int, kind: str | None) -> list[Found]:
        entries, size = self._database.query("SELECT entries, tokens FROM extent")[0]
        counts = {token: n for token, n in self.count(tokens).items() if n}
        idf = [max(_LEAST_IDF, math.log((entries - n + 0.5) / (n + 0.5))) for n in counts.values()]
        weighted = "(? * o.heading + o.body)"
        # Sums of floating point numbers differ in the last place by their order, and ties must not.
        query = f"""
            SELECT s.entry_id, e.passage_id, s.score FROM (
                SELECT o.entry_id, sum(
                    a.idf * {weighted} * {_K1 + 1} / ({weighted} + {_K1} * ({1 - _B} + {_B} * o.size / ?))
                ) AS score
                FROM unnest(?::text[], ?::float8[]) AS a (token, idf) JOIN occurrences o ON o.token = a.token
                {f"JOIN entries e ON e.id = o.entry_id {_OF_KIND}" if kind else ""}
                GROUP BY o.entry_id
            ) s JOIN entries e ON e.id = s.entry_id ORDER BY (s.score * 1e9)::bigint DESC, s.entry_id LIMIT ?"""
        values = (heading_weight, heading_weight, size / max(1, entries), list(counts), idf)
        return self._database.query(query, (*values, *([kind] if kind else []), limit))


def get_full_text(database: Database) -> FullText:
    """The full text of this kind of database."""
    return Occurrences(database) if isinstance(database, PostgreSQL) else Fts5(database)
