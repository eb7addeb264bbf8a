"""Who puts things into the playbook cannot take from it, or learn of, what is not theirs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.uploads import Playbook
from skills.answer import Invocation, Quote, Status
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.publishing import publish
from skills.runner import Assistant, Reply, confirm, get_actor, run_skill
from store.channels import set_channel, set_channel_members
from store.models import Enquiry, Person, PlaybookCard, Source, Team
from tests.skills.company import NOW, Asking, Company, english, headline, notes

SEVERANCE = """---
title: Severance rules
audience: [admin]
owner: Vera Moss
questions: ['How much severance do we pay?']
---

# Severance rules

Severance is 17 weeks of pay.
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[KnowledgeBase]:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "severance.md").write_text(SEVERANCE)
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path / "home"), lambda: NOW) as knowledge:
        knowledge.add([tmp_path / "cards"])
        yield knowledge


@pytest.fixture
def playbook(tmp_path: Path, knowledge: KnowledgeBase) -> Playbook:
    return Playbook(tmp_path / "home", knowledge)


@pytest.fixture
def asking(company: Company, knowledge: KnowledgeBase) -> Asking:
    return Asking(company, Assistant(company.database, knowledge, CATALOG, lambda: NOW))


def puts(asking: Asking, who: str, skill: str, **params: str) -> Reply:
    """Like `asking`, whose own `audience` is whoever listens."""
    with asking.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, asking.company.people[who]))
    return run_skill(asking.assistant, Invocation.of(skill, params), actor, Audience(), Source.SENTENCE)


def confirmed(asking: Asking, who: str, shown: Reply) -> Reply:
    token = next(action.token for action in shown.answer.actions if action.kind == "confirm")
    with asking.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, asking.company.people[who]))
    return confirm(asking.assistant, token, actor, Audience(), Source.BUTTON)


def kept(asking: Asking, who: str, playbook: Playbook, skill: str, **params: str) -> Reply:
    """Said yes to, and published."""
    shown = puts(asking, who, skill, **params)
    done = confirmed(asking, who, shown)
    assert done.answer.status is Status.DONE
    publish(asking.assistant, playbook)
    return shown


def quoted(reply: Reply) -> str:
    return " ".join(block.text for block in reply.answer.blocks if isinstance(block, Quote))


def test_a_card_of_the_same_name_that_is_not_for_them_is_neither_named_nor_replaced(
    asking: Asking, playbook: Playbook
) -> None:
    kept(asking, "Vera", playbook, "card", title="Layoff plan", body="Five people leave in May.", audience="admins")
    shown = kept(asking, "Mara", playbook, "card", title="layoff PLAN!", body="There is none, so ask me.")
    assert "replaces" not in notes(shown)
    with asking.company.database.session() as session:
        cards = {card.file: card.title for card in session.exec(select(PlaybookCard))}
    assert cards == {"layoff-plan.md": "Layoff plan", "layoff-plan-2.md": "layoff PLAN!"}
    again = puts(asking, "Vera", "card", title="Layoff plan", body="Six people leave in May.", audience="admins")
    assert "It replaces **Layoff plan** (layoff-plan.md)." in notes(again)


