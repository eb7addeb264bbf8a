"""Setting up the organisation: checked, so that no figure ever stands on a zone or a currency that is none."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, func, select

from store.models import (
    ExchangeRate,
    Opportunity,
    Organisation,
    RateKind,
    Region,
    Role,
    Sharing,
    YearPattern,
    YearStart,
)
from store.money import CURRENCIES

WEEK = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip
SETTINGS = tuple(name for name in Organisation.model_fields if name != "id")
"""All of them can be set."""
CHANNEL = re.compile(r"[^\s#.,;:@<>&|\"'`]{1,80}")
_SEEN = {
    Sharing.PRIVATE: "their own records",
    Sharing.TEAM: "the records of their team",
    Sharing.OPEN: "everybody's records",
}
_AT = {RateKind.DAILY: "the rates of the day", RateKind.PLAN: "the plan's rates"}
_CARDS_BY = {
    Role.REP: "everybody adds",
    Role.MANAGER: "managers and administrators add",
    Role.ADMIN: "administrators add",
}


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
    if "questions_channel" in wanted:
        wanted = {**wanted, "questions_channel": _channel(wanted["questions_channel"])}
    for field, value in wanted.items():
        setattr(row, field, value)
    row.currency = currency
    session.flush()
    return row


def describe(row: Organisation) -> list[str]:
    """Every setting, in sentences for people."""
    days = ", ".join(WEEK[day] for day in row.working_days.split(",") if day in WEEK)
    channel = f"to #{row.questions_channel}" if row.questions_channel else "to nobody but the cards' owners"
    reminded = "are" if row.owners_reminded else "are not"
    seen = "shown to their manager" if row.progress_shared else "their own affair"
    figures = f"reps see {_SEEN[Sharing(row.sharing)]}, open amounts at {_AT[RateKind(row.open_rates)]}"
    cards = f"{_CARDS_BY[Role(row.cards_by)]} cards, owners of cards {reminded} reminded every week"
    return [
        f"{row.name}: {row.currency}, {row.zone}, {_year(row)} (named by its {row.fiscal_year_named_by}), {figures}.",
        f"Worked: {days}.",
        f"Playbook: {cards}, questions without an answer go {channel}.",
        f"New people: how far they are is {seen}, where they have not said so themselves.",
        f"Win posts: {'with' if row.posts_amounts else 'without'} amounts.",
    ]


def _year(row: Organisation) -> str:
    month = f"{dt.date(2000, row.fiscal_start_month, 1):%B}"
    if row.year_pattern == YearPattern.MONTHS:
        return f"year from {month}"
    first = f"the {WEEK[row.week_start]} nearest to the first of {month}"
    if row.year_start == YearStart.LAST:
        first = f"the last {WEEK[row.week_start]} up to the first of {month}"
    return f"year of weeks ({'-'.join(row.year_pattern)}) from {first}"


def _channel(words: str) -> str:
    """A channel's name without its “#”; empty for none."""
    name = words.strip().removeprefix("#").lower()
    if name and not CHANNEL.fullmatch(name):
        raise Refused(
            f"“{words}” is not the name of a channel, such as questions or #ask-sales; write one, or nothing."
        )
    return name


def set_region(session: Session, name: str, country: str, subdivision: str = "") -> Region:
    """Say which country's public holidays a region keeps (none when empty); makes the region where there is none.

    Raises `Refused` where nothing is known about the country, or about that part of it.
    """
    name, country, subdivision = name.strip(), country.strip().upper(), subdivision.strip().upper()
    if not name:
        raise Refused("A region needs a name.")
    if country:
        _check_country(country, subdivision)
    rows = session.exec(select(Region)).all()
    row = next((row for row in rows if row.name.casefold() == name.casefold()), None) or Region(name=name)
    row.country, row.subdivision = country, subdivision
    session.add(row)
    session.flush()
    return row


def _check_country(country: str, subdivision: str) -> None:
    # A large package, of which only the module of this country is read.
    import holidays

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise Refused(f"I know no public holidays of “{country}”; write the two letters of one, as FR.") from error
    if subdivision and subdivision not in known.subdivisions:
        parts = ", ".join(known.subdivisions) or "none"
        raise Refused(f"“{subdivision}” is no part of {country} with holidays of its own; there are {parts}.")


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
