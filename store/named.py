"""Records whose name holds what somebody is typing."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from store.models import Account, Opportunity, Person, Product, Status, Team
from store.scope import Scope


def list_opportunities_named(session: Session, scope: Scope, words: str, *, limit: int) -> Sequence[Opportunity]:
    """Opportunities by their own or their account's name, open ones first."""
    pattern = _pattern(words)
    named = func.lower(col(Opportunity.name)).like(pattern, escape="\\") | func.lower(col(Account.name)).like(
        pattern, escape="\\"
    )
    return session.exec(
        select(Opportunity)
        .join(Account, col(Opportunity.account_id) == col(Account.id), isouter=True)
        .where(named, scope.clause(Opportunity.owner_id))
        .order_by(col(Opportunity.status) != Status.OPEN, col(Opportunity.name), col(Opportunity.id))
        .limit(limit)
    ).all()


def list_named(
    session: Session, model: type[Account] | type[Product] | type[Person] | type[Team], words: str, *, limit: int
) -> Sequence[SQLModel]:
    """Accounts, products, people or teams by name. Everybody may know these names; their records are another matter."""
    query = select(model).where(func.lower(col(model.name)).like(_pattern(words), escape="\\"))
    return session.exec(query.order_by(col(model.name), col(model.id)).limit(limit)).all()


def _pattern(words: str) -> str:
    escaped = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
