"""What is said out of politeness and asks for nothing."""

import re

from skills.answer import Answer
from skills.text import text

THANKS = re.compile(
    r"^\W*(?:(?:great|perfect|cool|nice|super|awesome|good|ok(?:ay)?|got it|all right)[ ,!.]+)*(?:many )?"
    r"(?:thanks|thank (?:you|u)|thx|tnx|ty|cheers|much appreciated)"
    r"(?:[ ,!.]*(?:a lot|a bunch|so much|very much|again|playmaker|for (?:that|this|the help|your help)))*\W*$"
    r"|^\W*(?:好的?|太好了|不错|收到|明白了?)?[，,！!。\s]*(?:非常|十分)?(?:谢谢|多谢|感谢|谢啦|谢了|辛苦)"
    r"(?:你|您|啦|了|的帮助|帮忙)*\W*$",
    re.IGNORECASE,
)


def answered_thanks(words: str) -> Answer | None:
    """A friendly word, where somebody says no more than thanks."""
    return Answer(headline=text("You're welcome."), private=True) if THANKS.match(words) else None
