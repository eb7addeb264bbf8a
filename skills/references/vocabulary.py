"""Names of records found in a running text: people, teams, accounts, opportunities, products, stages."""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz import fuzz, process
from sqlalchemy import func
from sqlmodel import Session, col, select

from skills.references.names import CHINESE, JOINERS, PIECE, SUFFIXES, is_chinese, other_region_names, pieces
from skills.references.spans import half_width
from skills.references.stages import INFORMAL
from store.change_log import RecordKind
from store.models import Account, ChangeEntry, Opportunity, Person, Product, Stage, Status, Team
from store.scope import Scope


class Named(StrEnum):
    """What a name in a text can name."""

    PERSON = "person"
    TEAM = "team"
    ACCOUNT = "account"
    OPPORTUNITY = "opportunity"
    PRODUCT = "product"
    STAGE = "stage"


@dataclass(frozen=True)
class Mention:
    """A name in a text, and all that it can name: ids by kind."""

    start: int
    end: int
    words: str
    means: Mapping[Named, frozenset[int]]
    whole: bool
    """Whether the whole name was said, rather than a part of it."""
    near: bool = False
    """Whether the letters differ a little."""


COMMON = frozenset(
    re.split(
        r"\s+",
        """
        a about access account active add all american amount an and any april as ask at august base basic best big bill
        black blue book business buy call can capital care case central chance chase check city clear close cloud
        commit company contract core cost customer data date day deal demo design digital direct do drop east easy edge
        email end energy event express fast few field first flow focus food foods forecast form forward free friday
        general get give global go good grant green group grow guide hand health help high home hope hotel how i in
        industrial industries inside insight international is it june just key know last lead legal let life light
        like line link list live log logistics look lost main make management march mark market max may me media meet
        meeting mid mine mobile monday more move much my national need net network new next north note now of off
        office on one online onsite open or order our out over own paper partner partners pilot pipeline plan plant
        plus point power predict price prime pro product project proposal push quality quote quota rate red region
        report rest rich right rose sales same self sense service services set show smart software solar solutions
        south spring standard star start state stay steel step stone store strong summit sun super supply sure system
        systems target team tech technologies technology the this time to today top total trade train trend trust
        under union united unit up upper urban us value view vision wall want watch water wave way we web week well
        west what when where white who why will win with won work world year you young zone
        """.strip(),
    )
)
"""Words that mean something else most of the time; alone and in small letters they name nobody."""

NEAR_WORD = 80
SHORTEST_NEAR = 5
NEAR_STAGE = 85
SHORTEST_NEAR_STAGE = 7
OF_A_PRODUCT = re.compile(
    r"\b(?:how (?:much|many)|sells?|sold|won|book(?:ed)?|revenue|of|for|from|with|on|add(?:ed)?)\s+"
    r"(?:the |most |more |any )*$",
    re.IGNORECASE,
)
OF_A_TEAM = re.compile(r"\b(?:did|does|has|how is|for|by|in|of|the|team|region|about|and)\s+(?:the )?$", re.IGNORECASE)
PRODUCT_OF = re.compile(
    r"\s+(?:deals?|opps?|opportunities|sales|revenue|bookings|licen[cs]es?|subscriptions?|did (?:we|i))\b",
    re.IGNORECASE,
)
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    kind: Named
    id: int
    whole: bool


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int
    capital: bool


