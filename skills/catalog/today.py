"""What needs me today: the open opportunities that lack something, the most urgent first."""

from skills.agenda import Agenda, get_agenda, list_mends
from skills.answer import Answer, Bullets
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.flags import described
from skills.text import text

SHOWN = 7
"""A list that is longer is not a day's work."""
BUTTONS = 5


class TodayParams(SkillParams):
    pass


def run(context: SkillContext, _: TodayParams) -> Agenda:
    return get_agenda(context)


def present(today: Agenda) -> Answer:
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
        actions=list_mends(shown[:BUTTONS]),
        private=True,
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
