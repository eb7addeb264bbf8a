"""How the preparation of the demo shows itself: bars in a terminal, plain lines everywhere else."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Say = Callable[[str, int, int], None]
"""Hears what is being done in a word or two, how much of it is done, and how much there is (0: not known)."""


MANY = 100
"""From so many things on, plain lines tell how far it is."""


class Steps(Protocol):
    """What several threads may work on at the same time."""

    def begin(self, title: str) -> Say:
        """Show a piece of work from now on."""
        ...


@contextlib.contextmanager
def showing(console: Console) -> Iterator[Steps]:
    """Show pieces of work until the block ends."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress)


class _Bars:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, title: str) -> Say:
        task = self._progress.add_task(f"{title} …", total=None)

        def say(step: str, done: int, total: int) -> None:
            self._progress.update(task, description=f"{title}: {step}", completed=done, total=total or None)

        return say


class _Lines:
    """A line for every step, and one for every quarter of a long one."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()

    def begin(self, title: str) -> Say:
        last = [f"{title} …"]
        self._print(last[0])

        def say(step: str, done: int, total: int) -> None:
            quarter = done * 4 // total * 25 if total >= MANY else 0
            line = f"{title}: {step}, {quarter} %" if 0 < quarter < 100 else f"{title}: {step}"
            if line != last[0]:
                last[0] = line
                self._print(line)

        return say

    def _print(self, line: str) -> None:
        with self._lock:
            self._console.print(line, markup=False, highlight=False)
