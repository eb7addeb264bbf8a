"""What every digest is composed of: notices, each one thing to know with what can be done about it.

A digest computes no figure. It asks the skills for theirs, so that a number is the same wherever it is read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from skills.answer import Action, Answer, Block, Bullets, Fact, Facts, Model, Table
from skills.contract import SkillContext
from skills.coverage import TIMES, times
from skills.errors import NotAllowed, SkillError
from skills.figure import PERCENT, Figure
from skills.proof import ask_again
from skills.text import Text, text, verbatim
from skills.wording import enumeration

DIGESTS = frozenset({"morning", "digest", "week", "review", "rollup", "close"})
"""Their buttons are there to be pressed: when nobody ever does, their owner is told."""
TOLD = 300
"""Keys that are kept of what was told, the newest ones."""


@dataclass(frozen=True)
class Notice:
    """One thing to know."""

    what: Text
    why: Text | None = None
    action: Action | None = None
    weight: Fraction = Fraction(0)
    """Of two, the heavier one is told first."""
    key: str = ""
    """The same for as long as it is the same news: it is told once. Without a key it is told every time."""

    @property
    def line(self) -> Text:
        return self.what if self.why is None else text("{what} {why}", what=self.what, why=self.why)


@dataclass(frozen=True)
class Section:
    """Notices that belong together, or a table of them."""

    title: Text
    notices: tuple[Notice, ...] = ()
    blocks: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.notices or self.blocks)


@dataclass(frozen=True)
class Digest:
    """Everything that is told at once, before it is an answer."""

    headline: Text
    sections: tuple[Section, ...] = ()
    figures: tuple[Figure, ...] = ()
    actions: tuple[Action, ...] = ()
    notes: tuple[Text, ...] = ()
    kept: str = ""
    private: bool = False
    unabridged: bool = False


def present(digest: Digest) -> Answer:
    """The digest as an answer; a button that several notices have is there once."""
    blocks: list[Block] = []
    actions: list[Action] = []
    for section in filter(None, digest.sections):
        if section.notices:
            blocks.append(Bullets(title=section.title, items=tuple(notice.line for notice in section.notices)))
        blocks += section.blocks
        actions += [notice.action for notice in section.notices if notice.action is not None]
    seen = {(action.kind, str(action.invocation)): action for action in reversed((*actions, *digest.actions))}
    return Answer(
        headline=digest.headline,
        blocks=tuple(blocks),
        figures=digest.figures,
        actions=tuple(reversed(seen.values())),
        notes=tuple(dict.fromkeys(digest.notes)),
        kept=digest.kept,
        private=digest.private,
        unabridged=digest.unabridged,
    )


# --- what other skills say


@dataclass
class Asked:
    """Answers of other skills, made with the asker's rights for those who read this.

    A skill that refuses (not everybody here may see it, or there is nothing) is left out, and said so where it matters.
    """

    context: SkillContext
    figures: list[Figure] = field(default_factory=list)
    refused: dict[str, Text] = field(default_factory=dict)

    def ask(self, skill: str, /, *figures: str, **params: Any) -> Answer | None:
        """The skill's answer; those of its figures that are named become the digest's own."""
        given = {name: value for name, value in params.items() if value not in (None, "")}
        try:
            _, _, answer = ask_again(self.context, skill, given)
        except SkillError as error:
            if isinstance(error, NotAllowed):
                self.refused[skill] = error.headline
            return None
        self.figures += [figure for figure in answer.figures if figure.name in figures]
        return answer

    @property
    def notes(self) -> tuple[Text, ...]:
        if not self.refused:
            return ()
        names = enumeration([verbatim(name) for name in self.refused])
        return (text("Left out, because not everyone here may see it: {what}.", what=names),)


def list_facts(answer: Answer | None, *names: str) -> list[Fact]:
    """Figures of an answer as facts, the first of each name, in the order of the names."""
    if answer is None:
        return []
    first = {figure.name: figure for figure in reversed(answer.figures)}
    return [Fact(label=first[name].label, value=shown(first[name])) for name in names if name in first]


def facts_block(facts: Sequence[Fact]) -> tuple[Block, ...]:
    return (Facts(facts=tuple(facts)),) if facts else ()


def list_tables(answer: Answer | None, most: int = 1) -> tuple[Block, ...]:
    """The first tables of an answer that have rows."""
    tables = [block for block in answer.blocks if isinstance(block, Table) and block.rows] if answer else []
    return tuple(tables[:most])


def shown(figure: Figure) -> Text:
    """A figure's value as people read it, or why it has none."""
    exact = figure.exact
    if exact is None:
        return text("no value: {reason}", reason=figure.reason or text("nothing to count"))
    if figure.money is not None:
        return text("{it}", it=figure.money)
    if figure.unit == PERCENT:
        return text("{it}", it=exact)
    if figure.unit == TIMES:
        return verbatim(times(exact))
    if exact.denominator == 1:
        return text("{it}", it=exact.numerator)
    return verbatim(f"{float(exact):.1f}")


def as_sold(currencies: Iterable[str]) -> tuple[Text, ...]:
    """Said beside lists of single opportunities, where they are of several currencies."""
    if len(set(currencies)) < 2:
        return ()
    return (text("Single opportunities are in the currency in which they are sold."),)


# --- what was told before


class Told(Model):
    """What the earlier reports of a schedule have told, so that the next one tells only what is new."""

    told: tuple[str, ...] = ()


def only_new(context: SkillContext, notices: Iterable[Notice]) -> list[Notice]:
    """Those that the last report of the same schedule did not tell; all of them when it is asked for by hand."""
    known = set(_told(context.previous).told)
    return [notice for notice in notices if not notice.key or notice.key not in known]


def to_keep(context: SkillContext, notices: Iterable[Notice]) -> str:
    """The JSON of everything that has been told by now."""
    keys = dict.fromkeys((*_told(context.previous).told, *(notice.key for notice in notices if notice.key)))
    return Told(told=tuple(keys)[-TOLD:]).model_dump_json()


def heaviest(notices: Iterable[Notice]) -> list[Notice]:
    """The heaviest first; equal ones in the order in which they came."""
    return sorted(notices, key=lambda notice: -notice.weight)


def _told(kept: str) -> Told:
    return Told.model_validate_json(kept) if kept.startswith('{"told":') else Told()
