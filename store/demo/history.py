"""What happened to an opportunity, as steps; the change log, the row and the snapshots all follow from them."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from store.demo.catalogue import LOST, STAGES, WON
from store.models import Status
from store.money import Money, Rates

Value = str | int | dt.date | None
Fields = Mapping[str, Value]

BLANK: dict[str, Value] = {
    "name": "",
    "account_id": None,
    "owner_id": None,
    "product_id": None,
    "stage_id": None,
    "status": None,
    "amount_minor": None,
    "currency": None,
    "quantity": None,
    "booked_minor": None,
    "opened_on": None,
    "expected_close": None,
    "closed_on": None,
    "next_step": "",
    "next_step_due": None,
    "category": None,
    "source": "",
    "competitor": "",
    "loss_reason": "",
}
"""An opportunity before anything was said about it."""


@dataclass(frozen=True)
class Step:
    """What somebody said about an opportunity on a day: only what they touched, not what follows from it."""

    day: dt.date
    fields: Fields
    by: int | None = None
    """Who; the owner of the time when left out."""
    reason: str = ""


@dataclass(frozen=True)
class Edit:
    """All that changed on one day, with what follows from it: `changes` is field → (before, after)."""

    day: dt.date
    by: int
    version: int
    changes: Mapping[str, tuple[Value, Value]]
    reason: str


@dataclass
class Deal:
    """An opportunity in the making. `contacts` are ids, the first one the closest."""

    steps: list[Step]
    contacts: list[int] = field(default_factory=list)
    silent_since: dt.date | None = None
    """No answer from the customer since then: a deal at risk."""
    notes: list[tuple[dt.date, str, str, str]] = field(default_factory=list)
    """Activities that belong to its story: day, kind, direction and note."""

    @property
    def opened(self) -> dt.date:
        return self.steps[0].day

    def value(self, name: str) -> Value:
        """The newest value of a field that somebody set."""
        return next((step.fields[name] for step in reversed(self.steps) if name in step.fields), None)

    def owner(self) -> int:
        return whole(self.value("owner_id"))

    def stage(self) -> int:
        return whole(self.value("stage_id"))

    def is_open(self) -> bool:
        return self.stage() not in (WON, LOST)

    def won_on(self) -> dt.date | None:
        """The day on which it was booked; None while it is not won."""
        if self.stage() != WON:
            return None
        won = next(step for step in reversed(self.steps) if step.fields.get("stage_id") == WON)
        corrected = [step.fields["closed_on"] for step in self.steps if "closed_on" in step.fields]
        return corrected[-1] if corrected and isinstance(corrected[-1], dt.date) else won.day

    def until(self, last: dt.date) -> "Deal":
        """As it was known at the end of a day."""
        self.steps = [step for step in self.steps if step.day <= last]
        return self


@dataclass(frozen=True)
class History:
    """A finished opportunity: its edits, and its fields after each of them."""

    edits: tuple[Edit, ...]
    states: tuple[Fields, ...]

    @property
    def current(self) -> Fields:
        return self.states[-1]

    def at(self, day: dt.date) -> Fields | None:
        """As it stood at the end of a day; None before it was there."""
        found = None
        for edit, state in zip(self.edits, self.states, strict=True):
            if edit.day > day:
                break
            found = state
        return found


def unfold(steps: Iterable[Step], rates: Rates, acting: Callable[[int, dt.date], int]) -> History:
    """Steps in order of their days become edits, at most one a day; what changes nothing leaves no trace.

    `acting` says who does the work of somebody on a day.
    """
    state = dict(BLANK)
    edits: list[Edit] = []
    states: list[Fields] = []
    for step in _merged(steps):
        after = state | _followed(state, step, rates)
        changes = {name: (state[name], after[name]) for name in after if state[name] != after[name]}
        if not changes:
            continue
        by = step.by or acting(whole(state["owner_id"] or after["owner_id"]), step.day)
        edits.append(Edit(step.day, by, len(edits) + 1, changes, step.reason))
        states.append(after)
        state = after
    return History(tuple(edits), tuple(states))


def _merged(steps: Iterable[Step]) -> list[Step]:
    merged: list[Step] = []
    for step in sorted(steps, key=lambda step: step.day):
        if merged and merged[-1].day == step.day:
            last = merged.pop()
            step = Step(step.day, {**last.fields, **step.fields}, step.by or last.by, step.reason or last.reason)
        merged.append(step)
    return merged


def _followed(state: Fields, step: Step, rates: Rates) -> dict[str, Value]:
    """The step's fields and what follows: status, category, closing day and booked amount."""
    fields = dict(step.fields)
    stage = whole(fields.get("stage_id", state["stage_id"]))
    if stage != state["stage_id"]:
        _, kind, _, category = STAGES[stage - 1]
        fields["status"] = kind.value
        fields["category"] = fields.get("category", category.value) if kind is Status.OPEN else category.value
        fields["closed_on"] = None if kind is Status.OPEN else step.day
        if kind is Status.OPEN:
            fields["loss_reason"] = ""
        else:
            fields |= {"next_step": "", "next_step_due": None}
    merged = {**state, **fields}
    amount, closed_on = merged["amount_minor"], merged["closed_on"]
    fields["booked_minor"] = None
    if merged["status"] == Status.WON and isinstance(amount, int) and isinstance(closed_on, dt.date):
        booked = rates.convert(Money(amount, str(merged["currency"])), closed_on)
        fields["booked_minor"] = booked.minor if booked else None
    return fields


def whole(value: Value) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value
