"""A consistent copy of a database that is in use."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from store.engine import Database


class NoBackup(Exception):
    """No copy was made; the message is a sentence for people."""


def write_backup(database: Database, target: Path, progress: Callable[[int, int], None]) -> int:
    """Copy a SQLite database to `target` while others go on using it; the size of the copy in bytes.

    The copy is as of one moment, replaces an older one only when it is whole, and needs no file beside it.
    Raises `NoBackup`, with the reason.
    """
    if not database.is_sqlite:
        raise NoBackup("This database is PostgreSQL. Its own tool copies it while it is in use: pg_dump.")
    source = Path(database.engine.url.database or "")
    if not source.is_file():
        raise NoBackup(f"There is no database at {source} yet.")
    if target.exists() and target.samefile(source):
        raise NoBackup("The copy would replace the database itself; choose another file.")
    if target.is_dir():
        raise NoBackup(f"{target} is a folder; name a file in it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        # One step: in several, each write of the bot in between would make the copy begin again.
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(draft)) as there:
            here.backup(there, progress=lambda _status, left, total: progress(total - left, total))
            there.execute("PRAGMA journal_mode=DELETE")
            if there.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise NoBackup("The copy is damaged, and so may the database be. Nothing was replaced.")
        draft.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise NoBackup(
            f"The copy could not be written to {target.parent}. Is there room, and may you write?"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size
