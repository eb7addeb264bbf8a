"""The measures that targets are set for and boards are ranked by: their names, definitions and units."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator

from skills.envelope import Envelope
from skills.figure import Figure, RecordFilter
from skills.text import AnyValue, Text, Word, text, value
from store.models import Metric
from store.money import Money, rounded

TITLES: Mapping[Metric, Text] = {
    Metric.BOOKED: text("Won"),
    Metric.MARGIN: text("Margin"),
    Metric.COLLECTED: text("Collected"),
    Metric.PIPELINE_CREATED: text("Pipeline created"),
    Metric.UNITS: text("Units"),
    Metric.NEW_ACCOUNTS: text("New accounts"),
    Metric.ACTIVITIES: text("Activities"),
}
DEFINITIONS: Mapping[Metric, Text] = {
    Metric.BOOKED: text(
        "Amounts of the opportunities won, by booking date; of a split one each person's share, any other in full to "
        "its owner."
    ),
    Metric.MARGIN: text(
        "Amounts of the opportunities won minus quantity × unit cost, by booking date and with splits as shared."
    ),
    Metric.COLLECTED: text(
        "Payments that arrived in the period, whenever the opportunity was won, with splits as shared."
    ),
    Metric.PIPELINE_CREATED: text(
        "Amounts, as they are now, of the opportunities opened in the period, whatever became of them, by owner."
    ),
    Metric.UNITS: text("Units of the opportunities won, by booking date and with splits as shared."),
    Metric.NEW_ACCOUNTS: text("Accounts whose first won opportunity was booked in the period, by its owner."),
    Metric.ACTIVITIES: text("Calls, e-mails, meetings and demos in the period; notes are not counted."),
}
UNITS: Mapping[Metric, str] = {
    Metric.UNITS: "units",
    Metric.NEW_ACCOUNTS: "accounts",
    Metric.ACTIVITIES: "activities",
}
UNKNOWN: Mapping[Metric, Text] = {
    Metric.MARGIN: text("nothing that was won has an amount, a quantity and a unit cost"),
    Metric.UNITS: text("nothing that was won says how many units"),
}
"""Why there is no value when everything had to be left out."""
CALLED: Mapping[str, Metric] = {
    "revenue": Metric.BOOKED,
    "bookings": Metric.BOOKED,
    "booking": Metric.BOOKED,
    "sales": Metric.BOOKED,
    "won": Metric.BOOKED,
    "amount": Metric.BOOKED,
    "业绩": Metric.BOOKED,
    "销售额": Metric.BOOKED,
    "gross margin": Metric.MARGIN,
    "profit": Metric.MARGIN,
    "margins": Metric.MARGIN,
    "毛利": Metric.MARGIN,
    "利润": Metric.MARGIN,
    "collections": Metric.COLLECTED,
    "collection": Metric.COLLECTED,
    "cash": Metric.COLLECTED,
    "payments": Metric.COLLECTED,
    "回款": Metric.COLLECTED,
    "收款": Metric.COLLECTED,
    "pipeline": Metric.PIPELINE_CREATED,
    "created": Metric.PIPELINE_CREATED,
    "pipeline created": Metric.PIPELINE_CREATED,
    "pipeline creation": Metric.PIPELINE_CREATED,
    "新增商机": Metric.PIPELINE_CREATED,
    "unit": Metric.UNITS,
    "quantity": Metric.UNITS,
    "volume": Metric.UNITS,
    "销量": Metric.UNITS,
    "数量": Metric.UNITS,
    "new accounts": Metric.NEW_ACCOUNTS,
    "new customers": Metric.NEW_ACCOUNTS,
    "new logos": Metric.NEW_ACCOUNTS,
    "logos": Metric.NEW_ACCOUNTS,
    "新客户": Metric.NEW_ACCOUNTS,
    "activity": Metric.ACTIVITIES,
    "calls": Metric.ACTIVITIES,
    "活动": Metric.ACTIVITIES,
    "拜访": Metric.ACTIVITIES,
}
"""What people call a measure, beside its name."""


def named_metric(words: object) -> object:
    """The measure that the words call, where they do; validation says what else is possible."""
    if not isinstance(words, str):
        return words
    said = " ".join(words.casefold().replace("_", " ").split())
    names = {metric.value.replace("_", " "): metric for metric in Metric}
    return names.get(said, CALLED.get(said, words))


MetricName = Annotated[
    Literal["booked", "margin", "collected", "pipeline_created", "units", "new_accounts", "activities"],
    BeforeValidator(named_metric),
]


@dataclass(frozen=True)
class Unit:
    """What amounts of an answer are in: minor units of a currency, or a plain number of something."""

    metric: Metric
    currency: str | None

    @property
    def name(self) -> str:
        """As programs read it."""
        return self.currency or UNITS.get(self.metric, "opportunities")

    def money(self, minor: Fraction) -> Money | None:
        return None if self.currency is None else Money(rounded(minor), self.currency)

    def shown(self, minor: Fraction | int) -> AnyValue:
        """As people read it: money, a whole number, or one with a decimal place."""
        exact = Fraction(minor)
        if self.currency is not None:
            return value(Money(rounded(exact), self.currency))
        if exact.denominator == 1:
            return value(exact.numerator)
        return Word(value=f"{rounded(exact * 10) / Decimal(10):.1f}")

    def drawn(self, minor: Fraction) -> float:
        """For a chart."""
        money = self.money(minor)
        return float(minor) if money is None else float(money.units)

    def figure(
        self,
        envelope: Envelope,
        name: str,
        label: Text,
        definition: Text,
        minor: Fraction | None,
        *,
        reason: Text | None = None,
        count: int | None = None,
        records: RecordFilter | None = None,
    ) -> Figure:
        """An amount or a number, or why there is none."""
        if self.currency is not None:
            money = None if minor is None else self.money(minor)
            return envelope.money(
                name, label, definition, money, currency=self.currency, reason=reason, count=count, records=records
            )
        figure = envelope.number(name, label, definition, 0, unit=self.name, records=records)
        exact = None if minor is None else Fraction(rounded(minor * 10), 10)
        return figure.model_copy(
            update={
                "numerator": None if exact is None else exact.numerator,
                "denominator": 1 if exact is None else exact.denominator,
                "reason": reason if exact is None else None,
                "count": count,
            }
        )
