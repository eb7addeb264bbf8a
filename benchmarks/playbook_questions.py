"""How well search finds the answers to questions that nobody here wrote.

    python benchmarks/playbook_questions.py [--data FOLDER] [--home FOLDER] [--no-naive] [--sweep]

On ``../shared/data/playbook``: hit@1, hit@5 and MRR@10 for words alone, meaning alone, both, all else added,
beside plain BM25 over heading chunks and a naive LangChain pipeline (recursive splitter 1000/200, cosine over the same
embedding). A passage counts when it overlaps the section that answers, or lies in a file listed as "also_ok".

The documents with questions are dealt into two halves of as many questions. Weights were chosen on the half "tune"
only; "report" is what to believe.
The confidence of answers is measured by ``benchmarks/answers.py``.
"""

import argparse
import hashlib
import importlib.util
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.embeddings import Encoder, get_encoder
from knowledge_base.rows import Rows
from knowledge_base.search import Search, Weights
from knowledge_base.settings import BUILT_IN
from knowledge_base.vectors import VectorIndex

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "playbook"
DEMO = Path(__file__).resolve().parents[1] / "knowledge_base" / "demo"
DEPTH = 10
NOW = datetime(2026, 11, 1, tzinfo=UTC)

# Asked of every knowledge base here and answered by none: other subjects, other companies, small talk.
ELSEWHERE = (
    "Who won the football world cup in 1998?",
    "How do I bake sourdough bread at home?",
    "What is the boiling point of nitrogen?",
    "How many moons does Jupiter have?",
    "What is the capital of Mongolia?",
    "Which antibiotic treats strep throat?",
    "How do I change the oil in a Honda Civic?",
    "When did the Berlin wall come down?",
    "What is the plot of Romeo and Juliet?",
    "How do I train for a marathon in twelve weeks?",
    "What is the vacation policy at Volkswagen?",
    "How does Salesforce pay its account executives?",
    "What discount does Oracle give on database licences?",
    "Who is the chief executive of Toyota?",
    "What does a Boeing 737 cost?",
    "How do I apply for a mortgage in Germany?",
    "What are the symptoms of measles?",
    "Tell me a joke about penguins",
    "What is the weather in Lisbon tomorrow?",
    "How do I solve a quadratic equation?",
)


@dataclass(frozen=True)
class GoldQuestion:
    """One question with where its answer stands."""

    text: str
    file: str
    start: int
    end: int
    also_ok: frozenset[str]
    half: str

    def is_found_by(self, file: str, start: int, end: int) -> bool:
        """The rule of the data's README."""
        return file in self.also_ok or (file == self.file and start < self.end and self.start < end)


@dataclass(frozen=True)
class Span:
    """A passage as a result: file and characters."""

    file: str
    start: int
    end: int


Finder = Callable[[str], Sequence[Span]]


