"""The stages that a file's words mean; in a database that has none they are made from the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from store.importers.names import Entity, Names, squeezed
from store.importers.problems import Question
from store.importers.work import Record, Work
from store.models import Category, Stage, Status

WON = (
    "won", "closedwon", "closewon", "deal won", "gewonnen", "abgeschlossen gewonnen", "gagné", "gagnée", "fermé gagné",
    "ganado", "ganada", "cerrado ganado", "cerrada ganada", "vinto", "vinta", "chiuso vinto", "ganho", "fechado ganho",
    "wygrana", "gewonnen deal", "vunnen", "vundet",
    "赢单", "成交", "已成交", "成单", "赢", "已赢单", "签单", "受注", "成約", "수주",
)  # fmt: skip
LOST = (
    "lost", "closedlost", "closelost", "deal lost", "verloren", "abgeschlossen verloren", "perdu", "perdue",
    "fermé perdu", "perdido", "perdida", "cerrado perdido", "cerrada perdida", "perso", "persa", "chiuso perso",
    "fechado perdido", "przegrana", "förlorad", "tabt", "disqualified", "abandoned", "no decision", "cancelled",
    "canceled", "输单", "丢单", "失单", "已输单", "流失", "无效", "失注", "실주",
)  # fmt: skip
UNSAID = frozenset(
    {"closed", "close", "done", "completed", "geschlossen", "fermé", "cerrado", "关闭", "已关闭", "结束"}
)

# How far along a stage of this name usually is: its chance of being won in percent, which is also its place.
USUAL = {
    "new": 5, "lead": 5, "open": 5, "prospect": 10, "prospecting": 10, "suspect": 5, "targeting": 5, "identified": 8,
    "appointment scheduled": 20, "contacted": 12, "connected": 15, "first contact": 12, "meeting": 18,
    "meeting scheduled": 20, "qualification": 15, "qualifying": 15, "qualified": 20, "qualified to buy": 30,
    "engaging": 25, "engaged": 25, "engagement": 25, "discovery": 25, "needs analysis": 25, "needs": 25,
    "presentation": 35, "presentation scheduled": 40, "demo": 35, "demo scheduled": 35, "value proposition": 40,
    "evaluation": 40, "solution": 40, "technical evaluation": 42, "validation": 45, "trial": 45, "pilot": 50,
    "proof of concept": 50, "poc": 50, "id. decision makers": 50, "decision maker bought in": 55,
    "perception analysis": 55, "business case": 55, "proposal": 60, "quote": 62, "proposal/price quote": 62,
    "proposal sent": 62, "quotation": 62, "offer": 62, "shortlisted": 65, "negotiation": 75, "negotiating": 75,
    "negotiation/review": 75, "review": 72, "procurement": 80, "legal": 80, "security review": 70, "contract": 85,
    "contract sent": 88, "verbal": 88, "verbal commit": 88, "commit": 88, "closing": 90, "signature": 92,
    "线索": 5, "潜在客户": 8, "初步接触": 12, "初步接洽": 12, "初次接触": 12,
    "验证客户": 15, "需求确认": 25, "需求分析": 25,
    "需求确定": 25, "立项": 30,
    "演示": 35, "方案": 45, "方案制定": 45, "方案报价": 60, "方案/报价": 60, "试用": 50, "报价": 62,
    "投标": 65, "招投标": 65, "谈判": 75, "商务谈判": 75, "谈判审核": 75,
    "谈判/审核": 75, "合同": 85, "合同审批": 88, "签约": 92,
}  # fmt: skip
UNKNOWN_CHANCE = 50


def status_of(name: str) -> Status:
    """Whether the words say that it is won or lost; open otherwise."""
    words = squeezed(name)
    if words in {squeezed(word) for word in WON}:
        return Status.WON
    return Status.LOST if words in {squeezed(word) for word in LOST} else Status.OPEN


def category_of(probability: int) -> Category:
    """The forecast category that an open stage of this chance puts an opportunity in."""
    if probability >= 75:
        return Category.COMMIT
    return Category.BEST_CASE if probability >= 50 else Category.PIPELINE


@dataclass
class Stages:
    """The stages of the database, by id and by name."""

    rows: dict[int, Stage]
    names: Names

    @property
    def first_open(self) -> Stage | None:
        return min((row for row in self.rows.values() if row.kind == Status.OPEN), key=_position, default=None)

    def get_ending(self, words: str) -> Stage | None:
        """The one stage in which an opportunity is won, or lost, where the words say that it is."""
        kind = status_of(words)
        ends = [row for row in self.rows.values() if row.kind == kind and kind is not Status.OPEN]
        return ends[0] if len(ends) == 1 else None

    def find_like(self, stem: str) -> Stage | None:
        """The first open stage whose name begins so."""
        like = (row for row in self.rows.values() if row.kind == Status.OPEN and squeezed(row.name).startswith(stem))
        return min(like, key=_position, default=None)


def _position(stage: Stage) -> int:
    return stage.position


def load_stages(work: Work, records: Sequence[Record]) -> Stages:
    """The database's stages; where it has none, those that the file speaks of, in a sensible order."""
    rows = list(work.session.exec(select(Stage).order_by(col(Stage.position))))
    if not rows:
        rows = _make(work, records)
    names = Names("stage")
    for row in rows:
        names.add(Entity(row.name, row.id))
    return Stages({row.id: row for row in rows if row.id is not None}, names)


