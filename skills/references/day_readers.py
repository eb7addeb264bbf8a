"""What each way to write a day means; which ways there are stands in `dates`."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from skills.measures.calendar import FiscalCalendar, Grain, add_months, days_in_month
from skills.references.numerals import CHINESE_DIGIT, WHOLE, read_whole
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
SHIFT_STEP = re.compile(rf"(?P<sign>[+-]) ?(?P<n>{WHOLE}) ?(?P<u>{CHINESE_UNIT}|{UNIT})(?![A-Za-z])", re.IGNORECASE)
NUM = rf"(?:\d{{1,4}}|{CHINESE_DIGIT}{{1,4}})"
LONG_AGO_DAYS = 60

Find = tuple[dt.date, Text | None]


@dataclass(frozen=True)
class Now:
    """What a day without a year or a week is counted from."""

    today: dt.date
    future: bool
    calendar: FiscalCalendar
    fiscal_known: bool
    current: dt.date | None = None
    """The day that is to be moved, where there is one."""

    def monday(self, weeks: int = 0) -> dt.date:
        return self.today - dt.timedelta(days=self.today.weekday()) + dt.timedelta(weeks=weeks)


Reader = Callable[[re.Match[str], Now], Find]


def attempt(read: Reader, match: re.Match[str], now: Now) -> Find | None:
    try:
        return read(match, now)
    except (ValueError, OverflowError, KeyError):
        return None


def nearest(month: int, day: int, now: Now) -> Find:
    """The day in the year that is meant when none is said."""
    this_year = dt.date(now.today.year, month, day)
    if now.future:
        if this_year >= now.today:
            return this_year, None
        ahead = dt.date(now.today.year + 1, month, day)
        recent = (now.today - this_year).days <= LONG_AGO_DAYS
        return ahead, text("{day} has passed, so I took {ahead}.", day=this_year, ahead=ahead) if recent else None
    return (this_year if this_year <= now.today else dt.date(now.today.year - 1, month, day)), None


def dated(month: int, day: int, year: str | None, now: Now) -> Find:
    if not year:
        return nearest(month, day, now)
    return dt.date(read_year(year), month, day), None


def read_year(words: str) -> int:
    """2017, '17, 一七, 二〇一七."""
    year = read_whole(words.strip("'’ 年"))
    return 2000 + year if year < 100 else year


def iso(match: re.Match[str], _now: Now) -> Find:
    return dt.date(int(match["y"]), int(match["m"]), int(match["d"])), None


def day_month(match: re.Match[str], now: Now) -> Find:
    return dated(MONTHS[match["m"].lower()], int(match["d"]), match["y"], now)


def slashed(match: re.Match[str], now: Now) -> Find:
    first, second = int(match["a"]), int(match["b"])
    if first > 12:
        return dated(second, first, match["y"], now)
    day, doubt = dated(first, second, match["y"], now)
    if second <= 12 and first != second:
        other, _ = dated(second, first, match["y"], now)
        doubt = text("{words} can be {day} or {other}.", words=match.group(), day=day, other=other)
    return day, doubt


def dotted(match: re.Match[str], now: Now) -> Find:
    return dated(int(match["m"]), int(match["d"]), match["y"], now)


RELATIVE_DAYS = {
    **dict.fromkeys(("today", "tonight", "now", "eod", "end of day", "end of the day", "今天", "今日", "今晚"), 0),
    **dict.fromkeys(("this morning", "this afternoon", "this evening", "今早", "今天上午", "今天下午", "刚才"), 0),
    **dict.fromkeys(("tomorrow", "tmrw", "tmr", "tmw", "tomorow", "tommorow", "tommorrow", "明天", "明日", "明早"), 1),
    **dict.fromkeys(("the day after tomorrow", "day after tomorrow", "后天"), 2),
    "大后天": 3,
    **dict.fromkeys(("yesterday", "last night", "昨天", "昨日", "昨晚"), -1),
    **dict.fromkeys(("the day before yesterday", "day before yesterday", "前天"), -2),
}


def relative_day(match: re.Match[str], now: Now) -> Find:
    return now.today + dt.timedelta(days=RELATIVE_DAYS[" ".join(match["word"].lower().split())]), None


def weekday(match: re.Match[str], now: Now) -> Find:
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


