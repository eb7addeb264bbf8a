"""How often and when a report is wanted, in English and Chinese."""

import re
from dataclasses import dataclass

from skills.answer import Choice
from skills.errors import Unclear
from skills.references.day_readers import DAY_NAME, WEEKDAYS
from skills.references.numerals import CHINESE_DIGIT, read_whole
from skills.references.spans import AFTER, BEFORE, Span, half_width, longest_first
from skills.text import text, verbatim

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:5]
LAST_DAY = 31
"""Stands for the last day of a month: a shorter month uses its own last day."""


@dataclass(frozen=True)
class Rhythm:
    """Certain weekdays, or one day of every month, at a wall-clock time "HH:MM".

    `working_days_only` keeps it off holidays and leave; which weekdays are worked is then the calendar's to say.
    """

    weekdays: tuple[str, ...]
    month_day: int | None
    at: str
    working_days_only: bool = False


TIME = (
    r"(?:at |@ ?|around |by )?(?:(?P<h>[01]?\d|2[0-4])(?:(?P<sep>[:.])(?P<m>[0-5]\d))?"
    r" ?(?P<half>am|pm|a\.m\.|p\.m\.|o'clock)?"
    r"|(?P<word>noon|midday|midnight))"
)
CHINESE_TIME = (
    rf"(?P<part>早上|早晨|清晨|上午|中午|下午|傍晚|晚上|早|晚)?的?(?:(?P<h>\d{{1,2}}|{CHINESE_DIGIT}{{1,3}})"
    rf"(?:[点时](?:(?P<m>\d{{1,2}}|{CHINESE_DIGIT}{{1,3}})分?|(?P<half>半)|(?P<q>一刻|三刻)|整|钟)?|:(?P<mm>[0-5]\d)))"
)
DAY_LIST = rf"(?:{DAY_NAME})s?(?:(?:,? and |, ?| & |/|\+| )(?:{DAY_NAME})s?)*"
DAYS_NAME = "(?:mon|tues|wednes|thurs|fri|satur|sun)days"
NTH = r"(?P<nth{0}>\d{{1,2}})(?:st|nd|rd|th){1}|(?P<first{0}>first)(?: day)?"
PART_OF_DAY = r"(?: (?:in the )?(?:morning|afternoon|evening|night)s?)?"
"""Not read as a time: the time itself is asked for where it is not said."""
ENGLISH_RHYTHM = (
    rf"(?:(?:every|each) (?P<days>{DAY_LIST})"
    rf"|(?P<plural>{DAYS_NAME}(?:(?:,? and |, ?| & |/){DAYS_NAME})*)){PART_OF_DAY}"
    rf"|weekly,? (?:on |every )?(?P<weekly>{DAY_LIST})"
    r"|(?P<workdays>(?:every |each |on )?(?:weekdays?|working days?|work ?days?|business days?)"
    r"|(?:mon|monday) ?(?:-|–|to|through) ?(?:fri|friday))"
    r"|(?P<daily>daily|every ?day|each day|every (?:morning|evening|afternoon|night))"
    rf"|(?:(?:on )?the )?(?:{NTH.format('', '')}|(?P<last>last day|end)) (?:day )?of (?:every|each|the) month"
    rf"|(?:every|each) month(?:,? on)? (?:the )?(?:{NTH.format(2, '?')}|(?P<last2>last day))"
    rf"|monthly,? (?:on )?(?:the )?(?:{NTH.format(3, '?')}|(?P<last3>last day))"
)
CHINESE_RHYTHM = (
    r"(?P<workdays>每个?工作日|工作日|周一[到至]周五|每周一[到至](?:周)?五)|(?P<daily>每天|每日|天天|每早|每晚)"
    r"|每个?(?:周|星期|礼拜)(?P<days>[一二三四五六日天](?:[、,和及]?(?:周|星期|礼拜)?[一二三四五六日天])*)"
    rf"|每个?月(?:的)?(?:(?P<nth>\d{{1,2}}|{CHINESE_DIGIT}{{1,3}})[号日]|(?P<last>最后一天|底|月底)|(?P<first>初|第一天))"
)
OF_CALENDAR = re.compile(r"work|business|工作日", re.IGNORECASE)
UNSUPPORTED = re.compile(
    r"every (?:other|second|two|2|few|\d+)|twice|hourly|every hour"
    r"|(?:first|second|third|last) (?:mon|tue|wed|thu|fri)\w* of"
    r"|bi-?weekly|quarterly|每隔|每两|每小时|每季度|隔周|每个季度",
    re.IGNORECASE,
)
ENGLISH = re.compile(rf"{BEFORE}(?:{ENGLISH_RHYTHM}){AFTER}", re.IGNORECASE)
CHINESE = re.compile(CHINESE_RHYTHM)
ENGLISH_TIME = re.compile(rf"{BEFORE}{TIME}{AFTER}", re.IGNORECASE)
TIME_IN_CHINESE = re.compile(CHINESE_TIME)
GAP = re.compile(r"^[\s,，、的在于]*(?:in the |on )?$", re.IGNORECASE)
BARE_HOUR_BEFORE = re.compile(r"(?:at |@ ?)", re.IGNORECASE)


