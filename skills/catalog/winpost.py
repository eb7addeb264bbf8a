"""The win post (战报): drafted from the deal's history, for whoever won it to edit and post."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from skills.answer import Action, Answer, Invocation, Paragraph, Subject
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.language import get_language
from skills.permissions import check_shown
from skills.references import reference
from skills.text import text, verbatim
from skills.win_story import WinStory, find_won, get_story, written


class WinpostParams(SkillParams):
    opportunity: str | None = Field(
        default=None, description=text("which won opportunity; your latest one when left out").template
    )
    amount: Literal["show", "hide"] | None = Field(
        default=None, description=text("show or hide the amount; as the organisation has it when left out").template
    )


@dataclass(frozen=True)
class Drafted:
    story: WinStory
    draft: str
    hides_amount: bool


def run(context: SkillContext, params: WinpostParams) -> Drafted:
    opportunity = find_won(context, params.opportunity)
    check_shown(context, opportunity)
    shows = context.organisation.posts_amounts if params.amount is None else params.amount == "show"
    story = get_story(context, opportunity)
    draft = written(story, get_language(context.actor.language), with_amount=shows)
    return Drafted(story, draft, not shows and story.money is not None)


def present(drafted: Drafted) -> Answer:
    opportunity = drafted.story.opportunity
    named = reference("opportunity", opportunity.id)
    post = Invocation.of("post", opportunity=named, words=drafted.draft)
    notes = [text("Say in a sentence of your own what made the difference; nobody wrote that down.")]
    if drafted.hides_amount:
        notes.append(text("The amount is left out."))
    return Answer(
        headline=text(
            "A draft of the win post for **{name}**. It goes nowhere until you post it.", name=opportunity.name
        ),
        blocks=tuple(Paragraph(text=verbatim(line)) for line in drafted.draft.splitlines()),
        actions=(
            Action(label=text("Edit and post"), kind="form", invocation=post, style="primary"),
            Action(
                label=text("Without the amount"),
                invocation=Invocation.of("winpost", opportunity=named, amount="hide"),
                tucked=True,
            ),
        ),
        notes=tuple(notes),
        subject=Subject(kind="opportunity", id=opportunity.id or 0, label=opportunity.name),
        private=True,
    )


SKILL = Skill(
    name="winpost",
    summary=text("Draft the win post of a deal from its history"),
    params=WinpostParams,
    run=run,
    present=present,
    aliases=("win-post", "announce"),
    examples=(
        Example("write the win post for acme", WinpostParams(opportunity="acme")),
        Example("draft a win announcement for the northgate deal", WinpostParams(opportunity="northgate")),
        Example("announce our win at acme", WinpostParams(opportunity="acme")),
        Example("win post", WinpostParams()),
        Example("write up how we won acme", WinpostParams(opportunity="acme")),
        Example("celebrate the acme win", WinpostParams(opportunity="acme")),
        Example("win post for acme without the amount", WinpostParams(opportunity="acme", amount="hide")),
        Example("写acme的战报", WinpostParams(opportunity="acme")),
        Example("帮我写一份战报", WinpostParams()),
        Example("acme赢单了，写个喜报", WinpostParams(opportunity="acme")),
    ),
)
