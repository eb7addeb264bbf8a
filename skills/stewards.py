"""Whoever answers for cards is sent what is to be done about them, every week, without having asked for it.

It begins when there is something to do for the first time, and is a report like any other: its reader moves, pauses or
deletes it, and who has deleted it is left in peace.
"""

import datetime as dt

from sqlmodel import Session

from skills.cards import get_standings
from skills.contract import Audience, SkillContext
from skills.passages import readable
from skills.runner import Assistant, get_actor, open_context
from skills.unanswered import find_window, get_gaps
from store import change_log
from store.change_log import Author, FieldChange, RecordChange, RecordKind
from store.models import Person, Role, Source
from store.people import get_organisation, list_people
from store.schedules import list_ever_had
from store.scope import Scope

WEEKDAY = "mon"
AT = "09:00"
VERIFY, GAPS = "verify", "gaps"
LOOKING_BACK = 28
"""Days whose questions are work."""


def add_standing_orders(assistant: Assistant) -> int:
    """Begin what has something to tell for the first time; returns how many reports that is.

    Raises `Impossible` while the knowledge base can't be read.
    """
    with assistant.database.session() as session:
        context = _context(assistant, session)
        if context is None or not context.organisation.owners_reminded:
            return 0
        wanted = [
            (person_id, skill)
            for skill, people in ((VERIFY, _whose_cards_wait(context)), (GAPS, _who_should_know(context)))
            for person_id in sorted(people - list_ever_had(session, Scope.everybody(), skill))
        ]
        here = [(session.get_one(Person, person_id), skill) for person_id, skill in wanted]
        orders = [
            _order(person, skill, person.zone or context.organisation.zone, context.now)
            for person, skill in here
            if person.is_active(context.today)
        ]
    if orders:
        with assistant.database.writing() as session:
            change_log.apply(
                session,
                orders,
                Author(None, Source.SCHEDULE, context.now),
                reason="they answer for cards of the playbook",
                effective_on=context.today,
            )
    return len(orders)


def _context(assistant: Assistant, session: Session) -> SkillContext | None:
    """As an administrator, or else whoever is first: nothing of what is found is shown to them."""
    today = get_organisation(session).day_of(assistant.clock())
    people = list_people(session, Scope.everybody(), active_on=today)
    person = next((one for one in people if one.role == Role.ADMIN), next(iter(people), None))
    if person is None:
        return None
    return open_context(assistant, session, get_actor(session, person), Audience(), Source.SCHEDULE)


def _whose_cards_wait(context: SkillContext) -> set[int]:
    with readable():
        cards = [one for one in context.knowledge.documents() if one.superseded_by is None]
        standings = get_standings(context, {one.file: (one.id, one.card) for one in cards})
    return {how.contact.id or 0 for how in standings.values() if how.waits and how.contact is not None}


def _who_should_know(context: SkillContext) -> set[int]:
    gaps = get_gaps(context, find_window(context, None, LOOKING_BACK))
    return {person_id for gap in gaps for person_id in gap.turns_to}


def _order(person: Person, skill: str, zone: str, now: dt.datetime) -> RecordChange:
    values = {
        "owner_id": person.id,
        "skill": skill,
        "params": '{"owner": "me"}',
        "weekdays": WEEKDAY,
        "at": AT,
        "zone": zone,
        "created_at": now.isoformat(),
        "covered_until": now.isoformat(),
    }
    fields = tuple(FieldChange(field=name, new=value) for name, value in values.items())
    return RecordChange(kind=RecordKind.SCHEDULE, label=skill, fields=fields)
