"""Setting up the organisation: checked, so that no figure ever stands on a zone or a currency that is none."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, func, select

from store.models import ExchangeRate, Opportunity, Organisation
from store.money import CURRENCIES


class Refused(Exception):
    """The organisation cannot be set so; the message is a sentence for people."""


def set_organisation(session: Session, wanted: Mapping[str, Any]) -> Organisation:
    """Set what is wanted and leave the rest; makes the row where there is none. Raises `Refused`."""
    row = session.get(Organisation, 1)
    if row is None:
        row = Organisation(name="My organisation")
        session.add(row)
    currency = wanted.get("currency", row.currency).upper()
    if currency not in CURRENCIES:
        raise Refused(f"“{currency}” is not the code of a currency, such as USD or EUR.")
    if currency != row.currency:
        _check_currency(session, row.currency, currency)
    if "zone" in wanted:
        try:
            ZoneInfo(wanted["zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise Refused(
                f"“{wanted['zone']}” is not a time zone, such as Europe/Paris or America/New_York."
            ) from error
    if not wanted.get("name", row.name).strip():
        raise Refused("An organisation needs a name.")
    for field, value in wanted.items():
        setattr(row, field, value)
    row.currency = currency
    session.flush()
    return row


def _check_currency(session: Session, old: str, new: str) -> None:
    """What was booked and the rates are in the old currency, and would be taken for the new one."""
    booked = session.exec(
        select(func.count()).select_from(Opportunity).where(col(Opportunity.booked_minor).is_not(None))
    ).one()
    rates = session.exec(select(func.count()).select_from(ExchangeRate)).one()
    if booked or rates:
        raise Refused(
            f"The currency stays {old}: {booked:,} won opportunities are booked and {rates:,} rates are given in it. "
            f"For {new}, begin with a new database and import again."
        )
