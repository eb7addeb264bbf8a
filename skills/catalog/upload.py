"""Put a file that was dropped in the chat into the playbook."""

from pathlib import PurePosixPath

from pydantic import Field

from knowledge_base.uploads import file_name
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed
from skills.passages import readable
from skills.permissions import may_write_cards
from skills.terms import ROLES
from skills.text import text
from skills.written import MOST_TITLE, card_of, saved
from store.models import Role


class UploadParams(SkillParams):
    name: str | None = Field(default=None, description=text("name of the dropped file").template)
    upload: str | None = Field(default=None, description=text("where the dropped file waits").template)
    title: str | None = Field(default=None, description=text("title of the card").template)
    questions: str | None = Field(
        default=None, description=text("questions that it answers, one a line, in any language").template
    )
    owner: str | None = Field(default=None, description=text("who answers for it; you when left out").template)
    audience: str | None = Field(
        default=None,
        description=text("who may read it: everyone, sales, managers, a team, or people by name").template,
    )


def run(context: SkillContext, params: UploadParams) -> Change:
    if not may_write_cards(context):
        raise NotAllowed(
            text("Only a {role} puts things into the playbook here.", role=ROLES[Role(context.organisation.cards_by)]),
            text("Ask your manager, or an administrator."),
        )
    if not params.upload or not params.name:
        raise Impossible(
            text("There is no file in your message."),
            text("Drop a file here and write with it: add this to the playbook."),
        )
    if PurePosixPath(file_name(params.name)).suffix != PurePosixPath(params.upload).suffix:
        # The ending says how a file is read, and of some that it speaks for the one beside it.
        raise Impossible(text("**{name}** is of a kind that I can't read.", name=params.name), text("Drop it again."))
    title = " ".join((params.title or params.name.rpartition(".")[0] or params.name).split())[:MOST_TITLE]
    card, owner = card_of(
        context,
        title=title,
        owner=params.owner,
        audience=params.audience,
        questions=params.questions,
        words=title,
    )
    with readable():
        return saved(context, card, owner, upload=params.upload, name=params.name)


SKILL = Skill(
    name="upload",
    summary=text("Put a file into the playbook"),
    params=UploadParams,
    run=run,
    effect=Effect.WRITE,
    form=("title", "questions", "owner", "audience"),
    examples=(
        Example("add this to the playbook", UploadParams()),
        Example("put this file into the knowledge base", UploadParams()),
        Example("please save this document in the playbook", UploadParams()),
        Example("把这个加入知识库", UploadParams()),
        Example("把这个文件放进知识库", UploadParams()),
    ),
)
