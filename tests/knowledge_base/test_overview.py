"""Questions that name a group of cards, a product, or little else; and the language that is asked in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import Card, KnowledgeBase
from knowledge_base.lexical import get_tokens
from knowledge_base.overview import get_group, get_products

OpenBase = Callable[..., KnowledgeBase]

CARDS = [
    (1, "rivals/alpha.md", Card(kind="competitor")),
    (2, "rivals/beta.md", Card(kind="competitor", tags=("asia",))),
    (3, "prices/list.md", Card(kind="pricing")),
    (4, "notes.md", Card()),
]


@pytest.mark.parametrize(
    ("question", "group"),
    [
        ("who are our competitors?", [1, 2]),
        ("tell me about our main competitor", [1, 2]),
        ("which rivals are there", [1, 2]),
        ("我们有哪些竞争对手", [1, 2]),
        ("主要竞品是谁？", [1, 2]),
        ("竞争对手在亚洲有多少员工", []),
        ("who are our competitors in Asia?", []),
        ("how many competitors do we have?", []),
        ("when do competitors call?", []),
        ("pricing", []),
        ("what do we have?", []),
        ("", []),
    ],
)
def test_a_group_is_meant_when_nothing_else_is_said(question: str, group: list[int]) -> None:
    assert get_group(get_tokens(question), question, CARDS, ()) == group


def test_products_are_words_of_their_own() -> None:
    products = ("Sense", "Watch", "云监测")
    assert get_products("What does Watch cost?", products) == {"Watch"}
    assert get_products("does it make sense to watch?", products) == frozenset()
    assert get_products("Watch每台多少钱，云监测呢", products) == {"Watch", "云监测"}
    assert get_products("Watchful Sensea", products) == frozenset()


@pytest.mark.parametrize(
    "question", ["who are our competitors?", "tell me about our main competitor", "我们有哪些竞争对手"]
)
def test_every_competitor_is_named_with_its_source(demo: KnowledgeBase, question: str) -> None:
    answer = demo.ask(question)
    assert answer.status == "answer"
    assert {c.file for c in answer.citations} == {d.file for d in demo.documents("competitor") if d.is_current} or {
        c.file.split("/")[0] for c in answer.citations
    } == {"competitors"}
    assert len(answer.citations) == 4
    for citation in answer.citations:
        assert citation.quote in "\n".join(s.text for s in demo.sections(citation.passage.document_id))
        assert citation.passage.title in answer.text


def test_an_overview_names_only_what_may_be_read(demo: KnowledgeBase) -> None:
    answer = demo.ask("who are our competitors?", where=lambda card: "Ironlog" not in card.title)
    assert len(answer.citations) == 3
    assert "Ironlog" not in answer.text


@pytest.mark.parametrize(
    ("question", "file", "holds"),
    [
        ("what does Predict cost per machine?", "pricing/price-list-fy2027.md", "| Predict | machine and year"),
        ("What does Watch cost per machine?", "pricing/price-list-fy2027.md", "Watch"),
        ("which certificates do we have", "security/hosting-and-certificates.md", "ISO 27001"),
        ("试点要多少钱？", "stages/pilot.md", "69,500 CNY"),
    ],
)
def test_the_quote_is_about_what_was_asked(demo: KnowledgeBase, question: str, file: str, holds: str) -> None:
    citation = demo.ask(question).citations[0]
    assert citation.file == file
    assert holds in citation.quote


def test_a_quote_without_the_product_asked_for_is_never_sure(open_base: OpenBase, tmp_path: Path) -> None:
    (tmp_path / "prices.md").write_text(
        "---\ntitle: Prices\nproduct: [Watch, Predict]\nquestions: [What does Predict cost per machine?]\n---\n"
        "Watch costs 1,340 dollars per machine.\n"
    )
    knowledge = open_base()
    knowledge.add([tmp_path / "prices.md"])
    assert knowledge.ask("What does Predict cost per machine?").band == "unsure"
    assert knowledge.ask("What does Watch cost per machine?").citations[0].quote.startswith("Watch costs 1,340")


def test_a_question_is_answered_in_its_language_when_both_are_there(open_base: OpenBase, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: Warranty\nquestions: [How long is the warranty?, 保修期多长？]\n---\nThe warranty is two years.\n"
    )
    (tmp_path / "b.md").write_text(
        "---\ntitle: 保修\nquestions: [How long is the warranty?, 保修期多长？]\n---\n保修期为两年。\n",
        encoding="utf-8",
    )
    (tmp_path / "c.md").write_text("# Lunch\n\nThe canteen opens at noon.\n")
    knowledge = open_base()
    knowledge.add([tmp_path / name for name in ("a.md", "b.md", "c.md")])
    assert knowledge.ask("保修期多长？").citations[0].file == "b.md"
    assert knowledge.ask("How long is the warranty?").citations[0].file == "a.md"
