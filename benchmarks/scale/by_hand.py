"""The figures of the company in the least SQL that gives them, worked out as far as their definitions need.

Each function reads what its answer shows (also the people of a table, not the names) and gives the figures by name: in
minor units, ratios exact. They know what is in the data: one other currency at fixed rates, no leave, no splits, no
quota that was changed, nothing reopened, and in which order opportunities go through the stages.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

Read = Callable[[str], list[Any]]
Figures = Mapping[str, Any]

DAILY = {"USD": Fraction(1), "EUR": Fraction(11, 10)}
PLAN = {"USD": Fraction(1), "EUR": Fraction(6, 5)}
PROBABILITY = {1: Fraction(1, 10), 2: Fraction(3, 10), 3: Fraction(6, 10)}
PLACES = 10
QUARTER = ("2026-10-01", "2027-01-01")
YEAR = ("2026-01-01", "2027-01-01")
CURVE = ("2024-10-01", "2026-10-01")

BOARD = """
SELECT owner_id, count(*), sum(booked_minor) FROM opportunity
WHERE status = 'won' AND closed_on >= '{0}' AND closed_on < '{1}' GROUP BY owner_id
"""
WON = """
SELECT owner_id, currency, sum(amount_minor), sum(booked_minor) FROM opportunity
WHERE status = 'won' AND closed_on >= '{0}' AND closed_on < '{1}' GROUP BY owner_id, currency
"""
QUOTAS = """
SELECT person_id, sum(amount_minor) FROM quota
WHERE metric = 'booked' AND month >= '{0}' AND month < '{1}' GROUP BY person_id
"""
BY_DAY = """
SELECT closed_on, sum(booked_minor) FROM opportunity
WHERE status = 'won' AND closed_on >= '{0}' AND closed_on < '{1}' GROUP BY closed_on
"""
OPEN = """
SELECT stage_id, currency, count(*), sum(amount_minor), count(CASE WHEN expected_close < '{today}' THEN 1 END),
       sum(CASE WHEN stage_id > 1 AND expected_close >= '{0}' AND expected_close < '{1}' THEN amount_minor ELSE 0 END)
FROM opportunity WHERE status = 'open' GROUP BY stage_id, currency
"""
LARGEST = """
SELECT id, name, owner_id, amount_minor FROM opportunity
WHERE status = 'open' AND currency = '{0}' ORDER BY amount_minor DESC, id LIMIT 50
"""
DUE = """
SELECT owner_id, stage_id, category, currency, count(*), sum(amount_minor),
       sum(CAST(amount_minor AS double precision) * amount_minor)
FROM opportunity WHERE status = 'open' AND expected_close >= '{0}' AND expected_close < '{1}'
GROUP BY owner_id, stage_id, category, currency
"""
OUTCOMES = """
SELECT entry.new, count(*), count(CASE WHEN closed.status = 'won' THEN 1 END)
FROM (SELECT id, status FROM opportunity WHERE status IN ('won', 'lost') AND closed_on < '{tomorrow}'
      ORDER BY closed_on DESC, id DESC LIMIT 20000) AS closed
JOIN change_log AS entry ON entry.record_kind = 'opportunity' AND entry.record_id = closed.id
WHERE entry.field || '' = 'stage_id' GROUP BY entry.new
"""
OPENING = "SELECT currency, count(*), sum(amount_minor) FROM snapshot WHERE taken_on = '2026-09-30' GROUP BY currency"
CLOSING = "SELECT currency, count(*), sum(amount_minor) FROM opportunity WHERE status = 'open' GROUP BY currency"
MOVED = """
WITH changed AS (
    SELECT record_id AS id, min(CASE WHEN field = 'status' THEN id END) AS status,
           min(CASE WHEN field = 'amount_minor' THEN id END) AS amount
    FROM change_log
    WHERE record_kind = 'opportunity' AND recorded_at >= '{since}' AND field IN ('status', 'amount_minor', 'stage_id')
    GROUP BY record_id
), moved AS (
    SELECT o.status, o.currency, o.amount_minor AS now, o.created_at >= '{since}' AS is_new,
           CASE WHEN changed.status IS NULL THEN o.status ELSE 'open' END AS was,
           CASE WHEN changed.amount IS NULL THEN o.amount_minor
                ELSE CAST((SELECT old FROM change_log AS entry WHERE entry.id = changed.amount) AS bigint) END AS before
    FROM changed JOIN opportunity AS o ON o.id = changed.id
)
SELECT status, currency, is_new, sum(now), sum(CASE WHEN now > before THEN now - before ELSE 0 END),
       sum(CASE WHEN now < before THEN before - now ELSE 0 END)
