"""From due to owed: a report that is due is made, and stands in the outbox exactly once.

What was due is settled in one transaction: the message goes into the outbox under its key, and `covered_until` moves
past it (or, for one that was asked for at once, `asked_at` is emptied). A process that ends before that has done
nothing, and one that ends after it has nothing left to do.
"""

import datetime as dt
import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from skills.answer import Action, Answer, Invocation, Status
from skills.arrivals import get_arrivals, get_quiet
from skills.contract import Audience, Effect
from skills.digests import DIGESTS
from skills.permissions import rights_of
from skills.rhythm import Due, described, in_words, rhythm_of
from skills.runner import Assistant, get_actor, run_skill
from skills.terms import ROLES
from skills.text import Moment, Text, text
from store import change_log
from store.change_log import Author, FieldChange, RecordChange, RecordKind
from store.channels import TRUSTED_FOR, get_channel_by_name, list_channel_members
from store.models import Organisation, Person, ReportSchedule, Role, ScheduleStatus, Source
from store.outbox import add_message, get_last_kept, is_unused
from store.people import get_organisation, list_people
from store.schedules import get_active_since, get_schedule, is_standing_order, mark_covered, mark_made
from store.scope import Scope

LATE_AFTER = dt.timedelta(minutes=5)
"""A report that is later than this says so."""

UNUSED_TIMES = 8
"""After so many deliveries to a place without a single press of a button, a digest's owner is told."""

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a schedule that was looked at."""

    NOTHING_DUE = "nothing due"
    ENQUEUED = "enqueued"
    EXPLAINED = "could not be made; its owner is told"
    IDLE = "nothing to do, so nothing is sent"
    PAUSED = "paused"
    LET_GO = "let go"
    SETTLED_ELSEWHERE = "settled by another process, or changed in the meantime"


@dataclass(frozen=True)
class Settled:
    """What was done about one schedule at one moment."""

    schedule: ReportSchedule | None
    outcome: Outcome
    due: Due | None = None
    key: str = ""
    """The message's key in the outbox."""


@dataclass(frozen=True)
class Owed:
    """What a schedule owes: the newest due report, and those that are too late or that a newer one replaces."""

    due: Due | None
    let_go: tuple[Due, ...]

    def __bool__(self) -> bool:
        return self.due is not None or bool(self.let_go)


@dataclass(frozen=True)
class Message:
    """One message to one place: a channel, or the person alone."""

    answer: Answer
    person_id: int
    channel: str = ""

    def key(self, schedule: ReportSchedule, due: Due) -> str:
        when = due.day if schedule.asked_at is None else schedule.asked_at
        return f"schedule:{schedule.id}:{when.isoformat()}:{self.channel or f'person:{self.person_id}'}"


def get_owed(session: Session, schedule: ReportSchedule, now: dt.datetime, grace: dt.timedelta) -> Owed:
    """What is due between `covered_until` and `now`; nothing from before the schedule was made or resumed.

    What was asked for at once comes before that, however its rhythm is and whether or not it is paused.
    """
    if schedule.asked_at is not None:
        return Owed(Due(schedule.asked_at, schedule.asked_at.astimezone(ZoneInfo(schedule.zone)).date()), ())
    if schedule.status != ScheduleStatus.ACTIVE:
        return Owed(None, ())
    after = max(schedule.covered_until, get_active_since(session, schedule.id or 0) or schedule.covered_until)
    missed = tuple(get_arrivals(session, schedule).list_due(after, now))
    if not missed or now - missed[-1].moment > grace:
        return Owed(None, missed)
    return Owed(missed[-1], missed[:-1])


