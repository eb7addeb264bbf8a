"""Markdown and plain text: UTF-8, or UTF-16 when a byte order mark says so."""

import codecs
from pathlib import Path

from knowledge_base.loaders.loaded import Loaded, Unreadable

PLAIN = frozenset({".md", ".markdown", ".mdown", ".txt", ".text"})
_WITHOUT_MARKS = frozenset({".txt", ".text"})


def load(path: Path, data: bytes) -> Loaded:
    """The text of the file; raises Unreadable for binary data and for encodings that would have to be guessed."""
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not {encoding.upper()} text (byte {error.start + 1}); save it as UTF-8") from None
    if "\0" in text:
        raise Unreadable("it is a binary file, not text")
    if not text.strip("\ufeff \t\r\n"):
        raise Unreadable("it is empty")
    return Loaded(text, path.suffix.lower() not in _WITHOUT_MARKS)
