"""How the playbook is used: which cards answer, which never do, which do not help, and what new people ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from knowledge_base import Document
from skills.answer import Action, Answer, Block, Bullets, Column, Invocation, Table
from skills.cards import list_readable
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.measures.calendar import Period
from skills.passages import readable
from skills.text import AnyValue, Text, text, value, verbatim
from skills.unanswered import ENOUGH, MOST_QUESTIONS, find_window
from store.models import Band, Question, Role
from store.questions import CardUse, count_uses, list_of_new_hires
from store.scope import Scope

DAYS = 90
NEW_FOR = 90
"""Days from somebody's first one in which their questions are those of a new hire."""
MOST_CARDS = 10
MOST_NEVER = 10
MOST_TOPICS = 8


class UsageParams(SkillParams):
    period: str | None = Field(
        default=None, description=text("when they were used; the last 90 days when left out").template
    )


@dataclass(frozen=True)
class Topic:
    """What new people asked, in the words of one of them."""

    words: str
    times: int
    people: int
    card: str
    """Title of the card that answered; empty where none did."""


@dataclass(frozen=True)
class Usage:
    cards: tuple[tuple[Document, CardUse], ...]
    never: tuple[Document, ...]
    topics: tuple[Topic, ...]
    new_people: int
    period: Period
    complete: bool


def run(context: SkillContext, params: UsageParams) -> Usage:
    window = find_window(context, params.period, DAYS)
    with readable():
        documents = {document.file: document for document in list_readable(context)}
    uses = count_uses(context.session, Scope.everybody(), window.since, window.until)
    used = tuple((documents[use.file], use) for use in uses if use.file in documents)
    busy = {use.file for use in uses}
    never = tuple(one for one in documents.values() if one.is_current and one.file not in busy)
    asked = list_of_new_hires(
        context.session, Scope.everybody(), window.since, window.until, days=NEW_FOR, limit=MOST_QUESTIONS
    )
    topics = _topics(context, asked, documents)
    return Usage(used, never, topics, len({one.person_id for one in asked}), window.period, context.complete)


def _topics(context: SkillContext, asked: Sequence[Question], documents: Mapping[str, Document]) -> tuple[Topic, ...]:
    if not asked:
        return ()
    with readable():
        groups = context.knowledge.get_alike([question.words for question in asked])
        hidden = {one.file for one in context.knowledge.documents()} - documents.keys()
    topics = []
    for group in groups:
        questions = [asked[place] for place in group]
        # What was asked of a card that not everybody here may read stays with those who may.
        if any(question.file in hidden for question in questions):
            continue
        people = len({question.person_id for question in questions})
        if not (context.audience.is_private or people >= ENOUGH or any(one.channel for one in questions)):
            continue
        answered = next((one for one in questions if one.band != Band.UNKNOWN and one.file in documents), None)
        card = documents[answered.file].title if answered else ""
        topics.append(Topic(questions[0].words, len(questions), people, card))
    return tuple(topics)


def present(usage: Usage) -> Answer:
    blocks: list[Block] = []
    if usage.cards:
        blocks.append(_cards(usage))
    poor = tuple(
        text("**{title}**: {no} of {judged} found it unhelpful", title=card.title, no=use.unhelpful, judged=judged)
        for card, use in sorted(usage.cards, key=lambda pair: -pair[1].unhelpful)
        if use.unhelpful and (judged := use.helpful + use.unhelpful)
    )
    if poor:
        blocks.append(Bullets(title=text("Not helpful:"), items=poor[:MOST_CARDS]))
    if usage.topics:
        blocks.append(_new_hires(usage))
    if usage.never:
        blocks.append(_never(usage))
    notes = (
        text(
            "Questions from {start} to {end}; cards that may be read here.",
            start=usage.period.start,
            end=usage.period.last_day,
        ),
        text("New people: in their first {days} days.", days=NEW_FOR),
    )
    gaps = Action(label=text("Without an answer"), invocation=Invocation.of("gaps", owner="everyone"))
    return Answer(headline=_headline(usage), blocks=tuple(blocks), actions=(gaps,), notes=notes)


def _headline(usage: Usage) -> Text:
    if not usage.cards:
        return text("No card was used; there are {count}.", count=len(usage.never))
    answers = sum(use.answers for _, use in usage.cards)
    return text(
        "**{used} of {all} cards** answered {answers} questions; {never} were never used.",
        used=len(usage.cards),
        all=len(usage.cards) + len(usage.never),
        answers=answers,
        never=len(usage.never),
    )


def _cards(usage: Usage) -> Table:
    shown = usage.cards if usage.complete else usage.cards[:MOST_CARDS]
    rows: list[tuple[AnyValue, ...]] = [
        (
            verbatim(card.title),
            verbatim(card.card.owner or "–"),
            value(use.answers),
            value(use.people),
            value(use.helpful),
            value(use.unhelpful),
        )
        for card, use in shown
    ]
    columns = (
        Column(label=text("Card")),
        Column(label=text("Owner")),
        Column(label=text("Answers"), numeric=True),
        Column(label=text("People"), numeric=True),
        Column(label=text("Helpful"), numeric=True),
        Column(label=text("Not helpful"), numeric=True),
    )
    return Table(title=text("Most used cards"), columns=columns, rows=tuple(rows))


def _new_hires(usage: Usage) -> Table:
    shown = usage.topics if usage.complete else usage.topics[:MOST_TOPICS]
    rows: list[tuple[AnyValue, ...]] = [
        (
            verbatim(topic.words),
            value(topic.times),
            value(topic.people),
            verbatim(topic.card) if topic.card else text("no answer"),
        )
        for topic in shown
    ]
    columns = (
        Column(label=text("Question")),
        Column(label=text("Asked"), numeric=True),
        Column(label=text("People"), numeric=True),
        Column(label=text("Answered by")),
    )
    return Table(title=text("What new people ask most"), columns=columns, rows=tuple(rows))


def _never(usage: Usage) -> Block:
    if usage.complete:
        rows = tuple((verbatim(one.title), verbatim(one.file), verbatim(one.card.owner or "–")) for one in usage.never)
        columns = (Column(label=text("Card")), Column(label=text("File")), Column(label=text("Owner")))
        return Table(title=text("Never used"), columns=columns, rows=rows)
    items = [verbatim(one.title) for one in usage.never[:MOST_NEVER]]
    if len(usage.never) > MOST_NEVER:
        items.append(text("and {count} more", count=len(usage.never) - MOST_NEVER))
    return Bullets(title=text("Never used:"), items=tuple(items))


SKILL = Skill(
    name="usage",
    summary=text("Which cards are used, which never, and what new people ask"),
    params=UsageParams,
    run=run,
    present=present,
    needs=Role.MANAGER,
    schedulable=True,
    examples=(
        Example("which cards are used most?", UsageParams()),
        Example("how is the playbook used", UsageParams()),
        Example("which playbook cards were never used this quarter", UsageParams(period="this quarter")),
        Example("what do new hires ask most", UsageParams()),
        Example("which cards are not helpful", UsageParams()),
        Example("知识库使用情况", UsageParams()),
        Example("新人问得最多的是什么", UsageParams()),
        Example("这个季度哪些卡片没人用", UsageParams(period="这个季度")),
    ),
)
