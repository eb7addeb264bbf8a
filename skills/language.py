"""The reader's language: translated sentences, and numbers, money and dates as that language writes them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from store.money import Money, exponent

CATALOGS = Path(__file__).parent / "locale"
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "CN¥", "JPY": "¥"}
CHINESE_SIGNS = {**SIGNS, "CNY": "¥", "JPY": "JP¥"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CHINESE_DAYS = "一二三四五六日"


@dataclass(frozen=True)
class Language:
    """`code` is "en" or "zh"; `sentences` maps English sentences to this language's."""

    code: str
    sentences: Mapping[str, str]

    def fill(self, template: str, values: Mapping[str, str]) -> str:
        """The sentence in this language with its places filled."""
        return self.sentences.get(template, template).format_map(values)

    def number(self, number: int) -> str:
        return f"{number:,}"

    def money(self, money: Money) -> str:
        """With the currency's sign where it is unmistakable, and without decimals that are all zero."""
        units = money.units
        places = 0 if units == units.to_integral_value() else exponent(money.currency)
        digits = f"{abs(units):,.{places}f}"
        sign = (CHINESE_SIGNS if self.code == "zh" else SIGNS).get(money.currency)
        shown = f"{sign}{digits}" if sign else f"{money.currency} {digits}"
        return f"-{shown}" if money.minor < 0 else shown

    def percent(self, share: Fraction) -> str:
        per_mille = (Decimal(share.numerator) / Decimal(share.denominator) * 100).quantize(
            Decimal("0.1"), ROUND_HALF_UP
        )
        return f"{per_mille:,.1f}%".replace(".0%", "%")

    def day(self, day: dt.date) -> str:
        if self.code == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def moment(self, moment: dt.datetime) -> str:
        if self.code == "zh":
            return f"{self.day(moment.date())}（周{CHINESE_DAYS[moment.weekday()]}）{moment:%H:%M}"
        return f"{DAYS[moment.weekday()]} {self.day(moment.date())}, {moment:%H:%M}"


@cache
def get_language(code: str) -> Language:
    """The language by its code ("zh-CN" is "zh"); English where there is no catalog."""
    short = code.split("-")[0].split("_")[0].lower()
    catalog = CATALOGS / short / "messages.po"
    if not catalog.exists():
        return Language("en", {})
    return Language(short, read_catalog(catalog))


def read_catalog(path: Path) -> dict[str, str]:
    """The translated sentences of a gettext catalog; untranslated ones are left out."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}
