"""What a quiz is about: a step of one's path, one card, a kind of cards, or whatever the words lead to."""

from dataclasses import dataclass

from knowledge_base.lexical import get_tokens, is_cjk, is_solid
from skills.contract import SkillContext
from skills.errors import NotFound, SkillError
from skills.onboarding import Standing, get_progress, is_on_path
from skills.passages import readable
from skills.path import GateKind, Step
from skills.quiz import Form, get_score, is_chinese, list_forms
from skills.readers import Readers
from skills.text import Text, text
from store.models import Person, QuizAnswer

FOUND = 5
"""Passages whose cards a quiz about some words is drawn from."""
KINDS = {
    "objection": ("objection", "objections", "异议", "客户异议"),
    "pricing": ("pricing", "price", "prices", "价格", "报价"),
    "competitor": ("competitor", "competitors", "competition", "竞品", "竞争对手"),
    "security": ("security", "安全"),
    "glossary": ("glossary", "terms", "术语"),
    "process": ("process", "processes", "流程"),
    "stage": ("stage", "stages", "阶段"),
    "discovery": ("discovery", "需求", "拜访"),
    "story": ("story", "stories", "references", "案例"),
    "product": ("product", "products", "产品"),
}


@dataclass(frozen=True)
class Topic:
    """The forms to ask, and the step that they belong to; `words` name it again."""

    forms: tuple[Form, ...]
    words: str | None = None
    step: Step | None = None


def find_topic(context: SkillContext, person: Person, readers: Readers, words: str | None) -> Topic:
    """Raises `NotFound` where no card that the person may read fits the words."""
    said = (words or "").strip()
    standings = _list_standings(context, person)
    step = _find_step(standings, said) if said else _current(context, standings)
    if step is not None and (forms := list_forms(context, readers, step.cards)):
        return Topic(tuple(forms), step.name, step)
    every = list_forms(context, readers)
    if not said:
        in_chinese = (person.locale or context.actor.language).lower().startswith("zh")
        own = [form for form in every if is_chinese(form.document) == in_chinese]
        if not every:
            raise NotFound(
                text("The playbook has no cards with questions yet."),
                text("A card gets them in its front matter, under “questions”."),
            )
        return Topic(tuple(own or every))
    if of_card := [form for form in every if form.document.file == said]:
        return Topic(tuple(of_card), said)
    forms = _of_kind(every, said)
    if not forms:
        files = _find_files(context, readers, said)
        forms = [form for form in every if form.document.file in files]
    if not forms:
        raise NotFound(text("There are no cards with questions about **{topic}**.", topic=said))
    same = [form for form in forms if is_chinese(form.document) == is_cjk(said)]
    return Topic(tuple(same or forms), said)


def _find_files(context: SkillContext, readers: Readers, said: str) -> set[str]:
    """The cards that come near the words and hold one of them: something is always nearest."""
    wanted = {token for token in get_tokens(said) if is_solid(token)}
    with readable():
        found = context.knowledge.search(said, FOUND, where=readers.may_read)
    return {
        passage.file
        for passage in found
        if wanted & set(get_tokens(f"{passage.title}\n{passage.section}\n{passage.text}"))
    }


def _list_standings(context: SkillContext, person: Person) -> tuple[Standing, ...]:
    """The steps of whoever is on a path; none for the others."""
    if not is_on_path(context, person):
        return ()
    try:
        return get_progress(context, person).standings
    except SkillError:
        return ()


def _find_step(standings: tuple[Standing, ...], said: str) -> Step | None:
    steps = [each.step for each in standings]
    exact = [step for step in steps if step.name.casefold() == said.casefold()]
    return next(iter(exact), None)


def _current(context: SkillContext, standings: tuple[Standing, ...]) -> Step | None:
    """The quiz that is due first among those that have begun."""
    begun = [
        each
        for each in standings
        if each.step.gate.kind is GateKind.QUIZ and not each.is_done and each.starts_on is not None
        if each.starts_on <= context.today
    ]
    return min(begun, key=lambda each: each.step.last).step if begun else None


def _of_kind(forms: list[Form], said: str) -> list[Form]:
    kind = next((kind for kind, names in KINDS.items() if said.casefold() in names), None)
    return [form for form in forms if kind is not None and form.document.card.kind == kind]


def get_standing_words(step: Step | None, answers: list[QuizAnswer]) -> Text | None:
    """How the quiz of a step stands."""
    if step is None or step.gate.kind is not GateKind.QUIZ:
        return None
    score = get_score(answers, step.cards, step.gate.mark, step.gate.questions)
    if score.passed_on is not None:
        return text("**{step}**: passed on {day}.", step=step.name, day=score.passed_on)
    if score.share is None:
        return text(
            "**{step}**: {mark} of at least {count} questions pass.",
            step=step.name,
            mark=step.gate.mark,
            count=step.gate.questions,
        )
    return text(
        "**{step}**: {right} of {answered} right so far; {mark} of at least {count} pass.",
        step=step.name,
        right=score.correct,
        answered=score.answered,
        mark=step.gate.mark,
        count=step.gate.questions,
    )
