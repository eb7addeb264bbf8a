"""Words for people, kept as data until somebody reads them.

A `Text` is a sentence in English with named places, and the values that go there. Whoever shows it chooses the
language (the catalogs translate the sentence, never the values), writes money and dates as the reader's language does,
and escapes the values: they came from people, records or documents. The only markup in a sentence is `**bold**`.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction
from string import Formatter
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from skills.language import Language
from store.money import Money


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(Value):
    """Anything that came from a person, a record or a document. Shown as it is, escaped."""

    type: Literal["word"] = "word"
    value: str


class Count(Value):
    type: Literal["count"] = "count"
    value: int


class Amount(Value):
    """Money in minor units."""

    type: Literal["amount"] = "amount"
    minor: int
    currency: str

    @property
    def money(self) -> Money:
        return Money(self.minor, self.currency)


class Share(Value):
    """A ratio, shown in percent with one decimal place."""

    type: Literal["share"] = "share"
    numerator: int
    denominator: int


class Day(Value):
    type: Literal["day"] = "day"
    value: dt.date


class Moment(Value):
    """An instant, shown at the wall clock of `zone`."""

    type: Literal["moment"] = "moment"
    value: dt.datetime
    zone: str


class Text(Value):
    type: Literal["text"] = "text"
    template: str
    values: dict[str, "AnyValue"] = {}

    def __hash__(self) -> int:
        return hash(self.template)


AnyValue = Annotated[Word | Count | Amount | Share | Day | Moment | Text, Field(discriminator="type")]
Text.model_rebuild()

Plain = str | int | Money | Fraction | dt.date | Value
Escape = Callable[[str], str]


def value(thing: Plain) -> AnyValue:
    """The value for a place in a text: a string becomes a `Word`, a `Fraction` a `Share`, a date a `Day`."""
    if isinstance(thing, Word | Count | Amount | Share | Day | Moment | Text):
        return thing
    if isinstance(thing, str):
        return Word(value=str(thing))
    if isinstance(thing, int):
        return Count(value=thing)
    if isinstance(thing, Money):
        return Amount(minor=thing.minor, currency=thing.currency)
    if isinstance(thing, Fraction):
        return Share(numerator=thing.numerator, denominator=thing.denominator)
    if isinstance(thing, dt.date) and not isinstance(thing, dt.datetime):
        return Day(value=thing)
    raise TypeError(f"{type(thing).__name__} has no way to be shown; an instant needs Moment and its zone")


def text(template: str, /, **values: Plain) -> Text:
    """A sentence for people. `template` is written out where it is used, so that the catalogs can be checked."""
    return Text(template=template, values={name: value(thing) for name, thing in values.items()})


def verbatim(words: str) -> Text:
    """Words that are shown as they are in every language, such as a record's name."""
    return Text(template="{it}", values={"it": Word(value=words)})


def listed(items: Sequence[Text]) -> Text:
    """Several texts as one: "a", "a and b", "a, b and c"."""
    if len(items) == 1:
        return items[0]
    *firsts, last = items
    joined = firsts[0]
    for item in firsts[1:]:
        joined = text("{first}, {next}", first=joined, next=item)
    return text("{first} and {last}", first=joined, last=last)


def plain(words: str) -> str:
    return words


def render(thing: AnyValue, language: Language, escape: Escape = plain) -> str:
    """The words as this reader sees them; `escape` guards every value and leaves the sentence's own markup alone."""
    match thing:
        case Text():
            return language.fill(
                thing.template, {name: render(v, language, escape) for name, v in thing.values.items()}
            )
        case Word():
            return escape(thing.value)
        case Count():
            return language.number(thing.value)
        case Amount():
            return language.money(thing.money)
        case Share():
            return language.percent(Fraction(thing.numerator, thing.denominator))
        case Day():
            return language.day(thing.value)
        case Moment():
            return language.moment(thing.value.astimezone(ZoneInfo(thing.zone)))


def places(template: str) -> frozenset[str]:
    """Names of the places in a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)
