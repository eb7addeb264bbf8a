"""Who is credited with an opportunity, and what has been paid for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from store.change_log import FieldChange, RecordChange, RecordKind, apply
from store.importers.accounts import IMPORT_PEOPLE
from store.importers.names import Entity, folded
from store.importers.opportunities import load_opportunities
from store.importers.people import load_people
from store.importers.problems import RowRefused
from store.importers.work import Draft, Record, Work, rows_in_words
from store.importers.writing import check_twice, load_rows, reason, write, write_unlogged
from store.models import WHOLE_SHARE, Credit, CreditSplit, Opportunity, Payment, Person, Status

KINDS = {
    **dict.fromkeys(("", "direct", "revenue", "main", "直接", "主"), Credit.DIRECT),
    **dict.fromkeys(("overlay", "support", "shadow", "附加", "支持", "协同"), Credit.OVERLAY),
}
IMPORT_OPPORTUNITIES = "import the opportunities first"


def import_splits(work: Work, records: Sequence[Record]) -> None:
    """The shares of an opportunity, one person in a row. Its direct ones are the whole, and take the place of those
    there were; if they do not add up, or one of its rows is refused, all of them are."""
    opportunities = load_opportunities(load_rows(work.session, Opportunity))
    people = load_people(load_rows(work.session, Person))
    rows = load_rows(work.session, CreditSplit)
    there = {(row["opportunity_id"], row["person_id"], row["kind"]): row for row in rows.values()}
    groups: dict[int, list[Record]] = defaultdict(list)
    spoilt: set[int] = set()
    shares: dict[int, Decimal] = {}

    def draft(record: Record) -> Draft:
        opportunity = work.find(opportunities, record, "opportunity", IMPORT_OPPORTUNITIES)
        if opportunity is None or opportunity.id is None:
            raise RowRefused("opportunity", "the opportunity is missing")
        groups[opportunity.id].append(record)
        try:
            person = work.find(people, record, "person", IMPORT_PEOPLE)
            if person is None:
                raise RowRefused("person", "the person is missing")
            kind = KINDS.get(folded(record.text("kind")))
            if kind is None:
                raise RowRefused("kind", f"“{record.text('kind')}” is neither direct nor overlay")
            shares[id(record)] = _percent(record)
        except RowRefused:
            spoilt.add(opportunity.id)
            raise
        key = (opportunity.id, person.id or 0, kind.value)
        values = {"opportunity_id": opportunity.id, "person_id": person.id, "kind": kind.value}
        before = there.get(key)
        entity = Entity(f"{opportunity.name}: {person.name}", before["id"] if before else None)
        return Draft(entity, values, before, record)

    kept = []
    by_deal: dict[int, list[Draft]] = defaultdict(list)
    for made in work.draft_each(records, draft):
        by_deal[made.values["opportunity_id"]].append(made)
    for deal, drafts in by_deal.items():
        trouble = "another row of this opportunity was refused" if deal in spoilt else _trouble(drafts, shares)
        if trouble:
            for record in groups[deal]:
                if record not in work.kept_out:
                    work.refuse(record, "share", trouble)
            continue
        kept += drafts
    named = {(made.values["opportunity_id"], made.values["person_id"], made.values["kind"]) for made in kept}
    whole = {made.values["opportunity_id"] for made in kept if made.values["kind"] == Credit.DIRECT}
    gone = [row for key, row in there.items() if key not in named and key[0] in whole and row["kind"] == Credit.DIRECT]
    _delete(work, gone)
    write(work, RecordKind.SPLIT, kept)


def _percent(record: Record) -> Decimal:
    said = record.text("share")
    try:
        share = Decimal(said.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation as error:
        raise RowRefused("share", f"“{said}” is not a share in percent" if said else "the share is missing") from error
    if not share.is_finite() or not 0 < share <= 100:
        raise RowRefused("share", f"“{said}” is not a share above 0 and up to 100 %")
    return share


def _trouble(drafts: Sequence[Draft], shares: Mapping[int, Decimal]) -> str:
    """Why the rows of an opportunity are no split, or nothing; gives them their shares otherwise.

    Shares that add up to 1 are taken as parts of one, and those that add up to 100 as percent.
    """
    keys = [(made.values["person_id"], made.values["kind"]) for made in drafts]
    if len(set(keys)) < len(keys):
        return "somebody stands in two rows of this opportunity"
    direct = sum((shares[id(made.record)] for made in drafts if made.values["kind"] == Credit.DIRECT), Decimal(0))
    if direct not in (0, 1, 100):
        return f"the direct shares of this opportunity add up to {direct:f} %, not to 100 %"
    factor = WHOLE_SHARE if direct == 1 else WHOLE_SHARE // 100
    for made in drafts:
        share = shares[id(made.record)] * factor
        if share != share.to_integral_value() or share < 1:
            return "shares have at most two decimals"
        made.values["share"] = int(share)
    return ""


def _delete(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Take away the shares of those whom the file no longer names."""
    changes = [
        RecordChange(
            kind=RecordKind.SPLIT, id=row["id"], version=row["version"], label="share", deletes=True,
            fields=tuple(
                FieldChange(field=column, old=row[column])
                for column in ("opportunity_id", "person_id", "kind", "share")
            ),
        )
        for row in rows
    ]  # fmt: skip
    if changes:
        apply(work.session, changes, work.author, reason=reason(work), effective_on=work.today)
        what = rows_in_words(len(changes), "earlier share")
        work.report.notes.append(f"Took away {what} of people whom the file no longer names.")


def import_payments(work: Work, records: Sequence[Record]) -> None:
    """Money that arrived: known by its id, else the first, second … of its day and amount for that opportunity."""
    opportunities = load_rows(work.session, Opportunity)
    names = load_opportunities(opportunities)
    rows = load_rows(work.session, Payment)
    by_id = {row["external_id"]: row for row in rows.values() if row["external_id"]}
    alike: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows.values():
        if not row["external_id"]:
            alike[row["opportunity_id"], row["paid_on"], row["amount_minor"], row["currency"]].append(row)
    entities: dict[Any, Entity] = {}
    early = 0

    def draft(record: Record) -> Draft:
        nonlocal early
        found = work.find(names, record, "opportunity", IMPORT_OPPORTUNITIES)
        if found is None or found.id is None:
            raise RowRefused("opportunity", "the opportunity is missing")
        opportunity = opportunities[found.id]
        if record.get("paid_on") is None:
            raise RowRefused("paid_on", "the day is missing")
        money = work.money(record, "amount", opportunity["currency"])
        if money is None:
            raise RowRefused("amount", "the amount is missing")
        early += opportunity["status"] != Status.WON
        values = {
            "opportunity_id": found.id, "paid_on": record.get("paid_on"), "amount_minor": money.minor,
            "currency": money.currency,
        }  # fmt: skip
        own_id = record.get("external_id")
        if own_id:
            values["external_id"] = own_id
            before = by_id.get(own_id)
            entity = entities.setdefault(own_id, Entity(found.name, before["id"] if before else None, own_id))
            return Draft(entity, values, before, record)
        same = alike[found.id, values["paid_on"], money.minor, money.currency]
        before = same.pop(0) if same else None
        return Draft(Entity(found.name, before["id"] if before else None), values, before, record)

    drafts = check_twice(work, work.draft_each(records, draft))
    write_unlogged(work, Payment, drafts)
    if early:
        work.report.warnings.append(f"{rows_in_words(early)} with a payment for an opportunity that is not won.")
