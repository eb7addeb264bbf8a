"""Search, cold start and memory at 1,000, 10,000 and 100,000 passages, beside Chroma's own default path.

    python benchmarks/knowledge_scale.py [--sizes 1000,10000,100000] [--data FOLDER] [--home FOLDER]

The yardstick is a Chroma collection with the same texts, asked by ``query(query_texts=…)`` with Chroma's default
embedding function (with our weights, see benchmarks/knowledge_base.py). Each side is asked in a process of its own, one
after the other; "cold" is a new process from its start to its first five passages, imports and model included.

The passages are made, for 100,000 real ones would take an hour to embed: each is half of one real passage followed by
half of another, its vector the mean of both with noise. So times and memory are fair, and nothing is said of quality.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.knowledge_base import DATA, DEMO, NOW, QUESTIONS, get_default_function
from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.cards import Card
from knowledge_base.chunking import get_chunks, get_title
from knowledge_base.embeddings import Encoder, get_encoder
from knowledge_base.graph import Floats
from knowledge_base.index import CHANGED, MODEL, VECTORS, embedded_text, text_hash
from knowledge_base.lexical import get_tokens
from knowledge_base.rows import Entry, NewDocument, NewPassage, Rows
from knowledge_base.settings import BUILT_IN
from knowledge_base.vectors import VectorIndex

SEED = 20261124
REAL = 1500
ON_A_PAGE = 12
BATCH = 1000
ROUNDS = 5


@dataclass(frozen=True)
class Made:
    """A made passage: its heading path, what it says, and its vector."""

    path: tuple[str, ...]
    text: str
    vector: Floats


def get_real(folder: Path, encoder: Encoder) -> list[Made]:
    """Real passages of the playbook, with their real vectors."""
    found: list[tuple[tuple[str, ...], str]] = []
    for file in sorted(folder.rglob("*.md")):
        source = file.read_text(encoding="utf-8")
        chunks = get_chunks(source, title=get_title(source, 0) or file.stem)
        found += [(chunk.path, source[chunk.start : chunk.end]) for chunk in chunks]
    chosen = random.Random(SEED).sample(found, min(REAL, len(found)))
    texts = [embedded_text(path, "", text) for path, text in chosen]
    vectors = [row for at in range(0, len(texts), 4) for row in encoder.encode(texts[at : at + 4])]
    return [Made(path, text, vector) for (path, text), vector in zip(chosen, vectors, strict=True)]


def make_passages(real: Sequence[Made], size: int) -> Iterator[Made]:
    """So many passages, each of two halves; always the same ones."""
    choice, noise = random.Random(SEED), np.random.default_rng(SEED)
    for number in range(size):
        one, other = choice.choice(real), choice.choice(real)
        words, others = one.text.split(" "), other.text.split(" ")
        text = " ".join([*words[: len(words) // 2], *others[len(others) // 2 :], f"({number})"])
        vector = one.vector + other.vector + 0.02 * noise.standard_normal(len(one.vector)).astype(np.float32)
        yield Made(one.path, text, vector / np.linalg.norm(vector))


def build_ours(home: Path, passages: Iterator[Made], encoder: Encoder) -> None:
    """A knowledge base as ``add`` leaves it, without the embedding."""
    settings = KnowledgeSettings(home=home, embeddings=BUILT_IN)
    settings.folder.mkdir(parents=True)
    rows, vectors = Rows(settings.folder), VectorIndex(settings.folder / "index", None)
    hashes: dict[str, Floats] = {}
    with rows.writing():
        rows.add_source("/made", is_folder=True)
        page: list[Made] = []
        for number, made in enumerate(passages, 1):
            page.append(made)
            if len(page) == ON_A_PAGE or number % BATCH == 0:
                rows.add_documents([_page(number, page, hashes)], NOW.isoformat())
                page = []
        rows.set_meta(MODEL, encoder.fingerprint)
        rows.set_meta(CHANGED, "made")
    items = list(hashes.items())
    for at in range(0, len(items), BATCH):
        rows.vectors.add(encoder.fingerprint, items[at : at + BATCH])
    rows.set_meta(VECTORS, vectors.build(1, iter(items), lambda _: None))
    rows.close()


def _page(number: int, page: Sequence[Made], hashes: dict[str, Floats]) -> NewDocument:
    text, passages = "", []
    for made in page:
        start, key = len(text), text_hash(made.text)
        text += made.text + "\n\n"
        hashes[key] = made.vector
        entry = Entry(" ".join(get_tokens(" ".join(made.path))), " ".join(get_tokens(made.text)), key)
        end = start + len(made.text)
        passages.append(NewPassage(made.path, start, end, start, end, "", (entry,)))
    return NewDocument("/made", f"{number}.md", str(number), text, f"Page {number}", Card(), tuple(passages))


def build_theirs(folder: Path, passages: Iterator[Made]) -> None:
    """A collection with the same texts and vectors."""
    import chromadb

    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection("passages", embedding_function=None)
    batch: list[Made] = []

    def write() -> None:
        start = collection.count()
        collection.add(
            ids=[str(start + i) for i in range(len(batch))],
            documents=[made.text for made in batch],
            embeddings=[made.vector.tolist() for made in batch],
            metadatas=[{"section": " > ".join(made.path)} for made in batch],
        )

    for made in passages:
        batch.append(made)
        if len(batch) == BATCH:
            write()
            batch = []
    if batch:
        write()


def open_ours(home: Path) -> tuple[Callable[[str], Any], Callable[[str], Any]]:
    """Search, and the whole way to an answer."""
    knowledge = KnowledgeBase.open(KnowledgeSettings(home=home, embeddings=BUILT_IN), lambda: NOW)
    return lambda question: knowledge.search(question, 5), knowledge.ask


def open_theirs(folder: Path) -> tuple[Callable[[str], Any], None]:
    """Search as Chroma comes."""
    import chromadb

    function = get_default_function(folder / "model")
    collection = chromadb.PersistentClient(str(folder / "chroma")).get_collection(
        "passages", embedding_function=function
    )
    return lambda question: collection.query(query_texts=[question], n_results=5), None


def ask_in_child(side: str, folder: Path) -> dict[str, float]:
    """One side asked in a process of its own: milliseconds, seconds and megabytes by name."""
    began = time.time()
    command = [sys.executable, __file__, "--child", side, "--home", str(folder), "--began", str(began)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def be_child(side: str, folder: Path, began: float) -> None:
    """Ask, and print what it took."""
    find, ask = open_ours(folder) if side == "ours" else open_theirs(folder)
    find(QUESTIONS[0])
    figures = {"cold": time.time() - began}
    for name, function in (("search", find), ("ask", ask)):
        if function is None:
            continue
        taken = []
        for _ in range(ROUNDS):
            for question in QUESTIONS:
                start = time.perf_counter()
                function(question)
                taken.append(1000 * (time.perf_counter() - start))
        figures |= {name: statistics.median(taken), f"{name} 95": float(np.percentile(taken, 95))}
        # After search, before anything else is loaded.
        figures.setdefault("memory", _resident())
    print(json.dumps(figures))


def _resident() -> float:
    """Megabytes of this process that are in memory now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--data", type=Path, default=DATA if DATA.is_dir() else DEMO)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        be_child(options.child, options.home, options.began)
        return 0
    encoder = get_encoder(BUILT_IN)
    if encoder is None:
        print("The built-in embedding model is not installed (make install).", file=sys.stderr)
        return 1
    real = get_real(options.data, encoder)
    print(f"{len(real)} real passages make the others; {os.cpu_count()} cores")
    print("ours / Chroma's default path: median (95 %) in ms, cold start in s, memory in MB")
    for size in (int(one) for one in options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as scratch:
            ours, theirs = Path(scratch) / "ours", Path(scratch) / "theirs"
            build_ours(ours, make_passages(real, size), encoder)
            build_theirs(theirs / "chroma", make_passages(real, size))
            one = ask_in_child("ours", ours)
            other = ask_in_child("theirs", theirs)
        print(
            f"{size:>7,} passages: search {one['search']:.1f} ({one['search 95']:.1f}) / {other['search']:.1f} "
            f"({other['search 95']:.1f}), {other['search'] / one['search']:.1f} times; a whole answer {one['ask']:.0f} "
            f"({one['ask 95']:.0f}); cold {one['cold']:.1f} / {other['cold']:.1f}; "
            f"memory {one['memory']:.0f} / {other['memory']:.0f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
