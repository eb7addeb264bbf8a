"""What people wrote, dropped and asked in the chat, carried on in the background: into the playbook, and to people."""

import asyncio
import datetime as dt
import logging
from concurrent.futures import Executor

from knowledge_base.uploads import Playbook
from skills.enquiries import post_enquiries
from skills.publishing import publish
from skills.runner import Assistant
from skills.stewards import add_standing_orders

logger = logging.getLogger(__name__)


class Publisher:
    """Runs in the one process that owns the index."""

    def __init__(self, assistant: Assistant, playbook: Playbook, executor: Executor) -> None:
        self._assistant = assistant
        self._playbook = playbook
        self._executor = executor
        self._looked_on: dt.date | None = None
        """The day on which it was looked for work that nobody is sent yet."""

    async def run(self, every: float = 2.0) -> None:
        """Carry on until cancelled, looking every few seconds."""
        while True:
            try:
                await self.carry_on()
            except Exception:
                logger.exception("a round of publishing failed")
            await asyncio.sleep(every)

    async def carry_on(self) -> int:
        """Post what is asked and publish what is written now, and once a day begin to send card owners their work;
        returns how many there were."""
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(self._executor, post_enquiries, self._assistant)
        done += await loop.run_in_executor(self._executor, publish, self._assistant, self._playbook)
        today = self._assistant.clock().date()
        if today != self._looked_on:
            self._looked_on = today
            done += await loop.run_in_executor(self._executor, add_standing_orders, self._assistant)
        return done
