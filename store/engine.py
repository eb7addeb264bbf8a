"""The database: opening it, sessions, and bringing it to the newest revision."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool
from sqlmodel import Session, create_engine

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_SECONDS = 15
KEPT_CONNECTIONS = 8
MIGRATION_LOCK = 7_529_252_537
"""Any number that nothing else on the same PostgreSQL server uses as an advisory lock."""


class Database:
    """One database by URL: SQLite in WAL mode, or PostgreSQL.

    A session is one transaction: committed when its block ends, rolled back when it raises.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = _create(self.url)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that takes the write lock at once, so that what it reads cannot change before it writes.

        On SQLite a transaction that reads first and writes later fails at once when another has written in between,
        whatever the busy timeout; one that begins as a writer waits its turn. PostgreSQL locks rows as they are read.
        """
        with self.session() as session:
            if self.is_sqlite:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to `revision`, creating the file or the tables where there are none."""
        # Here, because it takes as long to load as everything else of the store, and is hardly ever needed.
        from alembic import command
        from alembic.config import Config

        if self.is_sqlite and (path := self.engine.url.database):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # Alembic rebuilds tables on SQLite; with foreign keys on, dropping the old table would take its children along.
        options = {"sqlite_begin": "IMMEDIATE", "sqlite_foreign_keys": False}
        with self.engine.execution_options(**options).begin() as connection:
            if not self.is_sqlite:
                # Two processes that start together: the second waits, and finds the work done.
                connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            configuration = Config()
            configuration.set_main_option("script_location", str(MIGRATIONS))
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, revision)
            if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("the migration would leave rows that point at nothing; it was not made")
        self.engine.dispose()

    def revision(self) -> str | None:
        """The revision that the tables are at; None for an empty database."""
        if self.is_sqlite and (path := self.engine.url.database) and not Path(path).exists():
            return None
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found

    def is_current(self) -> bool:
        return self.revision() == newest_revision()

    def close(self) -> None:
        self.engine.dispose()


def newest_revision() -> str:
    """The revision that this version of the code works with; the file of each is named by it, in their order."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _with_driver(url: str) -> str:
    """Plain `postgresql://` means psycopg 3, the driver that is installed."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _create(url: str) -> Engine:
    # Errors end up in logs, where customers' words and tokens have no business: they are told without parameters.
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    # Connections are kept: when the last one closes, SQLite folds the whole log into the file, for every question anew.
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=-1,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # pysqlite would begin transactions late and silently; ours begin when a session begins.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if not options.get("sqlite_foreign_keys", True):
            # Ignored inside a transaction. `migrate` throws the connection away afterwards, so it needs no way back.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(f"BEGIN {options.get('sqlite_begin', 'DEFERRED')}")

    return engine
