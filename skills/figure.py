"""A number with everything that makes it checkable."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict

from skills.measures.calendar import Period
from skills.text import Text
from store.money import Money

PERCENT = "%"


class RecordFilter(BaseModel):
    """Which opportunities a figure was made of, so that they can be listed again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner_ids: tuple[int, ...] | None = None
    """None means everybody's."""
    credited_ids: tuple[int, ...] | None = None
    """Only those that somebody of these is credited with: by a share of a split one, or as the owner of any other."""
    overlay: bool = False
    """Only those of which somebody (of `credited_ids`, where these are given) has a share in the ledger beside the
    direct credit."""
    status: Literal["open", "won", "lost", "closed", "open or won"] | None = None
    """"closed" is won and lost together; None is all of them."""
    by: Literal["", "closed_on", "expected_close", "opened_on"] = ""
    """Which day lies from `start` up to but not including `end`; by the status when empty: the expected close of open
    ones, the booking or loss date of the others."""
    start: dt.date | None = None
    end: dt.date | None = None
    stage_id: int | None = None
    product_id: int | None = None
    account_id: int | None = None
    currency: str | None = None
    categories: tuple[str, ...] | None = None
    """Only those of these forecast categories; what is won is "closed"."""
    qualified: bool | None = None
    """Only those in a stage that counts as qualified, or only the others."""
    source: str | None = None
    competitor: str | None = None
    """Words, whatever their case."""
    decided: bool | None = None
    """Without those lost to no decision, or only these."""
    overdue_on: dt.date | None = None
    """Only those whose expected close is before this day."""
    priced: bool | None = None
    """Only those with an amount, or only those without."""
    ids: tuple[int, ...] | None = None
    """Exactly these, where no rule finds them again; at most some hundreds."""

    @property
    def is_of_now(self) -> bool:
        """Whether some condition is on what no log tells of earlier days."""
        told = (self.credited_ids, self.categories, self.qualified, self.source, self.competitor, self.decided)
        return self.overlay or any(one is not None for one in told)


class Figure(BaseModel):
    """One number as it is given to people.

    `numerator / denominator` is exact, in whole units of `unit`: an ISO 4217 code, "%" (a ratio: 7/8 is shown as
    87.5%), or a plain word such as "opportunities" or "days". A figure without a value says why in `reason`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """Definition id of domain section 3, such as "booked" or "attainment"."""
    label: Text
    unit: str
    numerator: int | None = None
    denominator: int = 1
    reason: Text | None = None
    period: Period | None = None
    as_of: dt.datetime
    definition: Text
    version: int = 1
    """Of the definition: it grows when the same name comes to mean another number."""
    rule: Text | None = None
    """At which exchange rates; None where nothing was converted."""
    filters: tuple[Text, ...] = ()
    records: RecordFilter | None = None
    count: int | None = None
    """How many records it was made of."""
    warnings: tuple[Text, ...] = ()

    @property
    def exact(self) -> Fraction | None:
        return None if self.numerator is None else Fraction(self.numerator, self.denominator)

    @property
    def money(self) -> Money | None:
        """The value as money; None for another unit or without a value."""
        if self.exact is None or len(self.unit) != 3:
            return None
        return Money.of(Decimal(self.exact.numerator) / Decimal(self.exact.denominator), self.unit)

    @property
    def number(self) -> Decimal | None:
        """For programs: units of the currency, percent points, or the plain number; at most four decimal places."""
        if self.exact is None:
            return None
        scaled = self.exact * (100 if self.unit == PERCENT else 1)
        number = Decimal(scaled.numerator) / Decimal(scaled.denominator)
        return number.quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize() + 0
