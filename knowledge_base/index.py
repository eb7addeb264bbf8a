"""Writing the index: files to documents, documents to passages, passages to vectors, and one commit at the end.

Order of a write, and what a kill -9 leaves at each point:

1. the writer's lock is taken (the system frees it with the process);
2. files are read and cut; nothing is written;
3. texts that no earlier run has embedded are embedded, each batch committed to the cache: the next run goes on there;
4. a new version of the vector index is built beside the old one: a leftover that the next run removes;
5. rows, full text and the name of the new version are committed at once: before, the old state answers, after, the new.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from knowledge_base.cards import SIDECAR, read_front_matter, read_sidecar
from knowledge_base.chunking import Chunk, get_chunks, get_title
from knowledge_base.embeddings import Encoder
from knowledge_base.errors import ModelMismatch, NothingToAdd
from knowledge_base.lexical import get_tokens
from knowledge_base.loaders import ARCHIVE, FORMATS, FoundFile, Loaded, Loaders, Unreadable, list_files, list_members
from knowledge_base.rows import Entry, NewDocument, NewPassage, Rows
from knowledge_base.vectors import VectorIndex

# Part of the content hash: a change in how documents are cut or worded makes every document "changed".
_CUT = "3"
_EMBED_BATCH = 32

MODEL, VECTORS, PREVIOUS, NUMBER = "model", "vectors", "vectors_before", "number"
CHANGED = "changed"
LAST_ADD = "last_add"
_KEPT_REFUSALS = 200

Progress = Callable[[str, int, int], None]
"""Hears the step ("reading", "embedding", "indexing"), how much is done, and how much there is."""


@dataclass(frozen=True)
class Refused:
    """A file that was left out, or a part of it, and why, as a clause."""

    file: str
    reason: str


@dataclass(frozen=True)
class AddReport:
    """What ``add`` did, as file names relative to the folders that were added."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    noted: tuple[Refused, ...] = ()
    passages: int = 0
    embedded: int = 0


@dataclass
class _Plan:
    """What a write will change: files per source."""

    documents: list[NewDocument] = field(default_factory=list)
    drops: list[tuple[str, str]] = field(default_factory=list)
    sources: list[tuple[str, bool]] = field(default_factory=list)
    absorbed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    noted: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class _Target:
    """One path that was asked for: its source, and which names within the source it stands for."""

    root: Path
    is_folder: bool
    prefix: str
    files: tuple[FoundFile, ...]


