"""Questions to the playbook that go on from the one before them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings
from tests.conversations.company import NOW
from tests.conversations.conftest import Talk, begun

CARDS = {
    "delivery": "# Delivery\n\nStandard delivery takes nine working days from the order.\n\nExpress delivery takes two "
    "working days and costs 85 dollars.",
    "warranty": "# Warranty\n\nThe warranty of machines is three years.\n\nThe warranty of spare parts is six months.",
    "trial": "# Trials\n\nA trial lasts thirty days and is free of charge.",
    "visit": "# Customer visits\n\nVisitors of the plant wear closed shoes.",
}


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    home = tmp_path_factory.mktemp("cards")
    (home / "cards").mkdir()
    for name, words in CARDS.items():
        (home / "cards" / f"{name}.md").write_text(words)
    with KnowledgeBase.open(KnowledgeSettings(home=home), lambda: NOW) as base:
        base.add([home / "cards"])
        yield base


@pytest.fixture
def talk(filled: Path, cards: KnowledgeBase, tmp_path: Path) -> Iterator[Talk]:
    with begun(filled, cards, tmp_path / "company.db") as begin:
        yield begin()


def test_a_question_keeps_the_subject_of_the_one_before(talk: Talk) -> None:
    assert "three years" in talk("how long is the warranty of machines?")["text"]
    assert "six months" in talk("and of spare parts?")["text"]


def test_it_goes_on_from_one_that_went_on(talk: Talk) -> None:
    talk("how long does standard delivery take?")
    assert "two working days" in talk("and express?")["text"]
    reply = talk("what does it cost?")
    assert (reply["skill"], "85 dollars" in reply["text"]) == ("ask", True)


def test_after_something_else_was_shown_there_is_nothing_to_go_on_from(talk: Talk) -> None:
    talk("how long is the warranty of machines?")
    talk("my pipeline")
    assert "after" not in talk("and of spare parts?")["params"]


def test_rating_an_answer_does_not_end_its_subject(talk: Talk) -> None:
    talk("how long is the warranty of machines?")
    talk("that was helpful")
    assert "six months" in talk("and of spare parts?")["text"]


def test_a_figure_that_is_asked_for_is_no_question_to_the_playbook(talk: Talk) -> None:
    talk("how long is the warranty of machines?")
    assert talk("and my pipeline?")["skill"] == "pipeline"


def test_each_thread_has_its_own_subject(talk: Talk) -> None:
    talk("how long is the warranty of machines?", thread="one")
    assert "after" not in talk("and of spare parts?", thread="two")["params"]
