"""What people asked the playbook in vain, the same questions together, and who should know.

Whoever should know is told the words; who asked is nobody's business.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from knowledge_base import Document
from skills.cards import Standing, get_standings, successor
from skills.contract import SkillContext
from skills.measures.calendar import Period
from skills.passages import readable
from skills.readers import Readers, get_readers, get_readers_of
from skills.references import read_period
from store.models import Band, Fault, Person, Question, Role
from store.people import list_people
from store.questions import list_unanswered
from store.scope import Scope

MOST_QUESTIONS = 1000
"""The newest ones that are read; the grouping compares each with all groups."""
MOST_GROUPS = 40
"""Groups that are looked at more closely: every one is asked again."""
ENOUGH = 2
"""So many people who asked the same make it a question of everybody's, which may be told in a channel."""


@dataclass(frozen=True)
class Gap:
    """Questions that ask for the same, and have no answer or none that helped."""

    questions: tuple[Question, ...]
    near: Document | None
    """The card that comes nearest, or whose answer did not help."""
    knows: Person | None
    """Who answers for that card."""
    turns_to: frozenset[int]
    """Whose work it is: who should know; where nobody is known for it, the managers of those who asked."""

    @property
    def words(self) -> str:
        return self.questions[0].words

    @property
    def people(self) -> int:
        return len({question.person_id for question in self.questions})

    @property
    def last(self) -> dt.datetime:
        return max(question.asked_at for question in self.questions)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong with the answers that there were, the most frequent first."""
        said = Counter(question.reason for question in self.questions if question.reason)
        return tuple(Fault(reason) for reason, _ in said.most_common())

    @property
    def is_new(self) -> bool:
        """Whether there is no answer at all."""
        return any(question.band == Band.UNKNOWN for question in self.questions)

    @property
    def forms(self) -> tuple[str, ...]:
        """The ways in which it was asked."""
        return tuple(dict.fromkeys(question.words for question in self.questions))


@dataclass(frozen=True)
class Window:
    """The days that are looked at, as moments too."""

    period: Period
    since: dt.datetime
    until: dt.datetime


def find_window(context: SkillContext, words: str | None, days: int) -> Window:
    """The period that is meant; without words, so many days up to today."""
    if words and words.strip():
        period = read_period(words, context.today, context.calendar)
    else:
        end = context.today + dt.timedelta(days=1)
        period = Period(start=end - dt.timedelta(days=days), end=end, label="")
    zone = ZoneInfo(context.organisation.zone)
    since, until = (dt.datetime.combine(day, dt.time(), zone) for day in (period.start, period.end))
    return Window(period, since, until)


def get_gaps(context: SkillContext, window: Window) -> tuple[Gap, ...]:
    """What is still unanswered of what was asked, the most frequent first. Who may see it is for the caller to say."""
    asked = list_unanswered(context.session, Scope.everybody(), window.since, window.until, limit=MOST_QUESTIONS)
    if not asked:
        return ()
    with readable():
        groups = context.knowledge.get_alike([question.words for question in asked])[:MOST_GROUPS]
        documents = {document.file: document for document in context.knowledge.documents()}
        near = {
            file: (documents[file].id, documents[file].card)
            for file in {question.file for question in asked}
            if file in documents
        }
        standings = get_standings(context, near)
        found = [_gap(context, [asked[place] for place in group], documents, standings) for group in groups]
    return tuple(sorted((gap for gap in found if gap), key=lambda gap: (-len(gap.questions), -gap.last.timestamp())))


def is_told(gap: Gap, readers: Readers, *, privately: bool) -> bool:
    """Whether the words may be told: in a channel only what several people asked, or one asked in a channel.

    What a card answered that not everybody here may read speaks of that card, and stays with those who may.
    """
    heard = privately or gap.people >= ENOUGH or any(question.channel for question in gap.questions)
    is_open = gap.near is None or readers.may_read(gap.near.card)
    was_answered = any(question.band != Band.UNKNOWN for question in gap.questions)
    return heard and (is_open or (privately and not was_answered))


def shown(gap: Gap, readers: Readers) -> Gap:
    """The gap without the card that not everybody here may read, and without who answers for that."""
    if gap.near is None or readers.may_read(gap.near.card):
        return gap
    return replace(gap, near=None, knows=None)


def _gap(
    context: SkillContext,
    group: Sequence[Question],
    documents: dict[str, Document],
    standings: dict[str, Standing],
) -> Gap | None:
    """What of the group is still open; None where all of it has an answer by now."""
    unknown = [question for question in group if question.band == Band.UNKNOWN]
    if unknown and _is_answered(context, unknown[0]):
        unknown = []
    missing = {question.id for question in unknown}
    still = tuple(
        question
        for question in group
        if question.id in missing
        or (question.band != Band.UNKNOWN and _is_unmended(context, question, documents, standings))
    )
    if not still:
        return None
    files = Counter(question.file for question in still if question.file in documents)
    file = files.most_common(1)[0][0] if files else ""
    knows = standings[file].contact if file else None
    return Gap(still, documents.get(file), knows, _turns_to(context, knows, still))


def _is_answered(context: SkillContext, question: Question) -> bool:
    """Whether whoever asked would get an answer now."""
    person = context.session.get(Person, question.person_id)
    if person is None:
        return False
    readers = get_readers_of(context, person)
    return context.knowledge.ask(question.words, where=readers.may_read).band == "sure"


def _is_unmended(
    context: SkillContext, question: Question, documents: dict[str, Document], standings: dict[str, Standing]
) -> bool:
    """Whether the card whose answer did not help is there, and nobody has looked at it since."""
    if question.file not in documents:
        return False
    standing = standings[question.file]
    if standing.read_at is not None and standing.read_at >= question.asked_at:
        return False
    asked_on = context.organisation.day_of(question.asked_at)
    return standing.verified_on is None or standing.verified_on <= asked_on


def _turns_to(context: SkillContext, knows: Person | None, questions: Sequence[Question]) -> frozenset[int]:
    if knows is not None:
        return frozenset({knows.id or 0})
    askers = [context.session.get(Person, one) for one in {question.person_id for question in questions}]
    above = {one.id or 0 for one in (successor(context, asker) for asker in askers) if one is not None}
    if above:
        return frozenset(above)
    people = list_people(context.session, Scope.everybody(), active_on=context.today)
    return frozenset(person.id or 0 for person in people if person.role == Role.ADMIN)


def list_told(context: SkillContext, gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Those that may be told here, each as it may be shown here."""
    readers = get_readers(context)
    private = context.audience.is_private
    return tuple(shown(gap, readers) for gap in gaps if is_told(gap, readers, privately=private))
