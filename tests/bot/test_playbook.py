"""The playbook grows out of the chat: answers that people give become cards, and dropped files are read."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from bot.local_workspace import Message
from bot.publishing import Publisher
from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.uploads import Playbook
from store.models import Enquiry, Organisation, PlaybookCard, Role
from tests.bot.slack_bot import BOT, IDS, Bot, running
from tests.skills.company import NOW, Company

MENTION = f"<@{BOT}>"
LUNCH = """---
title: Sales lunch
owner: Mara Lindt
questions: ['When is the sales lunch?']
---

# Sales lunch

The sales lunch is on Thursdays at 12:40.
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def knowledge(home: Path, tmp_path: Path) -> Iterator[KnowledgeBase]:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "lunch.md").write_text(LUNCH)
    with KnowledgeBase.open(KnowledgeSettings(home=home), lambda: NOW) as knowledge:
        knowledge.add([tmp_path / "cards"])
        yield knowledge


@pytest.fixture
async def bot(company: Company, knowledge: KnowledgeBase, home: Path) -> AsyncIterator[Bot]:
    async with running(company, knowledge=knowledge, playbook=Playbook(home, knowledge)) as bot:
        yield bot


async def carried_on(bot: Bot) -> None:
    """What the background does: publish, and deliver what is owed."""
    playbook = bot.desk.playbook
    assert playbook is not None
    with ThreadPoolExecutor(1) as executor:
        await Publisher(bot.assistant, playbook, executor).carry_on()
    with contextlib.suppress(TimeoutError):
        await bot.delivery.deliver()


async def met(bot: Bot, *names: str) -> None:
    """People are known to Slack once they have spoken."""
    for name in names:
        await bot.person(name).say("help", dm=True)
        await bot.settled()


def last(bot: Bot, name: str) -> Message:
    return bot.workspace.messages(bot.person(name).direct_channel)[-1]


async def asks(bot: Bot, name: str, question: str, *, channel: str | None = None) -> Message:
    words = f"ask question='{question}'"
    person = bot.person(name)
    said = await person.say(f"{MENTION} {words}" if channel else words, channel=channel, dm=channel is None)
    return await bot.workspace.reply_to(said)


# --- from a question to a card


async def test_an_unanswered_question_becomes_a_card_by_way_of_the_owner(bot: Bot, company: Company) -> None:
    await met(bot, "mara", "dana")
    dana, mara = bot.person("dana"), bot.person("mara")
    refused = await asks(bot, "dana", "Which caterer delivers the sales breakfast?")
    assert "not in the knowledge base" in refused.as_text()
    await dana.click(refused, "Ask Mara Lindt")
    await bot.settled()
    await dana.click(last(bot, "dana"), "Yes, do it")
    await bot.settled()
    await carried_on(bot)
    question = last(bot, "mara")
    assert "Dana Whitfield asks" in question.as_text()
    assert "caterer" in question.as_text()

    await mara.say("Feinkost Bauer delivers the breakfast, call them before Tuesday noon.", dm=True, thread=question.ts)
    await bot.settled()
    offered = last(bot, "mara")
    assert "Shall it be a card" in offered.as_text()
    await carried_on(bot)
    told = last(bot, "dana")
    assert "Mara Lindt answers your question" in told.as_text()
    assert "Feinkost Bauer" in told.as_text()

    await mara.click(offered, "Write the card")
    form = await mara.modal()
    assert "Feinkost Bauer delivers the breakfast" in form.as_text()
    sent = await mara.submits(form, {"title": "Sales breakfast"})
    assert sent.view is not None
    assert "Readers: everyone in sales. Owner: Mara Lindt." in sent.view.as_text()
    await mara.submits(sent.view)
    await bot.settled()
    assert "I tell you when it can be found" in last(bot, "mara").as_text()
    await carried_on(bot)
    assert "can be found now: 1 section" in last(bot, "mara").as_text()

    found = await asks(bot, "dana", "Which caterer delivers the sales breakfast?")
    assert "Feinkost Bauer" in found.as_text()
    assert "Owner: Mara Lindt. Verified 18 Nov 2026." in found.as_text()


