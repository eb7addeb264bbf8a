"""The Slack app, made from what it is given."""

import logging
import time
from concurrent.futures import Executor

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.identity import Identity
from bot.listeners import register
from bot.listeners.desk import Desk, Understanding
from bot.posting import Poster
from bot.settings import BotSettings, SlackSettings
from knowledge_base.uploads import Playbook
from skills.runner import Assistant

TRIES = 3


def create_client(slack: SlackSettings, session: aiohttp.ClientSession, *, tries: int = TRIES) -> AsyncWebClient:
    """A client for Slack's Web API; what fails in passing is tried again, as Slack asks.

    With `tries=1` the caller is told at once: a post whose answer is lost may stand there, and again would be twice.
    """
    client = AsyncWebClient(
        token=slack.bot_token.get_secret_value(),
        base_url=slack.api_url,
        session=session,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=tries - 1),
            AsyncRateLimitErrorRetryHandler(max_retry_count=tries - 1),
            AsyncServerErrorRetryHandler(max_retry_count=tries - 1),
        ]
        if tries > 1
        else [],
    )
    if slack.is_local:
        # The client takes a proxy from the environment even for this machine.
        client.proxy = None
    return client


def create_desk(
    assistant: Assistant,
    understanding: Understanding,
    settings: BotSettings,
    *,
    client: AsyncWebClient,
    executor: Executor,
    playbook: Playbook | None = None,
) -> Desk:
    """What every listener works through. Blocking work runs on `executor`: its size bounds how much is done at once.

    `playbook` keeps files that people drop; without it none are taken.
    """
    identity = Identity(assistant, client, executor, time.monotonic)
    return Desk(assistant, understanding, identity, Poster(client), executor, settings.status_after, playbook)


def create_app(desk: Desk, slack: SlackSettings, settings: BotSettings) -> AsyncApp:
    """The Bolt app with every listener attached; the same over Socket Mode and over HTTP."""

    async def authorize() -> AuthorizeResult:
        # Bolt's own way asks Slack through a client of its own, which takes a proxy even for this machine.
        own = await desk.identity.own()
        return AuthorizeResult(
            enterprise_id=None, team_id=own.team, bot_user_id=own.user, bot_id=own.bot, bot_token=token
        )

    token = slack.bot_token.get_secret_value()
    logger = logging.getLogger("bot.slack")
    # While it is made, Bolt warns that it leaves aside tokens which it finds in the environment and the client.
    logger.setLevel(logging.ERROR)
    app = AsyncApp(
        client=desk.poster.client,
        authorize=authorize,
        signing_secret=slack.signing_secret.get_secret_value(),
        name="playmaker",
        logger=logger,
        attaching_conversation_kwargs_enabled=False,
    )
    logger.setLevel(logging.WARNING)
    register(app, desk, settings.command)
    return app