class Reports:
    """Makes the reports that are due. `grace` is how late a missed one may still be sent."""

    def __init__(self, assistant: Assistant, grace: dt.timedelta) -> None:
        self._assistant = assistant
        self._grace = grace

    def settle(self, schedule_id: int) -> Settled:
        """Put into the outbox what a schedule owes by now; calling it again, or at the same time, changes nothing.

        Raises `DBAPIError` when the database could not do it: nothing is lost then, it is to be tried again.
        """
        now = self._assistant.clock()
        with self._assistant.database.session() as session:
            schedule = get_schedule(session, schedule_id)
            if schedule is None or schedule.status == ScheduleStatus.DELETED:
                return Settled(schedule, Outcome.NOTHING_DUE)
            owed = get_owed(session, schedule, now, self._grace)
            if not owed:
                return Settled(schedule, Outcome.NOTHING_DUE)
            stop = self._reason_to_stop(session, schedule)
        for missed in owed.let_go:
            log.warning("Report %s, due %s, is let go: %s.", schedule_id, missed.moment, self._why(owed, missed, now))
        if owed.due is None:
            return self._write(schedule, Settled(schedule, Outcome.LET_GO, owed.let_go[-1]), None, now)
        if stop is not None:
            return self._write(schedule, Settled(schedule, Outcome.PAUSED, owed.due), stop.message, now)
        outcome, message = self._make(schedule, owed.due, now)
        return self._write(schedule, Settled(schedule, outcome, owed.due), message, now)

    def _why(self, owed: Owed, missed: Due, now: dt.datetime) -> str:
        late = now - missed.moment
        return (
            f"{late} late, more than {self._grace}" if late > self._grace else f"{owed.due and owed.due.day} is newer"
        )

    # --- making it

    def _make(self, schedule: ReportSchedule, due: Due, now: dt.datetime) -> tuple[Outcome, Message | None]:
        """The report for the place that it goes to, or why there is none for its owner alone.

        A list of work on which nothing stands is not sent, unless it was asked for at once.
        """
        with self._assistant.database.session() as session:
            owner = session.get_one(Person, schedule.owner_id)
            actor = get_actor(session, owner)
            channel, audience = _get_audience(session, schedule, now)
            previous = get_last_kept(session, schedule.id or 0)
            is_standing = is_standing_order(session, schedule.id or 0)
        skill = self._assistant.skills.get(schedule.skill)
        if skill is None or not skill.schedulable or skill.effect is not Effect.READ:
            why = text("**{report}** can't be scheduled any more.", report=schedule.skill)
            return Outcome.EXPLAINED, _explained(schedule, Answer(headline=why))
        try:
            invocation = Invocation.of(schedule.skill, json.loads(schedule.params))
            answer = run_skill(self._assistant, invocation, actor, audience, Source.SCHEDULE, previous=previous).answer
        except DBAPIError:
            raise
        except Exception:  # A fault in one skill must not keep other reports from being made.
            number = secrets.token_hex(4)
            log.exception("Report %s failed (%s).", schedule.id, number)
            headline = text("Something went wrong inside me.")
            advice = text("An administrator finds it in the log under {number}.", number=number)
            return Outcome.EXPLAINED, _explained(schedule, Answer(headline=headline, notes=(advice,)))
        if answer.status is not Status.ANSWER or (answer.private and channel):
            return Outcome.EXPLAINED, _explained(schedule, answer)
        if answer.idle and schedule.asked_at is None:
            return Outcome.IDLE, None
        signed = _unasked(schedule) if is_standing else _signed(schedule, owner)
        notes = (*answer.notes, *_late(schedule, due, now), signed)
        actions = answer.actions if channel else (*answer.actions, *_switches(schedule))
        made = answer.model_copy(update={"notes": notes, "actions": actions})
        return Outcome.ENQUEUED, Message(made, schedule.owner_id, channel)

    # --- writing it

    def _write(self, seen: ReportSchedule, settled: Settled, message: Message | None, now: dt.datetime) -> Settled:
        """Enqueue, pause and move on in one transaction, unless somebody else has moved the schedule since."""
        with self._assistant.database.writing() as session:
            schedule = get_schedule(session, seen.id or 0, for_update=True)
            if schedule is None or _state(schedule) != _state(seen):
                return Settled(schedule, Outcome.SETTLED_ELSEWHERE, settled.due)
            key = ""
            if message is not None and settled.due is not None:
                key = message.key(schedule, settled.due)
                add_message(
                    session,
                    key,
                    answer=message.answer.model_dump_json(exclude={"kept"}),
                    kept=message.answer.kept,
                    due_at=settled.due.moment,
                    person_id=message.person_id,
                    channel=message.channel,
                    schedule_id=schedule.id,
                    not_before=_not_before(session, schedule, message, settled.due, now),
                )
            if settled.outcome is Outcome.ENQUEUED and message is not None:
                _tell_unused(session, schedule, message.channel, now)
            if schedule.asked_at is not None:
                mark_made(session, schedule)
            else:
                mark_covered(session, schedule, now)
            if settled.outcome is Outcome.PAUSED and schedule.status == ScheduleStatus.ACTIVE:
                _pause(session, schedule, now)
        return Settled(schedule, settled.outcome, settled.due, key)

    # --- who may have it still

    def _reason_to_stop(self, session: Session, schedule: ReportSchedule) -> "Stop | None":
        """Whether the owner has left or may no longer use the skill, and whom to tell."""
        organisation = get_organisation(session)
        today = self._assistant.clock().astimezone(ZoneInfo(organisation.zone)).date()
        owner = session.get_one(Person, schedule.owner_id)
        if not owner.is_active(today):
            told = _get_superior(session, owner, today)
            if told is None:
                log.warning("Report %s is paused: its owner has left, and there is nobody to tell.", schedule.id)
                return Stop(None)
            headline = text(
                "{owner} is no longer here, so I paused a report of theirs: **{report}**.",
                owner=owner.name,
                report=described(schedule),
            )
            advice = text("Ask me for the same report if you want it in your name.")
            return Stop(Message(Answer(headline=headline, notes=(advice,)), told))
        skill = self._assistant.skills.get(schedule.skill)
        if skill is not None and Role(owner.role).rank < skill.needs.rank:
            headline = text(
                "I paused your report **{report}**: only a {role} can have it now.",
                report=described(schedule),
                role=ROLES[skill.needs],
            )
            advice = text("Ask your manager, or an administrator.")
            return Stop(Message(Answer(headline=headline, notes=(advice,)), schedule.owner_id))
        return None


