"""Words that say who gets which share: "60/40 between dana and marcus", "dana 60%, marcus 40%", "evenly …"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from skills.errors import Unclear
from skills.references.spans import half_width
from skills.text import text
from store.models import WHOLE_SHARE

NUMBER = r"\d{1,3}(?:\.\d{1,2})?"
RATIO = re.compile(rf"(?P<ratio>{NUMBER}(?:\s*%?\s*[/:]\s*{NUMBER})+\s*%?|{NUMBER}\s*-\s*{NUMBER}(?:\s*-\s*{NUMBER})*)")
EVENLY = re.compile(
    r"\b(?:evenly|equally|even|equal|half and half|fifty[- ]fifty)\b|平分|均分|对半|平均", re.IGNORECASE
)
PAIR_END = r"(?=\s*(?:,|;|，|、|\band\b|和|与|$|\d))"
NUMBER_FIRST = re.compile(
    rf"(?P<number>{NUMBER})\s*%\s*(?:to|for|给|归)?\s*(?P<name>[^\d%,;，、]+?){PAIR_END}", re.IGNORECASE
)
NAME_FIRST = re.compile(
    rf"(?P<name>[^\d%,;，、]+?)\s*(?:gets?|has|=|:|占|拿)?\s*(?P<number>{NUMBER})\s*%?(?=\s|[,;，、和与]|$)",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s*(?:,|;|/|&|\+|，|、|\band\b|\bwith\b|和|与|跟)\s*", re.IGNORECASE)
AROUND = re.compile(
    r"^(?:and|between|among|for|to|with|by|credit|split|给|按|分给|由|和|与|在)\s*|\s*(?:之间|分|overlay|credit|share)$",
    re.IGNORECASE,
)
NOBODY = frozenset(
    {"none", "no", "nobody", "no split", "owner", "the owner", "whole", "remove", "unsplit", "clear"}
    | {"取消", "不分", "无", "取消分成", "负责人"}
)


@dataclass(frozen=True)
class NamedShare:
    """What somebody gets, in hundredths of a percent, under the name that was said."""

    name: str
    share: int


def read_shares(words: str) -> Sequence[NamedShare]:
    """Names with their shares, in the order said; none where the words say that nothing is split.

    Raises `Unclear` where the words are no shares, or the numbers are not as many as the names.
    """
    said = " ".join(half_width(words).split()).strip(" .!")
    if said.casefold() in NOBODY:
        return ()
    if ratio := RATIO.search(said):
        numbers = [Fraction(number) for number in re.findall(NUMBER, ratio["ratio"])]
        return _matched(words, _names(said[: ratio.start()] + " " + said[ratio.end() :]), numbers)
    if EVENLY.search(said):
        names = _names(EVENLY.sub(" ", said))
        if not names:
            raise _unclear(words)
        return [NamedShare(name, share) for name, share in zip(names, even_shares(len(names)), strict=True)]
    pair = NUMBER_FIRST if _bare(said)[:1].isdigit() else NAME_FIRST
    found = [(_bare(match["name"]), Fraction(match["number"])) for match in pair.finditer(said)]
    left = pair.sub(" ", said)
    if not found or not all(name for name, _ in found) or _names(left.replace(".", " ")):
        raise _unclear(words)
    return _matched(words, [name for name, _ in found], [number for _, number in found])


def even_shares(count: int) -> tuple[int, ...]:
    """As even as hundredths of a percent can be, adding up to the whole."""
    if not count:
        return ()
    share, spare = divmod(WHOLE_SHARE, count)
    return tuple(share + (index < spare) for index in range(count))


def _matched(words: str, names: Sequence[str], numbers: Sequence[Fraction]) -> list[NamedShare]:
    if len(names) == 1 and len(numbers) > 1:
        names = names[0].split()
    if len(names) != len(numbers) or not names:
        raise _unclear(words)
    return [NamedShare(name, int(number * 100)) for name, number in zip(names, numbers, strict=True)]


def _names(words: str) -> list[str]:
    parts = [_bare(part) for part in BETWEEN.split(_bare(words))]
    return [part for part in parts if part]


def _bare(words: str) -> str:
    said, before = words.strip(" %"), ""
    while said != before:
        before, said = said, AROUND.sub("", said).strip(" %")
    return said


def _unclear(words: str) -> Unclear:
    return Unclear(
        text("I can't read who gets what from “{words}”.", words=words),
        text("Say it like “60/40 between Dana and Marcus” or “Dana 60%, Marcus 40%”."),
    )
