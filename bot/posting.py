"""Drawings to Slack: posting, whispering, replacing, attaching; what Slack refuses is sent again in a plainer form."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.views.drawing import Drawing, Json
from bot.views.picture import Picture
from bot.views.table import as_code

logger = logging.getLogger(__name__)

EVENT_TYPE = "playmaker_report"
"""Of the metadata by which a delivered report is known again."""
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"})
DOUBTFUL = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's words for having failed in the middle: what was asked may be done all the same."""
FAILURES = (SlackApiError, ClientError, OSError, TimeoutError)
"""What a call to Slack raises."""
OK = 200
UPLOAD_TRIES = 3
LONGEST_WAIT = 30.0
"""Seconds between two tries of an upload."""


def slack_word(error: Exception) -> str:
    """Slack's word for what went wrong; the error's name where Slack did not say one."""
    said = error.response if isinstance(error, SlackApiError) else None
    word = said.get("error") if isinstance(said, dict | AsyncSlackResponse) else None
    return str(word or type(error).__name__)


def retry_after(error: SlackApiError) -> float:
    """Seconds that Slack asks to wait."""
    headers = {name.lower(): value for name, value in (getattr(error.response, "headers", None) or {}).items()}
    given = headers.get("retry-after", "30")
    given = given[0] if isinstance(given, list) else given
    return float(given) if str(given).isdigit() else 30.0


class Poster:
    """Sends drawings through one client, whose session answers to response URLs share."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._one_picture = asyncio.Semaphore(1)

    async def post(self, drawing: Drawing, channel: str, thread: str = "", metadata: Json | None = None) -> str:
        """Post for everybody in the channel or thread, with what is attached; returns the message's ts.

        What cannot be attached is not raised: the message stands there.
        """
        said, shown = await self._plainer(
            drawing,
            lambda shown: self.client.chat_postMessage(
                channel=channel,
                text=shown.text,
                blocks=list(shown.blocks) or None,
                thread_ts=thread or None,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        ts = str(said["ts"])
        await self.attach(shown, channel, thread or ts)
        return ts

    async def attach(self, drawing: Drawing, channel: str, thread: str = "", comment: str = "") -> None:
        """Its pictures and files as one message below it; in words where Slack does not take them."""
        if not drawing.has_attachments:
            return
        try:
            async with self._one_picture:
                drawn = [done for one in drawing.pictures if (done := await asyncio.to_thread(_uploaded, one))]
            files: list[Json] = [
                {"filename": file.name, "file": file.content, "title": file.name} for file in drawing.files
            ]
            if drawn or files:
                await self._upload([*drawn, *files], channel, thread, comment)
        except (*FAILURES, SlackClientError) as error:
            logger.warning("nothing could be attached: %s", slack_word(error))
            with contextlib.suppress(*FAILURES):
                await self.client.chat_postMessage(channel=channel, text=drawing.excuse, thread_ts=thread or None)

    async def _upload(self, files: list[Json], channel: str, thread: str, comment: str) -> None:
        """One upload; what Slack puts off is tried again, which is safe: only a completed upload is shown."""
        for tries_left in reversed(range(UPLOAD_TRIES)):
            try:
                await self.client.files_upload_v2(
                    file_uploads=files,
                    channel=channel,
                    thread_ts=thread or None,
                    initial_comment=comment or None,
                )
            except SlackApiError as error:
                if not tries_left or slack_word(error) != "ratelimited":
                    raise
                await asyncio.sleep(min(retry_after(error), LONGEST_WAIT))
            else:
                return

    async def whisper(self, drawing: Drawing, channel: str, user: str, thread: str = "") -> Drawing:
        """Show it to one person in a channel; returns what Slack took of it. Nothing is attached."""
        _, shown = await self._plainer(
            drawing,
            lambda shown: self.client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=shown.text,
                blocks=list(shown.blocks) or None,
                thread_ts=thread or None,
            ),
        )
        return shown

    async def replace(self, drawing: Drawing, channel: str, ts: str) -> None:
        """Put it in the place of a message of ours."""
        await self._plainer(
            drawing,
            lambda shown: self.client.chat_update(
                channel=channel, ts=ts, text=shown.text, blocks=list(shown.blocks) or None
            ),
        )

    async def respond(self, url: str, drawing: Drawing, *, replace: bool = False) -> Drawing | None:
        """Answer through a response URL, to the one person who may see it; None when it is used up or too old.

        Returns what Slack took of it. Nothing is attached.
        """
        for shown in _plainer_and_plainer(drawing):
            body = {
                "response_type": "ephemeral",
                "replace_original": replace,
                "text": shown.text,
                "blocks": list(shown.blocks),
            }
            status, words = await self._send(url, body)
            if status == OK:
                return shown
            if "block" not in words:
                logger.info("a response URL answered %d: %s", status, words[:200])
                return None
        return None

    async def _send(self, url: str, body: Json) -> tuple[int, str]:
        session = self.client.session
        if session is None:
            raise RuntimeError("the client has no session")
        try:
            async with session.post(url, json=body, proxy=self.client.proxy) as answer:
                return answer.status, await answer.text()
        except (ClientError, TimeoutError) as error:
            return 0, type(error).__name__

    async def _plainer(self, drawing: Drawing, send: Callable[[Drawing], Awaitable[Any]]) -> tuple[Any, Drawing]:
        """Send it; when Slack refuses its blocks, with pictures for charts, then with tables as text, then its text
        alone. Returns what Slack says and what it took."""
        forms = _plainer_and_plainer(drawing)
        for number, shown in enumerate(forms, 1):
            try:
                return await send(shown), shown
            except SlackApiError as error:
                reason = str(error.response.get("error"))
                if reason not in REFUSED_BLOCKS or number == len(forms):
                    raise
                details = (error.response.get("response_metadata") or {}).get("messages") or []
                logger.warning("Slack refused blocks (%s): %s", reason, "; ".join(map(str, details))[:500])
        raise AssertionError("a drawing has at least one form")


def _plainer_and_plainer(drawing: Drawing) -> list[Drawing]:
    forms = [drawing]
    if drawing.has_charts:
        forms.append(drawing.without_charts())
    if any(block["type"] == "data_table" for block in drawing.blocks):
        plain = forms[-1].blocks
        texts = tuple(as_code(b) if b["type"] == "data_table" else b for b in plain)
        forms.append(replace(forms[-1], blocks=texts))
    if drawing.blocks:
        forms.append(replace(forms[-1], blocks=()))
    return forms


def _uploaded(picture: Picture) -> Json | None:
    """The picture as an upload; None where it cannot be drawn, which must not keep the message from standing there."""
    try:
        png = picture.png()
    except Exception:
        logger.exception("a chart could not be drawn")
        return None
    return {"filename": picture.name, "file": png, "title": picture.title, "alt_txt": picture.alt}
