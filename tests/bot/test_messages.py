"""Saying something to the bot and reading what it answers, over Slack's own protocol."""

from tests.bot.slack_bot import Bot


async def test_a_direct_message_is_answered_in_its_thread(bot: Bot) -> None:
    dana = bot.person("dana")
    said = await dana.say("today", dm=True)
    answer = await bot.workspace.reply_to(said)
    assert answer.thread_ts == said.ts
    assert "Acme Watch" in answer.as_text()


async def test_a_mention_is_answered_once_although_it_also_arrives_as_a_message(bot: Bot) -> None:
    dana = bot.person("dana")
    said = await dana.say(f"<@{bot.workspace.roster.app.bot_user_id}> help", channel="#team")
    await bot.workspace.reply_to(said)
    await bot.workspace.nothing_more()
    assert len(bot.workspace.calls("chat.postMessage")) == 1
