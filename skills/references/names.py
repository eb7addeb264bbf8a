"""Matching what people type against names: case, accents, parts of a name, Chinese parts, slips of the finger."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Generic, TypeVar

from rapidfuzz import fuzz

SUFFIXES = frozenset(
    re.split(
        r"\s+",
        "inc incorporated llc ltd limited gmbh corp corporation co company plc ag sa bv oy ab srl spa kg",
    )
)
JOINERS = frozenset(["and", "und"])
"""Said for the & in a name, or left out."""
CHINESE_SUFFIX = re.compile("(?:股份|科技)?(?:有限)?(?:责任)?(?:公司|集团)$")
CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff"
PIECE = re.compile(rf"[{CHINESE}]+|[^\W{CHINESE}_]+")

NEAR_ENOUGH = 82
CLEARLY_NEARER = 8
SUGGESTED_FROM = 68
SHORTEST_PREFIX = 3


class Fit(IntEnum):
    """How well words fit a name, best first."""

    EXACT = 1
    WORDS = 2
    """Every word is a word of the name."""
    BEGINNINGS = 3
    """Every word begins a word of the name."""
    NEAR = 4
    """Nearly the same letters."""


T = TypeVar("T")
Fits = Callable[[str, str], bool]


@dataclass(frozen=True)
class Candidate(Generic[T]):
    """Something that can be named: by `name`, or by one of its other names."""

    value: T
    name: str
    others: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    """Words that may be said along with the name without being part of it, such as the owner of an opportunity."""


@dataclass(frozen=True)
class Matches(Generic[T]):
    """Those who fit best, all equally well. Nobody fits when it is empty; `nearest` are then the likeliest."""

    fit: Fit
    found: tuple[Candidate[T], ...]
    nearest: tuple[Candidate[T], ...] = ()


@lru_cache(maxsize=50_000)
def pieces(name: str) -> tuple[str, ...]:
    """Words of a name as they are compared: no case, accents, punctuation or legal form; a Chinese run is one word."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    found = PIECE.findall(plain.replace("'s", "").replace("’s", "").casefold())
    if len(found) > 1:
        kept = [piece for piece in found if piece not in SUFFIXES and piece not in JOINERS]
        found = kept or found
    return tuple(CHINESE_SUFFIX.sub("", piece) or piece for piece in found)


def match(words: str, candidates: Sequence[Candidate[T]]) -> Matches[T]:
    """Whom the words name among the candidates."""
    said = pieces(words)
    if not said:
        return Matches(Fit.NEAR, ())
    for fit, fits in ((Fit.EXACT, _is_exact), (Fit.WORDS, _has_words), (Fit.BEGINNINGS, _has_beginnings)):
        found = tuple(candidate for candidate in candidates if fits(said, candidate))
        if found:
            return Matches(fit, found)
    return _nearest(said, candidates)


def _names(candidate: Candidate[T]) -> Iterable[tuple[str, ...]]:
    return (pieces(name) for name in (candidate.name, *candidate.others) if name)


def _is_exact(said: tuple[str, ...], candidate: Candidate[T]) -> bool:
    joined = "".join(said)
    return any(
        said == name or (len(joined) > 3 and joined == "".join(name)) or (joined in name and is_chinese(joined))
        for name in _names(candidate)
    )


def _has_words(said: tuple[str, ...], candidate: Candidate[T]) -> bool:
    return _covers(
        said, candidate, lambda piece, word: piece == word or (is_chinese(piece) and len(piece) > 1 and piece in word)
    )


def _has_beginnings(said: tuple[str, ...], candidate: Candidate[T]) -> bool:
    if all(len(piece) < SHORTEST_PREFIX for piece in said) or is_chinese("".join(said)):
        return False
    return _covers(said, candidate, lambda piece, word: word.startswith(piece))


def _covers(said: tuple[str, ...], candidate: Candidate[T], fits: Fits) -> bool:
    """Whether every word fits one of the name's, or of what goes along with it, and one at least the name's own."""
    own = [word for name in _names(candidate) for word in name]
    along = [word for words in candidate.context for word in pieces(words)]
    named = False
    for piece in said:
        if any(fits(piece, word) for word in own):
            named = True
        elif not any(fits(piece, word) for word in along):
            return False
    return named


def _nearest(said: tuple[str, ...], candidates: Sequence[Candidate[T]]) -> Matches[T]:
    scored = sorted(
        ((_likeness(said, candidate), index) for index, candidate in enumerate(candidates)), key=lambda item: -item[0]
    )
    likely = tuple(candidates[index] for score, index in scored[:3] if score >= SUGGESTED_FROM)
    if not scored or scored[0][0] < NEAR_ENOUGH:
        return Matches(Fit.NEAR, (), likely)
    best = scored[0][0]
    rivals = [index for score, index in scored if score > best - CLEARLY_NEARER]
    return Matches(Fit.NEAR, tuple(candidates[index] for index in rivals[:5]), likely)


def _likeness(said: tuple[str, ...], candidate: Candidate[T]) -> float:
    """0 to 100: the better of the whole name and, for a single word, of each word of it."""
    words = " ".join(said)
    best = 0.0
    for name in _names(candidate):
        best = max(best, fuzz.ratio(words, " ".join(name)), fuzz.ratio("".join(said), "".join(name)))
        if len(said) == 1 and len(words) > 3:
            best = max([best, *(fuzz.ratio(words, piece) - 1 for piece in name if len(piece) > 3)])
        elif len(name) > len(said) > 1:
            best = max(best, fuzz.ratio(words, " ".join(name[: len(said)])) - 1)
    return best


REGIONS = {
    "asia-pacific": ("APAC", "亚太", "亚太区"),
    "greater china": ("大中华", "大中华区"),
    "emea": ("欧洲", "欧洲区"),
    "americas": ("美洲", "美洲区"),
    "north america": ("北美", "北美区"),
    "east": ("东区", "东部"),
    "west": ("西区", "西部"),
    "north": ("北区", "北部"),
    "south": ("南区", "南部"),
    "central": ("中区", "中部"),
}


def other_region_names(name: str) -> tuple[str, ...]:
    """What people also call a region or a team of that name."""
    said = name.casefold()
    return tuple(
        other
        for known, others in REGIONS.items()
        if (known in said if "-" in known or len(known) > 5 else known == said)
        for other in others
    )


def is_chinese(words: str) -> bool:
    return bool(words) and all("\u3400" <= sign <= "\u9fff" for sign in words)