def test_two_who_write_the_same_card_at_once_are_told_so(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    shown = [puts(asking, who, "card", title="Twin", body=f"Words of {who}.") for who in ("Vera", "Mara")]
    first, second = (confirmed(asking, who, reply).answer for who, reply in zip(("Vera", "Mara"), shown, strict=True))
    assert first.status is Status.DONE
    assert second.status is Status.REFUSED
    assert english(second.headline) == "Somebody did the same in the meantime, so nothing was changed."
    assert "Words of Mara" not in caplog.text
    assert "It replaces **Twin**" in notes(puts(asking, "Mara", "card", title="Twin", body="Words of Mara."))


def test_a_dropped_file_cannot_speak_for_another_card(asking: Asking, playbook: Playbook) -> None:
    kept(asking, "Vera", playbook, "card", title="Price floor", body="The floor is 31 percent.", audience="admins")
    upload = playbook.keep("x.md", b"title: Price floor\naudience: everyone\n")
    reply = puts(asking, "Mara", "upload", upload=upload, name="price-floor.md.card.yaml", title="Harmless")
    assert reply.answer.status is Status.REFUSED
    assert headline(reply) == "**price-floor.md.card.yaml** is of a kind that I can't read."
    assert puts(asking, "Mara", "upload", upload=upload, name=" X.MD ").answer.status is Status.CONFIRM


def test_however_much_a_card_says_of_itself_its_readers_stay_the_same(asking: Asking, playbook: Playbook) -> None:
    questions = "\n".join(f"{number} " + "why is it so " * 200 for number in range(40))
    body = "The bonus pool is 3 million."
    kept(asking, "Vera", playbook, "card", title="Bonus pool", body=body, audience="admins", questions=questions)
    card = playbook.folder / "bonus-pool.md"
    assert card.is_file()
    assert body not in quoted(asking("Dana", "ask", question="How large is the bonus pool?"))
    assert body in quoted(asking("Vera", "ask", question="How large is the bonus pool?"))


@pytest.mark.parametrize("title", ["销" * 140, "\U0001d49c" * 140, "é" * 140])
def test_a_very_long_title_keeps_nothing_from_being_published(asking: Asking, playbook: Playbook, title: str) -> None:
    kept(asking, "Mara", playbook, "card", title=title, body="The door of the depot is green.")
    kept(asking, "Mara", playbook, "card", title="Second", body="The gate of the depot is red.")
    assert set(playbook.list_written()) >= {"second.md"}
    assert len(playbook.list_written()) == 2


def test_a_team_that_is_called_like_a_group_is_not_that_group(asking: Asking) -> None:
    with asking.company.database.writing() as session:
        team = session.exec(select(Team).where(Team.name == "Alpha")).one()
        team.name = "Admin"
        session.add(team)
    assert "17 weeks" not in quoted(asking("Dana", "ask", question="How much severance do we pay?"))
    assert "17 weeks" in quoted(asking("Vera", "ask", question="How much severance do we pay?"))


def test_what_a_card_answered_that_one_may_not_read_is_no_work_for_one(asking: Asking) -> None:
    asking("Vera", "ask", question="How much severance do we pay?")
    asking("Vera", "feedback", helpful="no", reason="unclear")
    assert asking("Mara", "gaps").answer.idle
    assert "Severance rules" in asking("Vera", "gaps").model_dump_json()


def test_what_two_people_said_to_each_other_is_no_draft_for_a_third(asking: Asking) -> None:
    people = asking.company.people
    for words, channel in (("What does Lee earn?", ""), ("What is it worth?", "C1")):
        asking.company.add(
            Enquiry(
                words=words,
                asker_id=people["Dana"],
                person_id=None if channel else people["Vera"],
                channel=channel,
                asked_at=NOW,
                posted=True,
                answer="It is 99,000.",
                answered_by=people["Vera"],
                answered_at=NOW,
            )
        )
    assert "99,000" not in asking("Ken", "card", enquiry="1").model_dump_json()
    assert "99,000" in asking("Vera", "card", enquiry="1").model_dump_json()
    assert "99,000" in asking("Ken", "card", enquiry="2").model_dump_json(), "it stands in the channel"


def test_a_channel_that_one_is_not_in_is_not_offered(asking: Asking) -> None:
    people = asking.company.people
    asking.company.won("Dana", "1000", NOW.date(), name="Acme line 4")
    with asking.company.database.writing() as session:
        set_channel(session, "C7", "wins")
        set_channel_members(session, "C8", "board", [people["Vera"]], now=NOW)
        set_channel_members(session, "C9", "team", [people["Dana"]], now=NOW)
    for reply in (asking("Dana", "post"), asking("Dana", "enquire", question="Who is in?", channel="#boards")):
        assert "C8" not in reply.answer.model_dump_json()
    assert "C9" in asking("Dana", "post").answer.model_dump_json()