@dataclass(frozen=True)
class Stop:
    """A schedule is to be paused, and this is to be said about it."""

    message: Message | None


def _state(schedule: ReportSchedule) -> tuple[int, str, dt.datetime, dt.datetime | None]:
    """Everything that somebody else may have changed while the report was made."""
    return schedule.version, schedule.status, schedule.covered_until, schedule.asked_at


def _not_before(
    session: Session, schedule: ReportSchedule, message: Message, due: Due, now: dt.datetime
) -> dt.datetime:
    """A report comes when it is due; what is said to somebody about one waits for the end of their quiet hours."""
    if message.channel or schedule.asked_at is not None:
        return due.moment
    quiet = get_quiet(session, session.get(Person, message.person_id))
    return (quiet.end_after(now) if quiet is not None else None) or due.moment


def _tell_unused(session: Session, schedule: ReportSchedule, channel: str, now: dt.datetime) -> None:
    """Tell the owner, once, of a digest with which nobody does anything."""
    number = schedule.id or 0
    if schedule.skill not in DIGESTS or not is_unused(session, number, channel, times=UNUSED_TIMES):
        return
    which = f"schedule:{number}"
    deeds = (("delete", text("Stop it")), ("pause", text("Pause it")), ("keep", text("Keep it")))
    answer = Answer(
        headline=text(
            "**{report}** came {count} times, and nobody has pressed any of its buttons. Is it still of use?",
            report=described(schedule),
            count=UNUSED_TIMES,
        ),
        notes=(text("I ask only this once."),),
        actions=tuple(
            Action(label=label, invocation=Invocation.of("schedule", {"action": deed, "which": which}))
            for deed, label in deeds
        ),
    )
    quiet = get_quiet(session, session.get(Person, schedule.owner_id))
    add_message(
        session,
        f"unused:{number}:{channel or 'person'}",
        answer=answer.model_dump_json(exclude={"kept"}),
        due_at=now,
        person_id=schedule.owner_id,
        schedule_id=None,
        not_before=(quiet.end_after(now) if quiet is not None else None) or now,
    )


