"""Exchange rates: loading them, and booking what could not be booked for want of one."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlmodel import Session, col, select

from store.change_log import Author, FieldChange, RecordChange, RecordKind, apply_many
from store.importers.problems import Unmatched, Unreadable
from store.importers.reading import read_sheet
from store.models import ExchangeRate, Opportunity, RateKind, Status
from store.money import CURRENCIES, Money, Rates

HEADERS = ("currency", "valid_from", "rate", "kind")


@dataclass(frozen=True)
class RatesAdded:
    added: int
    changed: int
    unchanged: int
    booked: int
    """Won opportunities that have an amount in the organisation's currency only now."""
    unbooked: int
    """Those that still have none."""


def read_rates(path: Path, home: str) -> list[ExchangeRate]:
    """Rates from a file with the columns currency, valid_from, rate and perhaps kind (daily or plan).

    Raises `Unreadable` with the first row that is wrong: rates are loaded all or not at all.
    """
    sheet = read_sheet(path)
    header = [cell.casefold().replace(" ", "_") for cell in sheet.rows[0].cells]
    missing = [name for name in HEADERS[:3] if name not in header]
    if missing:
        raise Unmatched(f"{path.name} has no column {missing[0]}. A file of rates has: {', '.join(HEADERS)}.")
    rates = []
    for row in sheet.rows[1:]:
        if row.is_blank:
            continue
        cells = dict(zip(header, row.cells, strict=False))
        rates.append(_rate(f"{path.name}, row {row.number}", cells, home))
    return rates


def _rate(where: str, cells: dict[str, str], home: str) -> ExchangeRate:
    currency, kind = cells.get("currency", "").upper(), cells.get("kind", "").casefold() or RateKind.DAILY.value
    if currency not in CURRENCIES:
        raise Unreadable(f"{where}: “{currency}” is not the code of a currency.")
    if currency == home:
        raise Unreadable(f"{where}: {home} is the organisation's own currency and needs no rate.")
    if kind not in list(RateKind):
        raise Unreadable(f"{where}: the kind is {' or '.join(RateKind)}, not “{kind}”.")
    try:
        rate = Decimal(cells.get("rate", ""))
    except InvalidOperation as error:
        raise Unreadable(f"{where}: “{cells.get('rate', '')}” is not a rate such as 1.0842.") from error
    if not rate.is_finite() or rate <= 0:
        raise Unreadable(f"{where}: a rate is greater than zero, not {rate}.")
    try:
        valid_from = dt.date.fromisoformat(cells.get("valid_from", ""))
    except ValueError as error:
        raise Unreadable(f"{where}: “{cells.get('valid_from', '')}” is not a date such as 2026-01-31.") from error
    return ExchangeRate(currency=currency, kind=kind, valid_from=valid_from, rate=f"{rate:f}")


def add_rates(session: Session, rates: Sequence[ExchangeRate], author: Author, currency: str) -> RatesAdded:
    """Add or replace rates into `currency`, and book won opportunities that had none for their day."""
    known = {(row.currency, row.kind, row.valid_from): row for row in session.exec(select(ExchangeRate))}
    added = changed = unchanged = 0
    for rate in rates:
        row = known.get((rate.currency, rate.kind, rate.valid_from))
        if row is None:
            session.add(rate)
            known[rate.currency, rate.kind, rate.valid_from] = rate
            added += 1
        elif Decimal(row.rate) == Decimal(rate.rate):
            unchanged += 1
        else:
            row.rate = rate.rate
            changed += 1
    session.flush()
    booked, unbooked = _book(session, author, Rates.load(session, currency))
    return RatesAdded(added, changed, unchanged, booked, unbooked)


def _book(session: Session, author: Author, rates: Rates) -> tuple[int, int]:
    """Give won opportunities without an amount in the organisation's currency one. What was booked stays frozen."""
    waiting = session.exec(
        select(Opportunity)
        .where(
            Opportunity.status == Status.WON,
            col(Opportunity.booked_minor).is_(None),
            col(Opportunity.amount_minor).is_not(None),
        )
        .with_for_update()
    ).all()
    changes = []
    for row in waiting:
        if row.closed_on is not None and row.amount_minor is not None:
            money = rates.convert(Money(row.amount_minor, row.currency), row.closed_on)
            if money is not None:
                field = FieldChange(field="booked_minor", new=money.minor, derived=True)
                change = RecordChange(
                    kind=RecordKind.OPPORTUNITY, id=row.id, version=row.version, label=row.name, fields=(field,)
                )
                changes.append((change, row.closed_on))
    session.expunge_all()
    apply_many(session, changes, author, change_id=f"rates-{uuid.uuid4().hex[:12]}", reason="exchange rates loaded")
    return len(changes), len(waiting) - len(changes)
