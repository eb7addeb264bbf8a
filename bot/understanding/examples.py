"""What people said before: the skills' own examples, and how like them a new text is."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from skills.contract import Skill
from skills.references.names import CHINESE

PARAM_MARKS = {
    **dict.fromkeys(("opportunity", "account", "about"), "deal"),
    **dict.fromkeys(("close_date", "period", "when", "next_step_due"), "when"),
    **{name: name for name in ("team", "product", "stage", "amount", "channel")},
    "owner": "person",
}
KEPT = frozenset({"me", "my", "i", "mine", "我", "我的", "company", "my team", "团队", "全公司", "won", "lost"})
TOKEN = re.compile(rf"\[\w+\]|[{CHINESE}]+|[a-z0-9']+")
NATURAL = {
    "[deal]": "the customer",
    "[person]": "a colleague",
    "[team]": "the team",
    "[product]": "the product",
    "[stage]": "a stage",
    "[amount]": "an amount",
    "[when]": "a date",
    "[rhythm]": "every week",
    "[channel]": "the channel",
    "[duration]": "some time",
    "[quote]": "something",
}
NEIGHBOURS = 2
DENSE_SHARE = 0.55

Encode = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Texts to unit vectors."""


@dataclass(frozen=True)
class Said:
    """One example, masked, as counted words."""

    skill: str
    masked: str
    weights: Mapping[str, float]


class Examples:
    """The examples of a catalog. `encode` adds the meaning of English sentences to the likeness of their words."""

    def __init__(self, skills: Mapping[str, Skill], encode: Encode | None = None) -> None:
        masked = [
            (skill.name, masked_example(e.says, e.params.model_dump()))
            for skill in skills.values()
            for e in skill.examples
        ]
        counts = Counter(token for _, words in masked for token in set(_tokens(words)))
        self._rarity = {token: math.log(1 + len(masked) / count) for token, count in counts.items()}
        self._unknown = math.log(1 + len(masked))
        self._said = tuple(Said(skill, words, self._weights(words)) for skill, words in masked)
        self._encode = encode
        self._vectors: Sequence[Sequence[float]] | None = None

    def named_by(self, masked: str) -> frozenset[str]:
        """The skills that have these very words as an example."""
        words = _tokens(masked)
        return frozenset(said.skill for said in self._said if _tokens(said.masked) == words)

    def likeness(self, masked: str) -> dict[str, float]:
        """By skill, 0 to 1: how like its nearest examples the text is."""
        weights = self._weights(masked)
        scores: dict[str, list[float]] = {}
        dense = self._dense(masked)
        for index, said in enumerate(self._said):
            lexical = _cosine(weights, said.weights)
            score = lexical if dense is None else (1 - DENSE_SHARE) * lexical + DENSE_SHARE * max(0.0, dense[index])
            scores.setdefault(said.skill, []).append(score)
        return {
            skill: sum(sorted(found, reverse=True)[:NEIGHBOURS]) / min(NEIGHBOURS, len(found))
            for skill, found in scores.items()
        }

    def _dense(self, masked: str) -> list[float] | None:
        """Cosines to all examples; None for Chinese, of which the built-in model knows nothing, and without a model."""
        if self._encode is None or re.search(f"[{CHINESE}]", masked):
            return None
        if self._vectors is None:
            self._vectors = self._encode([_natural(said.masked) for said in self._said])
        (vector,) = self._encode([_natural(masked)])
        return [sum(a * b for a, b in zip(vector, other, strict=True)) for other in self._vectors]

    def _weights(self, masked: str) -> dict[str, float]:
        counted = Counter(_tokens(masked))
        raw = {token: count * self._rarity.get(token, self._unknown) for token, count in counted.items()}
        length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        return {token: value / length for token, value in raw.items()}


def masked_example(says: str, params: Mapping[str, object]) -> str:
    """The example with the values of its parameters as [deal], [when] …"""
    masked = says.lower()
    values = [
        (str(value).lower(), PARAM_MARKS[name]) for name, value in params.items() if value and name in PARAM_MARKS
    ]
    for value, mark in sorted(values, key=lambda pair: -len(pair[0])):
        if value not in KEPT:
            masked = masked.replace(value, f"[{mark}]")
    return masked


def _natural(masked: str) -> str:
    for mark, words in NATURAL.items():
        masked = masked.replace(mark, words)
    return masked


def _tokens(masked: str) -> list[str]:
    """Words and pairs of words; of Chinese, signs and pairs of signs."""
    words: list[str] = []
    for token in TOKEN.findall(masked):
        words += list(token) if re.match(f"[{CHINESE}]", token) else [token]
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


def _cosine(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    small, large = (first, second) if len(first) < len(second) else (second, first)
    return sum(value * large.get(token, 0.0) for token, value in small.items())
