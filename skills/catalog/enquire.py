"""Put a question that the playbook does not answer to a person or a channel."""

from pydantic import Field

from skills.cards import get_standings
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, Unclear
from skills.passages import readable
from skills.places import Place, find_place
from skills.readers import get_asker
from skills.references import find_person
from skills.text import text
from store.change_log import FieldChange, Json, RecordChange, RecordKind
from store.models import Person
from store.questions import MOST_WORDS

NEAREST = 3


class EnquireParams(SkillParams):
    question: str = Field(description=text("the question, in your own words").template)
    person: str | None = Field(
        default=None, description=text("who is asked; the owner of the nearest card when left out").template
    )
    channel: str | None = Field(default=None, description=text("the channel where it is asked instead").template)


def run(context: SkillContext, params: EnquireParams) -> Change:
    words = " ".join(params.question.split())[:MOST_WORDS]
    if not words:
        raise Unclear(text("What is your question?"))
    person: Person | None = None
    place = Place()
    if params.channel:
        place = find_place(context, params.channel)
    elif params.person:
        person = find_person(context, params.person).value
    else:
        person = _nearest_owner(context, words)
        if person is None and context.organisation.questions_channel:
            place = find_place(context, f"#{context.organisation.questions_channel.removeprefix('#')}")
    if person is None and not place.channel:
        raise Unclear(text("No card comes near, so I don't know whom to ask."), text("Name a person or a channel."))
    if person is not None and person.id == context.actor.id:
        raise Impossible(text("You are the one who would be asked."), text("Name another person, or a channel."))
    if person is not None and not person.is_active(context.today):
        raise Impossible(text("{name} has left.", name=person.name), text("Name another person, or a channel."))
    fields: dict[str, Json] = {
        "words": words,
        "asker_id": context.actor.id,
        "person_id": person.id if person else None,
        "channel": place.channel,
        "asked_at": context.now.isoformat(),
    }
    record = RecordChange(
        kind=RecordKind.ENQUIRY,
        label=words,
        fields=tuple(FieldChange(field=name, new=new, derived=True) for name, new in fields.items()),
    )
    to = person.name if person else place.name
    return Change(
        records=(record,),
        headline=text("“{question}” goes to **{to}**; I tell you what they answer.", question=words, to=to),
        doubts=(text("It is asked in your name."), *place.doubts),
        private=True,
    )


def _nearest_owner(context: SkillContext, words: str) -> Person | None:
    """Who answers for the nearest card that the asker may read, and is not the asker."""
    with readable():
        found = context.knowledge.search(words, NEAREST, where=get_asker(context).may_read, include_expired=True)
        standings = get_standings(context, {one.file: (one.document_id, one.card) for one in found})
    owners = [standings[one.file].contact for one in found]
    return next((owner for owner in owners if owner is not None and owner.id != context.actor.id), None)


SKILL = Skill(
    name="enquire",
    summary=text("Ask a colleague what the playbook does not say"),
    params=EnquireParams,
    run=run,
    effect=Effect.WRITE,
    form=("question", "person", "channel"),
    examples=(
        Example("ask the owner: do we sell spare sensors?", EnquireParams(question="do we sell spare sensors?")),
        Example(
            "ask mara how long a pilot may take",
            EnquireParams(question="how long a pilot may take", person="mara"),
        ),
        Example(
            "ask in #sales whether we ship to Norway",
            EnquireParams(question="whether we ship to Norway", channel="#sales"),
        ),
        Example("问一下负责人：传感器单独卖吗？", EnquireParams(question="传感器单独卖吗？")),
        Example("在#sales里问：我们发货到挪威吗？", EnquireParams(question="我们发货到挪威吗？", channel="#sales")),
    ),
)
