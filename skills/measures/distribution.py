"""Mean, median and other quantiles of whole numbers, exact, from how often each occurs."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MEDIAN = Fraction(1, 2)
P75 = Fraction(3, 4)
P90 = Fraction(9, 10)


@dataclass(frozen=True)
class Distribution:
    """How often each value occurs, ascending by value."""

    counts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, counts: Iterable[tuple[int, int]]) -> "Distribution":
        """From pairs of a value and how often it occurs, in any order; a value may come more than once."""
        sums: dict[int, int] = {}
        for value, count in counts:
            sums[value] = sums.get(value, 0) + count
        return cls(tuple(sorted((value, count) for value, count in sums.items() if count)))

    def __or__(self, other: "Distribution") -> "Distribution":
        return Distribution.of((*self.counts, *other.counts))

    @property
    def count(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def total(self) -> int:
        return sum(value * count for value, count in self.counts)

    @property
    def mean(self) -> Fraction | None:
        return Fraction(self.total, self.count) if self.counts else None

    @property
    def largest(self) -> int | None:
        return self.counts[-1][0] if self.counts else None

    @property
    def median(self) -> Fraction | None:
        return self.quantile(MEDIAN)

    def quantile(self, share: Fraction) -> Fraction | None:
        """The value below which `share` (0 to 1) of them lie, interpolated between the two nearest ranks.

        This is what spreadsheets call PERCENTILE.INC: of n values in order, rank 1 + share · (n − 1).
        """
        if not self.counts:
            return None
        rank = share * (self.count - 1)
        below = rank.__floor__()
        low = self._at(below)
        return low + (rank - below) * (self._at(min(below + 1, self.count - 1)) - low)

    def _at(self, index: int) -> Fraction:
        """The value with this place in the order, from 0."""
        for value, count in self.counts:
            if index < count:
                return Fraction(value)
            index -= count
        raise IndexError(index)