def get_questions(folder: Path) -> list[GoldQuestion]:
    """The questions of the data set, their files dealt into two halves with as many questions each."""
    lines = (folder / "dev_questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    counts = Counter(row["file"] for row in rows)
    halves: dict[str, str] = {}
    sizes = {"tune": 0, "report": 0}
    for file in sorted(counts, key=lambda file: (-counts[file], hashlib.sha256(file.encode()).digest())):
        halves[file] = min(sizes, key=lambda half: sizes[half])
        sizes[halves[file]] += counts[file]
    return [
        GoldQuestion(r["question"], r["file"], r["start"], r["end"], frozenset(r["also_ok"]), halves[r["file"]])
        for r in rows
    ]


def get_measures(questions: Sequence[GoldQuestion], find: Finder) -> dict[str, tuple[float, float, float, int]]:
    """hit@1, hit@5, MRR@10 and the number of questions, for each half and all."""
    ranks: dict[str, list[int]] = {"tune": [], "report": [], "all": []}
    for question in questions:
        spans = find(question.text)[:DEPTH]
        rank = next((i for i, s in enumerate(spans, 1) if question.is_found_by(s.file, s.start, s.end)), 0)
        ranks[question.half].append(rank)
        ranks["all"].append(rank)
    return {half: _measures(values) for half, values in ranks.items()}


def _measures(ranks: Sequence[int]) -> tuple[float, float, float, int]:
    n = max(1, len(ranks))
    first = sum(rank == 1 for rank in ranks) / n
    five = sum(1 <= rank <= 5 for rank in ranks) / n
    return first, five, sum(1 / rank for rank in ranks if rank) / n, len(ranks)


def print_row(name: str, measures: dict[str, tuple[float, float, float, int]]) -> None:
    """One line of the table."""
    cells = ["{:.3f} {:.3f} {:.3f}".format(*measures[half][:3]) for half in ("tune", "report", "all")]
    print(f"{name:<44} " + "   ".join(cells), flush=True)


class Remembering(Encoder):
    """An encoder that embeds each question once."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder.fingerprint, lambda: encoder.embeddings, english_only=encoder.english_only)
        self._known: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}

    def encode_query(self, text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """As the encoder does, from memory the second time."""
        if text not in self._known:
            self._known[text] = super().encode_query(text)
        return self._known[text]


def get_finder(rows: Rows, vectors: VectorIndex, encoder: Encoder | None, weights: Weights) -> Finder:
    """Search with these weights."""
    search = Search(rows, vectors, encoder, weights)

    def find(text: str) -> list[Span]:
        hits = search.find(search.ask(text), DEPTH)
        return [Span(h.passage.file, h.passage.start, h.passage.end) for h in hits]

    return find


def get_plain_bm25(knowledge: KnowledgeBase) -> Finder:
    """The floor: textbook BM25 (k1 1.2, b 0.75) over the sections between headings, lower-cased words, no stemming."""
    sections = [(d.file, s) for d in knowledge.documents() for s in knowledge.sections(d.id)]
    words = [Counter(_plain_words(s.text)) for _, s in sections]
    lengths = [sum(count.values()) for count in words]
    mean = sum(lengths) / len(lengths)
    holders: dict[str, list[int]] = {}
    for i, count in enumerate(words):
        for word in count:
            holders.setdefault(word, []).append(i)

    def find(text: str) -> list[Span]:
        scores: Counter[int] = Counter()
        for word in set(_plain_words(text)):
            held = holders.get(word, [])
            idf = math.log(1 + (len(words) - len(held) + 0.5) / (len(held) + 0.5))
            for i in held:
                tf = words[i][word]
                scores[i] += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[i] / mean))  # type: ignore[assignment]
        best = [sections[i] for i, _ in scores.most_common(DEPTH)]
        return [Span(file, section.start, section.end) for file, section in best]

    return find


def _plain_words(text: str) -> list[str]:
    return [word for word in "".join(c.lower() if c.isalnum() else " " for c in text).split() if word]


def get_naive(folder: Path, encoder: Encoder) -> Finder:
    """What a tutorial builds: RecursiveCharacterTextSplitter(1000, 200) and cosine over the same embedding."""
    splitters = importlib.import_module("langchain_text_splitters")

    splitter = splitters.RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    spans, texts = [], []
    for path in sorted(folder.rglob("*.md")):
        source = path.read_bytes().decode("utf-8")
        for piece in splitter.create_documents([source]):
            start = piece.metadata["start_index"]
            spans.append(Span(path.relative_to(folder).as_posix(), start, start + len(piece.page_content)))
            texts.append(piece.page_content)
    matrix = encoder.encode(texts)

    def find(text: str) -> list[Span]:
        cosines = matrix @ encoder.encode_query(text)
        return [spans[i] for i in np.argsort(-cosines)[:DEPTH]]

    return find


def main() -> int:
    """Print the tables; 1 when the data is not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=Path, help="keep the index here between runs")
    parser.add_argument("--no-naive", action="store_true", help="without LangChain")
    parser.add_argument("--sweep", action="store_true", help="try other weights")
    options = parser.parse_args()
    pages = options.data / "pages"
    if not pages.is_dir():
        print(f"There is no {pages}; give the folder of the playbook data with --data.", file=sys.stderr)
        return 1
    questions = get_questions(options.data)
    plain = get_encoder(BUILT_IN)
    if plain is None:
        print("The built-in embedding model is not installed (make install).", file=sys.stderr)
        return 1
    encoder = Remembering(plain)
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch)
        settings = KnowledgeSettings(home=home, embeddings=BUILT_IN)
        with KnowledgeBase.open(settings, lambda: NOW) as knowledge:
            rows, vectors = Rows(settings.folder), VectorIndex(settings.folder / "index", None)
            began = time.perf_counter()
            report = knowledge.add([pages])
            passages = knowledge.status().passages
            print(f"{passages} passages, {report.embedded} embedded, in {time.perf_counter() - began:.1f} s")
            _compare(
                knowledge, rows, vectors, encoder, questions, pages, naive=not options.no_naive, sweep=options.sweep
            )
    return 0


def _compare(
    knowledge: KnowledgeBase,
    rows: Rows,
    vectors: VectorIndex,
    encoder: Encoder,
    questions: list[GoldQuestion],
    pages: Path,
    *,
    naive: bool,
    sweep: bool,
) -> None:
    counts = Counter(q.half for q in questions)
    sizes = (*sorted(counts.items(), reverse=True), ("all", len(questions)))
    head = "   ".join(f"{half + ' ' + str(n):<17}" for half, n in sizes)
    print(f"{'hit@1 hit@5 MRR@10':<44} {head}")
    print_row("plain BM25 over heading chunks", get_measures(questions, get_plain_bm25(knowledge)))
    if naive and importlib.util.find_spec("langchain_text_splitters") is None:
        print("naive LangChain: left out, it needs pip install --no-deps langchain-text-splitters")
    elif naive:
        print_row("naive LangChain: recursive 1000/200, cosine", get_measures(questions, get_naive(pages, encoder)))
    shipped = Weights()
    bare = replace(shipped, coverage=0.0, document=0.0)
    variants = {
        "words alone": (None, bare),
        "meaning alone": (encoder, replace(bare, dense=1.0, lexical=0.0)),
        "both": (encoder, bare),
        "both with everything (as shipped)": (encoder, shipped),
    }
    if sweep:
        for name, values in {
            "dense": (0.4, 0.5, 0.7),
            "coverage": (0.0, 0.05, 0.2, 0.3, 0.4),
            "document": (0.0, 0.1, 0.3, 0.5),
            "heading": (0.5, 1.0, 2.0, 3.0),
        }.items():
            for value in values:
                changes = {name: value, **({"lexical": 1 - value} if name == "dense" else {})}
                variants[f"{name}={value}"] = (encoder, replace(shipped, **changes))
    for name, (model, weights) in variants.items():
        print_row(name, get_measures(questions, get_finder(rows, vectors, model, weights)))


if __name__ == "__main__":
    sys.exit(main())
