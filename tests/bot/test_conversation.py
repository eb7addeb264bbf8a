"""Talking with the whole bot, as people do: understanding, skills and Slack together."""

from sqlmodel import select

from bot.local_workspace import Message, buttons
from bot.understanding import Understanding
from store.models import Opportunity
from tests.bot.slack_bot import BOT, Bot, running
from tests.skills.company import Company


def stage_of(company: Company, name: str) -> str:
    with company.database.session() as session:
        row = session.exec(select(Opportunity).where(Opportunity.name == name)).one()
        return next(stage for stage, number in company.stages.items() if number == row.stage_id)


async def says(bot: Bot, words: str, thread: Message | None = None, channel: str = "") -> Message:
    dana = bot.person("dana")
    said = await (
        dana.say(words, channel=channel, thread=thread) if channel else dana.say(words, dm=True, thread=thread)
    )
    return await bot.workspace.reply_to(said)


async def test_a_change_in_plain_words_is_made_and_taken_back(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        done = await says(bot, "move acme watch to proposal")
        assert "Pilot → Proposal" in done.as_text()
        await says(bot, "undo that", thread=done)
        assert stage_of(company, "Acme Watch") == "Pilot"


async def test_a_thread_knows_what_it_is_about(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        shown = await says(bot, "show me acme watch")
        await says(bot, "move it to negotiation", thread=shown)
        assert stage_of(company, "Acme Watch") == "Negotiation"


async def test_the_next_message_of_a_direct_conversation_goes_on_about_the_same(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        await says(bot, "show me acme watch")
        await says(bot, "move it to negotiation")
        assert stage_of(company, "Acme Watch") == "Negotiation"


async def test_yes_answers_the_question_of_its_thread(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        question = await says(bot, "we won acme watch")
        assert "Yes, do it" in buttons(question)
        await says(bot, "yes", thread=question)
        assert stage_of(company, "Acme Watch") == "Won"


async def test_a_button_moves_on_what_the_thread_is_about(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        done = await says(bot, "move acme watch to proposal")
        await bot.person("dana").click(done, "Show it")
        await bot.settled()
        await says(bot, "move it to negotiation", thread=done)
        assert stage_of(company, "Acme Watch") == "Negotiation"


async def test_a_mention_in_a_channel_is_understood_and_goes_on_in_its_thread(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        shown = await says(bot, f"<@{BOT}> show me acme watch", channel="#team")
        assert "Acme Watch" in shown.as_text()
        (root,) = [m for m in bot.workspace.messages("#team") if m.thread_ts is None]
        done = await says(bot, "move it to proposal", thread=root, channel="#team")
        assert "Proposal" in done.as_text()


async def test_small_talk_in_a_thread_is_left_alone(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        await says(bot, f"<@{BOT}> show me acme watch", channel="#team")
        (root,) = [m for m in bot.workspace.messages("#team") if m.thread_ts is None]
        before = len(bot.workspace.messages("#team"))
        await bot.person("dana").say("haha great weather in boston", channel="#team", thread=root)
        await bot.settled()
        assert len(bot.workspace.messages("#team")) == before + 1
        assert not bot.workspace.calls("chat.postEphemeral")


async def test_chinese_is_understood_and_answered(company: Company) -> None:
    async with running(company, understand=Understanding) as bot:
        await says(bot, "把 acme watch 推进到 proposal")
        assert stage_of(company, "Acme Watch") == "Proposal"
