"""Saying something to the bot and reading what it answers, over Slack's own protocol."""

import logging
import threading
from collections.abc import Callable, Sequence

import pytest

from bot.listeners.desk import Heard
from bot.local_workspace import as_text
from skills.answer import Answer, Chart, Column, Series, Status, Table
from skills.catalog import CATALOG
from skills.errors import Impossible
from skills.runner import Assistant, Reply
from skills.text import text, value
from tests.bot.slack_bot import BOT, STRANGER, Bot, Commands, answering, running
from tests.skills.company import Company

MENTION = f"<@{BOT}>"


def replying(*answers: Answer) -> Callable[[Assistant], Commands]:
    """An understanding that always answers the same."""
    return answering(lambda _: [Reply(skill="quota", answer=answer) for answer in answers])


async def test_a_direct_message_is_answered_in_its_thread(bot: Bot) -> None:
    dana = bot.person("dana")
    said = await dana.say("today", dm=True)
    answer = await bot.workspace.reply_to(said)
    assert answer.thread_ts == said.ts
    assert "Acme Watch" in answer.as_text()


async def test_a_mention_is_answered_once_in_its_thread_although_it_also_arrives_as_a_message(bot: Bot) -> None:
    dana = bot.person("dana")
    said = await dana.say(f"{MENTION} help", channel="#team")
    answer = await bot.workspace.reply_to(said)
    await bot.settled()
    assert answer.thread_ts == said.ts
    assert len(bot.workspace.calls("chat.postMessage")) == 1


async def test_a_message_delivered_twice_is_answered_once(bot: Bot) -> None:
    bot.workspace.faults.deliver_twice(2)
    said = await bot.person("dana").say("today", dm=True)
    await bot.workspace.reply_to(said)
    await bot.settled()
    assert len(bot.workspace.calls("chat.postMessage")) == 1


async def test_a_message_delivered_again_because_the_ack_was_late_is_answered_once(company: Company) -> None:
    async with running(company, ack_seconds=0.3) as bot:
        bot.workspace.faults.lose_acks(2)
        said = await bot.person("dana").say("today", dm=True)
        await bot.workspace.reply_to(said)
        await bot.settled()
        assert len(bot.workspace.calls("chat.postMessage")) == 1


async def test_the_bot_goes_on_after_slack_asks_it_to_reconnect(bot: Bot) -> None:
    await bot.workspace.disconnect()
    said = await bot.person("dana").say("today", dm=True)
    assert "Acme Watch" in (await bot.workspace.reply_to(said)).as_text()


async def test_what_slack_refuses_for_haste_is_sent_again(bot: Bot) -> None:
    bot.workspace.faults.rate_limit(1, retry_after=1, method="chat.postMessage")
    said = await bot.person("dana").say("today", dm=True)
    assert "Acme Watch" in (await bot.workspace.reply_to(said)).as_text()


async def test_edits_deletions_and_other_apps_are_not_answered(bot: Bot) -> None:
    dana = bot.person("dana")
    said = await dana.say("today", dm=True)
    await bot.workspace.reply_to(said)
    await dana.edit(said, "help")
    await dana.delete(said)
    await bot.settled()
    assert len(bot.workspace.calls("chat.postMessage")) == 1


async def test_people_who_talk_with_each_other_are_left_alone(bot: Bot) -> None:
    dana, sam = bot.person("dana"), bot.person("sam")
    said = await dana.say("lunch?", channel="#team")
    await sam.say("today", channel="#team", thread=said)
    await bot.settled()
    assert not bot.workspace.calls("chat.postMessage")


async def test_a_thread_with_the_bot_goes_on_without_its_name(bot: Bot) -> None:
    dana = bot.person("dana")
    said = await dana.say(f"{MENTION} help", channel="#team")
    await bot.workspace.reply_to(said)
    more = await dana.say("help topic=update", channel="#team", thread=said)
    await dana.say(f"<@{bot.person('sam').id}> today?", channel="#team", thread=said)
    await dana.say("thanks, see you later", channel="#team", thread=said)
    again = await dana.say("today", channel="#team", thread=said)
    answer = await bot.workspace.reply_to(again)
    await bot.settled()
    assert "Acme Watch" in answer.as_text()
    assert len(bot.workspace.calls("chat.postMessage")) == 1, "small talk and what others are asked is not answered"
    assert more.thread_ts == said.ts


