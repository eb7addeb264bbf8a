"""What is owed arrives once, whatever happens on the way."""

import asyncio
import datetime as dt

import pytest
from aiohttp import ServerDisconnectedError
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from bot.delivery import MOST_ATTEMPTS
from bot.posting import Poster
from bot.views.drawing import Drawing, Json
from skills.answer import Answer
from skills.text import text
from store.models import Delivery as State
from store.models import OutboxMessage, Person
from store.outbox import add_message, list_due, mark_sending
from tests.bot.slack_bot import IDS, Bot
from tests.skills.company import NOW


def owe(bot: Bot, key: str = "1:2026-11-18:C0TEAM", *, channel: str = "C0TEAM", person: str = "Dana") -> bool:
    answer = Answer(headline=text("The leaderboard of {key}", key=key))
    with bot.company.database.writing() as session:
        return add_message(
            session,
            key,
            answer=answer.model_dump_json(),
            due_at=NOW,
            person_id=bot.company.people[person],
            channel=channel,
        )


def row(bot: Bot, key: str = "1:2026-11-18:C0TEAM") -> OutboxMessage:
    with bot.company.database.session() as session:
        return session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def known(bot: Bot, name: str) -> None:
    with bot.company.database.writing() as session:
        person = session.get(Person, bot.company.people[name])
        assert person is not None
        person.slack_id = IDS[name.lower()]
        session.add(person)


async def test_what_is_owed_is_posted_once_and_marked(bot: Bot) -> None:
    assert owe(bot)
    assert not owe(bot), "the same key is owed once"
    assert await bot.delivery.deliver() == 1
    assert await bot.delivery.deliver() == 0
    (posted,) = bot.workspace.messages("#team")
    assert "The leaderboard" in posted.as_text()
    kept = row(bot)
    assert (kept.status, kept.ts, kept.attempts) == (State.SENT, posted.ts, 1)


async def test_without_a_channel_it_goes_to_the_person(bot: Bot) -> None:
    known(bot, "Dana")
    owe(bot, "dm", channel="")
    assert await bot.delivery.deliver() == 1
    assert "The leaderboard" in bot.workspace.messages(bot.person("dana").direct_channel)[0].as_text()


async def test_a_channel_chosen_by_name_is_found_once_it_is_known(bot: Bot) -> None:
    await bot.desk.identity.learn_channels()
    owe(bot, "named", channel="#team")
    assert await bot.delivery.deliver() == 1
    assert bot.workspace.calls("chat.postMessage")[-1].arguments["channel"] == "C0TEAM"


async def test_what_is_due_later_waits(bot: Bot) -> None:
    bot.time.now = NOW - dt.timedelta(minutes=1)
    owe(bot)
    assert await bot.delivery.deliver() == 0
    bot.time.advance(60)
    assert await bot.delivery.deliver() == 1


async def test_two_processes_send_it_once(bot: Bot) -> None:
    owe(bot)
    with bot.company.database.session() as session:
        (seen,) = list_due(session, NOW)
    with bot.company.database.writing() as session:
        assert mark_sending(session, seen, NOW)
    with bot.company.database.writing() as session:
        assert not mark_sending(session, seen, NOW)


async def test_what_slack_puts_off_is_sent_later(bot: Bot) -> None:
    owe(bot)
    bot.workspace.faults.fail("chat.postMessage", "ratelimited")
    assert await bot.delivery.deliver() == 0
    assert row(bot).status == State.WAITING
    assert row(bot).not_before > bot.time.now
    assert await bot.delivery.deliver() == 0, "not before its time"
    bot.time.advance(3600)
    assert await bot.delivery.deliver() == 1


@pytest.mark.parametrize(
    ("channel", "reason"), [("C0OLD", "is_archived"), ("C0AWAY", "not_in_channel"), ("C0GONE", "channel_not_found")]
)
async def test_what_can_never_be_sent_is_marked_and_its_owner_told(bot: Bot, channel: str, reason: str) -> None:
    known(bot, "Dana")
    owe(bot, "hopeless", channel=channel)
    assert await bot.delivery.deliver() == 0
    kept = row(bot, "hopeless")
    assert (kept.status, kept.error) == (State.FAILED, reason)
    (told,) = bot.workspace.messages(bot.person("dana").direct_channel)
    assert "could not post your report" in told.as_text()
    bot.time.advance(86400)
    assert await bot.delivery.deliver() == 0


async def test_nobody_in_slack_to_send_it_to_is_hopeless(bot: Bot) -> None:
    owe(bot, "dm", channel="", person="Dana")
    assert await bot.delivery.deliver() == 0
    assert row(bot, "dm").error == "no_slack_id"


async def test_one_that_cannot_be_sent_does_not_hold_up_the_others(bot: Bot) -> None:
    owe(bot, "a", channel="C0OLD")
    owe(bot, "b")
    assert await bot.delivery.deliver() == 1


class CrashError(BaseException):
    """The process ends here."""


class Crashing(Poster):
    """Ends before or after the message is in Slack."""

    def __init__(self, bot: Bot, *, after: bool) -> None:
        super().__init__(bot.client)
        self._after = after

    async def post(self, drawing: Drawing, channel: str, thread: str = "", metadata: Json | None = None) -> str:
        if self._after:
            await super().post(drawing, channel, thread, metadata)
        raise CrashError


