"""What a text seems to ask for, before anybody decided whether to do it."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.entities import Frame, Item, Kind


@dataclass(frozen=True)
class Draft:
    """A skill with the parameters found so far. `sure` says that the words ask for it, rather than only allow it."""

    skill: str
    params: dict[str, Any] = field(default_factory=dict)
    sure: bool = True
    missing: str | None = None
    """The parameter that it cannot do without, if it was not found."""


POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|well|thanks|thank you|please|pls|plz|hmm|um|ah|oh|great|good|right|yes|yep|yeah|no|"
    r"sorry|actually|also|then|now|you know what|quick one|fyi|btw|by the way|heads up|update)[,!.: —–-]*\s+|@?playmaker[,: ]+)+",
    re.IGNORECASE,
)
REQUEST = re.compile(
    r"^(?:(?:can|could|would|will) (?:you|u)|(?:can|could) we)(?: please| kindly| just)? |^(?:please|pls|plz|kindly) "
    r"|^(?:i(?:'d| would) like (?:you )?to|i (?:want|need) (?:you )?to|let's|lets|go ahead and|help me(?: to)?) |^(?:请|麻烦|帮我|帮忙|请帮我|麻烦你)",
    re.IGNORECASE,
)
CHINESE_POLITE = re.compile(r"^(?:你好|您好|嗨|好的|嗯|那个|麻烦|请问|请)[，,。！!\s]*")
NEGATED = re.compile(
    r"\b(?:don'?t|do not|doesn'?t|does not|not|never|isn'?t|wasn'?t|aren'?t|won'?t|didn'?t|haven'?t|hasn'?t|can'?t|cannot|"
    r"no longer|without|instead of|rather than|nobody|hold off)\b|不要|别|没有|没能|不是|还没|不会|并没|不想|未|不能|不应",
    re.IGNORECASE,
)
UNREAL = re.compile(
    r"\b(?:if|unless|(?:before|until|once|after|when|as soon as) (?:i|we|you|they|he|she|it)\b|should i|should we|might|may(?! \d)|maybe|perhaps|probably|possibly|could|would|i think|i guess|i hope|hopefully|"
    r"wish|almost|nearly|about to|supposed to|plan(?:ning)? to|thinking (?:of|about)|wonder(?:ing)?|hoping|want(?:s)? to win|"
    r"trying to|try to|is it|are we|do we|did we|have we|what happens|suppose|imagine|pretend|when do|how do|how to|how can)\b"
    r"|如果|要不要|是不是|会不会|可能|也许|或许|应该|假如|要是|万一|能不能赢|是否|吗|怎么|打算|希望|争取",
    re.IGNORECASE,
)
QUESTION_WORD = re.compile(
    r"^(?:who|what|what's|whats|when|where|why|how|which|is|are|was|were|did|does|do|has|have|had(?= (?:i|we|you|they|he|she|it)\b)|should|am|any|whose|where's|who's)\b",
    re.IGNORECASE,
)
ASKED_WITHIN = re.compile(
    r"\b(?:what|how|why|which|where) (?:do|does|did|should|can|could|is|are|would|will) (?:i|we|you|they|he|she|it|the)\b",
    re.IGNORECASE,
)
CHINESE_QUESTION = re.compile(r"[吗呢么]\s*[?？]?$|多少|怎么|什么|谁|哪|几个|如何|为什么|是否|是不是|有没有")


def stripped(words: str) -> str:
    """The text without greetings and phrases that only make a request polite."""
    before = None
    while before != words:
        before = words
        words = REQUEST.sub("", CHINESE_POLITE.sub("", POLITE.sub("", words.strip()))).strip()
    return words


def is_request(words: str) -> bool:
    """Whether it asks somebody to do something, even with a question mark ("can you move …?")."""
    return REQUEST.search(POLITE.sub("", words.strip())) is not None


def is_question(words: str) -> bool:
    core = stripped(words)
    if QUESTION_WORD.search(core) or CHINESE_QUESTION.search(core) or ASKED_WITHIN.search(core):
        return True
    return words.rstrip().endswith(("?", "？")) and not is_request(words)


def is_unreal(words: str) -> bool:
    """Whether it denies or only imagines what it speaks of, so that nothing may be written."""
    core = stripped(words)
    return NEGATED.search(core) is not None or UNREAL.search(core) is not None


def chosen(frame: Frame, kind: Kind, before: str) -> Item | None:
    """The one item of a kind, or the one that stands right after words such as "to"; None where that leaves several."""
    items = frame.of(kind)
    if len(items) < 2:
        return items[0] if items else None
    targets = [
        i for i in items if re.search(rf"(?:{before})\s*(?:the |now |a )?$", frame.clean[: i.start], re.IGNORECASE)
    ]
    return targets[-1] if targets else None
