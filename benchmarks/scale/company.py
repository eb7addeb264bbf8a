"""Fills a database with a large sales organisation: two years of opportunities, five entries of the log for each.

The rows are made by the database itself, without the indexes and constraints that are made again afterwards. Of each
opportunity the log tells when it was opened, moved to the second stage, changed in its amount, and then closed or
(of what is still open) moved on or put off; the log is in the order in which that happened.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from store.engine import Database
from store.models import ExchangeRate, Organisation, Person, Quota, RateKind, Role, Stage, Team

NOW = dt.datetime(2026, 11, 18, 15, tzinfo=dt.UTC)
FIRST_DAY = dt.date(2025, 1, 1)
OPENED_WITHIN = 640
"""Days from the first on in which opportunities are opened; the last ones are closed 45 days later, before `NOW`."""
SNAPSHOT = dt.date(2026, 9, 30)
TEAMS = 10
LARGE_TABLES = ("opportunity", "change_log", "snapshot")

OPPORTUNITIES = """
INSERT INTO opportunity (id, name, owner_id, stage_id, status, amount_minor, currency, booked_minor, opened_on,
                         closed_on, expected_close, next_step, category, source, competitor, loss_reason, version,
                         created_at, updated_at)
SELECT i, 'Opportunity ' || i, 1 + (i * 7919) % {people},
       CASE WHEN r = 0 THEN 3 WHEN r = 1 THEN 2 WHEN r < 7 THEN 4 ELSE 5 END,
       CASE WHEN r < 2 THEN 'open' WHEN r < 7 THEN 'won' ELSE 'lost' END,
       minor, CASE WHEN i % 7 = 0 THEN 'EUR' ELSE 'USD' END,
       CASE WHEN r >= 2 AND r < 7 THEN CASE WHEN i % 7 = 0 THEN minor * 11 / 10 ELSE minor END END,
       {opened}, CASE WHEN r >= 2 THEN {closed} END, {due}, '',
       CASE WHEN r = 0 THEN 'commit' WHEN r = 1 THEN 'best_case' WHEN r < 7 THEN 'closed' ELSE 'omitted' END,
       '', '', '', 4, {opened_at}, {closed_at}
FROM (SELECT i, {kind} AS r, (i * 48271) % 900000 * 10 + 30000 AS minor FROM {numbers}) AS numbered
"""
LOG = """
INSERT INTO change_log (change_id, record_kind, record_id, version, field, old, new, reason, source, recorded_at,
                        effective_on)
SELECT {change_id}, 'opportunity', i, version, field, old, new, '', 'command', {at}, {on}
FROM (
    SELECT i, 1 AS version, {born} AS day, 'stage_id' AS field, NULL AS old, '1' AS new FROM {numbers}
    UNION ALL
    SELECT i, 2, {born} + 10, 'stage_id', '1', '2' FROM {numbers}
    UNION ALL
    SELECT i, 3, {born} + 20, 'amount_minor', CAST({minor} + 10000 - i % 2 * 20000 AS TEXT), CAST({minor} AS TEXT)
    FROM {numbers}
    UNION ALL
    SELECT i, 4, {ended}, 'stage_id', '2', CASE WHEN {kind} = 0 THEN '3' WHEN {kind} < 7 THEN '4' ELSE '5' END
    FROM {numbers} WHERE {kind} <> 1
    UNION ALL
    SELECT i, 4, {ended}, 'status', '"open"', CASE WHEN {kind} < 7 THEN '"won"' ELSE '"lost"' END
    FROM {numbers} WHERE {kind} > 1
    UNION ALL
    SELECT i, 4 + k.n, {ended} + k.n, 'expected_close', {put_off_from}, {put_off_to}
    FROM {numbers} CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1) AS k WHERE {kind} < 2 AND ({kind} = 1 OR k.n = 0)
) AS entries
ORDER BY day, i, version
"""
SNAPSHOTS = """
INSERT INTO snapshot (taken_on, opportunity_id, owner_id, stage_id, amount_minor, currency, expected_close, category)
SELECT {taken_on}, o.id, o.owner_id,
       CASE WHEN {ended} < {limit} THEN o.stage_id WHEN {born} + 10 < {limit} THEN 2 ELSE 1 END,
       CASE WHEN {born} + 20 < {limit} THEN o.amount_minor ELSE o.amount_minor + 10000 - o.id % 2 * 20000 END,
       o.currency, {due_then}, o.category
