"""What is asked back when a message does not say surely enough what is wanted."""

import re
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from bot.understanding.drafts import Draft, stripped
from bot.understanding.examples import Examples
from bot.understanding.hearing import Hearing
from bot.understanding.labels import label
from skills.answer import Action, Answer, Choice, Invocation, Status
from skills.contract import Skill
from skills.references.records import reference
from skills.text import text, verbatim
from store.models import Opportunity
from store.models import Status as RecordStatus

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HINTS = 3
OWN_DEALS = 5
LIKE = 0.2
"""From this likeness on a skill's example is worth suggesting."""


def which_offer(hearing: Hearing) -> Answer:
    """The choices once more, after a pick that none of them is."""
    choices = tuple(Choice(label=verbatim(offer.label), invocation=offer.invocation) for offer in hearing.state.offers)
    return Answer(status=Status.CLARIFY, headline=text("Which of these?"), choices=choices, private=True)


def which_meaning(drafts: Sequence[Draft], skills: Mapping[str, Skill]) -> Answer:
    """The likeliest requests, each as a choice."""
    choices = tuple(
        Choice(label=label(skills[draft.skill], draft.params), invocation=Invocation.of(draft.skill, draft.params))
        for draft in drafts
    )
    return Answer(
        status=Status.CLARIFY,
        headline=text("I'm not sure what you want me to do. Which of these?"),
        choices=choices,
        private=True,
    )


def which_deal(session: Session, hearing: Hearing, draft: Draft) -> Answer:
    """The asker's open opportunities that were touched last; for a customer, only the question."""
    param = draft.missing or "opportunity"
    if param == "account":
        own = []
    else:
        own = list(
            session.exec(
                select(Opportunity.id, Opportunity.name)
                .where(Opportunity.owner_id == hearing.actor.id, Opportunity.status == RecordStatus.OPEN)
                .order_by(col(Opportunity.updated_at).desc(), col(Opportunity.id).desc())
                .limit(OWN_DEALS)
            )
        )
    return Answer(
        status=Status.CLARIFY,
        headline=text("Which customer is it with?") if param == "account" else text("Which opportunity do you mean?"),
        choices=tuple(
            Choice(
                label=verbatim(name),
                invocation=Invocation.of(draft.skill, {**draft.params, param: reference("opportunity", deal_id)}),
            )
            for deal_id, name in own
        ),
        notes=(text("Give me its name, or the customer's."),),
        private=True,
    )


def did_you_mean(hearing: Hearing, skills: Mapping[str, Skill], examples: Examples) -> Answer:
    """What could have been meant, and where to find the rest."""
    masked = stripped(hearing.frame.masked)
    like = sorted(examples.likeness(masked).items(), key=lambda item: -item[1]) if masked else []
    near = [name for name, score in like if score >= LIKE and name != "help"][:HINTS]
    chinese = hearing.actor.language.startswith("zh")
    choices = []
    for name in near:
        says = [e.says for e in skills[name].examples if bool(CHINESE.search(e.says)) is chinese]
        shown = text("{name}, such as “{example}”", name=name, example=says[0] if says else name)
        choices.append(Choice(label=shown, invocation=Invocation.of("help", topic=name)))
    return Answer(
        status=Status.HELP,
        headline=text("I didn't understand that. Did you mean one of these?")
        if choices
        else text("I didn't understand that. Say “help” to see what I can do."),
        choices=tuple(choices),
        actions=(Action(label=text("What can you do?"), invocation=Invocation.of("help")),),
        private=True,
    )
