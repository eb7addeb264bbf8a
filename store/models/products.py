"""What is sold."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import currency_code


class Product(SQLModel, table=True):
    __tablename__ = "product"
    __table_args__ = (
        currency_code(),
        CheckConstraint("list_price_minor IS NULL OR currency IS NOT NULL", name="price_currency"),
        CheckConstraint("unit_cost_minor IS NULL OR currency IS NOT NULL", name="cost_currency"),
    )

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    name: str = Field(unique=True)
    family: str = ""
    list_price_minor: int | None = Field(default=None, sa_type=BigInteger)
    unit_cost_minor: int | None = Field(default=None, sa_type=BigInteger)
    """What one unit costs us, in `currency`; margins have no value without it."""
    currency: str | None = None
    active: bool = True
    version: int = 1
