"""Numbers that are neither money nor shares nor counts: days, a number a day, an index."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.text import Text

FINE = 10**6
"""Denominator to which a figure is rounded whose exact value is too long to be written down."""


def decimal(number: Fraction | int, places: int = 1) -> str:
    """In digits, rounded half up, without zeros at the end: "12.5", "13"."""
    exact = Fraction(number)
    scaled = Decimal(exact.numerator) / Decimal(exact.denominator)
    shown = f"{scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def quantity(
    envelope: Envelope,
    name: str,
    label: Text,
    definition: Text,
    number: Fraction | int | None,
    unit: str,
    *,
    reason: Text | None = None,
    count: int | None = None,
    records: RecordFilter | None = None,
) -> Figure:
    """A figure in any unit, or why it has no value."""
    exact = None if number is None else Fraction(number)
    figure = envelope.ratio(name, label, definition, exact, reason=reason, count=count, records=records)
    return figure.model_copy(update={"unit": unit})


def writable(number: Fraction) -> Fraction:
    """The number itself, or rounded to a millionth where it is a fraction of huge numbers."""
    return number if number.denominator <= FINE * FINE else Fraction(round(number * FINE), FINE)
