"""Whether the vector index can be trusted, found out in a process of its own: a torn index may take its reader down.

    python -m knowledge_base.health FOLDER

opens the version that the rows name, counts it and looks for some of the vectors that are in it. Exit code 0: all is
well, or there is no index. 1: the reason is on stdout. Any other, or a signal: the index took the process down.
"""

import subprocess
import sys
from pathlib import Path

_PROBES = 50
_SAME = 0.999
_PATIENCE = 120


def get_trouble(folder: Path) -> str | None:
    """What is wrong with the index in this folder, as a clause; None when nothing is."""
    command = [sys.executable, "-m", "knowledge_base.health", str(folder.resolve())]
    root = Path(__file__).resolve().parents[1]
    try:
        # Only this program's own name and folder are in the command.
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=_PATIENCE, cwd=root, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_PATIENCE} seconds"
    if done.returncode == 0:
        return None
    said = done.stdout.strip().splitlines()
    return said[-1] if done.returncode == 1 and said else "reading it ends the process"


def probe(folder: Path) -> str | None:
    """The same, found out in this process."""
    from knowledge_base.index import MODEL, VECTORS
    from knowledge_base.rows import Rows
    from knowledge_base.vectors import VectorIndex

    rows, vectors = Rows(folder / "rows.db"), VectorIndex(folder / "index", None)
    try:
        with rows.reading():
            name, model = rows.get_meta(VECTORS), rows.get_meta(MODEL) or ""
            hashes = sorted(rows.list_entry_hashes() & rows.get_cached(model))
            known = rows.get_vectors(model, hashes[:: max(1, len(hashes) // _PROBES)])
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
    trouble = probe(Path(sys.argv[1]))
    if trouble:
        print(trouble)
    sys.exit(1 if trouble else 0)
