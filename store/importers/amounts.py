"""Amounts as people and systems write them: "USD 1,054.00", "$500,000", "1.054,00", "45k", "20万".

A column is read by what all its cells prove; a sentence (`skills.references.amounts`) has one amount, read alone and
asked back about, so the two share no rule.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from store.importers.problems import CellRefused, Question
from store.money import CURRENCIES

NOTHING = frozenset({"", "-", "--", "—", "–", "n/a", "na", "none", "null", "nil", "#n/a", "(not set)", "无"})
"""What stands in a cell that says nothing."""

SYMBOLS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD", "S$": "SGD", "NZ$": "NZD",
    "NT$": "TWD", "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "฿": "THB",
    "₫": "VND", "₺": "TRY", "₪": "ILS", "₴": "UAH", "₱": "PHP", "₦": "NGN", "ZŁ": "PLN", "KČ": "CZK", "CN¥": "CNY",
    "RMB": "CNY", "人民币": "CNY", "元": "CNY", "円": "JPY", "JP¥": "JPY",
}  # fmt: skip
SHARED = {"$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"), "¥": ("CNY", "JPY")}
"""Symbols of several currencies: the organisation's own where it is one of them; "$" otherwise is the US dollar."""

SCALES = {
    "k": 10**3, "thousand": 10**3, "tsd": 10**3, "千": 10**3, "w": 10**4, "万": 10**4, "万元": 10**4, "m": 10**6,
    "mn": 10**6, "mm": 10**6, "mio": 10**6, "million": 10**6, "millions": 10**6, "thousands": 10**3, "百万": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9, "billions": 10**9, "亿": 10**8, "亿元": 10**8,
}  # fmt: skip
NUMBER = re.compile(r"\d[\d.,]*|[.,]\d+")


