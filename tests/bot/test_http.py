"""The same bot, receiving signed requests over HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.local_workspace import buttons
from tests.bot.slack_bot import BOT, Bot, running
from tests.skills.company import Company


@pytest.fixture
async def served(company: Company) -> AsyncIterator[tuple[Bot, str]]:
    async with running(company, over_http=True) as bot:
        server = TestServer(bot.app.web_app(path="/slack/events"), host="127.0.0.1")
        await server.start_server()
        url = str(server.make_url("/slack/events"))
        bot.workspace.deliver_over_http(url)
        try:
            yield bot, url
            await bot.settled()
        finally:
            await server.close()


async def test_messages_commands_and_buttons_work_over_http(served: tuple[Bot, str]) -> None:
    bot, _ = served
    dana = bot.person("dana")
    said = await dana.say(f"<@{BOT}> update opportunity=acme stage=Proposal", channel="#team")
    done = await bot.workspace.reply_to(said)
    assert "Pilot → Proposal" in done.as_text()
    await dana.click(done, "Undo")
    assert "Taken back" in (await dana.hears(containing="Taken back")).as_text()
    await dana.slash("/sales", "today", channel="#team")
    assert "Acme Watch" in (await dana.hears()).as_text()


async def test_a_form_works_over_http(served: tuple[Bot, str]) -> None:
    bot, _ = served
    dana = bot.person("dana")
    home = await dana.open_home()
    assert "Edit Acme" in buttons(home)
    await dana.click(home, "Edit Acme")
    sent = await dana.submits(await dana.modal(), {"stage": "Proposal"})
    assert sent.closed
    await bot.settled()


@pytest.mark.parametrize("fault", ["unsigned", "forged", "old"])
async def test_a_request_that_is_not_slack_s_is_refused(served: tuple[Bot, str], fault: str) -> None:
    bot, url = served
    body = '{"type":"event_callback","event_id":"Ev1","event":{"type":"message"}}'
    headers = {
        "unsigned": {},
        "forged": {**bot.workspace.delivery.sign(body), "X-Slack-Signature": "v0=" + "0" * 64},
        "old": bot.workspace.delivery.sign(body, timestamp=1_600_000_000),
    }[fault]
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 401
