"""Embedding, indexing and search beside Chroma's own default path, in one run, as ratios.

    python benchmarks/knowledge_base.py [--data FOLDER] [--files N]

The yardstick is what Chroma does when it is given texts and no embedding function: its ``ONNXMiniLM_L6_V2``, and
``collection.query(query_texts=…)``. That class wants to download its model; here it is given the same weights as ours,
written to the file it looks for, in the same fused graph (so it is, if anything, faster than with its own file).
What differs is what it does around the graph: every text is padded to 256 word pieces, in batches of 32.

Both sides index the same passages of the same files. Medians of several rounds, taken in turns. Last, the same files
are added as a tutorial has it: by LangChain's RecursiveCharacterTextSplitter(1000, 200), with that function.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.embeddings import get_encoder
from knowledge_base.graph import (
    Floats,
    field,
    get_initializers,
    get_model,
    int_attribute,
    node,
    number,
    read_safetensors,
    value_info,
)
from knowledge_base.index import embedded_text
from knowledge_base.minilm import get_weights_folder
from knowledge_base.rows import Rows
from knowledge_base.settings import BUILT_IN

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "playbook" / "pages"
DEMO = Path(__file__).resolve().parents[1] / "knowledge_base" / "demo"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
QUESTIONS = (
    "What do I say when the customer finds us too expensive?",
    "who approves a discount above fifteen percent",
    "Where is customer data stored and who can see it?",
    "how do I hand a closed deal over to customer success",
    "What happens if a customer asks for an unsupported deployment?",
    "when is the forecast call",
    "How do I get access to the CRM?",
    "what are the exit criteria of the proposal stage",
)


def get_graph(weights: dict[str, Floats]) -> bytes:
    """Our network as one file with the inputs and the output that Chroma's class expects, weights inside."""
    ours = get_model(weights)
    nodes = _nodes_before_pooling(ours)
    casts = node("Cast", ["input_ids"], ["ids"], int_attribute("to", 6), domain="")
    casts_mask = node("Cast", ["attention_mask"], ["mask"], int_attribute("to", 6), domain="")
    last = node("Identity", ["h6"], ["last_hidden_state"], domain="")
    graph = b"".join(field(1, one) for one in (casts, casts_mask, *nodes, last)) + field(2, b"minilm")
    for name, array in weights.items():
        tensor = b"".join(number(1, size) for size in array.shape) + number(2, 1) + field(8, name.encode())
        graph += field(5, tensor + field(9, array.tobytes()))
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        graph += field(11, value_info(name, 7, ("b", "s")))
    graph += field(12, value_info("last_hidden_state", 1, ("b", "s", 384)))
    operators = field(8, field(1, b"") + number(2, 17)) + field(8, field(1, b"com.microsoft") + number(2, 1))
    return number(1, 8) + field(7, graph) + operators


def _nodes_before_pooling(model: bytes) -> list[bytes]:
    """The nodes of our graph without the last two, read back from its bytes."""
    graph = next(data for key, data in _fields(model) if key == 7)
    return [data for key, data in _fields(graph) if key == 1][:-2]


def _fields(data: bytes) -> list[tuple[int, bytes]]:
    """Fields of a protobuf message that have a length; numbers are skipped."""
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 2:
            size = varint()
            found.append((key >> 3, data[at : at + size]))
            at += size
        else:
            varint()
    return found


