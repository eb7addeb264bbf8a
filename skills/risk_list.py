"""The open opportunities to which warnings apply: those at risk and those to watch, gathered in one pass."""

import datetime as dt
import heapq
from dataclasses import dataclass, field
from fractions import Fraction

from skills.contract import SkillContext
from skills.measures.calendar import Period
from skills.measures.risk import Rule
from skills.population import Population
from skills.standing import Judged, get_judge, list_judged
from skills.text import Text
from store.models import Stage

LISTED = 50


@dataclass
class Amounts:
    """Opportunities and what they are worth, in units of the organisation's currency."""

    ids: list[int] = field(default_factory=list)
    units: Fraction = Fraction(0)
    missing: set[str] = field(default_factory=set)
    """Currencies for which there is no rate."""

    @property
    def count(self) -> int:
        return len(self.ids)

    def add(self, judged: Judged) -> None:
        self.ids.append(judged.row.id)
        self.units += judged.units or 0
        if judged.row.amount_minor and judged.units is None:
            self.missing.add(judged.row.currency)

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts([*self.ids, *other.ids], self.units + other.units, self.missing | other.missing)


@dataclass
class Risks:
    """What one pass over the open opportunities found.

    What is asked for by a rule, or with everything to watch, is listed whole (`watches`); else only what is at risk.
    """

    population: Population
    period: Period | None
    stage: Stage | None
    rule: Rule | None
    watches: bool
    as_of: dt.datetime
    today: dt.date
    currency: str
    plan_rates: bool
    asked: dict[str, str | None]
    """The parameters, so that buttons ask for the same."""
    doubts: tuple[Text, ...]
    open_count: int = 0
    at_risk: Amounts = field(default_factory=Amounts)
    to_watch: Amounts = field(default_factory=Amounts)
    by_rule: dict[Rule, Amounts] = field(default_factory=dict)
    """Of what is listed."""
    foreign: bool = False
    worst: list[Judged] = field(default_factory=list)
    put_off: list[Judged] = field(default_factory=list)
    mine: frozenset[int] = frozenset()
    """Which of the worst the asker may change."""
    unjudged: tuple[Rule, ...] = ()
    """Rules that had too little history."""

    @property
    def flagged(self) -> Amounts:
        return self.at_risk + self.to_watch

    @property
    def listed(self) -> Amounts:
        """What is listed, or would be if there were room."""
        return self.flagged if self.watches else self.at_risk


def look(context: SkillContext, risks: Risks) -> None:
    """Go through everything that is open and fits, and fill in what is found."""
    listed = context.listed(LISTED)
    worst: list[tuple[tuple[Fraction, int, int], Judged]] = []
    days = (risks.period.start, risks.period.end) if risks.period else (None, None)
    stage_id = risks.stage.id if risks.stage else None
    judge = get_judge(context)
    scope = risks.population.scope
    for judged in list_judged(context, scope, stage_id=stage_id, start=days[0], end=days[1], judge=judge):
        risks.open_count += 1
        if _flagged(judged, risks.rule):
            if not _count(risks, judged):
                continue
            # The id makes every key different, so that what is judged is never compared itself.
            key = ((judged.units or Fraction(0)) * judged.weight, judged.weight, -judged.row.id)
            (heapq.heappushpop if len(worst) == listed else heapq.heappush)(worst, (key, judged))
        elif judged.snoozed and (risks.rule is None or any(s.finding.rule is risks.rule for s in judged.snoozed)):
            risks.put_off.append(judged)
    risks.worst = [judged for _, judged in sorted(worst, key=lambda entry: entry[0], reverse=True)]
    risks.mine = frozenset(judged.row.id for judged in risks.worst if context.write_scope.allows(judged.row.owner_id))
    bounds = judge.bounds
    for rule, known in ((Rule.STALLED, bounds.longest_stay), (Rule.IMPLAUSIBLE, bounds.any_rest)):
        if not any(known(number) is not None for number in judge.stages):
            risks.unjudged += (rule,)


def _flagged(judged: Judged, rule: Rule | None) -> bool:
    return any(rule is None or finding.rule is rule for finding in judged.findings)


def _count(risks: Risks, judged: Judged) -> bool:
    """Whether it is listed."""
    row = judged.row
    (risks.at_risk if judged.at_risk else risks.to_watch).add(judged)
    if not (judged.at_risk or risks.watches):
        return False
    risks.foreign |= bool(row.amount_minor) and row.currency != risks.currency
    for finding in judged.findings:
        risks.by_rule.setdefault(finding.rule, Amounts()).add(judged)
    return True
