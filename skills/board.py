"""A leaderboard as it is shown to one reader in one place."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from skills.contest import BoardMetric, Contest, Entrant
from skills.figure import RecordFilter
from skills.measures.calendar import Period
from skills.measures.ranking import Ranked
from skills.population import Population
from skills.posted import Correction, PostedBoard
from skills.text import AnyValue, value


@dataclass(frozen=True)
class Leaderboard:
    metric: BoardMetric
    by: Literal["rep", "team"]
    asked: Mapping[str, Any]
    """The parameters that were given."""
    population: Population
    period: Period
    period_words: str
    as_of: dt.datetime
    contest: Contest
    board: tuple[Ranked[Entrant], ...]
    """All who are ranked and may be named to this reader."""
    shown: tuple[Ranked[Entrant], ...]
    top: int
    """How many places were asked for."""
    apart: tuple[Entrant, ...]
    hidden: int
    """How many chose not to be named."""
    own: Ranked[Entrant] | None
    """The asker's place, told to nobody else."""
    own_apart: Entrant | None
    expects_own: bool
    """Whether the asker is one of those who sell and are counted here."""
    is_private: bool
    last: Period | None
    """The newest quarter with something won, where this period has nothing."""
    records: Mapping[int, RecordFilter]
    posted: PostedBoard | None
    """The last board of this kind that was posted here."""
    corrected: tuple[PostedBoard, Mapping[int, Entrant], Sequence[Correction]] | None
    kept: str

    def shown_value(self, score: Fraction) -> AnyValue:
        """What somebody is ranked by, as people read it."""
        match self.metric:
            case "attainment":
                return value(score)
            case "deals":
                return value(int(score))
            case _:
                return self.contest.unit.shown(score)
