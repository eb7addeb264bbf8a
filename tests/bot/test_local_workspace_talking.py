"""The workspace against a bare Bolt app: talking in direct conversations, channels and threads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_workspace import Message, NothingHappened
from tests.bot.local_workspace_app import BOT, DANA, SAM, ignore, running


def echo(app: AsyncApp) -> None:
    """Echoes every message in a thread of its own, and every mention beside it."""

    @app.event("message")
    async def on_message(event: dict[str, Any], say: Any) -> None:
        if event["channel_type"] == "im":
            await say(f"You said: {event['text']}", thread_ts=event.get("thread_ts") or event["ts"])

    @app.event("app_mention")
    async def on_mention(event: dict[str, Any], say: Any) -> None:
        await say(f"Mentioned: {event['text']}", thread_ts=event.get("thread_ts") or event["ts"])


async def test_a_direct_message_is_answered_in_its_thread() -> None:
    async with running(echo) as bot:
        dana = bot.workspace.person("Dana Whitfield")
        message = await dana.say("hello", dm=True)
        answer = await bot.workspace.reply_to(message)
        assert (answer.as_text(), answer.thread_ts, answer.user) == ("You said: hello", message.ts, BOT)


async def test_a_thread_goes_on_and_each_answer_is_heard_once_in_order() -> None:
    async with running(echo) as bot:
        dana = bot.workspace.person(DANA)
        first = await dana.say("one", dm=True)
        await dana.hears()
        await dana.say("two", thread=first)
        assert (await dana.hears()).as_text() == "You said: two"
        thread = [m.as_text() for m in bot.workspace.messages(dana.direct_channel) if m.thread == first.ts]
        assert thread == ["one", "You said: one", "two", "You said: two"]


async def test_a_mention_arrives_as_mention_and_as_message() -> None:
    async with running(echo) as bot:
        sam = bot.workspace.person("sam")
        message = await sam.say("@Playmaker what is 1 < 2 & 3?", channel="#sales")
        answer = await bot.workspace.reply_to(message)
        await bot.workspace.nothing_more()
        assert message.text == f"<@{BOT}> what is 1 &lt; 2 &amp; 3?"
        assert answer.as_text() == f"Mentioned: @{BOT} what is 1 < 2 & 3?"
        names = [t["name"] for t in bot.workspace.state.list_traffic("envelope")]
        assert sorted(names[:2]) == ["app_mention", "message"]


async def test_a_channel_without_the_app_stays_unheard_but_a_mention_reaches_it() -> None:
    heard: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def on_message(event: dict[str, Any]) -> None:
            heard.append(event["text"])

        @app.event("app_mention")
        async def on_mention(event: dict[str, Any]) -> None:
            heard.append("mention " + event["text"])

    async with running(register) as bot:
        sam = bot.workspace.person("sam")
        await sam.say("nobody hears this", channel="#random")
        await sam.say("@playmaker hi", channel="#random")
        await bot.workspace.nothing_more()
        assert heard == [f"mention <@{BOT}> hi"]


async def test_waiting_in_vain_says_what_happened_instead() -> None:
    async with running(lambda app: None) as bot:
        message = await bot.workspace.person("sam").say("anyone?", channel="#sales")
        with pytest.raises(NothingHappened, match="a reply to 'anyone"):
            await bot.workspace.reply_to(message, timeout=0.05)


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0RANDOM", "not_in_channel"),
        ("C0BOARD", "channel_not_found"),
        ("C0OLD", "is_archived"),
        ("C0NONE", "channel_not_found"),
    ],
)
async def test_posting_where_the_app_may_not_is_refused(channel: str, error: str) -> None:
    async with running(lambda app: None) as bot:
        with pytest.raises(SlackApiError) as refusal:
            await bot.client.chat_postMessage(channel=channel, text="hi")
        assert refusal.value.response["error"] == error


async def test_messages_can_be_changed_deleted_linked_and_read_back_with_metadata() -> None:
    async with running(lambda app: None) as bot:
        metadata = {"event_type": "report", "event_payload": {"row": 7}}
        posted = await bot.client.chat_postMessage(channel="#sales", text="draft", metadata=metadata)
        channel, ts = posted["channel"], posted["ts"]
        await bot.client.chat_update(channel=channel, ts=ts, text="final")
        plain = await bot.client.conversations_history(channel=channel)
        full = await bot.client.conversations_history(channel=channel, include_all_metadata=True)
        assert plain["messages"][0]["text"] == "final"
        assert "metadata" not in plain["messages"][0]
        assert full["messages"][0]["metadata"] == metadata
        link = await bot.client.chat_getPermalink(channel=channel, message_ts=ts)
        assert link["permalink"].endswith(f"/archives/{channel}/p{ts.replace('.', '')}")
        await bot.client.chat_delete(channel=channel, ts=ts)
        assert bot.workspace.messages("sales") == []


async def test_only_the_addressee_sees_an_ephemeral_message() -> None:
    def register(app: AsyncApp) -> None:
        @app.event("app_mention")
        async def on_mention(event: dict[str, Any], client: AsyncWebClient) -> None:
            await client.chat_postEphemeral(channel=event["channel"], user=event["user"], text="just for you")

    async with running(register) as bot:
        sam, dana = bot.workspace.person("sam"), bot.workspace.person("dana")
        message = await sam.say("@playmaker hi", channel="#sales")
        answer = await bot.workspace.reply_to(message)
        assert answer.ephemeral_to == sam.id
        assert await sam.hears() == answer
        with pytest.raises(NothingHappened):
            await dana.hears(timeout=0.05)
        assert answer not in bot.workspace.messages("sales")


async def test_a_scheduled_message_is_posted_when_its_time_comes() -> None:
    async with running(lambda app: None) as bot:
        at = int(bot.workspace.clock.now()) + 3600
        await bot.client.chat_scheduleMessage(channel="C0SALES", text="later", post_at=at)
        assert len((await bot.client.chat_scheduledMessages_list())["scheduled_messages"]) == 1
        assert bot.workspace.messages("sales") == []
        await bot.workspace.advance(3601)
        assert [m.text for m in bot.workspace.messages("sales")] == ["later"]


async def test_reactions_reach_the_app_and_are_shown() -> None:
    seen: list[str] = []

    def register(app: AsyncApp) -> None:
        app.event("message")(ignore)

        @app.event("reaction_added")
        async def on_reaction(event: dict[str, Any]) -> None:
            seen.append(event["reaction"])

    async with running(register) as bot:
        sam = bot.workspace.person("sam")
        message: Message = await sam.say("good news", channel="#sales")
        await bot.client.reactions_add(channel="C0SALES", timestamp=message.ts, name="tada")
        await sam.react(message, "eyes")
        await bot.workspace.nothing_more()
        assert seen == ["eyes"]
        got = await bot.client.reactions_get(channel="C0SALES", timestamp=message.ts)
        assert [r["name"] for r in got["message"]["reactions"]] == ["tada", "eyes"]


async def test_people_and_places_can_be_looked_up() -> None:
    async with running(lambda app: None) as bot:
        found = await bot.client.users_lookupByEmail(email="Dana@corvane.example")
        assert found["user"]["id"] == DANA
        assert (await bot.client.users_info(user=DANA))["user"]["tz"] == "America/New_York"
        listed = await bot.client.conversations_list(types="public_channel,private_channel,im")
        assert {c["id"] for c in listed["channels"]} == {"C0SALES", "C0RANDOM", "C0OLD", "D0DANA", "D0SAM"}
        opened = await bot.client.conversations_open(users=DANA)
        assert opened["channel"]["id"] == bot.workspace.person(DANA).direct_channel
        assert set((await bot.client.conversations_members(channel="C0SALES"))["members"]) == {DANA, SAM, BOT}


async def test_joining_a_channel_is_an_event() -> None:
    joined: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.event("member_joined_channel")
        async def on_join(event: dict[str, Any]) -> None:
            joined.append(f"{event['user']} in {event['channel']} by {event['inviter']}")

    async with running(register) as bot:
        bot.workspace.invite_app("#random", inviter=DANA)
        await bot.workspace.nothing_more()
        assert joined == [f"{BOT} in C0RANDOM by {DANA}"]
        assert BOT in bot.workspace.state.channel_members("C0RANDOM")


async def test_bad_tokens_and_unknown_methods_are_refused() -> None:
    async with running(lambda app: None) as bot, aiohttp.ClientSession() as session:

        async def error_of(method: str, token: str | None) -> str:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with session.post(bot.workspace.api_url + method, headers=headers) as answer:
                return str((await answer.json())["error"])

        assert await error_of("auth.test", None) == "not_authed"
        assert await error_of("auth.test", "xoxb-wrong") == "invalid_auth"
        assert await error_of("apps.connections.open", bot.workspace.bot_token) == "not_allowed_token_type"
        assert await error_of("chat.sing", bot.workspace.bot_token) == "unknown_method"


async def test_history_turns_pages_newest_first_and_threads_stay_out_of_it() -> None:
    async with running(lambda app: app.event("message")(ignore)) as bot:
        sam = bot.workspace.person("sam")
        first = await sam.say("m0", channel="#sales")
        for number in range(1, 5):
            await sam.say(f"m{number}", channel="#sales")
        await sam.say("in the thread", thread=first)
        seen, cursor = [], ""
        while True:
            page = await bot.client.conversations_history(channel="C0SALES", limit=2, cursor=cursor)
            seen += [m["text"] for m in page["messages"]]
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                break
        assert seen == ["m4", "m3", "m2", "m1", "m0"]
        replies = await bot.client.conversations_replies(channel="C0SALES", ts=first.ts)
        assert [m["text"] for m in replies["messages"]] == ["m0", "in the thread"]
        assert replies["messages"][0]["reply_count"] == 1
        newer = await bot.client.conversations_history(channel="C0SALES", oldest=first.ts)
        assert len(newer["messages"]) == 4


async def test_edits_and_deletions_reach_the_app_as_hidden_messages() -> None:
    seen: list[tuple[str, str]] = []

    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def on_message(event: dict[str, Any]) -> None:
            inner = event.get("message") or event.get("previous_message") or event
            seen.append((event.get("subtype", "new"), inner["text"]))

    async with running(register) as bot:
        sam = bot.workspace.person("sam")
        message = await sam.say("draft", channel="#sales")
        await sam.edit(message, "final")
        await sam.delete(message)
        await bot.workspace.nothing_more()
        assert sorted(seen) == [("message_changed", "final"), ("message_deleted", "final"), ("new", "draft")]


async def test_the_apps_own_posts_come_back_and_bolt_ignores_them() -> None:
    async with running(echo) as bot:
        await bot.client.chat_postMessage(channel=bot.workspace.person(SAM).direct_channel, text="good morning")
        await bot.workspace.nothing_more()
        sent = bot.workspace.state.list_traffic("envelope", "message")
        assert [(s["ok"], s["request"]["event"]["user"]) for s in sent] == [(True, BOT)]
        assert len(bot.workspace.calls("chat.postMessage")) == 1


async def test_an_app_that_did_not_subscribe_hears_nothing() -> None:
    async with running(echo) as bot:
        app = replace(bot.workspace.roster.app, events=frozenset({"app_mention"}))
        bot.workspace.state.roster = replace(bot.workspace.roster, app=app)
        await bot.workspace.person("sam").say("hello", dm=True)
        await bot.workspace.nothing_more()
        assert bot.workspace.state.list_traffic("envelope") == []


async def test_a_reaction_is_not_heard_as_an_answer() -> None:
    async with running(echo) as bot:
        dana, sam = bot.workspace.person("dana"), bot.workspace.person("sam")
        posted = await bot.client.chat_postMessage(channel="C0SALES", text="report")
        await dana.hears()
        await sam.react(bot.workspace.messages("sales")[0], "eyes")
        with pytest.raises(NothingHappened, match="reacted"):
            await dana.hears(timeout=0.05)
        assert posted["ok"]


async def test_answering_in_a_thread_that_is_not_there_is_refused() -> None:
    async with running(lambda app: None) as bot:
        with pytest.raises(SlackApiError, match="thread_not_found"):
            await bot.client.chat_postMessage(channel="C0SALES", text="hi", thread_ts="1.000001")
