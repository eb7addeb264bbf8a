"""The index on a Chroma server of its own, started here on loopback."""

import gc
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import chromadb
import pytest

from knowledge_base import KnowledgeBase, KnowledgeError

OpenBase = Callable[..., KnowledgeBase]

CHROMA = Path(sys.executable).with_name("chroma")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a fresh server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [str(CHROMA), "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "chroma run ended at once"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        # Chroma's client leaves its sockets to the garbage collector; no other test shall hear of them.
        gc.collect()


def get_client(server: str) -> Any:
    return chromadb.HttpClient(host="127.0.0.1", port=int(server.rsplit(":", 1)[1]))


def get_collections(server: str) -> set[str]:
    with get_client(server) as client:
        return {collection.name for collection in client.list_collections()}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.skipif(not CHROMA.is_file(), reason="the chroma command is not installed beside this Python")
def test_a_server_holds_the_index_and_old_versions_go(server: str, open_base: OpenBase, pages: Path) -> None:
    with get_client(server) as other:
        other.create_collection("of-another")
    knowledge = open_base(chroma_url=server)
    knowledge.add([pages])
    assert knowledge.search("who approves a discount", 1)[0].file == "pricing/discounts.md"
    first = get_collections(server) - {"of-another"}
    assert len(first) == 1
    for number in range(3):
        (pages / f"new-{number}.md").write_text(f"# New {number}\n\nThe dotterel number {number} rests here.\n")
        knowledge.add([pages])
    left = get_collections(server)
    assert "of-another" in left
    assert len(left) == 3, "the current version, the one before, and what is not ours"
    assert not first & left
    assert knowledge.search("dotterel number 2", 1)[0].file == "new-2.md"


def test_a_server_that_is_not_there_is_named_with_what_to_do(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base(chroma_url="http://127.0.0.1:9")
    with pytest.raises(KnowledgeError, match=r"http://127\.0\.0\.1:9 does not answer\. Start it"):
        knowledge.add([pages])
    assert knowledge.status().documents == 0
