"""An organisation's own words: each finds what is written with the others, and a bad table changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, UnusableSynonyms
from knowledge_base.__main__ import main
from knowledge_base.lexical import get_tokens
from knowledge_base.synonyms import Synonyms, get_instead, get_with, read_synonyms

OpenBase = Callable[..., KnowledgeBase]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "synonyms.csv"
    file.write_text("# ours\nbear hug, standstill\n\n黑匣子，Backups\nregional manager, RVP\n", encoding="utf-8")
    return file


@pytest.fixture
def knowledge(open_base: OpenBase, pages: Path) -> KnowledgeBase:
    opened = open_base()
    opened.add([pages])
    return opened


def test_a_word_of_the_house_finds_what_is_written_otherwise(knowledge: KnowledgeBase, table: Path) -> None:
    assert knowledge.ask("黑匣子保留多久？").status == "refused"
    assert knowledge.set_synonyms(table) == 3
    answer = knowledge.ask("黑匣子")
    assert answer.citations[0].file == "security/hosting.md"
    assert "kept\nfor 35 days" in answer.citations[0].quote
    before = knowledge.search("what does a bear hug cost", 1)[0]
    assert before.file == "objections/too-expensive.md"
    assert knowledge.ask("what does the RVP approve?").citations[0].file == "pricing/discounts.md"


def test_words_without_a_line_are_as_before(knowledge: KnowledgeBase, table: Path) -> None:
    before = knowledge.ask("who approves a discount above 15 %?")
    knowledge.set_synonyms(table)
    assert knowledge.ask("who approves a discount above 15 %?") == before
    assert knowledge.ask("what is the capital of Mongolia").status == "refused"


def test_phrases_match_whole_and_the_longest_counts() -> None:
    synonyms = Synonyms([["channel partner", "reseller"], ["partner", "ally"], ["经销商", "reseller network"]])
    tokens = get_tokens("how much does a channel partner get")
    (one,) = synonyms.get_alternatives(tokens)
    assert (one.asked, one.other) == (frozenset(get_tokens("channel partner")), frozenset(get_tokens("reseller")))
    assert set(get_tokens("channel partner")) <= get_with(set(get_tokens("each reseller")), [one])
    assert get_instead(set(get_tokens("reseller margin")), [one]) == set(get_tokens("channel partner margin"))
    assert get_with(set(get_tokens("each customer")), [one]) == set(get_tokens("each customer"))
    assert synonyms.get_alternatives(get_tokens("partner of a channel"))[0].other == {"alli"}
    assert len(synonyms.get_alternatives(get_tokens("那经销商呢？"))) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("deal, opportunity\nquote\n", "line 2: it holds one word"),
        ("deal, opportunity\nchance, Deals\n", "line 2: 'Deals' stands in line 1 already"),
        ("the, article\n", "line 1: 'the' is a word that is left out"),
        (f"a, {'x' * 90}\n", "is a word that is left out"),
        (f"deal, {'x' * 90}\n", "is longer than 80 characters"),
        (",".join(f"word{i}" for i in range(30)), "holds more than 20 words"),
    ],
)
def test_a_bad_line_is_named_and_the_old_table_stays(
    knowledge: KnowledgeBase, table: Path, content: str, says: str
) -> None:
    knowledge.set_synonyms(table)
    table.write_text(content)
    with pytest.raises(UnusableSynonyms, match=says):
        knowledge.set_synonyms(table)
    assert knowledge.status().synonyms == 3


def test_the_command_sets_and_prints_the_table(
    knowledge: KnowledgeBase,
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PLAYMAKER_HOME", str(tmp_path / "home"))
    assert main(["status"]) == 0
    assert "synonyms: none" in capsys.readouterr().out
    assert main(["synonyms", str(table)]) == 0
    assert "3 lines of synonyms" in capsys.readouterr().out
    assert main(["synonyms"]) == 0
    printed = capsys.readouterr().out
    assert printed == "bear hug,standstill\n黑匣子,Backups\nregional manager,RVP\n"
    table.write_text(printed)
    assert read_synonyms(table).lines == knowledge.list_synonyms()
    table.write_bytes("café, bar".encode("latin-1"))
    assert main(["synonyms", str(table)]) == 1
    assert "is not UTF-8 text" in capsys.readouterr().err
