"""`files.*`: the three calls of an upload, and reading files back."""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import replace

from bot.local_workspace.messages import Message, StoredFile
from bot.local_workspace.methods.messages import thread_of
from bot.local_workspace.roster import Json
from bot.local_workspace.web_api import ApiError, Call, Method

MOST_ALT = 1_000


async def get_upload_url(call: Call) -> Json:
    name = call.need("filename")
    if call.number("length", 0) <= 0:
        raise ApiError("invalid_arguments", ["[ERROR] length must be a whole number above 0"])
    if len(call.get("alt_txt")) > MOST_ALT:
        raise ApiError("invalid_arguments", [f"[ERROR] alt_txt must be at most {MOST_ALT} characters"])
    file_id = f"F{secrets.token_hex(5).upper()}"
    call.state.files[file_id] = StoredFile(
        id=file_id,
        name=name.replace("/", "_"),
        title=name,
        content=b"",
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        user=call.state.bot,
        created=int(call.state.clock.now()),
        alt_text=call.get("alt_txt"),
    )
    return {"upload_url": f"{call.base_url}/upload/{file_id}", "file_id": file_id}


async def complete_upload(call: Call) -> Json:
    """Name the uploaded files and share them as one message where a channel is given."""
    wanted = call.list_of("files")
    if not wanted:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: files"])
    channel = call.open_channel("channel_id") if call.get("channel_id") else ""
    thread_ts = thread_of(call, channel) if channel else None
    shown = []
    for each in wanted:
        stored = call.state.files.get(str(each.get("id")))
        if stored is None or not stored.content:
            raise ApiError("file_not_found")
        stored = replace(
            stored,
            title=str(each.get("title") or stored.name),
            complete=True,
            shared_in=(channel,) if channel else (),
        )
        call.state.files[stored.id] = stored
        shown.append(stored.to_json(call.base_url))
    if channel:
        message = Message(
            channel=channel,
            ts=call.state.clock.next_ts(),
            user=call.state.bot,
            text=call.get("initial_comment"),
            thread_ts=thread_ts,
            from_app=True,
            subtype="file_share",
            files=tuple(shown),
        )
        call.state.add_message(message)
        call.events.message_posted(message)
    return {"files": shown}


async def info(call: Call) -> Json:
    stored = call.state.files.get(call.need("file"))
    if stored is None or not stored.complete:
        raise ApiError("file_not_found")
    return {"file": stored.to_json(call.base_url), "content_html": None, "comments": []}


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
