"""How one wants to learn: whether answers teach as well, and whether the manager may see the progress."""

from typing import Literal

from pydantic import Field

from skills.answer import Action, Bullets, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.onboarding import check_private, is_guided, shares_progress
from skills.text import Text, text
from store.change_log import FieldChange, RecordChange, RecordKind
from store.models import Person

GUIDED = {True: text("New-hire mode is on: answers say why they matter too, and offer a question to check yourself."),
          False: text("New-hire mode is off.")}  # fmt: skip


class LearningParams(SkillParams):
    mode: Literal["on", "off"] | None = Field(
        default=None, description=text("on or off: new-hire mode, in which answers teach as well").template
    )
    share: Literal["on", "off"] | None = Field(
        default=None, description=text("on or off: my manager may see my onboarding progress").template
    )


def run(context: SkillContext, params: LearningParams) -> Change:
    check_private(context)
    person = context.person()
    wanted = {"guided": params.mode, "shares_progress": params.share}
    fields = tuple(
        FieldChange(field=field, old=getattr(person, field), new=said == "on", derived=True)
        for field, said in wanted.items()
        if said is not None and getattr(person, field) != (said == "on")
    )
    sentences = _sentences(context, person, params)
    headline, *others = sentences
    blocks = (Bullets(items=tuple(others)),) if others else ()
    if not fields:
        one = headline if not others else text("{first} {second}", first=headline, second=others[0])
        return Change(records=(), headline=one)
    record = RecordChange(
        kind=RecordKind.PERSON, id=person.id, version=person.version, label=person.name, fields=fields
    )
    progress = Action(label=text("My onboarding"), invocation=Invocation.of("onboarding"))
    return Change(records=(record,), headline=headline, blocks=blocks, follow_ups=(progress,), private=True)


def _sentences(context: SkillContext, person: Person, params: LearningParams) -> list[Text]:
    """How it is once it is as wanted: what was asked about, or both."""
    both = params.mode is None and params.share is None
    sentences = []
    if params.mode is not None or both:
        sentences.append(GUIDED[is_guided(context, person) if params.mode is None else params.mode == "on"])
    if params.share is not None or both:
        sentences.append(
            _seen(context, person, shares_progress(context, person) if params.share is None else params.share == "on")
        )
    return sentences


def _seen(context: SkillContext, person: Person, shared: bool) -> Text:
    manager = context.session.get(Person, person.manager_id) if person.manager_id else None
    if not shared:
        return text("Your onboarding progress is seen by you alone.")
    if manager is None:
        return text("Your manager may see your onboarding progress, as soon as you have one.")
    return text("{manager} may see your onboarding progress, and nobody else.", manager=manager.name)


SKILL = Skill(
    name="learning",
    summary=text("New-hire mode, and who sees your progress"),
    params=LearningParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("new-hire-mode",),
    form=("mode", "share"),
    examples=(
        Example("share my progress with my manager", LearningParams(share="on")),
        Example("let my manager see my onboarding progress", LearningParams(share="on")),
        Example("stop sharing my progress", LearningParams(share="off")),
        Example("keep my onboarding progress private", LearningParams(share="off")),
        Example("turn new-hire mode off", LearningParams(mode="off")),
        Example("switch on new hire mode", LearningParams(mode="on")),
        Example("stop teaching me with every answer", LearningParams(mode="off")),
        Example("who can see my onboarding progress", LearningParams()),
        Example("把我的新人进度分享给经理", LearningParams(share="on")),
        Example("不要让经理看我的新人进度", LearningParams(share="off")),
        Example("关闭新人模式", LearningParams(mode="off")),
        Example("打开新人模式", LearningParams(mode="on")),
    ),
)
