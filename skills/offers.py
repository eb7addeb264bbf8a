"""What can be asked next about any reading answer: how it is counted, the same at fixed times, the same as a file.

They are offered in one place for all skills, in the menu beside the buttons, and only where the catalog has the skill.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from skills.answer import Action, Answer, Invocation, Status, Table
from skills.contract import Skill, SkillContext
from skills.references import means_me
from skills.text import text
from store.models import Source

EXPLAIN, REPEAT, EXPORT = "math", "schedule", "export"


def with_offers(answer: Answer, skill: Skill, invocation: Invocation, context: SkillContext) -> Answer:
    """The answer with its menu; what it offers already, it offers once."""
    if answer.status is not Status.ANSWER or skill.name == EXPORT:
        return answer
    offered = {action.invocation.skill for action in answer.actions if action.invocation is not None}
    actions = tuple(
        action
        for action in _list_offers(answer, skill, _explicit(invocation.params, context), context)
        if action.invocation is not None
        and action.invocation.skill not in offered
        and _may_use(context, action.invocation.skill)
    )
    return answer.model_copy(update={"actions": (*answer.actions, *actions)})


def _list_offers(answer: Answer, skill: Skill, params: Mapping[str, Any], context: SkillContext) -> Iterator[Action]:
    if answer.figures and skill.name != EXPLAIN:
        how = Invocation.of(EXPLAIN, skill=skill.name, params=params or None)
        yield Action(label=text("How is this counted?"), invocation=how, tucked=True)
    # Whoever has a report from its schedule does not want another one; in a channel its readers may.
    has_it = context.source is Source.SCHEDULE and context.audience.is_private
    if skill.schedulable and not has_it:
        again = Invocation.of(REPEAT, report=skill.name, report_params=params or None)
        yield Action(label=text("Send me this regularly"), invocation=again, tucked=True)
    if any(isinstance(block, Table) and block.rows for block in answer.blocks):
        for label, kind in ((text("As CSV"), "csv"), (text("As XLSX"), "xlsx")):
            file = Invocation.of(EXPORT, report=skill.name, report_params=params or None, format=kind)
            yield Action(label=label, invocation=file, tucked=True)


def _explicit(params: Mapping[str, Any], context: SkillContext) -> dict[str, Any]:
    """The parameters with the asker named: somebody else may press the button, and does not mean themselves."""
    given = {name: value for name, value in params.items() if value not in (None, "")}
    owner = given.get("owner")
    if isinstance(owner, str) and means_me(owner):
        given["owner"] = f"person:{context.actor.id}"
    return given


def _may_use(context: SkillContext, name: str) -> bool:
    skill = context.skills.get(name)
    return skill is not None and context.actor.role.rank >= skill.needs.rank
