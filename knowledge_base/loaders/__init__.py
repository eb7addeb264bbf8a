"""Files to text. Markdown and plain text are read as they are; everything else is converted to Markdown."""

from pathlib import Path, PurePosixPath
from types import TracebackType

from knowledge_base.loaders.converter import CONVERTED, Converter
from knowledge_base.loaders.folder import ARCHIVE, FoundFile, list_files, list_members
from knowledge_base.loaders.loaded import Loaded, Unreadable
from knowledge_base.loaders.plain import PLAIN
from knowledge_base.loaders.plain import load as load_plain

FORMATS = "Markdown, text, HTML, PDF, Word, PowerPoint, Excel, CSV and zip archives of them"
_MOST_PLAIN = 20_000_000
_MOST_CONVERTED = 60_000_000


class Loaders:
    """Reads files of every format that is known. A context: the process that converts lives as long as it is open."""

    def __init__(self) -> None:
        self._converter = Converter()

    def __enter__(self) -> "Loaders":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._converter.close()

    @staticmethod
    def reads(suffix: str) -> bool:
        """Whether files that end so are read."""
        return suffix in PLAIN or suffix in CONVERTED

    def check_size(self, suffix: str, size: int) -> None:
        """Raises Unreadable for a file that is too large to be a document."""
        most = _MOST_PLAIN if suffix in PLAIN else _MOST_CONVERTED
        if size > most:
            raise Unreadable(f"it has {size // 1_000_000} MB; at most {most // 1_000_000} MB are read")

    def load(self, name: str, data: bytes) -> Loaded:
        """The text of a file of that name; raises Unreadable."""
        if not data:
            raise Unreadable("it is empty")
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in PLAIN:
            return load_plain(Path(name), data)
        return self._converter.convert(suffix, data)


__all__ = ["ARCHIVE", "FORMATS", "FoundFile", "Loaded", "Loaders", "Unreadable", "list_files", "list_members"]
