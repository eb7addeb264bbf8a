"""Where somebody is on their path as a new hire: what is next, what is late, and what shows that a gate is passed."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from skills.answer import Action, Answer, Block, Bullets, Column, Invocation, Paragraph, Table
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, SkillError
from skills.onboarding import (
    Progress,
    Standing,
    check_private,
    get_progress,
    get_start,
    is_on_path,
    shares_progress,
)
from skills.passages import readable
from skills.path import Gate, GateKind
from skills.readers import get_asker
from skills.references import find_person, means_me, means_my_team, reference
from skills.text import AnyValue, Text, text, value, verbatim
from skills.wording import enumeration
from store.models import Person
from store.people import list_people
from store.scope import Scope

GATES = {
    GateKind.WORD: text("your own word"),
    GateKind.CERTIFIED: text("certified by the manager"),
    GateKind.MEETING: text("first meeting"),
    GateKind.WIN: text("first win"),
}
LATE_SHOWN = 3
"""Late steps that are listed before the table, which holds them all."""
NEW_PEOPLE = ("my new people", "new people", "new hires", "my new hires", "新人", "我的新人", "新同事")


class OnboardingParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose progress; your own when left out, or that of your new people").template
    )


@dataclass(frozen=True)
class NewPerson:
    """Somebody below the asker who is new; without `progress` where they keep it to themselves or there is none."""

    person: Person
    progress: Progress | None
    reason: Text | None = None


@dataclass(frozen=True)
class Shown:
    """One person's progress, or what the asker may know of their new people."""

    progress: Progress | None
    people: tuple[NewPerson, ...]
    is_own: bool
    shared: bool
    manager: str = ""
    """Whom they report to."""
    questions: tuple[str, ...] = ()
    """The forms of the next step's cards."""
    titles: tuple[str, ...] = ()
    """Its cards."""
    missing: tuple[str, ...] = ()
    """Files that the step names and the asker cannot read, or that are not there."""


def run(context: SkillContext, params: OnboardingParams) -> Shown:
    check_private(context)
    words = (params.owner or "").strip()
    me = context.person()
    if words and (means_my_team(words) or words.casefold() in NEW_PEOPLE):
        return _team(context, me)
    if words and not means_me(words):
        return _one(context, find_person(context, words).value)
    if not is_on_path(context, me) and (people := _list_new(context, me)):
        return Shown(None, people, is_own=False, shared=False)
    start = get_start(context, me)
    if not is_on_path(context, me):
        raise Impossible(text("You joined on {day}: your path as a new hire is behind you.", day=start))
    return _one(context, me)


def _team(context: SkillContext, me: Person) -> Shown:
    people = _list_new(context, me)
    if not people:
        raise Impossible(text("Nobody who reports to you is new."))
    return Shown(None, people, is_own=False, shared=False)


def _list_new(context: SkillContext, me: Person) -> tuple[NewPerson, ...]:
    """New people who report to the asker; of those who do not share it, no more than that."""
    found = []
    for person in list_people(context.session, Scope.everybody(), active_on=context.today):
        if person.manager_id != me.id or person.active_from is None or not is_on_path(context, person):
            continue
        if not shares_progress(context, person):
            found.append(NewPerson(person, None, text("keeps it to themselves")))
            continue
        try:
            found.append(NewPerson(person, get_progress(context, person)))
        except SkillError as error:
            found.append(NewPerson(person, None, error.headline))
    return tuple(found)


def _one(context: SkillContext, person: Person) -> Shown:
    progress = get_progress(context, person)
    step = progress.next.step if progress.next else None
    manager = context.session.get(Person, person.manager_id) if person.manager_id else None
    readers = get_asker(context)
    with readable():
        cards = {each.file: each for each in context.knowledge.documents() if readers.may_read(each.card)}
    named = step.cards if step else ()
    there = [cards[file] for file in named if file in cards and cards[file].is_current]
    return Shown(
        progress,
        (),
        is_own=person.id == context.actor.id,
        shared=shares_progress(context, person),
        manager=manager.name if manager else "",
        questions=tuple(form for each in there for form in each.card.questions),
        titles=tuple(each.title for each in there),
        missing=tuple(file for file in named if file not in {each.file for each in there}),
    )


