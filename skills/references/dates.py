"""Days as people write them, in English and Chinese."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar, Grain, add_months, days_in_month
from skills.references.numerals import CHINESE_DIGIT, WHOLE, read_whole
from skills.references.spans import Span, half_width, longest_first, word_pattern
from skills.text import Text, text

WEEKDAYS = {
    **dict.fromkeys(("monday", "mon", "一"), 0),
    **dict.fromkeys(("tuesday", "tues", "tue", "二"), 1),
    **dict.fromkeys(("wednesday", "weds", "wed", "三"), 2),
    **dict.fromkeys(("thursday", "thurs", "thur", "thu", "四"), 3),
    **dict.fromkeys(("friday", "fri", "五"), 4),
    **dict.fromkeys(("saturday", "sat", "六"), 5),
    **dict.fromkeys(("sunday", "sun", "日", "天"), 6),
}
MONTH_NAMES = (
    re.split(r"\s", "january february march april may june july august september october november december"),
    re.split(r"\s", "jan feb mar apr may jun jul aug sep oct nov dec"),
)
MONTHS = {name: number for names in MONTH_NAMES for number, name in enumerate(names, 1)} | {"sept": 9}
DAY_NAME = "|".join(sorted((name for name in WEEKDAYS if name.isascii()), key=len, reverse=True))
MONTH_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
UNIT = r"days?|d|weeks?|wks?|w|months?|mths?|mos?|quarters?|qtrs?|years?|yrs?|y"
CHINESE_UNIT = r"天|日|个?星期|个?礼拜|周|个月|个?季度|年"
NUM = rf"(?:\d{{1,4}}|{CHINESE_DIGIT}{{1,4}})"
LONG_AGO_DAYS = 60

Find = tuple[dt.date, Text | None]


@dataclass(frozen=True)
class ReadDate:
    """The day that the words mean; `doubt` says what was guessed, and is a reason to ask before it is written."""

    day: dt.date
    doubt: Text | None = None


@dataclass(frozen=True)
class Now:
    """What a day without a year or a week is counted from."""

    today: dt.date
    future: bool
    calendar: FiscalCalendar
    fiscal_known: bool

    def monday(self, weeks: int = 0) -> dt.date:
        return self.today - dt.timedelta(days=self.today.weekday()) + dt.timedelta(weeks=weeks)


def read_date(
    words: str, today: dt.date, prefer_future: bool = True, calendar: FiscalCalendar | None = None
) -> ReadDate:
    """The day that the words mean, seen from `today`; without a year it lies ahead, or behind for things done.

    `calendar` tells where quarters and years end; without it they are calendar ones, and that is a doubt.
    Raises `Unclear` where the words are no day.
    """
    cleaned = LEAD.sub("", half_width(words).strip().strip(".,!。，！") if not DOTTED.search(words) else words.strip())
    now = Now(today, prefer_future, calendar or FiscalCalendar(), calendar is not None)
    for rule, read in RULES:
        match = rule.fullmatch(cleaned)
        if match is not None and (found := _attempt(read, match, now)):
            return ReadDate(*found)
    spans = find_dates(words, today)
    if len(spans) == 1 and spans[0].words != words and not _more_digits(words, spans[0]):
        return read_date(spans[0].words, today, prefer_future, calendar)
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
        if _attempt(read, match, now) and not is_other_word(match, clean)
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


def _attempt(read: "Reader", match: re.Match[str], now: Now) -> Find | None:
    try:
        return read(match, now)
    except (ValueError, OverflowError, KeyError):
        return None


def _nearest(month: int, day: int, now: Now) -> Find:
    """The day in the year that is meant when none is said."""
    this_year = dt.date(now.today.year, month, day)
    if now.future:
        if this_year >= now.today:
            return this_year, None
        ahead = dt.date(now.today.year + 1, month, day)
        recent = (now.today - this_year).days <= LONG_AGO_DAYS
        return ahead, text("{day} has passed, so I took {ahead}.", day=this_year, ahead=ahead) if recent else None
    return (this_year if this_year <= now.today else dt.date(now.today.year - 1, month, day)), None


def _dated(month: int, day: int, year: str | None, now: Now) -> Find:
    if not year:
        return _nearest(month, day, now)
    return dt.date(read_year(year), month, day), None


def read_year(words: str) -> int:
    """2017, '17, 一七, 二〇一七."""
    year = read_whole(words.strip("'’ 年"))
    return 2000 + year if year < 100 else year


def _iso(match: re.Match[str], _now: Now) -> Find:
    return dt.date(int(match["y"]), int(match["m"]), int(match["d"])), None


