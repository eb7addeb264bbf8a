"""How far somebody is on their path, with the evidence; and what answers add for those who are new.

Progress is between the person and the assistant. Their direct manager sees it too where the person has said so, or
else where the organisation has; in a channel nobody does.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from knowledge_base import Document
from knowledge_base.answer import KnowledgeAnswer
from skills.answer import Action, Answer, Block, Invocation, Paragraph
from skills.contract import SkillContext
from skills.errors import Impossible, NotAllowed
from skills.exercise import split_sentences
from skills.passages import readable
from skills.path import Gate, GateKind, Path, Step, find_working_day, get_path
from skills.quiz import get_score
from skills.readers import get_readers_of
from skills.text import Text, text
from skills.wording import enumeration
from skills.working_days import Calendars, days_away
from store.calendar import list_leaves
from store.learning import (
    get_first_entry,
    get_first_meeting,
    get_first_win,
    list_quiz_answers,
    list_step_marks,
)
from store.models import Person, QuizAnswer, StepMark
from store.opportunities import list_stages
from store.scope import Scope

GUIDED_FOR = dt.timedelta(days=90)
"""How long answers teach as well, where the person has said nothing."""
ON_PATH_FOR = dt.timedelta(days=180)
"""How long somebody is on their path; days of leave make it longer."""
SPARE = 120
"""Days by which leave and holidays may lengthen a path."""
WHY = ("why it matters", "why this matters", "why", "purpose", "为什么重要", "背后的原因", "目的", "what is behind it")
"""Headings of a card under which it says what it is good for."""
LONGEST_WHY = 300

Addition = tuple[tuple[Block, ...], tuple[Action, ...]]
"""Blocks and buttons that come after those of an answer."""


@dataclass(frozen=True)
class Standing:
    """A step as it stands: the days between which it is to be done, when it was, and what shows that."""

    step: Step
    starts_on: dt.date | None
    due_on: dt.date | None
    done_on: dt.date | None
    evidence: Text | None
    late_by: int = 0
    """Working days since it was due; 0 for what is done or not yet due."""

    @property
    def is_done(self) -> bool:
        return self.done_on is not None


@dataclass(frozen=True)
class Progress:
    """Somebody's path; `day` is the working day that it is today, 0 before the first."""

    person: Person
    path: Path
    started_on: dt.date
    day: int
    standings: tuple[Standing, ...]
    warnings: tuple[Text, ...]

    @property
    def is_ahead(self) -> bool:
        """Whether there has been no working day yet."""
        return self.day < 1

    @property
    def open(self) -> tuple[Standing, ...]:
        """What is not done, in the order in which it is due."""
        return tuple(
            sorted((each for each in self.standings if not each.is_done), key=lambda each: each.due_on or dt.date.max)
        )

    @property
    def next(self) -> Standing | None:
        """What is due first of what has begun, or else of what has not."""
        begun = [each for each in self.open if each.step.first <= max(self.day, 1)]
        return next(iter(begun or self.open), None)

    @property
    def certifiable(self) -> Standing | None:
        """What the manager can certify by now: it has begun, and everything that is due before it is done."""
        begun = (
            each for each in self.open if each.step.gate.kind is GateKind.CERTIFIED and each.step.first <= self.day
        )
        first = next(begun, None)
        if first is None or any(each.step.last < first.step.last for each in self.open):
            return None
        return first

    @property
    def late(self) -> tuple[Standing, ...]:
        return tuple(each for each in self.open if each.late_by)


def check_private(context: SkillContext) -> None:
    """Raises `NotAllowed` where others would read along."""
    if not context.audience.is_private:
        raise NotAllowed(text("What somebody learns stays out of channels."), text("Ask me in a direct message."))


def shares_progress(context: SkillContext, person: Person) -> bool:
    """Whether the person's manager may see their progress."""
    return context.organisation.progress_shared if person.shares_progress is None else person.shares_progress


