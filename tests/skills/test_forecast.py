"""What a period will bring, and what people call."""

import datetime as dt

import pytest

from skills.answer import Status
from skills.contract import Audience
from store.models import ChangeEntry, ForecastSubmission, Opportunity
from store.money import Money
from store.scope import Scope
from tests.skills.company import Asking, bullets, day, facts, figure, headline, notes, rows


def call(
    ask: Asking, who: str, amount: str, moment: dt.datetime, *, by: str | None = None, note: str = "",
    category: str = "commit", quarter: tuple[dt.date, dt.date] = (day(10, 1), day(1, 1, 2027)),
) -> None:  # fmt: skip
    units, _, currency = amount.partition(" ")
    money = Money.of(units, currency or "USD")
    ask.company.add(
        ForecastSubmission(
            person_id=ask.company.people[who],
            author_id=ask.company.people[by or who],
            period_start=quarter[0],
            period_end=quarter[1],
            category=category,
            amount_minor=money.minor,
            currency=money.currency,
            note=note,
            submitted_at=moment,
        )
    )


def at(month: int, number: int, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, number, 15, tzinfo=dt.UTC)


def test_the_landing_is_what_is_booked_and_the_rest_by_its_chances(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    ask.company.won("Dana", "99999", day(9, 30))
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1), category="commit")
    ask.company.open("Dana", "20000", "Discovery", close=day(12, 31))
    ask.company.open("Dana", "40000", "Negotiation", close=day(1, 1, 2027))
    ask.company.open("Dana", "70000", "Negotiation", close=day(12, 1), category="omitted")
    reply = ask("Dana", "forecast")
    # 50,000 + 10,000 · 60 % + 20,000 · 10 %
    assert figure(reply, "landing") == 58000
    assert figure(reply, "booked") == 50000
    assert figure(reply, "open_pipeline") == 30000
    assert figure(reply, "commit_forecast") == 60000
    assert figure(reply, "best_case_forecast") == 60000
    assert headline(reply) == (
        "Q4 2026 lands at about **$58,000**, in four of five cases between $50,000 and $60,000 (yours): "
        "$50,000 booked, $30,000 still open."
    )
    assert "One is left out: its category is omitted." in notes(reply)
    assert "Counted: yours, Q4 2026 (1 Oct 2026 to 31 Dec 2026)." in notes(reply)