def _day_month(match: re.Match[str], now: Now) -> Find:
    return _dated(MONTHS[match["m"].lower()], int(match["d"]), match["y"], now)


def _slashed(match: re.Match[str], now: Now) -> Find:
    first, second = int(match["a"]), int(match["b"])
    if first > 12:
        return _dated(second, first, match["y"], now)
    day, doubt = _dated(first, second, match["y"], now)
    if second <= 12 and first != second:
        other, _ = _dated(second, first, match["y"], now)
        doubt = text("{words} can be {day} or {other}.", words=match.group(), day=day, other=other)
    return day, doubt


def _dotted(match: re.Match[str], now: Now) -> Find:
    return _dated(int(match["m"]), int(match["d"]), match["y"], now)


RELATIVE_DAYS = {
    **dict.fromkeys(("today", "tonight", "now", "eod", "end of day", "end of the day", "今天", "今日", "今晚"), 0),
    **dict.fromkeys(("this morning", "this afternoon", "this evening", "今早", "今天上午", "今天下午", "刚才"), 0),
    **dict.fromkeys(("tomorrow", "tmrw", "tmr", "tmw", "tomorow", "tommorow", "tommorrow", "明天", "明日", "明早"), 1),
    **dict.fromkeys(("the day after tomorrow", "day after tomorrow", "后天"), 2),
    "大后天": 3,
    **dict.fromkeys(("yesterday", "last night", "昨天", "昨日", "昨晚"), -1),
    **dict.fromkeys(("the day before yesterday", "day before yesterday", "前天"), -2),
}


def _relative_day(match: re.Match[str], now: Now) -> Find:
    return now.today + dt.timedelta(days=RELATIVE_DAYS[" ".join(match["word"].lower().split())]), None


def _weekday(match: re.Match[str], now: Now) -> Find:
    target = WEEKDAYS[match["d"].lower()]
    here = now.monday() + dt.timedelta(days=target)
    week = dt.timedelta(weeks=1)
    match (match["which"] or "").lower():
        case "last" | "past" | "previous":
            return (here if here < now.today else here - week), None
        case "this":
            passed = here < now.today and now.future
            return here, text("{day} has passed.", day=here) if passed else None
        case "next":
            coming = here if here > now.today else here + week
            after = here + week
            doubt = text("“{words}” can be {day} or {other}.", words=match.group(), day=after, other=coming)
            return after, doubt if coming != after else None
    if not now.future:
        return (here if here <= now.today else here - week), None
    if here == now.today:
        return here + week, text("Today is that day too; I took {day}.", day=here + week)
    return (here if here > now.today else here + week), None


def _weekday_of_week(match: re.Match[str], now: Now) -> Find:
    weeks = {"this": 0, "next": 1, "last": -1}[match["which"].lower()]
    return now.monday(weeks) + dt.timedelta(days=WEEKDAYS[match["d"].lower()]), None


def _chinese_weekday(match: re.Match[str], now: Now) -> Find:
    target = WEEKDAYS[match["d"]]
    which = match["which"] or ""
    if which:
        weeks = which.count("下") - which.count("上")
        return now.monday(weeks) + dt.timedelta(days=target), None
    here = now.monday() + dt.timedelta(days=target)
    if not now.future:
        return (here if here <= now.today else here - dt.timedelta(weeks=1)), None
    return (here if here >= now.today else here + dt.timedelta(weeks=1)), None


def _moved(now: Now, count: int, unit: str) -> dt.date:
    unit = unit.lower()
    if unit.startswith("d") or unit in {"天", "日"}:
        return now.today + dt.timedelta(days=count)
    if unit.startswith("w") or unit[-1] in "期拜周":
        return now.today + dt.timedelta(weeks=count)
    if unit.startswith("q") or unit.endswith("季度"):
        return add_months(now.today, 3 * count)
    if unit.startswith("y") or unit == "年":
        return add_months(now.today, 12 * count)
    return add_months(now.today, count)


def _ahead(match: re.Match[str], now: Now) -> Find:
    return _moved(now, read_whole(match["n"]), match["u"]), None


def _ago(match: re.Match[str], now: Now) -> Find:
    return _moved(now, -read_whole(match["n"]), match["u"]), None


def _week_from(match: re.Match[str], now: Now) -> Find:
    base, doubt = _first_reading(match["d"], now)
    return base + dt.timedelta(weeks=read_whole(match["n"])), doubt


def _first_reading(words: str, now: Now) -> Find:
    for rule, read in RULES:
        found = rule.fullmatch(words)
        if found and (day := _attempt(read, found, now)):
            return day
    raise ValueError(words)


