"""Accounts with their people, and two years of opportunities dealt out to the reps."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from store.demo import catalogue as terms
from store.demo.absences import Absences
from store.demo.companies import COMPANIES, OWNERS, PLANTS, SITES
from store.demo.dice import Dice
from store.demo.history import Deal, Value
from store.demo.lives import Life, Start
from store.demo.names import CHINESE_MACHINES, CHINESE_TITLES, FAMILY, GIVEN, MACHINES, SPOKEN, TITLES
from store.demo.people import (
    CURRENCY_OF,
    IDS,
    MEMBERS,
    NEW_HIRE,
    REGION_OF,
    Member,
    left_on,
    member_of,
    started_on,
)
from store.demo.working_days import WorkingDays, month_after

YEARS_SHOWN = 2
MONTHS_BEFORE = 9
"""The years shown begin with a pipeline that was filled in the months before."""
PER_MONTH = 252
"""Opportunities that somebody opens in a month, in hundredths."""
SEASONS = {
    "Americas": (96, 104, 112, 106, 104, 94, 80, 88, 116, 118, 100, 66),
    "EMEA": (98, 106, 114, 104, 100, 98, 76, 62, 120, 118, 106, 60),
    "Asia-Pacific": (92, 54, 124, 112, 96, 104, 98, 96, 112, 84, 116, 108),
}
"""New opportunities by month of the year, in percent."""
OPEN_ON_AN_ACCOUNT = 2
NEW_PERCENT = 36
"""Accounts that were won for a first talk only within the years shown."""
NEWCOMERS = ("Jamal Foster", "Søren Dahl")
STORY_ACCOUNTS = ("Lakeshore Foods", "Great Bend Paper", "Calloway Resins", "Harborview Chemicals")
"""All their opportunities are told in `stories`."""


@dataclass(frozen=True)
class Person:
    """Somebody at a customer; `role` is the part they usually play."""

    id: int
    name: str
    title: str
    role: str
    email: str


@dataclass
class Customer:
    """An account. `owner_id` is today's owner, `first_owner_id` the one before somebody left or started."""

    id: int
    name: str
    industry: str
    country: str
    town: str
    territory: str
    first_owner_id: int
    owner_id: int
    known_for: int = 9_999
    """Days before the day that the company is made for since which they are spoken with."""
    people: list[Person] = field(default_factory=list)

    @property
    def domain(self) -> str:
        return "".join(letter for letter in self.name.lower() if letter.isascii() and letter.isalnum()) + ".example"

    @property
    def is_chinese(self) -> bool:
        return self.country == "China"

    @property
    def machines(self) -> tuple[str, ...]:
        return (CHINESE_MACHINES if self.is_chinese else MACHINES)[self.industry]

    @property
    def region(self) -> str:
        return REGION_OF[self.territory]

    @property
    def currency(self) -> str:
        return CURRENCY_OF[self.territory] if self.is_chinese or self.territory != "Asia-Pacific" else "USD"


def list_customers(seed: int) -> list[Customer]:
    """Every account with two to five people."""
    dice = Dice(seed, "customers")
    customers: list[Customer] = []
    for territory, industries in COMPANIES.items():
        turns = _turns(territory)
        for industry, listed in industries.items():
            for name, country, town in listed:
                owner = IDS[OWNERS[name]] if name in OWNERS else next(turns)
                customers.append(Customer(len(customers) + 1, name, industry, country, town, territory, owner, owner))
    _mark_newcomers(Dice(seed, "new accounts"), customers)
    number, taken = 0, set[str]()
    for customer in customers:
        extra = dice.some(TITLES[2:], dice.weighted({0: 18, 1: 44, 2: 30, 3: 8}))
        for title, role in (*TITLES[:2], *extra):
            number += 1
            customer.people.append(_person(dice, customer, number, title, role.value, taken))
    return customers


