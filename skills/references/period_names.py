"""By which names people call a stretch of time, in English and Chinese; what each means stands in `period_readers`."""

import re
from collections.abc import Sequence

from skills.references import period_readers as means
from skills.references import rolling
from skills.references.day_readers import MONTH_NAME, NUM
from skills.references.numerals import WHOLE
from skills.references.period_readers import DAY_STEPS, TO_DATE, Reader
from skills.references.spans import word_pattern

Rules = Sequence[tuple[re.Pattern[str], Reader]]


def _compiled(table: Sequence[tuple[str, Reader]]) -> Rules:
    return tuple((word_pattern(expression), read) for expression, read in table)


GRAIN_WORDS = "(?:fiscal )?(?:months?|quarters?|qtrs?|q|halves|half(?: years?)?|years?)|fy|weeks?"
CALENDAR_GRAIN = "calendar (?:months?|quarters?|half(?: year)?|years?)"
WHICH = r"(?P<which>(?:the )?(?:last|previous|current|next)|this|prior|past|coming|the)"
CHINESE_WHICH = r"(?P<which>上上个|上上|上一个|上一|上个|上|下一个|下一|下个|下|这一个|这一|这个|这|本|当|该)"
CHINESE_HALF_WHICH = r"(?P<which>上上个|上一个|上一|上个|下一个|下一|下个|这一个|这一|这个|这|本|当)"
REL = "(?:this|last|next) (?:fiscal year|fy|year)(?:'s)?"
Y = rf"(?P<y>'?\d{{4}}|'\d{{2}}|(?:fy|fiscal(?: year)?) ?'?\d{{2,4}}|{REL})"
CY = (
    r"(?P<y>今年|本年度|本年|去年|上年度|明年|前年|本财年|上个?财年|下个?财年|\d{2,4} ?财年|\d{4} ?年|\d{2}年"
    r"|[〇零一二三四五六七八九]{2,4}年|fy ?'?\d{2,4}|\d{4})的?"
)
UNIT = r"days?|d|weeks?|wks?|(?:fiscal )?(?:months?|mths?|quarters?|qtrs?|half[- ]years?|halves|years?|yrs?)"
CHINESE_UNIT = r"天|日|个?星期|个?礼拜|周|个月|个?季度|个?财?年"
FEW = r"few|several|couple of|couple"
MONTH_WHICH = r"(?P<which>(?:the )?(?:last|previous|next)|this|the) month"
TILL = "(?:-|–|—|~|到|至)"
DD = r"\d{1,2}"
TH = "(?:st|nd|rd|th)?"
UP_TO = "(?:-|–|—|to|and|until|through)"
PARTS = r"early|mid|late|(?:first|1st|second|2nd) half of"
MONTH_YEAR = rf"(?P<m>{MONTH_NAME})(?:,? {Y})?"
SIMPLE_TABLE: list[tuple[str, Reader]] = [
    (rf"{WHICH} (?P<grain>{GRAIN_WORDS})(?:'s)?", means.step),
    (rf"{WHICH} (?P<grain>{CALENDAR_GRAIN})", means.in_calendar_year(means.step)),
    (rf"{CHINESE_WHICH}(?P<grain>季度|季|月份|月|财年|周|星期|礼拜)", means.step),
    (rf"{CHINESE_HALF_WHICH}(?P<grain>半年)", means.step),
    (rf"{CHINESE_WHICH}?自然(?P<grain>季度|月|年)", means.in_calendar_year(means.step)),
    (r"(?P<which>今|去|明|前|本)(?P<grain>年)(?:度|全年)?", means.step),
    (r"(?:the )?(?P<grain>quarter|month|year|week|half) before last", means.before_last),
    (rf"(?P<n>{WHOLE}) ?(?P<u>weeks?|months?|quarters?|qtrs?|years?) ago", means.several_ago),
    (rf"(?P<n>{WHOLE})(?P<u>周|个?星期|个月|个?季度|年)(?:之前|以前|前)", means.several_ago),
    (rf"(?P<kind>q|h) ?(?P<n>[1-4])(?:[ ,-]*(?:of |in )?{Y}|[ -]?(?P<y2>\d{{2}}))?", means.numbered),
    (rf"{Y}[ -]?(?P<kind>q|h)(?P<n>[1-4])", means.numbered),
    (rf"(?P<n>[1-4])(?P<kind>q|h)(?:[ -]?{Y}|(?P<y2>\d{{2}}))", means.numbered),
    (r"(?P<n>[1-4])(?P<kind>q)", means.numbered),
    (r"calendar (?P<kind>q|h)(?P<n>[1-4])(?: (?P<y>\d{4}))?", means.in_calendar_year(means.numbered)),
    (r"(?P<y>calendar (?:year )?\d{4})", means.in_calendar_year(means.named_year)),
    (
        rf"(?P<n>first|second|third|fourth|1st|2nd|3rd|4th) (?:fiscal )?(?P<kind>quarter|qtr)(?:,? (?:of |in )?{Y})?",
        means.numbered,
    ),
    (rf"(?P<kind>quarter|qtr) (?P<n>[1-4]|one|two|three|four)(?:,? (?:of |in )?{Y})?", means.numbered),
    (
        rf"(?P<n>first|second|1st|2nd) half(?: year)?(?:,? (?:of |in )?{Y}| (?:of|in) (?P<y2>the year))?",
        means.half_of_year,
    ),
    (rf"(?:{CY})?第?(?P<n>[一二三四1-4])(?P<kind>季度|季)", means.numbered),
    (rf"{CY}(?P<kind>q|h)(?P<n>[1-4])(?:季度)?", means.numbered),
    (r"(?P<kind>q)(?P<n>[1-4])季度", means.numbered),
    (r"(?P<kind>q|h)(?P<n>[1-4]) ?(?P<y>今年|去年|明年|\d{4}年)", means.numbered),
    (rf"(?:{CY})?(?P<n>上|下)半年", means.half_of_year),
    (
        r"(?:the )?same (?P<grain>quarter|month|week|half) (?:of )?last year|上?去?年同期(?P<none>)",
        means.same_last_year,
    ),
    (r"(?:the )?same (?:period|time) (?:of )?last year(?P<grain>)|this time last year", means.same_last_year),
    (r"(?P<y>(?:fy|fiscal(?: year)?) ?'?\d{2,4}|\d{2,4} ?财年|\d{4}年(?:全年|度)?|(?:19|20)\d{2})", means.named_year),
    (r"(?P<y>\d{4})[-/](?P<m>0[1-9]|1[0-2])", means.month),
    (r"(?P<m>0?[1-9]|1[0-2])/(?P<y>\d{4})", means.month),
    (rf"(?:(?:the )?month of )?(?P<m>{MONTH_NAME})\.?(?:,? ?(?:of )?{Y})?", means.month),
    (rf"(?P<which>last|past|this|next|coming) (?P<m>{MONTH_NAME})", means.relative_month),
    (rf"(?:{CY})?(?P<m>{NUM})月份?", means.month),
    (rf"(?:the )?(?P<part>{PARTS})[- ](?:(?P<m>{MONTH_NAME})\.?(?:,? {Y})?|{MONTH_WHICH})", means.month_part),
    (rf"(?:{CY})?(?P<m>{NUM})月份?的?(?P<part>[上中下]旬|[上下]半月?)", means.month_part),
    (rf"{CHINESE_WHICH}月份?的?(?P<part>[上中下]旬|[上下]半月?)", means.month_part),
    (rf"从?(?:{CY})?(?P<a>{NUM})月?{TILL}(?P<b>{NUM})(?P<u>月份?)", means.several_numbered),
    (
        rf"从?(?:{CY})?第?(?P<a>[一二三四1-4])(?:季度)?{TILL}第?(?P<b>[一二三四1-4])(?P<u>季度)",
        means.several_numbered,
    ),
    (
        rf"从?(?:{CY})?(?P<m>{NUM})月(?P<a>{NUM})[日号]?{TILL}(?P<b>{NUM})[日号]",
        means.days_of_month,
    ),
    (
        rf"(?:(?:from|between) )?(?:the )?(?P<a>{DD}){TH} ?{UP_TO} ?(?:the )?(?P<b>{DD}){TH} (?:of )?{MONTH_YEAR}",
        means.days_of_month,
    ),
    (
        rf"(?:(?:from|between) )?(?P<m>{MONTH_NAME}) (?P<a>{DD}){TH} ?{UP_TO} ?(?P<b>{DD}){TH}(?:,? {Y})?",
        means.days_of_month,
    ),
    (
        rf"(?P<word>{'|'.join(sorted((word.replace(' ', '[ -]') for word in TO_DATE), key=len, reverse=True))})",
        means.to_date,
    ),
    (
        rf"(?:in |over |during )?(?:the )?(?:last|past|previous|trailing|rolling) (?P<n>{WHOLE})[ -]?(?P<u>{UNIT})",
        rolling.last_several,
    ),
    (r"前(?P<n>[二三四两234])季度", means.first_of_year),
    (rf"(?:最近|过去|近|前)(?:的)?(?P<n>{NUM})(?P<u>{CHINESE_UNIT})", rolling.last_several),
    (r"(?:最近|过去|近)(?P<n>)(?P<u>半年)", rolling.last_several),
    (
        rf"(?:with)?(?:in |over |during )?(?:the )?(?:next|coming|following) (?P<n>{WHOLE})[ -]?(?P<u>{UNIT})",
        rolling.next_several,
    ),
    (rf"(?:在)?(?:未来|接下来|今后|往后|下)(?:的)?(?P<n>{NUM})(?P<u>{CHINESE_UNIT})", rolling.next_several),
    (r"(?:未来|接下来)(?:的)?(?P<n>)(?P<u>半年)", rolling.next_several),
    (r"ttm|ltm|trailing twelve months", rolling.twelve_months),
    (rf"(?:in |over |during )?(?:the )?(?:last|past|previous) (?:a )?(?:{FEW}) (?P<u>{UNIT})", rolling.a_few),
    (rf"(?:最近|过去|近)几(?P<u>{CHINESE_UNIT})", rolling.a_few),
    (rf"(?:the )?first (?:day )?of {WHICH} (?P<grain>week|month|quarter|half|year)", means.first_day),
    (r"(?:the )?(?P<which>last|past|previous|this|next|coming)(?: |-)weekend", means.weekend),
    (r"(?P<which>上上|上个?|本|这个?|下个?)周末", means.weekend),
    (rf"(?P<word>{'|'.join(DAY_STEPS)})", means.day),
    (r"all[ -]?time|ever|since the beginning|有史以来|历史(?:上|累计|(?!的?记录|数据|情况|变))|全部时间", means.ever),
]
SIMPLE = _compiled(SIMPLE_TABLE)
"""Names of periods."""
ALONE = _compiled(
    [
        (r"(?:so far|to date|截至目前|截止目前|到目前为止|迄今为止|至今)", means.no_start),
        (rf"(?:the )?(?P<part>(?:beginning|start|middle|end) of) (?P<m>{MONTH_NAME})\.?(?:,? {Y})?", means.month_part),
        (rf"(?:{CY})?(?P<m>{NUM})月份?(?P<part>初|中|底|末)", means.month_part),
        (rf"{CHINESE_WHICH}月(?P<part>初|中|底|末)", means.month_part),
    ]
)
"""Read where a period is asked for, never looked for in a text: they are days, or no more than a manner of speaking."""
