"""Messages from the command line and from files, through the whole path except Slack."""

import datetime as dt
import json
import logging
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.understanding import Said, Understanding, Understood
from bot.understanding.questions import CHINESE
from bot.views.plain import list_choices, plain_answer, plain_words
from skills.answer import Answer
from skills.contract import Actor, Audience
from skills.figure import Figure
from skills.language import Language, get_language
from skills.permissions import rights_of
from skills.references.names import Candidate, match
from skills.runner import Assistant, Clock, Reply, get_actor
from skills.text import Amount, AnyValue, Count, Day, Moment, Share, Text, Word, text
from store.models import Person
from store.people import get_organisation, get_person_by_email, get_person_by_slack_id, list_people
from store.scope import Scope

logger = logging.getLogger(__name__)
ERROR = "error"
ENGLISH = get_language("en")


class SayError(Exception):
    """A message that could not be taken in; the text says why, in plain words."""


class SetClock:
    """A clock that can be set to a moment for a while; else it shows what `clock` shows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        return self._at or self._clock()

    @contextmanager
    def set_to(self, at: dt.datetime | None) -> Iterator[None]:
        before, self._at = self._at, at or self._at
        try:
            yield
        finally:
            self._at = before


def say(
    assistant: Assistant,
    understanding: Understanding,
    clock: SetClock,
    *,
    who: str,
    words: str,
    channel: str | None = None,
    thread: str | None = None,
    at: dt.datetime | None = None,
    name: str | None = None,
) -> dict[str, Any]:
    """One message by `who` (an e-mail address or a name), and the reply as JSON.

    `assistant` runs on `clock`, which shows `at` meanwhile. In a `channel`, everybody who is active listens.
    `thread` keeps what was spoken of for the next message with the same one. `at` is the wall clock of the
    organisation unless it has a zone. Raises `SayError`.
    """
    with assistant.database.session() as session:
        organisation = get_organisation(session)
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(organisation.zone))
    with clock.set_to(at):
        with assistant.database.session() as session:
            today = organisation.day_of(clock())
            person = _person(session, who, today)
            actor = _actor(session, person, words)
            audience = _audience(session, channel, today)
        key = f"say:{channel or 'dm'}:{thread}" if thread else f"say:{secrets.token_hex(8)}"
        (reply,) = understanding.reply(Said(words, actor, audience, key))
    return {"id": name, **reply_json(reply, actor.language)}


def replay(
    assistant: Assistant, understanding: Understanding, clock: SetClock, lines: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """A reply for each JSON line (`as`, `text`, optional `in`, `thread`, `at`, `id`), in order.

    A line that cannot be read, or that fails, gives an error object in its place.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name: Any = number
        try:
            given = json.loads(line)
            if not isinstance(given, dict):
                raise SayError("A line is a JSON object with at least “as” and “text”.")
            name = given.get("id", number)
            yield say(
                assistant,
                understanding,
                clock,
                who=_required(given, "as"),
                words=_required(given, "text"),
                channel=_optional(given, "in"),
                thread=_optional(given, "thread"),
                at=read_moment(given["at"]) if given.get("at") else None,
                name=name,
            )
        except SayError as error:
            yield error_json(name, str(error))
        except ValueError:
            yield error_json(name, "This line is not what I can read: a JSON object with “as” and “text”.")
        except Exception:
            logger.exception("line %d failed", number)
            yield error_json(name, "Something went wrong here; the log says what.")


def read_moment(words: str) -> dt.datetime:
    """An ISO 8601 moment, with a zone or without. Raises `SayError`."""
    try:
        return dt.datetime.fromisoformat(str(words))
    except ValueError as error:
        raise SayError(f"“{words}” is not a moment like 2026-11-23T09:00.") from error


def reply_json(reply: Reply, language_code: str = "en") -> dict[str, Any]:
    """The reply as the stable JSON of `say` and `replay`, without its id."""
    language = get_language(language_code)
    answer = reply.answer
    return {
        "skill": reply.skill,
        "params": reply.params,
        "status": answer.status.value,
        "text": plain_answer(answer, language),
        "figures": [_figure(figure, language) for figure in answer.figures],
        "changes": [
            {"record": item.record, "field": item.field, "old": _plain(item.old), "new": _plain(item.new)}
            for item in reply.changes
        ],
        "choices": list_choices(answer, language),
        "citations": [citation.model_dump() for citation in answer.citations],
        "understood_by": reply.understood_by if isinstance(reply, Understood) else "command",
        "took_ms": reply.took_ms,
    }


def error_json(name: Any, words: str) -> dict[str, Any]:
    """What stands in the place of a reply that could not be given."""
    failed = Reply(skill="", answer=Answer(headline=text("{words}", words=words)))
    return {"id": name, **reply_json(failed), "status": ERROR}


def _figure(figure: Figure, language: Language) -> dict[str, Any]:
    number = figure.number
    whole = number is not None and number == number.to_integral_value()
    return {
        "name": figure.name,
        "label": plain_words(figure.label, language),
        "value": None if number is None else int(number) if whole else float(number),
        "unit": figure.unit,
        "period": figure.period.label if figure.period else None,
        "definition": plain_words(figure.definition, ENGLISH),
    }


def _plain(thing: AnyValue | None) -> str | int | None:
    """A value for programs: dates in ISO, amounts as "45000.00 USD"."""
    match thing:
        case None:
            return None
        case Amount():
            return str(thing.money)
        case Day() | Moment():
            return thing.value.isoformat()
        case Count():
            return thing.value
        case Word():
            return thing.value
        case Text() | Share():
            return plain_words(thing, ENGLISH)


def _required(given: dict[str, Any], key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or (key == "as" and not value.strip()):
        raise SayError(f"“{key}” is missing.")
    return value


def _optional(given: dict[str, Any], key: str) -> str | None:
    value = given.get(key)
    return None if value is None else str(value)


def _person(session: Session, who: str, today: dt.date) -> Person:
    said = who.strip()
    person = get_person_by_email(session, said) or get_person_by_slack_id(session, said)
    if person is not None:
        return person
    people = list_people(session, Scope.everybody())
    found = match(said, [Candidate(row, row.name) for row in people]).found
    active = [item for item in found if item.value.is_active(today)] or list(found)
    if len(active) == 1:
        return active[0].value
    if active:
        names = ", ".join(item.name for item in active)
        raise SayError(f"“{said}” can be {names}. Give the whole name or the e-mail address.")
    raise SayError(f"Nobody here is called “{said}”. Give a name or an e-mail address of somebody in the database.")


def _actor(session: Session, person: Person, words: str) -> Actor:
    """As they are, in Chinese if they write Chinese and have no language of their own."""
    actor = get_actor(session, person)
    return replace(actor, language="zh") if CHINESE.search(words) and not person.locale else actor


def _audience(session: Session, channel: str | None, today: dt.date) -> Audience:
    """The asker alone, or a channel in which everybody who is active listens."""
    if not channel:
        return Audience()
    organisation = get_organisation(session)
    people = list_people(session, Scope.everybody(), active_on=today)
    scopes = [rights_of(session, person, organisation).read for person in people]
    common = reduce(lambda first, second: first & second, scopes, Scope.everybody()) if scopes else Scope.of(())
    listening = frozenset(person.id for person in people if person.id is not None)
    name = channel if channel.startswith("#") else f"#{channel}"
    return Audience(channel=channel, name=name, scope=common, people=listening)
