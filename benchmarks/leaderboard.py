"""The leaderboard over 1,000,000 opportunities beside the same SQL by hand, in one run, as ratios.

    python benchmarks/leaderboard.py [--rows N] [--people N]

Both sides read the same SQLite file, in turns; the figures are medians. "by hand" is the least that gives the figures
of the board (a sum and a count for each person and currency) on a plain `sqlite3` connection that stays open.
"Playmaker" is the whole skill through its one door: permission, period, names, ranking, answer and audit.
"""

import argparse
import datetime as dt
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from skills.answer import Invocation
from skills.catalog import leaderboard, pipeline, quota
from skills.contract import Actor, Audience
from skills.runner import Assistant, run_skill
from store.engine import Database
from store.models import Organisation, Person, Quota, Role, Source, Stage, Team

NOW = dt.datetime(2026, 11, 18, 15, tzinfo=dt.UTC)
ROUNDS = 3
BOARD = """
SELECT owner_id, currency, count(*), sum(booked_minor) FROM opportunity
WHERE status = 'won' AND closed_on >= ? AND closed_on < ? GROUP BY owner_id, currency
"""
ATTAINED = """
SELECT owner_id, currency, count(*), sum(amount_minor) FROM opportunity
WHERE status = 'won' AND closed_on >= ? AND closed_on < ? GROUP BY owner_id, currency
"""
QUOTAS = """
SELECT person_id, sum(amount_minor) FROM quota
WHERE metric = 'booked' AND month >= ? AND month < ? GROUP BY person_id
"""
OPEN = """
SELECT stage_id, currency, count(*), sum(amount_minor) FROM opportunity
WHERE status = 'open' GROUP BY stage_id, currency
"""
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO opportunity (name, owner_id, stage_id, status, amount_minor, currency, booked_minor, closed_on,
                         expected_close, next_step, category, source, competitor, loss_reason, version,
                         created_at, updated_at)
SELECT 'Opportunity ' || i, 1 + (i * 7919) % :people, 1 + (i % 5 > 0) + (i % 5 = 4),
       CASE WHEN i % 5 = 0 THEN 'open' WHEN i % 5 = 4 THEN 'lost' ELSE 'won' END,
       (i * 48271) % 9000000 + 100, CASE WHEN i % 7 = 0 THEN 'EUR' ELSE 'USD' END,
       CASE WHEN i % 5 IN (1, 2, 3) THEN (i * 48271) % 9000000 + 100 END,
       CASE WHEN i % 5 > 0 THEN date('2024-12-31', '+' || (1 + (i * 131) % 730) || ' days') END,
       date('2026-10-01', '+' || ((i * 17) % 180) || ' days'), '', 'pipeline', '', '', '', 1,
       '2025-01-01 00:00:00.000000', '2025-01-01 00:00:00.000000'
FROM n
"""


def build(path: Path, rows: int, people: int) -> Database:
    """A company with `people` reps in ten teams and two years of opportunities, three in five of them won."""
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.writing() as session:
        session.add(Organisation(name="Bench", zone="UTC", currency="USD"))
        session.add_all([Team(name=f"Team {number}") for number in range(10)])
        session.add(Stage(name="Open", position=1, probability=30))
        session.add(Stage(name="Won", position=2, probability=100, kind="won", category="closed"))
        session.add(Stage(name="Lost", position=3, probability=0, kind="lost", category="omitted"))
        session.flush()
        session.add_all(
            Person(name=f"Rep {number:05}", team_id=1 + number % 10, role=Role.ADMIN if number == 0 else Role.REP)
            for number in range(people)
        )
        session.flush()
        session.add_all(
            Quota(
                person_id=1 + number,
                month=dt.date(2026, month, 1),
                amount_minor=5_000_000 + number,
                currency="USD",
                recorded_at=NOW,
            )
            for number in range(people)
            for month in range(1, 13)
        )
    database.close()
    fill(path, rows, people)
    return database


def fill(path: Path, rows: int, people: int) -> None:
    """Rows first and their indexes after, without a journal: a file that breaks is built again."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'opportunity' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(FILL, {"rows": rows, "people": people})
    connection.commit()
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.close()


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        started = time.perf_counter()
        database = build(path, options.rows, options.people)
        size = path.stat().st_size / 1e6
        took = time.perf_counter() - started
        print(f"{options.rows:,} opportunities, {options.people:,} people: built in {took:.0f} s, {size:.0f} MB")
        compare(database, path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\npeak memory of this process: {peak:.0f} MB")
        database.close()


def compare(database: Database, path: Path) -> None:
    skills = {skill.name: skill for skill in (leaderboard.SKILL, quota.SKILL, pipeline.SKILL)}
    assistant = Assistant(database, cast("Any", None), skills, lambda: NOW)
    actor = Actor(1, "Rep 00000", Role.ADMIN, "UTC")
    by_hand = sqlite3.connect(path)
    quarter, year, both = ("2026-10-01", "2027-01-01"), ("2026-01-01", "2027-01-01"), ("2025-01-01", "2027-01-01")
    spans = {"Q4 2026": quarter, "2026": year, "2025-01-01 to 2026-12-31": both}

    def asked(skill: str, params: dict[str, Any]) -> Callable[[], object]:
        def ask() -> object:
            reply = run_skill(assistant, Invocation.of(skill, params), actor, Audience(), Source.COMMAND)
            assert reply.answer.status == "answer", reply.answer.headline
            return reply

        return ask

    def queried(*queries: tuple[str, tuple[str, ...]]) -> Callable[[], object]:
        return lambda: [by_hand.execute(*query).fetchall() for query in queries]

    cases: list[tuple[str, Callable[[], object], Callable[[], object]]] = []
    for period, span in spans.items():
        cases.append((f"leaderboard, {period}", asked("leaderboard", {"period": period}), queried((BOARD, span))))
    for period in ("Q4 2026", "2026"):
        both_queries = queried((ATTAINED, spans[period]), (QUOTAS, spans[period]))
        ask = asked("leaderboard", {"period": period, "metric": "attainment"})
        cases.append((f"leaderboard by attainment, {period}", ask, both_queries))
        cases.append((f"quota of the company, {period}", asked("quota", {"period": period}), both_queries))
    cases.append(("pipeline of the company", asked("pipeline", {}), queried((OPEN, ()))))
    print(f"\n{'':44}{'by hand':>10}{'Playmaker':>11}{'ratio':>8}")
    for name, ours, theirs in cases:
        theirs()
        ours()
        pairs = [(timed(theirs), timed(ours)) for _ in range(ROUNDS)]
        hand, skill = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(f"{name:44}{hand * 1000:8.0f} ms{skill * 1000:8.0f} ms{skill / hand:8.2f}")


if __name__ == "__main__":
    main()