def weekday_of_week(match: re.Match[str], now: Now) -> Find:
    weeks = {"this": 0, "next": 1, "last": -1}[match["which"].lower()]
    return now.monday(weeks) + dt.timedelta(days=WEEKDAYS[match["d"].lower()]), None


def chinese_weekday(match: re.Match[str], now: Now) -> Find:
    target = WEEKDAYS[match["d"]]
    which = match["which"] or ""
    if which:
        weeks = which.count("下") - which.count("上")
        return now.monday(weeks) + dt.timedelta(days=target), None
    here = now.monday() + dt.timedelta(days=target)
    if not now.future:
        return (here if here <= now.today else here - dt.timedelta(weeks=1)), None
    return (here if here >= now.today else here + dt.timedelta(weeks=1)), None


def moved(day: dt.date, count: int, unit: str) -> dt.date:
    """So many days, weeks, months, quarters or years after `day`, in English or Chinese."""
    unit = unit.lower()
    if unit.startswith("d") or unit in {"天", "日"}:
        return day + dt.timedelta(days=count)
    if unit.startswith("w") or unit[-1] in "期拜周":
        return day + dt.timedelta(weeks=count)
    if unit.startswith("q") or unit.endswith("季度"):
        return add_months(day, 3 * count)
    if unit.startswith("y") or unit == "年":
        return add_months(day, 12 * count)
    return add_months(day, count)


def ahead(match: re.Match[str], now: Now) -> Find:
    return moved(now.today, read_whole(match["n"]), match["u"]), None


def ago(match: re.Match[str], now: Now) -> Find:
    return moved(now.today, -read_whole(match["n"]), match["u"]), None


def shifted(match: re.Match[str], now: Now) -> Find:
    """ "+2 weeks", "-1 week +2 weeks": from the day that it is now, which is needed for that."""
    if now.current is None:
        raise ValueError(match.group())
    day = now.current
    for step in SHIFT_STEP.finditer(match.group()):
        count = read_whole(step["n"]) * (-1 if step["sign"] == "-" else 1)
        day = moved(day, count, step["u"])
    if now.current < now.today:
        return day, text("It should have closed on {old}, so I took {day}.", old=now.current, day=day)
    return day, None


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


def fiscal_doubt(grain: Grain, now: Now, day: dt.date) -> Text | None:
    """Where a year ends is clear only where the organisation's is the calendar's; of weeks, where a month does."""
    if grain is Grain.MONTH and now.calendar.weeks is not None:
        return text("Months are fiscal here; I took {day}.", day=day)
    if grain not in (Grain.QUARTER, Grain.HALF, Grain.YEAR):
        return None
    if not now.fiscal_known:
        return text("I took the calendar's {day}.", day=day)
    if grain is Grain.YEAR and now.calendar.is_fiscal:
        return text("I took the end of the fiscal year, {day}.", day=day)
    return None


def end_of(match: re.Match[str], now: Now) -> Find:
    grain = GRAINS[match["grain"].lower()]
    step = STEPS[" ".join((match["which"] or "").lower().split())]
    if grain is Grain.WEEK:
        return now.monday(step) + dt.timedelta(days=4), None
    last = now.calendar.shifted(grain, now.today, step).last_day
    if match["grain"].lower() in {"fiscal year", "fy", "财年"}:
        return last, None
    return last, fiscal_doubt(grain, now, last)


SHORT_ENDS = {"w": Grain.WEEK, "m": Grain.MONTH, "q": Grain.QUARTER, "y": Grain.YEAR}


def short_end(match: re.Match[str], now: Now) -> Find:
    grain = SHORT_ENDS[match["grain"].lower()]
    if grain is Grain.WEEK:
        return now.monday() + dt.timedelta(days=4), None
    last = now.calendar.containing(grain, now.today).last_day
    return last, fiscal_doubt(grain, now, last)


def start_of(match: re.Match[str], now: Now) -> Find:
    grain = GRAINS[match["grain"].lower()]
    step = STEPS[" ".join((match["which"] or "").lower().split())]
    first = now.calendar.shifted(grain, now.today, step).start
    if first < now.today and now.future:
        return first, text("{day} has passed.", day=first)
    return first, fiscal_doubt(grain, now, first)


def month_number(name: str) -> int:
    return MONTHS.get(name.lower()) or read_whole(name)


