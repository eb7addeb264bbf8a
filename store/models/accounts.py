"""Customers and the people there."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import currency_code


class Account(SQLModel, table=True):
    __tablename__ = "account"
    __table_args__ = (
        currency_code(),
        CheckConstraint("parent_id <> id", name="parent_is_another"),
        CheckConstraint("employees IS NULL OR employees >= 0", name="employees"),
        CheckConstraint("annual_revenue_minor IS NULL OR currency IS NOT NULL", name="revenue_currency"),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    name: str = Field(index=True)
    industry: str = ""
    region: str = ""
    country: str = ""
    website: str = ""
    employees: int | None = None
    founded_year: int | None = None
    annual_revenue_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    parent_id: int | None = Field(default=None, foreign_key="account.id")
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    version: int = 1


class Contact(SQLModel, table=True):
    __tablename__ = "contact"

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    name: str
    email: str | None = None
    phone: str = ""
    title: str = ""
    version: int = 1
