"""Questions that ask for the same, put together: by their words, and by their meaning where the model reads them."""

from collections.abc import Sequence

import numpy as np

from knowledge_base.embeddings import Encoder
from knowledge_base.graph import Floats
from knowledge_base.lexical import get_tokens, is_cjk

_SAME_WORDS = 0.6
_SAME_MEANING = 0.72
_MOST_MEANINGS = 400
"""Texts that are embedded for one grouping, a second or two; the others are compared by their words."""


def get_groups(texts: Sequence[str], encoder: Encoder | None) -> list[list[int]]:
    """Places of the texts, group by group, the largest first; each group's first member is like all the others."""
    words = [frozenset(get_tokens(text)) or frozenset({text.casefold().strip()}) for text in texts]
    leaders: list[int] = []
    groups: dict[int, list[int]] = {}
    vectors = _vectors(texts, words, encoder)
    for place in range(len(texts)):
        leader = next((one for one in leaders if _alike(words[one], words[place], vectors, one, place)), None)
        if leader is None:
            leaders.append(place)
            groups[place] = []
        groups[place if leader is None else leader].append(place)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _vectors(texts: Sequence[str], words: Sequence[frozenset[str]], encoder: Encoder | None) -> dict[int, Floats]:
    """Of the texts that the model reads; those with the same words have the same."""
    if encoder is None:
        return {}
    first: dict[frozenset[str], int] = {}
    for place, text in enumerate(texts):
        if not (encoder.english_only and is_cjk(text)):
            first.setdefault(words[place], place)
    distinct = list(first.items())[:_MOST_MEANINGS]
    if not distinct:
        return {}
    encoded = encoder.encode([texts[place] for _, place in distinct])
    known = {held: vector for (held, _), vector in zip(distinct, encoded, strict=True)}
    return {place: known[held] for place, held in enumerate(words) if held in known}


def _alike(one: frozenset[str], other: frozenset[str], vectors: dict[int, Floats], at: int, there: int) -> bool:
    if len(one & other) >= _SAME_WORDS * len(one | other):
        return True
    if at not in vectors or there not in vectors:
        return False
    return float(np.dot(vectors[at], vectors[there])) >= _SAME_MEANING
