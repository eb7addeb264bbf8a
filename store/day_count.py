"""Days and seconds between two points in time, and the local day of an instant, on SQLite and PostgreSQL alike."""

import datetime as dt
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801  (read as a function of SQL)
    """Whole days from the first date to the second; negative when the second is earlier."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _days_sqlite(element: days_between, compiler: SQLCompiler, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _days_postgresql(element: days_between, compiler: SQLCompiler, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(CAST({end} AS DATE) - CAST({start} AS DATE))"


class seconds_between(FunctionElement[int]):  # noqa: N801  (read as a function of SQL)
    """Whole seconds from the first instant to the second."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: seconds_between, compiler: SQLCompiler, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(unixepoch({end}) - unixepoch({start}))"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: seconds_between, compiler: SQLCompiler, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {end})) - FLOOR(EXTRACT(EPOCH FROM {start})) AS INTEGER)"


class shifted_day(FunctionElement[dt.date]):  # noqa: N801  (read as a function of SQL)
    """The date that an instant in UTC has so many seconds later."""

    type = Date()
    inherit_cache = True


@compiles(shifted_day, "sqlite")
def _shifted_sqlite(element: shifted_day, compiler: SQLCompiler, **more: Any) -> str:
    moment, seconds = (compiler.process(clause, **more) for clause in element.clauses)
    return f"date({moment}, {seconds} || ' seconds')"


@compiles(shifted_day, "postgresql")
def _shifted_postgresql(element: shifted_day, compiler: SQLCompiler, **more: Any) -> str:
    moment, seconds = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(({moment} AT TIME ZONE 'UTC') + {seconds} * INTERVAL '1 second' AS DATE)"


def local_day(moment: Any, zone: str, start: dt.date, end: dt.date) -> Any:
    """The day that it was in `zone` at an instant; right for instants from `start` up to but not including `end`.

    The database need not know time zones: the offsets that hold between the two days are written out.
    """
    turns = _turns(ZoneInfo(zone), start, end)
    if len(turns) == 1:
        return shifted_day(moment, literal(turns[0][1]))
    earlier = [(moment < after, shifted_day(moment, literal(offset))) for (_, offset), (after, _) in pairwise(turns)]
    return case(*earlier, else_=shifted_day(moment, literal(turns[-1][1])))


def first_moment(day: dt.date, zone: str) -> dt.datetime:
    """The instant in UTC at which a day begins in a zone."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def _turns(zone: ZoneInfo, start: dt.date, end: dt.date) -> list[tuple[dt.datetime, int]]:
    """The instants from which an offset to UTC, in seconds, holds; the first one from `start`."""

    def offset(moment: dt.datetime) -> int:
        found = moment.astimezone(zone).utcoffset()
        return int(found.total_seconds()) if found else 0

    moment = dt.datetime.combine(start, dt.time(), dt.UTC) - dt.timedelta(days=1)
    last = dt.datetime.combine(end, dt.time(), dt.UTC) + dt.timedelta(days=1)
    turns = [(moment, offset(moment))]
    while moment < last:
        later = moment + dt.timedelta(days=1)
        if offset(later) != turns[-1][1]:
            low, high = moment, later
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset(middle) == turns[-1][1] else (low, middle)
            turn = high.replace(microsecond=0)
            turns.append((turn, offset(later)))
        moment = later
    return turns
