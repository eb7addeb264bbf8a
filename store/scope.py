"""Whose records a query may touch. Every query takes a scope, and none has a default."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col


@dataclass(frozen=True)
class Scope:
    """The people whose records may be seen; `people=None` is everybody."""

    people: frozenset[int] | None

    @classmethod
    def everybody(cls) -> "Scope":
        return cls(None)

    @classmethod
    def of(cls, people: Iterable[int]) -> "Scope":
        return cls(frozenset(people))

    def __and__(self, other: "Scope") -> "Scope":
        if self.people is None:
            return other
        return self if other.people is None else Scope(self.people & other.people)

    def allows(self, person_id: int | None) -> bool:
        return self.people is None or person_id in self.people

    def includes(self, other: "Scope") -> bool:
        """Whether everything that `other` may see may be seen here too."""
        return self.people is None or (other.people is not None and other.people <= self.people)

    def clause(self, owner: Any) -> ColumnElement[bool]:
        """The condition on a column that holds a person's id."""
        if self.people is None:
            return true()
        return col(owner).in_(self.people) if self.people else false()
