"""What is owed, to Slack: every message in the outbox is sent once, in spite of crashes on the way."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import ParamSpec, TypeVar

from aiohttp import ClientConnectorError
from slack_sdk.errors import SlackApiError

from bot.posting import DOUBTFUL, EVENT_TYPE, FAILURES, Poster, retry_after, slack_word
from bot.views.answer import draw_answer
from skills.answer import Answer
from skills.language import get_language
from skills.text import text
from store.channels import get_channel_by_name
from store.engine import Database
from store.inbound import remove_claims
from store.models import OutboxMessage, Person
from store.outbox import (
    list_abandoned,
    list_due,
    mark_failed,
    mark_reclaimed,
    mark_sending,
    mark_sent,
    mark_waiting,
)

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

ABANDONED_AFTER = dt.timedelta(minutes=3)
"""Longer than a post with all its retries takes: whoever claimed it is gone."""
BACKOFF = dt.timedelta(seconds=10)
LONGEST_BACKOFF = dt.timedelta(minutes=15)
MOST_ATTEMPTS = 30
CLOCKS_APART = dt.timedelta(minutes=10)
"""How much this machine's clock may be ahead of Slack's."""
LOOKED_BACK = 200
"""Messages of a channel's history that are searched for one that may have been posted before a crash."""
KEEP_CLAIMS = dt.timedelta(days=7)

HOPELESS = frozenset(
    {
        "cannot_dm_bot",
        "channel_is_limited_access",
        "channel_not_found",
        "invalid_channel",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "restricted_action",
        "user_disabled",
        "user_not_found",
    }
)
"""Slack's words for what will not get better by trying again; a token that is refused will be mended."""

Clock = Callable[[], dt.datetime]