class Decimals(StrEnum):
    """The character before the decimals."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True)
class Amount:
    """An exact number of units; `currency` is None where the cell does not say."""

    units: Decimal
    currency: str | None


@dataclass(frozen=True)
class Pieces:
    """An amount taken apart, before it is known what its dots and commas mean."""

    digits: str
    scale: int
    currency: str | None


class AmountColumn:
    """Reads the cells of one column alike: what its dots and commas mean is decided once, from all of them."""

    def __init__(
        self,
        title: str,
        cells: Iterable[str],
        *,
        home: str,
        scale: int = 1,
        decimals: Decimals | None = None,
        comma_groups: bool = True,
        currency: str | None = None,
    ) -> None:
        """`home` is the organisation's currency, `currency` the one that the header names.

        `comma_groups`: whether "1,054" alone may be taken as a thousand.
        Raises `Question` where "1.054" may be a thousand or a fraction and no cell of the column tells.
        """
        self.title = title
        self.home = home
        self.scale = scale
        self.currency = currency
        self.decimals = decimals or self._decide(list(dict.fromkeys(cells)), comma_groups)

    def read(self, cell: str) -> Amount | None:
        """The amount; None for an empty cell. Raises `CellRefused`."""
        if cell.strip().casefold() in NOTHING:
            return None
        pieces = take_apart(cell, self.home)
        own = _own_decimals(pieces)
        decimals = own or self.decimals
        if decimals is None:
            raise CellRefused(f"“{cell}” may be a thousand or a fraction; say --decimal point or --decimal comma")
        grouping = "," if decimals is Decimals.POINT else "."
        whole, _, fraction = pieces.digits.partition(decimals.value)
        # Thousands in threes, or as in India: 12,34,567.
        if grouping in whole and not re.fullmatch(rf"\d{{1,3}}(\{grouping}\d{{2,3}})*\{grouping}\d{{3}}", whole):
            raise CellRefused(f"“{cell}” is not an amount: its thousands are not set apart evenly")
        digits = f"{whole.replace(grouping, '')}.{fraction or 0}"
        try:
            units = Decimal(digits)
        except InvalidOperation as error:
            raise CellRefused(f"“{cell}” is not an amount") from error
        return Amount(units * pieces.scale * self.scale, pieces.currency or self.currency)

    def _decide(self, cells: list[str], comma_groups: bool) -> Decimals | None:
        proven: dict[Decimals, str] = {}
        doubtful: dict[str, str] = {}
        for cell in cells:
            try:
                pieces = take_apart(cell, self.home)
            except CellRefused:
                continue
            own = _own_decimals(pieces)
            if own is not None:
                proven.setdefault(own, cell)
            elif "." in pieces.digits:
                doubtful.setdefault(".", cell)
            elif "," in pieces.digits:
                doubtful.setdefault(",", cell)
        if not doubtful or len(proven) == 1:
            return next(iter(proven), Decimals.POINT)
        if not proven and set(doubtful) == {","} and comma_groups:
            return Decimals.POINT
        cell = next(iter(doubtful.values()))
        why = "other cells are written both ways" if proven else "no other cell tells which"
        raise Question(
            f"In the column “{self.title}”, “{cell}” may be a whole number with its thousands set apart or one with "
            f"decimals, and {why}. Say --decimal point (1,054.00) or --decimal comma (1.054,00)."
        )


def take_apart(cell: str, home: str) -> Pieces:
    """Digits, scale and currency of a cell. Raises `CellRefused` where it is no amount, or a negative one."""
    text = unicodedata.normalize("NFKC", cell).strip()
    text = re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))", "", text)
    found = NUMBER.search(text)
    if found is None:
        raise CellRefused(f"“{cell}” is not an amount")
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    if before.startswith(("-", "−", "(")) or before.endswith(("-", "−", "(")):
        raise CellRefused(f"“{cell}” is negative")
    # "1054.-" is how the Swiss write no cents; "1054-" is how some ledgers write a debt.
    if after in ("-", "CR") and not found[0].endswith("."):
        raise CellRefused(f"“{cell}” is negative")
    currency, scale = None, 1
    for part in re.findall(r"[^\s\d]+", f"{before} {after}"):
        rest = part.strip("().+-")
        word = rest.casefold()
        if not rest:
            continue
        if word in SCALES and scale == 1:
            scale = SCALES[word]
            currency = "CNY" if word.endswith("元") else currency
            continue
        split = re.fullmatch(rf"({'|'.join(sorted(SCALES, key=len, reverse=True))})(\W+|[a-z]{{3}})", word)
        if split and scale == 1:
            scale, rest = SCALES[split[1]], rest[len(split[1]) :]
        currency = _currency(rest, cell, home, currency)
    digits = found[0].rstrip(".,")
    return Pieces(digits, scale, currency)


def _currency(word: str, cell: str, home: str, known: str | None) -> str:
    name = word.upper()
    if name in SHARED:
        if known is not None and known in SHARED[name]:
            return known
        if home in SHARED[name]:
            found = home
        elif name == "$":
            found = "USD"
        else:
            raise CellRefused(f"“{word}” in “{cell}” may be {' or '.join(SHARED[name])}; write that instead")
    elif name in CURRENCIES:
        found = name
    elif name in SYMBOLS:
        found = SYMBOLS[name]
    else:
        raise CellRefused(f"“{cell}” is not an amount: “{word}” is neither a currency nor a scale")
    if known is not None and known != found:
        raise CellRefused(f"“{cell}” names two currencies, {known} and {found}")
    return found


def _own_decimals(pieces: Pieces) -> Decimals | None:
    """What the cell itself proves about dots and commas; None where it can be read either way or has neither."""
    digits = pieces.digits
    dots, commas = digits.count("."), digits.count(",")
    if not dots and not commas:
        return None
    if dots and commas:
        return Decimals(digits[max(digits.rfind("."), digits.rfind(","))])
    mark, other = (".", ",") if dots else (",", ".")
    parts = digits.split(mark)
    if len(parts) > 2:
        # Only thousands are set apart more than once.
        return Decimals(other)
    head, tail = parts
    if pieces.scale > 1 or len(tail) != 3 or not head or len(head) > 3 or head == "0":
        return Decimals(mark)
    return None


def read_whole(cell: str) -> int | None:
    """A whole number, thousands set apart or not; None for an empty cell."""
    if cell.strip().casefold() in NOTHING:
        return None
    text = unicodedata.normalize("NFKC", cell).strip().removesuffix("人")
    if re.fullmatch(r"\d{1,3}(?:([,.'’ ])\d{3})(?:\1\d{3})*|\d+(?:[.,]0+)?", text) is None:
        raise CellRefused(f"“{cell}” is not a whole number")
    plain = re.sub(r"[.,]0{1,2}$", "", text)
    return int(re.sub(r"\D", "", plain))


def read_percent(cell: str) -> int | None:
    """Percent from 0 to 100, with or without its sign; None for an empty cell."""
    if cell.strip().casefold() in NOTHING:
        return None
    text = unicodedata.normalize("NFKC", cell).strip().removesuffix("%").strip().replace(",", ".")
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise CellRefused(f"“{cell}” is not a percentage") from error
    if not value.is_finite() or not 0 <= value <= 100:
        raise CellRefused(f"“{cell}” is not between 0 and 100 %")
    return int(value.to_integral_value())


def read_scale(words: str) -> int | None:
    """What a header or a description says about its numbers: "Annual revenue (in millions of USD)" is 1,000,000."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    found = re.search(r"\b(?:in |usd |eur |[$€£] ?)(thousand|million|billion)s?\b", folded) or re.search(
        r"\((?:in |usd |eur |gbp |[$€£] ?)?(k|m|mn|mm|mio|bn|thousand|million|billion)s?\)|(百万|亿|万)元?", folded
    )
    return SCALES[next(group for group in found.groups() if group)] if found else None


def read_currency(words: str) -> str | None:
    """The currency that a header or a description names."""
    return next((word for word in re.findall(r"\b[A-Z]{3}\b", words) if word in CURRENCIES), None)
