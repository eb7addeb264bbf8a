"""One import under way: what it was asked, what it has read, and what every kind of record needs on the way."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from store.change_log import Author
from store.importers.amounts import Amount, Decimals
from store.importers.dates import DateOrder
from store.importers.headers import Layout
from store.importers.names import Entity, Names
from store.importers.problems import CellRefused, Refusal, RowRefused
from store.importers.reading import Row, Sheet
from store.importers.report import Report
from store.models import Organisation
from store.money import Money, Rates

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many rows are done, and how many there are."""

SAME_LETTERS = "the same letters and digits"


@dataclass(frozen=True)
class Options:
    """What the person said beside the files."""

    mapped: Mapping[str, str] = field(default_factory=dict)
    """Header in the file to field."""
    encoding: str | None = None
    date_order: DateOrder | None = None
    decimals: Decimals | None = None
    currency: str | None = None
    """Of amounts without one; the organisation's when left out."""
    scales: Mapping[str, int] = field(default_factory=dict)
    """Field to what its numbers are counted in: revenue in millions is 1,000,000."""
    stages: tuple[str, ...] = ()
    """Open stages in their order, for a database that has none."""
    dry_run: bool = False


@dataclass(eq=False)
class Record:
    """One row with its cells read; only fields that the file has and that are not empty are there."""

    sheet: Sheet
    layout: Layout
    row: Row
    values: dict[str, Any]

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")


@dataclass(eq=False)
class Draft:
    """What is to be written about one record. Values may be entities that get their id only on the way."""

    entity: Entity
    values: dict[str, Any]
    before: Mapping[str, Any] | None
    """The row in the database; None for a new record."""
    record: Record | None = None
    """None where no row is about it, such as a manager who is only named."""

    def after(self, column: str) -> Any:
        """What the column will hold."""
        return self.values[column] if column in self.values else (self.before or {}).get(column)


@dataclass(eq=False)
class Work:
    """The session is one transaction that holds the write lock."""

    session: Session
    organisation: Organisation
    options: Options
    author: Author
    report: Report
    progress: Progress
    change_id: str
    assumed: Counter[str] = field(default_factory=Counter)
    rounded: int = 0
    kept_out: set[Record] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.zone)

    @property
    def today(self) -> dt.date:
        """In the organisation's zone."""
        return self.author.at.astimezone(self.zone).date()

    @property
    def home(self) -> str:
        """The currency of amounts that name none."""
        return self.options.currency or self.organisation.currency

    def rates(self) -> Rates:
        return Rates.load(self.session, self.organisation.currency)

    def refuse(self, record: Record, name: str, reason: str) -> None:
        """Keep a row out, because of a field (empty: of the whole row)."""
        place = record.layout.columns.get(name)
        cell = record.row.cells[place] if place is not None else ""
        title = record.layout.title(name) if name else ""
        self.report.refusals.append(Refusal(str(record.sheet.path), record.row.number, title, cell, reason))
        if record not in self.kept_out:
            self.kept_out.add(record)
            self.report.refused += 1

    def draft_each(self, records: Sequence[Record], draft: Callable[[Record], Draft | None]) -> list[Draft]:
        """A draft of each record; one that raises `RowRefused` is kept out."""
        drafts = []
        for done, record in enumerate(records):
            if done % 1000 == 0:
                self.progress("matching", done, len(records))
            try:
                made = draft(record)
            except RowRefused as refused:
                self.refuse(record, refused.field, refused.reason)
            else:
                if made is not None:
                    drafts.append(made)
        return drafts

    def find(self, names: Names, record: Record, name: str, advice: str = "") -> Entity | None:
        """The record that a cell names; a spelling that differs in case, spaces or punctuation only is mended."""
        words = record.get(name)
        if words is None:
            return None
        try:
            match = names.find(str(words), advice=advice)
        except CellRefused as refused:
            raise RowRefused(name, refused.reason) from refused
        if match.mended:
            self.report.mend(record.layout.title(name), str(words), match.entity.name, SAME_LETTERS)
        return match.entity

    def identify(self, names: Names, record: Record, name: str, email: str | None = None) -> Entity | None:
        """The record that a row is about, if there is one already."""
        try:
            match = names.identify(name, record.get("external_id"), email)
        except CellRefused as refused:
            raise RowRefused("name", refused.reason) from refused
        if match is None:
            return None
        if match.mended:
            self.report.mend(record.layout.title("name"), name, match.entity.name, SAME_LETTERS)
        return match.entity

    def money(self, record: Record, name: str, known_currency: str | None = None) -> Money | None:
        """The amount of a row; one without a currency has that of the record as it stands, else the usual one.

        Raises `RowRefused` where the cell and the currency column contradict each other.
        """
        amount: Amount | None = record.get(name)
        if amount is None:
            return None
        column: str | None = record.get("currency")
        if amount.currency and column and amount.currency != column:
            raise RowRefused(name, f"the amount is in {amount.currency}, the currency column says {column}")
        currency = amount.currency or column or known_currency
        if currency is None:
            currency = self.home
            self.assumed[currency] += 1
        money = Money.of(amount.units, currency)
        if money.units != amount.units:
            self.rounded += 1
        if abs(money.minor) >= 2**63:
            raise RowRefused(name, "the amount is too large to be one")
        return money


def rows_in_words(count: int, noun: str = "row") -> str:
    """ "1 row", "1,425 rows"."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