class HopelessError(Exception):
    """It can never be sent; `reason` is Slack's word for why, or ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Delivery:
    """Claims a row, posts it, marks it. The row says "sending" before the call, so that a crash leaves its trace."""

    def __init__(self, database: Database, poster: Poster, clock: Clock, executor: Executor) -> None:
        self._database = database
        self._poster = poster
        self._clock = clock
        self._executor = executor

    async def run(self, every: float = 1.0) -> None:
        """Deliver until cancelled, looking every few seconds."""
        looked_after = dt.datetime.min.replace(tzinfo=dt.UTC)
        while True:
            try:
                await self.recover()
                await self.deliver()
                if self._clock() - looked_after > dt.timedelta(hours=1):
                    looked_after = self._clock()
                    await self._in_thread(self._forget_claims)
            except Exception:
                logger.exception("a round of deliveries failed")
            await asyncio.sleep(every)

    async def deliver(self) -> int:
        """Send what is due now; returns how many messages were posted."""
        sent = 0
        for message in await self._in_thread(self._due):
            claimed = await self._in_thread(self._claim, message)
            if claimed is not None:
                sent += await self._send(claimed)
        return sent

    async def recover(self) -> int:
        """Look after messages that somebody began to send and never marked; returns how many there were.

        One that stands in the channel is marked as sent, another one waits again.
        """
        abandoned = await self._in_thread(self._abandoned)
        for message in abandoned:
            claimed = await self._in_thread(self._reclaim, message)
            if claimed is None:
                continue
            try:
                ts = await self._find(claimed)
            except HopelessError as problem:
                await self._give_up(claimed, problem.reason)
            except FAILURES as error:
                logger.warning("message %s could not be looked up: %s", claimed.key, slack_word(error))
            else:
                if ts is None and claimed.attempts >= MOST_ATTEMPTS:
                    await self._give_up(claimed, claimed.error or "no_answer")
                else:
                    await self._in_thread(self._mark_found, claimed, ts)
        return len(abandoned)

    async def _send(self, message: OutboxMessage) -> bool:
        try:
            person = await self._in_thread(self._person, message.person_id)
            channel = await self._channel(message, person)
            language = get_language(person.locale if person and person.locale else "en")
            drawing = draw_answer(Answer.model_validate_json(message.answer), language)
        except HopelessError as problem:
            await self._give_up(message, problem.reason)
            return False
        except FAILURES as error:
            await self._put_off(message, error)
            return False
        except Exception as error:  # One that cannot be read or drawn must not hold up the others.
            logger.exception("message %s cannot be shown", message.key)
            await self._put_off(message, error)
            return False
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}}
        try:
            ts = await self._poster.post(drawing, channel, metadata=metadata)
        except FAILURES as error:
            if _may_have_arrived(error):
                # It keeps its "sending": `recover` looks for it in the channel before it is sent again.
                logger.warning("message %s: no answer (%s); it is looked for", message.key, slack_word(error))
            else:
                await self._put_off(message, error)
            return False
        await self._in_thread(self._mark_sent, message, ts)
        return True

    async def _put_off(self, message: OutboxMessage, error: Exception) -> None:
        word = slack_word(error)
        if word in HOPELESS or message.attempts >= MOST_ATTEMPTS:
            await self._give_up(message, word)
            return
        wait = min(BACKOFF * 2 ** min(message.attempts, 10), LONGEST_BACKOFF)
        if isinstance(error, SlackApiError) and word == "ratelimited":
            wait = dt.timedelta(seconds=retry_after(error))
        logger.info("message %s waits again: %s", message.key, word)
        await self._in_thread(self._mark_waiting, message, self._clock() + wait, word)

    async def _give_up(self, message: OutboxMessage, reason: str) -> None:
        """Mark it as failed, and tell the person on whose behalf it was to be sent."""
        logger.warning("message %s is given up: %s", message.key, reason)
        await self._in_thread(self._mark_failed, message, reason)
        person = await self._in_thread(self._person, message.person_id)
        if person is None or not person.slack_id or not message.channel:
            return
        language = get_language(person.locale or "en")
        try:
            await self._poster.post(draw_answer(_apology(message, reason), language), person.slack_id)
        except FAILURES as error:
            logger.warning("the owner of message %s could not be told: %s", message.key, slack_word(error))

    async def _channel(self, message: OutboxMessage, person: Person | None) -> str:
        """Where it goes; a direct message needs its channel, which is opened when there is none."""
        if message.channel:
            return await self._in_thread(self._id_of, message.channel)
        if person is None or not person.slack_id:
            raise HopelessError("no_slack_id")
        try:
            opened = await self._poster.client.conversations_open(users=person.slack_id)
        except SlackApiError as error:
            if slack_word(error) in HOPELESS:
                raise HopelessError(slack_word(error)) from error
            raise
        return str(opened["channel"]["id"])

    async def _find(self, message: OutboxMessage) -> str | None:
        """The ts of the message where it was posted already, by the key in its metadata."""
        channel = await self._channel(message, await self._in_thread(self._person, message.person_id))
        cursor = ""
        for _ in range(LOOKED_BACK // 100):
            try:
                said = await self._poster.client.conversations_history(
                    channel=channel,
                    oldest=str((message.due_at - CLOCKS_APART).timestamp()),
                    limit=100,
                    cursor=cursor or None,
                    include_all_metadata=True,
                )
            except SlackApiError as error:
                if slack_word(error) in HOPELESS:
                    raise HopelessError(slack_word(error)) from error
                raise
            for shown in said["messages"]:
                metadata = shown.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == EVENT_TYPE and payload.get("key") == message.key:
                    return str(shown["ts"])
            cursor = (said.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return None

    # Blocking, on a worker

    def _due(self) -> list[OutboxMessage]:
        with self._database.session() as session:
            return list(list_due(session, self._clock()))

    def _abandoned(self) -> list[OutboxMessage]:
        with self._database.session() as session:
            return list(list_abandoned(session, self._clock() - ABANDONED_AFTER))

    def _claim(self, message: OutboxMessage) -> OutboxMessage | None:
        with self._database.writing() as session:
            claimed = mark_sending(session, message, self._clock())
            return session.get(OutboxMessage, message.id) if claimed else None

    def _reclaim(self, message: OutboxMessage) -> OutboxMessage | None:
        with self._database.writing() as session:
            claimed = mark_reclaimed(session, message, self._clock())
            return session.get(OutboxMessage, message.id) if claimed else None

    def _person(self, person_id: int | None) -> Person | None:
        with self._database.session() as session:
            return session.get(Person, person_id) if person_id else None

    def _id_of(self, channel: str) -> str:
        """The Slack id of a channel of which only the name was known when it was chosen."""
        if not channel.startswith("#"):
            return channel
        with self._database.session() as session:
            known = get_channel_by_name(session, channel)
            return known.id if known else channel

    def _mark_sent(self, message: OutboxMessage, ts: str) -> None:
        with self._database.writing() as session:
            mark_sent(session, message, ts, self._clock())

    def _mark_waiting(self, message: OutboxMessage, not_before: dt.datetime, word: str) -> None:
        with self._database.writing() as session:
            mark_waiting(session, message, not_before, word)

    def _mark_failed(self, message: OutboxMessage, reason: str) -> None:
        with self._database.writing() as session:
            mark_failed(session, message, reason)

    def _mark_found(self, message: OutboxMessage, ts: str | None) -> None:
        with self._database.writing() as session:
            if ts is not None:
                mark_sent(session, message, ts, self._clock())
            else:
                mark_waiting(session, message, self._clock())

    def _forget_claims(self) -> None:
        with self._database.writing() as session:
            remove_claims(session, self._clock() - KEEP_CLAIMS)

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *args, **kwargs))


def _may_have_arrived(error: Exception) -> bool:
    """Whether Slack may have done what was asked: unless it said no, or was not reached at all."""
    if isinstance(error, SlackApiError):
        return slack_word(error) in {*DOUBTFUL, SlackApiError.__name__}
    return not isinstance(error, ClientConnectorError)


REASONS = {
    "channel_not_found": text("I can't see that channel any more."),
    "is_archived": text("The channel is archived."),
    "not_in_channel": text("I am not in that channel. Invite me there, and it will work next time."),
    "restricted_action": text("The channel does not let me post."),
}


def _apology(message: OutboxMessage, reason: str) -> Answer:
    why = REASONS.get(reason) or text("Slack does not let me post there ({reason}).", reason=reason)
    return Answer(
        headline=text("I could not post your report in {channel}.", channel=message.channel),
        notes=(why, text("Change or stop it with “my reports”.")),
        private=True,
    )
