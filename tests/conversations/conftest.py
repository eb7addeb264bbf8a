"""The conversations' company, ready to be copied for each conversation."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.say import SetClock, say
from bot.understanding import Understanding
from knowledge_base import KnowledgeBase, KnowledgeSettings
from skills.catalog import CATALOG
from skills.runner import Assistant
from store.engine import Database
from tests.conversations.company import NOW, build_company
from tests.conversations.second_company import build_second_company


@dataclass
class Talk:
    """A fresh copy of the company to talk to."""

    assistant: Assistant
    understanding: Understanding
    clock: SetClock

    def __call__(
        self, words: str, who: str = "dana", *, thread: str | None = "talk", channel: str | None = None
    ) -> dict[str, Any]:
        return say(self.assistant, self.understanding, self.clock, who=who, words=words, thread=thread, channel=channel)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _filled(tmp_path_factory.mktemp("company") / "filled.db", build_company)


@pytest.fixture(scope="session")
def second_filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _filled(tmp_path_factory.mktemp("company") / "second.db", build_second_company)


def _filled(path: Path, build: Callable[[Database], None]) -> Path:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    build(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """With nothing in it: these tests are about what is understood, not about what is known."""
    settings = KnowledgeSettings(home=tmp_path_factory.mktemp("knowledge"))
    with KnowledgeBase.open(settings, lambda: NOW) as base:
        yield base


Begin = Callable[[], Talk]


@pytest.fixture
def begin(filled: Path, knowledge: KnowledgeBase, tmp_path: Path) -> Iterator[Begin]:
    """Starts a conversation with the company as it was at first; the one before it is over then."""
    with begun(filled, knowledge, tmp_path / "company.db") as start:
        yield start


@pytest.fixture
def begin_second(second_filled: Path, knowledge: KnowledgeBase, tmp_path: Path) -> Iterator[Begin]:
    """The same with the second company."""
    with begun(second_filled, knowledge, tmp_path / "second.db") as start:
        yield start


@contextmanager
def begun(filled: Path, knowledge: KnowledgeBase, path: Path) -> Iterator[Begin]:
    """Starts conversations with a copy, at `path`, of the company that was filled."""
    database = Database(f"sqlite:///{path}")
    clock = SetClock(_now)
    assistant = Assistant(database, knowledge, CATALOG, clock)
    talk = Talk(assistant, Understanding(assistant), clock)

    def start() -> Talk:
        database.engine.dispose()
        for log in ("-wal", "-shm"):
            path.with_name(path.name + log).unlink(missing_ok=True)
        path.write_bytes(filled.read_bytes())
        return talk

    yield start
    database.close()


def _now() -> dt.datetime:
    return NOW


@pytest.fixture
def talk(begin: Begin) -> Talk:
    return begin()
