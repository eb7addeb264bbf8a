"""The cards that wait for you to say that they are still true."""

from dataclasses import dataclass

from pydantic import Field

from knowledge_base import Document
from skills.answer import Action, Answer, Bullets, Invocation
from skills.cards import Standing, get_standings, list_readable
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import NotAllowed
from skills.passages import readable
from skills.references import find_person, means_everyone, means_me
from skills.text import Text, text
from store.models import Role

MOST_BUTTONS = 4
"""Cards with buttons of their own; the others follow when these are done."""
MOST_LISTED = 20


class VerifyParams(SkillParams):
    owner: str | None = Field(
        default=None, description=text("whose cards: yours when left out, a person's, or everyone's").template
    )


@dataclass(frozen=True)
class Due:
    cards: tuple[tuple[Document, Standing], ...]
    owned: int
    whose: Text
    may_check: bool
    shown: int


def run(context: SkillContext, params: VerifyParams) -> Due:
    said = params.owner or "me"
    person = None
    if means_me(said):
        person = context.person()
    elif not means_everyone(said):
        person = find_person(context, said).value
    is_own = person is not None and person.id == context.actor.id
    if not is_own and context.actor.role.rank < Role.MANAGER.rank:
        raise NotAllowed(
            text("Only a manager sees whose cards are due."), text("Your own: ask which of your cards are due.")
        )
    with readable():
        documents = list_readable(context)
        standings = get_standings(context, {one.file: (one.id, one.card) for one in documents})
    held = [(one, standings[one.file]) for one in documents]
    if person is not None:
        held = [(one, how) for one, how in held if how.contact is not None and how.contact.id == person.id]
    due = [(one, how) for one, how in held if how.waits]
    due.sort(key=lambda pair: (pair[1].report is None, pair[1].due_since or context.today, pair[0].title))
    whose = text("yours") if is_own else text("of {name}", name=person.name) if person else text("everyone's")
    may_check = is_own or context.actor.role is Role.ADMIN
    return Due(tuple(due), len(held), whose, may_check, context.listed(MOST_LISTED))


def present(due: Due) -> Answer:
    whose = text("Cards: {whose}.", whose=due.whose)
    if not due.cards:
        headline = (
            text("No card is due for review. All {count} are up to date.", count=due.owned)
            if due.owned
            else text("No card names you as its owner.")
        )
        return Answer(headline=headline, notes=(whose,), idle=True)
    items = tuple(_line(card, standing) for card, standing in due.cards[: due.shown])
    headline = (
        text("**1 card** waits for a check: is it still true?")
        if len(due.cards) == 1
        else text("**{count} cards** wait for a check: are they still true?", count=len(due.cards))
    )
    actions: tuple[Action, ...] = ()
    if due.may_check:
        actions = tuple(
            one for card, _ in due.cards[:MOST_BUTTONS] for one in _buttons(card, alone=len(due.cards) == 1)
        )
    return Answer(headline=headline, blocks=(Bullets(items=items),), actions=actions, notes=(whose,))


def _line(card: Document, standing: Standing) -> Text:
    if standing.report:
        said = text("reported out of date by {who} on {day}", who=standing.report.by, day=standing.report.day)
        if standing.report.reason:
            said = text("{said}: {reason}", said=said, reason=standing.report.reason)
    elif standing.due_since and standing.verified_on:
        said = text("verified {day}, due since {since}", day=standing.verified_on, since=standing.due_since)
    else:
        said = text("due for review")
    line = text("**{title}** ({file}): {said}", title=card.title, file=card.file, said=said)
    return text("{line}; {owner} has left", line=line, owner=standing.owner) if standing.left else line


def _buttons(card: Document, *, alone: bool) -> tuple[Action, ...]:
    true = text("Still true") if alone else text("Still true: {title}", title=card.title)
    old = text("Out of date") if alone else text("Out of date: {title}", title=card.title)
    return (
        Action(label=true, invocation=Invocation.of("check", card=card.file, holds="yes")),
        Action(label=old, kind="form", invocation=Invocation.of("check", card=card.file, holds="no")),
    )


SKILL = Skill(
    name="verify",
    summary=text("Your cards that are due for review"),
    params=VerifyParams,
    run=run,
    present=present,
    schedulable=True,
    examples=(
        Example("which of my cards are due for review?", VerifyParams()),
        Example("what playbook cards do I have to verify", VerifyParams()),
        Example("my cards to check", VerifyParams()),
        Example("which cards of katrin are due for review", VerifyParams(owner="katrin")),
        Example("which playbook cards are due for everyone", VerifyParams(owner="everyone")),
        Example("我有哪些卡片需要复核？", VerifyParams()),
        Example("哪些知识卡片该我确认了", VerifyParams()),
    ),
)
