"""Stretches of time as people name them, in English and Chinese: by a name, or from one day or period to another."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from skills.answer import Choice
from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar, Grain, Period, add_months
from skills.references import dates
from skills.references import period_readers as means
from skills.references.dates import is_other_word, read_date
from skills.references.day_readers import DAY_NAME, MONTH_NAME, NUM, Now
from skills.references.day_readers import attempt as attempt_day
from skills.references.numerals import WHOLE, read_whole
from skills.references.period_names import ALONE, SIMPLE, Rules
from skills.references.period_readers import BEGINNING, Here, Reader, Vague, attempt, span_of
from skills.references.spans import Span, half_width, longest_first
from skills.text import text

__all__ = ["BEGINNING", "find_periods", "read_period"]


def read_period(words: str, today: dt.date, calendar: FiscalCalendar) -> Period:
    """The period that the words mean, seen from `today`; quarters, halves and years are the organisation's.

    A quarter, half or month without a year is the most recent one that has begun. Raises `Unclear`, with choices where
    the words can be one of several periods.
    """
    cleaned = LEAD.sub("", half_width(words).strip().strip(".,!?。，！？")).strip()
    here = Here(today, calendar)
    if (period := _named(cleaned, here, (*SIMPLE, *ALONE))) is not None:
        return period
    found = _found(cleaned, here)
    if len(found) == 1 and found[0].words == cleaned:
        return found[0].read()
    if (only := _day(cleaned, here)) is not None:
        return only
    if len(found) == 1 and not CHANGES.search(f"{cleaned[: found[0].start]} {cleaned[found[0].end :]}"):
        return found[0].read()
    raise Unclear(
        text("I can't read “{words}” as a period.", words=words),
        text("Write it like last quarter, Q3 2025, March, ytd or 上个月."),
    )


def find_periods(words: str, today: dt.date, calendar: FiscalCalendar) -> tuple[Span, ...]:
    """Where periods stand in a text; also those that can be one of several."""
    clean = half_width(words)
    return tuple(Span(place.start, place.end, place.words) for place in _found(clean, Here(today, calendar)))


@dataclass(frozen=True)
class _Place:
    """A period in a text, and how to read it."""

    start: int
    end: int
    words: str
    read: Callable[[], Period]


def _named(words: str, here: Here, rules: Rules = SIMPLE) -> Period | None:
    """The period whose name the words are; None where they are none."""
    for rule, read in rules:
        match = rule.fullmatch(words)
        if match is not None and (period := attempt(read, match, here)):
            return period
    return None


def _found(clean: str, here: Here) -> tuple[_Place, ...]:
    """Periods by their name, and those that pieces with a "to" or a "since" between them make up."""
    names = [match for rule, read in SIMPLE for match in rule.finditer(clean) if _is_period(read, match, here)]
    single = [
        _Place(match.start(), match.end(), match.group(), _reading(match.group(), here))
        for match in names
        if not is_other_word(match, clean)
    ]
    pieces = longest_first([*(Span(*match.span(), match.group()) for match in names), *_days(clean, here)])
    return longest_first([*single, *_joined(clean, pieces, here)])


def _reading(words: str, here: Here) -> Callable[[], Period]:
    def read() -> Period:
        period = _named(words, here)
        if period is None:
            raise ValueError(words)
        return period

    return read


def _is_period(read: Reader, match: re.Match[str], here: Here) -> bool:
    try:
        return attempt(read, match, here) is not None
    except Vague:
        return True


def _days(clean: str, here: Here) -> Iterator[Span]:
    now = Now(here.today, False, here.calendar, True)
    for rule, read in dates.RULES:
        if read not in dates.NEVER_SOUGHT:
            for match in rule.finditer(clean):
                if attempt_day(read, match, now):
                    yield Span(match.start(), match.end(), match.group())


def _joined(clean: str, pieces: Sequence[Span], here: Here) -> Iterator[_Place]:
    """Every way in which a piece, or two that follow each other, make a longer period."""
    for piece, following in zip_longest(pieces, pieces[1:]):
        before, after = clean[: piece.start], clean[piece.end :]
        if following is not None:
            opened = BETWEEN.search(before)
            gap = clean[piece.end : following.start]
            if TO.fullmatch(gap) or (opened and AND.fullmatch(gap)):
                closed = MEANWHILE.match(clean[following.end :])
                start = opened.start() if opened else piece.start
                end = following.end + (closed.end() if closed else 0)
                yield from _place(clean, start, end, partial(_between, piece.words, following.words, here))
        for lead, trail, read in AROUND:
            opened, closed = lead.search(before), trail.match(after)
            if opened and closed:
                place = (opened.start(), piece.end + closed.end())
                yield from _place(clean, *place, partial(read, opened, closed, piece.words, here))


def _place(clean: str, start: int, end: int, read: Callable[[], Period]) -> Iterator[_Place]:
    try:
        read()
    except Vague:
        pass
    except (ValueError, OverflowError, KeyError, Unclear):
        return
    yield _Place(start, end, clean[start:end], read)


def _day(words: str, here: Here) -> Period | None:
    """The words as a single day."""
    try:
        read = read_date(words, here.today, False, here.calendar)
    except Unclear:
        return None
    if not any(rule.fullmatch(words) for rule, _ in dates.RULES):
        return None
    if SLASHED.fullmatch(words) and read.doubt:
        raise _either(words, read.day)
    return here.calendar.containing(Grain.DAY, read.day)


def _either(words: str, day: dt.date) -> Vague:
    """3/4 is 4 March to some and 3 April to others."""
    days = (day, day.replace(month=day.day, day=day.month))
    vague = Vague(words, ())
    vague.choices = tuple(Choice.of(text("{day}", day=each), period=each.isoformat()) for each in days)
    return vague


def _edge(words: str, here: Here) -> Period:
    """A day, or a named period, at one end of a longer one."""
    if not MIDDLE.search(words) and (period := _named(words, here)) is not None:
        return period
    day = _day(words, here)
    if day is None:
        raise ValueError(words)
    return day


def _between(a: str, b: str, here: Here) -> Period:
    """From the first day of one to the last of the other. A year, or a week, that one of them names holds for both."""
    first, last = _edge(a, here), _edge(b, here)
    week, year = dt.timedelta(weeks=1), 12
    if number := DAY_ALONE.fullmatch(b):
        last = here.calendar.containing(Grain.DAY, first.start.replace(day=read_whole(number["d"])))
        if last.start < first.start and DAY_ALONE.fullmatch(a):
            last = _months_on(last, 1, here)
    elif WEEKDAY.fullmatch(b) and first.start > last.start and not WEEKDAY.fullmatch(a):
        last = _shifted(last, -(-(first.start - last.start) // week) * week)
    elif WEEKDAY.fullmatch(a) and first.start > last.start:
        first = _shifted(first, (last.start - first.start) // week * week)
    elif _is_yearless(a) and (_is_yearless(b) or first.start > last.start or _has_year(b)):
        later = _months_on(last, year, here)
        if _is_yearless(b) and first.start > last.start and later.start.year == first.start.year:
            last = later
        while first.start > last.start:
            first = _months_on(first, -year, here)
        while _has_year(b) and _months_on(first, year, here).start <= last.start:
            first = _months_on(first, year, here)
    elif _is_yearless(b) and _has_year(a):
        while last.end <= first.start:
            last = _months_on(last, year, here)
        while _months_on(last, -year, here).start >= first.start:
            last = _months_on(last, -year, here)
    return span_of(first.start, last.end)


def _is_yearless(words: str) -> bool:
    return bool(FLOATING.search(words)) and not _has_year(words) and not RELATIVE.search(words)


def _has_year(words: str) -> bool:
    return bool(YEAR_SAID.search(words))


def _shifted(period: Period, by: dt.timedelta) -> Period:
    return period.model_copy(update={"start": period.start + by, "end": period.end + by})


def _months_on(period: Period, months: int, here: Here) -> Period:
    month = here.calendar.containing(Grain.MONTH, period.start)
    if (month.start, month.end) == (period.start, period.end):
        return here.calendar.shifted(Grain.MONTH, period.start, months)
    # The last day, moved with its month, so that the end of February stays one.
    start, end = add_months(period.start, months), add_months(period.end, months)
    return period.model_copy(update={"start": start, "end": end})


Around = Callable[[re.Match[str], re.Match[str], str, Here], Period]


def _since(_lead: re.Match[str], _trail: re.Match[str], words: str, here: Here) -> Period:
    return means.since(_edge(words, here), here)


def _so_far(_lead: re.Match[str], _trail: re.Match[str], words: str, here: Here) -> Period:
    return means.so_far(_edge(words, here), here)


def _week_of(_lead: re.Match[str], _trail: re.Match[str], words: str, here: Here) -> Period:
    return here.calendar.containing(Grain.WEEK, _edge(words, here).start)


def _part(lead: re.Match[str], _trail: re.Match[str], words: str, here: Here) -> Period:
    count = read_whole(lead["n"] or "1")
    return means.part_of(_edge(words, here), lead["which"].lower(), count, lead["u"], here)


def _chinese_part(_lead: re.Match[str], trail: re.Match[str], words: str, here: Here) -> Period:
    count = read_whole(trail["n"] or "1")
    return means.part_of(_edge(words, here), trail["which"], count, trail["u"], here)


LEAD = re.compile(r"^(?:(?:in|for|during|of|over|within|on)\s+)+(?=\S)|^(?:在|于)", re.IGNORECASE)
BETWEEN = re.compile(r"(?:(?<![A-Za-z])(?:between|from) +|(?:从|自|介于|在))(?:the )?$", re.IGNORECASE)
TO = re.compile(r" ?(?:-|–|—|~|\.\.\.?|到|至) ?| (?:to|through|thru|until|till)(?: the)? ", re.IGNORECASE)
AND = re.compile(r" and(?: the)? | ?(?:和|与|跟) ?", re.IGNORECASE)
MEANWHILE = re.compile("之间|期间|这段时间")
HERE = re.compile("$")
NOTHING = re.compile("")
SINCE = re.compile(r"(?<![A-Za-z])(?:ever )?since +(?:the )?$", re.IGNORECASE)
PART_LEAD = re.compile(
    r"(?<![A-Za-z])(?:the )?(?P<which>first|second|third|last|final|1st|2nd|3rd)"
    rf"(?: (?P<n>{WHOLE}))? (?P<u>days?|weeks?|months?|quarters?) (?:of|in) $",
    re.IGNORECASE,
)
AROUND: tuple[tuple[re.Pattern[str], re.Pattern[str], Around], ...] = (
    (SINCE, NOTHING, _since),
    (
        re.compile(r"(?<![A-Za-z])from +(?:the )?$", re.IGNORECASE),
        re.compile(" (?:on|up to now)(?![A-Za-z])", re.IGNORECASE),
        _since,
    ),
    (
        re.compile(r"(?:(?<![A-Za-z])from +(?:the )?|从|自)?$", re.IGNORECASE),
        re.compile(" onwards?(?![A-Za-z])|以来|至今|到现在|到今天", re.IGNORECASE),
        _since,
    ),
    (re.compile("[从自]$"), re.compile("起|开始|以后"), _since),
    (re.compile(r"(?<![A-Za-z])so far,? (?:in |for )?$", re.IGNORECASE), NOTHING, _so_far),
    (
        HERE,
        re.compile(
            r",? (?:so far|to date)(?![A-Za-z])|(?:到|截至|截止)目前(?:为止)?|累计|迄今(?:为止)?", re.IGNORECASE
        ),
        _so_far,
    ),
    (
        re.compile(r"(?<![A-Za-z])(?:the )?week (?:of|commencing|starting|beginning|from) (?:the )?$", re.IGNORECASE),
        NOTHING,
        _week_of,
    ),
    (PART_LEAD, NOTHING, _part),
    (
        HERE,
        re.compile(rf"的?(?P<which>第[一二三四]|前|头|最后)(?P<n>{NUM})?个?(?P<u>月|季度|周|星期|天)"),
        _chinese_part,
    ),
)
"""What makes another period of one that stands after the first expression and before the second."""
CHANGES = re.compile(
    r"\d|初|末|底|中|旬|前|后|以来|之|起|至|到|上|下|半|除|第"
    r"|(?<![A-Za-z])(?:first|last|second|third|next|this|since|until|till|before|after|by|early|mid|middle|late|ends?"
    r"|start|beginning|half|so far|to|from|between|not|except|ago|week|month|quarter|year|same)(?![A-Za-z])",
    re.IGNORECASE,
)
"""Words beside a name that make another period of it."""
MIDDLE = re.compile(r"(?<![A-Za-z])mid(?![A-Za-z])", re.IGNORECASE)
SLASHED = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?")
DAY_ALONE = re.compile(rf"(?:the )?(?P<d>{NUM})(?:st|nd|rd|th|[日号])", re.IGNORECASE)
WEEKDAY = re.compile(rf"(?:{DAY_NAME})s?|(?:周|星期|礼拜)[一二三四五六日天]", re.IGNORECASE)
FLOATING = re.compile(rf"(?:{MONTH_NAME})|月|\d/\d|(?<![A-Za-z])[qh][1-4]|季度|半年|\d\.\d", re.IGNORECASE)
YEAR_SAID = re.compile(r"\d{4}|'\d\d|\d{1,2}[/.]\d{1,2}[/.]\d\d|fy ?\d|\d财?年", re.IGNORECASE)
RELATIVE = re.compile(
    r"(?<![A-Za-z])(?:this|last|next|past|current|the|ago|now|to ?day)(?![A-Za-z])"
    "|今|去|明|本|上个?[月季]|下个?[月季]|这|前年|现在",
    re.IGNORECASE,
)
