"""Questions that go on from the one before: "and for resellers?", "how long does it take?", "那经销商呢".

A question goes on when it begins as one that does ("and", "what about", "那"), ends in 呢, or has a word that points
back or begins with a preposition, and says little of its own. It is then asked together with the one before. What
stands in both of one kind, two products of the cards or two figures, is the new one's: "What does Watch cost?", "and
Predict?" asks what Predict costs.
"""

import re
from collections.abc import Iterable, Mapping

from knowledge_base.lexical import get_tokens, is_cjk, is_solid

_CUE = re.compile(
    r"^\s*(?:(?:and|but|so|then|or|also|ok(?:ay)?|what about|how about|what if|same for|and what about|and how about"
    r"|and if|and then)\b[\s,:]*)+",
    re.IGNORECASE,
)
_CUE_CJK = re.compile(
    r"^\s*(?:那么|那|还有|另外|如果是|换成|对于|而|再)+[\s，,]*|[\s，,]*(?:呢|又如何|怎么样)[\s？?。!！]*$"
)
_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|that|those|these|this|he|she|him|her|his|one|ones|same|there|else)\b",
    re.IGNORECASE,
)
_BACK_CJK = re.compile(r"它|他们|她们|这个|那个|这样|那样|其中|这些|那些|同样|上面|刚才")
_PREPOSITION = re.compile(
    r"^\s*(?:for|in|with|without|above|below|over|under|from|by|at|to|on|per|outside|inside|before|after|until|only)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][\w.&-]*")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*\s*%?")
_MOST_BACK, _MOST_SHORT, _MOST_CHARACTERS = 4, 3, 8


def goes_on(text: str) -> bool:
    """Whether a question says too little without the one before."""
    if is_cjk(text):
        own = [token for token in get_tokens(_CUE_CJK.sub("", text)) if len(token) == 1 or token.isascii()]
        return len(own) <= _MOST_CHARACTERS and bool(_CUE_CJK.search(text) or _BACK_CJK.search(text))
    own = [token for token in get_tokens(_CUE.sub("", text)) if is_solid(token)]
    if _CUE.match(text):
        return len(own) <= _MOST_BACK
    if _BACK.search(text) and len(own) < _MOST_BACK:
        return True
    return len(own) < _MOST_SHORT and bool(_PREPOSITION.match(text))


def get_joined(text: str, after: str, kinds: Mapping[str, Iterable[str]]) -> str:
    """Both questions as one; ``kinds`` are names of one kind each, such as the products of the cards."""
    own = " ".join(_CUE_CJK.sub("", text).split()) if is_cjk(text) else " ".join(_CUE.sub("", text).split())
    own = own.strip("?？!！.。 ,，") or text
    before = after.strip().rstrip("?？!！.。 ")
    for names in kinds.values():
        new = _named(own, names)
        old = [name for name in _named(before, names) if name not in new]
        if len(new) == 1 and len(old) == 1:
            replaced = re.sub(_pattern(old[0]), new[0].replace("\\", r"\\"), before, count=1, flags=re.IGNORECASE)
            rest = re.sub(_pattern(new[0]), "", own, count=1, flags=re.IGNORECASE)
            return _put(replaced, rest)
    names = _NAME.findall(before)[before[:1].isupper() :] if before.isascii() else _NAME.findall(before)
    if _NAME.fullmatch(own) and len(names) == 1:
        return _put(before.replace(names[0], own), "")
    figures = _FIGURE.findall(own), _FIGURE.findall(before)
    if len(figures[0]) == 1 and len(figures[1]) == 1:
        return _put(before.replace(figures[1][0], figures[0][0], 1), own.replace(figures[0][0], "", 1))
    return _put(before, own)


def _put(before: str, own: str) -> str:
    mark = "？" if is_cjk(before) else "?"
    own = own.strip(" ,，的") if get_tokens(own) else ""
    return f"{before}{'，' if is_cjk(own) else ' ' if own else ''}{own}{mark}"


def _named(text: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if re.search(_pattern(name), text, re.IGNORECASE)]


def _pattern(name: str) -> str:
    """The name as a word of its own; Chinese around it does not make it part of another."""
    return rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
