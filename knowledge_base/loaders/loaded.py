"""What a loader gives back."""

from dataclasses import dataclass


class Unreadable(Exception):
    """A file that cannot become text; ``reason`` is a clause for the report, such as "it is not UTF-8 text"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Loaded:
    """The text of a file exactly as it stands in it, and whether it is Markdown.

    Offsets of passages count characters of ``text``, with the byte order mark and carriage returns it may have.
    """

    text: str
    is_markdown: bool
