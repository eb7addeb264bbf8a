"""What a loader gives back."""

from dataclasses import dataclass


class Unreadable(Exception):
    """A file that cannot become text; ``reason`` is a clause for the report, such as "it is not UTF-8 text"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Loaded:
    """The text of a file, and whether it is Markdown.

    Of Markdown and plain text it is exactly what stands in the file, so offsets of passages count characters of the
    file, with the byte order mark and carriage returns it may have. Other formats are converted to Markdown, and
    offsets count characters of that.
    """

    text: str
    is_markdown: bool
