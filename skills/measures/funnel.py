"""Conversion from stage to stage (domain 3.9), by the furthest stage reached."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from skills.measures.distribution import Distribution
from skills.measures.winrate import MINIMUM


@dataclass(frozen=True)
class Step:
    """The opportunities that entered one stage in a period, and what has become of them since."""

    stage_id: int
    name: str
    entered: int
    went_on: int
    """Reached a later stage, ever."""
    lost: int
    """Lost, without having reached a later stage."""
    before: Fraction | None = None
    """The conversion of the year before, for comparison; None where it had too few."""
    days: Distribution = field(default_factory=Distribution)
    """Days spent in it by each that has left it: the sum of its visits."""
    waiting: Distribution = field(default_factory=Distribution)
    """Days so far of each that is in it now."""

    @property
    def conversion(self) -> Fraction | None:
        return Fraction(self.went_on, self.entered) if self.entered else None

    @property
    def undecided(self) -> int:
        """Neither lost nor further on yet."""
        return self.entered - self.went_on - self.lost


def bottleneck(steps: Sequence[Step]) -> Step | None:
    """The stage with the lowest conversion, the earlier of equals; None where no stage was entered often enough."""
    judged = [step for step in steps if step.entered >= MINIMUM]
    return min(judged, key=lambda step: Fraction(step.went_on, step.entered), default=None)
