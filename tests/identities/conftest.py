"""The demo company, made once for all identities, with a way to ask it as its VP."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import col, select

from skills.answer import Invocation
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.runner import Assistant, Reply, get_actor, run_skill
from store.demo import build
from store.engine import Database
from store.models import Person, Source
from tests.conftest import copied
from tests.identities.books import Books, read
from tests.identities.past import Past

DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
VP = "Margaret"

Ask = Callable[..., Reply]


@pytest.fixture(scope="session")
def demo(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = copied(migrated, tmp_path_factory.mktemp("identities"))
    build(database, day=DAY, progress=lambda words: None)
    yield database
    database.close()


@pytest.fixture(scope="session")
def books(demo: Database) -> Books:
    assert demo.engine.url.database is not None
    return Books(read(Path(demo.engine.url.database)), DAY)


@pytest.fixture(scope="session")
def past(books: Books) -> Past:
    return Past(books)


@pytest.fixture(scope="session")
def ask(demo: Database) -> Ask:
    """`ask("booked", period="last quarter")` through the one door, as the VP unless somebody else is named."""
    assistant = Assistant(demo, cast("Any", None), CATALOG, lambda: NOW)

    def asked(skill: str, /, *, who: str = VP, **params: Any) -> Reply:
        with demo.session() as session:
            actor = get_actor(session, session.exec(select(Person).where(col(Person.name).startswith(who))).one())
        return run_skill(assistant, Invocation.of(skill, params), actor, Audience(), Source.SENTENCE)

    return asked