def get_shown(context: SkillContext, person: Person) -> Scope:
    """The person alone, as the scope in which the asker may read their progress.

    Raises `NotAllowed` unless the asker is the person, or their manager with whom it is shared; `Impossible` where the
    manager asks about somebody who has left.
    """
    check_private(context)
    shown = Scope.of([person.id or 0])
    if person.id == context.actor.id:
        return shown
    if person.manager_id != context.actor.id:
        raise NotAllowed(text("Only {person} and their manager can see that.", person=person.name))
    get_start(context, person)
    if not shares_progress(context, person):
        raise NotAllowed(
            text("{person} keeps their progress to themselves.", person=person.name),
            text("They can write to me: share my progress with my manager."),
        )
    return shown


def get_start(context: SkillContext, person: Person) -> dt.date:
    """The day on which the person joined, the last time they did; raises `Impossible` where there is none to count
    from."""
    start = person.active_from
    if start is None:
        raise Impossible(
            text("I don't know when {person} joined, so there are no dates to count from.", person=person.name),
            text("An administrator sets the day by importing people with their first day."),
        )
    if person.active_to is not None and person.active_to < context.today:
        raise Impossible(text("{person} left on {day}.", person=person.name, day=person.active_to))
    return start


def find_path(context: SkillContext, person: Person) -> Path:
    """The path that is meant for the person; raises `Impossible` where the playbook has none."""
    path = get_path(context, person, get_readers_of(context, person))
    if path is None or not path.steps:
        raise Impossible(
            text("The playbook has no path for new people."),
            text("A card with “kind: path” and a table of steps, working days, gates and cards makes one."),
        )
    return path


def get_progress(context: SkillContext, person: Person) -> Progress:
    """Where the person is on their path today; raises `NotAllowed` where that is not for the asker to know."""
    scope = get_shown(context, person)
    start, path = get_start(context, person), find_path(context, person)
    last = max(step.last for step in path.steps)
    until = start + dt.timedelta(days=2 * last + SPARE)
    calendars = Calendars(context, start, max(until, context.today + dt.timedelta(days=1)), scope)
    days = calendars.of_person(person)
    marks = {mark.step.casefold(): mark for mark in list_step_marks(context.session, scope, person.id or 0, start)}
    answers = list_quiz_answers(context.session, scope, person.id or 0, since=start)
    standings = []
    for step in path.steps:
        done_on, evidence = _evidence(context, scope, person, start, step, marks, answers)
        due = find_working_day(days, start, step.last, until)
        late = 0
        if done_on is None and due is not None and due < context.today:
            late = days.count(due + dt.timedelta(days=1), context.today + dt.timedelta(days=1))
            late = max(1, late)
        standings.append(Standing(step, find_working_day(days, start, step.first, until), due, done_on, evidence, late))
    day = days.count(start, context.today + dt.timedelta(days=1))
    return Progress(person, path, start, day, tuple(standings), (*path.problems, *calendars.warnings))


def _evidence(
    context: SkillContext,
    scope: Scope,
    person: Person,
    start: dt.date,
    step: Step,
    marks: Mapping[str, StepMark],
    answers: Sequence[QuizAnswer],
) -> tuple[dt.date | None, Text | None]:
    """When the step's gate was passed, and what shows it (or how far it is)."""
    gate, session, person_id = step.gate, context.session, person.id or 0
    if gate.kind in (GateKind.WORD, GateKind.CERTIFIED):
        return _marked(context, person, gate, marks.get(step.name.casefold()))
    if gate.kind is GateKind.QUIZ:
        score = get_score(answers, step.cards, gate.mark, gate.questions)
        if score.share is None:
            return None, text(
                "no question answered yet; {mark} of at least {count} pass", mark=gate.mark, count=gate.questions
            )
        words = text("{right} of {count} right ({share})", right=score.correct, count=score.answered, share=score.share)
        if score.passed_on is None:
            needs = text("{mark} of at least {count} pass", mark=gate.mark, count=gate.questions)
            return None, text("{score}; {needs}", score=words, needs=needs)
        return score.passed_on, words
    if gate.kind is GateKind.MEETING:
        midnight = dt.datetime.combine(start, dt.time(), ZoneInfo(context.organisation.zone))
        met = get_first_meeting(session, scope, person_id, since=midnight)
        if met is None:
            return None, None
        return context.organisation.day_of(met.at), text("with {customer}", customer=met.account or "?")
    if gate.kind is GateKind.WIN:
        reached = get_first_win(session, scope, person_id, since=start)
    else:
        reached = get_first_entry(session, scope, person_id, _stages(context, gate), since=start)
    return (reached.on, text("{opportunity}", opportunity=reached.name)) if reached else (None, None)


