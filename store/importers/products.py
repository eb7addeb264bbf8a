"""What is sold."""

from collections.abc import Mapping, Sequence
from typing import Any

from store.change_log import RecordKind
from store.importers.names import Entity, Names, folded
from store.importers.problems import RowRefused
from store.importers.work import Draft, Record, Work
from store.importers.writing import check_twice, load_rows, write
from store.models import Product

YES = frozenset(
    {"yes", "y", "true", "1", "active", "x", "✓", "qualified", "works", "working", "是", "启用", "在售", "有效", "上班"}
)
NO = frozenset({"no", "n", "false", "0", "inactive", "off", "holiday", "否", "停用", "停售", "无效", "放假", "休息"})


def import_products(work: Work, records: Sequence[Record]) -> None:
    rows = load_rows(work.session, Product)
    names = load_products(rows)

    def draft(record: Record) -> Draft:
        name = record.text("name")
        if not name:
            raise RowRefused("name", "the name is missing")
        entity = work.identify(names, record, name)
        if entity is None and (other := names.get_exactly(name)) is not None:
            raise RowRefused("name", f"there is a product “{name}” already, with the id {other.external_id}")
        before = rows.get(entity.id) if entity and entity.id else None
        columns = ("external_id", "family")
        values: dict[str, Any] = {column: record.get(column) for column in columns if record.get(column) is not None}
        price = work.money(record, "price", before["currency"] if before else None)
        if price is not None:
            values |= {"list_price_minor": price.minor, "currency": price.currency}
        cost = work.money(record, "cost", values.get("currency") or (before["currency"] if before else None))
        if cost is not None:
            currency = values.setdefault("currency", cost.currency)
            if currency != cost.currency:
                raise RowRefused("cost", f"the cost is in {cost.currency}, the price in {currency}")
            values["unit_cost_minor"] = cost.minor
        if before and before["currency"] not in (None, values.get("currency", before["currency"])):
            _check_currency(before, values)
        if record.get("active"):
            values["active"] = is_yes(record, "active")
        if entity is None or record.get("external_id"):
            values["name"] = name
        if entity is None:
            entity = names.add(Entity(name, None, record.get("external_id")))
        return Draft(entity, values, before, record)

    write(work, RecordKind.PRODUCT, check_twice(work, work.draft_each(records, draft)))


def load_products(rows: Mapping[int, Mapping[str, Any]]) -> Names:
    names = Names("product")
    for row in rows.values():
        names.add(Entity(row["name"], row["id"], row["external_id"]))
    return names


def _check_currency(before: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Price and cost share one currency: a file that changes it brings both."""
    for column, name, other in (("list_price_minor", "cost", "price"), ("unit_cost_minor", "price", "cost")):
        if before[column] is not None and column not in values:
            raise RowRefused(name, f"the {other} is in {before['currency']}; give both in {values['currency']}")


def is_yes(record: Record, name: str) -> bool:
    """What a cell says that is either yes or no. Raises `RowRefused`."""
    word = folded(record.text(name))
    if word not in YES | NO:
        raise RowRefused(name, f"“{record.text(name)}” is neither yes nor no")
    return word in YES
