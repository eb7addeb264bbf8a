"""Sales velocity (domain 3.8): what the pipeline brings a day, and what a change of one of its parts would do."""

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction


class Lever(StrEnum):
    OPEN = "open"
    VALUE = "value"
    RATE = "rate"
    CYCLE = "cycle"


@dataclass(frozen=True)
class Velocity:
    """Open qualified opportunities, average won value (minor units), win rate and cycle in days."""

    open: Fraction
    value: Fraction
    rate: Fraction
    days: Fraction

    @property
    def per_day(self) -> Fraction | None:
        """(open × value × rate) ÷ days, in minor units a day; no value for a cycle of no days."""
        return self.open * self.value * self.rate / self.days if self.days else None

    def improved(self, lever: Lever, by: Fraction) -> "Velocity":
        """With one part better by a share of itself: more of it, or a shorter cycle. A rate never exceeds 1."""
        match lever:
            case Lever.OPEN:
                return replace(self, open=self.open * (1 + by))
            case Lever.VALUE:
                return replace(self, value=self.value * (1 + by))
            case Lever.RATE:
                return replace(self, rate=min(Fraction(1), self.rate * (1 + by)))
            case Lever.CYCLE:
                return replace(self, days=self.days * (1 - by))

    def gain(self, lever: Lever, by: Fraction) -> Fraction | None:
        """By which share the velocity grows then: a cycle shorter by 20% gives 25%."""
        before, after = self.per_day, self.improved(lever, by).per_day
        return after / before - 1 if before and after is not None else None