def _marked(
    context: SkillContext, person: Person, gate: Gate, mark: StepMark | None
) -> tuple[dt.date | None, Text | None]:
    if mark is None:
        return None, None
    if mark.author_id != person.id:
        author = context.session.get(Person, mark.author_id)
        return mark.marked_on, text("certified by {person}", person=author.name if author else "?")
    return (mark.marked_on, text("by your own word")) if gate.kind is GateKind.WORD else (None, None)


def _stages(context: SkillContext, gate: Gate) -> list[int]:
    """The stage that the gate names and those after it, winning included. "Qualified" is a flag where it is no name."""
    stages = list_stages(context.session)
    named = next((stage for stage in stages if stage.name.casefold() == gate.stage.casefold()), None)
    if named is None and gate.stage.casefold() in ("qualified", "合格"):
        named = next((stage for stage in stages if stage.qualified and stage.kind == "open"), None)
    if named is None:
        return []
    return [
        stage.id
        for stage in stages
        if stage.id is not None and (stage.kind == "won" or (stage.kind == "open" and stage.position >= named.position))
    ]


def is_on_path(context: SkillContext, person: Person) -> bool:
    """Whether the person joined lately enough to be on a path still."""
    start, end = person.active_from, context.today + dt.timedelta(days=1)
    if start is None:
        return False
    over = context.today - start - ON_PATH_FOR
    if over <= dt.timedelta(0):
        return True
    leaves = list_leaves(context.session, Scope.of([person.id or 0]), start, end)
    return over <= dt.timedelta(days=sum(1 for leave in leaves for _ in days_away(leave, start, end)))


def is_guided(context: SkillContext, person: Person) -> bool:
    """Whether answers to the person teach as well: as they said, or else in their first 90 days."""
    if person.guided is not None:
        return person.guided
    return person.active_from is not None and person.active_from <= context.today < person.active_from + GUIDED_FOR


def learning_addition(context: SkillContext, answer: KnowledgeAnswer) -> Addition:
    """What new-hire mode adds to an answer: why it matters, by the card's own words, and a question to check oneself.

    Nothing for others, in a channel, or where the knowledge base does not answer.
    """
    if not context.audience.is_private or answer.status != "answer" or not answer.citations:
        return (), ()
    if not is_guided(context, context.person()):
        return (), ()
    first = answer.citations[0]
    with readable():
        document = context.knowledge.card(first.file)
    if document is None:
        return (), ()
    why = _why(context, document, first.quote)
    blocks: tuple[Block, ...] = (Paragraph(text=why),) if why else ()
    check: tuple[Action, ...] = ()
    if document.card.questions:
        check = (Action(label=text("Check yourself"), invocation=Invocation.of("quiz", topic=document.file)),)
    return blocks, check


def with_learning(answer: Answer, addition: Addition) -> Answer:
    """The answer with what new-hire mode adds to it, after everything else."""
    blocks, actions = addition
    return answer.model_copy(update={"blocks": (*answer.blocks, *blocks), "actions": (*answer.actions, *actions)})


def _why(context: SkillContext, document: Document, quoted: str) -> Text | None:
    """The card's own sentence on what it is good for, or else the stage, product or people that it is about."""
    with readable():
        sections = context.knowledge.sections(document.id)
    for section in sections:
        if section.heading.strip().casefold() in WHY:
            sentence = next(iter(split_sentences(section.text)), "")
            if sentence and sentence not in quoted and len(sentence) <= LONGEST_WHY:
                return text("**Why it matters**: {sentence}", sentence=sentence)
    card = document.card
    if card.stage:
        return text("**Why it matters**: you need it in {stages}.", stages=enumeration(card.stage))
    if card.persona:
        return text(
            "**Why it matters**: it comes up with {people}.",
            people=enumeration([name.replace("-", " ") for name in card.persona]),
        )
    if card.product:
        return text("**Why it matters**: it comes up with {products}.", products=enumeration(card.product))
    return None
