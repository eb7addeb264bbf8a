"""Where requests come together: who asks, who listens, the work in a thread of its own, and the reply."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any, ParamSpec, Protocol, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError

from bot.identity import PRIVATE, Identity, Room
from bot.posting import EVENT_TYPE, FAILURES, Poster
from bot.views.answer import Extra, draw_answer
from bot.views.button import Press
from bot.views.drawing import Drawing
from bot.views.errors import unforeseen
from knowledge_base.uploads import Playbook
from skills.answer import Answer, Facts, Invocation, Status, Table
from skills.contract import Actor, Audience, Effect
from skills.errors import SkillError
from skills.language import get_language
from skills.runner import Assistant, Reply, run_skill
from skills.text import text
from store.inbound import add_claim, get_conversation
from store.models import Source
from store.outbox import add_use, get_delivered

logger = logging.getLogger(__name__)

DOUBLE_CLICK = 1.5
"""Seconds within which the same button is pressed once, however often it is clicked."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Heard:
    """What somebody said, with everything that understanding it may need. `conversation` is the thread's key."""

    text: str
    actor: Actor
    audience: Audience
    conversation: str


class Understanding(Protocol):
    """What makes replies of words, and remembers what each thread is about."""

    def reply(self, message: Heard) -> Sequence[Reply]:
        """Understand the words and have done what they ask for."""

    def remember(self, conversation: str, actor: Actor, reply: Reply) -> None:
        """Keep what a reply to a button or a form was about."""


@dataclass(frozen=True)
class Place:
    """Where somebody asked, and so where the answer goes.

    `root` is the message under which answers for everybody go, `thread` the thread that exists already, if any.
    `response_url` answers a command or a click for one person alone.
    """

    user: str
    channel: str
    root: str = ""
    thread: str = ""
    response_url: str = ""
    is_direct: bool = False

    @property
    def conversation(self) -> str:
        """The key of the thread; at the top of a direct conversation, where nobody sees threads, that of all of it."""
        top = not self.root or (self.is_direct and not self.thread)
        return f"{self.channel}:{self.user}" if top else f"{self.channel}:{self.root}"

    @property
    def also(self) -> str:
        """The thread that an answer at the top of a direct conversation opens; it goes on about the same."""
        return f"{self.channel}:{self.root}" if self.is_direct and self.root and not self.thread else ""

    @property
    def is_private(self) -> bool:
        return self.is_direct or bool(self.response_url)