STEPS = {"": 0, "this": 0, "the": 0, "current": 0, "next": 1, "the next": 1, "last": -1, "every": 0}
STEPS |= {
    "本": 0,
    "这": 0,
    "这个": 0,
    "当": 0,
    "今": 0,
    "下": 1,
    "下个": 1,
    "明": 1,
    "后": 2,
    "上": -1,
    "上个": -1,
    "去": -1,
}
GRAINS = {
    **dict.fromkeys(("month", "月", "月份"), Grain.MONTH),
    **dict.fromkeys(("quarter", "qtr", "q", "季度", "季"), Grain.QUARTER),
    **dict.fromkeys(("year", "fiscal year", "fy", "年", "财年"), Grain.YEAR),
    **dict.fromkeys(("half", "half year", "半年"), Grain.HALF),
    **dict.fromkeys(("week", "周", "星期"), Grain.WEEK),
}


def _fiscal_doubt(grain: Grain, now: Now, day: dt.date) -> Text | None:
    """Where a year ends is clear only where the organisation's is the calendar's."""
    if grain not in (Grain.QUARTER, Grain.HALF, Grain.YEAR):
        return None
    if not now.fiscal_known:
        return text("I took the calendar's {day}.", day=day)
    if grain is Grain.YEAR and now.calendar.is_fiscal:
        return text("I took the end of the fiscal year, {day}.", day=day)
    return None


def _end_of(match: re.Match[str], now: Now) -> Find:
    grain = GRAINS[match["grain"].lower()]
    step = STEPS[" ".join((match["which"] or "").lower().split())]
    if grain is Grain.WEEK:
        return now.monday(step) + dt.timedelta(days=4), None
    last = now.calendar.shifted(grain, now.today, step).last_day
    if match["grain"].lower() in {"fiscal year", "fy", "财年"}:
        return last, None
    return last, _fiscal_doubt(grain, now, last)


SHORT_ENDS = {"w": Grain.WEEK, "m": Grain.MONTH, "q": Grain.QUARTER, "y": Grain.YEAR}


def _short_end(match: re.Match[str], now: Now) -> Find:
    grain = SHORT_ENDS[match["grain"].lower()]
    if grain is Grain.WEEK:
        return now.monday() + dt.timedelta(days=4), None
    last = now.calendar.containing(grain, now.today).last_day
    return last, _fiscal_doubt(grain, now, last)


def _start_of(match: re.Match[str], now: Now) -> Find:
    grain = GRAINS[match["grain"].lower()]
    step = STEPS[" ".join((match["which"] or "").lower().split())]
    first = now.calendar.shifted(grain, now.today, step).start
    if first < now.today and now.future:
        return first, text("{day} has passed.", day=first)
    return first, _fiscal_doubt(grain, now, first)


def _month_number(name: str) -> int:
    return MONTHS.get(name.lower()) or read_whole(name)


def _month_end(match: re.Match[str], now: Now) -> Find:
    month = _month_number(match["m"])
    if match["y"]:
        year = _said_year(match["y"], now)
    else:
        this = dt.date(now.today.year, month, days_in_month(now.today.year, month))
        year = now.today.year + (this < now.today and now.future) - (this > now.today and not now.future)
    return dt.date(year, month, days_in_month(year, month)), None


def _month_start(match: re.Match[str], now: Now) -> Find:
    return _dated(_month_number(match["m"]), 1, match["y"], now)


def _said_year(words: str, now: Now) -> int:
    relative = {"今年": 0, "本年": 0, "明年": 1, "后年": 2, "去年": -1, "this year": 0, "next year": 1, "last year": -1}
    if words.lower() in relative:
        return now.today.year + relative[words.lower()]
    return read_year(words)


def _bare_month(match: re.Match[str], now: Now) -> Find:
    day, _ = _month_end(match, now)
    return day, text("You named a month; I took its last day, {day}.", day=day)


def _bare_period(match: re.Match[str], now: Now) -> Find:
    day, _ = _end_of(match, now)
    return day, text("You named a period; I took its last day, {day}.", day=day)


def _year_end(match: re.Match[str], now: Now) -> Find:
    """A year by its number, and 年底, are the calendar's."""
    said = match["y"]
    year = _said_year(said.removesuffix("底"), now) if said else now.today.year
    return dt.date(year, 12, 31), None


def _chinese_year_end(match: re.Match[str], now: Now) -> Find:
    if not match["y"] and not match.group().startswith("年"):
        raise ValueError(match.group())
    return _year_end(match, now)


