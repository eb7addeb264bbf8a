"""Stretches of time as people name them, in English and Chinese."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar, Grain, Period, add_months
from skills.references.dates import find_dates, is_other_word, read_date
from skills.references.day_readers import (
    GRAINS,
    MONTH_NAME,
    MONTHS,
    NUM,
    read_year,
)
from skills.references.numerals import WHOLE, read_whole
from skills.references.spans import Span, half_width, longest_first, word_pattern
from skills.text import text

BEGINNING = dt.date(1900, 1, 1)


@dataclass(frozen=True)
class Here:
    """What "this" and "last" are counted from."""

    today: dt.date
    calendar: FiscalCalendar

    @property
    def year(self) -> int:
        return self.calendar.year_name(self.today)


def read_period(words: str, today: dt.date, calendar: FiscalCalendar) -> Period:
    """The period that the words mean, seen from `today`; quarters, halves and years are the organisation's.

    A quarter, half or month without a year is the most recent one that has begun. Raises `Unclear`.
    """
    cleaned = LEAD.sub("", half_width(words).strip().strip(".,!?。，！？")).strip()
    here = Here(today, calendar)
    for rule, read in RULES:
        match = rule.fullmatch(cleaned)
        if match is not None and (period := _attempt(read, match, here)):
            return period
    spans = find_periods(words, today, calendar)
    if len(spans) == 1 and spans[0].words != words and not _more_digits(words, spans[0]):
        return read_period(spans[0].words, today, calendar)
    days = find_dates(cleaned, today)
    if len(days) == 1 and days[0].words == cleaned:
        return calendar.containing(Grain.DAY, read_date(cleaned, today, False, calendar).day)
    raise Unclear(
        text("I can't read “{words}” as a period.", words=words),
        text("Write it like last quarter, Q3 2025, March, ytd or 上个月."),
    )


def _more_digits(words: str, span: Span) -> bool:
    """Whether there are numbers beside it, so that it is only a part of what was meant (20 Nov)."""
    return re.search(r"\d", words[: span.start] + words[span.end :]) is not None


def find_periods(words: str, today: dt.date, calendar: FiscalCalendar) -> tuple[Span, ...]:
    """Where periods stand in a text."""
    clean = half_width(words)
    here = Here(today, calendar)
    return longest_first(
        Span(match.start(), match.end(), match.group())
        for rule, read in RULES
        for match in rule.finditer(clean)
        if _attempt(read, match, here) and not is_other_word(match, clean)
    )


LEAD = re.compile(r"^(?:(?:in|for|during|of|over|within|on)\s+)+(?=\S)|^(?:在|于)", re.IGNORECASE)
Reader = Callable[[re.Match[str], Here], Period]


def _attempt(read: Reader, match: re.Match[str], here: Here) -> Period | None:
    try:
        return read(match, here)
    except (ValueError, KeyError, Unclear):
        return None


STEPS = {
    **dict.fromkeys(("this", "current", "the", "the current", "本", "这", "这个", "当", "今", "该"), 0),
    **dict.fromkeys(
        ("last", "previous", "prior", "past", "the last", "the previous", "上", "上个", "上一个", "去"), -1
    ),
    **dict.fromkeys(("next", "the next", "coming", "下", "下个", "下一个", "明"), 1),
    **dict.fromkeys(("前", "上上", "上上个"), -2),
}
GRAIN_WORDS = "months?|quarters?|qtrs?|q|halves|half(?: year)?|fiscal years?|years?|fy|weeks?"


def _grain(words: str) -> Grain:
    word = words.lower()
    return GRAINS.get(word) or GRAINS[{"halves": "half"}.get(word, word.removesuffix("s"))]


def _step(match: re.Match[str], here: Here) -> Period:
    which = " ".join(match["which"].lower().split())
    return here.calendar.shifted(_grain(match["grain"]), here.today, STEPS[which])


def _before_last(match: re.Match[str], here: Here) -> Period:
    return here.calendar.shifted(_grain(match["grain"]), here.today, -2)


def _numbered(match: re.Match[str], here: Here) -> Period:
    """Quarter or half by its number, with or without a year."""
    parts = match.groupdict()
    kind = (parts.get("kind") or parts.get("kind2") or "q").lower()
    grain = Grain.QUARTER if kind[0] in "q季" else Grain.HALF
    number = read_whole(parts.get("n") or parts.get("n2") or "1")
    return _of_year(grain, number, parts.get("y") or parts.get("y2"), here)


def _of_year(grain: Grain, number: int, said: str | None, here: Here) -> Period:
    if said:
        return here.calendar.period(grain, _year(said, here), number)
    period = here.calendar.period(grain, here.year, number)
    if period.start <= here.today:
        return period
    return here.calendar.period(grain, here.year - 1, number)


RELATIVE_YEARS = {
    **dict.fromkeys(("this year", "this fiscal year", "this fy", "今年", "本年", "本财年"), 0),
    **dict.fromkeys(("last year", "last fiscal year", "last fy", "去年", "上年", "上财年"), -1),
    **dict.fromkeys(("next year", "next fiscal year", "next fy", "明年", "下财年"), 1),
    "前年": -2,
}


def _year(said: str, here: Here) -> int:
    word = " ".join(said.lower().replace("'s", "").replace("的", "").split())
    if word in RELATIVE_YEARS:
        return here.year + RELATIVE_YEARS[word]
    return read_year(re.sub(r"fiscal(?: year)?|fy|财年|年|\s", "", word))


def _named_year(match: re.Match[str], here: Here) -> Period:
    year = _year(match["y"], here)
    if not 1990 <= year <= 2100:
        raise ValueError(year)
    return here.calendar.period(Grain.YEAR, year)


def _same_last_year(match: re.Match[str], here: Here) -> Period:
    period = here.calendar.containing(_grain(match["grain"]), here.today)
    return here.calendar.containing(_grain(match["grain"]), add_months(period.start, -12))


def _half_of_year(match: re.Match[str], here: Here) -> Period:
    number = 1 if match["n"].lower() in {"first", "1st", "上"} else 2
    said = match.groupdict().get("y") or match.groupdict().get("y2")
    return _of_year(Grain.HALF, number, said, here)


def _month(match: re.Match[str], here: Here) -> Period:
    parts = match.groupdict()
    named = parts["m"].lower()
    number = MONTHS.get(named) or read_whole(named)
    if not 1 <= number <= 12:
        raise ValueError(number)
    said = parts.get("y") or parts.get("y2")
    if said:
        word = said.lower().replace("'s", "").strip()
        step = RELATIVE_YEARS.get(word)
        year = here.today.year + step if step is not None else _year(said, here)
    else:
        year = here.today.year - (dt.date(here.today.year, number, 1) > here.today)
    return here.calendar.containing(Grain.MONTH, dt.date(year, number, 1))


TO_DATE = {
    **dict.fromkeys(
        ("ytd", "year to date", "year-to-date", "年初至今", "今年以来", "本年至今", "今年至今", "年初到现在"),
        Grain.YEAR,
    ),
    **dict.fromkeys(
        ("qtd", "quarter to date", "quarter-to-date", "季初至今", "本季至今", "本季度至今", "本季度以来"), Grain.QUARTER
    ),
    **dict.fromkeys(("mtd", "month to date", "month-to-date", "月初至今", "本月至今", "本月以来"), Grain.MONTH),
    **dict.fromkeys(("wtd", "week to date", "本周至今", "本周以来"), Grain.WEEK),
}


def _to_date(match: re.Match[str], here: Here) -> Period:
    whole = here.calendar.containing(TO_DATE[" ".join(match["word"].lower().split())], here.today)
    return Period(start=whole.start, end=here.today + dt.timedelta(days=1), label=f"{whole.label} to date")


def _so_far(match: re.Match[str], here: Here) -> Period:
    """ "Q4 2026 to date": all of it that has passed."""
    whole = _edge(match["a"], here)
    end = min(whole.end, here.today + dt.timedelta(days=1))
    if end <= whole.start:
        raise ValueError(match.group())
    return Period(start=whole.start, end=end, label=f"{whole.label} to date" if end < whole.end else whole.label)


def _week_of(match: re.Match[str], here: Here) -> Period:
    return here.calendar.containing(Grain.WEEK, _edge(match["a"], here).start)


def _last_several(match: re.Match[str], here: Here) -> Period:
    """So many days, weeks or months up to and including today; quarters, halves and years are whole, finished ones."""
    count, unit = read_whole(match["n"]), match["u"].lower()
    end = here.today + dt.timedelta(days=1)
    label = f"last {count} {_plural(unit)}"
    if unit.startswith("d") or unit in {"天", "日"}:
        return Period(start=end - dt.timedelta(days=count), end=end, label=label)
    if unit.startswith("w") or unit[-1] in "周期拜":
        return Period(start=end - dt.timedelta(weeks=count), end=end, label=label)
    if unit.startswith("m") or unit.endswith("月"):
        return Period(start=add_months(end, -count), end=end, label=label)
    grain = Grain.QUARTER if unit.startswith("q") or "季" in unit else Grain.YEAR
    current = here.calendar.containing(grain, here.today)
    first = here.calendar.shifted(grain, here.today, -count)
    return Period(start=first.start, end=current.start, label=label)


def _plural(unit: str) -> str:
    if unit in {"天", "日"} or unit.startswith("d"):
        return "days"
    if unit.startswith("w") or unit[-1] in "周期拜":
        return "weeks"
    if unit.startswith("m") or unit.endswith("月"):
        return "months"
    return "quarters" if unit.startswith("q") or "季" in unit else "years"


def _between(match: re.Match[str], here: Here) -> Period:
    first, last = _edge(match["a"], here), _edge(match["b"], here)
    if last.start >= first.start + dt.timedelta(days=366) and not re.search(r"\d{4}", match["a"]):
        raise ValueError(match.group())
    if first.start > last.start and not re.search(r"\d{4}", match["a"]):
        first = Period(start=add_months(first.start, -12), end=add_months(first.end, -12), label=first.label)
    if first.start >= last.end:
        raise ValueError(match.group())
    return Period(start=first.start, end=last.end, label=f"{first.start.isoformat()} – {last.last_day.isoformat()}")


def _since(match: re.Match[str], here: Here) -> Period:
    first = _edge(match["a"], here)
    end = here.today + dt.timedelta(days=1)
    return Period(start=first.start, end=end, label=f"since {first.start.isoformat()}")


def _edge(words: str, here: Here) -> Period:
    """A day, or a named period, at one end of a longer one."""
    said = words.strip()
    for rule, read in SIMPLE:
        match = rule.fullmatch(said)
        if match is not None and (period := _attempt(read, match, here)):
            return period
    return here.calendar.containing(Grain.DAY, read_date(said, here.today, False, here.calendar).day)


def _month_in(match: re.Match[str], here: Here) -> Period:
    """January to March 2017: the year belongs to both."""
    year = match["y"]
    first = _edge(f"{match['a']} {year}", here)
    last = _edge(f"{match['b']} {year}", here)
    if first.start >= last.end:
        raise ValueError(match.group())
    return Period(start=first.start, end=last.end, label=f"{first.start.isoformat()} – {last.last_day.isoformat()}")


DAY_STEPS = {"today": 0, "今天": 0, "今日": 0, "yesterday": -1, "昨天": -1, "昨日": -1, "前天": -2}


def _day(match: re.Match[str], here: Here) -> Period:
    step = DAY_STEPS[match["word"].lower()]
    return here.calendar.containing(Grain.DAY, here.today + dt.timedelta(days=step))


def _ever(_match: re.Match[str], here: Here) -> Period:
    return Period(start=BEGINNING, end=here.today + dt.timedelta(days=1), label="all time")


def _same_period(match: re.Match[str], here: Here) -> Period:
    if not match["grain"]:
        return here.calendar.containing(
            Grain.QUARTER, add_months(here.calendar.containing(Grain.QUARTER, here.today).start, -12)
        )
    return _same_last_year(match, here)


def _compiled(table: Sequence[tuple[str, Reader]]) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    return tuple((word_pattern(expression), read) for expression, read in table)


WHICH = r"(?P<which>(?:the )?(?:last|previous|current|next)|this|prior|past|coming|the)"
CHINESE_WHICH = r"(?P<which>上上个|上上|上一个|上个|上|下一个|下个|下|这个|这|本|当|该)"
REL = "(?:this|last|next) (?:fiscal year|fy|year)(?:'s)?"
Y = rf"(?P<y>'?\d{{4}}|'\d{{2}}|(?:fy|fiscal(?: year)?) ?'?\d{{2,4}}|{REL})"
Y2 = Y.replace("(?P<y>", "(?P<y2>")
CY = r"(?P<y>今年|本年|去年|明年|前年|本财年|上财年|\d{4} ?财?年|\d{2}年|[〇零一二三四五六七八九]{2,4}年|\d{4})的?"
AGO = rf"(?P<n>{WHOLE}) ?(?P<u>days?|d|weeks?|wks?|months?|mths?|quarters?|qtrs?|years?|yrs?)"
SIMPLE_TABLE: list[tuple[str, Reader]] = [
    (rf"{WHICH} (?P<grain>{GRAIN_WORDS})(?:'s)?", _step),
    (rf"{CHINESE_WHICH}(?P<grain>季度|季|月份|月|半年|财年|周|星期)", _step),
    (r"(?P<which>今|去|明|前|本)(?P<grain>年)(?:度|全年)?", _step),
    (r"(?:the )?(?P<grain>quarter|month|year|week) before last", _before_last),
    (rf"(?P<kind>q|h) ?(?P<n>[1-4])(?:[ ,-]*(?:of |in )?{Y}|[ -]?(?P<y2>\d{{2}}))?", _numbered),
    (rf"{Y}[ -]?(?P<kind>q|h)(?P<n>[1-4])", _numbered),
    (rf"(?P<n>first|second|third|fourth|1st|2nd|3rd|4th) (?P<kind>quarter|qtr)(?:,? (?:of |in )?{Y})?", _numbered),
    (rf"(?P<kind>quarter|qtr) (?P<n>[1-4]|one|two|three|four)(?:,? (?:of |in )?{Y})?", _numbered),
    (rf"(?P<n>first|second|1st|2nd) half(?: year)?(?:,? (?:of |in )?{Y}|(?: of| in) the year)?", _half_of_year),
    (rf"(?:{CY})?第?(?P<n>[一二三四1-4])(?P<kind>季度|季)", _numbered),
    (rf"{CY}(?P<kind>q|h)(?P<n>[1-4])", _numbered),
    (r"(?P<kind>q|h)(?P<n>[1-4]) ?(?P<y>今年|去年|\d{4}年)", _numbered),
    (rf"(?:{CY})?(?P<n>上|下)半年", _half_of_year),
    (r"(?:the )?same (?P<grain>quarter|month|week) (?:of )?last year|去年同期(?P<none>)", _same_period),
    (r"(?P<y>(?:19|20)\d{2}|(?:fy|fiscal(?: year)?) ?'?\d{2,4}|\d{4} ?财年|\d{4}年(?:全年)?)", _named_year),
    (r"(?P<y>\d{4})[-/](?P<m>0[1-9]|1[0-2])", _month),
    (r"(?P<m>0?[1-9]|1[0-2])/(?P<y>\d{4})", _month),
    (rf"(?P<m>{MONTH_NAME})\.?(?:,? ?(?:of )?{Y})?", _month),
    (rf"(?:{CY})?(?P<m>{NUM})月份?", _month),
    (rf"(?P<word>{'|'.join(sorted(TO_DATE, key=len, reverse=True))})", _to_date),
    (rf"(?:in |over |during )?(?:the )?(?:last|past|previous) {AGO}", _last_several),
    (rf"(?:最近|过去|近|前)(?:的)?(?P<n>{NUM})(?P<u>天|日|个?星期|周|个月|个?季度|年)", _last_several),
    (rf"(?P<word>{'|'.join(DAY_STEPS)})", _day),
    (r"all[ -]?time|ever|since the beginning|有史以来|历史(?:上|累计)?|全部时间", _ever),
]


SIMPLE = _compiled(SIMPLE_TABLE)
EDGE = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?(?:{MONTH_NAME})\.?"
    r"(?: \d{1,2}(?:st|nd|rd|th)?(?!\d))?(?:,? '?\d{4})?"
    r"|(?:FY ?)?\d{2,4} ?Q[1-4]|[QH][1-4](?: ?(?:FY ?)?'?\d{2,4})?|\d{4}(?:[-/]\d{1,2}(?:[-/]\d{1,2})?)?"
    r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|today|yesterday|now"
    r"|(?:last|this) (?:week|month|quarter|year)|(?:(?:last|this) )?(?:monday|tuesday|wednesday|thursday|friday)"
    rf"|(?:去年|今年|明年|\d{{4}}年)?(?:{NUM}月份?(?:{NUM}[日号]?)?|第?[一二三四1-4]季度|[上下]半年)|\d{{4}}年?|今天|昨天|现在|上周|上个?月"
)
RULES = SIMPLE + _compiled(
    [
        (
            rf"(?:from )?(?P<a>{MONTH_NAME}) ?(?:to|through|until|and|-|–) ?(?P<b>{MONTH_NAME}),? (?P<y>\d{{4}})",
            _month_in,
        ),
        (r"(?P<a>q[1-4]) ?(?:to|through|until|and|-|–) ?(?P<b>q[1-4]),? (?P<y>\d{4})", _month_in),
        (rf"between (?P<a>{EDGE}) and (?P<b>{EDGE})", _between),
        (rf"from (?P<a>{EDGE}) (?:to|until|through|till) (?P<b>{EDGE})", _between),
        (rf"(?P<a>{EDGE}) ?(?:–|—|-|\.\.\.?|to|through|until) ?(?P<b>{EDGE})", _between),
        (rf"从?(?P<a>{EDGE})(?:到|至)(?P<b>{EDGE})(?:之间|期间)?", _between),
        (rf"(?P<a>{EDGE}) to date", _so_far),
        (rf"(?:the )?week (?:of|commencing|starting|beginning|from) (?P<a>{EDGE})", _week_of),
        (rf"since (?P<a>{EDGE})", _since),
        (rf"从?自?(?P<a>{EDGE})(?:以来|至今|到现在|开始)", _since),
    ]
)
