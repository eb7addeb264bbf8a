"""The sales process: its stages, and the reasons for which opportunities are lost."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, delete, func, select, update

from store.change_log import RecordKind
from store.importers.names import Entity, Names, folded, squeezed
from store.importers.opportunities import CATEGORIES
from store.importers.problems import ImportProblem, RowRefused
from store.importers.products import is_yes
from store.importers.stages import UNKNOWN_CHANCE, category_of, status_of
from store.importers.work import Draft, Record, Work
from store.importers.writing import check_twice, load_rows, write_unlogged
from store.models import Category, ChangeEntry, LossReason, Opportunity, RiskThreshold, Stage, Status

ENDS = {Status.WON: (100, Category.CLOSED), Status.LOST: (0, Category.OMITTED)}
APART = 1_000_000
"""Where stages wait while they change places: no two may stand at the same one."""


def import_stages(work: Work, records: Sequence[Record]) -> None:
    """The whole process, a stage in a row. One that the file leaves out goes, unless something has been in it; one that
    holds opportunities stays as open, won or lost as it is."""
    rows = load_rows(work.session, Stage)
    names = Names("stage")
    for row in rows.values():
        names.add(Entity(row["name"], row["id"]))
    held = dict(work.session.exec(select(Opportunity.stage_id, func.count()).group_by(col(Opportunity.stage_id))).all())

    def draft(record: Record) -> Draft:
        name = record.text("name")
        if not name:
            raise RowRefused("name", "the name is missing")
        entity = work.identify(names, record, name)
        before = rows.get(entity.id) if entity and entity.id else None
        kind = _kind(record, name, before)
        if before is not None and kind != before["kind"] and held.get(before["id"]):
            count = held[before["id"]]
            what = "1 opportunity" if count == 1 else f"{count:,} opportunities"
            raise RowRefused("kind", f"{what} in it would become {kind}; move {'it' if count == 1 else 'them'} first")
        values: dict[str, Any] = {"kind": kind.value, **_chances(record, kind, before)}
        if record.get("position") is not None:
            values["position"] = record.get("position")
        if record.get("qualified") is not None:
            values["qualified"] = is_yes(record, "qualified")
        if entity is None:
            entity = names.add(Entity(name))
        values["name"] = name
        return Draft(entity, values, before, record)

    drafts = check_twice(work, work.draft_each(records, draft))
    if work.report.refused:
        # Half a process is none: what its other rows say may hang on the refused one.
        for made in drafts:
            if made.record is not None:
                work.refuse(made.record, "", "another stage was refused, and stages are set together")
        return
    _check_ends(drafts)
    _take_away(work, rows, drafts, held)
    _write_in_order(work, drafts)


def _kind(record: Record, name: str, before: Mapping[str, Any] | None) -> Status:
    said = folded(record.text("kind"))
    if not said:
        return Status(before["kind"]) if before else status_of(name)
    if said in list(Status):
        return Status(said)
    if said in {"进行中", "开放", "in progress", "active"}:
        return Status.OPEN
    kind = status_of(said)
    if kind is Status.OPEN:
        raise RowRefused("kind", f"“{record.text('kind')}” is none of open, won and lost")
    return kind


def _chances(record: Record, kind: Status, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Probability and forecast category; those of a closed stage follow from what it is."""
    if kind is not Status.OPEN:
        probability, category = ENDS[kind]
        if record.get("probability") not in (None, probability):
            raise RowRefused("probability", f"what is {kind} has a probability of {probability} %")
        return {"probability": probability, "category": category.value}
    known = before if before is not None and before["kind"] == Status.OPEN else None
    said = record.get("probability")
    probability = said if said is not None else known["probability"] if known else UNKNOWN_CHANCE
    if record.get("category"):
        named = CATEGORIES.get(folded(record.text("category")).replace("_", " "))
        if named is None or named is Category.CLOSED:
            raise RowRefused("category", f"“{record.text('category')}” is no forecast category of an open stage")
        return {"probability": probability, "category": named.value}
    return {"probability": probability, "category": known["category"] if known else category_of(probability).value}


