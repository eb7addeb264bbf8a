"""The Slack app, made from what it is given."""

import logging
import time
from concurrent.futures import Executor

import aiohttp
from slack_bolt.app.async_app import AsyncApp
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
from skills.runner import Assistant

RETRIES = 2


def create_client(slack: SlackSettings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The one client for Slack's Web API; what fails in passing is tried again, as Slack asks."""
    client = AsyncWebClient(
        token=slack.bot_token.get_secret_value(),
        base_url=slack.api_url,
        session=session,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=RETRIES),
            AsyncRateLimitErrorRetryHandler(max_retry_count=RETRIES),
            AsyncServerErrorRetryHandler(max_retry_count=RETRIES),
        ],
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
) -> Desk:
    """What every listener works through. Blocking work runs on `executor`: its size bounds how much is done at once."""
    identity = Identity(assistant, client, executor, time.monotonic)
    return Desk(assistant, understanding, identity, Poster(client), executor, settings.status_after)


def create_app(desk: Desk, slack: SlackSettings, settings: BotSettings) -> AsyncApp:
    """The Bolt app with every listener attached; the same over Socket Mode and over HTTP."""
    logger = logging.getLogger("bot.slack")
    # Bolt also finds the token in the environment and warns that it uses the client's, which is the same.
    logger.setLevel(logging.ERROR)
    app = AsyncApp(
        client=desk.poster.client,
        signing_secret=slack.signing_secret.get_secret_value(),
        name="playmaker",
        logger=logger,
        attaching_conversation_kwargs_enabled=False,
    )
    logger.setLevel(logging.WARNING)
    register(app, desk, settings.command)
    return app