def present(shown: Shown) -> Answer:
    if shown.progress is None:
        return _present_people(shown.people)
    progress = shown.progress
    blocks: list[Block] = [Paragraph(text=advice)] if (advice := _advice(shown)) else []
    if progress.late:
        blocks.append(Bullets(title=text("Late"), items=tuple(_list_late(progress))))
    blocks.append(_table(progress))
    if shown.titles and progress.next:
        items = tuple(verbatim(title) for title in shown.titles)
        blocks.append(Bullets(title=text("Cards for “{step}”", step=progress.next.step.name), items=items))
    if shown.missing:
        blocks.append(
            Paragraph(text=text("Named in the path, but not there for you: {files}.", files=enumeration(shown.missing)))
        )
    return Answer(
        headline=_headline(shown),
        blocks=tuple(blocks),
        actions=_actions(shown),
        notes=_notes(shown),
        private=True,
    )


def _headline(shown: Shown) -> Text:
    progress = shown.progress
    assert progress is not None  # noqa: S101  (asked only where there is one)
    upcoming, count = progress.next, len(progress.standings)
    if upcoming is None:
        if shown.is_own:
            return text("All {count} steps of your path are behind you. Well done.", count=count)
        return text("All {count} steps of the path are behind {person}.", count=count, person=progress.person.name)
    if upcoming.due_on is None:
        due = text("without a date")
    elif upcoming.late_by:
        due = text("due since {due}", due=upcoming.due_on)
    else:
        due = text("by {due}", due=upcoming.due_on)
    step, done = upcoming.step.name, count - len(progress.open)
    if not shown.is_own:
        return text(
            "{person}, working day {day}: {done} of {count} steps are done. Next: **{step}**, {due}.",
            person=progress.person.name, day=progress.day, done=done, count=count, step=step, due=due,
        )  # fmt: skip
    if progress.is_ahead:
        return text(
            "Your path begins on {day}. First: **{step}**, {due}.",
            day=upcoming.starts_on or progress.started_on,
            step=step,
            due=due,
        )
    return text(
        "Working day {day}: {done} of {count} steps are done. Next: **{step}**, {due}.",
        day=progress.day, done=done, count=count, step=step, due=due,
    )  # fmt: skip


def _list_late(progress: Progress) -> Iterator[Text]:
    for each in progress.late[:LATE_SHOWN]:
        yield text("**{step}**: due {day}, {late}", step=each.step.name, day=each.due_on or "–", late=_late(each))
    if (more := len(progress.late) - LATE_SHOWN) > 0:
        yield text("and {count} more, in the table", count=more)


def _advice(shown: Shown) -> Text | None:
    """What brings the next step about; only the person is told."""
    progress = shown.progress
    if progress is None or progress.next is None or not shown.is_own or progress.is_ahead:
        return None
    upcoming = progress.next
    gate = upcoming.step.gate
    match gate.kind:
        case GateKind.WORD if shown.titles:
            return text("Read its cards, listed below, and tell me when it is done.")
        case GateKind.WORD:
            return text("Tell me when it is done.")
        case GateKind.QUIZ:
            return text("Let me quiz you: {score}.", score=upcoming.evidence or "–")
        case GateKind.CERTIFIED if shown.manager:
            return text("When you are ready, show it to {manager}, who certifies it here.", manager=shown.manager)
        case GateKind.CERTIFIED:
            return text("When you are ready, show it to your manager, who certifies it here.")
        case GateKind.MEETING:
            return text("It counts once a meeting or demo of yours is logged. Tell me whom you met.")
        case GateKind.REACHED:
            return text("It counts once an opportunity of yours reaches {stage}.", stage=gate.stage)
        case GateKind.WIN:
            return text("It counts once you close an opportunity as won.")


def _table(progress: Progress) -> Table:
    return Table(
        title=text("The path"),
        columns=tuple(
            Column(label=label)
            for label in (
                text("Step"),
                text("Working days"),
                text("By"),
                text("Gate"),
                text("Stands"),
                text("Evidence"),
            )
        ),
        rows=tuple(_row(each) for each in progress.standings),
    )


def _row(standing: Standing) -> tuple[AnyValue, ...]:
    step = standing.step
    days = f"{step.first}–{step.last}" if step.first != step.last else str(step.last)
    return (
        value(step.name),
        value(days),
        value(standing.due_on) if standing.due_on else text("–"),
        gate_words(step.gate),
        _stands(standing),
        standing.evidence or text("–"),
    )


def gate_words(gate: Gate) -> Text:
    if gate.kind is GateKind.QUIZ:
        return text("quiz: {mark} of at least {count}", mark=gate.mark, count=gate.questions)
    if gate.kind is GateKind.REACHED:
        return text("an opportunity in {stage}", stage=gate.stage)
    return GATES[gate.kind]


def _stands(standing: Standing) -> Text:
    if standing.done_on is not None:
        return text("done on {day}", day=standing.done_on)
    return _late(standing) if standing.late_by else text("open")


