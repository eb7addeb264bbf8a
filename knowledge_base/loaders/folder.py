"""Which files a path stands for: a file, all files of a folder, all files in a zip archive."""

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from knowledge_base.loaders.loaded import Unreadable

ARCHIVE = ".zip"
_MOST_FILES = 10_000
_MOST_BYTES = 500_000_000
_MOST_SQUEEZED = 200
"""An archive that claims to have been squeezed by more than this is made to fill the disk, not to be read."""


@dataclass(frozen=True)
class FoundFile:
    """One file: where it is, and its name relative to the folder it was found from, with forward slashes.

    ``member`` is its name within the archive ``path``, when it is in one.
    """

    path: Path
    name: str
    member: str = ""

    @property
    def suffix(self) -> str:
        """The ending that tells its format, in lower case."""
        return PurePosixPath(self.member or self.path.name).suffix.lower()

    def size(self) -> int:
        """How many bytes it has. Raises OSError, Unreadable."""
        if not self.member:
            return self.path.stat().st_size
        with _opened(self.path) as archive:
            return archive.getinfo(self.member).file_size

    def read(self) -> bytes:
        """Its bytes. Raises OSError, Unreadable."""
        if not self.member:
            return self.path.read_bytes()
        with _opened(self.path) as archive:
            try:
                return archive.read(self.member)
            except RuntimeError:
                raise Unreadable("it is protected by a password; save it without one") from None
            except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError):
                raise Unreadable("it is damaged") from None


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


def list_members(found: FoundFile) -> list[FoundFile]:
    """The files in an archive in a stable order; hidden ones are skipped. An archive in an archive stays closed.

    Raises Unreadable for one that is damaged, or so large that opening it would fill the machine.
    """
    with _opened(found.path) as archive:
        members = [each for each in archive.infolist() if not each.is_dir() and _is_shown(each.filename)]
    size, squeezed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if len(members) > _MOST_FILES:
        raise Unreadable(f"it holds {len(members):,} files; at most {_MOST_FILES:,} are read from one archive")
    if size > _MOST_BYTES or size > _MOST_SQUEEZED * max(squeezed, 1):
        raise Unreadable(f"it would unpack to {max(size // 1_000_000, 1):,} MB; unpack it yourself and add the folder")
    listed = (FoundFile(found.path, f"{found.name}/{each.filename}", each.filename) for each in members)
    return sorted(listed, key=lambda member: member.name)


def _is_shown(name: str) -> bool:
    """Whether it may be read: no hidden file, and no name that points out of the archive."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not any(part.startswith(".") or part in ("__MACOSX", "/", "..") for part in parts)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, EOFError):
        raise Unreadable("it is no zip archive, or a damaged one") from None