def month_end(match: re.Match[str], now: Now) -> Find:
    month = month_number(match["m"])
    if match["y"]:
        year = said_year(match["y"], now)
    else:
        this = dt.date(now.today.year, month, days_in_month(now.today.year, month))
        year = now.today.year + (this < now.today and now.future) - (this > now.today and not now.future)
    return dt.date(year, month, days_in_month(year, month)), None


def month_start(match: re.Match[str], now: Now) -> Find:
    return dated(month_number(match["m"]), 1, match["y"], now)


def said_year(words: str, now: Now) -> int:
    relative = {"今年": 0, "本年": 0, "明年": 1, "后年": 2, "去年": -1, "this year": 0, "next year": 1, "last year": -1}
    if words.lower() in relative:
        return now.today.year + relative[words.lower()]
    return read_year(words)


def bare_month(match: re.Match[str], now: Now) -> Find:
    day, _ = month_end(match, now)
    return day, text("You named a month; I took its last day, {day}.", day=day)


def bare_period(match: re.Match[str], now: Now) -> Find:
    day, _ = end_of(match, now)
    return day, text("You named a period; I took its last day, {day}.", day=day)


def year_end(match: re.Match[str], now: Now) -> Find:
    """A year by its number, and 年底, are the calendar's."""
    said = match["y"]
    year = said_year(said.removesuffix("底"), now) if said else now.today.year
    return dt.date(year, 12, 31), None


def chinese_year_end(match: re.Match[str], now: Now) -> Find:
    if not match["y"] and not match.group().startswith("年"):
        raise ValueError(match.group())
    return year_end(match, now)


def day_of_month(match: re.Match[str], now: Now) -> Find:
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


def chinese_date(match: re.Match[str], now: Now) -> Find:
    month, day = read_whole(match["m"]), read_whole(match["d"])
    if match["y"]:
        return dt.date(said_year(match["y"], now), month, day), None
    return nearest(month, day, now)


def weekend(match: re.Match[str], now: Now) -> Find:
    day = now.monday(STEPS[match["which"] or ""]) + dt.timedelta(days=6)
    return day, text("I took Sunday, {day}.", day=day)


def named_weekday(match: re.Match[str], now: Now) -> Find:
    if (match["which"] or "").lower() in {"coming", "this coming"}:
        target = WEEKDAYS[match["d"].lower()]
        return now.today + dt.timedelta(days=(target - now.today.weekday() - 1) % 7 + 1), None
    return weekday(match, now)


def chinese_end(match: re.Match[str], now: Now) -> Find:
    if match["grain"] == "周":
        step = STEPS[match["which"] or ""]
        return now.monday(step) + dt.timedelta(days=4), None
    return end_of(match, now)


def middle(match: re.Match[str], now: Now) -> Find:
    parts = match.groupdict()
    if month := parts.get("m") or parts.get("m2"):
        day, _ = nearest(month_number(month), 15, now)
    else:
        step = STEPS[(parts.get("which") or parts.get("w2") or "").lower()]
        day = now.calendar.months(now.calendar.shifted(Grain.MONTH, now.today, step))[0].key.replace(day=15)
    return day, text("I took the middle of the month, {day}.", day=day)


def quarter_en(match: re.Match[str], now: Now) -> Find:
    said = match["y"] or re.sub(r"(?i)FY ?", "", match["y2"] or "")
    return quarter_of(int(match["q"]), said, bool(match["end"]), now)


def quarter_zh(match: re.Match[str], now: Now) -> Find:
    return quarter_of(read_whole(match["q"] or match["q2"]), match["y2"] or "", bool(match["end"]), now)


def quarter_of(number: int, said: str, end_said: bool, now: Now) -> Find:
    year = read_year(said) if said else now.calendar.year_name(now.today)
    period = now.calendar.period(Grain.QUARTER, year, number)
    if not said and period.last_day < now.today and now.future:
        period = now.calendar.period(Grain.QUARTER, year + 1, number)
    last = period.last_day
    if not end_said:
        return last, text("You named a quarter; I took its last day, {day}.", day=last)
    return last, fiscal_doubt(Grain.QUARTER, now, last)


def bare_dotted(match: re.Match[str], now: Now) -> Find:
    return nearest(int(match["m"]), int(match["d"]), now)


def bare_number(match: re.Match[str], now: Now) -> Find:
    day, _ = day_of_month(match, now)
    return day, text("I took the day of the month, {day}.", day=day)
