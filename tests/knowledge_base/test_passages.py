"""Passages: exact places in the source, sections, and documents that mean harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base import KnowledgeBase
from knowledge_base.cards import read_front_matter
from knowledge_base.chunking import TARGET, get_blocks, get_chunks, get_size, get_title
from knowledge_base.lexical import get_tokens, is_cjk

OpenBase = Callable[..., KnowledgeBase]

_PARTS = st.sampled_from(
    [
        "# Title\n",
        "## Part\r\n",
        "Setext\n======\n",
        "- item one\n- item two\n",
        "1. first\n2. second\n",
        "| a | b |\n| - | - |\n| 1 | 2 |\n",
        "```\ncode # not a heading\n```\n",
        "> quoted\n",
        "\n",
        "Prose with a stop. Another sentence! 中文句子。还有一句？\n",
        "<!-- hidden -->\n",
        "---\n",
        "\ttabbed\n",
        "\u2028odd\x0bspaces\x85here\n",
        "\r",
        "שלום עולם\n",
        "word " * 400 + "\n",
        "长" * 700 + "\n",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(_PARTS, st.text(max_size=60)), max_size=14).map("".join), st.booleans())
def test_passages_lie_in_order_inside_their_sections(source: str, markdown: bool) -> None:
    start = read_front_matter(source).body_start
    before = start
    for chunk in get_chunks(source, body_start=start, title="T", markdown=markdown):
        assert before <= chunk.start < chunk.end <= len(source)
        assert chunk.section_start <= chunk.start
        assert chunk.end <= chunk.section_end
        assert source[chunk.start : chunk.end].strip()
        assert get_size(source[chunk.start : chunk.end]) <= 2 * TARGET
        before = chunk.end


@settings(max_examples=100, deadline=None)
@given(st.lists(_PARTS, max_size=10).map("\n\n".join))
def test_no_word_of_the_text_is_lost(source: str) -> None:
    chunks = get_chunks(source, title="T")
    kept = "".join(source[chunk.start : chunk.end] for chunk in chunks)
    for word in ("item one", "second", "quoted", "Another sentence", "还有一句", "שלום"):
        assert kept.count(word) == source.count(word)
    assert kept.count("长") == source.count("长")
    assert "hidden" not in kept


def test_a_sentence_that_is_only_a_heading_can_be_found() -> None:
    source = (
        "# T\n\n## Never quote a price for the Japanese market without asking the deal desk first\n\n## Next\n\nx\n"
    )
    first = get_chunks(source, title="T")[0]
    assert source[first.start : first.end].startswith("## Never quote")


def test_a_heading_as_long_as_a_page_is_cut() -> None:
    source = "长" * 700 + "\nSetext\n======\n"
    chunks = get_chunks(source, title="T")
    assert "".join(source[chunk.start : chunk.end] for chunk in chunks).count("长") == 700
    assert all(get_size(source[chunk.start : chunk.end]) <= TARGET for chunk in chunks)


def test_search_gives_exact_offsets_into_the_files(open_base: OpenBase, pages: Path) -> None:
    (pages / "windows.md").write_bytes(
        "\ufeff---\r\ntitle: Windows\r\n---\r\n# Windows\r\n\r\nÜber 5 €: 谢谢 👍🏽 the gannet rule.\r\n".encode()
    )
    knowledge = open_base()
    knowledge.add([pages])
    seen = set()
    for question in (
        "discount approval",
        "data Frankfurt",
        "standstill",
        "gannet rule",
        "报销",
        "commit",
        "笔记本电脑",
    ):
        for passage in knowledge.search(question, 10):
            source = (pages / passage.file).read_bytes().decode()
            assert source[passage.start : passage.end] == passage.text
            seen.add(passage.file)
    assert seen == {path.relative_to(pages).as_posix() for path in pages.rglob("*.*")}


def test_setext_headings_make_sections_and_front_matter_is_no_text(open_base: OpenBase, pages: Path) -> None:
    knowledge = open_base()
    knowledge.add([pages])
    assert knowledge.search("where is customer data kept", 1)[0].section == "Hosting > Where customer data is kept"
    card = knowledge.card("objections/too-expensive.md")
    assert card is not None
    assert [section.heading for section in knowledge.sections(card.id)] == ["It's too expensive", "Explore", "Respond"]
    assert not any("review_every" in section.text for section in knowledge.sections(card.id))


def test_a_table_is_cut_between_rows_and_keeps_its_head() -> None:
    rows = "".join(f"| row {n} | a value that needs some words to say number {n} |\n" for n in range(60))
    source = f"# T\n\n| name | meaning |\n| --- | --- |\n{rows}"
    chunks = get_chunks(source, title="T")
    assert len(chunks) > 3
    for chunk in chunks:
        text = source[chunk.start : chunk.end]
        assert text.startswith("| ")
        assert text.endswith("|")
        assert "name | meaning" in text or "name | meaning" in chunk.context


def test_a_heading_inside_code_is_no_heading() -> None:
    source = "# T\n\n```sh\n# not a heading\nmake demo\n```\n"
    assert [chunk.path for chunk in get_chunks(source, title="T")] == [("T",)]
    assert [block.kind for block in get_blocks(source, 0, len(source))] == ["heading", "code"]


def test_two_rules_with_prose_between_are_no_front_matter() -> None:
    source = "---\nJust prose here\n---\n\n# Title\n"
    assert read_front_matter(source).body_start == 0
    assert get_title(source, 0) == "Title"


@pytest.mark.parametrize(
    ("value", "days"), [("90d", 90), ("90", 90), ("12 weeks", 84), ("6 months", 180), ("1y", 365), ("soon", None)]
)
def test_review_intervals_are_read_as_days(value: str, days: int | None) -> None:
    assert read_front_matter(f"---\nreview_every: {value}\n---\nx").card.review_every_days == days


def test_tokens_are_stems_numbers_and_pairs_of_characters() -> None:
    assert get_tokens("What are the Discounts, really?") == ["discount", "realli"]
    assert get_tokens("1,340 and 3.5 don't ＵＳＤ café") == ["1340", "3d5", "usd", "cafe"]
    assert get_tokens("客户太贵") == ["客", "客户", "户", "户太", "太", "太贵", "贵"]
    assert is_cjk("客户说 price 太贵了")
    assert not is_cjk("what does 客户 mean in our notes")