async def test_in_a_channel_anybody_answers_and_who_answered_writes_the_card(bot: Bot, company: Company) -> None:
    await met(bot, "dana", "eva", "sam")
    with company.database.writing() as session:
        session.get_one(Organisation, 1).questions_channel = "sales"
    # The channel is known once we were asked there.
    refused = await asks(bot, "dana", "Which caterer delivers the sales breakfast?", channel="#sales")
    await bot.person("dana").click(refused, "Ask in #sales")
    question_to_dana = await bot.person("dana").hears(channel="#sales", containing="Shall I?")
    await bot.person("dana").click(question_to_dana, "Yes, do it")
    await bot.settled()
    await carried_on(bot)
    question = bot.workspace.messages("C0SALES")[-1]
    assert "Dana Whitfield asks" in question.as_text()
    await bot.person("dana").say("anybody?", channel="#sales", thread=question.ts)
    await bot.person("eva").say("Feinkost Bauer.", channel="#sales", thread=question.ts)
    await bot.settled()
    offered = bot.workspace.messages("C0SALES")[-1]
    assert offered.thread_ts == question.ts
    await bot.person("eva").say("They need a day.", channel="#sales", thread=question.ts)
    await bot.settled()
    assert bot.workspace.messages("C0SALES")[-1].user == IDS["eva"], "asked once"
    with company.database.session() as session:
        enquiry = session.exec(select(Enquiry)).one()
        assert (enquiry.answered_by, enquiry.answer) == (company.people["Eva"], "Feinkost Bauer.\n\nThey need a day.")
    await bot.person("sam").click(offered, "Write the card")
    sent = await bot.person("sam").submits(await bot.person("sam").modal())
    assert "Only who answered it" in str(sent)
    await bot.person("eva").click(offered, "Write the card")
    sent = await bot.person("eva").submits(await bot.person("eva").modal())
    assert sent.view is not None


# --- files


async def test_a_dropped_file_is_asked_about_read_and_found(bot: Bot, home: Path) -> None:
    await met(bot, "mara")
    mara = bot.person("mara")
    said = await mara.drop(
        "Expenses 2027.csv",
        b"item,limit\nHotel in Oslo,190 EUR a night\nTaxi,40 EUR a ride\n",
        f"{MENTION} add this to the playbook",
        channel="#team",
    )
    asked = await bot.workspace.reply_to(said)
    assert "What shall it be called" in asked.as_text()
    await mara.click(asked, "Title, owner and readers")
    form = await mara.modal()
    sent = await mara.submits(
        form, {"title": "Travel limits", "audience": "sales", "questions": "How much may a hotel in Oslo cost?"}
    )
    assert sent.view is not None
    await mara.submits(sent.view)
    await bot.settled()
    await carried_on(bot)
    assert "can be found now" in last(bot, "mara").as_text()
    answer = await asks(bot, "dana", "How much may a hotel in Oslo cost?")
    assert "190 EUR" in answer.as_text()
    assert "Travel limits" in answer.as_text()
    assert (home / "playbook" / "expenses-2027.csv").is_file()


async def test_who_may_add_files_need_not_name_us_in_a_channel_and_others_are_left_alone(bot: Bot) -> None:
    await met(bot, "mara", "dana")
    before = len(bot.workspace.messages("C0SALES"))
    await bot.person("dana").drop("a.md", b"# A\n\nwords", "add this to the playbook", channel="#sales")
    await bot.settled()
    assert len(bot.workspace.messages("C0SALES")) == before + 1, "she may not, and may have meant somebody else"
    said = await bot.person("mara").drop("a.md", b"# A\n\nwords", "add this to the playbook", channel="#sales")
    assert "What shall it be called" in (await bot.workspace.reply_to(said)).as_text()
    chat = await bot.person("mara").drop("b.md", b"# B\n\nwords", "here is what I told you of", channel="#sales")
    await bot.settled()
    assert bot.workspace.messages("C0SALES")[-1].ts == chat.ts


@pytest.mark.parametrize(
    ("who", "name", "content", "words"),
    [
        ("dana", "a.md", b"# A\n\nwords", "Only a manager"),
        ("mara", "a.exe", b"MZ", "of a kind that I can't read"),
        ("mara", "a.zip", b"PK", "is an archive"),
        ("mara", "a.pdf", b"0" * 30_000_001, "too large"),
        ("mara", "a.md", b"", "is empty"),
    ],
)
async def test_what_cannot_be_taken_is_refused_with_the_reason(
    bot: Bot, who: str, name: str, content: bytes, words: str
) -> None:
    said = await bot.person(who).drop(name, content, "add this to the playbook", dm=True)
    answer = await bot.workspace.reply_to(said)
    assert words in answer.as_text()
    assert "Title, owner" not in answer.as_text()


async def test_a_file_that_turns_out_to_hold_nothing_is_told_to_who_dropped_it(bot: Bot, company: Company) -> None:
    await met(bot, "mara")
    mara = bot.person("mara")
    said = await mara.drop("offer.md", b"# Only a heading", "add this to the playbook", dm=True)
    await mara.click(await bot.workspace.reply_to(said), "Title, owner and readers")
    sent = await mara.submits(await mara.modal())
    assert sent.view is not None
    await mara.submits(sent.view)
    await bot.settled()
    await carried_on(bot)
    assert "could not be read" in last(bot, "mara").as_text()


