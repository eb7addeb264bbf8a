"""Forms: opened by a button, sent by the person, with what is wrong shown at its field."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot.identity import PRIVATE
from bot.listeners.desk import Desk, Place, direct
from bot.listeners.forms import KINDS, get_form, list_options
from bot.listeners.home import publish_home
from bot.views.errors import outdated, too_slow
from bot.views.escape import cut, words_of
from bot.views.form import CONFIRMED, FIND, SENT, draw_form, draw_options, draw_question, sent_values
from skills.answer import Answer, Invocation, Status
from skills.contract import Actor, Skill
from skills.errors import SkillError
from skills.language import get_language
from skills.runner import Reply, confirm, run_skill
from skills.text import Text, text
from store.models import Source

FOUND = re.compile(rf"^{FIND}")
ACK_WITHIN = 2.5
"""Slack waits three seconds for the answer to a form."""
MOST_ERROR = 300


class Carried(BaseModel):
    """What a form brings back: what it is for, and where its result goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invocation: Invocation = Invocation(skill="")
    token: str = ""
    channel: str = ""
    root: str = ""
    thread: str = ""
    response_url: str = ""
    language: str = ""
    home: bool = False

    def place(self, user: str) -> Place:
        return Place(
            user,
            self.channel,
            self.root,
            self.thread,
            self.response_url,
            is_direct=self.channel.startswith("D") or self.home,
        )


def register(app: AsyncApp, desk: Desk) -> None:
    @app.view(SENT)
    @desk.counted
    async def sent(ack: AsyncAck, body: dict[str, Any]) -> None:
        await receive(desk, ack, body)

    @app.view(CONFIRMED)
    @desk.counted
    async def confirmed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await receive(desk, ack, body)

    @app.options(FOUND)
    @desk.counted
    async def typing(ack: AsyncAck, body: dict[str, Any]) -> None:
        name = str(body["action_id"]).removeprefix(FIND)
        try:
            actor = await desk.identity.actor(str(body["user"]["id"]))
            found = await desk.in_thread(list_options, desk.assistant, actor, name, str(body.get("value") or ""))
        except SkillError:
            found = []
        await ack(options=draw_options(found))


async def open_form(
    desk: Desk, place: Place, actor: Actor, invocation: Invocation, trigger: str, *, home: bool = False
) -> None:
    """Show the skill's form, filled with what is true now."""
    skill = desk.assistant.skills.get(invocation.skill)
    if skill is None or not skill.form:
        await desk.tell(place, outdated(), actor.language)
        return
    form = await desk.in_thread(get_form, desk.assistant, actor, skill, invocation)
    carried = Carried(
        invocation=invocation,
        channel=place.channel,
        root=place.root,
        thread=place.thread,
        response_url=place.response_url,
        language=actor.language,
        home=home,
    )
    title = _title(skill)
    language = get_language(actor.language)
    view = draw_form(title, form.fields, language, carried.model_dump_json(exclude_defaults=True), form.about)
    try:
        await desk.poster.client.views_open(trigger_id=trigger, view=view)
    except SlackApiError as error:
        if error.response.get("error") not in {"expired_trigger_id", "exchanged_trigger_id", "trigger_expired"}:
            raise
        await desk.tell(place, too_slow(), actor.language)


def _title(skill: Skill) -> Text:
    titles = {
        "update": text("Edit opportunity"),
        "create": text("New opportunity"),
        "log": text("Log an activity"),
        "post": text("Win post"),
    }
    return titles.get(skill.name) or Text(template="{it}", values={"it": skill.summary})


async def receive(desk: Desk, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    """Do what the form asks for and say at once how it went; what takes too long is told when it is done."""
    user = str(body["user"]["id"])
    view = body["view"]
    try:
        carried = Carried.model_validate_json(view["private_metadata"])
    except ValidationError:
        await ack()
        return
    place = carried.place(user)
    working = asyncio.create_task(_work(desk, user, carried, view))
    done, _ = await asyncio.wait({working}, timeout=ACK_WITHIN)
    if not done:
        await ack()
    async with desk.guarded(place):
        try:
            actor, reply = await working
        except SkillError as error:
            actor, reply = None, Reply(skill="", answer=error.answer())
        if done and await _keep_open(ack, view, reply, carried):
            return
        if done:
            await ack()
        await _told(desk, place, carried, actor, reply)


async def _work(desk: Desk, user: str, carried: Carried, view: Mapping[str, Any]) -> tuple[Actor | None, Reply]:
    actor = await desk.identity.actor(user, language=carried.language)
    if carried.token:
        return actor, await desk.in_thread(confirm, desk.assistant, carried.token, actor, PRIVATE.audience, Source.FORM)
    invocation = Invocation.of(carried.invocation.skill, carried.invocation.params, **changed(view))
    return actor, await desk.in_thread(run_skill, desk.assistant, invocation, actor, PRIVATE.audience, Source.FORM)


def changed(view: Mapping[str, Any]) -> dict[str, str]:
    """The fields that the person changed. An emptied text is sent as such, an emptied date or choice is left alone."""
    after, before = sent_values(view)
    return {
        name: value
        for name, value in after.items()
        if value != before.get(name, "") and (value or KINDS.get(name, "line") in ("line", "lines"))
    }


async def _keep_open(ack: AsyncAck, view: Mapping[str, Any], reply: Reply, carried: Carried) -> bool:
    """Whether the form stays: with what is wrong at its field, or with the question before a risky change."""
    answer = reply.answer
    language = get_language(carried.language)
    if answer.status is Status.CONFIRM:
        token = next((action.token for action in answer.actions if action.token), "")
        next_one = carried.model_copy(update={"token": token})
        view = draw_question(answer, language, next_one.model_dump_json(exclude_defaults=True))
        await ack(response_action="update", view=view)
        return True
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    if answer.status in (Status.REFUSED, Status.CLARIFY) and inputs:
        words = " ".join(words_of(part, language) for part in (answer.headline, *answer.notes))
        await ack(response_action="errors", errors={_field_of(answer, view, inputs): cut(words, MOST_ERROR)})
        return True
    return False


def _field_of(answer: Answer, view: Mapping[str, Any], inputs: list[str]) -> str:
    """The field that the answer is about: the one its choices would fill, else the one whose words it repeats."""
    sent = changed(view)
    offered = [name for choice in answer.choices for name in choice.invocation.params if name in inputs]
    unsaid = [name for name in offered if name not in sent]
    repeated = [name for name, value in sent.items() if value and value in _values(answer.headline)]
    return next(iter([*unsaid, *repeated, *offered, *(name for name in sent if name in inputs), *inputs]))


def _values(words: Text) -> set[str]:
    found: set[str] = set()
    for value in words.values.values():
        if isinstance(value, Text):
            found |= _values(value)
        elif value.type == "word":
            found.add(value.value)
    return found


async def _told(desk: Desk, place: Place, carried: Carried, actor: Actor | None, reply: Reply) -> None:
    if actor is None:
        await desk.tell(place, reply.answer, carried.language)
        return
    if carried.home:
        place = direct(place, await desk.direct_channel(place.user))
    await desk.remember(place, actor, reply)
    room = await desk.room(place, actor)
    await desk.send(place, reply, actor, room)
    if carried.home:
        await publish_home(desk, actor, place.user)
