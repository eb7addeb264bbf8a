"""Stages, opportunities, and who at the customer plays which part in one."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.models.columns import Instant, one_of


class Status(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Category(StrEnum):
    """Forecast category (domain 3.5)."""

    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"
    OMITTED = "omitted"


class Stage(SQLModel, table=True):
    """A step of the sales process, in `position` order; `kind` says whether it ends the opportunity."""

    __tablename__ = "stage"
    __table_args__ = (
        one_of("kind", Status),
        one_of("category", Category),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    position: int = Field(unique=True)
    kind: str = Status.OPEN
    probability: int
    """Default chance of being won, in percent."""
    category: str = Category.PIPELINE
    """Forecast category that an opportunity takes when it enters."""
    qualified: bool = True
    """Whether what is in it counts as qualified: for coverage, velocity and the start of the sales cycle."""


class LossReason(SQLModel, table=True):
    """A reason for which opportunities are lost; `no_decision` where the customer bought nothing from anybody."""

    __tablename__ = "loss_reason"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    position: int
    no_decision: bool = False


class Opportunity(SQLModel, table=True):
    """A possible sale. `version` grows by one with every change, so that nobody overwrites what they have not seen."""

    __tablename__ = "opportunity"
    __table_args__ = (
        one_of("status", Status),
        one_of("category", Category),
        CheckConstraint("amount_minor IS NULL OR amount_minor >= 0", name="amount"),
        CheckConstraint("quantity IS NULL OR quantity >= 0", name="quantity"),
        CheckConstraint("(status = 'open') = (closed_on IS NULL)", name="closed_on"),
        CheckConstraint("booked_minor IS NULL OR status = 'won'", name="booked"),
        CheckConstraint("length(currency) = 3", name="currency"),
        # The leaderboard and every "won in" question are answered from this index alone.
        Index("ix_opportunity_booked", "status", "closed_on", "owner_id", "currency", "amount_minor", "booked_minor"),
        Index("ix_opportunity_owner", "owner_id", "status", "expected_close"),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    name: str
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    owner_id: int = Field(foreign_key="person.id")
    product_id: int | None = Field(default=None, foreign_key="product.id")
    stage_id: int = Field(foreign_key="stage.id", index=True)
    status: str = Status.OPEN
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str
    quantity: int | None = None
    """Units sold."""
    booked_minor: int | None = Field(default=None, sa_type=BigInteger)
    """Amount in the organisation's currency at the rate of `closed_on`, frozen when it was won."""
    opened_on: dt.date | None = None
    expected_close: dt.date | None = None
    closed_on: dt.date | None = None
    """Booking date of a won one, day of loss of a lost one."""
    next_step: str = ""
    next_step_due: dt.date | None = None
    category: str = Category.PIPELINE
    source: str = ""
    competitor: str = ""
    loss_reason: str = ""
    version: int = 1
    created_at: dt.datetime = Field(sa_type=Instant, index=True)
    updated_at: dt.datetime = Field(sa_type=Instant)


class BuyingRole(StrEnum):
    ECONOMIC_BUYER = "economic_buyer"
    CHAMPION = "champion"
    COACH = "coach"
    DECISION_MAKER = "decision_maker"
    TECHNICAL = "technical"
    USER = "user"
    INFLUENCER = "influencer"
    PROCUREMENT = "procurement"
    LEGAL = "legal"
    SECURITY = "security"
    BLOCKER = "blocker"
    SPONSOR = "sponsor"
    PARTNER = "partner"


class OpportunityContact(SQLModel, table=True):
    """The part a contact plays in the decision; influence 1 to 5, stance -2 (against) to +2 (for)."""

    __tablename__ = "opportunity_contact"
    __table_args__ = (
        one_of("role", BuyingRole),
        CheckConstraint("influence BETWEEN 1 AND 5", name="influence"),
        CheckConstraint("stance BETWEEN -2 AND 2", name="stance"),
        UniqueConstraint("opportunity_id", "contact_id", "role"),
    )

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id")
    contact_id: int = Field(foreign_key="contact.id")
    role: str
    influence: int | None = None
    stance: int | None = None
    version: int = 1


class Credit(StrEnum):
    """Direct credit is the sale itself and its shares add up to the whole; overlay is a ledger beside it."""

    DIRECT = "direct"
    OVERLAY = "overlay"


WHOLE_SHARE = 10_000
"""Shares are in hundredths of a percent."""


class CreditSplit(SQLModel, table=True):
    """Who is credited with which share of an opportunity. One without direct rows is its owner's alone."""

    __tablename__ = "credit_split"
    __table_args__ = (
        one_of("kind", Credit),
        CheckConstraint("share BETWEEN 1 AND 10000", name="share"),
        UniqueConstraint("opportunity_id", "person_id", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str = Credit.DIRECT
    share: int
    """Hundredths of a percent; the direct ones of an opportunity add up to 10,000."""
    version: int = 1


class Payment(SQLModel, table=True):
    """Money that arrived for a won opportunity."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("length(currency) = 3", name="currency"),)

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    paid_on: dt.date = Field(index=True)
    amount_minor: int = Field(sa_type=BigInteger)
    """Negative for money that was given back."""
    currency: str
    version: int = 1


class RiskThreshold(SQLModel, table=True):
    """A bound of a risk rule that differs from the usual one, in one stage or (without) in all."""

    __tablename__ = "risk_threshold"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        UniqueConstraint("rule", "stage_id"),
        Index(
            "uq_risk_threshold_rule",
            "rule",
            unique=True,
            sqlite_where=text("stage_id IS NULL"),
            postgresql_where=text("stage_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    stage_id: int | None = Field(default=None, foreign_key="stage.id")
    value: int
    """Days, a count or percent, as the rule has it."""


class RiskSnooze(SQLModel, table=True):
    """A warning about an opportunity that somebody has put off, with the reason and until when."""

    __tablename__ = "risk_snooze"

    id: int | None = Field(default=None, primary_key=True)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    rule: str = ""
    """One rule; all of them when empty."""
    until: dt.date
    """First day on which it is shown again."""
    reason: str
    person_id: int = Field(foreign_key="person.id")
    created_at: dt.datetime = Field(sa_type=Instant)
    version: int = 1
