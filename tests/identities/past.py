"""What was true on a day that has passed, by replaying the change log from its first entry."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.identities.books import Books, Row

DATES = ("opened_on", "expected_close", "closed_on", "next_step_due")
KEPT = ("owner_id", "stage_id", "amount_minor", "currency", "expected_close", "category")
State = dict[str, Any]


def decoded(field: str, value: str | None) -> Any:
    plain = None if value is None else json.loads(value)
    return dt.date.fromisoformat(plain) if plain and field in DATES else plain


class Past:
    """The histories of all opportunities."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.entries: Mapping[int, list[Row]] = defaultdict(list)
        for row in books.tables["change_log"]:
            if row["record_kind"] == "opportunity" and not row["field"].startswith("("):
                self.entries[row["record_id"]].append(row)

    def state(self, deal_id: int, day: dt.date) -> State | None:
        """As it stood at the end of a day; None before it was there."""
        state: State = {}
        for entry in self.entries[deal_id]:
            if entry["effective_on"] <= day:
                state[entry["field"]] = decoded(entry["field"], entry["new"])
        return state or None

    def open_on(self, day: dt.date) -> dict[int, State]:
        """Everything that was open at the end of a day."""
        states = {number: self.state(number, day) for number in self.entries}
        return {number: state for number, state in states.items() if state and state["status"] == "open"}

    def states_by_day(self, days: Iterable[dt.date]) -> dict[dt.date, dict[int, State]]:
        """`open_on` of many days in one walk through the log."""
        entries = sorted(
            (row["effective_on"], row["id"], number, row) for number, rows in self.entries.items() for row in rows
        )
        states: dict[int, State] = defaultdict(dict)
        found: dict[dt.date, dict[int, State]] = {}
        place = 0
        for day in sorted(days):
            while place < len(entries) and entries[place][0] <= day:
                *_, number, row = entries[place]
                states[number][row["field"]] = decoded(row["field"], row["new"])
                place += 1
            found[day] = {n: dict(state) for n, state in states.items() if state.get("status") == "open"}
        return found

    def snapshots(self) -> dict[dt.date, dict[int, State]]:
        """The rows that were kept every night."""
        found: dict[dt.date, dict[int, State]] = defaultdict(dict)
        for row in self.books.tables["snapshot"]:
            found[row["taken_on"]][row["opportunity_id"]] = {name: row[name] for name in KEPT}
        return found
