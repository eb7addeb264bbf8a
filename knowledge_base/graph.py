"""The network of all-MiniLM-L6-v2 as an ONNX graph of fused operators, its protobuf written by hand.

``get_initializers`` brings the published weights into the shapes the fused operators want, ``get_model`` writes the
graph around them. The weights themselves stay outside of the graph, as external initializers.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

DIMENSIONS = 384
LAYERS, HEADS, EPSILON = 6, 12, 1e-12


def read_safetensors(path: Path) -> dict[str, Floats]:
    """The 32-bit float tensors of a file by name, mapped into memory."""
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


def get_initializers(tensors: dict[str, Floats]) -> dict[str, Floats]:
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
    for n in range(LAYERS):
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


def get_model(weights: dict[str, Floats]) -> bytes:
    """The ONNX ModelProto: embedding, six transformer layers, mean over the tokens, unit length."""
    nodes = [
        node(
            "EmbedLayerNormalization",
            ["ids", "", "words", "positions", "", "norm.g", "norm.b", "mask"],
            ["h0", "lengths"],
            float_attribute("epsilon", EPSILON),
        )
    ]
    for n in range(LAYERS):
        w, h = f"l{n}.", f"h{n}"
        norm = float_attribute("epsilon", EPSILON)
        nodes += [
            node("Attention", [h, w + "qkv.w", w + "qkv.b", "lengths"], [w + "a"], int_attribute("num_heads", HEADS)),
            node("MatMul", [w + "a", w + "out.w"], [w + "o"], domain=""),
            node("SkipLayerNormalization", [w + "o", h, w + "norm1.g", w + "norm1.b", w + "out.b"], [w + "s"], norm),
            node("MatMul", [w + "s", w + "up.w"], [w + "u"], domain=""),
            node("BiasGelu", [w + "u", w + "up.b"], [w + "g"]),
            node("MatMul", [w + "g", w + "down.w"], [w + "d"], domain=""),
            node(
                "SkipLayerNormalization",
                [w + "d", w + "s", w + "norm2.g", w + "norm2.b", w + "down.b"],
                [f"h{n + 1}"],
                norm,
            ),
        ]
    nodes += [
        node("MatMul", ["pool", f"h{LAYERS}"], ["sum"], domain=""),
        node("LpNormalization", ["sum"], ["vector"], int_attribute("axis", -1) + int_attribute("p", 2), domain=""),
    ]
    graph = b"".join(field(1, one) for one in nodes) + field(2, b"minilm")
    graph += b"".join(field(5, _external(name, array.shape)) for name, array in weights.items())
    graph += field(11, value_info("ids", 6, ("b", "s"))) + field(11, value_info("mask", 6, ("b", "s")))
    graph += field(11, value_info("pool", 1, ("b", 1, "s"))) + field(12, value_info("vector", 1, ("b", 1, DIMENSIONS)))
    operators = field(8, field(1, b"") + number(2, 17)) + field(8, field(1, b"com.microsoft") + number(2, 1))
    return number(1, 8) + field(7, graph) + operators


# Protobuf, the five shapes of it that an ONNX graph needs. Field numbers are those of onnx.proto.


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(key: int, value: int) -> bytes:
    """A whole number as a field of a message."""
    return _varint(key << 3) + _varint(value)


def field(key: int, data: bytes) -> bytes:
    """Bytes, text or a message as a field of a message."""
    return _varint(key << 3 | 2) + _varint(len(data)) + data


def float_attribute(name: str, value: float) -> bytes:
    """A floating-point attribute of a node."""
    bits = _varint(2 << 3 | 5) + np.float32(value).tobytes()
    return field(5, field(1, name.encode()) + bits + number(20, 1))


def int_attribute(name: str, value: int) -> bytes:
    """An integer attribute of a node."""
    return field(5, field(1, name.encode()) + number(3, value) + number(20, 2))


def node(
    kind: str, inputs: Iterable[str], outputs: Iterable[str], attributes: bytes = b"", *, domain: str = "com.microsoft"
) -> bytes:
    """An operator with what it reads and writes."""
    names = b"".join(field(1, name.encode()) for name in inputs) + b"".join(field(2, o.encode()) for o in outputs)
    return names + field(4, kind.encode()) + attributes + field(7, domain.encode())


def _external(name: str, shape: tuple[int, ...]) -> bytes:
    dims = b"".join(number(1, size) for size in shape)
    where = field(13, field(1, b"location") + field(2, b"weights"))
    return dims + number(2, 1) + field(8, name.encode()) + where + number(14, 1)


def value_info(name: str, element: int, shape: tuple[int | str, ...]) -> bytes:
    """The name, element type and shape of an input or output; a size may be a name."""
    dims = b"".join(field(1, field(2, d.encode()) if isinstance(d, str) else number(1, d)) for d in shape)
    return field(1, name.encode()) + field(2, field(1, number(1, element) + field(2, dims)))