async def test_somebody_else_in_the_thread_is_not_interrupted(bot: Bot) -> None:
    said = await bot.person("dana").say(f"{MENTION} help", channel="#team")
    await bot.workspace.reply_to(said)
    await bot.person("sam").say("today", channel="#team", thread=said)
    await bot.settled()
    assert len(bot.workspace.calls("chat.postMessage")) == 1
    assert not bot.workspace.calls("chat.postEphemeral")


async def test_what_is_for_the_asker_alone_is_whispered_in_a_channel(bot: Bot) -> None:
    said = await bot.person("dana").say(f"{MENTION} today", channel="#team")
    answer = await bot.workspace.reply_to(said)
    assert answer.ephemeral_to == bot.person("dana").id
    assert "Acme Watch" in answer.as_text()


async def test_a_command_is_answered_to_the_one_who_typed_it(bot: Bot) -> None:
    dana = bot.person("dana")
    await dana.slash("/sales", "today", channel="#sales")
    answer = await dana.hears()
    assert answer.ephemeral_to == dana.id
    assert "Acme Watch" in answer.as_text()


async def test_a_command_is_answered_even_when_its_response_url_is_used_up(bot: Bot) -> None:
    bot.workspace.faults.spend_response_urls()
    dana = bot.person("dana")
    await dana.slash("/sales", "today", channel="#team")
    answer = await dana.hears()
    assert answer.ephemeral_to == dana.id


async def test_a_bare_command_and_a_bare_mention_get_help(bot: Bot) -> None:
    dana = bot.person("dana")
    await dana.slash("/sales", "", channel="#team")
    assert "This is what I can do" in (await dana.hears()).as_text()
    said = await dana.say(MENTION, channel="#team")
    assert "This is what I can do" in (await bot.workspace.reply_to(said)).as_text()


async def test_a_stranger_is_told_whom_to_ask_and_nothing_else(bot: Bot) -> None:
    stranger = bot.workspace.person(STRANGER)
    said = await stranger.say(f"{MENTION} today", channel="#open")
    answer = await bot.workspace.reply_to(said)
    assert answer.ephemeral_to == STRANGER
    assert "I don't know you" in answer.as_text()
    assert "Acme" not in answer.as_text()


async def test_what_nobody_foresaw_becomes_a_number_that_is_also_in_the_log(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_: Heard) -> Sequence[Reply]:
        raise RuntimeError("password=hunter2")

    async with running(company, understand=answering(failing)) as bot:
        with caplog.at_level(logging.ERROR):
            said = await bot.person("dana").say("today", dm=True)
            answer = await bot.workspace.reply_to(said)
    shown = answer.as_text()
    number = shown.rsplit(" ", 1)[-1]
    assert "something went wrong" in shown
    assert number in caplog.text
    assert "hunter2" not in shown
    assert "RuntimeError" not in shown


async def test_what_is_known_to_go_wrong_is_told_to_the_asker_alone(company: Company) -> None:
    def failing(_: Heard) -> Sequence[Reply]:
        raise Impossible(text("The year 3000 is not planned yet."))

    async with running(company, understand=answering(failing)) as bot:
        said = await bot.person("dana").say(f"{MENTION} today", channel="#team")
        answer = await bot.workspace.reply_to(said)
    assert "The year 3000" in answer.as_text()
    assert answer.ephemeral_to


async def test_several_replies_are_all_shown_in_order(company: Company) -> None:
    answers = [Answer(headline=text("First")), Answer(headline=text("Second"))]
    async with running(company, understand=replying(*answers)) as bot:
        dana = bot.person("dana")
        await dana.say("both", dm=True)
        assert "First" in (await dana.hears()).as_text()
        assert "Second" in (await dana.hears()).as_text()


async def test_the_thread_says_so_when_work_takes_long(company: Company) -> None:
    go_on = threading.Event()

    def slow(_: Heard) -> Sequence[Reply]:
        assert go_on.wait(5)
        return [Reply(skill="help", answer=Answer(headline=text("At last")))]

    async with running(company, understand=answering(slow), status_after=0.0) as bot:
        said = await bot.person("dana").say("today", dm=True)
        await bot.workspace.state.feed.first(lambda h: h.kind == "status", after=0, timeout=5, what="a status")
        assert "thinking" in bot.workspace.status(said)
        go_on.set()
        assert "At last" in (await bot.workspace.reply_to(said)).as_text()
        assert not bot.workspace.status(said)


