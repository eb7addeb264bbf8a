"""What an agent shows while it works: status, prompts, titles, sessions, and answers that stream in."""

from __future__ import annotations

from dataclasses import replace

from bot.local_workspace.elements import with_ids
from bot.local_workspace.messages import Message
from bot.local_workspace.methods.messages import check, metadata, thread_of
from bot.local_workspace.roster import Json
from bot.local_workspace.web_api import ApiError, Call, Method

MAX_PROMPTS = 4
MAX_TITLE = 200
MAX_STREAM_CALL = 12_000
SESSION_STATUSES = frozenset({"processing", "active", "suspended", "closed"})


async def set_status(call: Call) -> Json:
    channel, thread_ts = call.channel("channel_id"), call.need("thread_ts")
    loading = call.arguments.get("loading_messages") or []
    if len(loading) > 10:
        raise ApiError("invalid_arguments", ["[ERROR] no more than 10 items allowed [json-pointer:/loading_messages]"])
    call.state.set_status(channel, thread_ts, call.get("status"), list(loading))
    return {}


async def set_title(call: Call) -> Json:
    return _title(call, call.need("thread_ts"))


async def rename_session(call: Call) -> Json:
    return _title(call, call.get("thread_ts"))


def _title(call: Call, thread_ts: str) -> Json:
    channel, title = call.channel("channel_id"), call.need("title")
    if len(title) > MAX_TITLE:
        raise ApiError("invalid_arguments", [f"[ERROR] must be less than {MAX_TITLE + 1} characters"])
    call.state.titles[channel, thread_ts] = title
    call.state.feed.add("title", {"channel": channel, "thread_ts": thread_ts, "title": title})
    return {}


async def set_prompts(call: Call) -> Json:
    channel = call.channel("channel_id")
    prompts = call.list_of("prompts")
    if not 1 <= len(prompts) <= MAX_PROMPTS or any(not p.get("title") or not p.get("message") for p in prompts):
        raise ApiError("invalid_arguments", ["[ERROR] prompts must be 1 to 4 of title and message"])
    data: Json = {"channel": channel, "title": call.get("title"), "prompts": prompts}
    call.state.prompts[channel] = data
    call.state.feed.add("prompts", data)
    return {}


async def set_session_status(call: Call) -> Json:
    channel, status = call.channel("channel_id"), call.need("status")
    if status not in SESSION_STATUSES:
        raise ApiError("invalid_arguments", [f"[ERROR] status must be one of {', '.join(sorted(SESSION_STATUSES))}"])
    if call.get("title"):
        _title(call, call.get("thread_ts"))
    _set_session(call, channel, call.get("thread_ts"), status)
    return {}


def _set_session(call: Call, channel: str, thread_ts: str, status: str) -> None:
    call.state.sessions[channel, thread_ts] = status
    call.state.feed.add("session", {"channel": channel, "thread_ts": thread_ts, "status": status})


# Streaming


async def start_stream(call: Call) -> Json:
    channel = call.open_channel()
    thread_ts = thread_of(call, channel)
    if thread_ts is None:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: thread_ts"])
    if call.state.channel_type(channel) != "im" and not (
        call.get("recipient_user_id") and call.get("recipient_team_id")
    ):
        raise ApiError("missing_recipient_user_id")
    message = Message(
        channel=channel,
        ts=call.state.clock.next_ts(),
        user=call.state.bot,
        thread_ts=thread_ts,
        from_app=True,
        streaming=True,
    )
    if call.get("task_display_mode") == "plan":
        message = replace(message, blocks=({"type": "plan", "title": "Plan", "tasks": [], "block_id": "plan"},))
    message = _appended(call, message)
    call.state.add_message(message)
    return {"channel": channel, "ts": message.ts}


async def append_stream(call: Call) -> Json:
    changed = _appended(call, _streaming(call))
    call.state.add_message(changed, "updated")
    return {"channel": changed.channel, "ts": changed.ts}


async def stop_stream(call: Call) -> Json:
    old = _streaming(call)
    blocks = call.list_of("blocks")
    check(call, blocks)
    changed = _appended(call, old)
    changed = replace(changed, streaming=False, metadata=metadata(call), blocks=(*changed.blocks, *with_ids(blocks)))
    call.state.add_message(changed, "updated")
    call.events.message_posted(changed)
    if call.get("session_status"):
        _set_session(call, changed.channel, changed.thread, call.get("session_status"))
    return {"channel": changed.channel, "ts": changed.ts, "message": call.state.message_json(changed)}


def _streaming(call: Call) -> Message:
    message = call.message()
    if not message.streaming:
        raise ApiError("message_not_in_streaming_state")
    return message


def _appended(call: Call, message: Message) -> Message:
    """The message with this call's text and chunks at its end."""
    words = call.get("markdown_text")
    if len(words) > MAX_STREAM_CALL:
        raise ApiError("msg_too_long")
    blocks = [dict(b) for b in message.blocks]
    if words:
        _add_words(blocks, words)
    for chunk in call.list_of("chunks"):
        _add_chunk(call, blocks, chunk)
    text = "".join(str(b["text"]) for b in blocks if b["type"] == "markdown")
    return replace(message, blocks=tuple(blocks), text=text)


def _add_words(blocks: list[Json], words: str) -> None:
    if blocks and blocks[-1]["type"] == "markdown":
        blocks[-1]["text"] += words
    else:
        blocks.append({"type": "markdown", "text": words, "block_id": f"stream{len(blocks)}"})


def _add_chunk(call: Call, blocks: list[Json], chunk: Json) -> None:
    kind = chunk.get("type")
    if kind == "markdown_text":
        _add_words(blocks, str(chunk.get("text", "")))
    elif kind == "task_update":
        _add_task(blocks, chunk)
    elif kind == "plan_update":
        plan = next((b for b in blocks if b["type"] == "plan"), None)
        if plan is None:
            blocks.append({"type": "plan", "title": chunk.get("title", ""), "tasks": [], "block_id": "plan"})
        else:
            plan["title"] = chunk.get("title", "")
    elif kind == "blocks":
        check(call, chunk.get("blocks") or [])
        blocks.extend(with_ids(chunk.get("blocks") or []))
    else:
        raise ApiError("invalid_chunks", [f"[ERROR] unsupported type: {kind} [json-pointer:/chunks]"])


def _add_task(blocks: list[Json], chunk: Json) -> None:
    """A task chunk is a new task or a change of the one with the same id."""
    task: Json = {"task_id": chunk.get("id"), "title": chunk.get("title", ""), "status": chunk.get("status", "pending")}
    task |= {k: _rich(str(chunk[k])) for k in ("details", "output") if chunk.get(k)}
    if chunk.get("sources"):
        task["sources"] = chunk["sources"]
    plan = next((b for b in blocks if b["type"] == "plan"), None)
    if plan is not None:
        tasks = [dict(t) for t in plan["tasks"]]
        _merge(tasks, task)
        plan["tasks"] = tasks
    else:
        _merge(blocks, {"type": "task_card", "block_id": f"task-{task['task_id']}", **task})


def _merge(tasks: list[Json], task: Json) -> None:
    for old in tasks:
        if old.get("task_id") == task["task_id"]:
            old.update({k: v for k, v in task.items() if v})
            return
    tasks.append(task)


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setTitle": set_title,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "agents.sessions.setStatus": set_session_status,
    "agents.sessions.rename": rename_session,
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
}
