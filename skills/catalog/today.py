"""What needs me today: the open opportunities that lack something, the most urgent first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from skills.answer import Action, Answer, Bullets
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.flags import described, mend_for
from skills.measures.risk import Finding, Rule
from skills.standing import list_judged
from skills.text import text
from store.risk import OpenRow
from store.scope import Scope

SHOWN = 7
"""A list that is longer is not a day's work."""
BUTTONS = 5
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


class TodayParams(SkillParams):
    pass


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
class Today:
    day: dt.date
    needs: tuple[Need, ...]
    due: tuple[Due, ...]
    open_count: int


def run(context: SkillContext, _: TodayParams) -> Today:
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
    return Today(context.today, tuple(needs), tuple(due), count)


def present(today: Today) -> Answer:
    if not today.needs and not today.due:
        return Answer(
            headline=text("Nothing needs you today. Your open opportunities: {count}.", count=today.open_count),
            private=True,
        )
    blocks = []
    if today.due:
        items = tuple(text("**{name}**: {step}", name=due.opportunity.name, step=due.step) for due in today.due)
        blocks.append(Bullets(title=text("Due today"), items=items[:SHOWN]))
    shown = today.needs[: max(SHOWN - len(today.due), 3)]
    if shown:
        items = tuple(
            text("**{name}**: {why}", name=need.opportunity.name, why=described(need.finding)) for need in shown
        )
        blocks.append(Bullets(title=text("Needs you"), items=items))
    left = len(today.needs) - len(shown)
    return Answer(
        headline=text("{count} of your opportunities need you.", count=len(today.needs) + len(today.due))
        if len(today.needs) + len(today.due) != 1
        else text("One of your opportunities needs you."),
        blocks=tuple(blocks),
        notes=(text("And {count} more that can wait until these are done.", count=left),) if left > 0 else (),
        actions=_mends(shown[:BUTTONS]),
        private=True,
    )


def _mends(needs: Sequence[Need]) -> tuple[Action, ...]:
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


SKILL = Skill(
    name="today",
    summary=text("What needs me today"),
    params=TodayParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("todo", "agenda"),
    examples=(
        Example("what needs me today?", TodayParams()),
        Example("what should I do today", TodayParams()),
        Example("what's on my plate", TodayParams()),
        Example("what needs my attention", TodayParams()),
        Example("my to-dos", TodayParams()),
        Example("anything overdue?", TodayParams()),
        Example("which of my deals need work", TodayParams()),
        Example("where should I start this morning", TodayParams()),
        Example("what am I forgetting", TodayParams()),
        Example("今天我要做什么", TodayParams()),
        Example("有什么需要我处理的", TodayParams()),
        Example("今天的待办", TodayParams()),
    ),
)
