"""Cards that were written and files that were dropped in the chat: a folder of ours, indexed like any other.

Files wait in ``uploads`` until somebody says what they are; then they stand in ``playbook``, the card beside those
whose format has no front matter. Which of the files in there are ours is kept with them, so that what an
administrator puts there by hand stays.
"""

import json
import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from knowledge_base.cards import SIDECAR, Card, read_front_matter

if TYPE_CHECKING:
    from knowledge_base.base import KnowledgeBase

_OURS = ".written.json"
_UNSAFE = re.compile(r"[^\w.-]+")
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".txt", ".text"})
MOST_NAME = 120
"""Bytes of a file name, without what is added to it."""


@dataclass(frozen=True)
class Wanted:
    """A file that shall stand in the playbook: its content, or the name under which an upload was kept."""

    file: str
    version: int
    content: str = ""
    upload: str = ""
    card: Mapping[str, Any] | None = None
    """What the card says of itself; None where the content has it as its front matter."""


@dataclass(frozen=True)
class Published:
    """What became of a file: how many sections of it can be found, or why it was left out, as a clause."""

    sections: int = 0
    refused: str = ""


class Playbook:
    """The folder ``home/playbook`` and what waits to go there. One process writes it: the one that owns the index."""

    def __init__(self, home: Path, knowledge: "KnowledgeBase") -> None:
        self.folder = home / "playbook"
        self._uploads = home / "uploads"
        self._knowledge = knowledge

    def keep(self, name: str, data: bytes) -> str:
        """Keep a file until it is said what it is; returns the name under which it is kept."""
        kept = f"{secrets.token_hex(8)}-{file_name(name)}"
        self._uploads.mkdir(parents=True, exist_ok=True)
        _write(self._uploads / kept, data)
        return kept

    def drop(self, upload: str) -> None:
        """Forget a file that was kept."""
        self._upload(upload).unlink(missing_ok=True)

    def list_written(self) -> dict[str, int]:
        """Our files in the playbook, each with the version that stands there."""
        try:
            held = json.loads((self.folder / _OURS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(file): int(version) for file, version in held.items()}

    def publish(self, wanted: Collection[Wanted], gone: Collection[str] = ()) -> dict[str, Published]:
        """Write these files, remove those that are gone, and index the folder; says what became of each file.

        Raises what ``KnowledgeBase.add`` raises; the files are written by then, and the next time does the rest. It is
        done again until ``mark_written`` says that it is known.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        missing = {}
        for one in wanted:
            if not self._put(one):
                missing[one.file] = Published(refused="the file is no longer here; drop it again")
        for file in gone:
            (self.folder / file).unlink(missing_ok=True)
            (self.folder / f"{file}{SIDECAR}").unlink(missing_ok=True)
        report = self._knowledge.add([self.folder])
        refused = {one.file: one.reason for one in report.refused}
        for one in wanted:
            if one.file in refused and one.upload and self._knowledge.card(one.file) is None:
                # It would be read again in vain with every file that comes after it.
                (self.folder / one.file).unlink(missing_ok=True)
                (self.folder / f"{one.file}{SIDECAR}").unlink(missing_ok=True)
        return missing | {
            one.file: Published(refused=refused[one.file]) if one.file in refused else Published(self._sections(one))
            for one in wanted
            if one.file not in missing
        }

    def mark_written(self, wanted: Collection[Wanted], gone: Collection[str] = ()) -> None:
        """These files stand there (or cannot be had), those are gone."""
        ours = {file: version for file, version in self.list_written().items() if file not in gone}
        ours |= {one.file: one.version for one in wanted}
        _write(self.folder / _OURS, json.dumps(ours, ensure_ascii=False, indent=1).encode())

    def _put(self, one: Wanted) -> bool:
        path = self.folder / one.file
        card = dict(one.card or {})
        if one.content:
            _write(path, one.content.encode("utf-8"))
        elif one.upload:
            kept = self._upload(one.upload)
            if not kept.is_file():
                return path.is_file()
            data = kept.read_bytes()
            if path.suffix.lower() in _MARKDOWN:
                own = read_front_matter(data[:100_000].decode("utf-8", "replace")).card
                # What it takes the place of is for those to say who may change that card.
                card = replace(own, supersedes=()).to_json() | card
            _write(path, data)
        if card:
            _write(self.folder / f"{one.file}{SIDECAR}", front_matter(Card.from_json(card)).encode("utf-8"))
        return True

    def _sections(self, one: Wanted) -> int:
        document = self._knowledge.card(one.file)
        return len(self._knowledge.sections(document.id)) if document else 0

    def _upload(self, name: str) -> Path:
        return self._uploads / Path(name).name


def front_matter(card: Card) -> str:
    """The card as YAML, to stand between the fences of a document or beside it."""
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in card.to_json().items()}
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False)


def file_name(words: str) -> str:
    """A safe name for a file: letters of any script, digits, dots and dashes; the ending is kept."""
    stem, dot, ending = words.strip().rpartition(".")
    if not dot or len(ending) > 8:
        stem, ending = words.strip(), ""
    plain = _UNSAFE.sub("-", stem).lower().encode()[:MOST_NAME].decode(errors="ignore").strip("-._") or "card"
    return f"{plain}.{_UNSAFE.sub('', ending).lower()}" if ending else plain


def _write(path: Path, data: bytes) -> None:
    """The whole file or none of it, whenever the process ends. A name that begins with a dot is not indexed."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
