"""Boards as they were posted: who has risen since the last one, and what in an ended period is no longer as it was."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from skills.answer import Model
from skills.closing import get_grain
from skills.contract import SkillContext
from skills.measures.calendar import Period
from store.models import Source
from store.outbox import get_last_posted

KEPT = 1000
"""Places that are kept of a board, from the first on."""


class PostedBoard(Model):
    """Places and values by the id of the person or team, exact, as a post had them.

    `board`, `start` and `end` come first: the outbox is searched by how its text begins.
    """

    board: str
    start: dt.date
    end: dt.date
    label: str
    metric: str
    currency: str
    """Empty for a ratio or a count."""
    posted_on: dt.date
    places: dict[int, int]
    values: dict[int, str]

    @property
    def period(self) -> Period:
        return Period(start=self.start, end=self.end, label=self.label)

    @property
    def is_final(self) -> bool:
        """Whether its period had ended when it was posted."""
        return self.posted_on >= self.end

    def value_of(self, key: int) -> Fraction | None:
        return Fraction(self.values[key]) if key in self.values else None


@dataclass(frozen=True)
class Correction:
    """A value that was posted for a period that had ended, and what it is now; None where there is none."""

    key: int
    old: Fraction | None
    new: Fraction | None


def board_key(context: SkillContext, metric: str, by: str, whose: str, period: Period) -> str:
    """What makes boards comparable: what is ranked, of whom, and the length of the period."""
    grain = get_grain(context, period)
    return "/".join(("leaderboard", metric, by, whose, grain.value if grain else f"{(period.end - period.start).days}"))


def to_keep(
    board: str,
    period: Period,
    metric: str,
    currency: str | None,
    today: dt.date,
    places: Sequence[tuple[int, int, Fraction]],
) -> str:
    """The JSON that the next board of its kind is compared with; `places` are ids with place and value, in order."""
    kept = places[:KEPT]
    return PostedBoard(
        board=board,
        start=period.start,
        end=period.end,
        label=period.label,
        metric=metric,
        currency=currency or "",
        posted_on=today,
        places={key: place for key, place, _ in kept},
        values={key: str(exact) for key, _, exact in kept},
    ).model_dump_json()


def get_posted(context: SkillContext, board: str, period: Period | None = None) -> PostedBoard | None:
    """The last board of this kind (and period) that was posted in this place; only where boards are posted."""
    audience = context.audience
    if audience.is_private and context.source is not Source.SCHEDULE:
        return None
    begins = f'{{"board":{json.dumps(board, ensure_ascii=False)},'
    if period is not None:
        begins += f'"start":"{period.start}","end":"{period.end}",'
    kept = get_last_posted(
        context.session, begins, channel=audience.channel, person_id=context.actor.id, before=context.now
    )
    return PostedBoard.model_validate_json(kept) if kept else None


def moved(posted: PostedBoard, key: int, place: int) -> int | None:
    """How many places up (or, negative, down) since then; None for who was not on it."""
    before = posted.places.get(key)
    return None if before is None else before - place


def list_corrections(posted: PostedBoard, values: Mapping[int, Fraction], places: int) -> Sequence[Correction]:
    """What is no longer as it was posted, of those who were or are within the first `places`, by the old place."""
    leading = sorted(values, key=lambda key: -values[key])[:places]
    named = [key for key, place in posted.places.items() if place <= places]
    keys = dict.fromkeys([*named, *leading])
    found = [Correction(key, posted.value_of(key), values.get(key)) for key in keys]
    return [one for one in found if one.old != one.new]