def _check_ends(drafts: Sequence[Draft]) -> None:
    kinds = {made.values["kind"] for made in drafts}
    missing = [kind.value for kind in Status if kind not in kinds]
    if missing:
        raise ImportProblem(
            f"The file has no stage that is {' and none that is '.join(missing)}. "
            "A process has open stages, one in which opportunities are won and one in which they are lost."
        )


def _take_away(
    work: Work, rows: Mapping[int, Mapping[str, Any]], drafts: Sequence[Draft], held: Mapping[int, int]
) -> None:
    """Remove the stages that the file leaves out. Raises `ImportProblem` where something is, or has been, in one."""
    named = {made.entity.id for made in drafts}
    left = [row for number, row in rows.items() if number not in named]
    for row in left:
        if count := held.get(row["id"], 0):
            raise ImportProblem(
                f"The file leaves out “{row['name']}”, in which there are {count:,} opportunities. "
                "Keep a row for it, or move them to another stage first. Nothing was changed."
            )
        words = json.dumps(row["id"])
        been = work.session.exec(
            select(func.count())
            .select_from(ChangeEntry)
            .where(
                ChangeEntry.record_kind == RecordKind.OPPORTUNITY,
                ChangeEntry.field == "stage_id",
                (col(ChangeEntry.old) == words) | (col(ChangeEntry.new) == words),
            )
        ).one()
        if been:
            raise ImportProblem(
                f"The file leaves out “{row['name']}”, in which opportunities have been: their history would lose it. "
                "Keep a row for it. Nothing was changed."
            )
    gone = [row["id"] for row in left]
    if gone:
        work.session.exec(delete(RiskThreshold).where(col(RiskThreshold.stage_id).in_(gone)))
        work.session.exec(delete(Stage).where(col(Stage.id).in_(gone)))
        work.report.notes.append(f"Took away {', '.join(row['name'] for row in left)}, in which nothing has ever been.")


def _write_in_order(work: Work, drafts: Sequence[Draft]) -> None:
    """Write them, with places from 1: as the file numbers them, else as its rows follow each other."""
    numbered = all("position" in made.values for made in drafts)
    order = sorted(drafts, key=lambda made: made.values["position"]) if numbered else list(drafts)
    for place, made in enumerate(order, 1):
        made.values["position"] = place
    work.session.exec(update(Stage).values(position=col(Stage.position) + APART))
    write_unlogged(work, Stage, drafts)
    for made in drafts:
        if made.before is not None:
            place = made.values["position"]
            work.session.exec(update(Stage).where(col(Stage.id) == made.entity.id).values(position=place))


def import_loss_reasons(work: Work, records: Sequence[Record]) -> None:
    """Known by name; those that the file does not name stay, after the others."""
    rows = load_rows(work.session, LossReason)
    names = Names("loss reason")
    for row in rows.values():
        names.add(Entity(row["name"], row["id"]))
    last = max((row["position"] for row in rows.values()), default=0)

    def draft(record: Record) -> Draft:
        nonlocal last
        name = record.text("name")
        if not name:
            raise RowRefused("name", "the name is missing")
        entity = work.identify(names, record, name)
        before = rows.get(entity.id) if entity and entity.id else None
        values: dict[str, Any] = {}
        if record.get("position") is not None:
            values["position"] = record.get("position")
        if record.get("no_decision") is not None:
            values["no_decision"] = is_yes(record, "no_decision")
        if entity is None:
            last += 1
            values = {"position": last, "no_decision": squeezed(name) in NO_DECISION} | values | {"name": name}
            entity = names.add(Entity(name))
        return Draft(entity, values, before, record)

    write_unlogged(work, LossReason, check_twice(work, work.draft_each(records, draft)))


NO_DECISION = frozenset({"nodecision", "nobudget", "statusquo", "didnothing", "projectcancelled", "projectcanceled",
                         "未决定", "无决策", "项目取消", "没有预算"})  # fmt: skip
