"""A step of the path is done: the new hire says so, or the manager certifies it."""

from typing import Literal

from pydantic import Field

from skills.answer import Action, Choice, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed, NotFound, Unclear
from skills.onboarding import check_private, find_path, get_start
from skills.path import GateKind, Path, Step
from skills.references import find_person
from skills.text import Text, text, verbatim
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.learning import list_step_marks
from store.models import Person, StepMark

PITCH = ("pitch", "讲解", "certification", "认证")


class StepParams(SkillParams):
    step: str = Field(description=text("which step of the path, such as pitch").template)
    owner: str | None = Field(default=None, description=text("whose step; your own when left out").template)
    state: Literal["done", "open"] = Field(default="done", description=text("done, or open again").template)


def run(context: SkillContext, params: StepParams) -> Change:
    check_private(context)
    found = find_person(context, params.owner) if params.owner else None
    person = found.value if found else context.person()
    is_own = person.id == context.actor.id
    if not is_own and not context.write_scope.allows(person.id):
        raise NotAllowed(
            text("You can't certify steps of {person}.", person=person.name),
            text("Their manager or an administrator can."),
        )
    start = get_start(context, person)
    step = _find_step(find_path(context, person), params.step)
    if not is_own and step.gate.kind is not GateKind.CERTIFIED:
        raise NotAllowed(text("“{step}” is not for a manager to certify.", step=step.name))
    marks = {
        mark.step.casefold(): mark
        for mark in list_step_marks(context.session, context.write_scope, person.id or 0, start)
    }
    mark = marks.get(step.name.casefold())
    if params.state == "open":
        return _reopened(step, person, mark)
    _check_gate(step, is_own=is_own)
    if mark is not None:
        return Change(
            records=(), headline=text("“{step}” is marked already, since {day}.", step=step.name, day=mark.marked_on)
        )
    values = {
        "person_id": person.id,
        "started_on": to_json(start),
        "step": step.name,
        "author_id": context.actor.id,
        "marked_on": to_json(context.today),
    }
    record = RecordChange(
        kind=RecordKind.STEP,
        label=step.name,
        fields=tuple(FieldChange(field=field, new=new, derived=True) for field, new in values.items()),
    )
    doubts: tuple[Text, ...] = (found.doubt,) if found and found.doubt else ()
    if not is_own:
        return Change(
            records=(record,),
            headline=text("{person}: **{step}** is certified.", step=step.name, person=person.name),
            doubts=doubts,
            private=True,
        )
    following = Action(label=text("What is next?"), invocation=Invocation.of("onboarding"))
    done = text("Done: **{step}**.", step=step.name)
    return Change(records=(record,), headline=done, follow_ups=(following,), private=True)


def _check_gate(step: Step, *, is_own: bool) -> None:
    """Raises where the step is not for this person to mark."""
    if step.gate.kind is GateKind.CERTIFIED:
        if is_own:
            raise NotAllowed(
                text("“{step}” is certified by your manager, not by yourself.", step=step.name),
                text("Ask them to write to me: the pitch is certified, with your name."),
            )
        return
    if step.gate.kind is GateKind.QUIZ:
        raise Impossible(
            text("“{step}” is done when its quiz is passed.", step=step.name), text("Write to me: quiz me.")
        )
    if step.gate.kind is not GateKind.WORD:
        raise Impossible(
            text("“{step}” is done when the records show it.", step=step.name),
            text("Log the meeting, or move the opportunity; I look there."),
        )


def _reopened(step: Step, person: Person, mark: StepMark | None) -> Change:
    if mark is None:
        return Change(records=(), headline=text("“{step}” is open.", step=step.name))
    fields = ("person_id", "started_on", "step", "author_id", "marked_on")
    record = RecordChange(
        kind=RecordKind.STEP,
        id=mark.id,
        version=mark.version,
        label=step.name,
        fields=tuple(FieldChange(field=field, old=to_json(getattr(mark, field)), derived=True) for field in fields),
        deletes=True,
    )
    return Change(
        records=(record,),
        headline=text("{person}: **{step}** is open again.", step=step.name, person=person.name),
        private=True,
    )


def _find_step(path: Path, words: str) -> Step:
    """The step that the words name, wholly or in part; "pitch" is the one that is certified."""
    said = words.strip().casefold()
    exact = [step for step in path.steps if step.name.casefold() == said]
    parts = [step for step in path.steps if said and (said in step.name.casefold() or step.name.casefold() in said)]
    certified = [step for step in path.steps if step.gate.kind is GateKind.CERTIFIED]
    if any(name in said for name in PITCH) and not exact and len(certified) == 1:
        return certified[0]
    chosen = exact or parts
    if len(chosen) == 1:
        return chosen[0]
    steps = chosen or path.steps
    choices = [Choice.of(verbatim(step.name), step=step.name) for step in steps[:10]]
    if chosen:
        raise Unclear(text("Which step is it?"), choices=choices)
    raise NotFound(text("The path has no step “{step}”.", step=words.strip() or "?"), choices=choices)


SKILL = Skill(
    name="step",
    summary=text("Mark a step of the onboarding path as done, or certify it"),
    params=StepParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("certify",),
    form=("step", "owner", "state"),
    examples=(
        Example("sam's pitch is certified", StepParams(step="pitch", owner="sam")),
        Example("certify sam's pitch", StepParams(step="pitch", owner="sam")),
        Example("sam passed the pitch certification", StepParams(step="pitch", owner="sam")),
        Example("I have done the step find your way", StepParams(step="find your way")),
        Example("mark competitors and stories as done on my path", StepParams(step="competitors and stories")),
        Example("reopen the step find your way", StepParams(step="find your way", state="open")),
        Example("sam的讲解通过认证了", StepParams(step="讲解", owner="sam")),
        Example("我完成了新人步骤“熟悉环境”", StepParams(step="熟悉环境")),
        Example("把新人步骤“熟悉环境”改回未完成", StepParams(step="熟悉环境", state="open")),
    ),
)
