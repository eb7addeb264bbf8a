"""Chance that falls the same on every machine: whole numbers only, from the seed and a topic."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A source of choices for one topic, so that more rolls in one topic leave the others as they were."""

    def __init__(self, seed: int, topic: str) -> None:
        self._random = random.Random(f"{seed}/{topic}")  # noqa: S311  # Invented figures keep no secret.

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return self._random.randint(low, high)

    def middling(self, low: int, high: int) -> int:
        """Like `whole`, but mostly near the middle."""
        return (self.whole(low, high) + self.whole(low, high) + self.whole(low, high)) // 3

    def chance(self, percent: int) -> bool:
        return self.whole(1, 100) <= percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self.whole(0, len(options) - 1)]

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One of the keys, each as often as its weight says."""
        left = self.whole(1, sum(weights.values()))
        for option, weight in weights.items():
            left -= weight
            if left <= 0:
                return option
        raise ValueError("the weights are all zero")

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """So many different ones, in the order of the draw; all of them where there are fewer."""
        return self._random.sample(list(options), max(0, min(count, len(options))))

    def token(self) -> str:
        """32 hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"