async def test_what_one_person_says_in_a_thread_is_worked_on_in_order(company: Company) -> None:
    heard: list[str] = []

    def listening(words: Heard) -> Sequence[Reply]:
        heard.append(words.text)
        return [Reply(skill="help", answer=Answer(headline=text("Heard")))]

    async with running(company, understand=answering(listening)) as bot:
        dana = bot.person("dana")
        root = await dana.say("0", dm=True)
        await dana.hears()
        for number in range(1, 9):
            await dana.say(str(number), dm=True, thread=root)
        await bot.settled()
    assert heard == [str(number) for number in range(9)]


async def test_the_words_arrive_as_they_were_typed(company: Company) -> None:
    heard: list[Heard] = []

    def listening(words: Heard) -> Sequence[Reply]:
        heard.append(words)
        return [Reply(skill="help", answer=Answer(headline=text("Heard")))]

    async with running(company, understand=answering(listening)) as bot:
        said = await bot.person("dana").say(f"{MENTION} move AT&T <now> for @sam", channel="#team")
        await bot.workspace.reply_to(said)
    (only,) = heard
    assert only.text == f"move AT&T <now> for <@{bot.person('sam').id}>"
    assert only.actor.name == "Dana Whitfield"
    assert only.conversation == f"C0TEAM:{said.ts}"


async def test_a_chinese_message_is_answered_in_chinese(company: Company) -> None:
    heard: list[Heard] = []

    def listening(words: Heard) -> Sequence[Reply]:
        heard.append(words)
        return [Reply(skill="help", answer=Answer(headline=text("Heard")))]

    async with running(company, understand=answering(listening)) as bot:
        await bot.workspace.reply_to(await bot.person("dana").say("我的商机", dm=True))
        await bot.workspace.reply_to(await bot.person("dana").say("my pipeline", dm=True))
    assert [one.actor.language for one in heard] == ["zh", "en"]


async def test_charts_that_slack_refuses_are_left_out(company: Company) -> None:
    chart = Chart(
        kind="bar", title=text("By stage"), categories=(text("A"),), series=(Series(label=text("S"), values=(1.0,)),)
    )
    async with running(company, understand=replying(Answer(headline=text("Here"), blocks=(chart,)))) as bot:
        bot.workspace.faults.refuse_charts()
        said = await bot.person("dana").say("chart", dm=True)
        answer = await bot.workspace.reply_to(said)
        assert "Here" in as_text(answer)
        assert all(block["type"] != "data_visualization" for block in answer.blocks)


async def test_a_workspace_that_takes_no_data_tables_gets_text(company: Company) -> None:
    table = Table(title=text("Names"), columns=(Column(label=text("Name")),), rows=((value("Acme"),),))
    async with running(company, understand=replying(Answer(headline=text("Here"), blocks=(table,)))) as bot:
        bot.workspace.faults.fail("chat.postMessage", "invalid_blocks")
        said = await bot.person("dana").say("table", dm=True)
        answer = await bot.workspace.reply_to(said)
        assert [block["type"] for block in answer.blocks] == ["rich_text", "rich_text"]
        assert "Acme" in answer.as_text()


async def test_blocks_that_slack_refuses_altogether_become_words(company: Company) -> None:
    async with running(company, understand=replying(Answer(headline=text("Only words")))) as bot:
        bot.workspace.faults.fail("chat.postMessage", "invalid_blocks")
        said = await bot.person("dana").say("x", dm=True)
        assert (await bot.workspace.reply_to(said)).text == "Only words"


async def test_suggested_prompts_are_there_when_the_conversation_is_opened(bot: Bot) -> None:
    dana = bot.person("dana")
    await dana.open_messages()
    await bot.settled()
    prompts = bot.workspace.prompts(dana.direct_channel)
    says = {example.says for skill in CATALOG.values() for example in skill.examples}
    assert 1 <= len(prompts) <= 4
    assert {prompt["message"] for prompt in prompts} <= says


async def test_an_answer_that_is_not_an_answer_is_still_shown(company: Company) -> None:
    refused = Answer(status=Status.REFUSED, headline=text("No."), private=True)
    async with running(company, understand=replying(refused)) as bot:
        said = await bot.person("dana").say("what", dm=True)
        assert "No." in (await bot.workspace.reply_to(said)).as_text()
