"""The envelope that all figures of one answer share."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from skills.figure import PERCENT, Figure, RecordFilter
from skills.measures.calendar import Period
from skills.text import Text
from store.money import Money, exponent
from store.scope import Scope


@dataclass(frozen=True)
class Envelope:
    """As of when, which period and records, and what was left out. Its methods put one number each into it."""

    as_of: dt.datetime
    period: Period | None = None
    records: RecordFilter | None = None
    filters: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()
    rule: Text | None = None
    """At which exchange rates; None where nothing is converted."""

    def money(
        self,
        name: str,
        label: Text,
        definition: Text,
        amount: Money | None,
        *,
        currency: str,
        reason: Text | None = None,
        count: int | None = None,
        records: RecordFilter | None = None,
    ) -> Figure:
        """An amount, or why there is none in `currency`."""
        unit = amount.currency if amount else currency
        return self._figure(
            name,
            label,
            definition,
            unit,
            None if amount is None else Fraction(amount.minor, 10 ** exponent(unit)),
            reason,
            count,
            records,
        )

    def ratio(
        self,
        name: str,
        label: Text,
        definition: Text,
        ratio: Fraction | None,
        *,
        reason: Text | None = None,
        count: int | None = None,
        records: RecordFilter | None = None,
    ) -> Figure:
        """A share in percent, or why it has no value."""
        return self._figure(name, label, definition, PERCENT, ratio, reason, count, records)

    def number(
        self,
        name: str,
        label: Text,
        definition: Text,
        number: int,
        *,
        unit: str = "opportunities",
        records: RecordFilter | None = None,
    ) -> Figure:
        """How many of something."""
        return self._figure(name, label, definition, unit, Fraction(number), None, number, records)

    def _figure(
        self,
        name: str,
        label: Text,
        definition: Text,
        unit: str,
        value: Fraction | None,
        reason: Text | None,
        count: int | None,
        records: RecordFilter | None,
    ) -> Figure:
        return Figure(
            name=name,
            label=label,
            unit=unit,
            numerator=None if value is None else value.numerator,
            denominator=1 if value is None else value.denominator,
            reason=reason if value is None else None,
            period=self.period,
            as_of=self.as_of,
            definition=definition,
            rule=self.rule,
            filters=self.filters,
            records=records or self.records,
            count=count,
            warnings=self.warnings,
        )


def records_of(
    scope: Scope,
    status: Literal["open", "won", "lost"],
    start: dt.date | None = None,
    end: dt.date | None = None,
    *,
    stage_id: int | None = None,
) -> RecordFilter:
    """The filter that lists a figure's opportunities again."""
    owners = None if scope.people is None else tuple(sorted(scope.people))
    return RecordFilter(owner_ids=owners, status=status, start=start, end=end, stage_id=stage_id)


def only(records: RecordFilter, **more: Any) -> RecordFilter:
    """Those of the records to which more conditions apply, by field of `RecordFilter`."""
    return RecordFilter.model_validate(records.model_dump() | more)
