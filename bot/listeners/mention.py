"""Somebody names the app in a channel."""

from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.listeners.desk import Desk, Place
from bot.listeners.playbook import files_of, hear_aside
from bot.listeners.wording import words_typed

EVENTS = ("app_mention",)


def register(app: AsyncApp, desk: Desk) -> None:
    @app.event("app_mention")
    @desk.counted
    async def mentioned(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("bot_id") or not event.get("user") or "edited" in event:
            return
        await hear_mention(desk, body, event)


async def hear_mention(desk: Desk, body: dict[str, Any], event: dict[str, Any]) -> None:
    own = await desk.identity.own()
    words = words_typed(str(event.get("text") or ""), own.user)
    place = place_of(event)
    aside = partial(hear_aside, desk, place, files_of(event), words, named=True)
    await desk.hear(place, words or "help", claims(body, event), aside=aside)


def claims(body: dict[str, Any], event: dict[str, Any]) -> tuple[str, str]:
    """The delivery, and the message: a mention comes as `app_mention` and as `message`, and each may come twice."""
    return f"event:{body['event_id']}", f"message:{event['channel']}:{event['ts']}"


def place_of(event: dict[str, Any]) -> Place:
    thread = str(event.get("thread_ts") or "")
    return Place(
        user=str(event["user"]),
        channel=str(event["channel"]),
        root=thread or str(event["ts"]),
        thread=thread,
        is_direct=event.get("channel_type") == "im",
    )
