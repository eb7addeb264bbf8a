"""What ``add`` does to the index when files come, change, go, or cannot be read."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import IndexBusy, KnowledgeBase, ModelMismatch, NothingToAdd
from knowledge_base.embeddings import Encoder

OpenBase = Callable[..., KnowledgeBase]


def test_a_folder_is_read_recursively_and_hidden_files_are_not(open_base: OpenBase, pages: Path) -> None:
    (pages / ".hidden.md").write_text("# Secret\n\nThe merger is called Falcon.\n")
    (pages / ".git").mkdir()
    (pages / ".git" / "note.md").write_text("# Secret\n\nFalcon again.\n")
    (pages / "picture.png").write_bytes(b"\x89PNG\0")
    report = open_base().add([pages])
    assert set(report.added) == {
        "notes.txt",
        "objections/too-expensive.md",
        "onboarding/first-week.zh.md",
        "pricing/discounts.md",
        "security/hosting.md",
    }
    assert report.refused == ()


def test_unchanged_files_are_skipped_changed_replaced_and_vanished_dropped(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    (pages / "security" / "hosting.md").write_text("# Hosting\n\nCustomer data is kept in Dublin.\n")
    (pages / "notes.txt").unlink()
    report = knowledge.add([pages])
    assert report.changed == ("security/hosting.md",)
    assert report.removed == ("notes.txt",)
    assert len(report.unchanged) == 3
    assert report.embedded == 1
    texts = [p.text for p in knowledge.search("where is customer data kept", 10)]
    assert any("Dublin" in text for text in texts)
    assert not any("Frankfurt" in text for text in texts)
    assert not any("stakes their name" in p.text for p in knowledge.search("what does commit mean", 10))


def test_a_second_run_without_changes_embeds_nothing(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    report = knowledge.add([pages])
    assert (report.added, report.changed, report.removed, report.embedded) == ((), (), (), 0)
    assert len(report.unchanged) == 5


def test_a_file_inside_a_known_folder_keeps_its_name_in_that_folder(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    path = pages / "pricing" / "discounts.md"
    path.write_text(path.read_text().replace("7 percent", "9 percent"))
    report = knowledge.add([path])
    assert report.changed == ("pricing/discounts.md",)
    assert report.removed == ()
    assert knowledge.status().documents == 5


def test_a_folder_takes_in_the_folders_below_it_that_were_added_before(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages / "pricing"])
    assert knowledge.search("discount", 1)[0].file == "discounts.md"
    knowledge.add([pages])
    assert knowledge.status().sources == (str(pages.resolve()),)
    assert [p.file for p in knowledge.search("payment terms invoices due", 1)] == ["pricing/discounts.md"]
    assert knowledge.status().documents == 5


def test_files_that_cannot_be_read_are_reported_and_stop_nothing(open_base: OpenBase, pages: Path) -> None:
    (pages / "latin.md").write_bytes("# Café\n\nPreis über alles".encode("cp1252"))
    (pages / "binary.txt").write_bytes(b"abc\0def")
    (pages / "empty.md").write_text("  \n")
    (pages / "headings.md").write_text("# Only\n\n## Headings\n")
    (pages / "wide.md").write_bytes("# Wide\n\nUTF-16 with a mark is read.\n".encode("utf-16"))
    report = open_base().add([pages])
    reasons = {refused.file: refused.reason for refused in report.refused}
    assert reasons == {
        "latin.md": "it is not UTF-8 text (byte 6); save it as UTF-8",
        "binary.txt": "it is a binary file, not text",
        "empty.md": "it is empty",
        "headings.md": "it has no text besides headings",
    }
    assert "wide.md" in report.added


def test_a_file_that_becomes_unreadable_no_longer_answers(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    (pages / "notes.txt").write_bytes(b"\xff\xfa\x00 broken")
    report = knowledge.add([pages])
    assert [refused.file for refused in report.refused] == ["notes.txt"]
    assert not any(p.file == "notes.txt" for p in knowledge.search("forecast calls Mondays commit", 10))


def test_unreadable_front_matter_is_noted_and_the_text_still_indexed(open_base: OpenBase, pages: Path) -> None:
    (pages / "odd.md").write_text("---\ntitle: [unclosed\n---\n# Odd\n\nThe kestrel protocol has four steps.\n")
    knowledge = open_base()
    report = knowledge.add([pages])
    assert [(n.file, n.reason) for n in report.noted] == [
        ("odd.md", "the front matter is not readable YAML at 'title', so that was left out")
    ]
    assert knowledge.search("kestrel protocol", 1)[0].file == "odd.md"


def test_a_path_that_is_not_there_changes_nothing(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    with pytest.raises(NothingToAdd, match="no file or folder"):
        knowledge.add([pages, pages / "gone"])
    assert knowledge.status().documents == 0


def test_an_index_of_another_model_is_refused_with_the_command_that_mends_it(
    open_base: OpenBase, pages: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_base().add([pages])
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "fingerprint", "another/model")
        other = open_base()
        with pytest.raises(ModelMismatch, match="python -m knowledge_base rebuild"):
            other.search("discount")
        with pytest.raises(ModelMismatch, match="another/model"):
            other.add([pages])
        assert "another/model" in other.status().problems[0]
        assert other.rebuild() > 0
        assert other.search("who approves a discount", 1)[0].file == "pricing/discounts.md"


def test_without_the_weights_words_are_compared_and_status_says_so(
    open_base: OpenBase, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("knowledge_base.embeddings.get_encoder", lambda name: None)
        words_only = open_base()
        words_only.add([pages])
        assert words_only.search("discount approval", 1)[0].file == "pricing/discounts.md"
        assert "only words are compared" in words_only.status().problems[0]
    with_model = open_base()
    assert with_model.search("discount approval", 1)[0].file == "pricing/discounts.md"
    assert "rebuild" in with_model.status().problems[0]
    with_model.rebuild()
    assert with_model.status().problems == ()


def test_a_second_writer_is_told_who_writes(open_base: OpenBase, pages: Path) -> None:
    first, second = open_base(), open_base()
    entered, leave = threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        entered.set()
        leave.wait(30)

    writer = threading.Thread(target=lambda: first.add([pages], wait))
    writer.start()
    try:
        assert entered.wait(30)
        with pytest.raises(IndexBusy, match=f"process {os.getpid()}"):
            second.add([pages])
    finally:
        leave.set()
        writer.join(60)
    assert second.status().documents == 5


def test_an_interrupt_during_add_leaves_the_old_state(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    (pages / "new.md").write_text("# New\n\nThe osprey programme starts in May.\n")

    def interrupt(step: str, done: int, total: int) -> None:
        if step == "indexing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        knowledge.add([pages], interrupt)
    assert knowledge.status().documents == 5
    assert knowledge.search("who approves a discount", 1)[0].file == "pricing/discounts.md"
    assert knowledge.add([pages]).added == ("new.md",)


_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from knowledge_base import KnowledgeBase, KnowledgeSettings

def told(step, done, total):
    print(step, done, flush=True)
    if step == sys.argv[3] and done >= int(sys.argv[4]):
        sys.stdin.read()

base = KnowledgeBase.open(KnowledgeSettings(home=Path(sys.argv[1])), lambda: datetime.now(UTC))
base.add([Path(sys.argv[2])], told)
"""


