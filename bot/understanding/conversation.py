"""What a thread is about: the record spoken of, the last request, and the question that waits for an answer."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlmodel import Session, col, select

from bot.understanding.about import spoken_of
from skills.answer import Answer, Invocation, Status, Subject
from skills.language import Language
from skills.runner import Reply
from skills.text import render
from store.models import Conversation

FORGOTTEN_AFTER = dt.timedelta(hours=12)
"""A subject and a question older than this are no longer meant by "it" or "yes"."""


class Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Offer(Kept):
    """A choice as it was shown."""

    label: str
    invocation: Invocation


class Asked(Kept):
    """A request that waits for one parameter."""

    invocation: Invocation
    param: str


class State(Kept):
    subject: Subject | None = None
    last: Invocation | None = None
    """What was done or shown last."""
    offers: tuple[Offer, ...] = ()
    asked: Asked | None = None
    token: str = ""
    """Of the change that waits for a yes."""
    question: str = ""
    """What was looked up in the playbook, as long as nothing else was shown since."""
    at: dt.datetime | None = None

    @property
    def shown(self) -> Invocation | None:
        """The request whose answer is spoken of: the last one, or what that was about."""
        return spoken_of(self.last)

    @property
    def deal(self) -> str | None:
        """The words that name the deal which "it" means."""
        if self.subject and self.subject.kind in {"opportunity", "account"}:
            return f"{self.subject.kind}:{self.subject.id}"
        return None

    def after(self, reply: Reply, now: dt.datetime, language: Language) -> "State":
        """The state once this reply has been given."""
        answer = reply.answer
        offers = tuple(
            Offer(label=render(choice.label, language).replace("*", ""), invocation=choice.invocation)
            for choice in answer.choices
        )
        ran = reply.skill and answer.status in {Status.ANSWER, Status.DONE, Status.CONFIRM} and reply.skill != "help"
        return State(
            subject=answer.subject or _subject(reply) or self.subject,
            last=Invocation(skill=reply.skill, params=reply.params) if ran else self.last,
            offers=offers,
            asked=_asked(reply, offers),
            token=_token(answer),
            question=answer.question or ("" if answer.status is Status.ANSWER else self.question),
            at=now,
        )


def _subject(reply: Reply) -> Subject | None:
    """The record that the request named exactly."""
    for name in ("opportunity", "about", "account"):
        kind, _, number = str(reply.params.get(name, "")).partition(":")
        if number.isascii() and number.isdigit() and kind in {"opportunity", "account"}:
            return Subject(kind=kind, id=int(number), label="")
    return None


def _token(answer: Answer) -> str:
    return next((action.token for action in answer.actions if action.kind == "confirm"), "")


def _asked(reply: Reply, offers: tuple[Offer, ...]) -> Asked | None:
    """The one parameter that all choices give a value to, which may be given in other words too."""
    if reply.answer.status is not Status.CLARIFY or not offers:
        return None
    same_skill = all(offer.invocation.skill == reply.skill for offer in offers)
    given: dict[str, Any] = reply.params
    changed = {name for offer in offers for name, value in offer.invocation.params.items() if given.get(name) != value}
    if not same_skill or len(changed) != 1:
        return None
    return Asked(invocation=Invocation(skill=reply.skill, params=given), param=changed.pop())


def load_state(session: Session, key: str, person_id: int, now: dt.datetime) -> State:
    """What this person and we speak of in the thread; the subject may be what somebody else there spoke of last."""
    rows = session.exec(
        select(Conversation).where(Conversation.key == key).order_by(col(Conversation.updated_at).desc())
    ).all()
    mine = next((_parsed(row.state) for row in rows if row.person_id == person_id), State())
    if mine.at is not None and now - mine.at > FORGOTTEN_AFTER:
        mine = State()
    if mine.subject is None:
        others = [_parsed(row.state) for row in rows if now - row.updated_at <= FORGOTTEN_AFTER]
        subject = next((state.subject for state in others if state.subject), None)
        mine = mine.model_copy(update={"subject": subject})
    return mine


def _parsed(words: str) -> State:
    try:
        return State.model_validate_json(words)
    except ValidationError:
        return State()


def set_state(session: Session, key: str, person_id: int, state: State, now: dt.datetime) -> None:
    row = session.get(Conversation, (key, person_id))
    if row is None:
        row = Conversation(key=key, person_id=person_id, updated_at=now)
    row.state = state.model_dump_json()
    row.updated_at = now
    session.add(row)
