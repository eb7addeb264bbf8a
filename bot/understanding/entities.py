"""What a text names: deals, people, teams, products, stages, amounts, days, periods, rhythms, channels, durations.

Words within quotation marks, forwarded mail and quoted lines are data: nothing is looked for in them.
"""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from skills.measures.calendar import FiscalCalendar
from skills.references import find_amounts, find_dates, find_periods, find_rhythms
from skills.references.spans import half_width
from skills.references.vocabulary import Mention, Named, Vocabulary


class Kind(StrEnum):
    """What a piece of text is; the value is what stands for it in the masked text."""

    DEAL = "deal"
    PERSON = "person"
    TEAM = "team"
    PRODUCT = "product"
    STAGE = "stage"
    AMOUNT = "amount"
    WHEN = "when"
    RHYTHM = "rhythm"
    CHANNEL = "channel"
    DURATION = "duration"
    QUOTE = "quote"


@dataclass(frozen=True)
class Item:
    """One piece of the text and what it is. `is_day` and `is_period` tell what a WHEN can be read as."""

    kind: Kind
    start: int
    end: int
    words: str
    mention: Mention | None = None
    is_day: bool = False
    is_period: bool = False
    is_impossible: bool = False
    """Whether it has the form of a day and is none, such as 30 February."""
    days: "tuple[Item, ...]" = ()
    """The days that a period names as its ends ("from 30 Nov to 12 Dec")."""


@dataclass(frozen=True)
class Frame:
    """A text with what it names. All texts here have the same length, so that positions hold in each of them."""

    text: str
    clean: str
    """Half-width; quoted parts are blank."""
    items: tuple[Item, ...]

    def with_days(self) -> "Frame":
        """The frame in which a stretch between two days is the two days."""
        items = [day for item in self.items for day in (item.days if item.days and not item.is_day else (item,))]
        return Frame(self.text, self.clean, tuple(items))

    def of(self, *kinds: Kind) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind in kinds)

    def within(self, start: int, end: int) -> "Frame":
        """The frame of one part of the text; positions stay."""
        blank = " " * start + self.clean[start:end] + " " * (len(self.clean) - end)
        return Frame(self.text, blank, tuple(item for item in self.items if start <= item.start and item.end <= end))

    def without(self, *spans: tuple[int, int]) -> "Frame":
        """The frame with these parts blanked."""
        clean = self.clean
        for start, end in spans:
            clean = clean[:start] + " " * (end - start) + clean[end:]
        kept = tuple(i for i in self.items if not any(i.start < end and start < i.end for start, end in spans))
        return Frame(self.text, clean, kept)

    @property
    def masked(self) -> str:
        """Lower-case, one space between words, names and values as [deal], [amount] …"""
        return self.masked_as({})

    def masked_as(self, words: dict[Kind, str]) -> str:
        """The masked text with these words in place of a kind's mark."""
        parts, end = [], 0
        for item in self.items:
            mark = words.get(item.kind, f"[{item.kind.value}]")
            if item.kind is Kind.WHEN and NAMED_AFTER.fullmatch(item.words + self.clean[item.end :][:7]):
                mark = item.words
            parts += [self.clean[end : item.start], mark]
            end = item.end
        parts.append(self.clean[end:])
        return " ".join("".join(parts).lower().split())


NAMED_AFTER = re.compile(r"close of .*|(?:start|beginning|end) of .* (?:report|review)", re.IGNORECASE)
"""A period that names a report: "end of month report"."""
QUOTES = re.compile(
    r"```.*?```|\"[^\"\n]{3,}\"|“[^”]{2,}”|„[^“”]{2,}[“”]|「[^」]{2,}」|『[^』]{2,}』|«[^»]{2,}»|(?<!\w)'[^'\n]{8,}'(?!\w)",
    re.DOTALL,
)
QUOTED_LINE = re.compile(r"^[ \t]*(?:>|\|).*$", re.MULTILINE)
FORWARDED = re.compile(
    r"^\s*(?:-{2,} ?(?:original|forwarded|weitergeleitet|原始邮件|转发).*|begin forwarded message.*"
    r"|(?:from|von|发件人) ?[:：].+|on .{5,80} wrote ?:|fwd?:.*)$",
    re.IGNORECASE | re.MULTILINE,
)
CHANNEL = re.compile(
    r"<#[A-Z0-9]+(?:\|[^>]*)?>|(?<![A-Za-z0-9_&])#(?:[A-Za-z0-9][A-Za-z0-9_.-]{1,79}|[\u4e00-\u9fff][\u4e00-\u9fff\w-]{0,79})"
)
SLACK_PERSON = re.compile(r"<@[UW][A-Z0-9_]+(?:\|[^>]*)?>")
RECORD = re.compile(r"(?<![\w:])(?P<kind>opportunity|account|person|team|product|stage):\d+(?!\w)")
DURATION = re.compile(
    r"(?<![\w.])(?:(?:\d+(?:[.,]\d+)?|an?|one|two|three|half an?)[ -]?(?:h|hrs?|hours?|mins?|minutes?)(?![A-Za-z])"
    r"|(?:\d+|半|一|两|[一二三四五六七八九十]+)个?(?:半)?(?:小时|分钟|钟头))",
    re.IGNORECASE,
)
RECORD_KINDS = {"opportunity": Kind.DEAL, "account": Kind.DEAL, "person": Kind.PERSON, "team": Kind.TEAM}
RECORD_KINDS |= {"product": Kind.PRODUCT, "stage": Kind.STAGE}


