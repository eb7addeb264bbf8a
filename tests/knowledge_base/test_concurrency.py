"""Many ask while one writes: every answer is there and stands in the sources as they were or as they are."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import IndexBusy, KnowledgeBase, KnowledgeSettings, base
from knowledge_base.health import get_trouble, probe

OpenBase = Callable[..., KnowledgeBase]

ASKED = {
    "who approves a discount above 15 %?": "pricing/discounts.md",
    "where do we keep the data of European customers?": "security/hosting.md",
    "客户觉得太贵了怎么办": "objections/too-expensive.md",
}


def test_ten_threads_and_another_process_ask_while_the_index_is_made_anew(
    open_base: OpenBase, pages: Path, tmp_path: Path
) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    knowledge.warm()
    hosting = (pages / "security/hosting.md").read_text()
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(json.dumps({"id": i, "text": q}) for i in range(5) for q in ASKED))
    other = subprocess.Popen(
        [sys.executable, "-m", "knowledge_base", "ask", "--batch", str(batch)],
        env={**os.environ, "PLAYMAKER_HOME": str(tmp_path / "home")},
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    done, wrong, answered = threading.Event(), list[str](), list[int]()

    def ask() -> None:
        count = 0
        try:
            while not done.is_set() or count == 0:
                for question, file in ASKED.items():
                    answer = knowledge.ask(question)
                    count += 1
                    if not answer.citations or answer.citations[0].file != file or not answer.citations[0].quote:
                        wrong.append(f"{question}: {answer}")
        except Exception as error:
            wrong.append(repr(error))
            raise
        finally:
            answered.append(count)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for days in range(36, 39):
        (pages / "security/hosting.md").write_text(hosting.replace("for 35 days", f"for {days} days"))
        knowledge.add([pages])
    knowledge.rebuild()
    done.set()
    for thread in threads:
        thread.join()
    said = [json.loads(line) for line in other.communicate()[0].splitlines()]
    assert wrong == []
    assert min(answered) >= len(ASKED)
    assert [line["citations"][0]["file"] for line in said] == list(ASKED.values()) * 5
    assert "for 38 days" in knowledge.ask("how long are backups kept?").text


def test_a_second_writer_is_told_who_writes(open_base: OpenBase, pages: Path) -> None:
    knowledge, second = open_base(), open_base()
    told: list[str] = []

    def progress(step: str, done: int, total: int) -> None:
        if not told:
            with pytest.raises(IndexBusy) as raised:
                second.add([pages])
            told.append(str(raised.value))

    knowledge.add([pages], progress)
    assert re.search(rf"is being written by process {os.getpid()}( on \S+)? \(python ", told[0])
    assert "since 09:00" in told[0]


def test_a_broken_index_is_found_in_a_child_process_and_made_anew(
    open_base: OpenBase, pages: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    knowledge, settings = open_base(), KnowledgeSettings(home=tmp_path / "home")
    knowledge.add([pages])
    folder = knowledge.status().folder
    assert not knowledge.mend()
    (version,) = (folder / "index").iterdir()
    for file in version.rglob("*.bin"):
        file.write_bytes(b"\0" * file.stat().st_size)
    (version / "chroma.sqlite3").write_bytes(b"torn")
    assert knowledge.mend()
    assert [r.name for r in caplog.records if "was made anew from the rows" in r.message] == [base.__name__]
    assert get_trouble(settings) is None
    for question, name in ASKED.items():
        assert knowledge.ask(question).citations[0].file == name


def test_the_probe_names_what_is_missing(open_base: OpenBase, pages: Path, tmp_path: Path) -> None:
    knowledge, settings = open_base(), KnowledgeSettings(home=tmp_path / "home")
    assert probe(settings) is None
    knowledge.add([pages])
    folder = knowledge.status().folder
    (version,) = (folder / "index").iterdir()
    shutil.rmtree(version)
    assert probe(settings) == "it cannot be opened"
    assert knowledge.ask("who approves a discount above 15 %?").citations[0].file == "pricing/discounts.md"


def test_status_keeps_what_the_last_add_left_out(open_base: OpenBase, pages: Path) -> None:
    (pages / "empty.md").write_text("  \n")
    knowledge = open_base()
    assert knowledge.status().last_add is None
    knowledge.add([pages])
    status = knowledge.status()
    assert status.refused == (("empty.md", "it is empty"),)
    assert status.last_add == "2026-11-02T09:00:00+00:00"
    (pages / "empty.md").unlink()
    knowledge.add([pages])
    assert knowledge.status().refused == ()
