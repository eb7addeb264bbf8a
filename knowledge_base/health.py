"""Whether the vector index can be trusted, found out in a process of its own: a torn index may take its reader down.

    python -m knowledge_base.health HOME

opens the version that the rows name, counts it and looks for some of the vectors that are in it. Exit code 0: all is
well, or there is no index. 1: the reason is on stdout. Any other, or a signal: the index took the process down.
"""

import os
import subprocess
import sys
from pathlib import Path

from knowledge_base.settings import KnowledgeSettings

_URL = "PLAYMAKER_KNOWLEDGE_DATABASE_URL"
_PROBES = 50
_SAME = 0.999
_PATIENCE = 120


def get_trouble(settings: KnowledgeSettings) -> str | None:
    """What is wrong with the index on this machine, as a clause; None when nothing is."""
    command = [sys.executable, "-m", "knowledge_base.health", str(settings.home.resolve())]
    # Everybody on the machine may read a command, but not an environment: an address may hold a password.
    environment = {**os.environ, _URL: settings.knowledge_database_url or ""}
    root = Path(__file__).resolve().parents[1]
    try:
        # Only this program's own name and home are in the command.
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=_PATIENCE, cwd=root, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_PATIENCE} seconds"
    if done.returncode == 0:
        return None
    said = done.stdout.strip().splitlines()
    return said[-1] if done.returncode == 1 and said else "reading it ends the process"


def probe(settings: KnowledgeSettings) -> str | None:
    """The same, found out in this process."""
    from knowledge_base.index import MODEL, VECTORS
    from knowledge_base.rows import Rows
    from knowledge_base.vectors import VectorIndex

    rows = Rows(settings.folder, settings.knowledge_database_url)
    vectors = VectorIndex(settings.folder / "index", None)
    try:
        with rows.reading():
            name, model = rows.get_meta(VECTORS), rows.get_meta(MODEL) or ""
            hashes = sorted(rows.list_entry_hashes() & rows.vectors.list_hashes(model))
            known = rows.vectors.get(model, hashes[:: max(1, len(hashes) // _PROBES)])
        if not name or not hashes:
            return None
        count = vectors.count(name)
        if count is None:
            return "it cannot be opened"
        if count < len(hashes):
            return f"it holds {count} of {len(hashes)} vectors"
        lost = 0
        for vector in known.values():
            found = vectors.find(name, vector, 1)
            lost += not found or found[0][1] < _SAME
        # Another process may have put a new version in its place meanwhile.
        if not lost or rows.get_meta(VECTORS) != name:
            return None
        return f"{lost} of {len(known)} vectors are not found in it"
    finally:
        vectors.close()
        rows.close()


if __name__ == "__main__":
    trouble = probe(KnowledgeSettings(home=Path(sys.argv[1]), knowledge_database_url=os.environ.get(_URL)))
    if trouble:
        print(trouble)
    sys.exit(1 if trouble else 0)
