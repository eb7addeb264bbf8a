"""What customers paid for what was won: mostly when it was due, some late, one in part, and once money went back."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from store.demo.catalogue import WON
from store.demo.dice import Dice
from store.demo.history import History, whole
from store.demo.people import member_of, region_of
from store.demo.working_days import WorkingDays

DELAYS = {(19, 34): 63, (35, 55): 26, (61, 128): 11}
"""Days from the booking to the money (terms are net 30), and how often that is."""
IN_TWO_PERCENT = 11
PARTIAL_PER_MILLE, REFUND_PER_MILLE = 574, 83
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Receipt:
    """Money for an opportunity, known by its place in the list; negative for money that went back."""

    place: int
    on: dt.date
    minor: int
    currency: str


class Cash:
    """Draws what has been paid before the day."""

    def __init__(self, seed: int, day: dt.date, days: WorkingDays) -> None:
        self.dice, self.day, self.days = Dice(seed, "payments"), day, days

    def list_receipts(self, histories: Sequence[History]) -> list[Receipt]:
        """In the order in which the money came."""
        paid = [
            receipt
            for place, history in enumerate(histories)
            for receipt in self._of(place, history)
            if receipt.on < self.day
        ]
        paid.sort(key=lambda receipt: (receipt.on, receipt.place))
        return sorted(self._uneven(paid), key=lambda receipt: (receipt.on, receipt.place))

    def _of(self, place: int, history: History) -> Iterator[Receipt]:
        state = history.current
        booked = state["closed_on"]
        if state["stage_id"] != WON or not isinstance(booked, dt.date):
            return
        region = region_of(member_of(whole(state["owner_id"])))
        minor, currency = whole(state["amount_minor"]), str(state["currency"])
        low, high = self.dice.weighted(DELAYS)
        on = self.days.on_or_after(region, booked + self.dice.whole(low, high) * DAY)
        if self.dice.chance(IN_TWO_PERCENT):
            first = minor * 6 // 10
            yield Receipt(place, on, first, currency)
            again = self.days.on_or_after(region, on + self.dice.whole(27, 41) * DAY)
            yield Receipt(place, again, minor - first, currency)
        else:
            yield Receipt(place, on, minor, currency)

    def _uneven(self, paid: Sequence[Receipt]) -> Iterator[Receipt]:
        """One of the last receipts is a part of what was owed, and of an older one something was given back."""
        partial = len(paid) - 4
        refunded = len(paid) // 2
        for number, receipt in enumerate(paid):
            minor = receipt.minor * PARTIAL_PER_MILLE // 1000 if number == partial else receipt.minor
            yield Receipt(receipt.place, receipt.on, minor, receipt.currency)
            if number == refunded:
                back = receipt.minor * REFUND_PER_MILLE // 1000
                on = self.days.on_or_after("Americas", receipt.on + 33 * DAY)
                yield Receipt(receipt.place, on, -back, receipt.currency)
