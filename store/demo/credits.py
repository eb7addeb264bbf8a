"""Who shares the credit for an opportunity, and what the specialist helped with."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.demo.catalogue import NEGOTIATION, ONSITE, PROPOSAL, WON
from store.demo.dice import Dice
from store.demo.history import History, whole
from store.demo.people import (
    CURRENCY_OF,
    IDS,
    MANAGER_OF,
    MEMBERS,
    NEW_HIRE,
    SPECIALIST,
    Member,
    left_on,
    member_of,
    started_on,
)
from store.demo.stories import DANA
from store.demo.working_days import quarter_start
from store.models import Credit

SPLIT_PERCENT = 12
OVERLAY_PERCENT = 70
SHARES: dict[tuple[int, ...], int] = {
    (7_000, 3_000): 34,
    (5_000, 5_000): 26,
    (6_000, 4_000): 22,
    (8_000, 2_000): 12,
    (6_250, 3_750): 6,
}
ACROSS_PERCENT = 9
"""Of those that a team has to itself, how many it has with another one."""
ACROSS = ((7_000, 3_000), (8_000, 2_000))
THREE_WAYS = ((5_000, 3_000, 2_000), (3_334, 3_333, 3_333))
"""Two are shared by three people."""


@dataclass(frozen=True)
class Share:
    """Somebody's part of an opportunity, which is known by its place in the list."""

    place: int
    person_id: int
    kind: Credit
    share: int
    agreed_on: dt.date
    by: int


class Sharing:
    """Draws who shares what. `settled` are people and months whose bookings must stay as they are."""

    def __init__(self, seed: int, day: dt.date, settled: frozenset[tuple[dt.date, int]]) -> None:
        self.dice, self.day, self.settled = Dice(seed, "credits"), day, settled
        self.threes_left = list(THREE_WAYS)
        self.dice_across = Dice(seed, "credits across teams")

    def list_shares(self, histories: Sequence[History]) -> list[Share]:
        return [share for place, history in enumerate(histories) for share in self._of(place, history)]

    def _of(self, place: int, history: History) -> Iterator[Share]:
        agreed = _agreed_on(history)
        if agreed is None:
            return
        owner, by = whole(history.current["owner_id"]), MANAGER_OF[member_of(whole(history.current["owner_id"])).team]
        for person_id, part in self._divided(history, owner, agreed):
            yield Share(place, person_id, Credit.DIRECT, part, agreed, by)
        if history.current["product_id"] == ONSITE and self.dice.chance(OVERLAY_PERCENT):
            yield Share(place, SPECIALIST, Credit.OVERLAY, self.dice.pick((10_000, 5_000)), agreed, by)

    def _divided(self, history: History, owner: int, agreed: dt.date) -> list[tuple[int, int]]:
        """The people and their parts; empty where the owner has it all."""
        if self.dice.chance(SPLIT_PERCENT):
            colleagues = self._colleagues(history, owner, agreed)
            parts = self.dice.weighted(SHARES)
            if len(colleagues) > 1 and self.threes_left:
                parts = self.threes_left.pop()
            helpers = self.dice.some(colleagues, len(parts) - 1)
        elif self.dice_across.chance(ACROSS_PERCENT):
            parts = self.dice_across.pick(ACROSS)
            helpers = self.dice_across.some(self._colleagues(history, owner, agreed, of_team=False), len(parts) - 1)
        else:
            return []
        people = [owner, *(IDS[member.name] for member in helpers)]
        return list(zip(people, parts, strict=True)) if len(people) == len(parts) else []

    def _colleagues(self, history: History, owner: int, agreed: dt.date, *, of_team: bool = True) -> list[Member]:
        """People of the same team, or of others that sell in the same currency, who were there then; nobody where
        sharing would change figures that are told."""
        closed = history.current["closed_on"]
        month = closed.replace(day=1) if isinstance(closed, dt.date) else None
        if self._is_settled(owner, month):
            return []
        return [
            member
            for member in MEMBERS
            if member.is_rep
            and (member.team == member_of(owner).team) is of_team
            and CURRENCY_OF[member.team] == CURRENCY_OF[member_of(owner).team]
            and IDS[member.name] != owner
            and member.name != NEW_HIRE
            and started_on(member, self.day) < agreed
            and left_on(member, self.day) is None
            and not self._is_settled(IDS[member.name], month)
        ]

    def _is_settled(self, person_id: int, month: dt.date | None) -> bool:
        """Dana's running quarter is told; so is the month in which two people tied."""
        running = month is None or month >= quarter_start(self.day)
        return (running and person_id == IDS[DANA]) or (month is not None and (month, person_id) in self.settled)


def _agreed_on(history: History) -> dt.date | None:
    """The day on which a quote went out, or the order came without one; nothing is shared before."""
    for edit, state in zip(history.edits, history.states, strict=True):
        if whole(state["stage_id"]) in (PROPOSAL, NEGOTIATION, WON):
            return edit.day
    return None
