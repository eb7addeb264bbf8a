"""What is sold."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Product(SQLModel, table=True):
    __tablename__ = "product"

    id: int | None = Field(default=None, primary_key=True)
    external_id: str | None = Field(default=None, unique=True)
    name: str = Field(unique=True)
    family: str = ""
    list_price_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    active: bool = True
