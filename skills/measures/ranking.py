"""Places on a leaderboard (domain 3.13): standard competition ranking, 1-2-2-4, with no hidden tie-break."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Ranked(Generic[Item]):
    """An item at its place. `tied` says whether others share the place."""

    place: int
    tied: bool
    value: Fraction
    name: str
    item: Item


def ranked(items: Iterable[tuple[Item, str, Fraction]]) -> tuple[Ranked[Item], ...]:
    """Items with their names and values, the highest value first; equal values share a place, listed by name.

    A place is one more than the number of items with a higher value.
    """
    ordered = sorted(items, key=lambda entry: (_plain(-entry[2]), entry[1].casefold(), entry[1]))
    values = [_plain(value) for _, _, value in ordered]
    places: list[int] = []
    for index, value in enumerate(values):
        places.append(places[-1] if index and values[index - 1] == value else index + 1)
    return tuple(
        Ranked(place, _is_tied(places, index), value, name, item)
        for index, (place, (item, name, value)) in enumerate(zip(places, ordered, strict=True))
    )


def top(board: Sequence[Ranked[Item]], size: int) -> tuple[Ranked[Item], ...]:
    """The first `size` places; everybody who shares the last of them stays in."""
    return tuple(entry for entry in board if entry.place <= size)


def _is_tied(places: Sequence[int], index: int) -> bool:
    return places[index] in (*places[max(index - 1, 0) : index], *places[index + 1 : index + 2])


def _plain(value: Fraction) -> Fraction | int:
    """A whole number as such: thousands of them are compared in no time."""
    return value.numerator if value.denominator == 1 else value
