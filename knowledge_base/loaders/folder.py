"""Which files a path stands for."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FoundFile:
    """One file: where it is, and its name relative to the folder it was found from, with forward slashes."""

    path: Path
    name: str


def list_files(root: Path) -> Iterator[FoundFile]:
    """Every regular file below a folder in a stable order; hidden files and folders are skipped.

    Links are followed to files but not to folders, so a link to a folder above cannot go round for ever.
    """
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.is_file():
                yield FoundFile(path, path.relative_to(root).as_posix())
