"""`chat.*` and `reactions.*`: posting, changing, deleting, scheduling and reacting."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from bot.local_workspace.elements import with_ids
from bot.local_workspace.messages import Message
from bot.local_workspace.roster import Json
from bot.local_workspace.state import Scheduled
from bot.local_workspace.validation import check_message
from bot.local_workspace.web_api import ApiError, Call, Method

MAX_TEXT = 40_000
MAX_SCHEDULE_SECONDS = 120 * 24 * 3600


def content(call: Call) -> Json:
    """Checked text, blocks, attachments and metadata of a call, as fields of a `Message`."""
    blocks, text = call.list_of("blocks"), call.get("text")
    markdown = call.get("markdown_text")
    if markdown:
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        if len(markdown) > 12_000:
            raise ApiError("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not blocks and not text.strip() and not call.list_of("attachments"):
        raise ApiError("no_text")
    if len(text) > MAX_TEXT:
        raise ApiError("msg_too_long")
    check(call, blocks)
    return {
        "text": text,
        "blocks": with_ids(blocks),
        "attachments": tuple(call.list_of("attachments")),
        "metadata": metadata(call),
    }


def check(call: Call, blocks: list[Json]) -> None:
    """Refuse blocks as Slack would."""
    problems = check_message(blocks, charts_refused=call.state.faults.charts_refused)
    if problems:
        raise ApiError("invalid_blocks", problems)


def metadata(call: Call) -> Json | None:
    value: Any = call.arguments.get("metadata")
    if not value:
        return None
    payload = value.get("event_payload") if isinstance(value, dict) else 0
    # Bolt's `say` sends a null payload in threads of agents; Slack takes it for an empty one.
    if not isinstance(value, dict) or not value.get("event_type") or not isinstance(payload, dict | None):
        raise ApiError("invalid_metadata_format")
    return {**value, "event_payload": payload or {}}


def thread_of(call: Call, channel: str) -> str | None:
    """The root of the thread named, which must exist."""
    thread_ts = call.get("thread_ts")
    if not thread_ts:
        return None
    root = call.state.get_message(channel, thread_ts)
    if root is None:
        raise ApiError("thread_not_found")
    return root.thread


async def post_message(call: Call) -> Json:
    channel = call.open_channel()
    message = Message(
        channel=channel,
        ts=call.state.clock.next_ts(),
        user=call.state.bot,
        thread_ts=thread_of(call, channel),
        from_app=True,
        broadcast=call.flag("reply_broadcast"),
        client_msg_id=call.get("client_msg_id") or None,
        **content(call),
    )
    call.state.add_message(message)
    call.events.message_posted(message)
    return {"channel": channel, "ts": message.ts, "message": call.state.message_json(message)}


async def post_ephemeral(call: Call) -> Json:
    channel, user = call.open_channel(), call.need("user")
    if user not in call.state.members:
        raise ApiError("user_not_found")
    if user not in call.state.channel_members(channel):
        raise ApiError("user_not_in_channel")
    message = Message(
        channel=channel,
        ts=call.state.clock.next_ts(),
        user=call.state.bot,
        thread_ts=call.get("thread_ts") or None,
        from_app=True,
        ephemeral_to=user,
        **content(call),
    )
    call.state.add_message(message)
    return {"message_ts": message.ts}


async def update(call: Call) -> Json:
    old = call.message()
    if not old.from_app:
        raise ApiError("cant_update_message")
    fields = content(call)
    if "metadata" not in call.arguments:
        fields.pop("metadata")
    changed = replace(old, **fields, edited_ts=call.state.clock.next_ts(), streaming=False)
    call.state.add_message(changed, "updated")
    call.events.message_changed(changed, old)
    return {
        "channel": changed.channel,
        "ts": changed.ts,
        "text": changed.text,
        "message": call.state.message_json(changed),
    }


async def delete(call: Call) -> Json:
    old = call.message()
    if not old.from_app:
        raise ApiError("cant_delete_message")
    call.state.remove_message(old)
    call.events.message_deleted(old)
    return {"channel": old.channel, "ts": old.ts}


async def permalink(call: Call) -> Json:
    message = call.message("message_ts")
    link = f"{call.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return {"channel": message.channel, "permalink": link}


async def schedule(call: Call) -> Json:
    channel, post_at = call.open_channel(), call.number("post_at", 0)
    now = call.state.clock.now()
    if post_at <= now:
        raise ApiError("time_in_past")
    if post_at > now + MAX_SCHEDULE_SECONDS:
        raise ApiError("time_too_far")
    fields = content(call)
    waiting = Scheduled(f"Q{secrets.token_hex(5).upper()}", channel, post_at, call.arguments)
    call.state.scheduled[waiting.id] = waiting
    return {
        "channel": channel,
        "scheduled_message_id": waiting.id,
        "post_at": post_at,
        "message": {"text": fields["text"], "type": "delayed_message", "bot_id": call.state.roster.app.bot_id},
    }


async def post_scheduled(call: Call, waiting: Scheduled) -> None:
    """Post a scheduled message whose time has come; one with metadata stays unposted, as in Slack."""
    call.state.scheduled.pop(waiting.id, None)
    if not waiting.arguments.get("metadata"):
        await post_message(replace(call, arguments=waiting.arguments))


async def list_scheduled(call: Call) -> Json:
    wanted = call.get("channel")
    found = [s for s in call.state.scheduled.values() if wanted in ("", s.channel)]
    shown = [
        {"id": s.id, "channel_id": s.channel, "post_at": s.post_at, "text": s.arguments.get("text", "")} for s in found
    ]
    return {"scheduled_messages": shown, "response_metadata": {"next_cursor": ""}}


async def delete_scheduled(call: Call) -> Json:
    waiting = call.state.scheduled.get(call.need("scheduled_message_id"))
    if waiting is None or waiting.channel != call.channel():
        raise ApiError("invalid_scheduled_message_id")
    del call.state.scheduled[waiting.id]
    return {}


async def add_reaction(call: Call) -> Json:
    return _react(call, added=True)


async def remove_reaction(call: Call) -> Json:
    return _react(call, added=False)


def _react(call: Call, *, added: bool) -> Json:
    message, name = call.message("timestamp"), call.need("name").strip(":")
    there = call.state.bot in dict(message.reactions).get(name, ())
    if there == added:
        raise ApiError("already_reacted" if added else "no_reaction")
    changed = message.with_reaction(name, call.state.bot, added=added)
    call.state.add_message(changed, "reacted")
    call.events.reaction(changed, call.state.bot, name, added=added)
    return {}


async def get_reactions(call: Call) -> Json:
    message = call.message("timestamp")
    return {"type": "message", "channel": message.channel, "message": call.state.message_json(message)}


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "chat.scheduleMessage": schedule,
    "chat.scheduledMessages.list": list_scheduled,
    "chat.deleteScheduledMessage": delete_scheduled,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "reactions.get": get_reactions,
}
