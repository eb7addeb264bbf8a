"""Where the rows live: a SQLite file, or PostgreSQL by URL.

Both understand the same statements, with ``?`` for values; what they do not share is here: how they are opened, how
transactions begin, the writer's lock, and the words in which tables are made. A transaction belongs to the thread
that began it; connections are handed back in between and used again.
"""

import fcntl
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Lock, local
from typing import Any

from knowledge_base.errors import DatabaseUnusable

Values = Sequence[Any]

_KEPT_CONNECTIONS = 8
_BUSY_SECONDS = 30
_TRUSTED_SECONDS = 1
SCHEMA = "knowledge_base"
"""The schema of PostgreSQL in which the tables are, so that the database may also hold the store's."""
WRITER_LOCK, SETUP_LOCK = 7_529_252_538, 7_529_252_539
"""Advisory locks of PostgreSQL: any numbers that nothing else in the same database uses."""


class Database(ABC):
    """One database. Safe between threads."""

    words: dict[str, str]
    """What the statements that make tables are completed with."""
    is_shared: bool
    """Whether processes on several machines may have it open."""

    def __init__(self) -> None:
        self._idle: list[tuple[Any, float]] = []
        self._lock = Lock()
        self._local = local()
        self._kept = _KEPT_CONNECTIONS

    @property
    def place(self) -> str:
        """What tells this machine from others that have the database open; empty when there are none."""
        return ""

    @abstractmethod
    def make_tables(self, statements: str) -> None:
        """Run these statements once; each may come again and then does nothing."""

    @abstractmethod
    def lock(self) -> AbstractContextManager[bool]:
        """A context that gives whether this process is the one writer; false at once when another is.

        The lock ends with the process, however that ends.
        """

    def query(self, statement: str, values: Values = ()) -> list[Any]:
        """The rows of a statement."""
        with self._connection() as connection:
            return self._run(connection, statement, values, rows=True)

    def change(self, statement: str, values: Values = ()) -> None:
        """Run a statement that gives no rows."""
        with self._connection() as connection:
            self._run(connection, statement, values, rows=False)

    @abstractmethod
    def change_many(self, statement: str, rows: Iterable[Values]) -> None:
        """Run a statement for each of these."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view for several reads; inside another transaction it is that one's."""
        if getattr(self._local, "inside", False):
            yield
            return
        with self._transaction(self._begin_reading):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All changes inside become visible together, or none of them."""
        with self._transaction(self._begin_writing):
            yield

    def close(self) -> None:
        """Close the connections; one that is in use, when it is handed back."""
        with self._lock:
            idle, self._idle, self._kept = self._idle, [], 0
        for connection, _ in idle:
            connection.close()

    _begin_reading = "BEGIN"
    _begin_writing = "BEGIN"

    @abstractmethod
    def _open(self) -> Any: ...

    @abstractmethod
    def _run(self, connection: Any, statement: str, values: Values, *, rows: bool) -> list[Any]: ...

    def _is_alive(self, connection: Any, unused_since: float) -> bool:
        return True

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._pinned() as connection:
            self._run(connection, begin, (), rows=False)
            self._local.inside = True
            try:
                yield
                self._local.inside = False
                self._run(connection, "COMMIT", (), rows=False)
            except BaseException:
                # A connection that is lost has nothing to take back.
                with suppress(Exception):
                    self._run(connection, "ROLLBACK", (), rows=False)
                raise
            finally:
                self._local.inside = False

    @contextmanager
    def _pinned(self) -> Iterator[Any]:
        """The connection of everything that this thread does inside."""
        with self._connection() as connection:
            before = getattr(self._local, "connection", None)
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = before

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            yield connection
            return
        connection = self._taken()
        try:
            yield connection
        finally:
            with self._lock:
                kept = len(self._idle) < self._kept
                if kept:
                    self._idle.append((connection, time.monotonic()))
            if not kept:
                connection.close()

    def _taken(self) -> Any:
        while True:
            with self._lock:
                if not self._idle:
                    break
                connection, since = self._idle.pop()
            if self._is_alive(connection, since):
                return connection
            connection.close()
        return self._open()


class SQLite(Database):
    """A file in WAL mode: many readers, one writer, on one machine."""

    words = {
        "text": "TEXT",
        "blob": "BLOB",
        "strict": "STRICT",
        "keyed": "STRICT, WITHOUT ROWID",
        "file": "file",
        "by_hash": "",
    }
    is_shared = False
    _begin_writing = "BEGIN IMMEDIATE"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)

    def make_tables(self, statements: str) -> None:
        with self._connection() as connection:
            connection.executescript(statements)

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """See Database.lock."""
        with self._file.with_name("writer.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True

    def change_many(self, statement: str, rows: Iterable[Values]) -> None:
        with self._connection() as connection:
            connection.executemany(statement, rows)

    def _open(self) -> Any:
        import sqlite3

        connection = sqlite3.connect(self._file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _run(self, connection: Any, statement: str, values: Values, *, rows: bool) -> list[Any]:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if rows else []


class PostgreSQL(Database):
    """A server by URL, for processes on several machines."""

    words = {
        # Sorted as SQLite does, whatever the language of the server.
        "text": 'TEXT COLLATE "C"',
        "blob": "BYTEA",
        "strict": "",
        "keyed": "",
        # What is in an index may not be longer than a third of a page there; names of files and kinds may.
        "file": "md5(file)",
        "by_hash": "USING hash",
    }
    is_shared = True
    # One view for all statements inside, as SQLite has it anyway.
    _begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, url: str) -> None:
        super().__init__()
        scheme, _, rest = url.partition("://")
        if scheme.partition("+")[0] not in ("postgresql", "postgres") or not rest:
            raise DatabaseUnusable(
                "PLAYMAKER_KNOWLEDGE_DATABASE_URL is not an address of PostgreSQL, such as "
                "postgresql://user:password@host/name. Leave it out for SQLite."
            )
        self._url = f"postgresql://{rest}"

    @property
    def place(self) -> str:
        return socket.gethostname()

    def make_tables(self, statements: str) -> None:
        if self.query("SHOW server_encoding")[0][0] != "UTF8":
            raise DatabaseUnusable(
                "The knowledge base's database does not store UTF-8. Make one with: CREATE DATABASE … ENCODING 'UTF8'."
            )
        if self.query("SELECT to_regclass(?)", (f"{SCHEMA}.meta",))[0][0] is not None:
            return
        with self.writing():
            # Two processes that start together: the second waits, and finds the work done.
            self.query("SELECT pg_advisory_xact_lock(?)", (SETUP_LOCK,))
            for statement in (f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}", *statements.split(";\n")):
                if statement.strip():
                    self.change(statement)

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """See Database.lock. It belongs to the connection that writes: without the lock nothing can be committed."""
        with self._pinned() as connection:
            ours = self.query("SELECT pg_try_advisory_lock(?)", (WRITER_LOCK,))[0][0]
            try:
                if ours:
                    # A machine that lost its power keeps the lock for a minute, not for two hours.
                    for name, value in (("idle", 30), ("interval", 10), ("count", 3)):
                        self.change(f"SET tcp_keepalives_{name} = {value}")
                yield bool(ours)
            finally:
                if ours:
                    # The server hears of a closed connection only later, and the next writer may not wait for that.
                    with suppress(DatabaseUnusable):
                        self.query("SELECT pg_advisory_unlock(?)", (WRITER_LOCK,))
                    connection.close()

    def change_many(self, statement: str, rows: Iterable[Values]) -> None:
        with self._connection() as connection, _told(), connection.cursor() as cursor:
            cursor.executemany(_with_marks(statement), [_clean(row) for row in rows])

    def copy(self, table: str, rows: Iterable[Values]) -> None:
        """Put many rows into a table at once."""
        into = f"COPY {table} FROM STDIN".encode()
        with self._connection() as connection, _told(), connection.cursor() as cursor, cursor.copy(into) as copying:
            for row in rows:
                copying.write_row(_clean(row))

    def _open(self) -> Any:
        import psycopg

        with _told():
            connection = psycopg.connect(self._url, autocommit=True, client_encoding="utf8", connect_timeout=10)
            connection.execute(f"SET search_path TO {SCHEMA}".encode())
        return connection

    def _is_alive(self, connection: Any, unused_since: float) -> bool:
        """The server may have been started anew since the connection was last used."""
        if connection.closed:
            return False
        if time.monotonic() - unused_since > _TRUSTED_SECONDS:
            with suppress(DatabaseUnusable):
                self._run(connection, "SELECT 1", (), rows=True)
        return not connection.closed

    def _run(self, connection: Any, statement: str, values: Values, *, rows: bool) -> list[Any]:
        with _told():
            cursor = connection.execute(_with_marks(statement), _clean(values), binary=rows)
            return list(cursor.fetchall()) if rows else []


def get_database(folder: Path, url: str | None) -> Database:
    """The database by URL, or the file in this folder when there is none."""
    return PostgreSQL(url) if url else SQLite(folder / "rows.db")


def get_marks(values: Sequence[object]) -> str:
    """The places of these values in a list of a statement; of none, a list that nothing is in."""
    return ",".join("?" * len(values)) or "NULL"


def _with_marks(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _clean(values: Values) -> list[Any]:
    """PostgreSQL holds every character but one; another stands in its place, so that offsets stay right."""
    return [v.replace("\0", "\ufffd") if isinstance(v, str) and "\0" in v else v for v in values]


@contextmanager
def _told() -> Iterator[None]:
    """What the server or the way to it refuses, in words for people; a mistake in a statement stays what it is."""
    import psycopg

    try:
        yield
    except psycopg.OperationalError as error:
        raise DatabaseUnusable(
            "The knowledge base's database does not answer. Check PLAYMAKER_KNOWLEDGE_DATABASE_URL, and that the "
            "server runs."
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseUnusable(
            f"The knowledge base's database does not let this user make the schema {SCHEMA}. "
            "Grant it with: GRANT CREATE ON DATABASE … TO …."
        ) from error
