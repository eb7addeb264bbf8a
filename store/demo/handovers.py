"""Opportunities that change hands: a leaver's go to colleagues, a new hire gets the first ones."""

import datetime as dt
from collections.abc import Sequence

from store.demo.dice import Dice
from store.demo.history import Deal, Step
from store.demo.market import Customer
from store.demo.people import (
    IDS,
    LEAVER,
    LEAVERS_HEIRS,
    MANAGER_OF,
    NEW_HIRE,
    NEW_HIRES_GIVERS,
    left_on,
    member_of,
    region_of,
    started_on,
)
from store.demo.working_days import WorkingDays

FIRST_ACCOUNTS = 3
"""How many accounts each colleague gives to the new hire."""


def hand_over(seed: int, day: dt.date, days: WorkingDays, deals: Sequence[Deal], customers: Sequence[Customer]) -> None:
    """Give accounts, and what is open on them, to their new owners; the opportunities remember it."""
    dice = Dice(seed, "handovers")
    _leave(day, days, deals, customers)
    _welcome(dice, day, days, deals, customers)


def _leave(day: dt.date, days: WorkingDays, deals: Sequence[Deal], customers: Sequence[Customer]) -> None:
    leaver = member_of(IDS[LEAVER])
    left = left_on(leaver, day)
    if left is None:
        return
    boss = MANAGER_OF[leaver.team]
    heirs = [IDS[name] for name in LEAVERS_HEIRS]
    for number, customer in enumerate(c for c in customers if c.first_owner_id == IDS[LEAVER]):
        customer.owner_id = heirs[number % len(heirs)]
        for deal in _of(deals, customer):
            if not deal.is_open() and deal.steps[-1].day <= left:
                continue
            on = days.on_or_after(region_of(leaver), left + dt.timedelta(days=1))
            _give(deal, on, customer.owner_id, boss, f"{LEAVER} left")


def _welcome(dice: Dice, day: dt.date, days: WorkingDays, deals: Sequence[Deal], customers: Sequence[Customer]) -> None:
    newcomer = member_of(IDS[NEW_HIRE])
    boss = MANAGER_OF[newcomer.team]
    for giver in (IDS[name] for name in NEW_HIRES_GIVERS):
        own = [c for c in customers if c.first_owner_id == giver and any(deal.is_open() for deal in _of(deals, c))]
        for customer in dice.some([c for c in own if not any(deal.notes for deal in _of(deals, c))], FIRST_ACCOUNTS):
            customer.owner_id = IDS[NEW_HIRE]
            for deal in _of(deals, customer):
                if deal.is_open():
                    on = days.on_or_after(region_of(newcomer), started_on(newcomer, day) + dt.timedelta(days=2))
                    _give(deal, on, IDS[NEW_HIRE], boss, f"First accounts of {NEW_HIRE}")


def _of(deals: Sequence[Deal], customer: Customer) -> list[Deal]:
    return [deal for deal in deals if deal.value("account_id") == customer.id]


def _give(deal: Deal, on: dt.date, to: int, by: int, reason: str) -> None:
    """Only what is known by then is given away: one opened later is the new owner's from the start."""
    first = deal.steps[0]
    if first.day >= on:
        deal.steps[0] = Step(first.day, {**first.fields, "owner_id": to}, first.by, first.reason)
        return
    deal.steps.append(Step(on, {"owner_id": to}, by, reason))
    deal.steps.sort(key=lambda step: step.day)