@pytest.mark.parametrize(("step", "done"), [("reading", 1), ("embedding", 32), ("indexing", 1)])
def test_kill_9_during_add_leaves_a_searchable_index(
    open_base: OpenBase, pages: Path, tmp_path: Path, step: str, done: int
) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    for number in range(40):
        (pages / f"new-{number}.md").write_text(f"# New {number}\n\nThe osprey number {number} flies north in May.\n")
    root = Path(__file__).resolve().parents[2]
    arguments = [sys.executable, "-c", _KILLED, str(tmp_path / "home"), str(pages), step, str(done)]
    with subprocess.Popen(arguments, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            name, count = line.split()
            if name == step and int(count) >= done:
                break
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert knowledge.search("who approves a discount", 1)[0].file == "pricing/discounts.md"
    assert knowledge.status().documents == 5
    report = open_base().add([pages])
    assert len(report.added) == 40
    # What was embedded before the kill is not embedded again.
    assert report.embedded == {"reading": 40, "embedding": 8, "indexing": 0}[step]
    assert knowledge.search("osprey number 17", 1)[0].file == "new-17.md"


def test_readers_in_other_threads_see_the_old_or_the_new_state(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    stop = threading.Event()
    found: list[str] = []
    errors: list[BaseException] = []

    def read(reader: KnowledgeBase) -> None:
        try:
            while not stop.is_set():
                found.append(reader.search("who approves a discount above 15 percent", 1)[0].file)
        except BaseException as error:  # noqa: BLE001 — handed to the test's own thread
            errors.append(error)

    readers = [threading.Thread(target=read, args=(knowledge,)) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for number in range(4):
            (pages / f"extra-{number}.md").write_text(f"# Extra {number}\n\nThe heron nests at lake {number}.\n")
            knowledge.add([pages])
    finally:
        stop.set()
        for reader in readers:
            reader.join(30)
    assert errors == []
    assert set(found) == {"pricing/discounts.md"}


def test_a_damaged_vector_index_still_answers(open_base: OpenBase, pages: Path, tmp_path: Path) -> None:
    open_base().add([pages])
    for file in (tmp_path / "home" / "knowledge_base" / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    assert open_base().search("who approves a discount", 1)[0].file == "pricing/discounts.md"
