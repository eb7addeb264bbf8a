"""Write a card for the playbook: from scratch, or from the answer that a person gave in a thread."""

from pydantic import Field

from skills.answer import Paragraph
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed, Unclear
from skills.passages import readable
from skills.permissions import may_add_cards, may_write_cards
from skills.terms import ROLES
from skills.text import Text, text
from skills.written import MOST_TEXT, MOST_TITLE, card_of, get_draft, get_enquiry, saved
from store.models import Enquiry, Role

SHOWN = 600


class CardParams(SkillParams):
    title: str | None = Field(default=None, description=text("title of the card").template)
    body: str | None = Field(default=None, description=text("what it says; Markdown is fine").template)
    questions: str | None = Field(
        default=None, description=text("questions that it answers, one a line, in any language").template
    )
    owner: str | None = Field(default=None, description=text("who answers for it; you when left out").template)
    audience: str | None = Field(
        default=None,
        description=text("who may read it: everyone, sales, managers, a team, or people by name").template,
    )
    enquiry: str | None = Field(
        default=None, description=text("number of the question whose answer in the chat it is").template
    )


def run(context: SkillContext, params: CardParams) -> Change:
    enquiry = get_enquiry(context.session, params.enquiry)
    if enquiry is not None and not _may_use(context, enquiry):
        raise NotAllowed(
            text("Only who answered it, or a {role}, makes a card of it.", role=_needed(context)),
        )
    if enquiry is None and not _may_add(context):
        raise NotAllowed(
            text("Only a {role} puts things into the playbook here.", role=_needed(context)),
            text("Ask your manager, or an administrator."),
        )
    draft = get_draft(context.session, enquiry) if enquiry is not None else {}
    title = " ".join((params.title or draft.get("title", "")).split())
    words = (params.body if params.body is not None else draft.get("body", "")).strip()
    if not title:
        raise Unclear(text("What is the title of the card?"))
    if not words:
        raise Unclear(text("What does the card say?"))
    if len(title) > MOST_TITLE or len(words) > MOST_TEXT:
        raise Impossible(
            text(
                "A card has at most {title} characters in its title and {text} in its text.",
                title=MOST_TITLE,
                text=MOST_TEXT,
            ),
            text("Drop a file instead, and write: add this to the playbook."),
        )
    card, owner = card_of(
        context,
        title=title,
        owner=params.owner or draft.get("owner") or None,
        audience=params.audience or draft.get("audience"),
        questions=params.questions if params.questions is not None else draft.get("questions"),
        words=f"{title} {words}",
    )
    with readable():
        change = saved(context, card, owner, content=words, enquiry=enquiry)
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    return change.model_copy(update={"blocks": (Paragraph(text=text("{words}", words=shown)),)})


def _may_add(context: SkillContext) -> bool:
    with readable():
        return may_add_cards(context)


def _may_use(context: SkillContext, enquiry: Enquiry) -> bool:
    """What was answered between two people is theirs; what was answered in a channel, also for who may write cards."""
    if context.actor.id in (enquiry.answered_by, enquiry.person_id):
        return True
    return may_write_cards(context) and (bool(enquiry.channel) or context.actor.id == enquiry.asker_id)


def _needed(context: SkillContext) -> Text:
    return ROLES[Role(context.organisation.cards_by)]


SKILL = Skill(
    name="card",
    summary=text("Write a card for the playbook"),
    params=CardParams,
    run=run,
    effect=Effect.WRITE,
    form=("title", "body", "questions", "owner", "audience"),
    examples=(
        Example("write a card for the playbook", CardParams()),
        Example("new playbook card: Travel booking", CardParams(title="Travel booking")),
        Example(
            "write a card called Guest wifi: ask the front desk for the code of the day",
            CardParams(title="Guest wifi", body="ask the front desk for the code of the day"),
        ),
        Example("写一张知识卡片", CardParams()),
        Example("写一张卡片，标题：差旅预订", CardParams(title="差旅预订")),
    ),
)