class Vocabulary:
    """All names of an organisation, ready to be found in texts. It holds no opportunity that its asker may not see."""

    def __init__(
        self,
        phrases: Mapping[Phrase, frozenset[_Entry]],
        chinese: Mapping[str, frozenset[_Entry]],
        along: Mapping[int, frozenset[str]],
    ) -> None:
        self._along = along
        self._phrases = phrases
        self._longest = max((len(phrase) for phrase in phrases), default=0)
        self._chinese = chinese
        self._single = sorted(
            {word for phrase in phrases for word in phrase if len(word) >= SHORTEST_NEAR and word.isascii()}
        )
        self._stages = {
            phrase[0]: entries
            for phrase, entries in phrases.items()
            if len(phrase) == 1
            and len(phrase[0]) >= SHORTEST_NEAR_STAGE
            and any(entry.kind is Named.STAGE and entry.id for entry in entries)
        }

    @classmethod
    def load(cls, session: Session, scope: Scope) -> "Vocabulary":
        """From the records; `scope` limits the opportunities, all other names are everybody's."""
        phrases: dict[Phrase, set[_Entry]] = {}
        chinese: dict[str, set[_Entry]] = {}
        for kind, record_id, name, parts in _names(session, scope):
            entry, part = _Entry(kind, record_id, whole=True), _Entry(kind, record_id, whole=False)
            words = pieces(name)
            for phrase, found in (
                (words, entry),
                *((phrase, part) for phrase in (_parts(kind, words) if parts else ())),
            ):
                if phrase and not (len(phrase) == 1 and is_chinese(phrase[0])):
                    phrases.setdefault(phrase, set()).add(found)
            for run in re.findall(f"[{CHINESE}]+", name):
                for length in _chinese_lengths(kind, run):
                    chinese.setdefault(run[:length], set()).add(entry if length == len(run) else part)
        return cls(
            {phrase: frozenset(found) for phrase, found in phrases.items()},
            {run: frozenset(found) for run, found in chinese.items()},
            _along(session, scope),
        )

    def find(self, words: str) -> tuple[Mention, ...]:
        """All names in the text that do not lie within a longer one, in text order."""
        said = _words(half_width(words))
        found = [*self._phrases_in(words, said), *self._chinese_in(words), *self._misspelt_stages(words, said)]
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda item: (item.start - item.end, not item.whole, item.near)):
            if all(mention.end <= other.start or other.end <= mention.start for other in kept):
                kept.append(mention)
        return tuple(self._extended(mention, words, said) for mention in sorted(kept, key=lambda item: item.start))

    def _extended(self, mention: Mention, words: str, said: Sequence[_Word]) -> Mention:
        """An account's name with the words right after it that tell its opportunities apart ("acme renewal")."""
        accounts = mention.means.get(Named.ACCOUNT, frozenset())
        along = frozenset().union(*(self._along.get(account, frozenset()) for account in accounts))
        end = mention.end
        for word in said:
            if word.start >= end and along and not re.search(r"[,;:，；：\n>=]", words[end : word.start]):
                if word.text not in along:
                    break
                end = word.end
        return mention if end == mention.end else replace(mention, end=end, words=words[mention.start : end])

    def near(self, words: str, start: int = 0) -> Mention | None:
        """The name that one misspelt word comes closest to; None where it comes close to none."""
        (piece, *more) = pieces(words) or ("",)
        if more or len(piece) < SHORTEST_NEAR or piece in COMMON or not piece.isascii():
            return None
        best = process.extractOne(piece, self._single, scorer=fuzz.ratio, score_cutoff=NEAR_WORD)
        if best is None:
            return None
        entries = self._phrases.get((best[0],), frozenset())
        return _mention(start, start + len(words), words, entries, near=True) if entries else None

    def _misspelt_stages(self, words: str, said: Sequence[_Word]) -> Iterator[Mention]:
        for word in said:
            if len(word.text) < SHORTEST_NEAR_STAGE or (word.text,) in self._phrases or word.text in COMMON:
                continue
            best = process.extractOne(word.text, list(self._stages), scorer=fuzz.ratio, score_cutoff=NEAR_STAGE)
            if best is not None and not word.text.startswith(best[0]):
                yield _mention(word.start, word.end, words[word.start : word.end], self._stages[best[0]], near=True)

    def _phrases_in(self, words: str, spoken: Sequence[_Word]) -> Iterator[Mention]:
        said = [word for word in spoken if word.text not in JOINERS]
        for first in range(len(said)):
            for length in range(min(self._longest, len(said) - first), 0, -1):
                run = said[first : first + length]
                entries = self._phrases.get(tuple(word.text for word in run))
                if entries is None or not _likely(run, entries, words):
                    continue
                start, end = run[0].start, run[-1].end
                yield _mention(start, end, words[start:end], entries)
                break

    def _chinese_in(self, words: str) -> Iterator[Mention]:
        for run, entries in self._chinese.items():
            start = words.find(run)
            while start >= 0:
                yield _mention(start, start + len(run), run, entries)
                start = words.find(run, start + 1)