FROM moved WHERE is_new OR was = 'open' GROUP BY status, currency, is_new
"""
COURSES = """
WITH course AS {materialized} (
    SELECT entry.record_id AS id, min(CASE WHEN new = '1' THEN effective_on END) AS first,
           min(CASE WHEN new = '2' THEN effective_on END) AS second,
           min(CASE WHEN new = '3' THEN effective_on END) AS third,
           min(CASE WHEN new IN ('4', '5') THEN effective_on END) AS ended,
           max(CASE WHEN new = '4' THEN 1 ELSE 0 END) AS won
    FROM change_log AS entry
    WHERE record_kind = 'opportunity' AND field = 'stage_id' AND undoes IS NULL GROUP BY entry.record_id
    HAVING max(effective_on) >= '{before}'
)
SELECT 1, first >= '{0}', second IS NOT NULL OR won = 1, count(*), {days_first} FROM course
WHERE first >= '{before}' AND first < '{1}' GROUP BY 2, 3, 5
UNION ALL
SELECT 2, second >= '{0}', third IS NOT NULL OR won = 1, count(*), {days_second} FROM course
WHERE second >= '{before}' AND second < '{1}' GROUP BY 2, 3, 5
UNION ALL
SELECT 3, coalesce(third, ended) >= '{0}', won = 1, count(*), {days_third} FROM course
WHERE (third >= '{before}' AND third < '{1}') OR (third IS NULL AND won = 1 AND ended >= '{before}' AND ended < '{1}')
GROUP BY 2, 3, 5
"""


def get_board(read: Read, span: tuple[str, str]) -> Figures:
    sums = sorted((int(booked) for _, _, booked in read(BOARD.format(*span))), reverse=True)
    return {"booked": sums[:PLACES]}


def _credited(read: Read, span: tuple[str, str]) -> dict[int, Fraction]:
    credited: dict[int, Fraction] = defaultdict(Fraction)
    for owner, currency, minor, _ in read(WON.format(*span)):
        credited[owner] += int(minor) * PLAN[currency]
    return credited


def get_attainments(read: Read, span: tuple[str, str]) -> Figures:
    credited, quotas = _credited(read, span), read(QUOTAS.format(*span))
    ratios = sorted((credited[person] / int(quota) for person, quota in quotas), reverse=True)
    return {"attainment": ratios[:PLACES]}


def get_quota(read: Read, span: tuple[str, str]) -> Figures:
    """With the people of the table and, for the closing curve, the bookings of each day of eight quarters."""
    credited = sum(_credited(read, span).values(), Fraction(0))
    quota = sum(int(minor) for _, minor in read(QUOTAS.format(*span)))
    if span == QUARTER:
        read(BY_DAY.format(*CURVE))
    return {"attainment": credited / quota, "credited": credited, "effective_quota": quota, "gap": quota - credited}


def get_pipeline(read: Read, today: dt.date) -> Figures:
    """With the largest opportunities of each currency, and coverage of the quarter."""
    rows = read(OPEN.format(*QUARTER, today=today))
    for currency in DAILY:
        read(LARGEST.format(currency))
    quota = sum(int(minor) for _, minor in read(QUOTAS.format(*QUARTER)))
    gap = quota - sum(_credited(read, QUARTER).values(), Fraction(0))
    # What is open is brought into the currency of the quotas at today's rate.
    qualified = sum(int(row[5]) * DAILY[row[1]] for row in rows)
    return {
        "open": sum(row[2] for row in rows),
        "pipeline": sum(int(row[3]) * DAILY[row[1]] for row in rows),
        "weighted": sum(int(row[3]) * DAILY[row[1]] * PROBABILITY[row[0]] for row in rows),
        "overdue": sum(row[4] for row in rows),
        "coverage": qualified / gap,
    }


def get_forecast(read: Read, span: tuple[str, str], today: dt.date) -> Figures:
    """With each person's part; what was closed more than 24 months ago is not in the data."""
    booked = sum(int(row[3]) for row in read(WON.format(*span)))
    due = read(DUE.format(*span))
    outcomes = read(OUTCOMES.format(tomorrow=today + dt.timedelta(days=1)))
    chances = {int(stage): Fraction(won, closed) for stage, closed, won in outcomes if closed >= 30}
    chances = {stage: chances.get(stage, default) for stage, default in PROBABILITY.items()}
    quota = sum(int(minor) for _, minor in read(QUOTAS.format(*span)))
    worth, categories = Fraction(0), dict.fromkeys(("commit", "best_case", "pipeline"), Fraction(0))
    for _, stage, category, currency, _, minor, _ in due:
        amount = int(minor) * DAILY[currency]
        categories[category] += amount
        worth += amount * chances[stage]
    return {
        "booked": booked,
        "landing": booked + worth,
        **{f"category_{category}": amount for category, amount in categories.items()},
        "effective_quota": quota,
    }


