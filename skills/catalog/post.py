"""Post the win post to a channel, as it was edited. It is asked about first, and can be taken back until it is sent."""

from hashlib import sha256

from pydantic import Field

from skills.answer import Action, Answer, Choice, Invocation, Paragraph
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotAllowed, Unclear
from skills.language import get_language
from skills.permissions import may_write_cards
from skills.places import Place, find_place
from skills.references import reference
from skills.text import text, verbatim
from skills.win_story import find_won, get_story, written
from skills.written import MOST_TITLE
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.channels import list_channels_of
from store.credits import list_splits
from store.models import Credit, Delivery, Opportunity
from store.outbox import get_last_channel, is_owed
from store.scope import Scope

CHOICES = 5
FITTING = ("win", "战报", "喜报", "sales", "销售", "general")
"""Words in the names of channels in which wins are told, the most fitting first."""
KEY = "winpost"


class PostParams(SkillParams):
    opportunity: str | None = Field(
        default=None, description=text("which won opportunity; your latest one when left out").template
    )
    words: str | None = Field(default=None, description=text("the words; the draft when left out").template)
    channel: str | None = Field(
        default=None, description=text("the channel, such as #wins; that of the last win post when left out").template
    )


def run(context: SkillContext, params: PostParams) -> Change:
    opportunity = find_won(context, params.opportunity)
    _check_theirs(context, opportunity)
    place = _place(context, params.channel)
    words = (params.words or "").strip()
    if not words:
        shows = context.organisation.posts_amounts
        words = written(get_story(context, opportunity), get_language(context.actor.language), with_amount=shows)
    begins = f"{KEY}:{opportunity.id}:{place.channel}:"
    key = begins + sha256(words.encode()).hexdigest()[:16]
    if is_owed(context.session, key):
        raise Impossible(text("That stands in {place} already.", place=place.name))
    doubts = list(place.doubts)
    if is_owed(context.session, begins, prefix=True):
        doubts.append(text("There is a win post about it in {place} already.", place=place.name))
    first, *others = [line for line in words.splitlines() if line.strip()]
    lines = tuple(Paragraph(text=verbatim(line)) for line in others)
    answer = Answer(
        headline=text("**{line}**", line=first),
        blocks=lines,
        notes=(text("Posted by {who}.", who=context.actor.name),),
    )
    return Change(
        records=(_record(context, opportunity, place, key, answer),),
        headline=text("The win post for **{name}** goes to **{place}**.", name=opportunity.name, place=place.name),
        doubts=tuple(doubts),
        blocks=(Paragraph(text=verbatim(first)), *lines),
        follow_ups=_follow_ups(context, opportunity, words),
    )


def _check_theirs(context: SkillContext, opportunity: Opportunity) -> None:
    """Those may tell of it who won it: its owner, whoever has a share of it, and those above."""
    shares = {split.person_id for kind in Credit for split in list_splits(context.session, opportunity.id or 0, kind)}
    if context.actor.id not in shares and not context.write_scope.allows(opportunity.owner_id):
        raise NotAllowed(
            text("You can't post about **{name}**: it isn't yours.", name=opportunity.name),
            text("Its owner, or their manager, can."),
        )


def _place(context: SkillContext, words: str | None) -> Place:
    # Where a company tells its wins is nobody's record; whether the asker reads there is seen to by `find_place`.
    said = words or get_last_channel(context.session, Scope.everybody(), f"{KEY}:", context.actor.id)
    place = find_place(context, said) if said.strip() else Place()
    if place.channel:
        return place
    known = sorted(list_channels_of(context.session, context.actor.id), key=lambda row: (_fit(row.name), row.name))
    raise Unclear(
        text("To which channel shall I post it?"),
        choices=[
            Choice.of(text("#{name}", name=row.name), channel=f"<#{row.id}|{row.name}>") for row in known[:CHOICES]
        ],
    )


def _fit(name: str) -> int:
    return next((number for number, word in enumerate(FITTING) if word in name.lower()), len(FITTING))


def _record(context: SkillContext, opportunity: Opportunity, place: Place, key: str, answer: Answer) -> RecordChange:
    values = {
        "key": key,
        "person_id": context.actor.id,
        "channel": place.channel,
        "answer": answer.model_dump_json(),
        "kept": "",
        "status": Delivery.WAITING.value,
        "attempts": 0,
        "due_at": context.now,
        "not_before": context.now,
    }
    fields = tuple(FieldChange(field=name, new=to_json(value), derived=True) for name, value in values.items())
    return RecordChange(kind=RecordKind.POST, label=opportunity.name, fields=fields)


def _follow_ups(context: SkillContext, opportunity: Opportunity, words: str) -> tuple[Action, ...]:
    """Keeping it as a card of the playbook, for those who may write one."""
    shown = Invocation.of("opportunity", opportunity=reference("opportunity", opportunity.id))
    if not may_write_cards(context):
        return (Action(label=text("Show it"), invocation=shown),)
    write = Invocation.of("card", title=f"How we won {opportunity.name}"[:MOST_TITLE], body=words)
    return (
        Action(label=text("Keep it as a knowledge card"), kind="form", invocation=write),
        Action(
            label=text("Show it"),
            invocation=shown,
        ),
    )


SKILL = Skill(
    name="post",
    summary=text("Post the win post of a deal to a channel"),
    params=PostParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("publish",),
    form=("words", "channel"),
    examples=(
        Example("post the win post for acme in #wins", PostParams(opportunity="acme", channel="#wins")),
        Example("publish the acme win to #sales", PostParams(opportunity="acme", channel="#sales")),
        Example("post our acme win here", PostParams(opportunity="acme", channel="here")),
        Example("tell #sales that we won acme", PostParams(opportunity="acme", channel="#sales")),
        Example("post my latest win in #wins", PostParams(channel="#wins")),
        Example("把acme的战报发到#wins", PostParams(opportunity="acme", channel="#wins")),
        Example("在#sales发布acme的战报", PostParams(opportunity="acme", channel="#sales")),
        Example("发布我的战报到#wins", PostParams(channel="#wins")),
    ),
)
