"""Things that go wrong in the real Slack, switched on by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class CallFault:
    """The next `calls` calls of `method` (None: any) fail with `error`; `retry_after` in seconds makes it a 429."""

    calls: int
    error: str
    method: str | None = None
    retry_after: int | None = None


@dataclass
class Faults:
    """Counters that the server uses up, one per occurrence; zero and False mean all is well."""

    double_events: int = 0
    lost_acks: int = 0
    expired_triggers: int = 0
    spent_response_urls: int = 0
    charts_refused: bool = False
    calls: list[CallFault] = field(default_factory=list)

    def deliver_twice(self, events: int = 1) -> None:
        """The next `events` events arrive twice under the same event_id, as Slack promises only at-least-once."""
        self.double_events = events

    def lose_acks(self, acks: int = 1) -> None:
        """Acknowledgements of the next `acks` deliveries count as late, so events are sent again."""
        self.lost_acks = acks

    def expire_triggers(self, triggers: int = 1) -> None:
        """The next `triggers` trigger_ids are already too old when the app uses them."""
        self.expired_triggers = triggers

    def spend_response_urls(self, urls: int = 1) -> None:
        """The next `urls` response_urls refuse every use."""
        self.spent_response_urls = urls

    def refuse_charts(self, refused: bool = True) -> None:
        """Answer `invalid_blocks` to `data_visualization`, as workspaces without that block did."""
        self.charts_refused = refused

    def rate_limit(self, calls: int = 1, *, retry_after: int = 1, method: str | None = None) -> None:
        """The next `calls` calls answer 429 with `Retry-After: retry_after` seconds."""
        self.calls.append(CallFault(calls, "ratelimited", method, retry_after))

    def fail(self, method: str, error: str, calls: int = 1) -> None:
        """The next `calls` calls of `method` answer `{"ok": false, "error": error}`."""
        self.calls.append(CallFault(calls, error, method))

    def clear(self) -> None:
        """All is well again."""
        self.__init__()  # type: ignore[misc]

    def take(self, counter: str) -> bool:
        """Use up one of `counter`; False when none is left."""
        left: int = getattr(self, counter)
        if left <= 0:
            return False
        setattr(self, counter, left - 1)
        return True

    def take_call(self, method: str) -> CallFault | None:
        """The fault that this call of `method` meets, used up once."""
        for fault in self.calls:
            if fault.method in (None, method):
                fault.calls -= 1
                if fault.calls <= 0:
                    self.calls.remove(fault)
                return fault
        return None

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "calls": [dict(vars(c)) for c in self.calls]}
