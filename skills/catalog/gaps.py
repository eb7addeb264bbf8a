"""What people asked the playbook in vain, as work for those who should know."""

from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Column, Invocation, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import NotAllowed
from skills.measures.calendar import Period
from skills.passages import readable
from skills.permissions import may_add_cards
from skills.references import find_person, means_everyone, means_me
from skills.text import Day, Text, text, value, verbatim
from skills.unanswered import Gap, find_window, get_gaps, list_told
from skills.wording import enumeration
from store.models import Fault, Role

DAYS = 28
MOST_LISTED = 10
MOST_BUTTONS = 3
MOST_FORMS = 5
LONGEST_LABEL = 40
FAULTS: dict[Fault, Text] = {
    Fault.WRONG: text("wrong"),
    Fault.OUTDATED: text("outdated"),
    Fault.UNCLEAR: text("unclear"),
    Fault.MISSING: text("not what was asked"),
}


class GapsParams(SkillParams):
    owner: str | None = Field(
        default=None,
        description=text("who should know: you, a person, or everyone; everyone for managers when left out").template,
    )
    period: str | None = Field(
        default=None, description=text("when it was asked; the last four weeks when left out").template
    )


@dataclass(frozen=True)
class Found:
    """The gaps that are told here; `days` has the day on which each was asked last."""

    gaps: tuple[Gap, ...]
    days: tuple[Day, ...]
    period: Period
    whose: Text
    may_write: bool
    shown: int


def run(context: SkillContext, params: GapsParams) -> Found:
    is_manager = context.actor.role.rank >= Role.MANAGER.rank
    said = params.owner or ("everyone" if is_manager else "me")
    person = None
    if means_me(said):
        person = context.person()
    elif not means_everyone(said):
        person = find_person(context, said).value
    is_own = person is not None and person.id == context.actor.id
    if not is_own and not is_manager:
        raise NotAllowed(
            text("Only a manager sees what others should know."),
            text("Your own: ask which questions nobody answered that you should know."),
        )
    window = find_window(context, params.period, DAYS)
    gaps = get_gaps(context, window)
    if person is not None:
        gaps = tuple(gap for gap in gaps if person.id in gap.turns_to)
    told = list_told(context, gaps)
    days = tuple(Day(value=context.organisation.day_of(gap.last)) for gap in told)
    whose = (
        text("Questions that you should know.")
        if is_own
        else text("Questions that {name} should know.", name=person.name)
        if person
        else text("Everyone's questions.")
    )
    with readable():
        may_write = bool(told) and may_add_cards(context)
    return Found(told, days, window.period, whose, may_write, context.listed(MOST_LISTED))


def present(found: Found) -> Answer:
    notes: tuple[Text, ...] = (
        text(
            "{whose} Asked from {start} to {end}; what has an answer by now is left out.",
            whose=found.whose,
            start=found.period.start,
            end=found.period.last_day,
        ),
    )
    if not found.gaps:
        return Answer(headline=text("No question waits for an answer."), notes=notes, idle=True)
    count = len(found.gaps)
    headline = (
        text("**1 question** has no good answer in the playbook.")
        if count == 1
        else text("**{count} questions** have no good answer in the playbook.", count=count)
    )
    rows = tuple(
        (
            verbatim(gap.words),
            value(len(gap.questions)),
            value(gap.people),
            day,
            verbatim(gap.knows.name) if gap.knows else text("–"),
            _state(gap),
        )
        for gap, day in zip(found.gaps[: found.shown], found.days, strict=False)
    )
    columns = (
        Column(label=text("Question")),
        Column(label=text("Asked"), numeric=True),
        Column(label=text("People"), numeric=True),
        Column(label=text("Last")),
        Column(label=text("Should know")),
        Column(label=text("What there is")),
    )
    more = count - len(rows)
    if more > 0:
        notes = (*notes, text("{count} more are not shown.", count=more))
    return Answer(
        headline=headline,
        blocks=(Table(title=text("Without an answer"), columns=columns, rows=rows),),
        actions=_actions(found),
        notes=notes,
    )


def _state(gap: Gap) -> Text:
    if gap.is_new and gap.near is not None:
        return text("nothing; nearest is {title}", title=gap.near.title)
    if gap.is_new:
        return text("nothing")
    title = gap.near.title if gap.near else "–"
    if not gap.faults:
        return text("{title}, not helpful", title=title)
    return text("{title}, {faults}", title=title, faults=enumeration([FAULTS[fault] for fault in gap.faults]))


def _actions(found: Found) -> tuple[Action, ...]:
    """The form of a card for what has none, and of a check for a card that was found wanting."""
    actions = []
    for gap in found.gaps[:MOST_BUTTONS]:
        alone = len(found.gaps) == 1
        if gap.is_new and found.may_write:
            label = text("Write the card") if alone else text("Write the card: {words}", words=_brief(gap.words))
            draft = Invocation.of("card", title=_title(gap.words), questions="\n".join(gap.forms[:MOST_FORMS]))
            actions.append(Action(label=label, kind="form", invocation=draft))
        elif not gap.is_new and gap.near is not None:
            check = Invocation.of("check", card=gap.near.file, holds="yes")
            actions.append(Action(label=text("Still true: {title}", title=_brief(gap.near.title)), invocation=check))
    return tuple(actions)


def _title(words: str) -> str:
    return words.strip().rstrip("?？!！.。 ")


def _brief(words: str) -> str:
    return words if len(words) <= LONGEST_LABEL else f"{words[:LONGEST_LABEL].rstrip()}…"


SKILL = Skill(
    name="gaps",
    summary=text("Questions that the playbook does not answer, and who should know"),
    params=GapsParams,
    run=run,
    present=present,
    schedulable=True,
    aliases=("unanswered",),
    examples=(
        Example("which questions have no answer?", GapsParams()),
        Example("what can't the playbook answer", GapsParams()),
        Example("unanswered questions", GapsParams()),
        Example("which questions should I write a card for", GapsParams(owner="me")),
        Example("what did people ask in vain last month", GapsParams(period="last month")),
        Example("which unanswered questions should katrin know", GapsParams(owner="katrin")),
        Example("哪些问题知识库回答不了？", GapsParams()),
        Example("没有答案的问题有哪些", GapsParams()),
        Example("上个月有哪些问题没有答案", GapsParams(period="上个月")),
    ),
)