KEPT_VOCABULARIES = 32
COUNTED = (Person, Team, Account, Product, Stage)
"""Few enough to be counted for each message."""
NAMELESS = frozenset({RecordKind.ACTIVITY, RecordKind.CONTACT, RecordKind.SCHEDULE})
QUIET = frozenset(
    re.split(
        r"\s+",
        "amount_minor currency booked_minor stage_id category expected_close next_step next_step_due loss_reason "
        "competitor",
    )
)
"""Changes of these leave every name and every scope as they are."""


@dataclass(frozen=True)
class _Seen:
    """What the database held when a vocabulary was made."""

    change: int
    counts: tuple[int, ...]


class Vocabularies:
    """Vocabularies by scope, made anew once something that is named has changed. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Scope, tuple[_Seen, Vocabulary]] = OrderedDict()

    def get(self, session: Session, scope: Scope) -> Vocabulary:
        """The vocabulary of what is in the database now."""
        now = _seen(session)
        with self._lock:
            kept = self._kept.get(scope)
        if kept is not None and _is_same(session, kept[0], now):
            vocabulary = kept[1]
        else:
            vocabulary = Vocabulary.load(session, scope)
        with self._lock:
            self._kept[scope] = (now, vocabulary)
            self._kept.move_to_end(scope)
            while len(self._kept) > KEPT_VOCABULARIES:
                self._kept.popitem(last=False)
        return vocabulary


def _seen(session: Session) -> _Seen:
    change = session.exec(select(func.max(ChangeEntry.id))).one()
    newest = session.exec(select(func.max(Opportunity.id))).one()
    counts = [session.exec(select(func.count()).select_from(model)).one() for model in COUNTED]
    return _Seen(change or 0, (newest or 0, *counts))


def _is_same(session: Session, before: _Seen, now: _Seen) -> bool:
    """Whether nothing that is named came, went or changed in between."""
    if before.counts != now.counts or now.change < before.change:
        return False
    if before.change == now.change:
        return True
    renamed = select(ChangeEntry.id).where(
        col(ChangeEntry.id) > before.change,
        col(ChangeEntry.record_kind).not_in(NAMELESS),
        col(ChangeEntry.field).not_in(QUIET),
    )
    return session.exec(renamed.limit(1)).first() is None


def _mention(start: int, end: int, words: str, entries: Iterable[_Entry], *, near: bool = False) -> Mention:
    """Where a whole name is among the entries, it counts more than parts of other names."""
    listed = list(entries)
    whole = [entry for entry in listed if entry.whole]
    kinds: dict[Named, set[int]] = {}
    for entry in whole or listed:
        kinds.setdefault(entry.kind, set()).add(entry.id)
    return Mention(start, end, words, {kind: frozenset(ids) for kind, ids in kinds.items()}, bool(whole), near)


def _likely(run: Sequence[_Word], entries: frozenset[_Entry], words: str) -> bool:
    """Whether a run of words is meant as a name: an everyday word alone needs a capital, or to stand where names do."""
    if len(run) > 1 or run[0].text not in COMMON:
        return True
    if any(entry.kind is Named.PRODUCT and entry.whole for entry in entries) and (
        OF_A_PRODUCT.search(words[: run[0].start]) or PRODUCT_OF.match(words[run[0].end :])
    ):
        return True
    if any(entry.kind is Named.TEAM and entry.whole for entry in entries) and OF_A_TEAM.search(words[: run[0].start]):
        return True
    return run[0].capital or any(entry.kind is Named.STAGE and entry.whole for entry in entries)


def _words(words: str) -> list[_Word]:
    found = []
    for piece in PIECE.finditer(words):
        text = piece.group()
        folded = pieces(text)
        if not folded or is_chinese(text):
            continue
        # 's after a name is a piece of its own here and is no word.
        if folded[0] == "s" and words[piece.start() - 1 : piece.start()] in {"'", "’"}:
            continue
        found.append(_Word(folded[0], piece.start(), piece.end(), text[0].isupper() and piece.start() > 0))
    return found


def _parts(kind: Named, words: Phrase) -> Iterator[Phrase]:
    """What people say instead of the whole name."""
    latin = tuple(word for word in words if not is_chinese(word))
    if latin != words and latin:
        yield latin
    if kind is Named.PERSON:
        yield from ((word,) for word in latin if len(word) > 1)
        return
    if kind is Named.ACCOUNT:
        yield from (latin[:length] for length in range(1, len(latin)))
        yield from ((word,) for word in latin[1:] if len(word) > 3 and word not in COMMON and word not in SUFFIXES)
    if kind is Named.TEAM and len(latin) > 1:
        yield (latin[-1],)


def _chinese_lengths(kind: Named, run: str) -> Iterable[int]:
    if kind is Named.ACCOUNT and len(run) >= 4:
        return (len(run), 2)
    return (len(run),)


def _along(session: Session, scope: Scope) -> Mapping[int, frozenset[str]]:
    """By account: words of its open opportunities' names that are not words of its own name."""
    rows = session.exec(
        select(Opportunity.account_id, Opportunity.name, Account.name)
        .join(Account, col(Account.id) == Opportunity.account_id)
        .where(scope.clause(Opportunity.owner_id), Opportunity.status == Status.OPEN)
    ).all()
    along: dict[int, set[str]] = {}
    for account_id, name, account in rows:
        along.setdefault(account_id or 0, set()).update(set(pieces(name)) - set(pieces(account)) - NEVER_ALONG - DIGITS)
    return {account_id: frozenset(words) for account_id, words in along.items()}


