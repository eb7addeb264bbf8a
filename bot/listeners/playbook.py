"""What people say to the playbook besides questions: files to be added, and answers to what somebody asked."""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError

from bot.identity import PRIVATE
from bot.listeners.desk import Desk, Place
from bot.posting import FAILURES, OK, slack_word
from knowledge_base.loaders import ARCHIVE, FORMATS, Loaders
from skills.answer import Action, Answer, Invocation, Status
from skills.contract import Actor
from skills.enquiries import add_answer, get_asked, offer_card
from skills.runner import Reply
from skills.terms import ROLES
from skills.text import Text, text
from store.models import Role
from store.people import get_organisation

logger = logging.getLogger(__name__)

PLAYBOOK = r"(?:playbook|knowledge ?base|handbook|知识库|手册)"
ADD = re.compile(
    rf"(?i)\b(?:add|put|save|include|store)\b.*{PLAYBOOK}|(?:加入|加到|放进|放到|收进|收录|添加).*{PLAYBOOK}|"
    rf"{PLAYBOOK}.*(?:加入|添加|收录)"
)
WRITE = re.compile(
    r"(?i)^\W*(?:please )?(?:write|make|draft|create) (?:the|a|this) card\b|写成卡片|写(?:一张)?卡片|做成卡片"
)
MOST_FILES = 5
MOST_BYTES = 30_000_000
PIECE = 1 << 16
SLACK = ".slack.com"


def files_of(event: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """What was dropped with a message."""
    return tuple(file for file in event.get("files") or () if isinstance(file, Mapping))


def is_dropped(files: Sequence[Mapping[str, Any]], words: str) -> bool:
    """Whether this is files for the playbook."""
    return bool(files) and ADD.search(words) is not None


async def hear_aside(
    desk: Desk, place: Place, files: Sequence[Mapping[str, Any]], words: str, actor: Actor, *, named: bool
) -> bool:
    """Whether this was files for the playbook, or an answer to what somebody asked, and is dealt with.

    In a channel, those who may add files need not name us; the others may have meant somebody else.
    """
    if is_dropped(files, words):
        needed = await desk.in_thread(_needed_role, desk)
        may_add = desk.playbook is not None and actor.role.rank >= needed.rank
        if not (may_add or named or place.is_direct):
            return False
        await _add_files(desk, place, actor, files, needed)
        return True
    if not place.thread or not words:
        return False
    asked = await desk.in_thread(get_asked, desk.assistant, place.thread, actor)
    if asked is None or (named and not WRITE.search(words)):
        return False
    await _take_answer(desk, place, actor, asked, words)
    return True


async def _take_answer(desk: Desk, place: Place, actor: Actor, asked: int, words: str) -> None:
    answer: Answer | None
    if WRITE.search(words):
        answer = await desk.in_thread(offer_card, desk.assistant, asked)
    else:
        answer = await desk.in_thread(add_answer, desk.assistant, asked, actor, words)
    if answer is not None:
        await _reply(desk, place, actor, answer)


async def _reply(desk: Desk, place: Place, actor: Actor, answer: Answer) -> None:
    room = PRIVATE if place.is_direct else await desk.room(place, actor)
    await desk.send(place, Reply(skill="card", answer=answer), actor, room)


async def _add_files(desk: Desk, place: Place, actor: Actor, files: Sequence[Mapping[str, Any]], needed: Role) -> None:
    """Keep the files and ask for each what it is; what cannot be taken is refused before it is fetched."""
    if desk.playbook is None or actor.role.rank < needed.rank:
        await desk.tell(
            place,
            _refused(
                text("Only a {role} puts things into the playbook here.", role=ROLES[needed]),
                text("Ask your manager, or an administrator."),
            ),
            actor.language,
        )
        return
    for file in files[:MOST_FILES]:
        name, answer = str(file.get("name") or "file"), None
        try:
            answer = await _add_file(desk, file, name)
        except (*FAILURES, ClientError) as error:
            logger.warning("a dropped file could not be fetched: %s", slack_word(error))
            answer = _refused(text("**{name}** could not be fetched from Slack.", name=name), text("Drop it again."))
        await _reply(desk, place, actor, answer)
    if len(files) > MOST_FILES:
        left = _refused(
            text("I take {count} files at a time; the others are not added.", count=MOST_FILES),
            text("Drop a zip archive, or the rest in another message."),
        )
        await _reply(desk, place, actor, left)


async def _add_file(desk: Desk, file: Mapping[str, Any], name: str) -> Answer:
    if file.get("file_access") == "check_file_info":
        # Files of shared channels come without what they are.
        file = (await desk.poster.client.files_info(file=str(file["id"])))["file"]
        name = str(file.get("name") or name)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ARCHIVE:
        return _refused(
            text("**{name}** is an archive: its files need an owner each.", name=name),
            text("Drop the files themselves, or have an administrator add the folder."),
        )
    if not Loaders.reads(suffix):
        return _refused(
            text("**{name}** is of a kind that I can't read.", name=name), text("I read {formats}.", formats=FORMATS)
        )
    if int(file.get("size") or 0) > MOST_BYTES:
        return _too_large(name)
    data = await _fetch(desk, str(file.get("url_private_download") or file.get("url_private") or ""))
    if data is None:
        return _refused(
            text("Slack does not let me read **{name}**.", name=name),
            text("The app needs the scope files:read; an administrator adds it and installs the app again."),
        )
    if len(data) > MOST_BYTES:
        return _too_large(name)
    if not data:
        return _refused(text("**{name}** is empty.", name=name), text("Drop it again."))
    assert desk.playbook is not None  # noqa: S101  (nobody gets here without one)
    kept = await desk.in_thread(desk.playbook.keep, name, data)
    invocation = Invocation.of("upload", upload=kept, name=name, title=PurePosixPath(name).stem)
    return Answer(
        status=Status.CLARIFY,
        headline=text(
            "**{name}** is here. What shall it be called, who answers for it, and who may read it?", name=name
        ),
        actions=(Action(label=text("Title, owner and readers"), kind="form", invocation=invocation, style="primary"),),
        notes=(text("It is in the playbook once you have said so."),),
    )


async def _fetch(desk: Desk, url: str) -> bytes | None:
    """The bytes, one more than the most at the end; None where Slack shows its sign-in page in place of them."""
    client = desk.poster.client
    there = urlsplit(url)
    # The token goes to nobody but Slack, whatever an event names.
    if client.session is None or not (
        there.netloc == urlsplit(client.base_url).netloc
        or (there.scheme == "https" and (there.hostname or "").endswith(SLACK))
    ):
        return None
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(url, headers=headers, proxy=client.proxy, allow_redirects=False) as got:
        if got.status != OK:
            return None
        data = bytearray()
        async for piece in got.content.iter_chunked(PIECE):
            data += piece
            if len(data) > MOST_BYTES:
                break
        return bytes(data)


def _too_large(name: str) -> Answer:
    return _refused(
        text("**{name}** is too large: at most {most} MB are read from the chat.", name=name, most=MOST_BYTES // 10**6),
        text("Split it, or have an administrator add it on the server."),
    )


def _refused(headline: Text, advice: Text) -> Answer:
    return Answer(status=Status.REFUSED, headline=headline, notes=(advice,))


def _needed_role(desk: Desk) -> Role:
    with desk.assistant.database.session() as session:
        return Role(get_organisation(session).cards_by)
