"""What each way to name a stretch of time means; which ways there are stands in `periods`."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from skills.answer import Choice
from skills.errors import Unclear
from skills.measures.calendar import FiscalCalendar, Grain, Period, add_months, days_in_month
from skills.references.day_readers import GRAINS, MONTHS, read_year
from skills.references.numerals import read_whole
from skills.text import text, verbatim

BEGINNING = dt.date(1900, 1, 1)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Here:
    """What "this" and "last" are counted from."""

    today: dt.date
    calendar: FiscalCalendar

    @property
    def year(self) -> int:
        return self.calendar.year_name(self.today)

    @property
    def tomorrow(self) -> dt.date:
        return self.today + DAY


class Vague(Unclear):
    """The words name a period that can be one of several; they are found in a text all the same, and asked about."""

    def __init__(self, words: str, choices: tuple[str, ...]) -> None:
        super().__init__(
            text("“{words}” can be more than one period.", words=words),
            text("Which one do you mean?"),
            [Choice.of(verbatim(choice), period=choice) for choice in choices],
        )


Reader = Callable[[re.Match[str], Here], Period]


def attempt(read: Reader, match: re.Match[str], here: Here) -> Period | None:
    """The period; None where the words only look like one (the 13th month). Raises `Vague`."""
    try:
        return read(match, here)
    except Vague:
        raise
    except (ValueError, OverflowError, KeyError, Unclear):
        return None


def span_of(start: dt.date, end: dt.date) -> Period:
    """Days without a name of their own, `end` not among them."""
    if start >= end:
        raise ValueError(start, end)
    last = end - DAY
    return Period(start=start, end=end, label=f"{start.isoformat()} – {last.isoformat()}")


STEPS = {
    **dict.fromkeys(
        ("this", "current", "the", "the current", "本", "这", "这个", "这一", "这一个", "当", "今", "该"), 0
    ),
    **dict.fromkeys(
        ("last", "previous", "prior", "past", "the last", "the previous", "上", "上个", "上一", "上一个", "去"), -1
    ),
    **dict.fromkeys(("next", "the next", "coming", "下", "下个", "下一", "下一个", "明"), 1),
    **dict.fromkeys(("前", "上上", "上上个"), -2),
}


def grain_of(words: str) -> Grain:
    word = words.lower().removeprefix("fiscal ").removeprefix("calendar ").removeprefix("财")
    return GRAINS.get(word) or GRAINS[{"halves": "half", "年度": "年"}.get(word, word.removesuffix("s"))]


def step(match: re.Match[str], here: Here) -> Period:
    which = " ".join((match["which"] or "this").lower().split())
    return here.calendar.shifted(grain_of(match["grain"]), here.today, STEPS[which])


def first_day(match: re.Match[str], here: Here) -> Period:
    return here.calendar.containing(Grain.DAY, step(match, here).start)


def before_last(match: re.Match[str], here: Here) -> Period:
    return here.calendar.shifted(grain_of(match["grain"]), here.today, -2)


def several_ago(match: re.Match[str], here: Here) -> Period:
    """ "Two quarters ago": that quarter, whole."""
    return here.calendar.shifted(unit_grain(match["u"]), here.today, -read_whole(match["n"]))


def in_calendar_year(read: Reader) -> Reader:
    """As without a fiscal year: "calendar Q3", 自然年."""
    return lambda match, here: read(match, replace(here, calendar=FiscalCalendar()))


def numbered(match: re.Match[str], here: Here) -> Period:
    """Quarter or half by its number, with or without a year."""
    parts = match.groupdict()
    kind = (parts.get("kind") or "q").lower()
    grain = Grain.QUARTER if kind[0] in "q季" else Grain.HALF
    number = read_whole(parts.get("n") or "1")
    return _of_year(grain, number, parts.get("y") or parts.get("y2"), here)


def _of_year(grain: Grain, number: int, said: str | None, here: Here) -> Period:
    """That of the year that is said; without one, the most recent that has begun."""
    if said:
        return here.calendar.period(grain, year_of(said, here), number)
    period = here.calendar.period(grain, here.year, number)
    if period.start <= here.today:
        return period
    return here.calendar.period(grain, here.year - 1, number)


RELATIVE_YEARS = {
    **dict.fromkeys(("this year", "the year", "this fiscal year", "this fy", "今年", "本年", "本年度", "本财年"), 0),
    **dict.fromkeys(("last year", "last fiscal year", "last fy", "去年", "上年", "上年度", "上财年", "上个财年"), -1),
    **dict.fromkeys(("next year", "next fiscal year", "next fy", "明年", "下财年", "下个财年"), 1),
    "前年": -2,
}
FISCAL = re.compile(r"fiscal(?: year)?|fy|财年", re.IGNORECASE)


def year_of(said: str, here: Here) -> int:
    word = " ".join(said.lower().replace("'s", "").replace("的", "").split())
    if word in RELATIVE_YEARS:
        return here.year + RELATIVE_YEARS[word]
    return read_year(re.sub(r"calendar|年|\s", "", FISCAL.sub("", word)))


def named_year(match: re.Match[str], here: Here) -> Period:
    year = year_of(match["y"], here)
    if not 1990 <= year <= 2100:
        raise ValueError(year)
    return here.calendar.period(Grain.YEAR, year)


def half_of_year(match: re.Match[str], here: Here) -> Period:
    """ "First half", 上半年: in Chinese, and with "the year", of the year that it is."""
    number = 1 if match["n"].lower() in {"first", "1st", "上"} else 2
    said = match.groupdict().get("y") or match.groupdict().get("y2")
    if not said and match["n"] in "上下":
        said = "今年"
    return _of_year(Grain.HALF, number, said, here)


def month_number(words: str) -> int:
    number = MONTHS.get(words.lower()) or read_whole(words)
    if not 1 <= number <= 12:
        raise ValueError(number)
    return number


def month(match: re.Match[str], here: Here) -> Period:
    """A month by its name: the most recent that has begun, where no year is said."""
    parts = match.groupdict()
    return _month_of(parts["m"], parts.get("y") or parts.get("y2"), here)


def _month_of(name: str, said: str | None, here: Here) -> Period:
    number = month_number(name)
    if said and FISCAL.search(said):
        year = here.calendar.period(Grain.YEAR, year_of(said, here))
        key = next(each.key for each in here.calendar.months(year) if each.key.month == number)
    elif said:
        relative = RELATIVE_YEARS.get(said.lower().replace("'s", "").replace("的", "").strip())
        key = dt.date(here.today.year + relative if relative is not None else year_of(said, here), number, 1)
    else:
        key = dt.date(here.today.year, number, 1)
        if _named_month(here, key).start > here.today:
            key = dt.date(here.today.year - 1, number, 1)
    return _named_month(here, key)


def _named_month(here: Here, key: dt.date) -> Period:
    return here.calendar.containing(Grain.MONTH, key.replace(day=15))


def relative_month(match: re.Match[str], here: Here) -> Period:
    """ "Last March" is over, "next March" has not begun, "this March" is the year's."""
    number = month_number(match["m"])
    year = here.today.year
    which = match["which"].lower()
    months = [_named_month(here, dt.date(year + by, number, 1)) for by in (-1, 0, 1)]
    if which == "this":
        return months[1]
    if which in {"next", "coming"}:
        return next(each for each in months if each.start > here.today)
    return next(each for each in reversed(months) if each.end <= here.today)


