"""Queries on the people at an account, which every member may know."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.models import Contact


def list_contacts(session: Session, account_id: int) -> Sequence[Contact]:
    """The people at an account, by name."""
    return session.exec(
        select(Contact).where(Contact.account_id == account_id).order_by(col(Contact.name), col(Contact.id))
    ).all()
