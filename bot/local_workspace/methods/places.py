"""`conversations.*`: channels, direct conversations, their members and their history."""

from __future__ import annotations

from collections.abc import Sequence

from bot.local_workspace.messages import Message
from bot.local_workspace.roster import Json
from bot.local_workspace.state import State
from bot.local_workspace.web_api import ApiError, Call, Method


def channel_json(state: State, channel: str) -> Json:
    """A conversation as `conversations.info` shows it."""
    if channel in state.direct:
        people = state.direct[channel]
        single = len(people) == 1
        shown: Json = {"id": channel, "is_im": single, "is_mpim": not single, "is_channel": False, "is_open": True}
        return shown | ({"user": people[0]} if single else {"name": "mpdm", "members": list(people)})
    place = state.channels[channel]
    return {
        "id": place.id,
        "name": place.name,
        "name_normalized": place.name,
        "is_channel": not place.private,
        "is_group": place.private,
        "is_private": place.private,
        "is_im": False,
        "is_mpim": False,
        "is_archived": place.archived,
        "is_general": place.name == "general",
        "is_member": state.bot in place.members,
        "num_members": len(place.members),
        "topic": {"value": place.topic},
        "purpose": {"value": place.topic},
        "creator": "",
        "created": 0,
    }


def page_of(call: Call, items: Sequence[Json], default: int = 100) -> tuple[list[Json], str]:
    """One page and the cursor of the next; a cursor is the index to go on from."""
    limit = max(1, min(call.number("limit", default) or default, 1000))
    start = call.number("cursor", 0)
    page = list(items[start : start + limit])
    after = start + limit
    return page, str(after) if after < len(items) else ""


def _all_conversations(call: Call, user: str | None = None) -> list[Json]:
    types = set((call.get("types") or "public_channel").replace(" ", "").split(","))
    viewer = user or call.state.bot
    found = []
    for channel in call.state.channels.values():
        inside = viewer in channel.members
        kind = "private_channel" if channel.private else "public_channel"
        hidden = channel.private and call.state.bot not in channel.members
        skipped = channel.archived and call.flag("exclude_archived")
        if kind in types and not hidden and not skipped and (inside or user is None):
            found.append(channel_json(call.state, channel.id))
    for direct, people in call.state.direct.items():
        if ("im" if len(people) == 1 else "mpim") in types and (
            user is None or user in people or user == call.state.bot
        ):
            found.append(channel_json(call.state, direct))
    return found


async def list_conversations(call: Call) -> Json:
    page, cursor = page_of(call, _all_conversations(call))
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


async def users_conversations(call: Call) -> Json:
    user = call.get("user") or call.state.bot
    page, cursor = page_of(call, _all_conversations(call, user))
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


async def info(call: Call) -> Json:
    return {"channel": channel_json(call.state, call.channel())}


async def members(call: Call) -> Json:
    people = [{"id": m} for m in call.state.channel_members(call.channel())]
    page, cursor = page_of(call, people)
    return {"members": [p["id"] for p in page], "response_metadata": {"next_cursor": cursor}}


async def join(call: Call) -> Json:
    channel = call.channel()
    if channel not in call.state.channels or call.state.channels[channel].private:
        raise ApiError("method_not_supported_for_channel_type")
    if call.state.channels[channel].archived:
        raise ApiError("is_archived")
    if call.state.add_member(channel, call.state.bot):
        call.events.member_joined(channel, call.state.bot)
    return {"channel": channel_json(call.state, channel)}


async def open_conversation(call: Call) -> Json:
    if call.get("channel"):
        return {"channel": channel_json(call.state, call.channel())}
    users = tuple(u.strip() for u in call.need("users").split(",") if u.strip())
    if not users or any(u not in call.state.members for u in users):
        raise ApiError("user_not_found")
    if call.state.bot in users or any(call.state.members[u].is_bot for u in users):
        raise ApiError("cannot_dm_bot")
    return {"channel": channel_json(call.state, call.state.open_direct(users))}


async def history(call: Call) -> Json:
    """Newest first, as Slack does."""
    channel = call.joined_channel()
    return _messages(call, call.state.list_history(channel)[::-1])


async def replies(call: Call) -> Json:
    """Oldest first, the first message of the thread always among them."""
    channel = call.joined_channel()
    thread = call.state.list_replies(channel, call.need("ts"))
    if not thread:
        raise ApiError("thread_not_found")
    return _messages(call, thread, always=thread[0].ts)


def _messages(call: Call, found: list[Message], always: str = "") -> Json:
    oldest, latest = call.get("oldest"), call.get("latest")
    inclusive = call.flag("inclusive")

    def between(message: Message) -> bool:
        if message.ts == always or (inclusive and message.ts in (oldest, latest)):
            return True
        after = not oldest or float(message.ts) > float(oldest)
        return after and (not latest or float(message.ts) < float(latest))

    shown = [call.state.message_json(m) for m in found if between(m)]
    for message in shown:
        message.pop("channel")
        if not call.flag("include_all_metadata"):
            message.pop("metadata", None)
    page, cursor = page_of(call, shown)
    return {"messages": page, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


METHODS: dict[str, Method] = {
    "conversations.list": list_conversations,
    "users.conversations": users_conversations,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.open": open_conversation,
    "conversations.history": history,
    "conversations.replies": replies,
}
