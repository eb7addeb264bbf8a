"""How far a card can be trusted today: who answers for it, when somebody last read it, and what was said against it."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import func
from sqlmodel import col, select

from knowledge_base import Document
from knowledge_base.cards import Card
from skills.answer import Choice
from skills.contract import SkillContext
from skills.errors import NotFound, Unclear
from skills.permissions import may_write_cards
from skills.readers import get_readers
from skills.text import Text, text, verbatim
from store.models import CardCheck, Person, Role
from store.questions import list_checks

MOST_CHOICES = 5


@dataclass(frozen=True)
class Report:
    """Somebody said that a card is out of date."""

    by: str
    day: dt.date
    reason: str


@dataclass(frozen=True)
class Standing:
    """A card as of today. `owner` is the name that it gives, `contact` who answers for it: where its owner has left,
    the next above who is there; None where nobody of that name is known."""

    owner: str = ""
    contact: Person | None = None
    left: bool = False
    verified_on: dt.date | None = None
    due_since: dt.date | None = None
    report: Report | None = None
    read_at: dt.datetime | None = None
    """When somebody last said here that it is still true."""

    @property
    def waits(self) -> bool:
        """Whether somebody should look at it: it is due, or was reported."""
        return self.report is not None or self.due_since is not None

    @property
    def asked(self) -> str:
        """The name of whom to ask about it; empty for nobody."""
        return self.contact.name if self.contact else "" if self.left else self.owner

    def notes(self) -> tuple[Text, ...]:
        """What people should know before they rely on it."""
        found = []
        if self.left and self.contact:
            found.append(
                text(
                    "Owner: {owner}, who has left; ask {contact}.",
                    owner=self.owner,
                    contact=self.contact.name,
                )
            )
            if self.verified_on:
                found.append(text("Verified {day}.", day=self.verified_on))
        elif self.left:
            found.append(text("Owner: {owner}, who has left.", owner=self.owner))
        elif self.owner and self.verified_on:
            found.append(text("Owner: {owner}. Verified {day}.", owner=self.owner, day=self.verified_on))
        elif self.owner:
            found.append(text("Owner: {owner}.", owner=self.owner))
        elif self.verified_on:
            found.append(text("Verified {day}.", day=self.verified_on))
        if self.report and self.report.reason:
            found.append(
                text(
                    "Reported out of date by {who} on {day}: {reason}",
                    who=self.report.by,
                    day=self.report.day,
                    reason=self.report.reason,
                )
            )
        elif self.report:
            found.append(text("Reported out of date by {who} on {day}.", who=self.report.by, day=self.report.day))
        elif self.due_since:
            found.append(text("It is due for review since {day}.", day=self.due_since))
        return tuple(found)


def get_standings(context: SkillContext, cards: Mapping[str, tuple[int, Card]]) -> dict[str, Standing]:
    """How the cards stand, by file; each is given with the id of its document."""
    checks: dict[str, list[CardCheck]] = {}
    for check in list_checks(context.session, cards):
        checks.setdefault(check.file, []).append(check)
    owners = {name: find_owner(context, name) for name in {card.owner or "" for _, card in cards.values()}}
    return {
        file: _standing(context, document_id, card, owners[card.owner or ""], checks.get(file, ()))
        for file, (document_id, card) in cards.items()
    }


def get_standing(context: SkillContext, file: str, document_id: int, card: Card) -> Standing:
    return get_standings(context, {file: (document_id, card)})[file]


def _standing(
    context: SkillContext, document_id: int, card: Card, owner: Person | None, checks: Sequence[CardCheck]
) -> Standing:
    if checks:
        content = fingerprint(context, document_id)
        checks = [check for check in checks if check.content_hash == content]
    left = owner is not None and not owner.is_active(context.today)
    # The newest word counts: what was called out of date and then still true is true.
    last = checks[0] if checks else None
    read_on = max((check.day for check in checks if check.holds), default=None)
    verified = max((day for day in (card.verified_on, read_on) if day), default=None)
    return Standing(
        owner=card.owner or "",
        contact=successor(context, owner) if left else owner,
        left=left,
        verified_on=verified,
        due_since=due_since(card, verified, context.today),
        report=_report(context, last) if last and not last.holds else None,
        read_at=max((check.checked_at for check in checks if check.holds), default=None),
    )


def due_since(card: Card, verified_on: dt.date | None, today: dt.date) -> dt.date | None:
    """The day from which its owner should have looked at it again; None while that is ahead, or not wanted."""
    if card.review_every_days is None or verified_on is None:
        return None
    since = verified_on + dt.timedelta(days=card.review_every_days + 1)
    return since if since <= today else None


def _report(context: SkillContext, check: CardCheck) -> Report:
    who = context.session.get(Person, check.person_id)
    return Report(who.name if who else "?", check.day, check.reason)


def find_owner(context: SkillContext, name: str) -> Person | None:
    """The person whom a card names, by name or address; of several, one who is still there."""
    said = name.strip().casefold()
    if not said:
        return None
    named = (func.lower(col(Person.name)) == said) | (func.lower(col(Person.email)) == said)
    found = context.session.exec(select(Person).where(named).order_by(col(Person.id))).all()
    return next((person for person in found if person.is_active(context.today)), found[0] if found else None)


def successor(context: SkillContext, person: Person | None) -> Person | None:
    """The first above somebody who is still there."""
    seen: set[int] = set()
    while person is not None and person.manager_id and person.manager_id not in seen:
        seen.add(person.manager_id)
        person = context.session.get(Person, person.manager_id)
        if person is not None and person.is_active(context.today):
            return person
    return None


def fingerprint(context: SkillContext, document_id: int) -> str:
    """What a card says, in a few characters: of another content nobody has said that it is true."""
    sections = context.knowledge.sections(document_id)
    said = "\n".join(section.text for section in sections)
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def list_readable(context: SkillContext) -> list[Document]:
    """Cards that everybody here may read and that no other one replaces; expired ones too."""
    readers = get_readers(context)
    return [
        document
        for document in context.knowledge.documents()
        if document.superseded_by is None and readers.may_read(document.card)
    ]


def find_card(context: SkillContext, words: str, param: str = "card") -> Document:
    """The card that is meant, by its file or title, or by words of its title; raises `NotFound` or `Unclear`."""
    said = " ".join(words.casefold().split()).strip("\"'“”")
    cards = list_readable(context)
    exact = [card for card in cards if said in (card.file.casefold(), card.title.casefold())]
    if len(exact) == 1:
        return exact[0]
    pieces = set(said.split())
    near = exact or [card for card in cards if said and said in card.title.casefold()]
    near = near or [card for card in cards if pieces and pieces <= set(card.title.casefold().split())]
    if len(near) == 1:
        return near[0]
    if near:
        raise Unclear(
            text("Which card do you mean?"),
            choices=[Choice.of(verbatim(card.title), **{param: card.file}) for card in near[:MOST_CHOICES]],
        )
    titles = {card.title.casefold(): card for card in cards}
    similar = get_close_matches(said, list(titles), n=MOST_CHOICES, cutoff=0.5)
    raise NotFound(
        text("There is no card **{words}** in the playbook, or none that may be read here.", words=words),
        choices=[Choice.of(verbatim(titles[one].title), **{param: titles[one].file}) for one in similar],
    )


def may_answer_for(context: SkillContext, standing: Standing) -> bool:
    """Whether the asker may say of this card that it is true, or remove it: who answers for it, or an administrator;
    of a card that nobody answers for, who may write cards."""
    if context.actor.role is Role.ADMIN:
        return True
    if standing.contact is not None:
        return standing.contact.id == context.actor.id
    return may_write_cards(context)
