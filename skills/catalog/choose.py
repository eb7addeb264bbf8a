"""The option that somebody chose: right or wrong, with the passage that says so."""

import datetime as dt

from pydantic import Field

from skills.answer import Action, Block, Invocation, Paragraph, Quote
from skills.change import Change
from skills.contract import Effect, Skill, SkillContext, SkillParams
from skills.errors import NotFound, Stale, Unclear
from skills.exercise import LETTERS, Exercise, Exercises
from skills.onboarding import check_private, get_shown
from skills.passages import place, readable
from skills.quiz import list_forms
from skills.readers import get_asker
from skills.text import text
from skills.topic import find_topic, get_standing_words
from store.change_log import FieldChange, RecordChange, RecordKind
from store.learning import list_quiz_answers
from store.models import QuizAnswer


class ChooseParams(SkillParams):
    question: str = Field(description=text("the question's short name").template)
    choice: str = Field(description=text("the letter of the option").template)
    day: str = Field(description=text("the day on which it was asked, such as 2026-11-18").template)
    mark: str = Field(description=text("the short name of its options").template)
    topic: str | None = Field(default=None, description=text("what the quiz is about").template)


def run(context: SkillContext, params: ChooseParams) -> Change:
    check_private(context)
    exercise = _exercise(context, params)
    number = LETTERS.find(params.choice.strip().upper() or "?")
    if not 0 <= number < len(exercise.options):
        raise Unclear(text("Which of them: {letters}?", letters=", ".join(LETTERS[: len(exercise.options)])))
    answers = list(
        list_quiz_answers(context.session, get_shown(context, context.person()), context.actor.id, since=dt.date.min)
    )
    more = Action(label=text("Next question"), invocation=Invocation.of("quiz", topic=params.topic))
    if any(answer.question == params.question and answer.day == context.today for answer in answers):
        raise Stale(
            text("You answered that one today already: it was **{answer}**.", answer=_named(exercise, exercise.right)),
            actions=(more,),
        )
    chosen = exercise.options[number]
    given = QuizAnswer(
        person_id=context.actor.id,
        question=params.question,
        file=exercise.form.document.file,
        chosen=chosen,
        correct=number == exercise.right,
        day=context.today,
        answered_at=context.now,
    )
    right = _named(exercise, exercise.right)
    headline = (
        text("Right: **{answer}**.", answer=right)
        if given.correct
        else text("Not quite: it is **{answer}**. I ask you again tomorrow.", answer=right)
    )
    citation = exercise.citation
    quoted = Quote(text=citation.quote, source=place(citation.passage))
    return Change(
        records=(_record(given, exercise),),
        headline=headline,
        blocks=(quoted, *_standing(context, params, [*answers, given])),
        follow_ups=(more,),
        private=True,
    )


def _named(exercise: Exercise, number: int) -> str:
    """The option in a sentence: its words where they fill the gap, and else its letter."""
    return exercise.options[number] if exercise.sentence else LETTERS[number]


def _exercise(context: SkillContext, params: ChooseParams) -> Exercise:
    """The question as it was asked; raises `Stale` where the cards have changed since."""
    readers = get_asker(context)
    form = next((each for each in list_forms(context, readers) if each.key == params.question), None)
    try:
        day = dt.date.fromisoformat(params.day)
    except ValueError as error:
        raise NotFound(text("I can't find that question.")) from error
    with readable():
        exercise = Exercises(context, readers, context.actor.id).make(form, day) if form else None
    if exercise is None or exercise.mark != params.mark:
        again = Action(label=text("Another question"), invocation=Invocation.of("quiz", topic=params.topic))
        raise Stale(text("The cards have changed since I asked that, so it does not count."), actions=(again,))
    return exercise


def _record(given: QuizAnswer, exercise: Exercise) -> RecordChange:
    values = {
        "person_id": given.person_id,
        "question": given.question,
        "file": given.file,
        "chosen": given.chosen,
        "correct": given.correct,
        "day": given.day.isoformat(),
        "answered_at": given.answered_at.isoformat(),
    }
    return RecordChange(
        kind=RecordKind.QUIZ_ANSWER,
        label=exercise.form.words,
        fields=tuple(FieldChange(field=field, new=new, derived=True) for field, new in values.items()),
    )


def _standing(context: SkillContext, params: ChooseParams, answers: list[QuizAnswer]) -> tuple[Block, ...]:
    if params.topic is None:
        return ()
    person = context.person()
    step = find_topic(context, person, get_asker(context), params.topic).step
    since = person.active_from or dt.date.min
    words = get_standing_words(step, [answer for answer in answers if answer.day >= since])
    return (Paragraph(text=words),) if words else ()


SKILL = Skill(
    name="choose",
    summary=text("Answer a question of the quiz"),
    params=ChooseParams,
    run=run,
    effect=Effect.WRITE,
    listed=False,
)
