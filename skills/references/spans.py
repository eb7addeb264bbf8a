"""Pieces of a text: where they stand, and how several finds that overlap are settled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2019: 0x27, 0x2212: 0x2D}

BEFORE = r"(?<![A-Za-z0-9])"
AFTER = r"(?![A-Za-z0-9])"
"""Word limits. `\\b` would not do: between 在 and Q3 it sees none, since both count as letters."""


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a text."""

    start: int
    end: int
    words: str

    def overlaps(self, other: "Placed") -> bool:
        return self.start < other.end and other.start < self.end


class Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


P = TypeVar("P", bound=Placed)


def half_width(text: str) -> str:
    """The text with full-width letters, digits and signs (１２．５％) as the usual ones; every position stays."""
    return text.translate(FULL_WIDTH)


def word_pattern(expression: str) -> re.Pattern[str]:
    """The expression as whole words, whatever the case."""
    return re.compile(f"{BEFORE}(?:{expression}){AFTER}", re.IGNORECASE)


def longest_first(found: Iterable[P]) -> tuple[P, ...]:
    """Those finds that remain when a longer one takes the place of the shorter ones it touches; in text order."""
    kept: list[P] = []
    for item in sorted(found, key=lambda item: (item.start - item.end, item.start)):
        if all(item.end <= other.start or other.end <= item.start for other in kept):
            kept.append(item)
    return tuple(sorted(kept, key=lambda item: item.start))
