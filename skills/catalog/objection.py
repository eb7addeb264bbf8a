"""Help with an objection, in the order that works: acknowledge, explore, respond, prove, ask next."""

from dataclasses import dataclass

from pydantic import Field

from knowledge_base import Section
from knowledge_base.answer import KnowledgeAnswer
from knowledge_base.search import Passage
from skills.answer import Action, Answer, Block, Citation, Invocation, Paragraph, Quote
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.onboarding import Addition, learning_addition, with_learning
from skills.passages import cited, freshness, place, readable
from skills.readers import get_readers
from skills.references import find_opportunity
from skills.text import text
from store.models import Opportunity

KIND = "objection"
STEPS = ("acknowledge", "explore", "respond", "proof", "ask next")
"""Headings of an objection card that are shown, in the order of the conversation (LAER: domain 4.1)."""
STEPS_ZH = ("先认同", "再追问", "怎么回答", "证据", "下一步")


class ObjectionParams(SkillParams):
    objection: str = Field(description=text("what the customer says against it, in their words").template)
    opportunity: str | None = Field(default=None, description=text("the opportunity where it came up").template)


@dataclass(frozen=True)
class Help:
    objection: str
    card: Passage | None
    """The card that fits, or None: then `answer` is what the rest of the knowledge base says."""
    sections: tuple[Section, ...]
    answer: KnowledgeAnswer
    opportunity: Opportunity | None
    learning: Addition = ((), ())
    """What new-hire mode adds."""


def run(context: SkillContext, params: ObjectionParams) -> Help:
    opportunity = find_opportunity(context, params.opportunity).value if params.opportunity else None
    if opportunity is not None and not context.scope.allows(opportunity.owner_id):
        # The advice is for everybody here, the record that it would be noted on is not.
        opportunity = None
    knowledge = context.knowledge
    with readable():
        readers = get_readers(context)
        answer = knowledge.ask(params.objection, kind=KIND, where=readers.may_read)
        card = answer.citations[0].passage if answer.status == "answer" and answer.citations else None
        if card is None:
            answer = knowledge.ask(params.objection, where=readers.may_read)
        sections = tuple(knowledge.sections(card.document_id)) if card else ()
    return Help(params.objection, card, sections, answer, opportunity, learning_addition(context, answer))


def present(found: Help) -> Answer:
    return with_learning(_present(found), found.learning)


def _present(found: Help) -> Answer:
    if found.card is None:
        return cited(found.answer)
    blocks: list[Block] = []
    citations = []
    for section in found.sections:
        step = section.heading.strip().lower()
        if step not in STEPS and not step.startswith(STEPS_ZH):
            continue
        words = _body(section)
        blocks += [Paragraph(text=text("**{step}**", step=section.heading)), Quote(text=words)]
        start = section.start + section.text.find(words)
        citations.append(
            Citation(
                file=found.card.file,
                section=" > ".join(section.path),
                start=start,
                end=start + len(words),
                quote=words,
            )
        )
    if not blocks:
        return cited(found.answer)
    return Answer(
        headline=text("**{title}**: how to take it", title=found.card.title),
        blocks=tuple(blocks),
        citations=tuple(citations),
        notes=(text("From {place}.", place=place(found.card)), *freshness(found.card)),
        actions=_actions(found),
    )


def _body(section: Section) -> str:
    """The section without its heading line."""
    lines = section.text.splitlines(keepends=True)
    return "".join(lines[1:]).strip() if lines and lines[0].lstrip().startswith("#") else section.text


def _actions(found: Help) -> tuple[Action, ...]:
    if found.opportunity is None:
        return ()
    about = f"opportunity:{found.opportunity.id}"
    note = f"Objection: {found.objection}"[:500]
    return (
        Action(
            label=text("Note it on {name}", name=found.opportunity.name),
            invocation=Invocation.of("log", kind="note", about=about, note=note),
        ),
    )


SKILL = Skill(
    name="objection",
    summary=text("Help with what a customer says against it"),
    params=ObjectionParams,
    run=run,
    present=present,
    examples=(
        Example("they say we are too expensive", ObjectionParams(objection="we are too expensive")),
        Example("the customer says it's too expensive, what do I say", ObjectionParams(objection="it's too expensive")),
        Example("objection: we already have a vendor", ObjectionParams(objection="we already have a vendor")),
        Example(
            'how do I answer "we have no budget this year"', ObjectionParams(objection="we have no budget this year")
        ),
        Example("what do I say when they want to think about it", ObjectionParams(objection="want to think about it")),
        Example(
            "acme says a competitor is half the price",
            ObjectionParams(objection="a competitor is half the price", opportunity="acme"),
        ),
        Example(
            "acme pushes back on the contract length",
            ObjectionParams(objection="the contract length", opportunity="acme"),
        ),
        Example("they told me just send some information", ObjectionParams(objection="just send some information")),
        Example("prospect wants to build it themselves", ObjectionParams(objection="wants to build it themselves")),
        Example("customer is worried their team won't use it", ObjectionParams(objection="their team won't use it")),
        Example("help me handle: not the right time", ObjectionParams(objection="not the right time")),
        Example("IT says no to the cloud", ObjectionParams(objection="no to the cloud")),
        Example("客户说太贵了怎么办", ObjectionParams(objection="太贵了")),
        Example("客户说他们已经有供应商了", ObjectionParams(objection="他们已经有供应商了")),
        Example("客户嫌合同期太长，怎么回答", ObjectionParams(objection="合同期太长")),
        Example("对方说今年没有预算", ObjectionParams(objection="今年没有预算")),
    ),
)