async def test_a_card_that_is_removed_never_answers_again_until_that_is_undone(
    bot: Bot, company: Company, knowledge: KnowledgeBase, home: Path
) -> None:
    await met(bot, "mara")
    mara = bot.person("mara")
    await mara.say(
        "card title='Guest wifi' body='The guest wifi code is at the front desk in the blue folder.'", dm=True
    )
    await bot.settled()
    await mara.click(last(bot, "mara"), "Yes, do it")
    await bot.settled()
    await carried_on(bot)
    assert "blue folder" in (await asks(bot, "dana", "Where is the guest wifi code?")).as_text()
    await mara.say("remove card='Guest wifi'", dm=True)
    await bot.settled()
    await mara.click(last(bot, "mara"), "Yes, do it")
    await bot.settled()
    removed = last(bot, "mara")
    await carried_on(bot)
    assert not (home / "playbook" / "guest-wifi.md").exists()
    assert "blue folder" not in (await asks(bot, "dana", "Where is the guest wifi code?")).as_text()
    await mara.click(removed, "Undo")
    await bot.settled()
    await carried_on(bot)
    assert "blue folder" in (await asks(bot, "dana", "Where is the guest wifi code?")).as_text()
    with company.database.session() as session:
        assert session.exec(select(PlaybookCard)).one().owner_id == company.people["Mara"]


async def test_what_a_channel_may_not_read_is_shown_to_the_asker_alone(
    bot: Bot, knowledge: KnowledgeBase, tmp_path: Path
) -> None:
    await met(bot, "mara", "dana", "sam")
    (tmp_path / "cards" / "floor.md").write_text(
        "---\ntitle: Discount floor\naudience: managers\nquestions: ['What is our discount floor?']\n---\n\n"
        "# Discount floor\n\nThe discount floor is 31 percent.\n"
    )
    knowledge.add([tmp_path / "cards"])
    answer = await asks(bot, "mara", "What is our discount floor?", channel="#team")
    if answer.ephemeral_to is None:
        await bot.person("mara").click(answer, "Show me privately")
        answer = await bot.person("mara").hears(channel="#team", containing="31 percent")
    assert answer.ephemeral_to == bot.person("mara").id
    assert "31 percent" in answer.as_text()
    assert not any(
        "31 percent" in one.as_text() for one in bot.workspace.messages("C0TEAM") if one.ephemeral_to is None
    )
    assert "31 percent" not in (await asks(bot, "dana", "What is our discount floor?", channel="#team")).as_text()


# --- from a win to a post and a card


async def test_a_win_is_told_in_its_channel_and_kept_as_a_card(bot: Bot, company: Company) -> None:
    with company.database.writing() as session:
        session.get_one(Organisation, 1).cards_by = Role.REP
    await met(bot, "dana")
    dana = bot.person("dana")
    await dana.say("update opportunity=acme stage=Won", dm=True)
    await bot.settled()
    await dana.click(last(bot, "dana"), "Yes, do it")
    await bot.settled()
    await dana.click(last(bot, "dana"), "Write the win post")
    await bot.settled()
    draft = last(bot, "dana")
    assert "It goes nowhere until you post it" in draft.as_text()
    assert "Won: Acme Watch, $40,000" in draft.as_text()

    await dana.click(draft, "Edit and post")
    form = await dana.modal()
    assert "Won: Acme Watch, $40,000" in form.as_text()
    words = "Acme is ours!\nThe pilot in the paint shop made the difference."
    asked = await dana.submits(form, {"words": words, "channel": "#sales"})
    assert asked.view is not None
    assert "It will be posted to a channel." in asked.view.as_text()
    await dana.submits(asked.view)
    await bot.settled()
    assert not [message for message in bot.workspace.messages("#sales") if "Acme is ours" in message.as_text()]
    await carried_on(bot)
    (posted,) = [message for message in bot.workspace.messages("#sales") if "Acme is ours" in message.as_text()]
    assert "made the difference" in posted.as_text()
    assert "Posted by Dana Whitfield." in posted.as_text()

    await dana.click(last(bot, "dana"), "Keep it as a knowledge card")
    card = await dana.modal()
    assert "How we won Acme Watch" in card.as_text()
    assert "made the difference" in card.as_text()
    sent = await dana.submits(card)
    assert sent.view is not None
    await dana.submits(sent.view)
    await bot.settled()
    await carried_on(bot)
    found = await asks(bot, "dana", "How did we win Acme Watch?")
    assert "made the difference" in found.as_text()
