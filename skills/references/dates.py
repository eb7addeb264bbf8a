"""Days as people write them, in English and Chinese."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar
from skills.references import day_readers as means
from skills.references.day_readers import (
    CHINESE_UNIT,
    DAY_NAME,
    MONTH_NAME,
    MONTHS,
    NUM,
    RELATIVE_DAYS,
    UNIT,
    Find,
    Now,
    Reader,
)
from skills.references.numerals import CHINESE_DIGIT, WHOLE, read_whole
from skills.references.spans import Span, half_width, longest_first, word_pattern
from skills.text import Text, text


@dataclass(frozen=True)
class ReadDate:
    """The day that the words mean; `doubt` says what was guessed, and is a reason to ask before it is written."""

    day: dt.date
    doubt: Text | None = None


def read_date(
    words: str,
    today: dt.date,
    prefer_future: bool = True,
    calendar: FiscalCalendar | None = None,
    current: dt.date | None = None,
) -> ReadDate:
    """The day that the words mean, seen from `today`; without a year it lies ahead, or behind for things done.

    `calendar` tells where quarters and years end; without it they are calendar ones, and that is a doubt.
    `current` is the day that words such as "+2 weeks" move; they are no day without it.
    Raises `Unclear` where the words are no day.
    """
    cleaned = LEAD.sub("", half_width(words).strip().strip(".,!。，！") if not DOTTED.search(words) else words.strip())
    if current is None and SHIFT.fullmatch(cleaned):
        raise Unclear(text("There is no date yet that I could move."), text("Tell me the day itself."))
    now = Now(today, prefer_future, calendar or FiscalCalendar(), calendar is not None, current)
    for rule, read in RULES:
        match = rule.fullmatch(cleaned)
        if match is not None and (found := means.attempt(read, match, now)):
            return ReadDate(*found)
    spans = find_dates(words, today)
    if len(spans) == 1 and spans[0].words != words and not _more_digits(words, spans[0]):
        return read_date(spans[0].words, today, prefer_future, calendar, current)
    raise Unclear(
        text("I can't read “{words}” as a day.", words=words), text("Write it like 20 Dec, 2026-12-20, Friday or 月底.")
    )


def _more_digits(words: str, span: Span) -> bool:
    """Whether there are numbers beside the day, so that it is only a part of what was meant (31 Feb)."""
    return re.search(r"\d", words[: span.start] + words[span.end :]) is not None


def find_dates(words: str, today: dt.date) -> tuple[Span, ...]:
    """Where days stand in a text."""
    clean = half_width(words)
    now = Now(today, True, FiscalCalendar(), True)
    return longest_first(
        Span(match.start(), match.end(), clean[match.start() : match.end()])
        for rule, read in RULES
        if read not in NEVER_SOUGHT
        for match in rule.finditer(clean)
        if means.attempt(read, match, now) and not is_other_word(match, clean)
    )


def is_other_word(match: re.Match[str], clean: str) -> bool:
    """Whether it is rather a verb or a name ("may I", "sat down", "Sun"): no word before it speaks of time."""
    word, before = match.group(), clean[: match.start()]
    if word.lower() not in OTHER_WORDS or TIME_WORD.search(before):
        return False
    return not (word[0].isupper() and before.strip() and MONTHS.get(word.lower()))


OTHER_WORDS = frozenset({"may", "march", "mar", "jan", "sat", "sun", "wed", "now", "mon"})
TIME_WORD = re.compile(
    r"(?:\b(?:in|by|on|until|till|before|since|for|from|to|of|the|through|and|during|date|close|due|every)|[=>:–-])\s*$",
    re.IGNORECASE,
)


LEAD = re.compile(
    r"^(?:(?:(?:by|on|until|till|before|at|for|to|is|around|about|due|close|closing|date)(?![A-Za-z0-9])"
    r"|=|:|约|到|在|改到|推到)\s*)+(?=\S)",
    re.IGNORECASE,
)
DOTTED = re.compile(r"\d\.\d{1,2}\.\s*$")


def _week_from(match: re.Match[str], now: Now) -> Find:
    base, doubt = _first_reading(match["d"], now)
    return base + dt.timedelta(weeks=read_whole(match["n"])), doubt


def _first_reading(words: str, now: Now) -> Find:
    for rule, read in RULES:
        found = rule.fullmatch(words)
        if found and (day := means.attempt(read, found, now)):
            return day
    raise ValueError(words)


SHIFT = re.compile(rf"(?:[+-] ?{WHOLE} ?(?:{CHINESE_UNIT}|{UNIT})(?![A-Za-z]) ?)+", re.IGNORECASE)
YEAR = r"(?P<y>\d{4}|'\d{2})"
CHINESE_YEAR = r"(?P<y>今年|明年|后年|去年|(?:\d{4}|\d{2}|[〇零一二三四五六七八九]{2,4})年)"
WHICH = r"(?P<which>this|the next|next|last|the|current)"
CHINESE_WHICH = r"(?P<which>这个|这|本|当|今|下个|下|明|后|上个|上|去)"
CLOCK = r"\d{1,2}(?::\d{2})? ?(?:am|pm)|\d{1,2}:\d{2}|noon"
TIME = rf"(?:,? (?:at )?(?:{CLOCK})| at \d{{1,2}}| morning| afternoon| evening| night)?"
END = r"(?:the )?(?:end of|close of|last day of|eo)"


def _rules() -> Sequence[tuple[re.Pattern[str], Reader]]:
    """Every way to write a day, with what it means."""
    days = "|".join(sorted((re.escape(word) for word in RELATIVE_DAYS), key=len, reverse=True))
    day = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
    table: list[tuple[str, Reader]] = [
        (SHIFT.pattern, means.shifted),
        (r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:T[\d:.]+Z?)?", means.iso),
        (rf"(?:the )?{day}(?: of|-)? ?-?(?P<m>{MONTH_NAME})\.?(?:,? ?-?{YEAR})?{TIME}", means.day_month),
        (rf"(?P<m>{MONTH_NAME})\.? (?:the )?{day}(?!\d)(?:(?:,|) ?{YEAR})?{TIME}", means.day_month),
        (
            rf"(?P<m>{MONTH_NAME}){day}(?!\d)",
            lambda match, now: means.dated(MONTHS[match["m"].lower()], int(match["d"]), None, now),
        ),
        (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?", means.slashed),
        (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})?", means.dotted),
        (rf"(?P<word>{days})(?:上午|下午|晚上|早上|一早)?{TIME}", means.relative_day),
        (
            rf"(?:(?P<which>this coming|this|next|last|past|previous|coming) )?(?P<d>{DAY_NAME})s?{TIME}",
            means.named_weekday,
        ),
        (rf"(?P<d>{DAY_NAME}),? (?P<which>this|next|last) week", means.weekday_of_week),
        (rf"(?P<which>this|next|last) week(?:'s|,)? (?:on )?(?P<d>{DAY_NAME})", means.weekday_of_week),
        (
            r"(?P<which>(?:下个?|上个?)+|本|这个?)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天])(?!期|周|个|[^\W\d]?周)",
            means.chinese_weekday,
        ),
        (rf"(?:with)?in (?:the next )?(?P<n>{WHOLE}) ?(?P<u>{UNIT})(?: time)?", means.ahead),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{UNIT}) (?:from (?:now|today)|out|later)", means.ahead),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{UNIT}) ago", means.ago),
        (rf"(?P<n>{WHOLE}) weeks? from (?P<d>today|tomorrow|{DAY_NAME})", _week_from),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{CHINESE_UNIT})(?:之后|以后|后|内|之内|以内)", means.ahead),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{CHINESE_UNIT})(?:之前|以前|前)", means.ago),
        (rf"{END} ?(?:{WHICH} )?(?P<grain>month|quarter|qtr|fiscal year|fy|year|half|week)", means.end_of),
        (rf"(?:{WHICH} )?(?P<grain>month|quarter|year)(?:'s)?[ -]end", means.end_of),
        (r"eo(?P<grain>[wmqy])", means.short_end),
        (r"(?P<which>这|本|下|上)?(?:个)?(?:周末|星期末)", means.weekend),
        (rf"{CHINESE_WHICH}?(?P<grain>月|季度|季|财年|周)(?:的)?(?:底|末|末尾|最后一天)", means.chinese_end),
        (rf"(?:the )?(?:beginning|start|first day) of (?:{WHICH} )?(?P<grain>month|quarter|year|week)", means.start_of),
        (rf"(?:the )?(?:beginning|start) of (?P<m>{MONTH_NAME})(?:,? {YEAR})?", means.month_start),
        (rf"{CHINESE_WHICH}?(?P<grain>月|季度|季|年|周)初", means.start_of),
        (
            rf"mid[- ]?(?:(?P<which>this|next) )?month|(?:the )?middle of (?:{WHICH.replace('which', 'w2')} )?month",
            means.middle,
        ),
        (rf"mid[- ]?(?P<m>{MONTH_NAME})|(?:the )?middle of (?P<m2>{MONTH_NAME})", means.middle),
        (rf"{CHINESE_WHICH}?月中(?:旬)?", means.middle),
        (rf"{END} (?P<m>{MONTH_NAME})(?:,? {YEAR})?", means.month_end),
        (rf"{CHINESE_YEAR}?(?P<m>{NUM})月(?:份)?(?:底|末)", means.month_end),
        (rf"(?P<m>{MONTH_NAME})(?:,? {YEAR})?", means.bare_month),
        (rf"{CHINESE_YEAR}?(?P<m>\d{{1,2}}|[一二三四五六七八九]|十[一二]?)月份?", means.bare_month),
        (r"(?P<which>next|this) (?P<grain>month|quarter|qtr|year|week)", means.bare_period),
        (r"(?P<which>下个?|本|这个?)(?P<grain>月|季度|周|星期)", means.bare_period),
        (
            (
                rf"(?P<end>{END} )?(?:(?P<y2>\d{{4}}|FY ?\d{{2,4}})[- ]?)?Q(?P<q>[1-4])"
                r"(?:[ -]?(?:of )?(?P<y>\d{4}|'?\d{2}))?"
            ),
            means.quarter_en,
        ),
        (r"(?P<y2>\d{4}年)?(?:第?(?P<q>[一二三四1-4])季度|Q(?P<q2>[1-4]))(?P<end>末|底)?", means.quarter_zh),
        (rf"{END} (?P<y>\d{{4}})", means.year_end),
        (r"(?P<y>今年|明年|去年|后年|\d{4}年)?(?:年)?(?:底|末)", means.chinese_year_end),
        (rf"(?:the )(?P<d>\d{{1,2}})(?:st|nd|rd|th)(?: of (?:{WHICH}) month)?", means.day_of_month),
        (r"(?P<d>\d{1,2})(?:st|nd|rd|th)(?: of (?P<which>this|next) month)?", means.day_of_month),
        (rf"(?P<which>本|这个|下个|下|上个|上)?月?(?P<d>\d{{1,2}}|{CHINESE_DIGIT}{{1,3}})[号日]", means.day_of_month),
        (rf"{CHINESE_YEAR}?(?P<m>{NUM})月(?P<d>{NUM})[日号]?", means.chinese_date),
        (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})", means.bare_dotted),
        (r"(?P<d>\d{1,2})", means.bare_number),
    ]
    return tuple((word_pattern(expression), read) for expression, read in table)


NEVER_SOUGHT: frozenset[Reader] = frozenset({means.bare_dotted, means.bare_number})
"""Read where a day is asked for, never looked for in a text: 20.8 and 15 are mostly other things."""
RULES = _rules()
