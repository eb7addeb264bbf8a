"""Targets by month, of people, teams, regions and the company. A changed one is a new version; the old one stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from store.importers.accounts import IMPORT_PEOPLE
from store.importers.amounts import Amount
from store.importers.dates import read_month
from store.importers.days_off import SET_REGIONS, load_regions
from store.importers.headers import HEADER_ROWS
from store.importers.names import Entity, Names, folded
from store.importers.people import load_people
from store.importers.problems import RowRefused
from store.importers.reading import Row, Sheet
from store.importers.work import Draft, Record, Work
from store.importers.writing import BATCH, check_twice, load_rows, reason
from store.models import Level, Metric, Person, Quota, Team

METRIC_WORDS = {
    Metric.BOOKED: "booked, bookings, booked amount, revenue, sales, quota, won, 销售额, 业绩, 成交额, 签单额",
    Metric.MARGIN: "margin, gross margin, profit, gross profit, 毛利, 利润",
    Metric.COLLECTED: "collected, collections, cash, payments, 回款, 回款额, 收款",
    Metric.PIPELINE_CREATED: "pipeline created, pipeline_created, pipeline, created pipeline, 新增商机, 商机金额",
    Metric.UNITS: "units, quantity, units sold, 数量, 销量, 件数",
    Metric.NEW_ACCOUNTS: "new accounts, new_accounts, new customers, new logos, logos, 新客户, 新客户数",
    Metric.ACTIVITIES: "activities, calls, calls and meetings, 活动, 活动数, 拜访",
}
METRICS = {word.strip(): metric for metric, words in METRIC_WORDS.items() for word in words.split(",")}
LEVELS = {
    **dict.fromkeys(("target", "quota", "base", "目标", "基本目标"), Level.TARGET),
    **dict.fromkeys(("stretch", "sprint", "冲刺", "冲刺目标"), Level.STRETCH),
    **dict.fromkeys(("challenge", "挑战", "挑战目标"), Level.CHALLENGE),
}
COMPANY = frozenset(
    {"company", "whole company", "the company", "organisation", "organization", "total", "全公司", "公司"}
)
HOLDERS = ("person", "team", "region")


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
    regions = load_regions(work)
    newest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in sorted(load_rows(work.session, Quota).values(), key=lambda row: row["version"]):
        newest[_key(row)] = row
    entities: dict[tuple[Any, ...], Entity] = {}

    def draft(record: Record) -> Draft:
        # Beside a person or a team, a region only says where they are.
        given = [name for name in ("person", "team") if record.get(name)]
        given = given or [name for name in ("region",) if record.get(name)]
        if len(given) != 1:
            raise RowRefused("person", "a quota is of a person, a team, a region or the company: give one of them")
        person = team = region = None
        if not _is_company(work, record.text(given[0])):
            person = work.find(people, record, "person", IMPORT_PEOPLE)
            team = work.find(teams, record, "team", "teams come with the people")
            region = work.find(regions, record, "region", SET_REGIONS) if given == ["region"] else None
        if record.get("month") is None:
            raise RowRefused("month", "the month is missing")
        metric, level = _metric(record), _level(record)
        values: dict[str, Any] = {
            "person_id": person.id if person else None,
            "team_id": team.id if team else None,
            "region": region.name if region else "",
            "metric": metric.value,
            "level": level.value,
            "month": record.get("month"),
            "reason": record.text("reason"),
        }
        before = newest.get(_key(values))
        ramp = record.get("ramp")
        values["ramp_percent"] = ramp if ramp is not None else before["ramp_percent"] if before else 100
        values |= _asked(work, record, metric, before)
        holder = person or team or region
        entity = entities.setdefault(_key(values), Entity(holder.name if holder else work.organisation.name))
        return Draft(entity, values, before, record)

    rows = []
    for made in check_twice(work, work.draft_each(records, draft)):
        before = made.before
        if before is not None and all(before[column] == made.values[column] for column in ASKED):
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


ASKED = ("amount_minor", "currency", "ramp_percent")


def _is_company(work: Work, words: str) -> bool:
    return folded(words) in COMPANY or folded(words) == folded(work.organisation.name)


def _metric(record: Record) -> Metric:
    words = folded(record.text("metric")) or Metric.BOOKED.value
    if words not in METRICS:
        raise RowRefused("metric", f"“{words}” is not measured; quotas are on {', '.join(Metric).replace('_', ' ')}")
    return METRICS[words]


def _level(record: Record) -> Level:
    words = folded(record.text("level")) or Level.TARGET.value
    if words not in LEVELS:
        raise RowRefused("level", f"“{words}” is no level; there are {', '.join(Level)}")
    return LEVELS[words]


def _asked(work: Work, record: Record, metric: Metric, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The amount: money in its minor units, or a count without a currency."""
    amount: Amount | None = record.get("amount")
    if amount is None:
        raise RowRefused("amount", "the amount is missing")
    if metric.is_money:
        money = work.money(record, "amount", before["currency"] if before else None)
        return {"amount_minor": money.minor, "currency": money.currency} if money else {}
    if amount.currency or record.get("currency"):
        raise RowRefused("amount", f"{metric.replace('_', ' ')} are counted, not paid: leave the currency out")
    if amount.units != amount.units.to_integral_value() or amount.units >= 2**63:
        raise RowRefused("amount", f"{metric.replace('_', ' ')} are counted in whole numbers")
    return {"amount_minor": int(amount.units), "currency": None}


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["person_id"], row["team_id"], row["region"], row["metric"], row["level"], row["month"]
