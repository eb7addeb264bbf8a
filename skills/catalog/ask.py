"""Ask what the company has written down: quoted, cited, or an honest "that is not in there"."""

from dataclasses import dataclass

from pydantic import Field

from knowledge_base.answer import KnowledgeAnswer
from skills.answer import Answer
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.passages import cited, readable
from skills.readers import get_asker, get_readers
from skills.text import text


class AskParams(SkillParams):
    question: str = Field(description=text("the question, in your own words").template)


@dataclass(frozen=True)
class Found:
    """What those who listen may read, and whether the asker alone could read more that answers."""

    answer: KnowledgeAnswer
    more: bool = False


def run(context: SkillContext, params: AskParams) -> Found:
    readers, asker = get_readers(context), get_asker(context)
    with readable():
        answer = context.knowledge.ask(params.question, where=readers.may_read)
        if context.audience.is_private:
            return Found(answer)
        own = context.knowledge.ask(params.question, where=asker.may_read)
    return Found(answer, own.status == "answer" and own.citations[:1] != answer.citations[:1])


def present(found: Found) -> Answer:
    answer = cited(found.answer)
    if not found.more:
        return answer
    more = text("There is more on this that not everyone here may read. Ask me in a direct message.")
    return answer.model_copy(update={"notes": (*answer.notes, more)})


SKILL = Skill(
    name="ask",
    summary=text("Ask the playbook, with the place it stands"),
    params=AskParams,
    run=run,
    present=present,
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
