"""What comes in through the chat: names of files, what is refused, and what a file may say of itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.cards import read_front_matter
from knowledge_base.uploads import Playbook, Wanted, file_name
from tests.knowledge_base.conftest import NOW


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path / "home"), lambda: NOW) as knowledge:
        yield knowledge


@pytest.fixture
def playbook(knowledge: KnowledgeBase, tmp_path: Path) -> Playbook:
    return Playbook(tmp_path / "home", knowledge)


@pytest.mark.parametrize(
    "name", ["销" * 90 + ".docx", "a" * 400, "../../etc/passwd", ".card.yaml", "  ", "ü" * 130 + ".PDF"]
)
def test_a_file_name_is_short_and_leads_nowhere(playbook: Playbook, name: str) -> None:
    plain = file_name(name)
    assert len(plain.encode()) <= 160
    assert "/" not in plain
    assert not plain.startswith(".")
    assert playbook.keep(name, b"something")


def test_a_refused_upload_is_not_read_again(playbook: Playbook) -> None:
    broken = Wanted("offer.docx", 1, upload=playbook.keep("offer.docx", b"PK\x03\x04 nothing of the kind"))
    assert playbook.publish([broken])["offer.docx"].refused
    assert not (playbook.folder / "offer.docx").exists()
    good = Wanted("lunch.md", 1, content="# Lunch\n\nThe canteen opens at noon.\n")
    assert not playbook.publish([good])["lunch.md"].refused


def test_an_upload_takes_no_other_cards_place(playbook: Playbook, knowledge: KnowledgeBase) -> None:
    playbook.publish([Wanted("severance.md", 1, content="# Severance\n\nSeverance is paid within thirty days.\n")])
    theirs = b"---\ntitle: Lunch\nsupersedes: [severance.md]\n---\n\nThe canteen opens at noon.\n"
    playbook.publish([Wanted("lunch.md", 1, upload=playbook.keep("lunch.md", theirs))])
    answer = knowledge.ask("When is severance paid?")
    assert "thirty days" in answer.text


def test_front_matter_without_an_end_hides_the_card() -> None:
    found = read_front_matter("---\ntitle: Layoffs\naudience: admins\n\nWe close the plant in May.\n")
    assert found.problems
    assert found.card.audience
    assert found.card.audience != read_front_matter("# Plain\n\nText.\n").card.audience
    assert not read_front_matter("---\n\nA rule, and then what the audience: of this text is.\n").problems