class IndexWriter:
    """The one that writes. One at a time per installation, across processes."""

    def __init__(self, rows: Rows, vectors: VectorIndex, encoder: Encoder | None) -> None:
        self._rows = rows
        self._vectors = vectors
        self._encoder = encoder

    def add(self, paths: Sequence[Path], now: datetime, progress: Progress) -> AddReport:
        """Bring the sources up to date: new and changed files are indexed, those that are gone are dropped.

        Raises NothingToAdd, IndexBusy, ModelMismatch, EmbeddingsUnusable. Nothing is changed then.
        """
        with self._rows.owning(now):
            made_by = self._rows.get_meta(MODEL)
            if self._encoder and made_by not in (None, "", self._encoder.fingerprint):
                raise ModelMismatch(mismatch(str(made_by), self._encoder.fingerprint))
            plan = _Plan()
            with Loaders() as loaders:
                for target in [self._target(path, plan) for path in paths]:
                    self._read(target, plan, loaders, progress)
            replaced = {(d.root, d.file) for d in plan.documents} & set(plan.drops)
            plan.removed = [file for root, file in plan.drops if (root, file) not in replaced]
            embedded = self._write(plan, now, progress)
            refused = [[one.file, one.reason] for one in plan.refused[:_KEPT_REFUSALS]]
            self._rows.set_meta(LAST_ADD, json.dumps([now.isoformat(timespec="seconds"), refused], ensure_ascii=False))
        return AddReport(
            added=tuple(plan.added),
            changed=tuple(plan.changed),
            unchanged=tuple(plan.unchanged),
            removed=tuple(plan.removed),
            refused=tuple(plan.refused),
            noted=tuple(plan.noted),
            passages=sum(len(document.passages) for document in plan.documents),
            embedded=embedded,
        )

    def rebuild(self, now: datetime, progress: Progress) -> int:
        """Make the vector index anew from the rows with the model configured now; the sources are not needed.

        Returns how many texts had to be embedded.
        """
        with self._rows.owning(now):
            return self._write(_Plan(), now, progress, anew=True)

    # --- reading

    def _target(self, path: Path, plan: _Plan) -> _Target:
        """Where a path belongs: to a folder that was added before, or a new source that takes in those below it."""
        try:
            path = path.resolve(strict=True)
        except OSError:
            raise NothingToAdd(f"There is no file or folder {path}. Nothing was added.") from None
        is_folder = path.is_dir()
        for root, root_is_folder in [*self._rows.list_sources(), *plan.sources]:
            if root_is_folder and path != Path(root) and path.is_relative_to(root):
                prefix = path.relative_to(root).as_posix()
                files = list_files(path) if is_folder else [FoundFile(path, path.name)]
                found = (FoundFile(f.path, f.path.relative_to(root).as_posix()) for f in files)
                return _Target(Path(root), True, prefix, _unpacked(found, plan))
        if is_folder:
            plan.absorbed += [
                r for r, _ in self._rows.list_sources() if r != str(path) and Path(r).is_relative_to(path)
            ]
        plan.sources.append((str(path), is_folder))
        listed = list_files(path) if is_folder else [FoundFile(path, path.name)]
        return _Target(path, is_folder, "", _unpacked(listed, plan))

    def _read(self, target: _Target, plan: _Plan, loaders: Loaders, progress: Progress) -> None:
        root = str(target.root)
        known = self._rows.get_hashes(root)
        if target.prefix:
            inside = target.prefix + "/"
            known = {file: h for file, h in known.items() if file == target.prefix or file.startswith(inside)}
        seen = {(document.root, document.file) for document in plan.documents}
        done = set()
        for at, found in enumerate(target.files):
            progress("reading", at, len(target.files))
            if not loaders.reads(found.suffix):
                if found.member or (target.is_folder and found.name != target.prefix):
                    continue
                plan.refused.append(
                    Refused(found.name, f"its format ({found.suffix or 'no ending'}) is not read; {FORMATS} are")
                )
                continue
            if (root, found.name) in seen:
                continue
            try:
                loaders.check_size(found.suffix, found.size())
                data = found.read()
                beside = _sidecar(found)
                content_hash = hashlib.sha256(_CUT.encode() + data + beside).hexdigest()
                if known.get(found.name) == content_hash:
                    plan.unchanged.append(found.name)
                    done.add(found.name)
                    continue
                document, problems = _document(root, found, loaders.load(found.name, data), content_hash, beside)
            except Unreadable as error:
                plan.refused.append(Refused(found.name, error.reason))
                continue
            except OSError as error:
                plan.refused.append(Refused(found.name, f"it cannot be opened ({error.strerror})"))
                continue
            plan.noted += [Refused(found.name, problem) for problem in problems]
            if found.name in known:
                plan.changed.append(found.name)
                plan.drops.append((root, found.name))
            else:
                plan.added.append(found.name)
            done.add(found.name)
            plan.documents.append(document)
        progress("reading", len(target.files), len(target.files))
        plan.drops += [(root, file) for file in known if file not in done]

    # --- writing

    def _write(self, plan: _Plan, now: datetime, progress: Progress, *, anew: bool = False) -> int:
        rows = self._rows
        dropped = set(plan.drops)
        if plan.absorbed:
            dropped |= {(root, file) for root in plan.absorbed for file in rows.get_hashes(root)}
        nothing_new = not plan.documents and not dropped and not anew
        model = self._encoder.fingerprint if self._encoder else ""
        name, embedded = rows.get_meta(VECTORS) or "", 0
        if self._encoder and (not nothing_new or not name):
            wanted = dict(self._texts(plan))
            embedded = self._embed(self._encoder, wanted, progress)
            name = self._build(model, list(wanted), progress)
        elif not self._encoder and not nothing_new:
            name, model = "", ""
        previous = rows.get_meta(VECTORS) or ""
        with rows.writing():
            rows.drop_documents(sorted(dropped))
            for root in plan.absorbed:
                rows.drop_source(root)
            for root, is_folder in plan.sources:
                rows.add_source(root, is_folder=is_folder)
            rows.add_documents(plan.documents, now.isoformat(timespec="seconds"))
            if dropped or plan.documents:
                rows.set_meta(CHANGED, f"{now.isoformat()} {rows.get_meta(NUMBER)}")
                rows.set_superseded(_superseded(rows))
                rows.vectors.drop_unused()
            if name != previous or rows.get_meta(MODEL) is None:
                rows.set_meta(VECTORS, name)
                rows.set_meta(PREVIOUS, previous)
                rows.set_meta(MODEL, model)
        if dropped or plan.documents:
            rows.settle()
        # Readers that opened the version before may still be reading it, so it goes only with the next write.
        self._vectors.drop_others({name, previous})
        return embedded

    def _texts(self, plan: _Plan) -> Iterator[tuple[str, str]]:
        """Hash and text of everything that may be in the index after the write; a few that go with it do no harm."""
        for text_hash, path, context, text, question in self._rows.list_entry_texts():
            yield text_hash, question if question is not None else embedded_text(path, context, text)
        for document in plan.documents:
            for passage in document.passages:
                text = document.text[passage.start : passage.end]
                for entry in passage.entries:
                    plain = entry.question
                    yield (
                        entry.text_hash,
                        plain if plain is not None else embedded_text(passage.path, passage.context, text),
                    )

    def _embed(self, encoder: Encoder, wanted: dict[str, str], progress: Progress) -> int:
        cached = self._rows.vectors.list_hashes(encoder.fingerprint)
        # Texts of like length together: a batch is as long as its longest.
        missing = sorted((h for h in wanted if h not in cached), key=lambda h: len(wanted[h]))
        for at in range(0, len(missing), _EMBED_BATCH):
            progress("embedding", at, len(missing))
            part = missing[at : at + _EMBED_BATCH]
            vectors = encoder.encode([wanted[text_hash] for text_hash in part])
            self._rows.vectors.add(encoder.fingerprint, zip(part, vectors, strict=True))
        progress("embedding", len(missing), len(missing))
        return len(missing)

    def _build(self, model: str, hashes: list[str], progress: Progress) -> str:
        number = int(self._rows.get_meta(NUMBER) or 0) + 1
        self._rows.set_meta(NUMBER, str(number))

        def vectors() -> Iterator[tuple[str, object]]:
            for at in range(0, len(hashes), 1000):
                yield from self._rows.vectors.get(model, hashes[at : at + 1000]).items()

        return self._vectors.build(number, vectors(), lambda done: progress("indexing", done, len(hashes)))  # type: ignore[arg-type]