def get_default_function(folder: Path) -> Any:
    """Chroma's default embedding function with our weights in the place where it looks for its own."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    source = get_weights_folder()
    target = folder / "onnx"
    target.mkdir(parents=True)
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "tokenizer.json", "vocab.txt"):
        shutil.copy(source / name, target / name)
    (target / "model.onnx").write_bytes(get_graph(get_initializers(read_safetensors(source / "model.safetensors"))))

    class Fed(ONNXMiniLM_L6_V2):
        DOWNLOAD_PATH = folder

    return Fed()


def get_times(work: Sequence[Callable[[str], object]], rounds: int) -> list[tuple[float, float]]:
    """Median and 95th percentile in milliseconds of each work, the questions asked of them in turns."""
    times: list[list[float]] = [[] for _ in work]
    for function in work:
        function(QUESTIONS[0])
    for _ in range(rounds):
        for question in QUESTIONS:
            for taken, function in zip(times, work, strict=True):
                began = time.perf_counter()
                function(question)
                taken.append(1000 * (time.perf_counter() - began))
    return [(statistics.median(taken), float(np.percentile(taken, 95))) for taken in times]


def print_row(name: str, ours: float, theirs: float, unit: str) -> None:
    """Ours, theirs, and how many times theirs is ours."""
    print(f"{name:<34} {ours:9.2f} {theirs:9.2f} {unit:<3}  {theirs / ours:5.1f} times", flush=True)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA if DATA.is_dir() else DEMO)
    parser.add_argument("--files", type=int, default=40, help="how many files to index (40)")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    encoder = get_encoder(BUILT_IN)
    if encoder is None:
        print("The built-in embedding model is not installed (make install).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pages = folder / "pages"
        files = sorted(options.data.rglob("*.md"))[: options.files]
        for file in files:
            target = pages / file.relative_to(options.data)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        theirs = get_default_function(folder / "model")
        theirs(["warm"])
        encoder.encode(["warm"])
        gap = max(float(np.abs(encoder.encode_query(q) - np.asarray(theirs([q])[0])).max()) for q in QUESTIONS)
        settings = KnowledgeSettings(home=folder / "home", embeddings=BUILT_IN)
        with KnowledgeBase.open(settings, lambda: NOW) as knowledge:
            began = time.perf_counter()
            report = knowledge.add([pages])
            our_ingest = time.perf_counter() - began
            texts = [
                question if question is not None else embedded_text(path, context, text)
                for _, path, context, text, question in Rows(settings.folder).list_entry_texts()
            ]
            collection, their_ingest = _their_index(folder / "chroma", theirs, texts)
            print(
                f"{len(files)} files, {report.passages} passages, {os.cpu_count()} cores; vectors differ by {gap:.1e}"
            )
            print(f"{'':<34} {'ours':>9} {'default':>9}      default / ours")
            embed = get_times([encoder.encode_query, lambda q: theirs([q])], options.rounds)
            print_row("embedding a question, median", embed[0][0], embed[1][0], "ms")
            print_row("embedding a question, 95 %", embed[0][1], embed[1][1], "ms")
            search = get_times(
                [lambda q: knowledge.search(q, 5), lambda q: collection.query(query_texts=[q], n_results=5)],
                options.rounds,
            )
            print_row("search, median", search[0][0], search[1][0], "ms")
            print_row("search, 95 %", search[0][1], search[1][1], "ms")
            print_row("adding the files", our_ingest, their_ingest, "s")
            if importlib.util.find_spec("langchain_text_splitters") is None:
                print("LangChain: left out, it needs pip install --no-deps langchain-text-splitters")
                return 0
            began = time.perf_counter()
            pieces = get_pieces(pages)
            splitting = time.perf_counter() - began
            _, tutorial = _their_index(folder / "tutorial", theirs, pieces)
            print_row(f"adding them by LangChain ({len(pieces)})", our_ingest, splitting + tutorial, "s")
    return 0


def get_pieces(folder: Path) -> list[str]:
    """The files as LangChain's recursive splitter cuts them."""
    splitters = importlib.import_module("langchain_text_splitters")
    splitter = splitters.RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    return [
        piece
        for path in sorted(folder.rglob("*.md"))
        for piece in splitter.split_text(path.read_text(encoding="utf-8"))
    ]


def _their_index(folder: Path, function: Any, texts: list[str]) -> tuple[Any, float]:
    import chromadb

    began = time.perf_counter()
    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection("passages", embedding_function=function)
    for at in range(0, len(texts), 100):
        part = texts[at : at + 100]
        collection.add(ids=[str(at + i) for i in range(len(part))], documents=part)
    return collection, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
