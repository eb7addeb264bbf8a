"""What was done with customers."""

import re
from collections.abc import Sequence
from typing import Any

from store.change_log import RecordKind
from store.importers.accounts import IMPORT_ACCOUNTS, IMPORT_PEOPLE, load_accounts
from store.importers.names import Entity, Names, folded
from store.importers.opportunities import load_opportunities
from store.importers.people import load_people
from store.importers.problems import RowRefused
from store.importers.work import Draft, Record, Work
from store.importers.writing import check_twice, load_rows, write
from store.models import Account, Activity, ActivityKind, Contact, Direction, Opportunity, Person

KIND_WORDS = {
    ActivityKind.CALL: "call, phone, phone call, cold call, logged call, 电话, 通话, 电话沟通",
    ActivityKind.EMAIL: "email, e-mail, mail, incoming email, outgoing email, list email, 邮件, 电子邮件",
    ActivityKind.MEETING: "meeting, event, visit, on-site, site visit, lunch, 会议, 拜访, 上门拜访, 会面",
    ActivityKind.DEMO: "demo, demonstration, presentation, product demo, 演示, 产品演示",
    ActivityKind.NOTE: "note, task, to-do, todo, comment, other, 备注, 记录, 任务, 其他",
}
KINDS = {word.strip(): kind for kind, words in KIND_WORDS.items() for word in words.split(",")}
DIRECTION_WORDS = {
    Direction.INBOUND: "in, inbound, incoming, incoming email, received, 呼入, 来电, 收到",
    Direction.OUTBOUND: "out, outbound, outgoing, outgoing email, sent, 呼出, 去电, 发出",
    Direction.BOTH: "both, internal, 双向",
}
DIRECTIONS = {word.strip(): direction for direction, words in DIRECTION_WORDS.items() for word in words.split(",")}
DURATION = re.compile(
    r"(?:(?P<hours>\d+)\s*(?:h|hrs?|hours?|小时)\s*)?(?:(?P<minutes>\d+)\s*(?:m|mins?|minutes?|分钟?)?)?(?:\s*\d+\s*s\w*)?",
    re.IGNORECASE,
)
SAME = ("kind", "occurred_at", "person_id", "account_id", "contact_id", "opportunity_id", "note")
"""What makes an activity without an id the same as one that is already there."""


def import_activities(work: Work, records: Sequence[Record]) -> None:
    rows = load_rows(work.session, Activity)
    accounts = load_accounts(load_rows(work.session, Account))
    people = load_people(load_rows(work.session, Person))
    contacts = _Places(load_rows(work.session, Contact), "contact")
    opportunities = _Places(load_rows(work.session, Opportunity), "opportunity")
    by_id = {row["external_id"]: Entity(row["kind"], row["id"], row["external_id"]) for row in rows.values()}
    by_content = {tuple(row[column] for column in SAME): Entity(row["kind"], row["id"]) for row in rows.values()}

    def draft(record: Record) -> Draft:
        values = _values(record)
        if "occurred_at" not in values:
            raise RowRefused("when", "the date is missing")
        person = work.find(people, record, "person", IMPORT_PEOPLE)
        if person is None:
            raise RowRefused("person", "who did it is missing")
        account = work.find(accounts, record, "account", IMPORT_ACCOUNTS)
        opportunity = work.find(opportunities.at(account), record, "opportunity", "import the opportunities first")
        contact = work.find(contacts.at(account), record, "contact", "import the contacts first")
        values |= {
            "person_id": person.id,
            "account_id": account.id if account else opportunities.account_of(opportunity),
            "contact_id": contact.id if contact else None,
            "opportunity_id": opportunity.id if opportunity else None,
        }
        content = tuple(values.get(column, "") for column in SAME)
        external_id = record.get("external_id")
        entity = by_id.get(external_id) if external_id else by_content.get(content)
        before = rows.get(entity.id) if entity and entity.id else None
        if before is not None:
            values = {column: value for column, value in values.items() if value is not None}
        if entity is None:
            entity = Entity(values["kind"], None, external_id)
            if external_id:
                by_id[external_id] = entity
            else:
                by_content[content] = entity
        return Draft(entity, values, before, record)

    write(work, RecordKind.ACTIVITY, check_twice(work, work.draft_each(records, draft)))


class _Places:
    """Records that belong to accounts: a name counts within its account where the row gives one."""

    def __init__(self, rows: Any, noun: str) -> None:
        self.everywhere = load_opportunities(rows)
        self.everywhere.noun = noun
        self.by_account: dict[int | None, Names] = {}
        self.accounts = {row["id"]: row["account_id"] for row in rows.values()}
        for row in rows.values():
            there = self.by_account.setdefault(row["account_id"], Names(noun))
            there.add(Entity(row["name"], row["id"], row["external_id"], row.get("email")))

    def at(self, account: Entity | None) -> Names:
        if account is None:
            return self.everywhere
        return self.by_account.get(account.id, self.everywhere)

    def account_of(self, entity: Entity | None) -> int | None:
        return self.accounts.get(entity.id) if entity else None


def _values(record: Record) -> dict[str, Any]:
    words = folded(record.text("kind")).replace("_", " ")
    kind = KINDS.get(words)
    if kind is None:
        listed = ", ".join(ActivityKind)
        raise RowRefused("kind", f"“{record.text('kind')}” is none of {listed}" if words else "the kind is missing")
    values: dict[str, Any] = {"kind": kind.value}
    direction = folded(record.text("direction")) or words
    if direction in DIRECTIONS:
        values["direction"] = DIRECTIONS[direction].value
    elif record.get("direction"):
        raise RowRefused("direction", f"“{record.text('direction')}” is neither in nor out")
    if record.get("duration"):
        values["duration_minutes"] = _minutes(record)
    if record.get("when") is not None:
        values["occurred_at"] = record.get("when")
    for column in ("external_id", "outcome", "note"):
        if record.get(column):
            values[column] = record.text(column)
    return values


def _minutes(record: Record) -> int:
    """From "45", "45 min", "1 h 15", "1:15:00", or a number of what the header says."""
    text, title = record.text("duration"), record.layout.title("duration").casefold()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        scale = 60_000 if "millisecond" in title or "(ms)" in title else 60 if "second" in title else 1
        return round(float(text) / scale)
    if found := re.fullmatch(r"(\d+):(\d{2})(?::\d{2})?", text):
        return int(found[1]) * 60 + int(found[2])
    found = DURATION.fullmatch(text)
    if found is None or not (found["hours"] or found["minutes"]):
        raise RowRefused("duration", f"“{text}” is not a length of time such as 45 min")
    return int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
