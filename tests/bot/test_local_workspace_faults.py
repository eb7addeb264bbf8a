"""What goes wrong in the real Slack, on purpose: retries, doubles, limits, reconnects, and HTTP delivery."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_workspace import NotAcknowledgedError, Workspace
from tests.bot.local_workspace_app import ignore, make_roster, running

Json = dict[str, Any]


def collecting(into: list[Json]) -> Any:
    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def on_message(body: Json, request: AsyncBoltRequest) -> None:
            into.append({"id": body["event_id"], "retry": request.headers.get("x-slack-retry-num", ["0"])[0]})

    return register


async def test_a_doubled_event_has_the_same_id_twice() -> None:
    seen: list[Json] = []
    async with running(collecting(seen)) as bot:
        bot.workspace.faults.deliver_twice()
        await bot.workspace.person("sam").say("hi", channel="#sales")
        await bot.workspace.person("sam").say("again", channel="#sales")
        await bot.workspace.nothing_more()
        ids = [s["id"] for s in seen]
        assert (len(ids), len(set(ids))) == (3, 2)


async def test_an_unacknowledged_event_is_sent_again_with_its_attempt() -> None:
    seen: list[Json] = []
    async with running(collecting(seen)) as bot:
        bot.workspace.faults.lose_acks(2)
        await bot.workspace.person("sam").say("hi", channel="#sales")
        await bot.workspace.nothing_more()
        assert [s["retry"] for s in seen] == ["0", "1", "2"]
        assert len({s["id"] for s in seen}) == 1


async def test_an_event_nobody_listens_for_is_given_up_after_three_retries() -> None:
    async with running(lambda app: None, ack_seconds=0.02) as bot:
        await bot.workspace.person("sam").say("hi", channel="#sales")
        await bot.workspace.nothing_more()
        sent = bot.workspace.state.list_traffic("envelope", "message")
        assert [(s["retry"], s["ok"]) for s in sent] == [(0, False), (1, False), (2, False), (3, False)]


async def test_a_click_is_not_repeated_but_reported_to_the_person() -> None:
    async with running(lambda app: None, ack_seconds=0.02) as bot:
        dana = bot.workspace.person("dana")
        button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
        blocks = [{"type": "actions", "elements": [button]}]
        await bot.client.chat_postMessage(channel=dana.direct_channel, text="x", blocks=blocks)
        with pytest.raises(NotAcknowledgedError):
            await dana.click(bot.workspace.messages(dana.direct_channel)[0], "Go")
        assert len(bot.workspace.state.list_traffic("envelope", "block_actions")) == 1


async def test_a_rate_limit_names_the_wait_and_hits_only_its_method() -> None:
    async with running(lambda app: app.event("message")(ignore)) as bot:
        bot.workspace.faults.rate_limit(calls=1, retry_after=7, method="chat.postMessage")
        assert (await bot.client.auth_test())["ok"]
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.chat_postMessage(channel="#sales", text="hi")
        assert refusal.value.response.status_code == 429
        assert refusal.value.response.headers["Retry-After"] == "7"
        bot.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        bot.workspace.faults.rate_limit(calls=1, retry_after=0)
        assert (await bot.client.chat_postMessage(channel="#sales", text="hi"))["ok"]


async def test_any_error_can_be_switched_on_for_a_method() -> None:
    async with running(lambda app: None) as bot:
        bot.workspace.faults.fail("chat.postMessage", "is_archived")
        with pytest.raises(SlackApiError, match="is_archived"):
            await bot.client.chat_postMessage(channel="#sales", text="hi")
        assert [c.answer["ok"] for c in bot.workspace.calls("chat.postMessage")] == [False]


async def test_after_a_disconnect_the_app_reconnects_and_hears_what_was_said_meanwhile() -> None:
    seen: list[Json] = []
    async with running(collecting(seen)) as bot:
        await bot.workspace.disconnect()
        await bot.workspace.person("sam").say("hi", channel="#sales")
        await bot.workspace.until_connected()
        await bot.workspace.nothing_more()
        assert len(seen) == 1


async def test_an_envelope_goes_to_one_of_two_connections() -> None:
    seen: list[Json] = []
    async with running(collecting(seen)) as bot, aiohttp.ClientSession() as session:
        opened = await bot.client.apps_connections_open(app_token=bot.workspace.app_token)
        async with session.ws_connect(opened["url"]) as second:
            assert (await second.receive_json())["type"] == "hello"
            await bot.workspace.person("sam").say("hi", channel="#sales")
            frame = await second.receive_json()
            await second.send_json({"envelope_id": frame["envelope_id"]})
            await bot.workspace.nothing_more()
            assert (frame["payload"]["event"]["text"], seen) == ("hi", [])


async def test_a_ticket_opens_one_connection() -> None:
    async with running(lambda app: None) as bot, aiohttp.ClientSession() as session:
        opened = await bot.client.apps_connections_open(app_token=bot.workspace.app_token)
        async with session.ws_connect(opened["url"]):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(opened["url"])


async def test_the_same_app_works_over_signed_http_requests() -> None:
    async with Workspace(make_roster()).serve() as workspace, aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, session=session)
        app = AsyncApp(client=client, signing_secret=workspace.signing_secret)

        @app.event("message")
        async def on_message(event: Json, say: Any) -> None:
            await say(f"You said: {event['text']}", thread_ts=event["ts"])

        @app.command("/sales")
        async def on_command(ack: Any, body: Json) -> None:
            await ack(f"{body['text']} it is")

        runner = web.AppRunner(app.web_app("/slack/events"))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        try:
            workspace.deliver_over_http(address)
            dana = workspace.person("dana")
            message = await dana.say("über HTTP", dm=True)
            assert (await workspace.reply_to(message)).text == "You said: über HTTP"
            await dana.slash("/sales", "pipeline")
            assert (await dana.hears()).text == "pipeline it is"
            body = json.dumps({"type": "event_callback", "event": {"type": "message"}})
            forged = {**workspace.delivery.sign(body), "X-Slack-Signature": "v0=00"}
            async with session.post(address, data=body, headers=forged) as answer:
                assert answer.status == 401
        finally:
            await runner.cleanup()


async def test_two_hundred_messages_are_all_answered() -> None:
    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def on_message(event: Json, say: Any) -> None:
            await say(f"answer to {event['text']}")

    async with running(register) as bot:
        dana = bot.workspace.person("dana")
        for number in range(200):
            await dana.say(f"message {number}", dm=True)
        await bot.workspace.nothing_more()
        answers = bot.workspace.messages(dana.direct_channel)[200:]
        assert {a.text for a in answers} == {f"answer to message {n}" for n in range(200)}


async def test_leaving_the_workspace_ends_everything_it_started() -> None:
    async with running(lambda app: None) as bot:
        await bot.workspace.person("sam").say("hi", channel="#sales")
    assert [t for t in asyncio.all_tasks() if "local_workspace" in repr(t.get_coro())] == []
