"""The same figures from PostgreSQL as from SQLite."""

from collections.abc import Iterator
from typing import Any

import pytest

from skills.runner import Reply
from store.engine import Database
from tests.conftest import PostgresDatabases
from tests.skills.company import Asking, build_assistant, build_company, day, english


@pytest.fixture
def postgresql(postgres_databases: PostgresDatabases) -> Iterator[Database]:
    database = Database(postgres_databases.migrated())
    yield database
    database.close()


def fill(ask: Asking) -> None:
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1))
    company.rate("EUR", "1.10", day(1, 1), "plan")
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), "30000")
        company.quota("Eva", day(month, 1), "20000 EUR")
        company.quota("Beta", day(month, 1), "25000")
    company.quota("Dana", day(11, 1), "35000", version=2)
    company.won("Dana", "45000.25", day(10, 5))
    company.won("Dana", None, day(10, 6), product=None)
    company.won("Eva", "12345.67 EUR", day(11, 5), product="Watch")
    company.won("Lee", "45000.25", day(12, 5))
    company.open("Dana", "500", "Proposal", close=day(11, 1))
    company.open("Dana", None, "Pilot")
    company.open("Eva", "900 EUR", "Pilot", close=day(12, 1))


def shown(reply: Reply) -> tuple[Any, ...]:
    answer = reply.answer
    return (
        english(answer.headline),
        [(figure.name, figure.number, figure.unit) for figure in answer.figures],
        [block.model_dump_json() for block in answer.blocks],
        [english(note) for note in answer.notes],
    )


def test_every_figure_is_the_same(ask: Asking, postgresql: Database) -> None:
    other = Asking(build_company(postgresql), build_assistant(postgresql))
    fill(ask)
    fill(other)
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("Vera", "booked", {}),
        ("Vera", "booked", {"owner": "dana"}),
        ("Dana", "booked", {"period": "2026", "product": "watch"}),
        ("Dana", "booked", {"period": "2020"}),
        ("Dana", "quota", {}),
        ("Ken", "quota", {"team": "beta"}),
        ("Vera", "quota", {}),
        ("Dana", "leaderboard", {}),
        ("Dana", "leaderboard", {"metric": "attainment"}),
        ("Dana", "leaderboard", {"metric": "deals", "by": "team"}),
        ("Vera", "pipeline", {}),
        ("Dana", "pipeline", {"period": "this quarter"}),
        ("Dana", "opportunity", {"opportunity": "acme proposal"}),
    ]
    for who, skill, params in questions:
        assert shown(other(who, skill, **params)) == shown(ask(who, skill, **params)), (who, skill, params)