def read_rhythm(words: str) -> Rhythm:
    """The days and the time that the words mean. Raises `Unclear`, also where a part of it is missing."""
    clean = half_width(words).strip()
    if UNSUPPORTED.search(clean):
        raise Unclear(
            text(
                "I can send a report every day, on certain weekdays, or once a month, but not like “{words}”.",
                words=words,
            ),
            text("Try “every weekday at 8:30” or “on the 1st of every month at 9:00”."),
        )
    found = ENGLISH.search(clean) or CHINESE.search(clean)
    at = _time(clean[: found.start()] + " " + clean[found.end() :], clean) if found else _time(clean, clean)
    if found is None:
        monday = text("every {days} at {at}", days=text("Monday"), at=at or "")
        days = (
            (
                (text("every weekday at {at}", at=at), "weekday"),
                (monday, "Monday"),
                (text("every day at {at}", at=at), "day"),
            )
            if at
            else ()
        )
        raise Unclear(
            text("On which days?") if at else text("I can't read “{words}” as a rhythm.", words=words),
            text("Try “every weekday at 8:30” or 每周一上午9点."),
            choices=[Choice.of(label, when=f"every {on} at {at}") for label, on in days],
        )
    if at is None:
        raise Unclear(
            text("At what time?"),
            choices=[Choice.of(verbatim(hour), when=f"{clean} at {hour}") for hour in ("8:30", "9:00", "17:00")],
        )
    return Rhythm(*_days(found), at, working_days_only="workdays" in found.groupdict() and _is_calendar(found))


def read_clock(words: str) -> str | None:
    """A time of the day as "HH:MM"; None where the words hold none."""
    clean = half_width(words).strip()
    return _time(clean, clean)


def _is_calendar(match: re.Match[str]) -> bool:
    """Whether working days are meant as the calendar has them, and not Monday to Friday."""
    return bool(OF_CALENDAR.search(match["workdays"] or ""))


def find_rhythms(words: str) -> tuple[Span, ...]:
    """Where rhythms stand in a text, with the time that goes with them before or after."""
    clean = half_width(words)
    found = []
    for match in (*ENGLISH.finditer(clean), *CHINESE.finditer(clean)):
        start, end = match.span()
        times = _times(clean)
        after = [time.end() for time in times if time.start() >= end and GAP.match(clean[end : time.start()])]
        before = [time.start() for time in times if time.end() <= start and GAP.match(clean[time.end() : start])]
        # Of 8 and 8点, which begin together, the longer one is meant.
        if after:
            end = max(after)
        else:
            start = min(before, default=start)
        found.append(Span(start, end, clean[start:end]))
    return longest_first(found)


def _times(clean: str) -> list[re.Match[str]]:
    return [*ENGLISH_TIME.finditer(clean), *TIME_IN_CHINESE.finditer(clean)]


def _days(match: re.Match[str]) -> tuple[tuple[str, ...], int | None]:
    parts = {name: value for name, value in match.groupdict().items() if value}
    if "workdays" in parts:
        return (DAYS if _is_calendar(match) else WORKDAYS), None
    if "daily" in parts:
        return DAYS, None
    for name in ("days", "plural", "weekly"):
        if name in parts:
            return _weekdays(parts[name]), None
    for name, value in parts.items():
        if name.startswith("nth"):
            number = read_whole(value)
            if not 1 <= number <= LAST_DAY:
                raise Unclear(text("A month has no day {number}.", number=number))
            return (), number
    return (), LAST_DAY if any(name.startswith("last") for name in parts) else 1


def _weekdays(words: str) -> tuple[str, ...]:
    named = re.findall(rf"(?:{DAY_NAME})(?=s?{AFTER})|[一二三四五六日天]", words.lower())
    numbers = sorted({WEEKDAYS[name] for name in named})
    return tuple(DAYS[number] for number in numbers)


def _time(rest: str, whole: str) -> str | None:
    """The clock time in what is left beside the days."""
    chinese = TIME_IN_CHINESE.search(rest)
    plain_clock = chinese and chinese["mm"] and not chinese["part"] and re.search(r"[ap]m", rest, re.IGNORECASE)
    if chinese and not plain_clock:
        return _chinese_clock(chinese, whole)
    for match in ENGLISH_TIME.finditer(rest):
        if match["word"]:
            return "00:00" if match["word"].lower() == "midnight" else "12:00"
        hour, minute = int(match["h"]), int(match["m"] or 0)
        half = (match["half"] or "").lower().replace(".", "")
        if half == "pm" or (
            not match["half"] and hour < 8 and re.search("evening|afternoon|night", whole, re.IGNORECASE)
        ):
            hour = hour % 12 + 12
        elif half == "am":
            hour %= 12
        if hour < 24:
            return f"{hour:02}:{minute:02}"
    return None


def _chinese_clock(match: re.Match[str], whole: str) -> str | None:
    hour = read_whole(match["h"])
    quarters = {"一刻": 15, "三刻": 45}
    minute = read_whole(match["m"]) if match["m"] else 0
    minute = int(match["mm"]) if match["mm"] else minute
    minute = 30 if match["half"] else quarters.get(match["q"] or "", minute)
    part = match["part"] or ("晚" if "每晚" in whole else "")
    if part in {"下午", "傍晚", "晚上", "晚"} and hour < 12:
        hour += 12
    if part == "中午" and hour < 3:
        hour += 12
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
