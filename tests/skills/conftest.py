"""A small company in a temporary database, at a fixed time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings
from skills.runner import Assistant
from store.engine import Database
from tests.conftest import copied
from tests.skills.company import NOW, Asking, Company, build_assistant, build_company
from tests.skills.story import Story

DEMO_CARDS = Path(__file__).parents[2] / "knowledge_base" / "demo"


@contextmanager
def asking_on_a_copy(migrated: Path, folder: Path) -> Iterator[Asking]:
    """A fresh company for one example of a property."""
    database = copied(migrated, folder)
    yield Asking(build_company(database), build_assistant(database))
    database.close()


@pytest.fixture
def company(database: Database) -> Company:
    return build_company(database)


@pytest.fixture(scope="session")
def no_cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """A knowledge base to which nothing was ever added."""
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path_factory.mktemp("no_cards")), lambda: NOW) as knowledge:
        yield knowledge


@pytest.fixture(scope="session")
def demo_cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """The whole demo playbook."""
    settings = KnowledgeSettings(home=tmp_path_factory.mktemp("demo_cards"))
    with KnowledgeBase.open(settings, lambda: NOW) as knowledge:
        knowledge.add([DEMO_CARDS])
        yield knowledge


@pytest.fixture
def assistant(database: Database, no_cards: KnowledgeBase) -> Assistant:
    return build_assistant(database, no_cards)


@pytest.fixture
def ask(company: Company, assistant: Assistant) -> Asking:
    return Asking(company, assistant)


@pytest.fixture
def story(ask: Asking) -> Story:
    return Story(ask)