def month_part(match: re.Match[str], here: Here) -> Period:
    """A third (early, 中旬) or a half of a month, by its days: 1 to 10, 11 to 20, the rest; 1 to 15, the rest."""
    parts = match.groupdict()
    if parts.get("m"):
        whole = _month_of(parts["m"], parts.get("y"), here)
        key = here.calendar.months(whole)[0].key
    else:
        which = " ".join((parts.get("which") or "this").lower().split())
        key = add_months(here.today.replace(day=1), STEPS[which])
    last = days_in_month(key.year, key.month)
    first, until = PARTS_OF_MONTH[match["part"].lower()]
    return span_of(key.replace(day=first), key.replace(day=min(until, last)) + DAY)


PARTS_OF_MONTH = {
    **dict.fromkeys(("early", "beginning of", "start of", "上旬", "初"), (1, 10)),
    **dict.fromkeys(("mid", "middle of", "中旬", "中"), (11, 20)),
    **dict.fromkeys(("late", "end of", "下旬", "底", "末"), (21, 31)),
    **dict.fromkeys(("first half of", "1st half of", "上半月", "上半"), (1, 15)),
    **dict.fromkeys(("second half of", "2nd half of", "下半月", "下半"), (16, 31)),
}

TO_DATE = {
    **dict.fromkeys(
        ("ytd", "fytd", "year to date", "fiscal year to date", "年初至今", "年初以来", "年初到现在", "年内"), Grain.YEAR
    ),
    **dict.fromkeys(("htd", "half to date", "half year to date"), Grain.HALF),
    **dict.fromkeys(("qtd", "quarter to date", "季初至今", "季初以来"), Grain.QUARTER),
    **dict.fromkeys(("mtd", "month to date", "月初至今", "月初以来"), Grain.MONTH),
    **dict.fromkeys(("wtd", "week to date"), Grain.WEEK),
}


def to_date(match: re.Match[str], here: Here) -> Period:
    words = " ".join(match["word"].lower().replace("-", " ").split())
    return so_far(here.calendar.containing(TO_DATE[words], here.today), here)


