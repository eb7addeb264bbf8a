"""A question about the cards, one at a time; the answer is quoted once it is given."""

import datetime as dt
from dataclasses import dataclass
from itertools import islice

from pydantic import Field

from skills.answer import Answer, Bullets, Choice, Invocation
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible
from skills.exercise import LETTERS, Exercise, Exercises
from skills.onboarding import check_private, get_shown
from skills.passages import readable
from skills.quiz import list_due
from skills.readers import get_asker
from skills.text import Text, text, verbatim
from skills.topic import find_topic, get_standing_words
from store.learning import list_quiz_answers

TRIED = 8
"""Forms that are tried at most: not every card answers its own in a way that can be asked."""

LONGEST_BUTTON = 30
"""Characters of an option that stands on its button; longer ones are listed, and the buttons hold their letters."""


class QuizParams(SkillParams):
    topic: str | None = Field(
        default=None,
        description=text("a step of your path, a card or a subject; what your path needs when left out").template,
    )


@dataclass(frozen=True)
class Asked:
    exercise: Exercise
    day: dt.date
    topic: str | None
    standing: Text | None


def run(context: SkillContext, params: QuizParams) -> Asked:
    check_private(context)
    person, readers = context.person(), get_asker(context)
    topic = find_topic(context, person, readers, params.topic)
    answers = list(list_quiz_answers(context.session, get_shown(context, person), context.actor.id, since=dt.date.min))
    with readable():
        due = list_due(topic.forms, answers, context.actor.id, context.today)
        exercises = Exercises(context, readers, context.actor.id)
        made = (exercises.make(form, context.today) for form in islice(due, TRIED))
        exercise = next((each for each in made if each is not None), None)
    since = person.active_from or dt.date.min
    standing = get_standing_words(topic.step, [answer for answer in answers if answer.day >= since])
    if exercise is None:
        raise Impossible(
            text("There is nothing more to ask you about that today."),
            standing or text("What you got wrong comes back tomorrow."),
        )
    return Asked(exercise, context.today, topic.words, standing)


def present(asked: Asked) -> Answer:
    exercise = asked.exercise
    short = all(len(option) <= LONGEST_BUTTON for option in exercise.options)
    lettered = tuple(zip(LETTERS, exercise.options, strict=False))
    listed = Bullets(
        items=tuple(text("**{letter}** {option}", letter=letter, option=option) for letter, option in lettered)
    )
    return Answer(
        headline=text("What belongs in the gap? **{sentence}**", sentence=exercise.sentence)
        if exercise.sentence
        else text("What does the playbook say? **{question}**", question=exercise.form.words),
        blocks=() if short else (listed,),
        choices=tuple(
            Choice(
                label=verbatim(option if short else letter),
                invocation=Invocation.of(
                    "choose",
                    question=exercise.form.key,
                    choice=letter,
                    day=asked.day.isoformat(),
                    mark=exercise.mark,
                    topic=asked.topic,
                ),
            )
            for letter, option in lettered
        ),
        notes=(
            text("From **{title}**.", title=exercise.form.document.title),
            *((asked.standing,) if asked.standing else ()),
        ),
        private=True,
    )


SKILL = Skill(
    name="quiz",
    summary=text("A question about the playbook, to check yourself"),
    params=QuizParams,
    run=run,
    present=present,
    aliases=("test-me",),
    examples=(
        Example("quiz me", QuizParams()),
        Example("test me", QuizParams()),
        Example("give me a quiz question", QuizParams()),
        Example("next question", QuizParams()),
        Example("check what I know", QuizParams()),
        Example("quiz me on pricing", QuizParams(topic="pricing")),
        Example("quiz me about objections", QuizParams(topic="objections")),
        Example("test me on security", QuizParams(topic="security")),
        Example("ask me a question about our competitors", QuizParams(topic="competitors")),
        Example("I want to practise for the product quiz", QuizParams(topic="product")),
        Example("考考我", QuizParams()),
        Example("给我出一道题", QuizParams()),
        Example("下一题", QuizParams()),
        Example("考考我价格", QuizParams(topic="价格")),
        Example("测试一下我对竞品的了解", QuizParams(topic="竞品")),
        Example("出一道关于异议的题", QuizParams(topic="异议")),
    ),
)
