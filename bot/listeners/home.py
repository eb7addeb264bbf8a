"""The Home tab, and what the conversation with the app suggests when it is opened."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.identity import PRIVATE
from bot.listeners.desk import Desk, Place
from bot.views.help import draw_prompts
from bot.views.home import draw_home, draw_stranger
from skills.answer import Answer, Invocation
from skills.contract import Actor
from skills.errors import SkillError
from skills.language import get_language
from skills.runner import run_skill
from skills.text import Text, text
from store.models import Source

EVENTS = ("app_home_opened", "member_joined_channel", "member_left_channel")
SECTIONS: Sequence[tuple[str, Text, Invocation]] = (
    ("today", text("What needs me today"), Invocation.of("today")),
    ("quota", text("My quota"), Invocation.of("quota", owner="me")),
    ("pipeline", text("My open opportunities"), Invocation.of("pipeline", owner="me")),
)
"""What the Home tab shows; each is a skill's answer, computed as if it had been asked."""


def register(app: AsyncApp, desk: Desk) -> None:
    @app.event("app_home_opened")
    @desk.counted
    async def opened(body: dict[str, Any], event: dict[str, Any]) -> None:
        if not await desk.claim(f"event:{body['event_id']}"):
            return
        user = str(event["user"])
        place = Place(user, str(event.get("channel") or user), is_direct=True)
        if event.get("tab") == "home":
            async with desk.guarded(place):
                await _show_home(desk, user)
        elif event.get("tab") == "messages":
            async with desk.guarded(place, silent=True):
                await _suggest(desk, place)

    @app.event("member_joined_channel")
    @desk.counted
    async def joined(event: dict[str, Any]) -> None:
        await desk.identity.somebody_moved(str(event["channel"]), str(event["user"]))

    @app.event("member_left_channel")
    @desk.counted
    async def left(event: dict[str, Any]) -> None:
        await desk.identity.somebody_moved(str(event["channel"]), str(event["user"]))


async def publish_home(desk: Desk, actor: Actor, user: str) -> None:
    """Put the Home tab up as it stands now."""
    answers = await desk.in_thread(_answers, desk, actor)
    view = draw_home(actor.name.split()[0] if actor.name.split() else "", answers, get_language(actor.language))
    await desk.poster.client.views_publish(user_id=user, view=view)


async def _show_home(desk: Desk, user: str) -> None:
    try:
        actor = await desk.identity.actor(user)
    except SkillError as error:
        view = draw_stranger(error.answer(), get_language("en"))
        await desk.poster.client.views_publish(user_id=user, view=view)
        return
    await publish_home(desk, actor, user)


def _answers(desk: Desk, actor: Actor) -> list[tuple[str, Text, Answer]]:
    shown = []
    for key, title, invocation in SECTIONS:
        if invocation.skill in desk.assistant.skills:
            reply = run_skill(desk.assistant, invocation, actor, PRIVATE.audience, Source.BUTTON)
            shown.append((key, title, reply.answer))
    return shown


async def _suggest(desk: Desk, place: Place) -> None:
    actor = await desk.identity.actor(place.user)
    prompts = draw_prompts(desk.assistant.skills, actor.role, get_language(actor.language))
    if prompts:
        await desk.poster.client.assistant_threads_setSuggestedPrompts(channel_id=place.channel, prompts=prompts)
