"""What was set right or came otherwise: booking dates, orders taken back, close dates that came nearer."""

import datetime as dt
from collections.abc import Sequence

from store.demo.catalogue import NEGOTIATION, WON
from store.demo.dice import Dice
from store.demo.history import Deal, Step, Value, whole
from store.demo.people import IDS, SALES_OPS, VP, left_on, member_of, region_of
from store.demo.stories import DANA
from store.demo.working_days import WorkingDays

DAY = dt.timedelta(days=1)
REDATED_PERCENT = 5
PULLED_PERCENT = 9
TAKEN_BACK = 2
"""Orders that a customer took back and placed again, smaller."""

PULL_REASONS = ("Budget has to be spent this year", "Board meets earlier than planned", "Pump failed, they want it now")
EARLIER, LATER = "Order is dated the day it was signed", "Signature came only later"


def set_right(seed: int, day: dt.date, days: WorkingDays, deals: Sequence[Deal]) -> None:
    """Adds the steps to the deals; what is told in stories stays as it is told."""
    dice, last = Dice(seed, "corrections"), day - DAY
    drawn = [deal for deal in deals if not deal.notes and deal.owner() != IDS[DANA]]
    drawn = [deal for deal in drawn if left_on(member_of(deal.owner()), day) is None]
    drawn.sort(key=lambda deal: (deal.opened, str(deal.value("name"))))
    for deal in drawn:
        if dice.chance(PULLED_PERCENT):
            _pull(dice, days, deal, last)
        if deal.won_on() and dice.chance(REDATED_PERCENT):
            _redate(dice, days, deal, last)
    settled = [d for d in drawn if d.steps[-1].fields.get("stage_id") == WON and d.steps[-1].day < last - 90 * DAY]
    for deal in dice.some(settled, TAKEN_BACK):
        _take_back(dice, days, deal)


def _pull(dice: Dice, days: WorkingDays, deal: Deal, last: dt.date) -> None:
    """The close date comes nearer by weeks; for one that is won, to about the day on which it was."""
    region = region_of(member_of(deal.owner()))
    dated = [step for step in deal.steps if "expected_close" in step.fields]
    expected, known = dated[-1].fields["expected_close"], dated[-1].day
    end = deal.won_on() if not deal.is_open() else None
    if not isinstance(expected, dt.date) or (end is None and not deal.is_open()):
        return
    first = known + 4 * DAY
    on = days.on_or_after(region, first + dice.whole(0, max(0, min(20, ((end or last) - first).days - 6))) * DAY)
    nearer = days.on_or_after(region, (end or max(last, on) + dice.whole(8, 24) * DAY) + dice.whole(0, 3) * DAY)
    if on > (end - 3 * DAY if end else last) or nearer > expected - 12 * DAY:
        return
    _add(deal, Step(on, {"expected_close": nearer}, reason=dice.pick(PULL_REASONS)))


def _redate(dice: Dice, days: WorkingDays, deal: Deal, last: dt.date) -> None:
    """The booking date is moved by a few days, after the fact and by sales operations."""
    region, won = region_of(member_of(deal.owner())), deal.steps[-1].day
    if deal.steps[-1].fields.get("stage_id") != WON:
        return
    earlier = dice.chance(50)
    true = days.moved(region, won, -dice.whole(1, 4) if earlier else dice.whole(1, 5))
    noticed = days.moved("Americas", max(true, won), dice.whole(1, 6))
    if noticed > last or true <= deal.steps[-2].day:
        return
    _add(deal, Step(noticed, {"closed_on": true}, SALES_OPS, EARLIER if earlier else LATER))


def _take_back(dice: Dice, days: WorkingDays, deal: Deal) -> None:
    region, won = region_of(member_of(deal.owner())), deal.steps[-1].day
    back = days.on_or_after(region, won + dice.whole(12, 24) * DAY)
    again = days.on_or_after(region, back + dice.whole(21, 44) * DAY)
    smaller = whole(deal.value("amount_minor")) * dice.whole(711, 868) // 1000
    reopened: dict[str, Value] = {
        "stage_id": NEGOTIATION,
        "expected_close": again,
        "next_step": "Agree the smaller scope",
    }
    reopened["next_step_due"] = again
    _add(deal, Step(back, reopened, VP, "Order taken back, they want a smaller scope"))
    _add(deal, Step(again, {"stage_id": WON, "amount_minor": smaller}))


def _add(deal: Deal, step: Step) -> None:
    deal.steps.append(step)
    deal.steps.sort(key=lambda step: step.day)
