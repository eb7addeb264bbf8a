"""Amounts of money as people write them, in English and Chinese."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from skills.errors import Unclear
from skills.references.numerals import CHINESE_DIGIT, read_number
from skills.references.spans import AFTER, BEFORE, Span, half_width, longest_first
from skills.text import Text, text
from store.money import Money, exponent, rounded

CODES = [
    "USD",
    "EUR",
    "GBP",
    "CNY",
    "JPY",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "SGD",
    "HKD",
    "INR",
    "KRW",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "BRL",
    "MXN",
    "ZAR",
    "AED",
    "SAR",
    "THB",
    "MYR",
    "IDR",
    "PHP",
    "VND",
    "TWD",
    "TRY",
    "ILS",
    "KWD",
    "BHD",
    "RMB",
]
SIGNS = {
    "us$": ("USD",),
    "cn¥": ("CNY",),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("CNY", "JPY"),
    "￥": ("CNY", "JPY"),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD"),
}
WORDS = {
    **dict.fromkeys(("dollar", "dollars", "bucks"), SIGNS["$"]),
    **dict.fromkeys(("us dollars", "美元", "美金"), ("USD",)),
    **dict.fromkeys(("euro", "euros", "欧元", "欧"), ("EUR",)),
    **dict.fromkeys(("pound", "pounds", "quid", "英镑"), ("GBP",)),
    **dict.fromkeys(("yuan", "rmb", "人民币", "元人民币"), ("CNY",)),
    **dict.fromkeys(("元", "块钱", "块"), ("CNY", "TWD")),
    **dict.fromkeys(("yen", "日元", "日圆"), ("JPY",)),
}
UNITS = {
    **dict.fromkeys(("k", "thousand", "grand", "千"), 1_000),
    **dict.fromkeys(("m", "mm", "mn", "mio", "mil", "million", "millions", "百万"), 1_000_000),
    **dict.fromkeys(("bn", "b", "billion"), 1_000_000_000),
    **dict.fromkeys(("w", "万"), 10_000),
    "千万": 10_000_000,
    "亿": 100_000_000,
}


def _any(words: Iterator[str] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# Codes in small letters only where they are no English words ("try", "all").
CODE = rf"(?-i:{'|'.join(CODES)})|usd|eur|gbp|cny|jpy|rmb|chf"
GROUPED = r"\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d{1,2})?"
DIGITS = rf"{GROUPED}|\d+(?:[.,]\d+)?"
UNIT = rf"(?:{_any([u for u in UNITS if u.isascii()])}){AFTER}|{_any([u for u in UNITS if not u.isascii()])}"
MONEY = re.compile(
    rf"(?:(?P<before>us\$|cn¥|[$€£¥￥]|{BEFORE}(?:{CODE}))\s?)?"
    rf"(?:(?<![\w.,:/$€£-])|(?<=[$€£¥￥=>])|(?<=[A-Za-z$] )|(?<=[^\x00-\x7f])|(?<=(?i:usd|eur|gbp|cny|jpy|rmb)))"
    rf"(?:(?P<number>{DIGITS})(?:[ -]?(?P<unit>{UNIT}))?|(?P<chinese>{CHINESE_DIGIT}+)(?P<chinese_unit>[w])?)"
    rf"(?:\s?(?P<after>[$€£]|(?:{CODE}|{_any([w for w in WORDS if w.isascii()])}){AFTER}"
    rf"|{_any([w for w in WORDS if not w.isascii()])}))?(?![%\d]|\s%)",
    re.IGNORECASE,
)
ADDS = (
    r"\+|add(?:ing)?|plus|another|extra|more|increase(?:d)?(?: it)? by|up(?: it)? by|raise(?:d)?(?: it)? by"
    r"|加|增加|上调|涨|多"
)
TAKES = (
    r"-|minus|less|subtract|take off|knock off|cut(?: it)? by|reduce(?:d)?(?: it)? by|decrease(?: it)? by"
    r"|lower(?: it)? by|down by|drop(?: it)? by|减|减少|下调|降|少|便宜"
)
PERCENT = r"(?P<percent>\d+(?:[.,]\d+)?)\s?(?:%|percent|per cent|pct)"
RELATIVE = re.compile(
    rf"(?:(?:{BEFORE})(?P<sign>{ADDS}|{TAKES})\s?了?\s?(?:of )?)(?:{PERCENT}|(?P<step>(?=[$€£¥￥\w])[^+%]*))$",
    re.IGNORECASE,
)
OFF = re.compile(
    rf"^(?:a |with )?{PERCENT}\s?(?P<which>off|discount|less|lower|down|more|higher|up|uplift)(?: it)?$", re.IGNORECASE
)
FOLD = re.compile(rf"^打?\s?(?P<fold>\d{{1,2}}(?:\.\d)?|{CHINESE_DIGIT}{{1,2}})\s?折$")
TIMES = {
    **dict.fromkeys(("double", "double it", "twice", "twice that", "翻倍", "翻一倍", "加倍"), Fraction(2)),
    **dict.fromkeys(("triple", "triple it", "三倍"), Fraction(3)),
    **dict.fromkeys(("half", "halve", "halve it", "half of it", "减半", "一半", "砍半"), Fraction(1, 2)),
}
ABOUT = re.compile(
    r"^(?:about|around|approx\.?|approximately|roughly|circa|ca\.|some|~|≈|大约|大概|约)\s*"
    r"|\s*(?:左右|ish|-ish|or so)$",
    re.IGNORECASE,
)
SHORTENED_BELOW = 1000
THREE = 3
"""Digits after a point that are thousands, except in a currency with as many decimal places."""
STEP_WORDS = (
    "add|plus|another|extra|minus|less|subtract|(?:increase|raise|cut|reduce|decrease|lower|drop|up|down)(?: it)? by"
)
FINDERS = tuple(
    re.compile(expression, re.IGNORECASE)
    for expression in (
        rf"{BEFORE}(?:{PERCENT})\s?(?:off|discount|less|lower|more|higher|uplift){AFTER}",
        rf"{BEFORE}(?:{STEP_WORDS})\s{PERCENT}",
        rf"(?<!\w)[+-]{PERCENT}",
        rf"(?:加|增加|上调|涨|减|减少|下调|降|便宜)了?{PERCENT}",
        rf"打?(?:\d{{1,2}}(?:\.\d)?|{CHINESE_DIGIT}{{1,2}})\s?折",
        r"翻一?倍|加倍|减半|砍半",
        rf"{BEFORE}(?:double|triple|halve)(?: it)?{AFTER}",
    )
)
STEP_BEFORE = re.compile(
    rf"(?:{BEFORE}(?:{STEP_WORDS})"
    r"\s(?:an? )?(?:another |extra )?|(?<!\w)[+-]\s?|(?:加|增加|上调|涨|减|减少|下调|降)了?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ReadAmount:
    """The money that the words mean; `doubt` says what was guessed, and is a reason to ask before it is written."""

    money: Money
    doubt: Text | None = None


def read_amount(words: str, currency: str, current: Money | None = None) -> ReadAmount:
    """The amount in `currency`, unless the words name another. A relative one ("+10k", "9折") starts from `current`.

    Raises `Unclear` where the words are no amount, hold several, or are relative to an amount that is not known.
    """
    cleaned = ABOUT.sub("", half_width(words).strip().rstrip(".!。！ "))
    relative = _relative(cleaned, currency, current)
    if relative is not None:
        return relative
    found = [match for match in MONEY.finditer(cleaned) if _number(match) is not None]
    if len(found) != 1 or not _only(cleaned, found[0]):
        raise Unclear(
            text("I can't read “{words}” as one amount.", words=words),
            text("Write it like 45k, 1.2M, $45,000 or 20万."),
        )
    return _plain(found[0], currency, current)


def find_amounts(words: str) -> tuple[Span, ...]:
    """Where amounts stand in a text: numbers with a currency, a unit, grouped digits, or ones that change another."""
    clean = half_width(words)
    found = [Span(match.start(), match.end(), match.group()) for finder in FINDERS for match in finder.finditer(clean)]
    for match in MONEY.finditer(clean):
        if _is_amount(match):
            start = match.start()
            if step := STEP_BEFORE.search(clean[:start]):
                start = step.start()
            found.append(Span(start, match.end(), clean[start : match.end()]))
    return longest_first(found)


def _is_amount(match: re.Match[str]) -> bool:
    """Whether a number in running text is money rather than a count, a year or a time."""
    if _number(match) is None:
        return False
    if match["before"] or match["after"] or match["unit"] or match["chinese_unit"]:
        return True
    if match["chinese"]:
        return any(sign in match["chinese"] for sign in "百千万亿") and _number(match) != 100
    digits = match["number"]
    if re.fullmatch(GROUPED, digits):
        return True
    return digits.isdigit() and len(digits) >= 4 and not 1900 <= int(digits) <= 2100


def _only(cleaned: str, match: re.Match[str]) -> bool:
    rest = cleaned[: match.start()] + cleaned[match.end() :]
    return (
        re.sub(
            r"(?i)\b(?:the|amount|to|is|of|now|at|it|make|exactly|just|total|value|worth)\b|[=:\s改为到成金额是总]",
            "",
            rest,
        )
        == ""
    )


def _number(match: re.Match[str]) -> Decimal | None:
    if match["chinese"]:
        number = read_number(match["chinese"])
        return None if number is None else number * UNITS.get(match["chinese_unit"] or "", 1)
    return _digits(match["number"])[0] * UNITS.get((match["unit"] or "").lower(), 1)


def _digits(digits: str) -> tuple[Decimal, bool]:
    """The number, and whether its separator could be meant otherwise (1.500)."""
    bare = re.sub(r"['\u00a0\u202f ]", "", digits)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return Decimal(bare), False
    mark, tail = bare[last], bare[last + 1 :]
    other = "," if mark == "." else "."
    if other in bare:
        return Decimal(bare.replace(other, "").replace(mark, ".")), False
    if bare.count(mark) > 1 or (mark == "," and len(tail) == 3):
        return Decimal(bare.replace(mark, "")), False
    if len(tail) == THREE and bare[:last].strip("0"):
        return Decimal(bare.replace(mark, "")), True
    return Decimal(bare.replace(mark, ".")), False


def _plain(match: re.Match[str], currency: str, current: Money | None) -> ReadAmount:
    number = _number(match)
    assert number is not None  # noqa: S101  (the callers looked)
    named = _currencies(match)
    unit = currency if not named or currency in named else named[0]
    digits = match["number"] or ""
    decimals = not match["unit"] and exponent(unit) == len(digits.partition(".")[2]) == THREE
    money = Money.of(Decimal(digits.replace(",", "")) if decimals else _whole(match, number), unit)
    if unit != currency:
        return ReadAmount(money, text("You wrote {unit}, but it is kept in {currency}.", unit=unit, currency=currency))
    if not (match["unit"] or match["chinese"]) and _digits(digits)[1] and not decimals:
        return ReadAmount(money, text("I read {words} as {money}.", words=digits, money=money))
    bare = digits.isdigit() and not match["unit"]
    if bare and number < SHORTENED_BELOW and current and current.units >= SHORTENED_BELOW:
        long = Money.of(number * 1000, unit)
        if current.units / 10 <= long.units <= current.units * 10:
            return ReadAmount(long, text("I read {words} as {money}.", words=digits, money=long))
    if bare and 0 < number < SHORTENED_BELOW and current is None:
        return ReadAmount(money, text("I read {words} as {money}, not as thousands.", words=digits, money=money))
    return ReadAmount(money)


def _whole(match: re.Match[str], number: Decimal) -> Decimal:
    """1.054 with a unit is a decimal fraction (1.054M), never one thousand and fifty-four million."""
    digits = match["number"] or ""
    if match["unit"] and _digits(digits)[1]:
        return Decimal(digits.replace(",", ".")) * UNITS[match["unit"].lower()]
    return number


def _currencies(match: re.Match[str]) -> tuple[str, ...]:
    for part in ("before", "after"):
        said = (match[part] or "").strip().lower()
        if said:
            code = "CNY" if said == "rmb" else said.upper()
            return SIGNS.get(said) or WORDS.get(said) or (code,)
    return ()


def _relative(cleaned: str, currency: str, current: Money | None) -> ReadAmount | None:
    factor = TIMES.get(cleaned.lower())
    if fold := FOLD.match(cleaned):
        number = read_number(fold["fold"])
        factor = _fold(number, fold["fold"]) if number else None
    elif off := OFF.match(cleaned):
        more = off["which"].lower() in {"more", "higher", "up", "uplift"}
        factor = 1 + _percent(off) * (1 if more else -1)
    signed = RELATIVE.match(cleaned)
    if signed and signed["percent"]:
        factor = 1 + _percent(signed) * _direction(signed["sign"])
    if factor is not None:
        before = _known(current)
        return _changed(before, Money(rounded(before.minor * factor), before.currency))
    if signed and signed["step"]:
        before = _known(current)
        step = read_amount(signed["step"], currency).money
        if step.currency != before.currency:
            raise Unclear(text("{step} can't be added to {before}: the currencies differ.", step=step, before=before))
        return _changed(before, Money(before.minor + _direction(signed["sign"]) * step.minor, before.currency))
    return None


def _percent(match: re.Match[str]) -> Fraction:
    return Fraction(match["percent"].replace(",", ".")) / 100


def _fold(number: Decimal, said: str) -> Fraction:
    """9折 is 90 %, 85折 and 八五折 are 85 %."""
    return Fraction(number) / (100 if number >= 10 and "." not in said else 10)


def _direction(sign: str) -> int:
    return 1 if re.fullmatch(ADDS, sign, re.IGNORECASE) else -1


def _known(current: Money | None) -> Money:
    if current is None:
        raise Unclear(text("There is no amount yet that I could start from."), text("Give the whole amount."))
    return current


def _changed(before: Money, after: Money) -> ReadAmount:
    if after.minor < 0:
        raise Unclear(text("That would take {before} below zero.", before=before), text("Give the whole amount."))
    return ReadAmount(after, text("Starting from {before}, that makes {after}.", before=before, after=after))