class Desk:
    """Built once; every listener works through it."""

    def __init__(
        self,
        assistant: Assistant,
        understanding: Understanding,
        identity: Identity,
        poster: Poster,
        executor: Executor,
        status_after: float,
        playbook: Playbook | None = None,
    ) -> None:
        self.playbook = playbook
        self.assistant = assistant
        self.identity = identity
        self.poster = poster
        self.understanding = understanding
        self._executor = executor
        self._status_after = status_after
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._pressed: dict[str, float] = {}
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def counted(self, listener: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
        """A listener whose work `idle` waits for."""

        @wraps(listener)
        async def count(*args: P.args, **kwargs: P.kwargs) -> None:
            self._at_work += 1
            self._idle.clear()
            try:
                await listener(*args, **kwargs)
            finally:
                self._at_work -= 1
                if not self._at_work:
                    self._idle.set()

        return count

    async def idle(self) -> None:
        """Wait until everything that arrived so far is answered."""
        await self._idle.wait()

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Blocking work, on one of the workers."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *args, **kwargs))

    async def claim(self, *keys: str) -> bool:
        """Whether this is the first time that any of these arrived."""

        def claim() -> bool:
            with self.assistant.database.writing() as session:
                return all(add_claim(session, key, self.assistant.clock()) for key in keys)

        return await self.in_thread(claim)

    def is_again(self, press: str) -> bool:
        """Whether the very same press came a moment ago: a finger that was too quick, not a second wish."""
        now = asyncio.get_running_loop().time()
        self._pressed = {key: at for key, at in self._pressed.items() if now - at < DOUBLE_CLICK}
        return self._pressed.setdefault(press, now) != now

    async def has_talked(self, place: Place, actor: Actor) -> bool:
        """Whether this person asked us something in this thread before."""

        def has_talked() -> bool:
            with self.assistant.database.session() as session:
                return get_conversation(session, place.conversation, actor.id) is not None

        return await self.in_thread(has_talked)

    async def hear(
        self,
        place: Place,
        words: str,
        claims: Sequence[str] = (),
        *,
        overheard: bool = False,
        below_ours: bool = False,
        aside: Callable[[Actor], Awaitable[bool]] | None = None,
    ) -> None:
        """Answer what somebody said, if nobody has claimed it before; `aside` may deal with it in another way.

        What is `overheard` in a channel's thread, without our name, is answered only when this person talks with us
        there (or the thread is `below_ours`) and when it is understood: people also talk with each other.
        """
        async with self._in_order(place), self.guarded(place, silent=overheard):
            if claims and not await self.claim(*claims):
                return
            actor = await self.identity.actor(place.user, words)
            if aside is not None and await aside(actor):
                return
            if overheard and not below_ours and not await self.has_talked(place, actor):
                return
            room = await self.room(place, actor)
            heard = Heard(words, actor, room.audience, place.conversation)
            async with self.working(place):
                replies = await self.in_thread(self._understood, heard, place.also)
            if overheard and all(reply.answer.status is Status.HELP for reply in replies):
                return
            for reply in replies:
                await self.send(place, reply, actor, room)

    def _understood(self, heard: Heard, also: str) -> Sequence[Reply]:
        replies = self.understanding.reply(heard)
        if also and replies:
            self.understanding.remember(also, heard.actor, replies[-1])
        return replies

    async def remember(self, place: Place, actor: Actor, reply: Reply) -> None:
        """The thread goes on about what a button or a form did."""
        for key in (place.conversation, place.also):
            if key:
                try:
                    await self.in_thread(self.understanding.remember, key, actor, reply)
                except SQLAlchemyError:
                    # It is done by now; told as a failure, it would be done again.
                    logger.exception("what %s was about could not be remembered", reply.skill)

    async def note_use(self, body: Mapping[str, Any], actor: Actor, what: str) -> None:
        """Keep that somebody pressed a button of a delivered report: digests that nobody acts on are told of."""
        message = body.get("message") or {}
        channel, ts = str((body.get("channel") or {}).get("id") or ""), str(message.get("ts") or "")
        metadata = message.get("metadata") or {}
        key = (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == EVENT_TYPE else ""
        if not channel or not ts:
            return

        def note_use() -> None:
            with self.assistant.database.writing() as session:
                report = get_delivered(session, channel, ts, str(key or ""))
                if report is not None and report.schedule_id is not None:
                    add_use(session, report, actor.id, what, self.assistant.clock())

        try:
            await self.in_thread(note_use)
        except SQLAlchemyError:
            logger.exception("that a report was used could not be kept")

    async def room(self, place: Place, actor: Actor) -> Room:
        return PRIVATE if place.is_private else await self.identity.room(place.channel, actor)

    async def send(self, place: Place, reply: Reply, actor: Actor, room: Room, *, replace: bool = False) -> None:
        """Show a reply where it was asked: to everybody there, or to the asker alone."""
        reply = await self._for_the_asker(reply, actor, room)
        hidden = reply.answer.private or (room.narrows and bool(reply.changes))
        if reply.answer.files and not place.is_direct and (hidden or place.response_url):
            note = text("The file is in our direct conversation.")
            answer = reply.answer.model_copy(update={"notes": (note, *reply.answer.notes)})
            reply = reply.model_copy(update={"answer": answer})
        drawing = self.draw(reply, actor, room)
        await self.show(place, drawing, hidden=hidden, replace=replace)

    async def _for_the_asker(self, reply: Reply, actor: Actor, room: Room) -> Reply:
        """What is refused only because of who else is in the channel is shown to the asker alone."""
        is_less = room.narrows or reply.answer.withheld
        if not is_less or reply.answer.status is not Status.REFUSED or not self._reads(reply):
            return reply
        invocation = Invocation.of(reply.skill, reply.params)
        again = await self.in_thread(run_skill, self.assistant, invocation, actor, PRIVATE.audience, Source.SENTENCE)
        if again.answer.status is not Status.ANSWER:
            return reply
        note = text("Shown to you alone: not everyone in {channel} may see this.", channel=room.audience.name)
        answer = again.answer.model_copy(update={"private": True, "notes": (*again.answer.notes, note)})
        return again.model_copy(update={"answer": answer})

    def _reads(self, reply: Reply) -> bool:
        skill = self.assistant.skills.get(reply.skill)
        return skill is not None and skill.effect is Effect.READ

    def draw(self, reply: Reply, actor: Actor, room: Room = PRIVATE) -> Drawing:
        return draw_answer(reply.answer, get_language(actor.language), extra=self._extra(reply, actor, room))

    def _extra(self, reply: Reply, actor: Actor, room: Room) -> Sequence[Extra]:
        """Where a channel sees less of the records or of the playbook, its reader may see the rest alone."""
        shows_records = bool(reply.answer.figures) or any(isinstance(p, Table | Facts) for p in reply.answer.blocks)
        narrowed = room.narrows and shows_records and not reply.answer.unabridged
        narrowed = (narrowed or reply.answer.withheld) and not reply.answer.private
        if not narrowed or not self._reads(reply):
            return ()
        again = Press(invocation=Invocation.of(reply.skill, reply.params), private=True, language=actor.language)
        return ((text("Show me privately"), again),)

    async def show(self, place: Place, drawing: Drawing, *, hidden: bool = False, replace: bool = False) -> None:
        shown: Drawing | None = None
        if place.response_url:
            shown = await self.poster.respond(place.response_url, drawing, replace=replace)
        if shown is None and (hidden or place.response_url) and not place.is_direct:
            shown = await self.poster.whisper(drawing, place.channel, place.user, place.thread)
        if shown is None:
            await self.poster.post(drawing, place.channel, place.root)
        elif shown.has_attachments:
            # What only one person sees holds no files; their direct conversation does.
            await self.poster.attach(shown, await self.direct_channel(place.user), comment=shown.text)

    async def direct_channel(self, user: str) -> str:
        """The direct conversation with this person, opened where there is none."""
        opened = await self.poster.client.conversations_open(users=user)
        return str(opened["channel"]["id"])

    async def tell(self, place: Place, answer: Answer, language: str = "en") -> None:
        """Something for this person alone."""
        await self.show(place, draw_answer(answer, get_language(language)), hidden=True)

    @contextlib.asynccontextmanager
    async def guarded(self, place: Place, *, silent: bool = False) -> AsyncIterator[None]:
        """What goes wrong inside is told to the person who asked: what is known in words, the rest as a number.

        `silent` keeps what is known to itself: nobody asked.
        """
        try:
            yield
        except SkillError as error:
            if not silent:
                await self.tell(place, error.answer())
        except Exception:
            reference = new_reference()
            logger.exception("unforeseen failure %s", reference)
            # Nobody can be told where Slack itself does not answer.
            with contextlib.suppress(*FAILURES):
                await self.tell(place, unforeseen(reference))

    @contextlib.asynccontextmanager
    async def working(self, place: Place) -> AsyncIterator[None]:
        """Say in the thread that work is going on, once it takes noticeably long."""
        if not place.root:
            yield
            return
        finished = asyncio.Event()
        saying = asyncio.get_running_loop().create_task(self._say_working(place, finished))
        try:
            yield
        finally:
            finished.set()
            if await saying:
                await self._set_status(place, "")

    async def _say_working(self, place: Place, finished: asyncio.Event) -> bool:
        """Whether it was said; never cancelled half-way, so that no thread is left thinking."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(finished.wait(), self._status_after)
            return False
        return await self._set_status(place, "is thinking…")

    async def _set_status(self, place: Place, status: str) -> bool:
        try:
            await self.poster.client.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.root, status=status
            )
        except FAILURES as error:
            logger.debug("the status could not be set: %s", type(error).__name__)
            return False
        return True

    def _in_order(self, place: Place) -> asyncio.Lock:
        """What one person says in one thread is answered in the order in which it was said."""
        key = f"{place.conversation}:{place.user}"
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


def new_reference() -> str:
    """A short number that people can read out."""
    return secrets.token_hex(3).upper()


def direct(place: Place, channel: str) -> Place:
    """The same person's direct conversation."""
    return replace(place, channel=channel, root="", thread="", response_url="", is_direct=True)
