"""``python -m knowledge_base``: its words, its JSON and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase
from knowledge_base.__main__ import main

OpenBase = Callable[..., KnowledgeBase]


@pytest.fixture
def home(open_base: OpenBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home for the commands, with the model that is loaded already; open_base lends that."""
    assert callable(open_base)
    monkeypatch.setenv("PLAYMAKER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_add_search_ask_and_status_in_turn(home: Path, pages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pages / "broken.md").write_bytes(b"\xff\xfa broken")
    assert main(["add", str(pages)]) == 0
    said = capsys.readouterr().out
    assert "5 added, 0 changed, 0 unchanged, 0 removed, 1 refused" in said
    assert "left out: broken.md: it is not UTF-8 text" in said

    assert main(["search", "who approves a discount", "-k", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) == 2
    assert set(found[0]) == {"file", "section", "start", "end", "text", "score"}
    source = (pages / found[0]["file"]).read_text()
    assert source[found[0]["start"] : found[0]["end"]] == found[0]["text"]

    assert main(["ask", "who approves a discount above 15 %?", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"status", "text", "confidence", "citations"}
    assert set(answer["citations"][0]) == {"file", "section", "start", "end", "quote", "score"}
    assert answer["status"] == "answer"

    assert main(["ask", "what is the capital of Mongolia"]) == 0
    assert capsys.readouterr().out.startswith("The knowledge base does not answer that.")

    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("5 documents, ")
    assert "all-MiniLM-L6-v2" in said
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 5
    assert main(["rebuild"]) == 0
    assert "0 texts were embedded" in capsys.readouterr().out


def test_a_batch_gives_one_line_of_json_for_each_question(
    home: Path, pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", str(pages)]) == 0
    batch = tmp_path / "questions.jsonl"
    batch.write_text('{"id": 7, "text": "who approves a discount"}\n\n{"id": "b", "text": "客户说太贵了怎么办"}\n')
    capsys.readouterr()
    assert main(["search", "--batch", str(batch)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == [7, "b"]
    assert lines[1]["results"][0]["file"] == "objections/too-expensive.md"
    assert main(["ask", "--batch", str(batch)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"id", "status", "text", "confidence", "citations"}] * 2


def test_mistakes_are_told_in_a_sentence_with_exit_code_1(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", str(tmp_path / "gone")]) == 1
    assert "There is no file or folder" in capsys.readouterr().err
    batch = tmp_path / "questions.jsonl"
    batch.write_text('{"id": 1, "text": "x"}\n{"id": 2}\n')
    assert main(["ask", "--batch", str(batch)]) == 1
    assert 'line 2 is not an object with "id" and "text"' in capsys.readouterr().err
    assert main(["search", "--batch", str(tmp_path / "none.jsonl")]) == 1
    assert "cannot be used: No such file or directory." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("openai:text-embedding-3-small", "pip install langchain-openai"),
        ("nonsense:model", "Check the name, written provider:model"),
        ("no-provider", "Check the name, written provider:model"),
    ],
)
def test_an_embedding_model_that_cannot_be_used_says_what_to_do(
    home: Path, pages: Path, name: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYMAKER_EMBEDDINGS", name)
    assert main(["add", str(pages)]) == 1
    said = capsys.readouterr().err
    assert f"PLAYMAKER_EMBEDDINGS={name}" in said
    assert says in said
