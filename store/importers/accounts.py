"""Accounts and the contacts there."""

from collections.abc import Mapping, Sequence
from typing import Any

from store.change_log import RecordKind
from store.importers.names import Entity, Names, folded
from store.importers.people import full_name, load_people
from store.importers.problems import RowRefused
from store.importers.work import Draft, Record, Work
from store.importers.writing import check_twice, keep_whole, load_rows, without_circles, write
from store.models import Account, Contact, Person

IMPORT_ACCOUNTS = "import the accounts first"
IMPORT_PEOPLE = "import the people first"


def import_accounts(work: Work, records: Sequence[Record]) -> None:
    rows = load_rows(work.session, Account)
    names = load_accounts(rows)
    people = load_people(load_rows(work.session, Person))

    def draft(record: Record) -> Draft:
        name = record.text("name")
        if not name:
            raise RowRefused("name", "the name is missing")
        entity = work.identify(names, record, name)
        before = rows.get(entity.id) if entity and entity.id else None
        columns = ("external_id", "industry", "region", "country", "website", "employees", "founded_year")
        values: dict[str, Any] = {column: record.get(column) for column in columns if record.get(column) is not None}
        revenue = work.money(record, "revenue", before["currency"] if before else None)
        if revenue is not None:
            values |= {"annual_revenue_minor": revenue.minor, "currency": revenue.currency}
        if (owner := work.find(people, record, "owner", IMPORT_PEOPLE)) is not None:
            values["owner_id"] = owner.id
        if entity is None or record.get("external_id"):
            values["name"] = name
        made = Draft(entity or Entity(name, None, record.get("external_id")), values, before, record)
        if entity is None:
            names.add(made.entity)
        return made

    def give_parent(made: Draft) -> bool:
        if made.record is None:
            return True
        try:
            parent = work.find(names, made.record, "parent", "it is neither in this file nor among the accounts")
            if parent is made.entity:
                raise RowRefused("parent", "an account cannot be its own parent")
        except RowRefused as refused:
            work.refuse(made.record, refused.field, refused.reason)
            return False
        if parent is not None:
            made.values["parent_id"] = parent if parent.id is None else parent.id
        return True

    drafts = [made for made in check_twice(work, work.draft_each(records, draft)) if give_parent(made)]
    straight = without_circles(work, rows, drafts, "parent_id", "parent")
    write(work, RecordKind.ACCOUNT, keep_whole(work, straight, "parent_id", "parent"))


def load_accounts(rows: Mapping[int, Mapping[str, Any]]) -> Names:
    names = Names("account")
    for row in rows.values():
        names.add(Entity(row["name"], row["id"], row["external_id"]))
    return names


def import_contacts(work: Work, records: Sequence[Record]) -> None:
    """A contact without an id is known by e-mail, else by name and account."""
    rows = load_rows(work.session, Contact)
    accounts = load_accounts(load_rows(work.session, Account))
    by_account: dict[int | None, Names] = {}
    everywhere = Names("contact")
    for row in rows.values():
        entity = everywhere.add(Entity(row["name"], row["id"], row["external_id"], row["email"]))
        by_account.setdefault(row["account_id"], Names("contact")).add(entity)

    def draft(record: Record) -> Draft:
        name, email = full_name(record), record.text("email").casefold() or None
        if email and ("@" not in email or " " in email):
            raise RowRefused("email", f"“{email}” is not an e-mail address")
        if not name and not email:
            raise RowRefused("name", "the name is missing")
        name = name or str(email)
        account = work.find(accounts, record, "account", IMPORT_ACCOUNTS)
        there = by_account.setdefault(account.id if account else None, Names("contact"))
        entity = _by_handle(work, everywhere, record, email) or work.identify(there, record, name, email)
        before = rows.get(entity.id) if entity and entity.id else None
        columns = ("external_id", "phone", "title")
        values: dict[str, Any] = {column: record.get(column) for column in columns if record.get(column) is not None}
        if email:
            values["email"] = email
        if account is not None:
            values["account_id"] = account.id
        if entity is None or record.get("external_id"):
            values["name"] = name
        if entity is None:
            entity = everywhere.add(Entity(name, None, record.get("external_id"), email))
            there.add(entity)
        return Draft(entity, values, before, record)

    write(work, RecordKind.CONTACT, check_twice(work, work.draft_each(records, draft)))


def _by_handle(work: Work, contacts: Names, record: Record, email: str | None) -> Entity | None:
    """The contact of the row's id or e-mail, wherever they work now."""
    entity = contacts.get_by_handle(record.get("external_id")) or contacts.get_by_handle(email)
    if entity is not None and folded(entity.name) != folded(full_name(record)) and not record.get("external_id"):
        title = record.layout.title("email")
        work.report.mend(title, full_name(record), entity.name, "the same e-mail address")
    return entity
