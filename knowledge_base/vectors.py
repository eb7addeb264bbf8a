"""The vector index in Chroma: derived from the rows, never changed in place, thrown away at will.

Each write builds a new version under a new name (a folder, or a collection on a server); the rows name the one that
counts, so that swapping it is part of their commit. Chroma never embeds anything itself: its own default function
pads every text, loads a second runtime and downloads a model.
"""

import hashlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from knowledge_base.errors import KnowledgeError
from knowledge_base.graph import Floats

log = logging.getLogger(__name__)

_COLLECTION = "passages"
_BATCH = 1000


class VectorIndex:
    """Versions of the Chroma index, and the one that is open for reading. Safe between threads.

    In ``folder``, or on the server at ``url``, where ``place`` tells them from those of other installations.
    """

    def __init__(self, folder: Path, url: str | None, place: str = "") -> None:
        self._folder = folder
        self._url = url
        self._mark = hashlib.blake2b(place.encode(), digest_size=4).hexdigest()
        self._lock = threading.Lock()
        self._name: str | None = None
        self._client: Any = None
        self._collection: Any = None

    def find(self, name: str, vector: Floats, limit: int) -> list[tuple[str, float]] | None:
        """Text hash and cosine of the nearest texts in the version ``name``; None when that version cannot be read."""
        try:
            with self._lock:
                collection = self._opened(name)
            result = collection.query(query_embeddings=[vector.tolist()], n_results=limit, include=["distances"])
        except Exception as error:  # noqa: BLE001 — Chroma raises its own, its Rust core's and its HTTP client's errors
            log.warning("the vector index %s cannot be read (%s)", name, type(error).__name__)
            with self._lock:
                self._forget()
            return None
        return [(i, 1.0 - float(d)) for i, d in zip(result["ids"][0], result["distances"][0], strict=True)]

    def is_elsewhere(self, name: str) -> bool:
        """Whether the version is on another machine: its folder is not here."""
        return self._url is None and not (self._folder / name).is_dir()

    def count(self, name: str) -> int | None:
        """How many texts the version holds; None when it cannot be read."""
        try:
            with self._lock:
                return int(self._opened(name).count())
        except Exception as error:  # noqa: BLE001 — as in find
            log.warning("the vector index %s cannot be read (%s)", name, type(error).__name__)
            return None

    def build(self, number: int, vectors: Iterable[tuple[str, Floats]], done: Callable[[int], None]) -> str:
        """Write version ``number`` from text hashes and vectors; returns its name. ``done`` hears how many so far."""
        name = f"v{number:06d}-{uuid4().hex[:8]}"
        client = self._connect(name)
        try:
            collection = client.create_collection(
                self._collection_name(name), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
            batch: list[tuple[str, Floats]] = []
            written = 0
            for item in vectors:
                batch.append(item)
                if len(batch) == _BATCH:
                    _add(collection, batch)
                    written += len(batch)
                    done(written)
                    batch = []
            if batch:
                _add(collection, batch)
            done(written + len(batch))
        finally:
            client.close()
        return name

    def drop_others(self, keep: set[str]) -> None:
        """Remove leftovers of earlier and interrupted writes of this installation."""
        if self._url is None:
            for folder in self._folder.iterdir() if self._folder.is_dir() else ():
                if folder.name not in keep:
                    shutil.rmtree(folder, ignore_errors=True)
            return
        kept = {self._collection_name(name) for name in keep}
        client = self._connect("")
        try:
            for collection in client.list_collections():
                if collection.name.startswith(self._collection_name("")) and collection.name not in kept:
                    client.delete_collection(collection.name)
        finally:
            client.close()

    def close(self) -> None:
        """Let go of the open version."""
        with self._lock:
            self._forget()

    def _opened(self, name: str) -> Any:
        if self._name != name:
            self._forget()
            if self.is_elsewhere(name):
                raise FileNotFoundError(name)
            self._client = self._connect(name)
            self._collection = self._client.get_collection(self._collection_name(name), embedding_function=None)
            self._name = name
        return self._collection

    def _forget(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._collection = self._name = None

    def _collection_name(self, name: str) -> str:
        """On a server, which several installations may share, the name begins with the installation's own mark."""
        return _COLLECTION if self._url is None else f"playmaker-{self._mark}-{name}"

    def _connect(self, name: str) -> Any:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._url is None:
            folder = self._folder / name
            folder.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(str(folder), settings=settings)
        parts = urlsplit(self._url)
        try:
            return chromadb.HttpClient(
                host=parts.hostname or "127.0.0.1",
                port=parts.port or (443 if parts.scheme == "https" else 8000),
                ssl=parts.scheme == "https",
                settings=settings,
            )
        except Exception as error:
            raise KnowledgeError(
                f"The Chroma server at {self._url} does not answer. Start it, or leave PLAYMAKER_CHROMA_URL out."
            ) from error


def _add(collection: Any, batch: list[tuple[str, Floats]]) -> None:
    collection.add(ids=[text_hash for text_hash, _ in batch], embeddings=[vector for _, vector in batch])