FROM opportunity AS o WHERE {born} < {limit} AND (o.status = 'open' OR {ended} >= {limit})
"""


@dataclass(frozen=True)
class Dialect:
    """How a database counts rows, adds days, and writes moments."""

    numbers: str
    day: str
    moment: str
    change_id: str

    @classmethod
    def of(cls, database: Database) -> "Dialect":
        if database.is_sqlite:
            return cls(
                numbers="(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
                " SELECT i FROM n)",
                day="date('{first}', '+' || ({days}) || ' days')",
                moment="date('{first}', '+' || ({days}) || ' days') || ' 09:00:00.000000'",
                change_id="printf('%032x', i * 8 + version)",
            )
        return cls(
            numbers="(SELECT i::bigint FROM generate_series(1, {rows}) AS g(i))",
            day="(DATE '{first}' + CAST({days} AS integer))",
            moment="((DATE '{first}' + CAST({days} AS integer) + TIME '09:00') AT TIME ZONE 'UTC')",
            change_id="lpad(to_hex(i * 8 + version), 32, '0')",
        )

    def on(self, days: str) -> str:
        return self.day.format(first=FIRST_DAY, days=days)

    def at(self, days: str) -> str:
        return self.moment.format(first=FIRST_DAY, days=days)


def fill(database: Database, rows: int, people: int) -> None:
    """Everything for `rows` opportunities of `people` reps in a migrated, empty database."""
    _fill_small(database, people)
    dialect = Dialect.of(database)
    numbers = f"{dialect.numbers.format(rows=rows)} AS numbers"
    words = {
        "numbers": numbers,
        "people": people,
        "kind": (kind := f"((i + i / {people}) % 10)"),
        "born": (born := f"(i * {OPENED_WITHIN} / {rows})"),
        "ended": (ended := f"({born} + 30 + i * 17 % 16)"),
        "minor": "((i * 48271) % 900000 * 10 + 30000)",
        "opened": dialect.on(born),
        "closed": dialect.on(ended),
        "opened_at": dialect.at(born),
        "closed_at": dialect.at(ended),
        "due": dialect.on("620 + CASE WHEN r = 0 THEN 0 ELSE 30 END + i * 17 % 180"),
        "change_id": dialect.change_id,
        "at": dialect.at("day"),
        "on": dialect.on("day"),
        "put_off_from": f"'\"' || {dialect.on('590 + k.n * 30 + i * 17 % 180')} || '\"'",
        "put_off_to": f"'\"' || {dialect.on('620 + k.n * 30 + i * 17 % 180')} || '\"'",
    }
    limit = (SNAPSHOT - FIRST_DAY).days + 1
    put_off = f"590 + CASE WHEN {ended} < {limit} THEN 30 ELSE 0 END + {kind} * CASE WHEN {ended} + 1 < {limit} THEN 30"
    due_then = f"CASE WHEN {kind} > 1 THEN 650 ELSE {put_off} ELSE 0 END END + i * 17 % 180"
    of_row = {"born": born, "ended": ended, "due_then": dialect.on(due_then)}
    kept: dict[str, object] = {key: re.sub(r"\bi\b", "o.id", value) for key, value in of_row.items()}
    kept |= {"taken_on": dialect.on(str(limit - 1)), "limit": limit}
    with database.engine.connect() as connection:
        statements = (OPPORTUNITIES.format(**words), LOG.format(**words), SNAPSHOTS.format(**kept))
        if database.is_sqlite:
            _load_sqlite(connection, statements)
        else:
            _load_postgres(connection, statements)


def _fill_small(database: Database, people: int) -> None:
    with database.writing() as session:
        session.add(Organisation(name="Bench", zone="UTC", currency="USD"))
        session.add_all([Team(name=f"Team {number}") for number in range(TEAMS)])
        session.add(Stage(name="Discovery", position=1, probability=10, qualified=False))
        session.add(Stage(name="Proposal", position=2, probability=30))
        session.add(Stage(name="Negotiation", position=3, probability=60))
        session.add(Stage(name="Won", position=4, probability=100, kind="won", category="closed"))
        session.add(Stage(name="Lost", position=5, probability=0, kind="lost", category="omitted"))
        for kind, rate in ((RateKind.DAILY, "1.1"), (RateKind.PLAN, "1.2")):
            session.add(ExchangeRate(currency="EUR", kind=kind, valid_from=FIRST_DAY, rate=rate))
        session.flush()
        session.add_all(
            Person(name=f"Rep {number:05}", team_id=1 + number % TEAMS, role=Role.ADMIN if number == 0 else Role.REP)
            for number in range(people)
        )
        session.flush()
        rows = [
            {
                "person_id": 1 + number,
                "region": "",
                "metric": "booked",
                "level": "target",
                "month": dt.date(2026, month, 1),
                "amount_minor": 5_000_000 + number,
                "currency": "USD",
                "ramp_percent": 100,
                "version": 1,
                "reason": "",
                "recorded_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            }
            for number in range(people)
            for month in range(1, 13)
        ]
        session.execute(Quota.__table__.insert(), rows)  # type: ignore[attr-defined]


def _load_sqlite(connection: Connection, statements: tuple[str, ...]) -> None:
    """Outside a transaction and without a journal: a file that breaks is built again."""
    raw: Any = connection.connection.driver_connection
    raw.executescript("PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    listed = ", ".join(f"'{table}'" for table in LARGE_TABLES)
    query = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({listed})"
    indexes = raw.execute(query).fetchall()
    raw.executescript("".join(f"DROP INDEX {name};" for name, _ in indexes))
    raw.execute("BEGIN")
    for statement in statements:
        raw.execute(statement)
    raw.execute("COMMIT")
    for _, sql in indexes:
        raw.execute(sql)
    raw.executescript("ANALYZE; PRAGMA journal_mode = WAL")


def _load_postgres(connection: Connection, statements: tuple[str, ...]) -> None:
    raw: Any = connection.connection.driver_connection
    raw.autocommit = True
    # Foreign keys are triggers here, and a replica's fire none.
    for setting in ("session_replication_role = replica", "synchronous_commit = off", "maintenance_work_mem = '512MB'"):
        raw.execute(f"SET {setting}")
    listed = ", ".join(f"'{table}'" for table in LARGE_TABLES)
    indexes = raw.execute(
        f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({listed})"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ).fetchall()
    for name, _ in indexes:
        raw.execute(f'DROP INDEX "{name}"')
    for statement in statements:
        raw.execute(statement)
    for _, definition in indexes:
        raw.execute(definition)
    raw.execute("SELECT setval('opportunity_id_seq', (SELECT max(id) FROM opportunity))")
    for table in LARGE_TABLES:
        raw.execute(f"VACUUM ANALYZE {table}")
    raw.execute("ANALYZE")
    raw.autocommit = False