def get_waterfall(read: Read, since: dt.datetime) -> Figures:
    """Of everything there is, since the day after the snapshot; movers by name are not looked for."""
    steps: dict[str, Fraction] = defaultdict(Fraction)
    for name, query in (("opening", OPENING), ("closing", CLOSING)):
        steps[name] = sum((int(row[2]) * DAILY[row[0]] for row in read(query)), Fraction(0))
    for status, currency, is_new, now, raised, lowered in read(MOVED.format(since=f"{since:%Y-%m-%d %H:%M:%S.%f}")):
        rate = DAILY[currency]
        if is_new:
            steps["created"] += int(now) * rate
        else:
            steps["increased"] += int(raised) * rate
            steps["decreased"] -= int(lowered) * rate
        if status != "open":
            steps[status] -= int(now) * rate
    return steps


def get_funnel(read: Read, span: tuple[str, str], before: str, *, is_sqlite: bool) -> Figures:
    """Conversion and the median days of each stage, and the conversion of the year before."""

    def days(start: str, end: str) -> str:
        """Null for one that is in the stage now, and for a stage that was skipped."""
        return f"CAST(julianday({end}) - julianday({start}) AS INTEGER)" if is_sqlite else f"{end} - {start}"

    rows = read(
        COURSES.format(
            *span,
            before=before,
            materialized="MATERIALIZED",
            days_first=days("first", "coalesce(second, ended)"),
            days_second=days("second", "coalesce(third, ended)"),
            days_third=days("third", "ended"),
        )
    )
    conversions, medians = [], []
    for stage in (1, 2, 3):
        now = [row for row in rows if row[0] == stage and row[1]]
        entered, went_on = sum(row[3] for row in now), sum(row[3] for row in now if row[2])
        conversions.append(Fraction(went_on, entered))
        lasted: dict[int, int] = defaultdict(int)
        for row in now:
            if row[4] is not None:
                lasted[row[4]] += row[3]
        medians.append(_median(lasted))
    return {"conversion": conversions, "stage_days": [median for median in medians if median is not None]}


def _median(counts: Mapping[int, int]) -> Fraction | None:
    whole, below = sum(counts.values()), 0
    middle: list[int] = []
    for number in sorted(counts):
        middle += [number] * sum(below <= place < below + counts[number] for place in ((whole - 1) // 2, whole // 2))
        below += counts[number]
    return Fraction(sum(middle), 2) if middle else None
