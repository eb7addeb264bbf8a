"""Items credited to people: all of them to their owners, put right where an opportunity is split (domain 3.1).

What is not split is summed by an index; the few opportunities that are split are read one by one and put right. The
parts of a split amount are whole minor units by largest remainder, so that they add up to the amount.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
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
    owner: Any = field(default_factory=lambda: col(Opportunity.owner_id))

    def joined(self, statement: Any) -> Any:
        for table, on in self.joins:
            statement = statement.join(table, on)
        return statement.where(*self.where)


@dataclass(frozen=True)
class Split:
    """One item that is split."""

    item_id: int
    owner_id: int
    keys: tuple[Any, ...]
    amounts: tuple[int | None, ...]
    """Of each sum, the whole."""
    shares: Mapping[int, int]
    """Everybody's share in hundredths of a percent."""

    def own_parts(self, scope: Scope) -> Mapping[int, tuple[int | None, ...]]:
        """What each of them who is in scope has of the amounts."""
        shares = list(self.shares.values())
        columns = [
            [None] * len(shares) if amount is None else parts(amount, shares) for amount in self.amounts
        ]  # fmt: skip
        everybody = zip(self.shares, zip(*columns, strict=True), strict=True)
        return {person: own for person, own in everybody if scope.allows(person)}

    def own_amount(self, scope: Scope) -> int | None:
        """What those of them who are in scope have of the first amount together."""
        if self.amounts[0] is None:
            return None
        return sum(own[0] or 0 for own in self.own_parts(scope).values())


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
        for split in list_split(session, scope, items):
            self._correct(scope, split)

    def _correct(self, scope: Scope, split: Split) -> None:
        """Take from the owner what was summed as theirs alone, and give everybody in scope their part."""
        owner, keys = split.owner_id, split.keys
        filled = [int(amount is not None) for amount in split.amounts]
        whole = [amount or 0 for amount in split.amounts]
        own_parts = split.own_parts(scope)
        self.crosses |= scope.allows(owner) != bool(own_parts)
        self.touched |= {owner, *own_parts}
        if scope.allows(owner):
            self._add(owner, keys, -1, [-one for one in filled], [-one for one in whole])
        for number, (person, own) in enumerate(own_parts.items()):
            counts = self._by_person or number == 0
            self._add(
                person, keys, int(counts), filled if counts else [0] * len(filled), [amount or 0 for amount in own]
            )
        if len(own_parts) > 1:
            key = (frozenset(own_parts), keys[0] if keys else None)
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
    owner = items.owner
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


def split_ids() -> Any:
    """Which opportunities are split; what is added to its conditions is about the shares."""
    return select(col(CreditSplit.opportunity_id)).where(col(CreditSplit.kind) == Credit.DIRECT)


def overlay_ids() -> Any:
    """Which opportunities have shares in the ledger beside; what is added to its conditions is about the shares."""
    return select(col(CreditSplit.opportunity_id)).where(col(CreditSplit.kind) == Credit.OVERLAY)


def list_split(session: Session, scope: Scope, items: Items) -> Iterator[Split]:
    """Split items that touch the scope."""
    on = joined_splits(session)
    if on is None:
        return
    person = col(CreditSplit.person_id)
    columns = (items.item, items.owner, *items.keys, *items.sums, person, col(CreditSplit.share))
    statement = items.joined(select(*columns).select_from(CreditSplit).join(Opportunity, on)).where(
        col(CreditSplit.kind) == Credit.DIRECT
    )
    if scope.people is not None:
        touched = col(CreditSplit.opportunity_id).in_(split_ids().where(scope.clause(person)))
        statement = statement.where(or_(scope.clause(items.owner), touched))
    statement = statement.order_by(items.item, col(CreditSplit.id)).execution_options(yield_per=1000)
    width = 2 + len(items.keys)
    for _, group in groupby(session.execute(statement), key=lambda row: row[0]):
        rows = list(group)
        first = rows[0]
        shares = {row[-2]: row[-1] for row in rows}
        yield Split(first[0], first[1], tuple(first[2:width]), tuple(first[width:-2]), shares)
