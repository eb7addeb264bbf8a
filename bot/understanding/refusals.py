"""What no sentence can bring about, said plainly."""

import re

from bot.understanding.cues import APPROVING, OUTSIDE, PAY, SENDING
from bot.understanding.drafts import stripped
from bot.understanding.entities import Frame, Kind
from skills.errors import Impossible, NotAllowed, SkillError, Unclear
from skills.text import text


def refused(frame: Frame) -> SkillError | None:
    """Why the message asks for what is not done: deleting, writing to customers, approving, pay, a day that is none."""
    day = next((item.words for item in frame.of(Kind.WHEN) if item.is_impossible), None)
    if day is not None:
        return Unclear(text("There is no such day as {day}.", day=day), text("Tell me the day that you mean."))
    words = frame.masked
    if OUTSIDE.search(words) and not re.search(r"\breports?\b|\bdigest\b|\bschedule", words):
        return NotAllowed(
            text("I don't delete records, and neither does anybody through me."),
            text("Mark an opportunity as lost, or ask an administrator."),
        )
    if SENDING.match(stripped(words)):
        return Impossible(
            text("I can't write to or call customers."), text("I can log what you did, or keep it as the next step.")
        )
    if APPROVING.search(words):
        return NotAllowed(
            text("I can't approve anything."),
            text("Ask your manager; “ask who approves a discount” tells you who it is."),
        )
    personal = frame.of(Kind.PERSON) or re.search(r"\b(?:his|her|their|my|i|he|she|everyone'?s?)\b|我|他|她", words)
    if PAY.search(words) and personal:
        return NotAllowed(text("I know nothing about anybody's pay."), text("Ask your manager or HR."))
    return None
