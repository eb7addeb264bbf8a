"""Direct messages, and what people add in threads in which they talk with the app."""

from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.listeners.desk import Desk
from bot.listeners.mention import claims, hear_mention, place_of
from bot.listeners.playbook import files_of, hear_aside, is_dropped
from bot.listeners.wording import is_for_another, names, words_typed

EVENTS = ("message.im", "message.channels", "message.groups", "message.mpim")
SPOKEN = (None, "file_share", "thread_broadcast")
"""Kinds of messages in which a person says something; edits, deletions and what apps post are others."""


def register(app: AsyncApp, desk: Desk) -> None:
    @app.event("message")
    @desk.counted
    async def said(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("subtype") not in SPOKEN or event.get("bot_id") or not event.get("user"):
            return
        own = await desk.identity.own()
        text = str(event.get("text") or "")
        is_direct = event.get("channel_type") == "im"
        is_named = names(text, own.user)
        in_thread = bool(event.get("thread_ts")) and not is_for_another(text, own.user)
        if is_named and not is_direct:
            await hear_mention(desk, body, event)
            return
        words = words_typed(text, own.user)
        place, files = place_of(event), files_of(event)
        dropped = is_dropped(files, words) and not is_for_another(text, own.user)
        if is_direct or dropped or (in_thread and words):
            await desk.hear(
                place,
                words or "help",
                claims(body, event),
                overheard=not is_direct,
                below_ours=event.get("parent_user_id") == own.user,
                aside=partial(hear_aside, desk, place, files, words, named=is_named),
            )
