"""A small company in a temporary database, at a fixed time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from skills.catalog import CATALOG, booked, leaderboard, opportunity, pipeline, quota
from skills.runner import Assistant
from store.engine import Database
from tests.skills.company import NOW, Asking, Company, build_company, skills_by_name

FIGURES = skills_by_name(booked.SKILL, leaderboard.SKILL, opportunity.SKILL, pipeline.SKILL, quota.SKILL)


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


@contextmanager
def asking_on_a_copy(empty: Path, folder: Path) -> Iterator[Asking]:
    """A fresh company for one example of a property."""
    database = copied(empty, folder)
    yield Asking(build_company(database), Assistant(database, cast("Any", None), {**CATALOG, **FIGURES}, lambda: NOW))
    database.close()


def copied(empty: Path, folder: Path) -> Database:
    path = folder / "company.db"
    path.write_bytes(empty.read_bytes())
    return Database(f"sqlite:///{path}")


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Iterator[Database]:
    database = copied(empty, tmp_path)
    yield database
    database.close()


@pytest.fixture
def company(database: Database) -> Company:
    return build_company(database)


@pytest.fixture
def assistant(database: Database) -> Assistant:
    """The figures need no knowledge base."""
    return Assistant(database, cast("Any", None), {**CATALOG, **FIGURES}, lambda: NOW)


@pytest.fixture
def ask(company: Company, assistant: Assistant) -> Asking:
    return Asking(company, assistant)
