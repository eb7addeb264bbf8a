"""What else changes when an opportunity moves: its status, booking date, booked amount and forecast category follow."""

import datetime as dt
from collections.abc import Iterable, Mapping

from store.change_log import FieldChange, to_json
from store.models import Category, Opportunity, Stage, Status
from store.money import Money, Rates

ALWAYS_DERIVED = frozenset({"status", "booked_minor"})


def followed(
    opportunity: Opportunity, wanted: Mapping[str, object], stage: Stage, *, day: dt.date, rates: Rates
) -> dict[str, object]:
    """`wanted` and everything that follows from it, as column values.

    `stage` is the one that the opportunity is in afterwards, `day` the date on which it closes if it does.
    """
    values = dict(wanted)
    if stage.id != opportunity.stage_id or opportunity.id is None:
        values["stage_id"] = stage.id
        values["status"] = stage.kind
        values.setdefault("category", stage.category)
        if stage.kind == Status.OPEN:
            values |= {"closed_on": None, "loss_reason": ""}
        else:
            values["closed_on"] = day
        if stage.kind == Status.WON:
            values["category"] = Category.CLOSED
        if stage.kind == Status.LOST:
            values["category"] = Category.OMITTED
    if {"stage_id", "amount_minor", "currency", "closed_on"} & values.keys():
        values["booked_minor"] = _booked(opportunity, values, stage, rates)
    return values


def _booked(opportunity: Opportunity, values: Mapping[str, object], stage: Stage, rates: Rates) -> int | None:
    """The won amount in the organisation's currency at the rate of the booking date; None where it is not won."""
    minor = values.get("amount_minor", opportunity.amount_minor)
    closed_on = values.get("closed_on", opportunity.closed_on)
    if stage.kind != Status.WON or not isinstance(minor, int) or not isinstance(closed_on, dt.date):
        return None
    booked = rates.convert(Money(minor, str(values.get("currency", opportunity.currency))), closed_on)
    return booked.minor if booked else None


def marked(fields: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """The fields of a change with those marked that only follow from its stage."""
    listed = tuple(fields)
    moves = any(change.field == "stage_id" for change in listed)
    derived = ALWAYS_DERIVED | ({"category"} if moves else frozenset())
    return tuple(change.model_copy(update={"derived": change.field in derived}) for change in listed)


def field_changes(opportunity: Opportunity, values: Mapping[str, object], asked: frozenset[str]) -> list[FieldChange]:
    """The fields that differ from what they are now; those that were not asked for and only follow are derived."""
    differing = ((name, to_json(getattr(opportunity, name)), to_json(new)) for name, new in values.items())
    return [
        FieldChange(
            field=name, old=old, new=new, derived=name in ALWAYS_DERIVED or (name == "category" and name not in asked)
        )
        for name, old, new in differing
        if old != new
    ]
