"""Buttons under answers, and the menu beside them."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.identity import PRIVATE, Room
from bot.listeners.desk import Desk, Place, direct
from bot.listeners.home import publish_home
from bot.listeners.modals import open_form
from bot.views.button import Press
from bot.views.drawing import Drawing, kept_blocks
from bot.views.errors import outdated
from bot.views.menu import MENU, read_option
from skills.answer import Status
from skills.contract import Actor
from skills.offers import EXPLAIN, EXPORT
from skills.runner import Reply, cancel, confirm, run_skill
from store.models import Source

PRESSED = re.compile(r"^(run|confirm|cancel)-\d+$")
FORM = re.compile(r"^form-\d+$")
ASIDE = (EXPLAIN, EXPORT)
"""What says more about an answer: the thread goes on about the answer itself."""
CHOSEN = re.compile(rf"^{MENU}\d+:")


def register(app: AsyncApp, desk: Desk) -> None:
    @app.action(PRESSED)
    @desk.counted
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await press(desk, body)

    @app.action(FORM)
    @desk.counted
    async def asked_for_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await press(desk, body)

    @app.action(CHOSEN)
    @desk.counted
    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await press(desk, body)


async def press(desk: Desk, body: dict[str, Any]) -> None:
    """Do what the button or the menu's option says, as the person who chose it, and show what came of it."""
    place = place_of(body)
    async with desk.guarded(place):
        asked = _asked(body["actions"][0])
        if asked is None:
            await desk.tell(place, outdated())
            return
        if asked.do == "run" and desk.is_again(f"{place.user}:{_stands_in(body)}:{asked.value}"):
            return
        actor = await desk.identity.actor(place.user, language=asked.language)
        if asked.do == "form" and asked.invocation is not None:
            trigger = str(body["trigger_id"])
            await open_form(desk, place, actor, asked.invocation, trigger, home=bool(body.get("view")))
        else:
            room = PRIVATE if asked.private else await desk.room(place, actor)
            async with desk.working(place):
                reply = await desk.in_thread(work, desk, asked, actor, room)
                if reply.skill not in ASIDE or reply.answer.status is not Status.ANSWER:
                    await desk.remember(place, actor, reply)
            await _show(desk, body, place, asked, reply, actor, room)
        await desk.note_use(body, actor, asked.invocation.skill if asked.invocation else asked.do)


def _asked(action: Mapping[str, Any]) -> Press | None:
    """What was pressed or chosen; None where it is not ours, or of another version."""
    if action.get("selected_option"):
        return read_option(action)
    return Press.read(str(action.get("value") or ""))


def _stands_in(body: dict[str, Any]) -> str:
    """The message or view that holds the button."""
    container = body.get("container") or {}
    return f"{container.get('channel_id')}:{container.get('message_ts') or container.get('view_id')}"


def work(desk: Desk, asked: Press, actor: Actor, room: Room) -> Reply:
    match asked.do:
        case "confirm":
            return confirm(desk.assistant, asked.token, actor, room.audience, Source.BUTTON)
        case "cancel":
            return cancel(desk.assistant, asked.token, actor)
        case _:
            assert asked.invocation is not None  # noqa: S101  (a press without one is refused where it is read)
            return run_skill(desk.assistant, asked.invocation, actor, room.audience, Source.BUTTON)


async def _show(
    desk: Desk, body: dict[str, Any], place: Place, asked: Press, reply: Reply, actor: Actor, room: Room
) -> None:
    answered = asked.do in ("confirm", "cancel") and reply.answer.status in (Status.DONE, Status.ANSWER)
    if body.get("view"):
        await desk.send(await _direct(desk, place), reply, actor, PRIVATE)
        await publish_home(desk, actor, place.user)
        return
    if answered and place.response_url:
        await desk.send(place, reply, actor, room, replace=True)
        return
    # What was one's own affair, such as a judgement, is left to the others in a channel.
    is_spent = reply.answer.status is Status.DONE and (place.is_direct or not reply.answer.private)
    if answered or is_spent:
        await _take_away(desk, body, whole_question=answered)
    if asked.private:
        await desk.show(place, desk.draw(reply, actor), hidden=True)
    else:
        await desk.send(place, reply, actor, room)


async def _take_away(desk: Desk, body: dict[str, Any], *, whole_question: bool) -> None:
    """What was pressed and worked is not offered again: the button goes, of a question both."""
    message = body.get("message")
    if not message or not message.get("blocks"):
        return
    value = body["actions"][0].get("value")

    def is_spent(element: dict[str, Any]) -> bool:
        if whole_question:
            return str(element.get("action_id", "")).startswith(("confirm-", "cancel-"))
        return value is not None and bool(element.get("value") == value)

    blocks = kept_blocks(message["blocks"], is_spent)
    drawing = Drawing(str(message.get("text") or "…"), tuple(blocks))
    await desk.poster.replace(drawing, body["channel"]["id"], message["ts"])


async def _direct(desk: Desk, place: Place) -> Place:
    return direct(place, await desk.direct_channel(place.user))


def place_of(body: dict[str, Any]) -> Place:
    """Where the button stands. What stands there for one person alone is answered through its response URL."""
    container = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or "")
    is_direct = channel.startswith("D")
    thread = str(container.get("thread_ts") or "")
    alone = bool(container.get("is_ephemeral"))
    return Place(
        user=str(body["user"]["id"]),
        channel=channel or str(body["user"]["id"]),
        root=thread or ("" if alone else str(container.get("message_ts") or "")),
        thread=thread,
        response_url=str(body.get("response_url") or "") if alone else "",
        is_direct=is_direct or not channel,
    )
