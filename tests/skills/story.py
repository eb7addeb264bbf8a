"""Some opportunities of the small company whose past is told through the change log."""

import datetime as dt
from typing import Any

from store.change_log import Author, FieldChange, RecordChange, RecordKind, apply, to_json
from store.models import Opportunity, Source
from store.money import Money
from store.reversal import list_reversal
from store.snapshots import add_snapshot
from tests.skills.company import (
    Asking,
    day,
)

BEFORE = dt.datetime(2026, 9, 15, 15, tzinfo=dt.UTC)
"""In the quarter before: what is made then stands when this one opens."""


class Story:
    """Tells the company's database what happened, through the change log."""

    def __init__(self, ask: Asking) -> None:
        self.ask = ask
        self.company = ask.company

    def opened(
        self, owner: str, amount: str | None, close: dt.date | None, *, name: str, at: dt.datetime = BEFORE, **more: Any
    ) -> int:
        units, _, currency = (amount or "").partition(" ")
        fields = {
            "name": name,
            "account_id": self.company.accounts["Acme"],
            "owner_id": self.company.people[owner],
            "stage_id": self.company.stages[more.pop("stage", "Discovery")],
            "status": "open",
            "category": "pipeline",
            "amount_minor": Money.of(units, currency or "USD").minor if amount else None,
            "currency": currency or "USD",
            "expected_close": close,
            "opened_on": at.date(),
            "created_at": at,
            "updated_at": at,
        } | more
        with self.company.database.writing() as session:
            change = RecordChange(
                kind=RecordKind.OPPORTUNITY,
                label=name,
                fields=tuple(FieldChange(field=field, new=to_json(value)) for field, value in fields.items()),
            )
            return apply(session, [change], self._by(owner, at)).records[0].id or 0

    def then(self, number: int, on: dt.date, *, by: str = "Dana", **fields: Any) -> str:
        """What somebody said about an opportunity on a day; the change can be taken back by its id."""
        at = dt.datetime.combine(on, dt.time(16), dt.UTC)
        with self.company.database.writing() as session:
            row = session.get_one(Opportunity, number)
            change = RecordChange(
                kind=RecordKind.OPPORTUNITY,
                id=number,
                version=row.version,
                label=row.name,
                fields=tuple(
                    FieldChange(field=field, old=to_json(getattr(row, field)), new=to_json(value))
                    for field, value in fields.items()
                ),
            )
            return apply(session, [change], self._by(by, at)).change_id

    def won(self, number: int, on: dt.date) -> None:
        self.then(number, on, stage_id=self.company.stages["Won"], status="won", closed_on=on)

    def lost(self, number: int, on: dt.date) -> None:
        self.then(number, on, stage_id=self.company.stages["Lost"], status="lost", closed_on=on)

    def undone(self, change_id: str, on: dt.date, *, by: str = "Dana") -> None:
        at = dt.datetime.combine(on, dt.time(17), dt.UTC)
        with self.company.database.writing() as session:
            apply(session, list_reversal(session, change_id), self._by(by, at), undoes=change_id)

    def snapshot(self, on: dt.date) -> None:
        with self.company.database.writing() as session:
            add_snapshot(session, on)

    def _by(self, who: str, at: dt.datetime) -> Author:
        return Author(self.company.people[who], Source.SENTENCE, at)


def quarter(story: Story) -> None:
    """One of everything in the fourth quarter of 2026, for Dana and the others."""
    story.company.rate("EUR", "1.10", day(1, 1))
    story.opened("Dana", "100", day(12, 1), name="Stays")
    raised = story.opened("Dana", "200", day(12, 1), name="Raised")
    lowered = story.opened("Dana", "300", day(12, 1), name="Lowered")
    won = story.opened("Dana", "400", day(11, 1), name="Won one")
    lost = story.opened("Dana", "500", day(11, 1), name="Lost one")
    slipped = story.opened("Dana", "600", day(12, 15), name="Slipped one")
    pulled = story.opened("Dana", "700", day(2, 1, 2027), name="Pulled one")
    handed = story.opened("Dana", "800", day(12, 1), name="Handed one")
    reopened = story.opened("Dana", "900", day(12, 1), name="Reopened one")
    story.lost(reopened, day(9, 20))
    story.opened("Eva", "1000 EUR", day(12, 1), name="Euro one")
    story.snapshot(day(9, 30))
    story.then(raised, day(10, 5), amount_minor=25_000)
    story.then(lowered, day(10, 6), amount_minor=29_000)
    story.won(won, day(10, 7))
    story.lost(lost, day(10, 8))
    story.then(slipped, day(10, 9), expected_close=day(1, 15, 2027))
    story.then(pulled, day(10, 12), expected_close=day(12, 20))
    story.then(handed, day(10, 13), by="Mara", owner_id=story.company.people["Sam"])
    story.then(reopened, day(10, 14), stage_id=story.company.stages["Pilot"], status="open", closed_on=None)
    story.opened("Dana", "50", day(12, 31), name="New one", at=dt.datetime(2026, 10, 20, 15, tzinfo=dt.UTC))