def _make(work: Work, records: Sequence[Record]) -> list[Stage]:
    spellings: dict[str, str] = {}
    chances: dict[str, int] = {}
    for name in work.options.stages:
        spellings.setdefault(squeezed(name), name)
    for record in records:
        name = record.text("stage")
        if name:
            own = spellings.setdefault(squeezed(name), name)
            if record.get("probability") is not None:
                chances.setdefault(own, record.get("probability"))
    names = list(spellings.values())
    for name in names:
        if squeezed(name) in {squeezed(word) for word in UNSAID}:
            raise Question(
                f"The stage “{name}” does not say whether it is won or lost. Which is it? "
                "Write Won or Lost in the file, and import again."
            )
    won = [name for name in names if status_of(name) is Status.WON] or ["Won"]
    lost = [name for name in names if status_of(name) is Status.LOST] or ["Lost"]
    still_open = _in_order(work, [name for name in names if status_of(name) is Status.OPEN], chances)
    made = [
        *(
            Stage(name=name, position=0, probability=chance, category=category_of(chance))
            for name, chance in still_open
        ),
        *(Stage(name=name, position=0, kind=Status.WON, probability=100, category=Category.CLOSED) for name in won),
        *(Stage(name=name, position=0, kind=Status.LOST, probability=0, category=Category.OMITTED) for name in lost),
    ]
    for position, stage in enumerate(made, 1):
        stage.position = position
        work.session.add(stage)
    work.session.flush()
    listed = ", ".join(f"{stage.name} ({stage.probability} %)" for stage in made)
    work.report.notes.append(f"Made the stages, as there were none: {listed}.")
    return made


def _in_order(work: Work, names: Sequence[str], chances: dict[str, int]) -> list[tuple[str, int]]:
    """Open stages with their chances: as the person says, else by their usual place, unusual ones as they appear."""
    usual = {squeezed(name): chance for name, chance in USUAL.items()}
    said = [squeezed(name) for name in work.options.stages]
    placed: list[tuple[str, int | None]] = [(name, usual.get(squeezed(name))) for name in names]
    if said:
        placed.sort(key=lambda item: said.index(squeezed(item[0])) if squeezed(item[0]) in said else len(said))
    else:
        placed.sort(key=lambda item: (item[1] is None, item[1] or 0))
    unusual = [name for name, chance in placed if chance is None]
    if unusual and not said:
        work.report.warnings.append(
            f"the place of {', '.join(unusual)} among the stages is not known, so they stand last. To give the order "
            'yourself, import into an empty database with --stages "first,second,third".'
        )
    step = 80 // (len(placed) + 1)
    return [
        (name, chances.get(name, chance if chance is not None else 10 + step * number if said else UNKNOWN_CHANCE))
        for number, (name, chance) in enumerate(placed, 1)
    ]
