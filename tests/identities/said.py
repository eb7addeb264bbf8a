"""What an answer says, as numbers."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from skills.answer import Table
from skills.language import get_language
from skills.runner import Reply
from skills.text import AnyValue, render

NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")


def english(thing: AnyValue) -> str:
    return render(thing, get_language("en"))


def figure(reply: Reply, name: str) -> Decimal | None:
    """The first figure of a name: units of the currency, percent points, or a plain number."""
    found = [one for one in reply.answer.figures if one.name == name]
    assert found, f"{reply.skill} {reply.params} has no figure {name}: {english(reply.answer.headline)}"
    return found[0].number


def figures(reply: Reply, name: str) -> dict[str, Decimal | None]:
    """All figures of a name, by what they are labelled."""
    return {english(one.label): one.number for one in reply.answer.figures if one.name == name}


def unit(reply: Reply, name: str) -> str:
    return next(one.unit for one in reply.answer.figures if one.name == name)


def table(reply: Reply, number: int = 0) -> list[list[str]]:
    tables = [block for block in reply.answer.blocks if isinstance(block, Table)]
    return [[english(cell) for cell in row] for row in tables[number].rows]


def amount(words: str) -> Decimal:
    """ "$1,195,454.46" as a number."""
    found = NUMBER.search(words.replace("−", "-"))
    assert found, words
    return Decimal(found.group().replace(",", ""))


def percent(ratio: Fraction) -> Decimal:
    """In percent points with four decimals, as figures are given to programs."""
    scaled = ratio * 100
    exact = Decimal(scaled.numerator) / Decimal(scaled.denominator)
    return exact.quantize(Decimal("0.0001"), "ROUND_HALF_UP").normalize() + 0


def same(one: Decimal | None, other: Any) -> bool:
    return one is not None and one == other