def _mark_newcomers(dice: Dice, customers: Sequence[Customer]) -> None:
    for customer in customers:
        if customer.name not in STORY_ACCOUNTS and dice.chance(NEW_PERCENT):
            customer.known_for = dice.whole(130, 690)


def _turns(territory: str) -> Iterator[int]:
    """Whose turn it is to get an account; newcomers get every second one, the new hire none yet."""
    reps = [member for member in MEMBERS if member.is_rep and member.team == territory and member.name != NEW_HIRE]
    number = 0
    while True:
        for rep in reps:
            if rep.name not in NEWCOMERS or number % 2:
                yield IDS[rep.name]
        number += 1


def _person(dice: Dice, customer: Customer, number: int, title: str, role: str, taken: set[str]) -> Person:
    spoken = SPOKEN[customer.country]
    while True:
        given, family = dice.pick(GIVEN[spoken]), dice.pick(FAMILY[spoken])
        if spoken == "zh":
            (given, own), (family, clan) = given.split(), family.split()
            name, mailbox = f"{family} {given} {clan}{own}", f"{family}.{given}".lower()
        else:
            name, mailbox = f"{given} {family}", f"{given[0]}.{family}".lower().replace(" ", "")
        if name not in taken:
            taken.add(name)
            break
    shown = f"{title} {CHINESE_TITLES[title]}" if customer.is_chinese else title
    return Person(number, name, shown, role, f"{mailbox}@{customer.domain}")


@dataclass(frozen=True)
class Wanted:
    """How many opportunities somebody has open, and from which value on `least` are enough."""

    least: int
    most: int
    minor: int