def _day_of_month(match: re.Match[str], now: Now) -> Find:
    number = read_whole(match["d"])
    which = match.groupdict().get("which")
    if which:
        first = add_months(now.today.replace(day=1), STEPS[which.lower()])
        return first.replace(day=number), None
    first = now.today.replace(day=1)
    for step in (0, 1, 2) if now.future else (0, -1, -2):
        month = add_months(first, step)
        if number <= days_in_month(month.year, month.month):
            day = month.replace(day=number)
            if (day >= now.today) if now.future else (day <= now.today):
                return day, None
    raise ValueError(number)


def _chinese_date(match: re.Match[str], now: Now) -> Find:
    month, day = read_whole(match["m"]), read_whole(match["d"])
    if match["y"]:
        return dt.date(_said_year(match["y"], now), month, day), None
    return _nearest(month, day, now)


def _weekend(match: re.Match[str], now: Now) -> Find:
    day = now.monday(STEPS[match["which"] or ""]) + dt.timedelta(days=6)
    return day, text("I took Sunday, {day}.", day=day)


Reader = Callable[[re.Match[str], Now], Find]
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
        (r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:T[\d:.]+Z?)?", _iso),
        (rf"(?:the )?{day}(?: of|-)? ?-?(?P<m>{MONTH_NAME})\.?(?:,? ?-?{YEAR})?{TIME}", _day_month),
        (rf"(?P<m>{MONTH_NAME})\.? (?:the )?{day}(?!\d)(?:(?:,|) ?{YEAR})?{TIME}", _day_month),
        (
            rf"(?P<m>{MONTH_NAME}){day}(?!\d)",
            lambda match, now: _dated(MONTHS[match["m"].lower()], int(match["d"]), None, now),
        ),
        (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?", _slashed),
        (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})?", _dotted),
        (rf"(?P<word>{days})(?:上午|下午|晚上|早上|一早)?{TIME}", _relative_day),
        (rf"(?:(?P<which>this coming|this|next|last|past|previous|coming) )?(?P<d>{DAY_NAME})s?{TIME}", _named_weekday),
        (rf"(?P<d>{DAY_NAME}),? (?P<which>this|next|last) week", _weekday_of_week),
        (rf"(?P<which>this|next|last) week(?:'s|,)? (?:on )?(?P<d>{DAY_NAME})", _weekday_of_week),
        (
            r"(?P<which>(?:下个?|上个?)+|本|这个?)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天])(?!期|周|个|[^\W\d]?周)",
            _chinese_weekday,
        ),
        (rf"(?:with)?in (?:the next )?(?P<n>{WHOLE}) ?(?P<u>{UNIT})(?: time)?", _ahead),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{UNIT}) (?:from (?:now|today)|out|later)", _ahead),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{UNIT}) ago", _ago),
        (rf"(?P<n>{WHOLE}) weeks? from (?P<d>today|tomorrow|{DAY_NAME})", _week_from),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{CHINESE_UNIT})(?:之后|以后|后|内|之内|以内)", _ahead),
        (rf"(?P<n>{WHOLE}) ?(?P<u>{CHINESE_UNIT})(?:之前|以前|前)", _ago),
        (rf"{END} ?(?:{WHICH} )?(?P<grain>month|quarter|qtr|fiscal year|fy|year|half|week)", _end_of),
        (rf"(?:{WHICH} )?(?P<grain>month|quarter|year)(?:'s)?[ -]end", _end_of),
        (r"eo(?P<grain>[wmqy])", _short_end),
        (r"(?P<which>这|本|下|上)?(?:个)?(?:周末|星期末)", _weekend),
        (rf"{CHINESE_WHICH}?(?P<grain>月|季度|季|财年|周)(?:的)?(?:底|末|末尾|最后一天)", _chinese_end),
        (rf"(?:the )?(?:beginning|start|first day) of (?:{WHICH} )?(?P<grain>month|quarter|year|week)", _start_of),
        (rf"(?:the )?(?:beginning|start) of (?P<m>{MONTH_NAME})(?:,? {YEAR})?", _month_start),
        (rf"{CHINESE_WHICH}?(?P<grain>月|季度|季|年|周)初", _start_of),
        (
            rf"mid[- ]?(?:(?P<which>this|next) )?month|(?:the )?middle of (?:{WHICH.replace('which', 'w2')} )?month",
            _middle,
        ),
        (rf"mid[- ]?(?P<m>{MONTH_NAME})|(?:the )?middle of (?P<m2>{MONTH_NAME})", _middle),
        (rf"{CHINESE_WHICH}?月中(?:旬)?", _middle),
        (rf"{END} (?P<m>{MONTH_NAME})(?:,? {YEAR})?", _month_end),
        (rf"{CHINESE_YEAR}?(?P<m>{NUM})月(?:份)?(?:底|末)", _month_end),
        (rf"(?P<m>{MONTH_NAME})(?:,? {YEAR})?", _bare_month),
        (rf"{CHINESE_YEAR}?(?P<m>\d{{1,2}}|[一二三四五六七八九]|十[一二]?)月份?", _bare_month),
        (r"(?P<which>next|this) (?P<grain>month|quarter|qtr|year|week)", _bare_period),
        (r"(?P<which>下个?|本|这个?)(?P<grain>月|季度|周|星期)", _bare_period),
        (
            (
                rf"(?P<end>{END} )?(?:(?P<y2>\d{{4}}|FY ?\d{{2,4}})[- ]?)?Q(?P<q>[1-4])"
                r"(?:[ -]?(?:of )?(?P<y>\d{4}|'?\d{2}))?"
            ),
            _quarter_en,
        ),
        (r"(?P<y2>\d{4}年)?(?:第?(?P<q>[一二三四1-4])季度|Q(?P<q2>[1-4]))(?P<end>末|底)?", _quarter_zh),
        (rf"{END} (?P<y>\d{{4}})", _year_end),
        (r"(?P<y>今年|明年|去年|后年|\d{4}年)?(?:年)?(?:底|末)", _chinese_year_end),
        (rf"(?:the )(?P<d>\d{{1,2}})(?:st|nd|rd|th)(?: of (?:{WHICH}) month)?", _day_of_month),
        (r"(?P<d>\d{1,2})(?:st|nd|rd|th)(?: of (?P<which>this|next) month)?", _day_of_month),
        (rf"(?P<which>本|这个|下个|下|上个|上)?月?(?P<d>\d{{1,2}}|{CHINESE_DIGIT}{{1,3}})[号日]", _day_of_month),
        (rf"{CHINESE_YEAR}?(?P<m>{NUM})月(?P<d>{NUM})[日号]?", _chinese_date),
        (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})", _bare_dotted),
        (r"(?P<d>\d{1,2})", _bare_number),
    ]
    return tuple((word_pattern(expression), read) for expression, read in table)


