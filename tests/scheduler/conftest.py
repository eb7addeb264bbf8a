"""A small company with a clock that the test sets."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlmodel import select

from scheduler.reports import Reports, Settled
from skills.answer import Answer
from skills.catalog import CATALOG
from skills.language import get_language
from skills.runner import Assistant
from skills.text import AnyValue, render
from store.engine import Database
from store.models import OutboxMessage, ReportSchedule
from store.schedules import get_schedule
from tests.skills.company import Company, build_company

GRACE = dt.timedelta(hours=6)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass
class Desk:
    """The company, its reports, and what waits in the outbox."""

    company: Company
    now: dt.datetime = field(default_factory=lambda: utc("2026-11-18T15:00"))

    def __post_init__(self) -> None:
        assistant = Assistant(self.company.database, cast("Any", None), dict(CATALOG), lambda: self.now)
        self.assistant = assistant
        self.reports = Reports(assistant, GRACE)

    def add_schedule(self, owner: str = "Dana", **more: Any) -> int:
        """Every day at 08:30 New York time, since the day before yesterday, unless told otherwise."""
        made = utc("2026-11-16T15:00")
        values: dict[str, Any] = {
            "owner_id": self.company.people[owner],
            "skill": "leaderboard",
            "weekdays": "mon,tue,wed,thu,fri,sat,sun",
            "at": "08:30",
            "zone": "America/New_York",
            "created_at": made,
            "covered_until": made,
        }
        return self.company.add(ReportSchedule(**(values | more)))[0]

    def settle(self, schedule: int, at: str | None = None) -> Settled:
        if at is not None:
            self.now = utc(at)
        return self.reports.settle(schedule)

    def schedule(self, number: int) -> ReportSchedule:
        with self.company.database.session() as session:
            row = get_schedule(session, number)
            assert row is not None
            return row

    def outbox(self) -> list[OutboxMessage]:
        with self.company.database.session() as session:
            return list(session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all())  # type: ignore[arg-type]


def english(thing: AnyValue) -> str:
    return render(thing, get_language("en"))


def answer_of(message: OutboxMessage) -> Answer:
    return Answer.model_validate_json(message.answer)


def words_of(message: OutboxMessage) -> str:
    """The headline and the notes as an English reader sees them."""
    answer = answer_of(message)
    return "\n".join(english(thing) for thing in (answer.headline, *answer.notes))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(build_company(database))