def _late(standing: Standing) -> Text:
    if standing.late_by == 1:
        return text("one working day late")
    return text("{count} working days late", count=standing.late_by)


def _actions(shown: Shown) -> tuple[Action, ...]:
    progress = shown.progress
    assert progress is not None  # noqa: S101
    if progress.next is None:
        return ()
    if not shown.is_own:
        who = reference("person", progress.person.id)
        return tuple(
            Action(label=text("Certify “{step}”", step=each.step.name),
                   invocation=Invocation.of("step", step=each.step.name, owner=who))
            for each in progress.open
            if each.step.gate.kind is GateKind.CERTIFIED
        )  # fmt: skip
    upcoming = progress.next.step
    actions = []
    if upcoming.gate.kind is GateKind.WORD:
        actions.append(
            Action(label=text("Done"), invocation=Invocation.of("step", step=upcoming.name), style="primary")
        )
    actions.append(Action(label=text("Quiz me"), invocation=Invocation.of("quiz", topic=upcoming.name)))
    if shown.questions:
        actions.append(Action(label=text("Ask about it"), invocation=Invocation.of("ask", question=shown.questions[0])))
    return tuple(actions)


def _notes(shown: Shown) -> tuple[Text, ...]:
    progress = shown.progress
    assert progress is not None  # noqa: S101
    counted = text(
        "Counted from {day} in working days, without holidays and leave. From **{title}**.",
        day=progress.started_on,
        title=progress.path.title,
    )
    if not shown.is_own:
        seen = text("Shared with you as their manager.")
    elif shown.shared:
        seen = text("Your manager may see this. To keep it to yourself: stop sharing my progress.")
    else:
        seen = text("Only you see this. To share it: share my progress with my manager.")
    return (counted, seen, *progress.warnings)


def _present_people(people: tuple[NewPerson, ...]) -> Answer:
    progresses = [each.progress for each in people if each.progress is not None]
    columns = (text("Person"), text("Joined"), text("Working day"), text("Next"), text("By"), text("Late"))
    return Answer(
        headline=text(
            "New people: {count}. Sharing their progress with you: {shared}. With something late: {late}.",
            count=len(people),
            shared=len(progresses),
            late=sum(bool(progress.late) for progress in progresses),
        ),
        blocks=(
            Table(
                title=text("Your new people"),
                columns=tuple(Column(label=label) for label in columns),
                rows=tuple(_person_row(each) for each in people),
            ),
        ),
        actions=tuple(
            Action(
                label=verbatim(each.person.name),
                invocation=Invocation.of("onboarding", owner=reference("person", each.person.id)),
            )
            for each in people[:4]
            if each.progress is not None
        ),
        notes=(text("Who shares it is up to them. To certify somebody's pitch, just tell me that they passed it."),),
        private=True,
    )


def _person_row(new: NewPerson) -> tuple[AnyValue, ...]:
    joined = new.person.active_from
    firsts = (value(new.person.name), value(joined) if joined else text("–"))
    if new.progress is None:
        return (*firsts, text("–"), new.reason or text("–"), text("–"), text("–"))
    progress = new.progress
    upcoming = progress.next
    return (
        *firsts,
        value(progress.day),
        value(upcoming.step.name) if upcoming else text("all done"),
        value(upcoming.due_on) if upcoming and upcoming.due_on else text("–"),
        value(len(progress.late)),
    )


SKILL = Skill(
    name="onboarding",
    summary=text("Where you are on your path as a new hire"),
    params=OnboardingParams,
    run=run,
    present=present,
    aliases=("path", "ramp"),
    examples=(
        Example("where am I on my onboarding path", OnboardingParams()),
        Example("what is my next step as a new hire", OnboardingParams()),
        Example("show my onboarding", OnboardingParams()),
        Example("which of my gates are late", OnboardingParams()),
        Example("how far am I with my first 90 days", OnboardingParams()),
        Example("how is sam's onboarding going", OnboardingParams(owner="sam")),
        Example("show me sam's onboarding progress", OnboardingParams(owner="sam")),
        Example("how are my new hires doing", OnboardingParams(owner="my new hires")),
        Example("我的新人路径走到哪一步了", OnboardingParams()),
        Example("我入职的下一步是什么", OnboardingParams()),
        Example("新人关口有哪些晚了", OnboardingParams()),
        Example("sam的入职进度怎么样", OnboardingParams(owner="sam")),
        Example("我的新人进展如何", OnboardingParams(owner="我的新人")),
    ),
)