def unescaped(words: str) -> str:
    """Slack writes `->` as `-&gt;`."""
    return html.unescape(words) if re.search("&(?:gt|lt|amp);", words) else words


def find_entities(words: str, vocabulary: Vocabulary, today: dt.date, calendar: FiscalCalendar) -> Frame:
    """Everything that the text names, the longest pieces first."""
    text = unescaped(words)
    quotes = _quoted(text, vocabulary)
    clean = half_width(text)
    for item in quotes:
        clean = clean[: item.start] + " " * (item.end - item.start) + clean[item.end :]
    found = [
        *_matches(Kind.CHANNEL, CHANNEL.finditer(clean)),
        *_matches(Kind.PERSON, SLACK_PERSON.finditer(clean)),
        *_records(clean),
        *(Item(Kind.RHYTHM, span.start, span.end, span.words) for span in find_rhythms(clean)),
        *_whens(clean, today, calendar),
        *_matches(Kind.DURATION, DURATION.finditer(clean)),
        *(Item(Kind.AMOUNT, span.start, span.end, span.words) for span in find_amounts(clean)),
        *(_named(mention, clean) for mention in vocabulary.find(clean)),
    ]
    return Frame(text, clean, _settled([*quotes, *found]))


def _settled(found: Iterable[Item]) -> tuple[Item, ...]:
    kept: list[Item] = []
    for item in sorted(found, key=lambda item: (item.kind is not Kind.QUOTE, item.start - item.end, item.start)):
        if all(item.end <= other.start or other.end <= item.start for other in kept):
            kept.append(item)
    return tuple(sorted(kept, key=lambda item: item.start))


def _quoted(text: str, vocabulary: Vocabulary) -> list[Item]:
    """Quoted parts, except a name that stands in quotation marks by itself."""
    forwarded = FORWARDED.search(text)
    spans = [match.span() for match in QUOTED_LINE.finditer(text)]
    spans += [match.span() for match in QUOTES.finditer(text)]
    if forwarded:
        spans.append((forwarded.start(), len(text)))
    items = []
    for start, end in spans:
        inner = text[start:end].strip("\"'“”„「」『』«»` ")
        names = vocabulary.find(inner)
        if len(names) == 1 and names[0].words == inner:
            continue
        items.append(Item(Kind.QUOTE, start, end, inner))
    return items


def _matches(kind: Kind, found: Iterable[re.Match[str]]) -> list[Item]:
    return [Item(kind, match.start(), match.end(), match.group()) for match in found]


def _records(clean: str) -> list[Item]:
    return [Item(RECORD_KINDS[m["kind"]], m.start(), m.end(), m.group()) for m in RECORD.finditer(clean)]


SHORT_MONTH = r"(?:feb(?:ruary)?|apr(?:il)?|june?|sept?(?:ember)?|nov(?:ember)?)"
DAY_SHAPED = re.compile(
    rf"\b{SHORT_MONTH}\.? (?:the )?(?:29|3[01])(?:th|st)?\b(?![.,]?\d|%)"
    rf"|(?<![\d.,])(?:29|3[01])(?:th|st)?(?: of)? {SHORT_MONTH}\b"
    r"|(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?:\d{4}年|[今明去]年)?(?<!\d)\d{1,2}月\d{1,2}[日号]",
    re.IGNORECASE,
)
"""Words in the form of a day. One that is none must not be read as the day or the month that is a part of them."""


def _whens(clean: str, today: dt.date, calendar: FiscalCalendar) -> list[Item]:
    days = {(span.start, span.end): span.words for span in find_dates(clean, today)}
    periods = {(span.start, span.end): span.words for span in find_periods(clean, today, calendar)}
    ends = [Item(Kind.WHEN, *place, words, is_day=True) for place, words in days.items()]
    impossible = [
        Item(Kind.WHEN, *match.span(), match.group(), is_day=True, is_impossible=True)
        for match in DAY_SHAPED.finditer(clean)
        if not any(start <= match.start() and match.end() <= end for start, end in days)
    ]
    return [
        Item(
            Kind.WHEN,
            *place,
            words,
            is_day=place in days,
            is_period=place in periods,
            days=tuple(day for day in ends if place[0] <= day.start and day.end <= place[1]),
        )
        for place, words in {**days, **periods}.items()
    ] + impossible


KINDS: tuple[tuple[Named, Kind], ...] = (
    (Named.OPPORTUNITY, Kind.DEAL),
    (Named.ACCOUNT, Kind.DEAL),
    (Named.PERSON, Kind.PERSON),
    (Named.TEAM, Kind.TEAM),
    (Named.STAGE, Kind.STAGE),
    (Named.PRODUCT, Kind.PRODUCT),
)


def _named(mention: Mention, clean: str) -> Item:
    kind = next(kind for named, kind in KINDS if named in mention.means)
    if kind is Kind.DEAL and Named.PERSON in mention.means and OF_A_PERSON.match(clean[mention.end :]):
        kind = Kind.PERSON
    return Item(kind, mention.start, mention.end, mention.words, mention)


OF_A_PERSON = re.compile(
    r"(?:'s|’s)? (?:pipeline|quota|number|attainment|deals|team|bookings|target)|的(?:业绩|指标|商机|管道)",
    re.IGNORECASE,
)
Finder = Callable[[str], Frame]