class Market:
    """Draws what the reps have opened, one month after the other, up to the day before `day`."""

    def __init__(
        self, seed: int, day: dt.date, days: WorkingDays, customers: Sequence[Customer], absences: Absences
    ) -> None:
        self.day, self.days, self.customers, self.absences = day, days, customers, absences
        self.last = day - dt.timedelta(days=1)
        self.dice = Dice(seed, "market")
        self.first = month_after(day, -12 * YEARS_SHOWN)
        self.names: set[str] = set()
        known = [customer for customer in customers if customer.known_for > 12 * 31 * YEARS_SHOWN]
        self.bought: set[int] = {customer.id for customer in known if self.dice.chance(68)}

    def list_deals(self) -> list[Deal]:
        """Opportunities of every rep that were still open when the years shown begin, or opened later."""
        deals = []
        for member in MEMBERS:
            if member.is_rep and member.name != NEW_HIRE:
                deals += self._deals_of(member)
        return deals

    def topped_up(self, deals: Sequence[Deal], wanted: dict[int, Wanted]) -> list[Deal]:
        """With as much open as is wanted for each owner: surplus is left out, what is missing was opened lately."""
        kept = _thinned(deals)
        for owner_id, want in wanted.items():
            own = [deal for deal in kept if deal.is_open() and deal.owner() == owner_id]
            while len(own) > want.most:
                # While there is too little value, the small ones go.
                loose = sorted((deal for deal in own if not deal.notes), key=_minor)
                surplus = loose[0] if sum(map(_minor, own)) < want.minor else self.dice.pick(loose)
                own = [deal for deal in own if deal is not surplus]
                kept = [deal for deal in kept if deal is not surplus]
            kept += self._opened_lately(member_of(owner_id), own, want)
        return kept

    def _opened_lately(self, member: Member, own: Sequence[Deal], want: Wanted) -> list[Deal]:
        new: list[Deal] = []
        earliest = started_on(member, self.day) + dt.timedelta(days=5)
        for _ in range(400):
            open_ones = [*own, *new]
            if len(open_ones) >= want.least and (
                len(open_ones) >= want.most or sum(map(_minor, open_ones)) >= want.minor
            ):
                break
            begun = self.last - dt.timedelta(days=self.dice.whole(4, 95))
            deal = self._deal(member, max(begun, earliest))
            if deal is not None and deal.is_open() and len(_thinned([*open_ones, deal])) > len(open_ones):
                new.append(deal)
        return new

    def _deals_of(self, member: Member) -> list[Deal]:
        deals = []
        month = month_after(self.first, -MONTHS_BEFORE)
        started, left = started_on(member, self.day), left_on(member, self.day)
        while month <= self.last:
            hundredths = PER_MONTH * SEASONS[REGION_OF[member.team]][month.month - 1] // 100
            count = hundredths // 100 + self.dice.chance(hundredths % 100)
            begun = sorted(month + dt.timedelta(days=self.dice.whole(0, 27)) for _ in range(count))
            for day in begun:
                if day < started + dt.timedelta(days=10) or (left and day > left - dt.timedelta(days=12)):
                    continue
                away = self.absences.of(IDS[member.name], day)
                deal = None if away and away.is_long else self._deal(member, day)
                if deal is not None and (deal.is_open() or deal.steps[-1].day >= self.first):
                    deals.append(deal)
            month = month_after(month, 1)
        return deals

    def _deal(self, member: Member, begun: dt.date) -> Deal | None:
        """A new opportunity on one of the rep's accounts; None where it would begin after the last day."""
        owner = IDS[member.name]
        ago = (self.day - begun).days
        mine = [c for c in self.customers if c.owner_id == owner and c.name not in STORY_ACCOUNTS]
        own = [c for c in mine if c.known_for > ago] or mine
        customer = self.dice.pick(own)
        day = self.days.on_or_after(customer.region, begun)
        if day > self.last:
            return None
        is_customer = customer.id in self.bought
        source = self.dice.weighted({**terms.SOURCES, "Existing customer": 62 if is_customer else 0})
        product = self.dice.weighted(terms.NEXT_PRODUCTS if is_customer else terms.FIRST_PRODUCTS)
        low, high = self.dice.weighted(terms.MACHINE_BANDS)
        least = {terms.ONSITE: 60, terms.PREDICT: 38, terms.CARE: 74}.get(product, 12)
        start = Start(
            name=self._name(customer, product),
            account_id=customer.id,
            owner_id=owner,
            product=product,
            currency=customer.currency,
            region=customer.region,
            source=source,
            machines=max(self.dice.whole(low, high), least),
            trait=member.trait,
            day=day,
            chinese=customer.is_chinese,
            phrases=customer.machines,
        )
        deal = Life(self.dice, self.days, start, self.day).live().until(self.last)
        if deal.stage() == terms.WON:
            self.bought.add(customer.id)
        deal.contacts = self._contacts(customer, deal)
        return deal

    def _contacts(self, customer: Customer, deal: Deal) -> list[int]:
        """The further it went, the more people at the customer take part."""
        furthest = max(step.fields["stage_id"] for step in deal.steps if "stage_id" in step.fields)  # type: ignore[type-var]
        count = 1 + self.dice.chance(70) + (furthest >= terms.PILOT) + self.dice.chance(40)  # type: ignore[operator]
        return [person.id for person in customer.people[:count]]

    def _name(self, customer: Customer, product: int) -> str:
        """ "Account – Product, place", with a phase where that is taken."""
        site = self.dice.pick((customer.town, *SITES[customer.country]))
        plain = f"{customer.name} – {terms.PRODUCTS[product - 1][0]}, {site} {PLANTS[customer.industry]}"
        name, phase = plain, 2
        while name in self.names:
            name, phase = f"{plain}, phase {phase}", phase + 1
        self.names.add(name)
        return name


def _thinned(deals: Sequence[Deal]) -> list[Deal]:
    """Without the open ones beyond the first few of an account: nobody sells so much to one plant at once."""
    open_on: Counter[Value] = Counter()
    kept = []
    for deal in deals:
        account = deal.value("account_id")
        if not deal.is_open() or open_on[account] < OPEN_ON_AN_ACCOUNT:
            kept.append(deal)
            open_on[account] += deal.is_open()
    return kept


def _minor(deal: Deal) -> int:
    minor = deal.value("amount_minor")
    return minor if isinstance(minor, int) else 0
