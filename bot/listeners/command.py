"""The slash command: always for the one who types it."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.listeners.desk import Desk, Place
from bot.listeners.wording import words_typed


def register(app: AsyncApp, desk: Desk, command: str) -> None:
    @app.command(command)
    @desk.counted
    async def typed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        own = await desk.identity.own()
        place = Place(
            user=str(body["user_id"]), channel=str(body["channel_id"]), response_url=str(body["response_url"])
        )
        await desk.hear(place, words_typed(str(body.get("text") or ""), own.user) or "help")
