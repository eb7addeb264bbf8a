"""`python -m bot [run | say | replay | manifest | doctor | demo]`: everything is built here, once, and handed over."""

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import BotSettings, SlackSettings
from store.clock import utc_now
from store.settings import StoreSettings

if TYPE_CHECKING:
    from slack_bolt.app.async_app import AsyncApp
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from bot.understanding import Understanding
    from skills.runner import Assistant

logger = logging.getLogger("bot")

Clock = Callable[[], dt.datetime]
LIBRARIES = ("slack_bolt", "slack_sdk", "bot.slack", "aiohttp", "httpx", "chromadb", "alembic")
"""What logs more than anybody reads; warnings still come through."""


SLACK_SECONDS = 30.0
"""How long one call to Slack may take."""
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
"""Seconds between attempts to reach Slack at the start; starting over and over would be worse for both."""
FINISH_WITHIN = 10.0
"""Seconds in which what was asked before a stop is still answered."""


class SetUpError(Exception):
    """Something must be set up first; the message is a sentence for the person at the terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 with a sentence on stderr, 130 interrupted."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Playmaker in Slack.")
    parser.set_defaults(run=_run)
    commands = parser.add_subparsers(metavar="COMMAND")
    run = commands.add_parser("run", help="connect to Slack and work (this is also what happens without a command)")
    run.set_defaults(run=_run)
    say = commands.add_parser("say", help="one message through everything except Slack")
    say.add_argument("text", metavar="TEXT")
    say.add_argument("--as", dest="who", required=True, metavar="EMAIL-OR-NAME", help="who says it")
    say.add_argument("--in", dest="channel", metavar="CHANNEL", help="where; a direct message when left out")
    say.add_argument("--thread", metavar="ID", help="keeps the conversation between calls")
    say.add_argument(
        "--at",
        type=dt.datetime.fromisoformat,
        metavar="ISO-TIME",
        help="what the clock shows (the organisation's, unless it names a zone)",
    )
    say.add_argument("--json", action="store_true", help="for scripts")
    say.set_defaults(run=_say)
    replay = commands.add_parser("replay", help="many messages, one JSON object a line")
    replay.add_argument("file", type=Path, metavar="FILE.jsonl")
    replay.set_defaults(run=_replay)
    manifest = commands.add_parser("manifest", help="the Slack app's manifest, derived from what the bot does")
    manifest.add_argument("--url", default="", metavar="URL", help="request URL for HTTP; Socket Mode when left out")
    manifest.set_defaults(run=_manifest)
    doctor = commands.add_parser("doctor", help="what is wrong with this installation")
    doctor.set_defaults(run=_doctor)
    demo = commands.add_parser("demo", help="the whole product on this machine, with a made-up company")
    demo.add_argument("--port", type=int, metavar="N", help="port of the page")
    demo.add_argument("--day", type=dt.date.fromisoformat, metavar="ISO-DATE", help="the day it is for the company")
    demo.set_defaults(run=_demo)
    return parser


@contextlib.contextmanager
def built(clock: Clock) -> Iterator["Assistant"]:
    """The assistant with its database and knowledge base, closed at the end.

    Raises `SetUpError` where the database cannot be opened. An empty or older one is brought to the newest revision.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from knowledge_base import KnowledgeBase, KnowledgeSettings
    from skills.catalog import CATALOG
    from skills.runner import Assistant
    from store.engine import Database

    database = Database(StoreSettings().database)
    try:
        try:
            if not database.is_current():
                print("Bringing the database to the newest revision.", file=sys.stderr)
                database.migrate()
        except (SQLAlchemyError, OSError) as error:
            logger.debug("the database does not open", exc_info=error)
            raise SetUpError(
                "The database does not open. Check PLAYMAKER_DATABASE_URL, and that the folder can be written to."
            ) from error
        with KnowledgeBase.open(KnowledgeSettings(), clock) as knowledge:
            yield Assistant(database, knowledge, CATALOG, clock)
    finally:
        database.close()


def _run(_: argparse.Namespace) -> int:
    slack = SlackSettings()
    if not slack.bot_token.get_secret_value():
        raise SetUpError("SLACK_BOT_TOKEN is not set. `python -m bot doctor` says what is missing.")
    if not slack.app_token.get_secret_value() and not slack.signing_secret.get_secret_value():
        raise SetUpError(
            "Set SLACK_APP_TOKEN for Socket Mode or SLACK_SIGNING_SECRET for HTTP; `python -m bot doctor` says more."
        )
    settings = BotSettings()
    with built(utc_now) as assistant, ThreadPoolExecutor(settings.workers, "work") as executor:
        return asyncio.run(_serve(assistant, slack, settings, executor))


