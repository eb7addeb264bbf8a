"""PostgreSQL finds what SQLite finds, in the same order, and holds what SQLite holds; only one machine writes."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from knowledge_base import IndexBusy, KnowledgeBase, KnowledgeSettings, embeddings
from knowledge_base import database as database_module
from knowledge_base.cards import Card
from knowledge_base.embeddings import Encoder
from knowledge_base.errors import DatabaseUnusable
from knowledge_base.lexical import get_tokens
from knowledge_base.rows import Entry, NewDocument, NewPassage, Rows
from knowledge_base.vectors import VectorIndex
from tests.knowledge_base.conftest import DEMO, NOW

OpenBase = Callable[..., KnowledgeBase]

QUESTIONS = (
    "who approves a discount above 15 percent?",
    "What do I say when the customer finds us too expensive?",
    "where is customer data stored",
    "payment terms for resellers",
    "how long does onboarding take for a plant with 40 machines",
    "客户觉得太贵了怎么办",
    "谁可以批准折扣？",
    "the and of",
    "SOC 2 report 31,700 dollars",
)


@pytest.fixture
def twin(postgres_url: str, tmp_path: Path, encoder: Encoder, demo: KnowledgeBase) -> Iterator[KnowledgeBase]:
    """The demo playbook in PostgreSQL, with the vectors that SQLite has."""
    settings = KnowledgeSettings(home=tmp_path / "home", knowledge_database_url=postgres_url)
    source, target = Rows(demo.status().folder), Rows(settings.folder, postgres_url)
    cached = sorted(source.vectors.list_hashes(encoder.fingerprint))
    target.vectors.add(encoder.fingerprint, source.vectors.get(encoder.fingerprint, cached).items())
    source.close()
    target.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embeddings, "get_encoder", lambda _: encoder)
        with KnowledgeBase.open(settings, lambda: NOW) as knowledge:
            assert knowledge.add([DEMO]).embedded == 0, "what is cached is not embedded again"
            yield knowledge


def test_both_databases_find_the_same_in_the_same_order(
    twin: KnowledgeBase, demo: KnowledgeBase, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = Rows(demo.status().folder), Rows(tmp_path, postgres_url)
    try:
        assert sorted(theirs.list_words()) == sorted(ours.list_words())
        assert theirs.count() == ours.count()
        for question in QUESTIONS:
            tokens = get_tokens(question)
            assert theirs.count_words(tokens) == ours.count_words(tokens)
            for weight, kind in ((1.0, None), (2.5, None), (1.0, "objection")):
                one, other = (rows.find_words(tokens, weight, 50, kind) for rows in (ours, theirs))
                assert [found[:2] for found in other] == [found[:2] for found in one]
                assert [found[2] for found in other] == pytest.approx([found[2] for found in one], rel=1e-9)
    finally:
        ours.close()
        theirs.close()
    # Chroma's graph is an approximation that depends on the order in which it grew; the rows' own vectors are exact.
    monkeypatch.setattr(VectorIndex, "find", lambda *_: None)
    for question in QUESTIONS:
        assert [p.to_json() for p in twin.search(question, 10)] == [p.to_json() for p in demo.search(question, 10)]
        answer, same = demo.ask(question), twin.ask(question)
        assert replace(same, confidence=0.0, citations=()) == replace(answer, confidence=0.0, citations=())
        assert same.confidence == pytest.approx(answer.confidence, rel=1e-9)
        assert [(c.file, c.start, c.end, c.quote) for c in same.citations] == [
            (c.file, c.start, c.end, c.quote) for c in answer.citations
        ]


def get_document(file: str, text: str, words: str, card: Card | None = None) -> NewDocument:
    entry = Entry("", words, file)
    passages = (NewPassage((), 0, len(text), 0, len(text), "", (entry,)),)
    return NewDocument("/pages", file, "", text, file, card or Card(), passages)


def test_either_holds_what_no_index_page_and_no_column_of_the_other_would(database: str, tmp_path: Path) -> None:
    rows = Rows(tmp_path, os.environ["PLAYMAKER_KNOWLEDGE_DATABASE_URL"] or None)
    long, text = "x" * 9000, "before\0after 鸟\U0001f426 end"
    with rows.writing():
        rows.add_source("/pages", is_folder=True)
        rows.add_documents([get_document(f"{long}.md", text, "heron", Card(kind=long))], "now")
    assert rows.get_hashes("/pages") == {f"{long}.md": ""}
    assert len(rows.get_text(1)) == len(text), "offsets of what follows stay right"
    assert rows.find_words(["heron"], 1.0, 5, long)[0][:2] == (1, 1)
    rows.close()


def test_words_are_counted_as_documents_come_and_go(database: str, tmp_path: Path) -> None:
    rows = Rows(tmp_path, os.environ["PLAYMAKER_KNOWLEDGE_DATABASE_URL"] or None)
    with rows.writing():
        rows.add_source("/pages", is_folder=True)
        rows.add_documents([get_document(f"{n}.md", "text", f"heron lake heron bird{n}") for n in range(3)], "now")
    with rows.writing():
        rows.drop_documents([("/pages", "1.md"), ("/pages", "never there.md")])
    assert rows.count_words(["heron", "lake", "bird1", "bird2"]) == {"heron": 2, "lake": 2, "bird1": 0, "bird2": 1}
    assert sorted(rows.list_words()) == ["bird0", "bird2", "heron", "lake"]
    assert rows.count_entries() == 2
    assert [entry for entry, _, _ in rows.find_words(["heron"], 1.0, 5, None)] == [1, 3]

    def drop(*, fails: bool) -> None:
        with rows.writing():
            rows.drop_source("/pages")
            assert not fails

    with pytest.raises(AssertionError):
        drop(fails=True)
    assert rows.count_words(["heron"]) == {"heron": 2}, "what is not committed has not happened"
    drop(fails=False)
    assert (rows.count(), rows.count_entries(), rows.list_words()) == ((0, 0, 0), 0, [])
    rows.close()


def test_a_second_machine_is_told_who_writes_and_where(postgres_url: str, tmp_path: Path) -> None:
    one, other = Rows(tmp_path / "one", postgres_url), Rows(tmp_path / "other", postgres_url)
    assert one.place == other.place, "they share what a Chroma server holds for them"
    with one.owning(NOW), pytest.raises(IndexBusy, match=rf"process {os.getpid()} on {socket.gethostname()} \(python"):
        other.owning(NOW).__enter__()
    with other.owning(NOW):
        pass
    one.close()
    other.close()


def test_a_writer_whose_connection_is_lost_commits_nothing_and_blocks_nobody(postgres_url: str, tmp_path: Path) -> None:
    one, other = Rows(tmp_path / "one", postgres_url), Rows(tmp_path / "other", postgres_url)

    def write() -> None:
        with one.owning(NOW):
            with psycopg.connect(postgres_url, autocommit=True) as server:
                server.execute("SELECT pg_terminate_backend(pid, 20000) FROM pg_locks WHERE locktype = 'advisory'")
            with other.owning(NOW), other.writing():
                other.add_source("/other", is_folder=True)
            with one.writing():
                one.add_source("/one", is_folder=True)

    with pytest.raises(DatabaseUnusable, match="does not answer"):
        write()
    assert one.list_sources() == [("/other", True)], "the next statement gets a connection that works"
    one.close()
    other.close()


def test_a_server_that_was_started_anew_is_found_again(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_TRUSTED_SECONDS", 0)
    rows = Rows(tmp_path, postgres_url)
    rows.set_meta("name", "value")
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert rows.get_meta("name") == "value"
    rows.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://somebody:secret@host/name", "is not an address of PostgreSQL"),
        ("postgresql://somebody:secret@127.0.0.1:9/name", "does not answer. Check PLAYMAKER_KNOWLEDGE_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable) as raised:
        Rows(tmp_path, url)
    assert said in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_machine_without_the_vectors_answers_from_the_rows_and_says_so(
    open_base: OpenBase, pages: Path, tmp_path: Path, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    if database == "sqlite":
        pytest.skip("rows in SQLite are of one machine")
    open_base().add([pages])
    elsewhere = open_base(home=tmp_path / "other")
    assert not elsewhere.mend()
    assert "PLAYMAKER_CHROMA_URL" in caplog.text
    assert "is not on this machine" in elsewhere.status().problems[0]
    assert elsewhere.search("who approves a discount", 1)[0].file == "pricing/discounts.md"
    elsewhere.rebuild()
    assert elsewhere.status().problems == ()