def so_far(whole: Period, here: Here) -> Period:
    """All of it that has passed, with today."""
    if whole.start > here.today:
        raise ValueError(whole)
    if whole.end <= here.tomorrow:
        return whole
    return Period(start=whole.start, end=here.tomorrow, label=f"{whole.label} to date")


def since(first: Period, here: Here) -> Period:
    """From its first day to today; of a month, quarter, half or year that is not over, that is the period to date."""
    if first.start > here.today:
        raise ValueError(first)
    if first.end - first.start > 7 * DAY and here.today in first:
        return so_far(first, here)
    return Period(start=first.start, end=here.tomorrow, label=f"since {first.start.isoformat()}")


def unit_grain(unit: str) -> Grain:
    word = unit.lower().removeprefix("个").removeprefix("fiscal ")
    if word[0] == "d" or word in {"天", "日"}:
        return Grain.DAY
    if word[0] == "w" or word in {"周", "星期", "礼拜"}:
        return Grain.WEEK
    if word[0] == "q" or "季" in word:
        return Grain.QUARTER
    if word[0] == "h" or word == "半年":
        return Grain.HALF
    return Grain.MONTH if word[0] == "m" or word.endswith("月") else Grain.YEAR


def no_start(match: re.Match[str], _here: Here) -> Period:
    """ "So far": since when?"""
    raise Vague(match.group(), ("month to date", "quarter to date", "year to date"))


def first_of_year(match: re.Match[str], here: Here) -> Period:
    """前三季度: the first three of a year that has come to the last of them."""
    count = read_whole(match["n"])
    last = _of_year(Grain.QUARTER, count, None, here)
    first = here.calendar.period(Grain.QUARTER, here.calendar.year_name(last.start), 1)
    return span_of(first.start, last.end) if count > 1 else first


def part_of(whole: Period, which: str, count: int, unit: str, here: Here) -> Period:
    """The first, third or last of its months, weeks or days; weeks are counted from its first, or last, day."""
    grain = unit_grain(unit)
    last = which in {"last", "final", "最后", "末"}
    number = 1 if last or which in {"first", "1st", "前", "头", "第一"} else read_whole(which.removeprefix("第"))
    if grain in (Grain.DAY, Grain.WEEK):
        size = (7 if grain is Grain.WEEK else 1) * DAY
        start = whole.end - count * size if last else whole.start + (number - 1) * size
        end = start + count * size
    elif last:
        start, end = here.calendar.shifted(grain, whole.last_day, 1 - count).start, whole.end
    else:
        start = here.calendar.shifted(grain, whole.start, number - 1).start
        end = here.calendar.shifted(grain, start, count - 1).end
    if start < whole.start or end > whole.end:
        raise ValueError(whole)
    if count == 1:
        return here.calendar.containing(grain, start) if grain is not Grain.WEEK else span_of(start, end)
    return span_of(start, end)


def same_last_year(match: re.Match[str], here: Here) -> Period:
    """The quarter, where no other period is said."""
    grain = grain_of(match["grain"]) if match["grain"] else Grain.QUARTER
    return here.calendar.year_before(grain, here.today)


def weekend(match: re.Match[str], here: Here) -> Period:
    which = (match["which"] or "").lower()
    saturday = here.today - dt.timedelta(days=here.today.weekday()) + dt.timedelta(days=5, weeks=STEPS.get(which, 0))
    return span_of(saturday, saturday + 2 * DAY)


DAY_STEPS = {"today": 0, "今天": 0, "今日": 0, "yesterday": -1, "昨天": -1, "昨日": -1, "前天": -2}


def day(match: re.Match[str], here: Here) -> Period:
    return here.calendar.containing(Grain.DAY, here.today + DAY_STEPS[match["word"].lower()] * DAY)


def days_of_month(match: re.Match[str], here: Here) -> Period:
    """1 to 15 March, 3月1日到15日."""
    whole = _month_of(match["m"], match.groupdict().get("y"), here)
    key = here.calendar.months(whole)[0].key
    return span_of(key.replace(day=read_whole(match["a"])), key.replace(day=read_whole(match["b"])) + DAY)


def several_numbered(match: re.Match[str], here: Here) -> Period:
    """1-3月, 一至三季度: months of the calendar year, or quarters of the organisation's."""
    said = match.groupdict().get("y")
    first, last = read_whole(match["a"]), read_whole(match["b"])
    if first >= last:
        raise ValueError(match.group())
    if match["u"].startswith("月"):
        end = _month_of(match["b"], said, here)
        key = here.calendar.months(end)[0].key
        return span_of(_named_month(here, add_months(key, first - last)).start, end.end)
    end = _of_year(Grain.QUARTER, last, said, here)
    return span_of(here.calendar.shifted(Grain.QUARTER, end.start, first - last).start, end.end)


def ever(_match: re.Match[str], here: Here) -> Period:
    return Period(start=BEGINNING, end=here.tomorrow, label="all time")
