"""A small company in a temporary database, at a fixed time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skills.runner import Assistant
from store.engine import Database
from tests.conftest import copied
from tests.skills.company import Asking, Company, build_assistant, build_company


@contextmanager
def asking_on_a_copy(migrated: Path, folder: Path) -> Iterator[Asking]:
    """A fresh company for one example of a property."""
    database = copied(migrated, folder)
    yield Asking(build_company(database), build_assistant(database))
    database.close()


@pytest.fixture
def company(database: Database) -> Company:
    return build_company(database)


@pytest.fixture
def assistant(database: Database) -> Assistant:
    return build_assistant(database)


@pytest.fixture
def ask(company: Company, assistant: Assistant) -> Asking:
    return Asking(company, assistant)
