"""The whole company as values, before it is written anywhere."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.demo.absences import Absences
from store.demo.activity import Diary, Touch, list_prospecting
from store.demo.catalogue import WON
from store.demo.corrections import set_right
from store.demo.credits import Share, Sharing
from store.demo.dice import Dice
from store.demo.handovers import hand_over
from store.demo.history import Deal, History, Step, unfold, whole
from store.demo.learning import Learning, Mark, Reply
from store.demo.market import NEWCOMERS, Customer, Market, Wanted, list_customers
from store.demo.money import RateRow, list_rates, rates_of
from store.demo.payments import Cash, Receipt
from store.demo.people import IDS, LEAVER, MEMBERS, NEW_HIRE, OFF_BOARDS, member_of
from store.demo.promises import Acceptance, Outlook, Promise, Promises
from store.demo.stories import DANA, Story
from store.demo.targets import Target, list_targets
from store.demo.working_days import WorkingDays, month_after, quarter_start

NIGHTS = 60
"""Days before the day for which every night was snapped; before that, every Sunday."""


@dataclass(frozen=True)
class Sale:
    """An opportunity with all that belongs to it."""

    deal: Deal
    history: History
    touches: tuple[Touch, ...]


@dataclass(frozen=True)
class Company:
    day: dt.date
    seed: int
    first: dt.date
    """From here on the history is complete."""
    days: WorkingDays
    rates: Sequence[RateRow]
    targets: Sequence[Target]
    customers: Sequence[Customer]
    sales: Sequence[Sale]
    """In the order in which they were opened; what belongs to one names its place."""
    tries: Sequence[tuple[int, Touch]]
    """What was tried with accounts on which nothing is open, by the account's id."""
    absences: Absences
    shares: Sequence[Share]
    receipts: Sequence[Receipt]
    promises: Sequence[Promise]
    acceptances: Sequence[Acceptance]
    marks: Sequence[Mark]
    replies: Sequence[Reply]

    @classmethod
    def made(cls, day: dt.date, seed: int, progress: Callable[[str], None]) -> "Company":
        """Draw it. `progress` is told what is being made."""
        progress("People, calendars and targets")
        days = WorkingDays(range(day.year - 4, day.year + 3))
        absences = Absences(day)
        customers = list_customers(seed)
        market = Market(seed, day, days, customers, absences)
        rows = list_rates(seed, day)
        rates = rates_of(rows)
        targets = list_targets(day, market.first, rates)
        story = Story(day, days, customers)
        progress("Two years of opportunities")
        told = [*story.list_landmarks(), *story.list_danas(targets)]
        market.names |= {str(deal.value("name")) for deal in told}
        start = quarter_start(day)
        drawn = [deal for deal in market.list_deals() if not _is_danas_of_quarter(deal, start)]
        deals = [*told, *drawn]
        hand_over(seed, day, days, deals, customers)
        deals = market.topped_up(deals, _wanted_open(Dice(seed, "open")))
        set_right(seed, day, days, deals)
        tied = tie_a_month(deals, month_after(day, -1))
        deals.sort(key=lambda deal: (deal.opened, str(deal.value("name"))))
        progress("What was done with customers")
        people = {person.id: person for customer in customers for person in customer.people}
        diary = Diary(seed, days, market.last, people, absences.acting)
        sales = []
        for deal in deals:
            history = unfold(deal.steps, rates, absences.acting)
            customer = customers[whole(history.current["account_id"]) - 1]
            sales.append(Sale(deal, history, tuple(diary.list_touches(deal, history, customer))))
        progress("Credit, payments and forecasts")
        histories = [sale.history for sale in sales]
        promises = Promises(seed, day, days, absences)
        learning = Learning(seed, day, days)
        return cls(
            day=day,
            seed=seed,
            first=market.first,
            days=days,
            rates=rows,
            targets=targets,
            customers=customers,
            sales=sales,
            tries=list(list_prospecting(seed, day, days, absences, _untouched(customers, sales))),
            absences=absences,
            shares=Sharing(seed, day, tied).list_shares(histories),
            receipts=Cash(seed, day, days).list_receipts(histories),
            promises=promises.list_forecasts(Outlook(histories, rates, day), targets),
            acceptances=promises.list_acceptances(targets),
            marks=learning.list_marks(),
            replies=learning.list_replies(),
        )

    def list_snapshot_days(self) -> list[dt.date]:
        """Every Sunday of the years shown, and every one of the last nights."""
        span = (self.day - self.first).days
        every = [self.first + dt.timedelta(days=count) for count in range(span)]
        nightly = self.day - dt.timedelta(days=NIGHTS)
        return [day for day in every if day >= nightly or day.weekday() == 6]


def _untouched(customers: Sequence[Customer], sales: Sequence[Sale]) -> dict[int, list[Customer]]:
    """The accounts of everybody on which nothing is open."""
    busy = {sale.history.current["account_id"] for sale in sales if sale.history.current["status"] == "open"}
    found: dict[int, list[Customer]] = {}
    for customer in customers:
        if customer.id not in busy:
            found.setdefault(customer.owner_id, []).append(customer)
    return found


def _is_danas_of_quarter(deal: Deal, start: dt.date) -> bool:
    """Dana's bookings of the running quarter are told, not drawn."""
    return deal.owner() == IDS[DANA] and deal.stage() == WON and deal.steps[-1].day >= start


def _wanted_open(dice: Dice) -> dict[int, Wanted]:
    """How much everybody has open on the day: about three times what a quarter asks for."""
    wanted = {}
    for member in MEMBERS:
        if member.is_rep and member.name not in (LEAVER, NEW_HIRE):
            newcomer = member.name in NEWCOMERS
            least = 6 if newcomer else dice.whole(8, 12)
            most = 12 if member.name == DANA else least + (2 if newcomer else 4)
            minor = member.trait.target * 3 * dice.whole(110 if newcomer else 225, 300)
            wanted[IDS[member.name]] = Wanted(min(least, most), most, minor)
    return wanted


def tie_a_month(deals: Sequence[Deal], month: dt.date) -> frozenset[tuple[dt.date, int]]:
    """In one of the twelve months from `month` backwards, let two reps who sell in dollars, and are shown on
    boards, book the same to the cent.

    The pair that is closest already is taken, and the smaller signature made larger by what is missing. Gives the month
    and the two people.
    """
    won: dict[tuple[dt.date, int], list[Deal]] = {}
    earliest = month_after(month, -11)
    for deal in deals:
        won_on = deal.won_on()
        owner = member_of(deal.owner())
        shown = owner.team.startswith("Amer") and owner.name not in OFF_BOARDS
        if won_on and deal.value("currency") == "USD" and shown:
            booked = won_on.replace(day=1)
            if earliest <= booked <= month:
                won.setdefault((booked, deal.owner()), []).append(deal)
    totals = {key: sum(whole(deal.value("amount_minor")) for deal in of_key) for key, of_key in won.items()}
    pairs = [
        (totals[one] - totals[other], one, other)
        for one in totals
        for other in totals
        if one[0] == other[0] and one[1] != other[1] and totals[one] >= totals[other]
    ]
    if not pairs:
        return frozenset()
    missing, larger, smaller = min(pairs)
    deal = max(won[smaller], key=lambda deal: (whole(deal.value("amount_minor")), str(deal.value("name"))))
    last = deal.steps[-1]
    amount = whole(deal.value("amount_minor")) + missing
    deal.steps[-1] = Step(last.day, {**last.fields, "amount_minor": amount}, last.by, last.reason)
    return frozenset((larger, smaller))
