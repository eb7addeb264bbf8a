"""Words that mean the same in one organisation: "dealer", "reseller" and "经销商" find each other's passages.

A small CSV table that people edit: one line for each meaning, its words and phrases side by side, in any language. They
count in the words of a question only, never in the embedding, so a change needs no new index.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.errors import UnusableSynonyms
from knowledge_base.lexical import get_tokens

SYNONYMS = "synonyms"
_MOST_LINES, _MOST_WORDS, _LONGEST = 2000, 20, 80

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Alternative:
    """Tokens of the question, and tokens that say the same elsewhere."""

    asked: frozenset[str]
    other: frozenset[str]


class Synonyms:
    """The table, made ready for questions."""

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self.lines = tuple(tuple(line) for line in lines)
        self._phrases = [[tuple(get_tokens(word)) for word in line] for line in self.lines]
        self._by_first: dict[str, list[tuple[Tokens, int]]] = {}
        for at, phrases in enumerate(self._phrases):
            for phrase in phrases:
                self._by_first.setdefault(phrase[0], []).append((phrase, at))

    def get_alternatives(self, tokens: Sequence[str]) -> tuple[Alternative, ...]:
        """What the question's words may be called elsewhere; of phrases that overlap the longest counts."""
        found: list[tuple[int, Tokens, int]] = []
        for at, token in enumerate(tokens):
            for phrase, line in self._by_first.get(token, ()):
                if tuple(tokens[at : at + len(phrase)]) == phrase:
                    found.append((at, phrase, line))
        taken: set[int] = set()
        alternatives = []
        for at, phrase, line in sorted(found, key=lambda one: (-len(one[1]), one[0])):
            places = set(range(at, at + len(phrase)))
            if places & taken:
                continue
            taken |= places
            others = (other for other in self._phrases[line] if other != phrase)
            alternatives += [Alternative(frozenset(phrase), frozenset(other)) for other in others]
        return tuple(dict.fromkeys(alternatives))


def get_with(tokens: frozenset[str] | set[str], alternatives: Sequence[Alternative]) -> set[str]:
    """The tokens of a text, with the question's own words for what it says in others."""
    both = set(tokens)
    for one in alternatives:
        if one.other <= tokens:
            both |= one.asked
    return both


def get_instead(tokens: set[str], alternatives: Sequence[Alternative]) -> set[str]:
    """The same with the question's words in place of the others."""
    both = set(tokens)
    for one in alternatives:
        if one.other <= tokens and not one.asked <= tokens:
            both = (both - one.other) | one.asked
    return both


def get_counts(counts: Mapping[str, int], alternatives: Sequence[Alternative]) -> dict[str, int]:
    """In how many entries a word of the question occurs under any of its names, about."""
    merged = dict(counts)
    for one in alternatives:
        most = min((counts.get(token, 0) for token in one.other), default=0)
        for token in one.asked:
            merged[token] = max(merged.get(token, 0), most)
    return merged


def read_synonyms(path: Path) -> Synonyms:
    """A table from a CSV file: comma, semicolon or tab; empty lines and lines that begin with # are skipped.

    Raises UnusableSynonyms naming the line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableSynonyms(f"{path} is not UTF-8 text; save it as UTF-8. Nothing was changed.") from None
    delimiter = max(",;\t", key=text.count)
    lines: list[tuple[str, ...]] = []
    seen: dict[Tokens, int] = {}
    reader = csv.reader(text.replace("\0", "").replace("，", ",").splitlines(), delimiter=delimiter)
    for number, row in enumerate(reader, 1):
        words = tuple(dict.fromkeys(" ".join(word.split()) for word in row if word.strip()))
        if not words or words[0].startswith("#"):
            continue
        if problem := _problem(words, number, seen):
            raise UnusableSynonyms(f"{path} line {number}: {problem}. Nothing was changed.")
        lines.append(words)
        if len(lines) > _MOST_LINES:
            raise UnusableSynonyms(f"{path} has more than {_MOST_LINES} lines. Nothing was changed.")
    return Synonyms(lines)


def _problem(words: Sequence[str], number: int, seen: dict[Tokens, int]) -> str:
    if len(words) < 2:
        return "it holds one word; give at least two that mean the same"
    if len(words) > _MOST_WORDS:
        return f"it holds more than {_MOST_WORDS} words"
    for word in words:
        tokens = tuple(get_tokens(word))
        if len(word) > _LONGEST:
            return f"{word[:30]!r}… is longer than {_LONGEST} characters"
        if not tokens:
            return f"{word!r} is a word that is left out of every question"
        if seen.setdefault(tokens, number) != number:
            return f"{word!r} stands in line {seen[tokens]} already; put what means the same in one line"
    return ""


def load(kept: str | None) -> Synonyms:
    """The table from its row."""
    return Synonyms(json.loads(kept) if kept else ())


def to_row(synonyms: Synonyms) -> str:
    """The inverse of load."""
    return json.dumps(synonyms.lines, ensure_ascii=False)
