"""A bot on a workspace of its own, for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from store.engine import Database
from tests.bot.slack_bot import Bot, running
from tests.skills.company import Company, build_company


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to copy."""
    path = tmp_path_factory.mktemp("company") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "company.db"
    path.write_bytes(empty.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def company(database: Database) -> Company:
    """The small company with three open opportunities."""
    company = build_company(database)
    company.open("Dana", "40000", "Pilot", account="Acme", name="Acme Watch", next_step="Send the contract")
    company.open("Sam", "25000", "Proposal", account="Brandt Paper", name="Brandt Sense")
    company.open("Eva", "90000 EUR", "Negotiation", account="Lakeshore Foods", name="Lakeshore Watch")
    return company


@pytest.fixture
async def bot(company: Company) -> AsyncIterator[Bot]:
    async with running(company) as bot:
        yield bot
