"""Ask what the company has written down: quoted, cited, or an honest "that is not in there"."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field
from sqlmodel import Session

from knowledge_base.answer import KnowledgeAnswer
from skills.answer import Action, Answer, Invocation, Status
from skills.cards import Standing
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.onboarding import Addition, learning_addition, with_learning
from skills.passages import cited, get_cited_standings, readable
from skills.readers import get_asker, get_readers
from skills.text import text
from store.questions import add_question, question_key


class AskParams(SkillParams):
    question: str = Field(description=text("the question, in your own words").template)
    after: str | None = Field(default=None, description=text("the question before it, if it goes on from one").template)


@dataclass(frozen=True)
class Asked:
    """Who asked what, when and where."""

    person_id: int
    words: str
    at: dt.datetime
    day: dt.date
    channel: str

    @property
    def key(self) -> str:
        return question_key(self.person_id, self.words, self.day)


@dataclass(frozen=True)
class Found:
    """What those who listen may read, and whether the asker alone could read more that answers."""

    answer: KnowledgeAnswer
    asked: Asked
    own: KnowledgeAnswer
    """What the asker alone would be answered."""
    standings: Mapping[str, Standing] = field(default_factory=dict)
    questions_channel: str = ""
    """Name of the channel where questions go that have no answer; empty where there is none."""
    learning: Addition = ((), ())
    """What new-hire mode adds."""

    @property
    def question(self) -> str:
        """The whole question, also where the words left a part of it to the one before."""
        return self.answer.understood or self.asked.words

    @property
    def more(self) -> bool:
        return self.own.status == "answer" and self.own.citations[:1] != self.answer.citations[:1]


def run(context: SkillContext, params: AskParams) -> Found:
    readers, asker = get_readers(context), get_asker(context)
    with readable():
        own = answer = context.knowledge.ask(params.question, after=params.after, where=readers.may_read)
        if not context.audience.is_private:
            own = context.knowledge.ask(params.question, after=params.after, where=asker.may_read)
        standings = get_cited_standings(context, answer)
    asked = Asked(context.actor.id, params.question, context.now, context.today, context.audience.channel)
    channel = context.organisation.questions_channel.removeprefix("#")
    return Found(answer, asked, own, standings, channel, learning_addition(context, answer))


def note(session: Session, found: Found) -> None:
    """What the asker alone would be answered counts: what only the channel may not read is no gap."""
    best = found.own if found.more else found.answer
    places = [citation.passage for citation in best.citations] or list(best.nearest)
    add_question(
        session,
        found.asked.key,
        asked_at=found.asked.at,
        person_id=found.asked.person_id,
        channel=found.asked.channel,
        words=found.question,
        band=best.band,
        file=places[0].file if places else "",
        section=places[0].section if places else "",
        confidence=max(0, min(100, round(best.confidence * 100))),
    )


def present(found: Found) -> Answer:
    answer = cited(found.answer, found.standings)
    notes = answer.notes
    if found.more:
        notes = (*notes, text("There is more on this that not everyone here may read. Ask me in a direct message."))
    actions = _ratings(found) if answer.status is Status.ANSWER else () if found.more else _askable(found)
    answer = answer.model_copy(
        update={
            "notes": notes,
            "actions": (*answer.actions, *actions),
            "withheld": found.more,
            "question": found.question,
        }
    )
    return with_learning(answer, found.learning)


def _ratings(found: Found) -> tuple[Action, ...]:
    key = found.asked.key
    return (
        Action(label=text("Helpful"), invocation=Invocation.of("feedback", question=key, helpful="yes")),
        Action(label=text("Not helpful"), invocation=Invocation.of("feedback", question=key, helpful="no")),
    )


def _askable(found: Found) -> tuple[Action, ...]:
    """Whom to ask instead: who answers for the nearest card, and the channel for such questions."""
    expired = [found.answer.expired] if found.answer.expired else []
    places = [*expired, *found.answer.nearest[:1]]
    standing = next((found.standings[place.file] for place in places if place.file in found.standings), None)
    actions = []
    if standing is not None and standing.contact is not None and standing.contact.id != found.asked.person_id:
        actions.append(
            Action(
                label=text("Ask {name}", name=standing.contact.name),
                invocation=Invocation.of("enquire", question=found.question, person=f"person:{standing.contact.id}"),
            )
        )
    if found.questions_channel:
        actions.append(
            Action(
                label=text("Ask in #{channel}", channel=found.questions_channel),
                invocation=Invocation.of("enquire", question=found.question, channel=f"#{found.questions_channel}"),
            )
        )
    return tuple(actions)


SKILL = Skill(
    name="ask",
    summary=text("Ask the playbook, with the place it stands"),
    params=AskParams,
    run=run,
    present=present,
    note=note,
    aliases=("kb", "playbook", "find"),
    examples=(
        Example("how much discount can I give?", AskParams(question="how much discount can I give?")),
        Example("what are our payment terms", AskParams(question="what are our payment terms")),
        Example("where is customer data hosted?", AskParams(question="where is customer data hosted?")),
        Example("who approves a quote above 15% off", AskParams(question="who approves a quote above 15% off")),
        Example("how does a paid pilot work?", AskParams(question="how does a paid pilot work?")),
        Example(
            "what do I need before I move to proposal", AskParams(question="what do I need before I move to proposal")
        ),
        Example("which certificates do we have", AskParams(question="which certificates do we have")),
        Example("tell me about our main competitor", AskParams(question="tell me about our main competitor")),
        Example("what should I do in my first week?", AskParams(question="what should I do in my first week?")),
        Example("what does coverage mean", AskParams(question="what does coverage mean")),
        Example("how do I hand over a won customer", AskParams(question="how do I hand over a won customer")),
        Example(
            "do we have a reference in the paper industry?",
            AskParams(question="do we have a reference in the paper industry?"),
        ),
        Example("is there a policy for travel expenses", AskParams(question="is there a policy for travel expenses")),
        Example("can the product run without internet", AskParams(question="can the product run without internet")),
        Example("我可以给多少折扣？", AskParams(question="我可以给多少折扣？")),
        Example("付款条件是什么", AskParams(question="付款条件是什么")),
        Example("数据存放在哪里？", AskParams(question="数据存放在哪里？")),
        Example("新人第一周要做什么", AskParams(question="新人第一周要做什么")),
    ),
)
