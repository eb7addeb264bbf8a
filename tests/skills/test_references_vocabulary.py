"""A vocabulary is kept as long as nothing that it names has changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.say import SetClock, say
from bot.understanding import Understanding
from skills.catalog import CATALOG
from skills.references.vocabulary import Named, Vocabularies
from skills.runner import Assistant
from store.engine import Database
from store.models import Account
from store.scope import Scope
from tests.conversations.company import NOW, build_company

EVERYBODY = Scope.everybody()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/company.db")
    database.migrate()
    build_company(database)
    yield database
    database.close()


def _write(database: Database, words: str) -> None:
    clock = SetClock(lambda: NOW)
    assistant = Assistant(database, None, CATALOG, clock)  # type: ignore[arg-type]
    reply = say(assistant, Understanding(assistant), clock, who="dana", words=words)
    assert reply["status"] == "done"


def test_it_is_made_once_while_only_values_change(database: Database) -> None:
    kept = Vocabularies()
    with database.session() as session:
        first = kept.get(session, EVERYBODY)
    _write(database, "move brandt to negotiation")
    _write(database, "called brandt: they like it")
    with database.session() as session:
        assert kept.get(session, EVERYBODY) is first


def test_a_new_name_is_known_at_once(database: Database) -> None:
    kept = Vocabularies()
    with database.session() as session:
        assert kept.get(session, EVERYBODY).find("call Zephyrine") == ()
    with database.writing() as session:
        session.add(Account(name="Zephyrine Labs"))
    with database.session() as session:
        (mention,) = kept.get(session, EVERYBODY).find("call Zephyrine")
    assert set(mention.means) == {Named.ACCOUNT}


def test_each_scope_has_its_own(database: Database) -> None:
    kept = Vocabularies()
    with database.session() as session:
        nobody, everybody = kept.get(session, Scope.of(())), kept.get(session, EVERYBODY)
        assert nobody is not everybody
        assert kept.get(session, Scope.of(())) is nobody
