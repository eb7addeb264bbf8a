"""Vectors of texts, kept by content: what a model has embedded once it need not embed again.

Unlike everything else in the rows they are written ahead of the commit, so that an interrupted run loses no work.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from knowledge_base.database import Database, get_marks
from knowledge_base.graph import Floats

_AT_ONCE = 500


class VectorCache:
    """The vectors of all models, by the hash of their text."""

    tables = """
CREATE TABLE IF NOT EXISTS vectors (
    model {text} NOT NULL, text_hash {text} NOT NULL, vector {blob} NOT NULL, PRIMARY KEY (model, text_hash)
) {keyed};
"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, model: str, hashes: Sequence[str]) -> dict[str, Floats]:
        """Those of these texts; the missing ones are left out."""
        found: dict[str, Floats] = {}
        for at in range(0, len(hashes), _AT_ONCE):
            part = hashes[at : at + _AT_ONCE]
            query = f"SELECT text_hash, vector FROM vectors WHERE model = ? AND text_hash IN ({get_marks(part)})"
            for text_hash, blob in self._database.query(query, (model, *part)):
                found[text_hash] = np.frombuffer(blob, np.float32)
        return found

    def list_hashes(self, model: str) -> set[str]:
        """All texts that this model has embedded."""
        return {row[0] for row in self._database.query("SELECT text_hash FROM vectors WHERE model = ?", (model,))}

    def add(self, model: str, vectors: Iterable[tuple[str, Floats]]) -> None:
        """Keep these, in a commit of their own."""
        rows = [(model, text_hash, vector.astype(np.float32).tobytes()) for text_hash, vector in vectors]
        with self._database.writing():
            self._database.change_many(
                "INSERT INTO vectors VALUES (?, ?, ?) "
                "ON CONFLICT (model, text_hash) DO UPDATE SET vector = excluded.vector",
                rows,
            )

    def drop_unused(self) -> None:
        """Forget the texts that no entry has any more."""
        self._database.change(
            "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.text_hash = vectors.text_hash)"
        )
