"""What needs a person today: the open opportunities that lack something, and the steps that are due."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from skills.answer import Action
from skills.contract import SkillContext
from skills.flags import mend_for
from skills.measures.risk import Finding, Rule
from skills.standing import list_judged
from store.risk import OpenRow
from store.scope import Scope

URGENCY = (
    Rule.OVERDUE,
    Rule.STEP_OVERDUE,
    Rule.NO_NEXT_STEP,
    Rule.GHOSTED,
    Rule.QUIET,
    Rule.NO_CLOSE_DATE,
    Rule.NO_BUYER,
)
"""Rules that ask for something today, the most urgent first; the others can wait for the next call."""


@dataclass(frozen=True)
class Need:
    opportunity: OpenRow
    finding: Finding

    @property
    def customer(self) -> str:
        return self.opportunity.account or self.opportunity.name


@dataclass(frozen=True)
class Due:
    opportunity: OpenRow
    step: str
    day: dt.date


@dataclass(frozen=True)
class Agenda:
    day: dt.date
    needs: tuple[Need, ...]
    due: tuple[Due, ...]
    open_count: int


def get_agenda(context: SkillContext) -> Agenda:
    """Of the asker's own opportunities, as far as everybody here may see them; the most urgent first."""
    mine = Scope.of({context.actor.id}) & context.scope
    needs, due, count = [], [], 0
    for judged in list_judged(context, mine):
        count += 1
        row = judged.row
        urgent = [finding for finding in judged.findings if finding.rule in URGENCY]
        if urgent:
            needs.append(Need(row, min(urgent, key=lambda finding: URGENCY.index(finding.rule))))
        if row.next_step and row.next_step_due == context.today:
            due.append(Due(row, row.next_step, context.today))
    needs.sort(key=lambda need: (URGENCY.index(need.finding.rule), -need.finding.days, need.opportunity.id))
    return Agenda(context.today, tuple(needs), tuple(due), count)


def list_mends(needs: Sequence[Need]) -> tuple[Action, ...]:
    """What closes the gaps, by customer; by opportunity where a customer has several."""
    customers = [need.customer for need in needs]
    return tuple(
        mend_for(
            need.finding,
            need.opportunity.id,
            need.customer if customers.count(need.customer) == 1 else need.opportunity.name,
        )
        for need in needs
    )
