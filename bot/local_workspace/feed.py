"""What happened in the workspace, in order: read by the page, awaited by tests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Happening:
    """One visible change. `kind` is a word such as `posted`, `updated`, `reacted`, `view`, `home`, `status`."""

    number: int
    kind: str
    value: Any
    data: Json


class NothingHappened(TimeoutError):
    """What was waited for did not come in time; the message tells what came instead."""


class Feed:
    """An ordered log with listeners. Waiting never polls: each wait is a future that a later `add` resolves."""

    def __init__(self, keep: int = 20_000) -> None:
        self._happenings: deque[Happening] = deque(maxlen=keep)
        self._waiting: list[tuple[Callable[[Happening], bool], asyncio.Future[Happening]]] = []
        self._listeners: list[Callable[[Happening], None]] = []
        self.number = 0

    def add(self, kind: str, data: Json, value: Any = None) -> Happening:
        """Note a change; `data` is what the page is told, `value` the object that tests get."""
        self.number += 1
        happening = Happening(self.number, kind, value, data)
        self._happenings.append(happening)
        still = []
        for wanted, future in self._waiting:
            if future.done():
                continue
            if wanted(happening):
                future.set_result(happening)
            else:
                still.append((wanted, future))
        self._waiting = still
        for listener in list(self._listeners):
            listener(happening)
        return happening

    def listen(self, listener: Callable[[Happening], None]) -> Callable[[], None]:
        """Call `listener` with every later change; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def since(self, number: int) -> list[Happening]:
        """The changes after `number`, oldest first."""
        return [h for h in self._happenings if h.number > number]

    async def first(
        self,
        wanted: Callable[[Happening], bool],
        *,
        after: int,
        timeout: float,  # noqa: ASYNC109
        what: str,
    ) -> Happening:
        """The first change after number `after` that `wanted` accepts; raises `NothingHappened` after `timeout` s."""
        for happening in self.since(after):
            if wanted(happening):
                return happening
        future: asyncio.Future[Happening] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        try:
            return await asyncio.wait_for(future, timeout)
        except TimeoutError:
            seen = ", ".join(h.kind for h in self.since(after) if h.kind != "traffic") or "nothing"
            raise NothingHappened(f"Waited {timeout:g} s for {what}. What happened instead: {seen}.") from None
