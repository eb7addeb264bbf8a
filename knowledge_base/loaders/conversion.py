"""The process that converts files to Markdown: one request after another on its standard input.

A request is a line of JSON (``suffix``, ``size``) and as many bytes; the answer is a line with ``text`` or ``reason``.
"""

import io
import json
import os
import re
import resource
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from knowledge_base.loaders.loaded import Unreadable
from knowledge_base.loaders.tables import load_csv, load_workbook

_MEMORY = 3_000_000_000
_MOST_UNPACKED = 500_000_000
_SLIDE = re.compile(r"<!-- Slide number: (?P<number>\d+) -->\s*(?:# *(?P<title>[^\n]*)\n)?")
_PICTURE = re.compile(r"!\[(?P<alt>[^\]\n]*)\]\((?:data:[^)]*|[^)\s]*\.(?:jpe?g|png|gif|emf|wmf|svg|bmp|tiff?))\)")
_PAGE = re.compile(r"\f")


def main() -> None:
    """Serve until the input ends."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Whatever a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        answers.write(json.dumps(_answer(request["suffix"], data)).encode() + b"\n")
        answers.flush()


def _answer(suffix: str, data: bytes) -> dict[str, str]:
    try:
        if suffix in _PACKED:
            _check_unpacked(data)
        text = _CONVERSIONS[suffix](data)
    except Unreadable as error:
        return {"reason": error.reason}
    except MemoryError:
        return {"reason": "it is too large to be read"}
    except Exception as error:  # noqa: BLE001  (any of four parsers, on a file from anywhere: all of it means the same)
        return {"reason": _reason(error)}
    # Half a surrogate pair cannot be written down again.
    return {"text": text.encode("utf-8", "replace").decode()}


def _reason(error: Exception) -> str:
    names = {type(each).__name__ for each in (error, error.__cause__, error.__context__)} | {str(error)[:2000]}
    if any("Password" in name or "encrypted" in name for name in names):
        return "it is protected by a password; save it without one"
    return "it is damaged, or not what its ending says"


def _check_unpacked(data: bytes) -> None:
    """An Office file is a zip archive; one that unpacks to far more than it weighs is a trap."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile:
        raise Unreadable("it is damaged, or not what its ending says") from None
    if size > _MOST_UNPACKED:
        raise Unreadable(f"it would unpack to {size // 1_000_000:,} MB")


def _converted(suffix: str) -> Callable[[bytes], str]:
    def convert(data: bytes) -> str:
        from markitdown import MarkItDown, StreamInfo

        converter: Any = MarkItDown(enable_plugins=False)
        stream: BinaryIO = io.BytesIO(data)
        result = converter.convert_stream(stream, stream_info=StreamInfo(extension=suffix))
        text = _PICTURE.sub(lambda match: match["alt"], str(result.markdown))
        title = str(result.title or "").strip()
        if suffix in (".html", ".htm") and title and not re.search(r"^# ", text, re.MULTILINE):
            text = f"# {title}\n\n{text}"
        return text

    return convert


def _pdf(data: bytes) -> str:
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("it is damaged, or not what its ending says")
    text = _PAGE.sub("\n\n", _converted(".pdf")(data))
    if not text.strip():
        raise Unreadable("there is no text in it, only pictures (a scan?); run text recognition on it first")
    return text


def _slides(data: bytes) -> str:
    def heading(match: re.Match[str]) -> str:
        title = (match["title"] or "").strip()
        return f"## {match['number']} {title}".rstrip() + "\n"

    return _SLIDE.sub(heading, _converted(".pptx")(data))


_PACKED = frozenset({".docx", ".pptx", ".xlsx"})
_CONVERSIONS: dict[str, Callable[[bytes], str]] = {
    ".html": _converted(".html"),
    ".htm": _converted(".htm"),
    ".docx": _converted(".docx"),
    ".pptx": _slides,
    ".pdf": _pdf,
    ".xlsx": load_workbook,
    ".csv": load_csv,
    ".tsv": load_csv,
}

if __name__ == "__main__":
    main()
