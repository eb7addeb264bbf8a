"""Cards that are written and files that are dropped in the chat: what they need, and the change that keeps them."""

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from sqlmodel import Session

from knowledge_base.cards import Card, read_front_matter
from knowledge_base.uploads import file_name, front_matter
from skills.cards import find_owner
from skills.change import Change
from skills.contract import SkillContext
from skills.errors import NotFound, Unclear
from skills.readers import ADMINISTRATORS, EVERYONE, MANAGERS, SALES, get_asker
from skills.references import find_person
from skills.text import Text, listed, text, verbatim
from store.change_log import FieldChange, Json, RecordChange, RecordKind
from store.models import Enquiry, Person, PlaybookCard
from store.people import list_teams
from store.questions import get_written

REVIEW_EVERY = 180
"""Days after which a card from the chat is read again, where nobody says otherwise."""
MOST_TITLE = 150
MOST_TEXT = 20_000
MOST_FORMS = 20
LONGEST_FORM = 300
"""Questions of a card and their characters: what it says of itself has to stay readable as a whole, its readers too."""
MOST_NAME = 160
"""Bytes of a file's name without its ending. Disks take 255, and more is put around it."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SEPARATORS = re.compile(r"\s*(?:[,;，；、\n]|\band\b)\s*")
AUDIENCES: Mapping[str, frozenset[str]] = {
    "everyone": EVERYONE,
    "sales": SALES,
    "managers": MANAGERS,
    "admins": ADMINISTRATORS,
}
GROUPS: Mapping[str, Text] = {
    "everyone": text("everyone"),
    "sales": text("everyone in sales"),
    "managers": text("managers"),
    "admins": text("administrators"),
}


def get_enquiry(session: Session, words: str | None) -> Enquiry | None:
    """The question in the chat that is meant, by its number."""
    number = (words or "").rpartition(":")[2].strip()
    return session.get(Enquiry, int(number)) if number.isdigit() else None


def get_draft(session: Session, enquiry: Enquiry) -> dict[str, str]:
    """The card that the answer of a person makes, in the words that the form takes."""
    owner_id = enquiry.answered_by or enquiry.person_id
    owner = session.get(Person, owner_id) if owner_id else None
    return {
        "title": enquiry.words[:MOST_TITLE],
        "body": enquiry.answer,
        "questions": enquiry.words,
        "owner": f"person:{owner.id}" if owner else "",
        "audience": "sales",
    }


def card_of(
    context: SkillContext, *, title: str, owner: str | None, audience: str | None, questions: str | None, words: str
) -> tuple[Card, Person]:
    """What the card says of itself, and the person who answers for it: the asker, where nobody is named."""
    person = find_person(context, owner).value if owner else context.person()
    if not person.is_active(context.today):
        raise NotFound(
            text("{name} has left, so nobody would answer for the card.", name=person.name), text("Name another owner.")
        )
    lines = (line.strip()[:LONGEST_FORM] for line in (questions or "").splitlines())
    forms = tuple(dict.fromkeys(line for line in lines if line))
    card = Card(
        title=title,
        questions=forms[:MOST_FORMS],
        owner=person.name,
        verified_on=context.today,
        review_every_days=REVIEW_EVERY,
        audience=read_audience(context, audience),
        language="zh" if CHINESE.search(words) else None,
    )
    return card, person


def read_audience(context: SkillContext, words: str | None) -> tuple[str, ...]:
    """The groups, teams and people who may read it; raises `Unclear` for one that nobody here belongs to."""
    found = []
    teams = {name.casefold(): name for team in list_teams(context.session) for name in (team.name, team.region) if name}
    for said in SEPARATORS.split((words or "sales").strip()):
        plain = said.strip().casefold()
        if not plain:
            continue
        group = next((name for name, names in AUDIENCES.items() if plain in names), None)
        person = None if group or plain in teams else find_owner(context, said)
        name = group or teams.get(plain) or (person.name if person else None)
        if name is None:
            raise Unclear(
                text("Who are “{words}”?", words=said),
                text("Say everyone, sales, managers, the name of a team, or people by their full names."),
            )
        found.append(name)
    return tuple(dict.fromkeys(found)) or ("sales",)


def saved(
    context: SkillContext,
    card: Card,
    owner: Person,
    *,
    content: str = "",
    upload: str = "",
    name: str = "",
    enquiry: Enquiry | None = None,
) -> Change:
    """The change that puts a written card (`content`) or a dropped file (`upload`, called `name`) into the playbook.

    One of the same name that was put there before is replaced, unless it is not for the asker to read. In a channel
    only the asker is told where the card is not for everybody.
    """
    file, row = _place(context, _short(file_name(name or f"{card.title}.md")))
    now: dict[str, Json] = {
        "title": card.title,
        "content": f"---\n{front_matter(card)}---\n\n# {card.title}\n\n{content.strip()}\n" if content else "",
        "upload": upload,
        "card": json.dumps(card.to_json() if upload else {}, ensure_ascii=False),
        "owner_id": owner.id,
        "enquiry_id": enquiry.id if enquiry else None,
        "removed": False,
    }
    if row is None:
        now |= {"file": file, "author_id": context.actor.id, "saved_at": context.now.isoformat()}
    record = RecordChange(
        kind=RecordKind.CARD,
        id=row.id if row else None,
        version=row.version if row else None,
        label=card.title,
        fields=tuple(
            FieldChange(field=field, old=getattr(row, field) if row else None, new=new, derived=True)
            for field, new in now.items()
        ),
    )
    readers = listed([GROUPS.get(one) or verbatim(one) for one in card.audience])
    doubts: list[Text] = [
        text("It goes into the playbook. Readers: {readers}. Owner: {owner}.", readers=readers, owner=owner.name)
    ]
    if row is not None and not row.removed:
        doubts.insert(0, text("It replaces **{title}** ({file}).", title=row.title, file=file))
    return Change(
        records=(record,),
        headline=text("**{title}** goes into the playbook; I tell you when it can be found.", title=card.title),
        doubts=tuple(doubts),
        private=not {"everyone", "sales"} & set(card.audience),
    )


def _short(file: str) -> str:
    path = PurePosixPath(file)
    return path.stem.encode()[:MOST_NAME].decode(errors="ignore") + path.suffix


def _place(context: SkillContext, file: str) -> tuple[str, PlaybookCard | None]:
    """A name that no file of another folder has, nor a card that is not for the asker; and what stands there now."""
    path, number = PurePosixPath(file), 1
    while True:
        row = get_written(context.session, file)
        if (context.knowledge.card(file) is None) if row is None else _is_seen(context, row):
            return file, row
        number += 1
        file = f"{path.stem}-{number}{path.suffix}"


def _is_seen(context: SkillContext, row: PlaybookCard) -> bool:
    """Whether the asker may know of this card: it is theirs, or they may read it."""
    if context.actor.id in (row.owner_id, row.author_id):
        return True
    card = read_front_matter(row.content).card if row.content else Card.from_json(json.loads(row.card))
    return get_asker(context).may_read(card)