def mismatch(made_by: str, configured: str) -> str:
    """The sentence for an index that another model made."""
    return (
        f"The index was made by the embedding model {made_by}, but {configured} is configured. "
        "Make it anew with: python -m knowledge_base rebuild (or set PLAYMAKER_EMBEDDINGS back)."
    )


def embedded_text(path: tuple[str, ...], context: str, text: str) -> str:
    """What is embedded and indexed for a passage: where it stands, then what it says."""
    return "\n".join(part for part in (" > ".join(path), context, text) if part)


def _unpacked(files: Iterable[FoundFile], plan: _Plan) -> tuple[FoundFile, ...]:
    """The files with those of the archives in place of the archives."""
    listed: list[FoundFile] = []
    for found in files:
        if found.suffix != ARCHIVE:
            listed.append(found)
            continue
        try:
            listed += list_members(found)
        except Unreadable as error:
            plan.refused.append(Refused(found.name, error.reason))
        except OSError as error:
            plan.refused.append(Refused(found.name, f"it cannot be opened ({error.strerror})"))
    return tuple(listed)


def _sidecar(found: FoundFile) -> bytes:
    """What stands beside a file in place of front matter; nothing for a member of an archive."""
    beside = found.path.with_name(found.path.name + SIDECAR)
    return b"" if found.member or not beside.is_file() else beside.read_bytes()


def _document(
    root: str, found: FoundFile, loaded: Loaded, content_hash: str, beside: bytes
) -> tuple[NewDocument, tuple[str, ...]]:
    text = loaded.text
    front = read_front_matter(text)
    body_start = front.body_start
    front = read_sidecar(beside.decode("utf-8", "replace")) if beside else front
    card = front.card
    title = card.title or (get_title(text, body_start) if loaded.is_markdown else "") or _title_of(found.name)
    chunks = get_chunks(text, body_start=body_start, title=title, markdown=loaded.is_markdown)
    if not chunks:
        raise Unreadable("it has no text besides headings")
    passages = []
    for at, chunk in enumerate(chunks):
        entries = [_entry(chunk, text)]
        if at == 0:
            # Title and question forms lead to the beginning of the card, where the short answer stands.
            forms = dict.fromkeys([*([card.title] if card.title else []), *card.questions])
            entries += [_question_entry(title, form) for form in forms]
        c = chunk
        passages.append(NewPassage(c.path, c.start, c.end, c.section_start, c.section_end, c.context, tuple(entries)))
    return NewDocument(root, found.name, content_hash, text, title, card, tuple(passages)), front.problems


def _entry(chunk: Chunk, text: str) -> Entry:
    body = text[chunk.start : chunk.end]
    return Entry(
        " ".join(get_tokens(" ".join(chunk.path))),
        " ".join(get_tokens(f"{chunk.context} {body}")),
        text_hash(embedded_text(chunk.path, chunk.context, body)),
    )


def _question_entry(title: str, question: str) -> Entry:
    return Entry(" ".join(get_tokens(title)), " ".join(get_tokens(question)), text_hash(question), question)


def text_hash(text: str) -> str:
    """What a text is cached and found by."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _title_of(name: str) -> str:
    """A title from the file's name; an index file is called by its folder."""
    path = Path(name)
    stem = path.parent.name if path.stem.lower() in {"index", "readme"} and path.parent.name else path.stem
    return stem.replace("-", " ").replace("_", " ").strip()[:120]


def _superseded(rows: Rows) -> dict[int, str]:
    """Documents that another one replaces: named by its file, its file's name, or its title."""
    documents = rows.list_documents()
    names: dict[str, set[int]] = {}
    for document_id, file, title, _, _, _ in documents:
        path = Path(file)
        for name in {file, path.name, path.stem, title, file.removesuffix(path.suffix)}:
            names.setdefault(name.casefold(), set()).add(document_id)
    gone = {}
    for document_id, file, _, card, _, _ in documents:
        for name in card.supersedes:
            for other in names.get(name.strip().casefold(), set()) - {document_id}:
                gone[other] = file
    return gone
