"""Numbers in words: English number words and Chinese numerals."""

from decimal import Decimal, InvalidOperation

ENGLISH = {
    **{
        word: number
        for number, word in enumerate(
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        )
    },
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "a": 1,
    "an": 1,
    "couple": 2,
    "a couple of": 2,
    "a couple": 2,
    "couple of": 2,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "四": 4}
DIGITS |= {"五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
BIG_UNITS = {"万": 10_000, "亿": 100_000_000}

CHINESE_DIGIT = "[零〇一二两俩三四五六七八九十百千万亿]"
ENGLISH_NUMBER = "|".join(sorted((word for word in ENGLISH if word.isalpha() or " " in word), key=len, reverse=True))
WHOLE = rf"(?:\d+|{ENGLISH_NUMBER}|{CHINESE_DIGIT}+)"
"""Matches a whole number in digits, in English or in Chinese."""


def read_number(words: str) -> Decimal | None:
    """The number that the words say ("12", "a couple of", "三十五"); None where they say none."""
    cleaned = " ".join(words.lower().split())
    if cleaned in ENGLISH:
        return Decimal(ENGLISH[cleaned])
    try:
        return Decimal(cleaned)
    except InvalidOperation:
        chinese = read_chinese(cleaned)
        return None if chinese is None else Decimal(chinese)


def read_whole(words: str) -> int:
    """Like `read_number`, for words that `WHOLE` has matched."""
    number = read_number(words)
    if number is None:
        raise ValueError(words)
    return int(number)


def read_chinese(words: str) -> int | None:
    """三百五十万 → 3,500,000; 一百二 → 120, as it is said; 二〇一七 → 2017."""
    if not words or any(sign not in DIGITS | SMALL_UNITS | BIG_UNITS for sign in words):
        return None
    if all(sign in DIGITS for sign in words):
        return int("".join(str(DIGITS[sign]) for sign in words))
    total, section, digit, last_unit, after_zero = 0, 0, 0, 1, False
    for sign in words:
        if sign in DIGITS:
            digit = DIGITS[sign]
            after_zero = after_zero or digit == 0
        elif sign in SMALL_UNITS:
            section += (digit or 1) * SMALL_UNITS[sign]
            digit, last_unit, after_zero = 0, SMALL_UNITS[sign], False
        else:
            total = (total + section + digit or 1) * BIG_UNITS[sign]
            section, digit, last_unit, after_zero = 0, 0, BIG_UNITS[sign], False
    # 一百二 and 三万五 leave the last unit unsaid.
    unsaid = last_unit // 10 if last_unit > 10 and not after_zero else 1
    return total + section + digit * unsaid
