"""Databases for the store's tests: SQLite always, PostgreSQL where a server can be started."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.engine import Database
from store.models import Organisation
from tests.conftest import PostgresDatabases, copied

NOW = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def sqlite(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with all tables, and an organisation in USD and UTC."""
    yield from _opened(copied(migrated, tmp_path))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Both kinds of database, one after the other, with all tables and an organisation in USD and UTC."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    yield from _opened(Database(databases.migrated()))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Both kinds of database, without any table."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        url = databases.empty()
    database = Database(url)
    yield database
    database.close()


def _opened(database: Database) -> Iterator[Database]:
    with database.writing() as session:
        session.add(Organisation(name="Ours"))
    yield database
    database.close()


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of an import and gives its path."""

    def make(text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make
