"""Items credited to people: all of them to their owners, put right where an opportunity is split (domain 3.1).

What is not split is summed by an index; the few opportunities that are split are read one by one and put right. The
parts of a split amount are whole minor units by largest remainder, so that they add up to the amount.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from store.models import WHOLE_SHARE, Credit, CreditSplit, Opportunity
from store.opportunities import Booked
from store.scope import Scope

FEW = 20_000
"""Up to so many splits, it is quicker to begin with them than with what was won."""


@dataclass(frozen=True)
class Shared:
    """Items that several people of a scope are credited with: each of them has them in their count."""

    people: frozenset[int]
    currency: str | None
    count: int
    priced: int
    converted: int

    def doubled(self, key: int | None, people: Collection[int]) -> Booked | None:
        """What to add to the sums of these people, under their common key, so that each item is counted once."""
        times = len(self.people & set(people)) - 1
        if times < 1:
            return None
        return Booked(
            key, self.currency or "", -times * self.count, -times * self.priced, 0, -times * self.converted, 0
        )


def parts(minor: int, shares: Sequence[int]) -> tuple[int, ...]:
    """Whole parts of an amount by shares in hundredths of a percent, which add up to it when the shares are a whole.

    By largest remainder; equal remainders are served in the order of the shares.
    """
    floors = [minor * share // WHOLE_SHARE for share in shares]
    rests = [minor * share % WHOLE_SHARE for share in shares]
    spare = sum(rests) // WHOLE_SHARE
    favoured = set(sorted(range(len(shares)), key=lambda index: -rests[index])[:spare])
    return tuple(floor + (index in favoured) for index, floor in enumerate(floors))


@dataclass(frozen=True)
class Items:
    """The items that are credited: opportunities, or (joined to them) what belongs to them."""

    keys: tuple[Any, ...]
    """What sums are kept apart by, beside the person."""
    sums: tuple[Any, ...]
    where: tuple[ColumnElement[bool], ...]
    joins: tuple[tuple[Any, Any], ...] = ()
    item: Any = field(default_factory=lambda: col(Opportunity.id))

    def joined(self, statement: Any) -> Any:
        for table, on in self.joins:
            statement = statement.join(table, on)
        return statement.where(*self.where)


@dataclass
class _Tally:
    count: int = 0
    filled: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)

    def add(self, count: int, filled: Sequence[int], sums: Sequence[int]) -> None:
        if not self.sums:
            self.filled, self.sums = [0] * len(sums), [0] * len(sums)
        self.count += count
        for index, number in enumerate(filled):
            self.filled[index] += number
        for index, number in enumerate(sums):
            self.sums[index] += number

    @property
    def booked(self) -> tuple[int, int, int, int, int]:
        """Count, and of the amount and the booked amount how many there are and their sum."""
        return self.count, self.filled[0], self.sums[0], self.filled[1], self.sums[1]


class Book:
    """Sums by person and keys; or, where the people do not matter, by the keys alone (under the person 0)."""

    def __init__(self, *, by_person: bool = True) -> None:
        self.tallies: dict[tuple[int, tuple[Any, ...]], _Tally] = {}
        self.crosses = False
        self.touched: set[int] = set()
        self._by_person = by_person
        self._shared: dict[tuple[frozenset[int], str | None], _Tally] = {}

    def fill(self, session: Session, scope: Scope, items: Items) -> None:
        width, first = len(items.sums), 2 + len(items.keys)
        for row in _sum_by_owner(session, scope, items):
            filled, sums = row[first : first + width], [int(one or 0) for one in row[first + width :]]
            self._add(row[0], tuple(row[2:first]), row[1], filled, sums)
        for owner, keys, amounts, shares in _list_split(session, scope, items):
            self._correct(scope, owner, keys, amounts, shares)

    def _correct(
        self, scope: Scope, owner: int, keys: tuple[Any, ...], amounts: Sequence[int | None], shares: dict[int, int]
    ) -> None:
        """Take from the owner what was summed as theirs alone, and give everybody in scope their part."""
        filled = [int(amount is not None) for amount in amounts]
        whole = [amount or 0 for amount in amounts]
        people = [person for person in shares if scope.allows(person)]
        self.crosses |= scope.allows(owner) != bool(people)
        self.touched |= {owner, *people}
        if scope.allows(owner):
            self._add(owner, keys, -1, [-one for one in filled], [-one for one in whole])
        columns = [dict(zip(shares, parts(amount, list(shares.values())), strict=True)) for amount in whole]
        for number, person in enumerate(people):
            counts = self._by_person or number == 0
            own = [column[person] for column in columns]
            self._add(person, keys, int(counts), filled if counts else [0] * len(filled), own)
        if len(people) > 1:
            key = (frozenset(people), keys[0] if keys else None)
            self._shared.setdefault(key, _Tally()).add(1, filled, whole)

    def _add(self, person: int, keys: tuple[Any, ...], count: int, filled: Sequence[int], sums: Sequence[int]) -> None:
        key = (person if self._by_person else 0, keys)
        self.tallies.setdefault(key, _Tally()).add(count, filled, sums)

    def shared(self) -> list[Shared]:
        if not self._by_person:
            return []
        return [
            Shared(people, currency, tally.count, tally.filled[0], tally.filled[-1])
            for (people, currency), tally in self._shared.items()
        ]


def _sum_by_owner(session: Session, scope: Scope, items: Items) -> Iterator[Any]:
    """As if every owner had everything of theirs: owner, count, keys, how many have each sum, and the sums."""
    owner = col(Opportunity.owner_id)
    columns = (owner, func.count(), *items.keys)
    numbers = (*(func.count(one) for one in items.sums), *(func.sum(one) for one in items.sums))
    statement = items.joined(select(*columns, *numbers).select_from(Opportunity)).where(scope.clause(owner))
    yield from session.execute(statement.group_by(owner, *items.keys))


def joined_splits(session: Session) -> ColumnElement[bool] | None:
    """What joins splits to their opportunities; None where nothing is split at all."""
    held = session.execute(select(func.count()).select_from(select(col(CreditSplit.id)).limit(FEW + 1).subquery()))
    count = held.scalar_one()
    if not count:
        return None
    split = col(CreditSplit.opportunity_id)
    # A sum has no index: without one to follow from everything that was won, a planner begins with the few splits.
    return col(Opportunity.id) == (split + 0 if count <= FEW else split)


def _list_split(
    session: Session, scope: Scope, items: Items
) -> Iterator[tuple[int, tuple[Any, ...], Sequence[int | None], dict[int, int]]]:
    """Split items that touch the scope: owner, keys, amounts, and everybody's share by the person."""
    on = joined_splits(session)
    if on is None:
        return
    split, owner = col(CreditSplit.opportunity_id), col(Opportunity.owner_id)
    touched = select(split).where(col(CreditSplit.kind) == Credit.DIRECT, scope.clause(CreditSplit.person_id))
    columns = (items.item, owner, *items.keys, *items.sums, col(CreditSplit.person_id), col(CreditSplit.share))
    statement = items.joined(select(*columns).select_from(CreditSplit).join(Opportunity, on)).where(
        col(CreditSplit.kind) == Credit.DIRECT
    )
    if scope.people is not None:
        statement = statement.where(or_(scope.clause(owner), split.in_(touched)))
    statement = statement.order_by(items.item, col(CreditSplit.id)).execution_options(yield_per=1000)
    width = 2 + len(items.keys)
    for _, group in groupby(session.execute(statement), key=lambda row: row[0]):
        rows = list(group)
        first = rows[0]
        shares = {row[-2]: row[-1] for row in rows}
        yield first[1], tuple(first[2:width]), list(first[width:-2]), shares
