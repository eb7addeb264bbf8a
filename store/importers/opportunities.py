"""Opportunities, with the history that a file tells: when they were opened, and when they were won or lost."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from store.change_log import Entry, FieldChange, RecordKind, to_json
from store.importers.accounts import IMPORT_ACCOUNTS, IMPORT_PEOPLE, load_accounts
from store.importers.names import Entity, Names, squeezed
from store.importers.people import load_people
from store.importers.problems import RowRefused
from store.importers.products import load_products
from store.importers.stages import Stages, load_stages
from store.importers.work import Draft, Record, Work, rows_in_words
from store.importers.writing import check_twice, created, load_rows, reason, write
from store.models import Account, Category, Opportunity, Person, Product, Stage, Status
from store.money import Money

CATEGORIES = {
    "pipeline": Category.PIPELINE, "best case": Category.BEST_CASE, "bestcase": Category.BEST_CASE,
    "upside": Category.BEST_CASE, "most likely": Category.BEST_CASE, "commit": Category.COMMIT,
    "committed": Category.COMMIT, "closed": Category.CLOSED, "closed won": Category.CLOSED,
    "omitted": Category.OMITTED, "not forecasted": Category.OMITTED, "潜在": Category.PIPELINE,
    "最佳情况": Category.BEST_CASE, "承诺": Category.COMMIT, "已关闭": Category.CLOSED, "忽略": Category.OMITTED,
}  # fmt: skip
AS_GIVEN = ("external_id", "next_step", "next_step_due", "source", "competitor", "loss_reason", "quantity")
AT_FIRST = ("owner_id", "amount_minor", "currency", "expected_close", "category")
"""What is known of an open one from its first day."""
AT_THE_END = ("status", "closed_on", "amount_minor", "currency", "booked_minor", "category")
"""What is known of a closed one only from the day it was closed."""


class OpportunityImport:
    """One import of opportunities."""

    def __init__(self, work: Work, records: Sequence[Record]) -> None:
        self.work = work
        self.records = records
        self.rows = load_rows(work.session, Opportunity)
        self.accounts = load_accounts(load_rows(work.session, Account))
        self.people = load_people(load_rows(work.session, Person))
        self.products = load_products(load_rows(work.session, Product))
        self.stages: Stages = load_stages(work, records)
        self.rates = work.rates()
        self.by_id = {row["external_id"]: self._known(row) for row in self.rows.values() if row["external_id"]}
        self.by_name: dict[tuple[int | None, str], list[Entity]] = {}
        for row in self.rows.values():
            if not row["external_id"]:
                self.by_name.setdefault((row["account_id"], squeezed(row["name"])), []).append(self._known(row))
        self.unrated: Counter[str] = Counter()
        self.backwards = 0
        self.unpriced = 0

    def _known(self, row: Any) -> Entity:
        return Entity(row["name"], row["id"], row["external_id"])

    def run(self) -> None:
        drafts = check_twice(self.work, self.work.draft_each(self.records, self.draft))
        write(
            self.work, RecordKind.OPPORTUNITY, drafts, history=lambda draft: list(self.history(draft)),
            changed_on=self.changed_on,
        )  # fmt: skip
        self.tell()

    def draft(self, record: Record) -> Draft:
        account = self.work.find(self.accounts, record, "account", IMPORT_ACCOUNTS)
        owner = self.work.find(self.people, record, "owner", IMPORT_PEOPLE)
        product = self.work.find(self.products, record, "product", "import the products first")
        stage = self.stage(record)
        entity = self.identify(record, account)
        before = self.rows.get(entity.id) if entity and entity.id else None
        values: dict[str, Any] = {name: record.get(name) for name in AS_GIVEN if record.get(name) is not None}
        for column, found in (("account_id", account), ("owner_id", owner), ("product_id", product)):
            if found is not None:
                values[column] = found.id
        if "owner_id" not in values and before is None:
            raise RowRefused("owner", "the owner is missing")
        opened = record.get("opened_on") or record.get("engaged_on")
        if opened is not None:
            values["opened_on"] = opened
        draft = Draft(entity or Entity("", None, record.get("external_id")), values, before, record)
        self.give_stage(draft, record, stage)
        self.give_amount(draft, record)
        self.give_name(draft, record, account, product)
        if before is None:
            values |= {"created_at": self.work.author.at, "updated_at": self.work.author.at}
        if entity is None:
            self.remember(draft, account)
        return draft

    def identify(self, record: Record, account: Entity | None) -> Entity | None:
        external_id = record.get("external_id")
        if external_id:
            return self.by_id.get(external_id)
        if not record.get("name"):
            raise RowRefused("external_id", "there is neither an id nor a name, so it could not be found again")
        same = self.by_name.get((account.id if account else None, squeezed(record.text("name"))), [])
        if len(same) > 1:
            raise RowRefused("name", f"there are {len(same)} opportunities of this name; an id would tell which")
        return same[0] if same else None

    def remember(self, draft: Draft, account: Entity | None) -> None:
        """So that a second row about the same one is noticed."""
        if draft.entity.external_id:
            self.by_id[draft.entity.external_id] = draft.entity
        else:
            key = (account.id if account else None, squeezed(draft.entity.name))
            self.by_name.setdefault(key, []).append(draft.entity)

    def stage(self, record: Record) -> Stage | None:
        words = record.text("stage")
        ending = self.stages.get_ending(words) if self.stages.names.get_exactly(words) is None else None
        if ending is not None:
            self.work.report.mend(record.layout.title("stage"), words, ending.name, f"both mean {ending.kind}")
            return ending
        found = self.work.find(self.stages.names, record, "stage", f"the stages are {self.listed}")
        return self.stages.rows[found.id] if found is not None and found.id is not None else None

    @property
    def listed(self) -> str:
        return ", ".join(stage.name for stage in self.stages.rows.values())

    def give_stage(self, draft: Draft, record: Record, stage: Stage | None) -> None:
        """Stage, status, category and the close date, which is expected of an open one and booked for a closed one."""
        values, before = draft.values, draft.before or {}
        if stage is None:
            if not before:
                raise RowRefused("stage", "the stage is missing")
            stage = self.stages.rows[before["stage_id"]]
        close = record.get("close_date")
        values |= {"stage_id": stage.id, "status": stage.kind}
        if stage.id != before.get("stage_id"):
            values["category"] = stage.category
        if record.get("category") and stage.kind == Status.OPEN:
            values["category"] = _category(record)
        if stage.kind == Status.OPEN:
            values["closed_on"] = None
            if close is not None:
                values["expected_close"] = close
            return
        values["closed_on"] = close or before.get("closed_on")
        if values["closed_on"] is None:
            raise RowRefused("close_date", f"it is {stage.kind}, but has no close date")
        opened = draft.after("opened_on")
        if opened is not None and opened > values["closed_on"]:
            self.backwards += 1

    def give_amount(self, draft: Draft, record: Record) -> None:
        values, before = draft.values, draft.before
        money = self.work.money(record, "amount", before["currency"] if before else None)
        if money is not None:
            values |= {"amount_minor": money.minor, "currency": money.currency}
        elif before is None:
            values["currency"] = record.get("currency") or self.work.home
        amount, booked = draft.after("amount_minor"), None
        if values["status"] == Status.WON:
            if amount is None:
                self.unpriced += 1
            else:
                currency = draft.after("currency")
                converted = self.rates.convert(Money(amount, currency), values["closed_on"])
                booked = converted.minor if converted else None
                self.unrated[currency] += converted is None
        if before is None or self.is_rebooked(draft, booked):
            values["booked_minor"] = booked

    def is_rebooked(self, draft: Draft, booked: int | None) -> bool:
        """Whether the booked amount is to be set anew: it is frozen as long as nothing that it came from changes."""
        before = draft.before or {}
        came_from = ("status", "amount_minor", "currency", "closed_on")
        return before["booked_minor"] is None or booked is None or any(
            draft.after(column) != before[column] for column in came_from
        )  # fmt: skip

    def give_name(self, draft: Draft, record: Record, account: Entity | None, product: Entity | None) -> None:
        if record.get("name"):
            draft.values["name"] = record.text("name")
        elif draft.before is None:
            what = product.name if product else record.text("external_id")
            draft.values["name"] = f"{account.name} – {what}" if account else f"{what} – no account yet"
        draft.entity.name = draft.after("name")

    def entry_stage(self, draft: Draft) -> Stage:
        """The stage in which it was opened: what the file's date is about, else the first; its own while it is open."""
        own = self.stages.rows[draft.values["stage_id"]]
        if own.kind == Status.OPEN:
            return own
        engaged = self.stages.find_like("engag") if draft.record and draft.record.get("engaged_on") else None
        return engaged or self.stages.first_open or own

    def history(self, draft: Draft) -> Iterator[Entry]:
        """Opened on its day in its first stage; a closed one then, on its own day, in its last."""
        values = draft.values
        closed_on: dt.date | None = values["closed_on"]
        opened: dt.date = values.get("opened_on") or closed_on or self.work.today
        if closed_on is not None:
            opened = min(opened, closed_on)
        first, last = self.entry_stage(draft), values["stage_id"]
        yield created(self.work, RecordKind.OPPORTUNITY, draft, opened)
        yield self.entry(draft, opened, "", FieldChange(field="stage_id", new=first.id))
        for field in AT_FIRST if closed_on is None else ("owner_id",):
            if values.get(field) is not None:
                yield self.entry(draft, opened, "", FieldChange(field=field, new=to_json(values[field]), derived=True))
        if closed_on is None:
            return
        if first.id != last:
            yield self.entry(draft, closed_on, "-closed", FieldChange(field="stage_id", old=first.id, new=last))
        for field in AT_THE_END:
            if values.get(field) is not None:
                old = Status.OPEN if field == "status" else None
                change = FieldChange(field=field, old=old, new=to_json(values[field]), derived=True)
                yield self.entry(draft, closed_on, "-closed", change)

    def entry(self, draft: Draft, day: dt.date, moment: str, change: FieldChange) -> Entry:
        """What was changed at one moment carries one id."""
        record_id = draft.entity.id or 0
        own_id = f"{self.work.change_id}-{RecordKind.OPPORTUNITY}-{record_id}{moment}"
        return Entry(own_id, RecordKind.OPPORTUNITY, record_id, 1, change, day, reason(self.work))

    def changed_on(self, draft: Draft) -> dt.date:
        """A row that closes an opportunity, or moves the day, speaks of that day; any other of today."""
        before, closed_on = draft.before or {}, draft.values["closed_on"]
        return closed_on if closed_on and closed_on != before.get("closed_on") else self.work.today

    def tell(self) -> None:
        warnings = self.work.report.warnings
        missing = {currency: count for currency, count in self.unrated.items() if count}
        if missing:
            listed = ", ".join(
                f"{rows_in_words(count, 'won one')} in {code}" for code, count in sorted(missing.items())
            )
            warnings.append(
                f"there is no exchange rate for {listed} on their close dates, so they count towards no total yet. "
                "Load rates (python -m store rates FILE); they are then booked."
            )
        if self.unpriced:
            warnings.append(f"{rows_in_words(self.unpriced)} say won, but without an amount.")
        if self.backwards:
            warnings.append(
                f"{rows_in_words(self.backwards)} were closed before they were opened; imported as they are."
            )


def _category(record: Record) -> Category:
    words = " ".join(record.text("category").replace("_", " ").casefold().split())
    category = CATEGORIES.get(words)
    if category is None:
        known = "Pipeline, Best Case, Commit or Omitted"
        raise RowRefused("category", f"“{record.text('category')}” is not a forecast category: write {known}")
    return category


def load_opportunities(rows: Any) -> Names:
    names = Names("opportunity")
    for row in rows.values():
        names.add(Entity(row["name"], row["id"], row["external_id"]))
    return names