def _named_weekday(match: re.Match[str], now: Now) -> Find:
    if (match["which"] or "").lower() in {"coming", "this coming"}:
        target = WEEKDAYS[match["d"].lower()]
        return now.today + dt.timedelta(days=(target - now.today.weekday() - 1) % 7 + 1), None
    return _weekday(match, now)


def _chinese_end(match: re.Match[str], now: Now) -> Find:
    if match["grain"] == "周":
        step = STEPS[match["which"] or ""]
        return now.monday(step) + dt.timedelta(days=4), None
    return _end_of(match, now)


def _middle(match: re.Match[str], now: Now) -> Find:
    parts = match.groupdict()
    if month := parts.get("m") or parts.get("m2"):
        day, _ = _nearest(_month_number(month), 15, now)
    else:
        step = STEPS[(parts.get("which") or parts.get("w2") or "").lower()]
        day = now.calendar.shifted(Grain.MONTH, now.today, step).start.replace(day=15)
    return day, text("I took the middle of the month, {day}.", day=day)


def _quarter_en(match: re.Match[str], now: Now) -> Find:
    said = match["y"] or re.sub(r"(?i)FY ?", "", match["y2"] or "")
    return _quarter_of(int(match["q"]), said, bool(match["end"]), now)


def _quarter_zh(match: re.Match[str], now: Now) -> Find:
    return _quarter_of(read_whole(match["q"] or match["q2"]), match["y2"] or "", bool(match["end"]), now)


def _quarter_of(number: int, said: str, end_said: bool, now: Now) -> Find:
    year = read_year(said) if said else now.calendar.year_name(now.today)
    period = now.calendar.period(Grain.QUARTER, year, number)
    if not said and period.last_day < now.today and now.future:
        period = now.calendar.period(Grain.QUARTER, year + 1, number)
    last = period.last_day
    if not end_said:
        return last, text("You named a quarter; I took its last day, {day}.", day=last)
    return last, _fiscal_doubt(Grain.QUARTER, now, last)


def _bare_dotted(match: re.Match[str], now: Now) -> Find:
    return _nearest(int(match["m"]), int(match["d"]), now)


def _bare_number(match: re.Match[str], now: Now) -> Find:
    day, _ = _day_of_month(match, now)
    return day, text("I took the day of the month, {day}.", day=day)


NEVER_SOUGHT: frozenset[Reader] = frozenset({_bare_dotted, _bare_number})
"""Read where a day is asked for, never looked for in a text: 20.8 and 15 are mostly other things."""
RULES = _rules()
