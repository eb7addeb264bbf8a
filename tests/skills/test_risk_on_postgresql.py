"""Warnings, records and differences from PostgreSQL are the same as from SQLite."""

from typing import Any

from skills.answer import Status
from store.engine import Database
from store.models import Snapshot
from tests.conftest import PostgresDatabases
from tests.skills.company import TODAY, Asking, build_assistant, build_company, day, english
from tests.skills.risky import ago, healthy, move, touch, won_ones
from tests.skills.test_math import LONG_AGO, YESTERDAY, change, create

QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Dana", "risks", {}),
    ("Vera", "risks", {"period": "this quarter", "stage": "Discovery"}),
    ("Dana", "risks", {"check": "precision"}),
    ("Dana", "risks", {"check": "rules"}),
    ("Dana", "today", {}),
    ("Dana", "opportunity", {"opportunity": "late"}),
    ("Vera", "math", {"skill": "pipeline", "figure": "weighted"}),
    ("Vera", "math", {"skill": "booked", "figure": "booked"}),
    ("Vera", "math", {"skill": "risks"}),
    ("Vera", "why", {"skill": "pipeline"}),
    ("Vera", "why", {"skill": "pipeline", "figure": "overdue", "since": "1 November"}),
    ("Vera", "why", {"skill": "risks", "figure": "at risk"}),
)


def fill(ask: Asking) -> None:
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1))
    won_ones(company, 20)
    late = healthy(company, "Late", close=ago(1))
    touch(company, late, 12, "out")
    touch(company, late, 1, "out")
    healthy(company, "Soon", close=TODAY, opened_on=ago(1))
    pushed = healthy(company, "Pushed", next_step="")
    move(company, pushed, 30, expected_close=(day(9, 20), day(12, 18)))
    move(company, pushed, 20, amount_minor=(9_000_000, 4_000_000), stage_id=(company.stages["Pilot"], 1))
    euros = create(company, LONG_AGO, "Eva", 100_00, name="Euros", currency="EUR", expected_close=day(11, 10))
    change(company, euros, YESTERDAY, amount_minor=150_00, owner_id=company.people["Dana"])
    create(company, YESTERDAY, "Dana", None, name="Unpriced")
    for number in (late, pushed):
        company.add(
            Snapshot(
                taken_on=ago(90), opportunity_id=number, owner_id=company.people["Dana"], stage_id=1,
                amount_minor=100, currency="USD", expected_close=day(9, 20), category="pipeline",
            )
        )  # fmt: skip
    ask("Dana", "snooze", opportunity="soon", until="5 dec", reason="they are away")


def shown(ask: Asking, who: str, skill: str, params: dict[str, Any]) -> tuple[Any, ...]:
    answer = ask(who, skill, **params).answer
    assert answer.status is Status.ANSWER, english(answer.headline)
    figures = [(figure.name, figure.number, figure.unit, figure.count) for figure in answer.figures]
    return english(answer.headline), figures, [block.model_dump_json() for block in answer.blocks], answer.notes


def test_every_answer_is_the_same(ask: Asking, postgres_databases: PostgresDatabases) -> None:
    database = Database(postgres_databases.migrated())
    try:
        other = Asking(build_company(database), build_assistant(database))
        fill(ask)
        fill(other)
        for who, skill, params in QUESTIONS:
            assert shown(other, who, skill, params) == shown(ask, who, skill, params), (who, skill, params)
    finally:
        database.close()
