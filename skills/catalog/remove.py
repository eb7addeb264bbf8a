"""Take a card out of the playbook."""

from pydantic import Field

from skills.cards import find_card, get_standing, may_answer_for
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed
from skills.passages import readable
from skills.text import text
from store.change_log import FieldChange, RecordChange, RecordKind
from store.questions import get_written


class RemoveParams(SkillParams):
    card: str = Field(description=text("which card, by its title or file").template)


def run(context: SkillContext, params: RemoveParams) -> Change:
    with readable():
        card = find_card(context, params.card)
        standing = get_standing(context, card.file, card.id, card.card)
    row = get_written(context.session, card.file)
    if row is None or row.removed:
        raise Impossible(
            text(
                "**{title}** ({file}) comes from a folder that was added on the server.",
                title=card.title,
                file=card.file,
            ),
            text("An administrator deletes it there, then runs: python -m knowledge_base add FOLDER."),
        )
    if not may_answer_for(context, standing):
        raise NotAllowed(
            text("You can't remove **{title}**: it isn't yours.", title=card.title),
            text("Its owner or an administrator can."),
        )
    record = RecordChange(
        kind=RecordKind.CARD,
        id=row.id,
        version=row.version,
        label=card.title,
        fields=(FieldChange(field="removed", old=False, new=True, derived=True),),
    )
    return Change(
        records=(record,),
        headline=text("**{title}** is taken out of the playbook.", title=card.title),
        doubts=(text("It will not answer any more."),),
    )


SKILL = Skill(
    name="remove",
    summary=text("Take a card out of the playbook"),
    params=RemoveParams,
    run=run,
    effect=Effect.WRITE,
    examples=(
        Example("remove the card guest wifi", RemoveParams(card="guest wifi")),
        Example("delete the playbook card travel booking", RemoveParams(card="travel booking")),
        Example("take the card old price list out of the playbook", RemoveParams(card="old price list")),
        Example("删除知识卡片差旅预订", RemoveParams(card="差旅预订")),
        Example("把卡片旧价格表从知识库删掉", RemoveParams(card="旧价格表")),
    ),
)