DIGITS = frozenset(str(number) for number in range(100))
NEVER_ALONG = frozenset(["to", "for", "in", "at", "is", "and", "the", "of", "on", "from", "with"])


def _names(session: Session, scope: Scope) -> Iterator[tuple[Named, int, str, bool]]:
    """(kind, id, name, whether parts of it are said too)."""
    named = ((Named.PERSON, Person, True), (Named.ACCOUNT, Account, True), (Named.PRODUCT, Product, False))
    for kind, model, parts in named:
        for row in session.execute(select(col(model.id), col(model.name))).all():
            yield kind, row[0], row[1], parts
    yield from _team_names(session)
    yield from _stage_names(session)
    opportunities = select(Opportunity.id, Opportunity.name).where(
        scope.clause(Opportunity.owner_id), Opportunity.status == Status.OPEN
    )
    for opportunity_id, name in session.exec(opportunities).all():
        yield Named.OPPORTUNITY, opportunity_id or 0, name, False


def _team_names(session: Session) -> Iterator[tuple[Named, int, str, bool]]:
    """Regions are spoken of like the teams that they hold."""
    for team in session.exec(select(Team)).all():
        names = [name for name in dict.fromkeys([team.name, team.region]) if name]
        also = [other for name in names for other in other_region_names(name)]
        for index, name in enumerate(dict.fromkeys([*names, *also])):
            yield Named.TEAM, team.id or 0, name, index == 0


def _stage_names(session: Session) -> Iterator[tuple[Named, int, str, bool]]:
    for stage in session.exec(select(Stage).where(Stage.kind == Status.OPEN)).all():
        yield Named.STAGE, stage.id or 0, stage.name, False
    for informal in INFORMAL:
        for words in informal.words if not informal.kinds else ():
            yield Named.STAGE, 0, words, False
