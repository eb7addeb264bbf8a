"""The workspace's time: the machine's clock, moved forward by tests that need an hour to pass."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970 and a supply of message timestamps that never repeat and never run backwards."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last_tick = 0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._ahead += seconds

    def next_ts(self) -> str:
        """A fresh Slack timestamp, `seconds.microseconds`; sorts as text in the order given out."""
        self._last_tick = max(self._last_tick + 1, int(self.now() * 1_000_000))
        return f"{self._last_tick // 1_000_000}.{self._last_tick % 1_000_000:06d}"
