"""Opportunities with a history of stages, for tests that count what happened and not what is."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from store.change_log import Author, Entry, FieldChange, RecordKind, add_entries
from store.models import Opportunity, Source, Status
from store.money import Money, Rates
from tests.skills.company import NOW, Company

Move = tuple[str, dt.date]
"""A stage and the day on which it was entered."""


def add_deal(
    company: Company,
    owner: str,
    moves: Sequence[Move],
    amount: str | None = "1000",
    *,
    history: bool = True,
    undone: Sequence[int] = (),
    product: str | None = None,
    account: str | None = None,
    **more: Any,
) -> int:
    """An opportunity that went through these stages and is in the last one. The moves listed in `undone` by their place
    were taken back; the last one that was not decides where it is."""
    stands = [move for place, move in enumerate(moves) if place not in undone]
    stage, last = stands[-1]
    status = {"Won": Status.WON, "Lost": Status.LOST}.get(stage, Status.OPEN)
    units, _, currency = (amount or "0").partition(" ")
    money = Money.of(units, currency or "USD")
    with company.database.writing() as session:
        booked = Rates.load(session, "USD").convert(money, last)
        row = Opportunity(
            name=f"{owner} {moves[0][1]}",
            owner_id=company.people[owner],
            account_id=company.accounts[account] if account else None,
            product_id=company.products[product] if product else None,
            stage_id=company.stages[stage],
            status=status,
            amount_minor=money.minor if amount else None,
            currency=money.currency,
            booked_minor=booked.minor if booked and amount and status is Status.WON else None,
            closed_on=None if status is Status.OPEN else last,
            created_at=NOW,
            updated_at=NOW,
            **{"opened_on": moves[0][1], **more},
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        if history:
            add_entries(session, _entries(company, row.id, moves, undone), Author(None, Source.IMPORT, NOW))
        return row.id


def _entries(company: Company, record: int, moves: Sequence[Move], undone: Sequence[int]) -> list[Entry]:
    entries, before = [], None
    for place, (stage, day) in enumerate(moves):
        new = company.stages[stage]
        change = FieldChange(field="stage_id", old=before, new=new)
        change_id = f"{record}-{place}"
        entries.append(Entry(change_id, RecordKind.OPPORTUNITY, record, place + 1, change, day))
        if place in undone:
            back = FieldChange(field="stage_id", old=new, new=before)
            entries.append(
                Entry(f"{change_id}u", RecordKind.OPPORTUNITY, record, place + 1, back, day, undoes=change_id)
            )
        else:
            before = new
    return entries
