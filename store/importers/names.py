"""Names in a file against the records that exist: exact, the same letters written otherwise, or a near miss."""

import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from store.importers.problems import CellRefused

NEAR = 82
"""Similarity in percent from which a name is worth suggesting."""
MOST_SEARCHES = 500
"""Names that get a suggestion; a file in which thousands of names are unknown has another fault than spelling."""


@dataclass(eq=False)
class Entity:
    """A record that a name can mean; one that is only now being imported has no id yet."""

    name: str
    id: int | None = None
    external_id: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Match:
    entity: Entity
    mended: bool
    """Whether the spelling differs in case, spaces or punctuation."""


def folded(name: str) -> str:
    """A name without differences of case, width and runs of spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def squeezed(name: str) -> str:
    """Only the letters and digits of a name."""
    return "".join(letter for letter in folded(name) if letter.isalnum())


class Names:
    """The records of one kind by name, by external id and by e-mail; `noun` is how a refusal calls one."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._exact: dict[str, list[Entity]] = {}
        self._loose: dict[str, list[Entity]] = {}
        self._ids: dict[str, Entity] = {}
        self._emails: dict[str, Entity] = {}
        self._answers: dict[str, Match | str] = {}
        self._choices: dict[str, str] | None = None
        self._searches = 0

    def add(self, entity: Entity) -> Entity:
        self._exact.setdefault(folded(entity.name), []).append(entity)
        self._loose.setdefault(squeezed(entity.name), []).append(entity)
        if entity.external_id:
            self._ids[entity.external_id] = entity
        if entity.email:
            self._emails[entity.email.casefold()] = entity
        self._forget()
        return entity

    def _forget(self) -> None:
        if self._answers:
            self._answers = {}
        self._choices = None

    def identify(self, name: str, external_id: str | None, email: str | None = None) -> Match | None:
        """The record that a row is about: the one of its id, else of its e-mail, else of its name; None for a new one.

        Raises `CellRefused` where several have the name. One with another id or e-mail is somebody else.
        """
        if external_id and external_id in self._ids:
            return Match(self._ids[external_id], mended=False)
        if email and (known := self._emails.get(email.casefold())) is not None:
            if external_id and known.external_id and known.external_id != external_id:
                raise CellRefused(f"{email} belongs to {known.name}, who has the id {known.external_id}")
            return Match(known, mended=False)
        for index, key, mended in self._indexes(name):
            same = [
                entity
                for entity in index.get(key, ())
                if not (external_id and entity.external_id and entity.external_id != external_id)
                and not (email and entity.email and entity.email.casefold() != email.casefold())
            ]
            if len(same) > 1:
                raise CellRefused(f"more than one {self.noun} is called “{name}”; an id would tell which")
            if same:
                return Match(same[0], mended)
        return None

    def get_by_handle(self, handle: str | None) -> Entity | None:
        """The record of an id or an e-mail."""
        return (self._ids.get(handle) or self._emails.get(handle.casefold())) if handle else None

    def is_shared(self, name: str) -> bool:
        """Whether several records are called so."""
        return any(len(index.get(key, ())) > 1 for index, key, _ in self._indexes(name))

    def get_exactly(self, name: str) -> Entity | None:
        """A record of this name, whatever its id."""
        return next(iter(self._exact.get(folded(name), ())), None)

    def _indexes(self, name: str) -> list[tuple[dict[str, list[Entity]], str, bool]]:
        loose = squeezed(name)
        exact: list[tuple[dict[str, list[Entity]], str, bool]] = [(self._exact, folded(name), False)]
        return [*exact, (self._loose, loose, True)] if loose else exact

    def find(self, name: str, *, advice: str = "") -> Match:
        """What a name, an id or an e-mail means. Raises `CellRefused`, with the nearest names, where none is it."""
        if name not in self._answers:
            self._answers[name] = self._find(name, advice)
        answer = self._answers[name]
        if isinstance(answer, str):
            raise CellRefused(answer)
        return answer

    def _find(self, name: str, advice: str) -> Match | str:
        if (entity := self.get_by_handle(name)) is not None:
            return Match(entity, mended=False)
        for index, key, mended in self._indexes(name):
            entities = index.get(key) or []
            if len(entities) == 1:
                return Match(entities[0], mended)
            if entities:
                return f"more than one {self.noun} is called “{name}”; write the id instead"
        near = self.list_near(name)
        if near:
            return f"there is no {self.noun} called “{name}”; did you mean {' or '.join(f'“{each}”' for each in near)}?"
        return f"there is no {self.noun} called “{name}”{f'; {advice}' if advice else ''}"

    def list_near(self, name: str, cutoff: int = NEAR) -> list[str]:
        """Up to three names that are nearly this one, nearest first."""
        self._searches += 1
        if self._searches > MOST_SEARCHES:
            return []
        if self._choices is None:
            self._choices = {key: entities[0].name for key, entities in self._exact.items() if entities}
        found = process.extract(folded(name), self._choices.keys(), scorer=fuzz.ratio, score_cutoff=cutoff, limit=3)
        return [self._choices[key] for key, *_ in found]