async def _serve(
    assistant: "Assistant", slack: SlackSettings, settings: BotSettings, executor: ThreadPoolExecutor
) -> int:
    """Listen and deliver until told to stop."""
    import aiohttp
    from slack_sdk.errors import SlackApiError

    from bot.app import create_app, create_client, create_desk
    from bot.delivery import Delivery
    from bot.posting import Poster, slack_word
    from bot.publishing import Publisher
    from knowledge_base import KnowledgeSettings
    from knowledge_base.uploads import Playbook

    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    understanding = _understanding(assistant, settings)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_SECONDS)) as session:
        client = create_client(slack, session)
        token = slack.app_token.get_secret_value()
        try:
            said = await _answered(client.auth_test, stop)
            opened = await _answered(partial(client.apps_connections_open, app_token=token), stop) if token else None
        except SlackApiError as error:
            logger.error("Slack does not let us in (%s); `python -m bot doctor` says more", slack_word(error))
            return 1
        if said is None or stop.is_set():
            return 0
        playbook = Playbook(KnowledgeSettings().home, assistant.knowledge)
        desk = create_desk(assistant, understanding, settings, client=client, executor=executor, playbook=playbook)
        app = create_app(desk, slack, settings)
        executor.submit(_warm, assistant)
        delivery = Delivery(
            assistant.database, Poster(create_client(slack, session, tries=1)), assistant.clock, executor
        )
        beside = [
            asyncio.create_task(delivery.run()),
            asyncio.create_task(desk.identity.keep_channels()),
            asyncio.create_task(Publisher(assistant, playbook, executor).run()),
        ]
        try:
            async with _listening(app, slack, settings, str(opened["url"]) if opened else "", stop):
                if not stop.is_set():
                    logger.info("working as %s in %s", said["user"], said["team"])
                await stop.wait()
        finally:
            logger.info("stopping")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(desk.idle(), FINISH_WITHIN)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
    return 0


async def _answered(
    ask: Callable[[], Awaitable["AsyncSlackResponse"]], stop: asyncio.Event
) -> "AsyncSlackResponse | None":
    """What Slack says, asked until it answers; None when stopped before. Raises `SlackApiError` where it says no."""
    from slack_sdk.errors import SlackApiError

    from bot.posting import DOUBTFUL, FAILURES, slack_word

    wait = FIRST_WAIT
    while not stop.is_set():
        try:
            return await ask()
        except FAILURES as error:
            word = slack_word(error)
            if isinstance(error, SlackApiError) and word not in {*DOUBTFUL, "ratelimited", SlackApiError.__name__}:
                raise
        logger.warning("Slack does not answer (%s); trying again in %d seconds", word, wait)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
        wait = min(wait * 2, LONGEST_WAIT)
    return None


@contextlib.asynccontextmanager
async def _listening(
    app: "AsyncApp", slack: SlackSettings, settings: BotSettings, url: str, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Socket Mode at `url` where there is an app token, else signed requests over HTTP."""
    if token := slack.app_token.get_secret_value():
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

        handler = AsyncSocketModeHandler(app, token)
        if slack.is_local:
            handler.client.proxy = None
        handler.client.wss_uri = url
        # It tries until it is connected, and only then hears of anything else.
        tasks = [asyncio.ensure_future(handler.connect_async()), asyncio.create_task(stop.wait())]  # type: ignore[no-untyped-call]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await handler.close_async()  # type: ignore[no-untyped-call]
        return
    from aiohttp import web

    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    logger.info("listening on port %d, path /slack/events", settings.port)
    try:
        yield
    finally:
        await runner.cleanup()


def _understanding(assistant: "Assistant", settings: BotSettings) -> "Understanding":
    """By rules and examples, and with the language model if one is configured."""
    from bot.understanding import ModelRoute, Understanding

    return Understanding(assistant, ModelRoute.named(assistant.skills, settings.model) if settings.model else None)


def _warm(assistant: "Assistant") -> None:
    """Load what the first question to the playbook would wait for."""
    from knowledge_base import KnowledgeError

    try:
        assistant.knowledge.warm()
    except (KnowledgeError, OSError) as error:
        logger.warning("the knowledge base is not ready: %s", type(error).__name__)


def _manifest(options: argparse.Namespace) -> int:
    from bot.manifest import get_manifest
    from skills.catalog import CATALOG

    print(json.dumps(get_manifest(CATALOG, BotSettings(), request_url=options.url), indent=2, ensure_ascii=False))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from bot.doctor import list_findings
    from knowledge_base import KnowledgeBase, KnowledgeSettings
    from store.engine import Database

    database = Database(StoreSettings().database)
    try:
        findings = list_findings(
            SlackSettings(), database, lambda: KnowledgeBase.open(KnowledgeSettings(), utc_now), utc_now
        )
    finally:
        database.close()
    for finding in findings:
        print(finding)
    wrong = sum(not finding.good and finding.must for finding in findings)
    print("\nAll is well." if not wrong else f"\n{wrong} to fix.")
    return 1 if wrong else 0


def _demo(options: argparse.Namespace) -> int:
    from rich.console import Console

    from bot.demo import run_demo

    home = StoreSettings().home / "demo"
    return run_demo(home, clock=utc_now, day=options.day, port=options.port, console=Console())


def _say(options: argparse.Namespace) -> int:
    from bot.say import SayError, SetClock, say

    clock = SetClock(utc_now)
    with built(clock) as assistant:
        try:
            reply = say(
                assistant,
                _understanding(assistant, BotSettings()),
                clock,
                who=options.who,
                words=options.text,
                channel=options.channel,
                thread=options.thread,
                at=options.at,
            )
        except SayError as error:
            raise SetUpError(*error.args) from error
    print(json.dumps(reply, ensure_ascii=False) if options.json else reply["text"])
    return 0


def _replay(options: argparse.Namespace) -> int:
    from bot.say import SetClock, replay

    clock = SetClock(utc_now)
    try:
        lines = options.file.open(encoding="utf-8-sig")
    except OSError as error:
        raise SetUpError(f"{options.file} cannot be read: {error.strerror}.") from error
    with lines, built(clock) as assistant:
        for reply in replay(assistant, _understanding(assistant, BotSettings()), clock, lines):
            print(json.dumps(reply, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
