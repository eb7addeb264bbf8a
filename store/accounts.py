"""Queries on accounts and the people there.

Every member may know that an account exists and who works there; whose records hang on it is the scope's matter.
"""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.models import Account, Contact, Opportunity, Status
from store.scope import Scope


def get_account(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


def list_contacts(session: Session, account_id: int) -> Sequence[Contact]:
    """The people at an account, by name."""
    return session.exec(
        select(Contact).where(Contact.account_id == account_id).order_by(col(Contact.name), col(Contact.id))
    ).all()


def list_account_opportunities(
    session: Session, scope: Scope, account_id: int, *, status: Status | None = None
) -> Sequence[Opportunity]:
    """Opportunities with an account that the scope allows: open ones first, then the newest closed ones."""
    query = (
        select(Opportunity)
        .where(Opportunity.account_id == account_id, scope.clause(Opportunity.owner_id))
        .order_by(
            (col(Opportunity.status) != Status.OPEN).asc(),
            col(Opportunity.closed_on).desc(),
            col(Opportunity.expected_close).asc().nulls_last(),
            col(Opportunity.id),
        )
    )
    if status is not None:
        query = query.where(Opportunity.status == status)
    return session.exec(query).all()
