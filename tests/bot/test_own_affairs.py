"""What somebody learns, asks or keeps for a few stays out of channels, by whatever door it was done."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from bot.local_workspace import Message
from knowledge_base import KnowledgeBase, KnowledgeSettings
from knowledge_base.uploads import Playbook
from store.models import Question
from tests.bot.slack_bot import BOT, Bot, running
from tests.skills.company import NOW, Company

MENTION = f"<@{BOT}>"
PATH = """---
title: The path
kind: path
---

# The path

## The first week

| Step | Working days | Gate |
|---|---|---|
| Pitch | 1-3 | certified by the manager |
| Find your way | 1-3 | |
"""
LUNCH = """---
title: Sales lunch
questions: ['When is the sales lunch?']
---

# Sales lunch

The sales lunch is on Thursdays at 12:40.
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[KnowledgeBase]:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "path.md").write_text(PATH)
    (tmp_path / "cards" / "lunch.md").write_text(LUNCH)
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path / "home"), lambda: NOW) as knowledge:
        knowledge.add([tmp_path / "cards"])
        yield knowledge


@pytest.fixture
async def bot(company: Company, knowledge: KnowledgeBase, tmp_path: Path) -> AsyncIterator[Bot]:
    playbook = Playbook(tmp_path / "home", knowledge)
    async with running(company, knowledge=knowledge, playbook=playbook) as bot:
        for name in ("mara", "sam"):
            await bot.person(name).say("help", dm=True)
        await bot.settled()
        yield bot


def heard_by_all(bot: Bot) -> str:
    return "\n".join(one.as_text() for one in bot.workspace.messages("C0TEAM") if one.ephemeral_to is None)


async def fills_in(bot: Bot, name: str, skill: str, said: str, **values: str) -> Message:
    """The form that the help in a channel offers, and what is said then."""
    person = bot.person(name)
    offered = await bot.workspace.reply_to(await person.say(f"{MENTION} help topic={skill}", channel="#team"))
    await person.click(offered, "Open the form")
    await person.submits(await person.modal(), values)
    await bot.settled()
    return await person.hears(channel="#team", containing=said)


async def test_a_form_that_was_opened_in_a_channel_tells_nobody_there_what_somebody_learns(bot: Bot) -> None:
    said = await fills_in(bot, "sam", "learning", "Mara Lindt may see", share="on")
    assert said.ephemeral_to == bot.person("sam").id
    said = await fills_in(bot, "sam", "step", "Done: Find your way", step="Find your way")
    assert said.ephemeral_to == bot.person("sam").id
    assert "progress, and nobody else" not in heard_by_all(bot)
    assert "Done: Find your way" not in heard_by_all(bot)


async def test_a_certificate_that_is_given_in_a_channel_is_between_the_two(bot: Bot) -> None:
    mara = bot.person("mara")
    await mara.say("step step=Pitch owner=sam", dm=True)
    await bot.settled()
    assert "Sam Osei: Pitch is certified" in bot.workspace.messages(mara.direct_channel)[-1].as_text()
    await mara.say(f"{MENTION} undo", channel="#team")
    await bot.settled()
    assert "Taken back" in (await mara.hears(channel="#team", containing="Taken back")).as_text()
    assert "Pitch" not in heard_by_all(bot)


async def test_one_judgement_in_a_channel_leaves_the_others_theirs(bot: Bot, company: Company) -> None:
    sam, mara = bot.person("sam"), bot.person("mara")
    said = await sam.say(f"{MENTION} ask question='When is the sales lunch?'", channel="#team")
    answer = await bot.workspace.reply_to(said)
    for person, label in ((sam, "Not helpful"), (mara, "Not helpful"), (mara, "Helpful")):
        (now,) = [one for one in bot.workspace.messages("C0TEAM") if one.ts == answer.ts]
        await person.click(now, label)
        await bot.settled()
    with company.database.session() as session:
        judged = {one.person_id: one.helpful for one in session.exec(select(Question))}
    assert judged == {company.people["Sam"]: False, company.people["Mara"]: True}


async def test_a_card_for_managers_is_not_named_in_the_channel_where_its_file_was_dropped(bot: Bot) -> None:
    mara = bot.person("mara")
    said = await mara.drop("notes.md", b"# A\n\nwords of it", f"{MENTION} add this to the playbook", channel="#team")
    await mara.click(await bot.workspace.reply_to(said), "Title, owner and readers")
    asked = await mara.submits(await mara.modal(), {"title": "Who leaves in May", "audience": "managers"})
    assert asked.view is not None
    await mara.submits(asked.view)
    await bot.settled()
    with contextlib.suppress(TimeoutError):
        await mara.hears(channel="#team", containing="Who leaves in May")
    assert "Who leaves in May" not in heard_by_all(bot)
