"""Who asks and who listens: a Slack user becomes an `Actor`, a channel an `Audience`. In doubt, nobody and nothing."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.posting import FAILURES
from skills.contract import Actor, Audience
from skills.errors import NotAllowed
from skills.permissions import rights_of
from skills.runner import Assistant, get_actor
from skills.text import text
from store.channels import get_channel, list_channels_to_refresh, set_channel, set_channel_members
from store.models import Person
from store.people import get_organisation, get_person_by_email, get_person_by_slack_id
from store.scope import Scope

logger = logging.getLogger(__name__)

USER_SECONDS = 300.0
CHANNEL_SECONDS = 60.0
REFRESH_SECONDS = 600.0
STALE_AFTER = dt.timedelta(hours=1)
MOST_STRANGERS = 20
"""How many unknown members of a channel are looked up; where there are more, some of them are strangers anyway."""
NOBODY = Scope.of(())

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class SlackUser:
    """What Slack says about somebody."""

    id: str
    email: str = ""
    zone: str = ""
    locale: str = ""
    is_bot: bool = False
    is_full_member: bool = True
    """Present and of our workspace: no guest, no leaver, nobody of another company."""


@dataclass(frozen=True)
class Own:
    """Who we are in this workspace."""

    user: str
    team: str
    bot: str = ""


@dataclass(frozen=True)
class Room:
    """Where somebody asked: who listens, and whether they may see less than the asker would alone."""

    audience: Audience
    narrows: bool = False


PRIVATE = Room(Audience())


class Identity:
    """Looks people and channels up, and remembers them for a short while (`monotonic` counts seconds)."""

    def __init__(
        self, assistant: Assistant, client: AsyncWebClient, executor: Executor, monotonic: Callable[[], float]
    ) -> None:
        self._assistant = assistant
        self._client = client
        self._executor = executor
        self._monotonic = monotonic
        self._users: dict[str, tuple[float, SlackUser]] = {}
        self._scopes: dict[str, tuple[float, Scope]] = {}
        self._names: dict[str, str] = {}
        self._own: Own | None = None
        self._introducing = asyncio.Lock()
        self._keeping = asyncio.Lock()
        self._looking: dict[str, asyncio.Lock] = {}

    async def own(self) -> Own:
        """Our own user and workspace."""
        async with self._introducing:
            if self._own is None:
                said = await self._client.auth_test()
                self._own = Own(str(said["user_id"]), str(said["team_id"]), str(said.get("bot_id") or ""))
            return self._own

    async def actor(self, user: str, words: str = "", language: str = "") -> Actor:
        """The person behind a Slack user, found by Slack id, else by e-mail and then remembered.

        Unless the person has a language of their own, it is `language`, else that of their `words`, else Slack's.
        Raises `NotAllowed` for guests, leavers, bots, people of other workspaces and those whom we do not know.
        """
        slack_user = await self._user(user)
        if not slack_user.is_full_member or slack_user.is_bot:
            raise NotAllowed(
                text("I only work with full members of this workspace."),
                text("Ask an administrator if you should be one."),
            )
        actor = await self._in_thread(self._actor, slack_user, language or _language(words))
        if actor is None:
            raise NotAllowed(
                text("I don't know you as a member of this sales team."),
                text("Ask an administrator to add you, with the e-mail address that you have in Slack."),
            )
        return actor

    async def room(self, channel: str, actor: Actor) -> Room:
        """Who listens in a channel: its scope is what all of its members may read."""
        kept = self._scopes.get(channel)
        scope = kept[1] if kept is not None and kept[0] >= self._monotonic() else await self.look_at(channel)
        narrows = not await self._in_thread(self._sees_all_of, scope, actor.id)
        return Room(Audience(channel=channel, name=await self._name(channel), scope=scope), narrows)

    async def look_at(self, channel: str) -> Scope:
        """Ask who is in a channel, and keep it for those who cannot ask: reports are made by another process.

        One whom we don't know may read nothing, so then nobody's records are shown there. One look follows the other:
        what was seen before somebody came must not be kept after it.
        """
        async with self._looking.setdefault(channel, asyncio.Lock()):
            members = await self._members(channel)
            people, strangers = await self._people(members)
            name = await self._name(channel)
            async with self._keeping:
                scope = await self._in_thread(self._kept_members, channel, name, people, strangers)
            self._scopes[channel] = (self._monotonic() + CHANNEL_SECONDS, scope)
            return scope

    async def learn_channels(self) -> None:
        """The names of the channels that we are in, so that a report can be sent to one by its name."""
        cursor = ""
        while True:
            said = await self._client.users_conversations(
                types="public_channel,private_channel", exclude_archived=True, limit=200, cursor=cursor or None
            )
            await self._in_thread(self._keep_names, {one["id"]: str(one.get("name") or "") for one in said["channels"]})
            cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def refresh_channels(self) -> None:
        """Look again at the channels of scheduled reports."""
        for channel in await self._in_thread(self._stale_channels):
            try:
                await self.look_at(channel)
            except SlackApiError as error:
                logger.info("%s cannot be looked at: %s", channel, error.response.get("error"))

    async def keep_channels(self, every: float = REFRESH_SECONDS) -> None:
        """Learn names once and look at the channels of reports until cancelled."""
        learnt = False
        while True:
            try:
                if not learnt:
                    await self.learn_channels()
                    learnt = True
                await self.refresh_channels()
            except FAILURES as error:
                logger.warning("channels could not be looked at: %s", type(error).__name__)
            except Exception:  # Whatever it was: without this, reports would soon show nobody's records.
                logger.exception("channels could not be looked at")
            await asyncio.sleep(every)

    async def somebody_moved(self, channel: str, user: str) -> None:
        """Somebody came or went: what was kept about the channel holds no longer."""
        self._scopes.pop(channel, None)
        self._names.pop(channel, None)
        own = await self.own()
        if user != own.user and not await self._in_thread(self._is_kept, channel):
            return
        try:
            await self.look_at(channel)
        except SlackApiError as error:
            # It was us who left, or the channel is gone: then nobody's records are shown there.
            logger.info("%s cannot be looked at: %s", channel, error.response.get("error"))
            await self._in_thread(self._forget_members, channel)

    def forget_user(self, user: str) -> None:
        self._users.pop(user, None)

    async def _user(self, user: str) -> SlackUser:
        kept = self._users.get(user)
        now = self._monotonic()
        if kept is not None and kept[0] >= now:
            return kept[1]
        own = await self.own()
        try:
            said = await self._client.users_info(user=user, include_locale=True)
        except SlackApiError as error:
            if error.response.get("error") not in {"user_not_found", "user_not_visible"}:
                raise
            return SlackUser(user, is_full_member=False)
        found = _slack_user(said["user"], own.team)
        self._users[user] = (now + USER_SECONDS, found)
        return found

    def _actor(self, user: SlackUser, language: str) -> Actor | None:
        person = self._known(user)
        if person is None:
            person = self._by_email(user)
        if person is None:
            return None
        with self._assistant.database.session() as session:
            if not person.is_active(get_organisation(session).day_of(self._assistant.clock())):
                return None
            actor = get_actor(session, person)
        zone = actor.zone if person.zone else _zone(user.zone) or actor.zone
        return replace(actor, zone=zone, language=person.locale or language or user.locale.split("-")[0] or "en")

    def _known(self, user: SlackUser) -> Person | None:
        with self._assistant.database.session() as session:
            return get_person_by_slack_id(session, user.id)

    def _by_email(self, user: SlackUser) -> Person | None:
        """Somebody who is nobody else in Slack yet; the id is kept, so that a changed address changes nothing."""
        if not user.email:
            return None
        with self._assistant.database.writing() as session:
            person = get_person_by_email(session, user.email)
            if person is None or person.slack_id is not None:
                return None
            person.slack_id = user.id
            session.add(person)
            return person

    async def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        while True:
            said = await self._client.conversations_members(channel=channel, limit=1000, cursor=cursor)
            members += said["members"]
            cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return members

    async def _people(self, members: Iterable[str]) -> tuple[set[int], int]:
        """Ids of the people among the members, and how many of the others are strangers; bots do not count."""
        own = await self.own()
        known, unknown = await self._in_thread(self._split, [member for member in members if member != own.user])
        if len(unknown) > MOST_STRANGERS:
            return known, len(unknown)
        strangers = 0
        for user in await asyncio.gather(*map(self._user, unknown)):
            if user.is_bot:
                continue
            try:
                known.add((await self.actor(user.id)).id)
            except NotAllowed:
                strangers += 1
        return known, strangers

    def _split(self, users: Iterable[str]) -> tuple[set[int], list[str]]:
        known, unknown = set(), []
        with self._assistant.database.session() as session:
            for user in users:
                person = get_person_by_slack_id(session, user)
                if person is None or person.id is None:
                    unknown.append(user)
                else:
                    known.add(person.id)
        return known, unknown

    def _kept_members(self, channel: str, name: str, people: set[int], strangers: int) -> Scope:
        """What all of them may read; leavers who still listen may read nothing."""
        now = self._assistant.clock()
        with self._assistant.database.writing() as session:
            set_channel_members(session, channel, name, people, strangers=strangers, now=now)
            organisation = get_organisation(session)
            scope = NOBODY if strangers else Scope.everybody()
            for person_id in people:
                person = session.get(Person, person_id)
                active = person is not None and person.is_active(organisation.day_of(now))
                scope &= rights_of(session, person, organisation).read if person and active else NOBODY
        return scope

    def _forget_members(self, channel: str) -> None:
        with self._assistant.database.writing() as session:
            if (kept := get_channel(session, channel)) is not None:
                set_channel_members(session, channel, kept.name, (), strangers=0, now=self._assistant.clock())

    def _keep_names(self, names: Mapping[str, str]) -> None:
        with self._assistant.database.writing() as session:
            for channel, name in names.items():
                set_channel(session, channel, name)

    def _stale_channels(self) -> list[str]:
        with self._assistant.database.session() as session:
            return list(list_channels_to_refresh(session, self._assistant.clock() - STALE_AFTER))

    def _is_kept(self, channel: str) -> bool:
        with self._assistant.database.session() as session:
            kept = get_channel(session, channel)
            return kept is not None and kept.refreshed_at is not None

    def _sees_all_of(self, scope: Scope, person_id: int) -> bool:
        with self._assistant.database.session() as session:
            person = session.get(Person, person_id)
            return person is not None and scope.includes(rights_of(session, person, get_organisation(session)).read)

    async def _name(self, channel: str) -> str:
        if channel not in self._names:
            said = await self._client.conversations_info(channel=channel)
            name = said["channel"].get("name")
            self._names[channel] = f"#{name}" if name else ""
        return self._names[channel]

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *args, **kwargs))


def _slack_user(said: dict[str, Any], team: str) -> SlackUser:
    profile = said.get("profile") or {}
    away = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "is_invited_user")
    confirmed = said.get("is_email_confirmed", True)
    return SlackUser(
        id=str(said["id"]),
        email=str(profile.get("email") or "") if confirmed else "",
        zone=str(said.get("tz") or ""),
        locale=str(said.get("locale") or ""),
        is_bot=bool(said.get("is_bot")) or said["id"] == "USLACKBOT",
        is_full_member=not any(said.get(flag) for flag in away) and said.get("team_id", team) == team,
    )


def _language(words: str) -> str:
    """The language that somebody writes in; "" where there are no words to tell."""
    if any("\u4e00" <= character <= "\u9fff" for character in words):
        return "zh"
    return "en" if any(character.isalpha() for character in words) else ""


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError):
        return ""