def _pause(session: Session, schedule: ReportSchedule, now: dt.datetime) -> None:
    paused = FieldChange(field="status", old=schedule.status, new=ScheduleStatus.PAUSED.value)
    record = RecordChange(
        kind=RecordKind.SCHEDULE, id=schedule.id, version=schedule.version, label=schedule.skill, fields=(paused,)
    )
    change_log.apply(
        session,
        [record],
        Author(None, Source.SCHEDULE, now),
        reason="its owner may no longer have it",
        effective_on=get_organisation(session).day_of(now),
    )


def _get_superior(session: Session, person: Person, today: dt.date) -> int | None:
    """The nearest active manager above somebody, or else an active administrator."""
    above, seen = person.manager_id, {person.id}
    while above is not None and above not in seen:
        manager = session.get_one(Person, above)
        if manager.is_active(today):
            return above
        seen.add(above)
        above = manager.manager_id
    active = list_people(session, Scope.everybody(), active_on=today)
    return next((other.id for other in active if other.role == Role.ADMIN and other.id != person.id), None)


def _get_audience(session: Session, schedule: ReportSchedule, now: dt.datetime) -> tuple[str, Audience]:
    """Where a report goes, and who reads it there.

    What a channel may see is what all of its members may read. Where the chat's own process has not lately said who
    they are, that is nobody's records: totals of the company are still posted, single people's are not.
    """
    if not schedule.channel:
        return "", Audience()
    channel = schedule.channel
    if channel.startswith("#") and (known := get_channel_by_name(session, channel)) is not None:
        channel = known.id
    organisation = get_organisation(session)
    members = list_channel_members(session, channel, seen_since=now - TRUSTED_FOR)
    scope = _get_common_scope(session, members or frozenset(), organisation, now)
    return channel, Audience(channel=channel, name=schedule.channel_name or channel, scope=scope)


def _get_common_scope(session: Session, members: frozenset[int], organisation: Organisation, now: dt.datetime) -> Scope:
    today = now.astimezone(ZoneInfo(organisation.zone)).date()
    scope = Scope.everybody() if members else Scope.of(())
    for member in members:
        person = session.get_one(Person, member)
        scope &= rights_of(session, person, organisation).read if person.is_active(today) else Scope.of(())
    return scope


# --- what it says


def _explained(schedule: ReportSchedule, answer: Answer) -> Message:
    """To the owner alone: why there is no report."""
    headline = text("I could not make your report **{report}**: {why}", report=described(schedule), why=answer.headline)
    told = Answer(headline=headline, notes=answer.notes, actions=_switches(schedule))
    return Message(told, schedule.owner_id)


def _switches(schedule: ReportSchedule) -> tuple[Action, ...]:
    which = f"schedule:{schedule.id}"
    return (
        Action(
            label=text("Pause this report"), invocation=Invocation.of("schedule", {"action": "pause", "which": which})
        ),
        Action(
            label=text("Delete this report"), invocation=Invocation.of("schedule", {"action": "delete", "which": which})
        ),
    )


def _signed(schedule: ReportSchedule, owner: Person) -> Text:
    return text("Scheduled by {owner}, {rhythm}.", owner=owner.name, rhythm=in_words(rhythm_of(schedule)))


def _unasked(schedule: ReportSchedule) -> Text:
    return text(
        "It comes {rhythm} when there is something to do. You did not ask for it: stop it here if you like.",
        rhythm=in_words(rhythm_of(schedule)),
    )


def _late(schedule: ReportSchedule, due: Due, now: dt.datetime) -> Iterator[Text]:
    if now - due.moment <= LATE_AFTER:
        return
    zone = ZoneInfo(schedule.zone)
    was, is_now = due.moment.astimezone(zone), now.astimezone(zone)
    if was.date() == is_now.date():
        yield text(
            "Due {due}, sent late at {now} because I was not running.", due=f"{was:%H:%M}", now=f"{is_now:%H:%M}"
        )
    else:
        yield text(
            "Due {due}, sent late at {now} because I was not running.",
            due=Moment(value=was, zone=schedule.zone),
            now=Moment(value=is_now, zone=schedule.zone),
        )
