"""Which opportunities a statistic is about, and by what it is broken down."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, null
from sqlmodel import Session, col, select

from store.models import ChangeEntry, Opportunity
from store.scope import Scope

Key = int | str | dt.date | None
"""What a row of a breakdown is about: the id of a person, product or account, a word, or a day."""


class By(StrEnum):
    """What figures are grouped by."""

    NOTHING = "nothing"
    OWNER = "owner"
    PRODUCT = "product"
    ACCOUNT = "account"
    SOURCE = "source"
    COMPETITOR = "competitor"
    CLOSED = "closed"
    """The day on which it was won or lost."""

    @property
    def column(self) -> Any:
        if self is By.NOTHING:
            return null()
        return {
            By.OWNER: col(Opportunity.owner_id),
            By.PRODUCT: col(Opportunity.product_id),
            By.ACCOUNT: col(Opportunity.account_id),
            By.SOURCE: func.trim(col(Opportunity.source)),
            By.COMPETITOR: func.trim(col(Opportunity.competitor)),
            By.CLOSED: col(Opportunity.closed_on),
        }[self]


@dataclass(frozen=True)
class Segment:
    """The opportunities of somebody in scope, narrowed to a product, an account, a source or a competitor."""

    scope: Scope
    product_id: int | None = None
    account_id: int | None = None
    source: str | None = None
    competitor: str | None = None
    """Sources and competitors are compared without regard to case and to blanks around them."""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        conditions = [self.scope.clause(Opportunity.owner_id)]
        if self.product_id is not None:
            conditions.append(col(Opportunity.product_id) == self.product_id)
        if self.account_id is not None:
            conditions.append(col(Opportunity.account_id) == self.account_id)
        if self.source is not None:
            conditions.append(same_word(Opportunity.source, self.source))
        if self.competitor is not None:
            conditions.append(same_word(Opportunity.competitor, self.competitor))
        return conditions


def same_word(column: Any, word: str) -> ColumnElement[bool]:
    """Without regard to case and to blanks around it."""
    return func.lower(func.trim(col(column))) == func.lower(word.strip())


def list_words(session: Session, scope: Scope, by: By) -> list[str]:
    """The sources or competitors that stand in the opportunities of somebody in scope, by name."""
    column = by.column
    return sorted(
        {word for word in session.scalars(select(column).where(scope.clause(Opportunity.owner_id)).distinct()) if word}
    )


def stands() -> list[ColumnElement[bool]]:
    """Conditions on a change: it takes nothing back, and was not taken back itself."""
    undone = select(ChangeEntry.undoes).where(col(ChangeEntry.undoes).is_not(None))
    return [col(ChangeEntry.undoes).is_(None), col(ChangeEntry.change_id).not_in(undone)]