@pytest.mark.parametrize("after", [True, False], ids=["between post and mark", "before the post"])
@pytest.mark.parametrize("direct", [True, False], ids=["direct", "channel"])
async def test_a_crash_neither_loses_nor_doubles_it(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, after: bool, direct: bool
) -> None:
    known(bot, "Dana")
    owe(bot, "once", channel="" if direct else "C0TEAM")
    with monkeypatch.context() as patched:
        patched.setattr(bot.delivery, "_poster", Crashing(bot, after=after))
        with pytest.raises(CrashError):
            await bot.delivery.deliver()
    assert row(bot, "once").status == State.SENDING
    assert await bot.delivery.recover() == 0, "its sender may still be at work"
    bot.time.advance(600)
    assert await bot.delivery.recover() == 1
    await bot.delivery.deliver()
    place = bot.person("dana").direct_channel if direct else "#team"
    assert len(bot.workspace.messages(place)) == 1
    assert row(bot, "once").status == State.SENT
    assert row(bot, "once").ts == bot.workspace.messages(place)[0].ts


async def test_a_channel_that_cannot_be_searched_just_now_is_searched_again(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(bot, "once")
    with monkeypatch.context() as patched:
        patched.setattr(bot.delivery, "_poster", Crashing(bot, after=True))
        with pytest.raises(CrashError):
            await bot.delivery.deliver()
    bot.time.advance(600)
    bot.workspace.faults.fail("conversations.history", "fatal_error")
    await bot.delivery.recover()
    assert row(bot, "once").status == State.SENDING
    bot.time.advance(600)
    await bot.delivery.recover()
    assert row(bot, "once").status == State.SENT
    assert len(bot.workspace.messages("#team")) == 1


async def test_the_loop_outlives_a_bad_round(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    done = asyncio.Event()

    async def failing() -> int:
        rounds.append(1)
        if len(rounds) > 2:
            done.set()
        raise SlackApiError("x", {"error": "fatal_error"})  # type: ignore[no-untyped-call]

    monkeypatch.setattr(bot.delivery, "deliver", failing)
    task = asyncio.create_task(bot.delivery.run(every=0))
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()
    assert len(rounds) >= 3


class Losing(Poster):
    """Slack takes the message, and its answer is lost; or does not take it, and says nothing either."""

    def __init__(self, bot: Bot, error: Exception, *, arrives: bool) -> None:
        super().__init__(bot.client)
        self._error = error
        self._arrives = arrives

    async def post(self, drawing: Drawing, channel: str, thread: str = "", metadata: Json | None = None) -> str:
        if self._arrives:
            await super().post(drawing, channel, thread, metadata)
        raise self._error


@pytest.mark.parametrize("arrives", [True, False], ids=["posted", "not posted"])
@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ServerDisconnectedError(),
        ConnectionResetError(),
        SlackApiError("x", {"error": "internal_error"}),  # type: ignore[no-untyped-call]
        SlackApiError("x", {}),  # type: ignore[no-untyped-call]
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_lost_answer_neither_loses_nor_doubles_it(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, error: Exception, arrives: bool
) -> None:
    owe(bot, "once")
    with monkeypatch.context() as patched:
        patched.setattr(bot.delivery, "_poster", Losing(bot, error, arrives=arrives))
        assert await bot.delivery.deliver() == 0
    for _ in range(3):
        bot.time.advance(600)
        await bot.delivery.recover()
        await bot.delivery.deliver()
    assert len(bot.workspace.messages("#team")) == 1
    assert row(bot, "once").status == State.SENT


async def test_the_client_that_delivers_asks_only_once(bot: Bot) -> None:
    assert not bot.delivery_client.retry_handlers


async def test_one_that_cannot_be_read_holds_up_no_other(bot: Bot) -> None:
    owe(bot, "first")
    owe(bot, "second")
    with bot.company.database.writing() as session:
        session.exec(select(OutboxMessage).where(OutboxMessage.key == "first")).one().answer = '{"of": "a newer one"}'
    assert await bot.delivery.deliver() == 1
    assert row(bot, "second").status == State.SENT
    for _ in range(MOST_ATTEMPTS):
        bot.time.advance(3600)
        await bot.delivery.recover()
        await bot.delivery.deliver()
    assert row(bot, "first").status == State.FAILED


@pytest.mark.parametrize("word", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_what_an_administrator_mends_is_sent_then(bot: Bot, word: str) -> None:
    owe(bot)
    bot.workspace.faults.fail("chat.postMessage", word)
    assert await bot.delivery.deliver() == 0
    bot.time.advance(3600)
    assert await bot.delivery.deliver() == 1


async def test_a_clock_that_is_ahead_of_slack_s_doubles_nothing(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    owe(bot, "once")
    with monkeypatch.context() as patched:
        patched.setattr(bot.delivery, "_poster", Crashing(bot, after=True))
        with pytest.raises(CrashError):
            await bot.delivery.deliver()
    (posted,) = bot.workspace.messages("#team")
    ahead = dt.datetime.fromtimestamp(float(posted.ts), dt.UTC) + dt.timedelta(minutes=2)
    with bot.company.database.writing() as session:
        session.exec(select(OutboxMessage).where(OutboxMessage.key == "once")).one().due_at = ahead
    bot.time.advance(600)
    await bot.delivery.recover()
    await bot.delivery.deliver()
    assert len(bot.workspace.messages("#team")) == 1


async def test_what_a_channel_may_see_is_looked_after_in_spite_of_bad_rounds(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = bot.desk.identity
    rounds: list[Exception] = []
    done = asyncio.Event()
    problems = iter([OperationalError("SELECT", {}, Exception("locked")), ServerDisconnectedError(), KeyError("name")])

    async def failing() -> None:
        problem = next(problems, None)
        if problem is None:
            done.set()
            return
        rounds.append(problem)
        raise problem

    monkeypatch.setattr(identity, "refresh_channels", failing)
    task = asyncio.create_task(identity.keep_channels(every=0))
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()
    assert len(rounds) == 3
