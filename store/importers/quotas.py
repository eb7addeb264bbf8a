"""Targets by month, of people and of teams. A changed one is a new version; what was asked before stays on record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from store.importers.accounts import IMPORT_PEOPLE
from store.importers.dates import read_month
from store.importers.headers import HEADER_ROWS
from store.importers.names import Entity, Names, folded
from store.importers.people import load_people
from store.importers.problems import RowRefused
from store.importers.reading import Row, Sheet
from store.importers.work import Draft, Record, Work
from store.importers.writing import BATCH, check_twice, load_rows, reason
from store.models import Person, Quota, Team

METRICS = {"booked", "bookings", "booked amount", "revenue", "sales", "quota", "销售额", "业绩", "成交额"}
BOOKED = "booked"


def lengthen(sheet: Sheet) -> tuple[Sheet, int]:
    """A table with a column for each month as one with a row for each; and how many months it had."""
    for place, header in enumerate(sheet.rows[:HEADER_ROWS]):
        months = [index for index, cell in enumerate(header.cells) if read_month(cell) is not None]
        if len(months) >= 2:
            others = [index for index in range(len(header.cells)) if index not in months]
            head = Row(header.number, (*(header.cells[index] for index in others), "month", "quota"))
            rows = [
                Row(row.number, (*(_cell(row, index) for index in others), header.cells[month], _cell(row, month)))
                for row in sheet.rows[place + 1 :]
                if not row.is_blank
                for month in months
                if _cell(row, month)
            ]
            return Sheet(sheet.path, sheet.encoding, sheet.delimiter, (head, *rows)), len(months)
    return sheet, 0


def _cell(row: Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def import_quotas(work: Work, records: Sequence[Record]) -> None:
    people = load_people(load_rows(work.session, Person))
    teams = Names("team")
    for row in load_rows(work.session, Team).values():
        teams.add(Entity(row["name"], row["id"]))
    newest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in sorted(load_rows(work.session, Quota).values(), key=lambda row: row["version"]):
        newest[_key(row)] = row
    entities: dict[tuple[Any, ...], Entity] = {}

    def draft(record: Record) -> Draft:
        person = work.find(people, record, "person", IMPORT_PEOPLE)
        team = work.find(teams, record, "team", "teams come with the people")
        if (person is None) == (team is None):
            raise RowRefused("person", "a quota is of a person or of a team: give one of them")
        if record.get("month") is None:
            raise RowRefused("month", "the month is missing")
        metric = folded(record.text("metric")) or BOOKED
        if metric not in METRICS:
            raise RowRefused("metric", f"“{metric}” is not measured; quotas are on what is booked")
        values: dict[str, Any] = {
            "person_id": person.id if person else None,
            "team_id": team.id if team else None,
            "metric": BOOKED,
            "month": record.get("month"),
            "reason": record.text("reason"),
        }
        before = newest.get(_key(values))
        money = work.money(record, "amount", before["currency"] if before else None)
        if money is None:
            raise RowRefused("amount", "the amount is missing")
        values |= {"amount_minor": money.minor, "currency": money.currency}
        holder = person or team
        entity = entities.setdefault(_key(values), Entity(holder.name if holder else ""))
        return Draft(entity, values, before, record)

    rows = []
    for made in check_twice(work, work.draft_each(records, draft)):
        before = made.before
        if before is not None and all(before[column] == made.values[column] for column in ("amount_minor", "currency")):
            work.report.unchanged += 1
            continue
        work.report.added += before is None
        work.report.changed += before is not None
        version = before["version"] + 1 if before else 1
        why = made.values["reason"] or reason(work)
        rows.append(made.values | {"version": version, "recorded_at": work.author.at, "reason": why})
    for start in range(0, len(rows), BATCH):
        work.session.connection().execute(insert(Quota), rows[start : start + BATCH])
        work.progress("writing", min(start + BATCH, len(rows)), len(rows))


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["person_id"], row["team_id"], row["metric"], row["month"]
