"""How ambitious a target is, as people say it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator

from skills.text import Text, text
from store.models import Level

LEVEL_NAMES: Mapping[Level, Text] = {
    Level.TARGET: text("target"),
    Level.STRETCH: text("stretch target"),
    Level.CHALLENGE: text("challenge target"),
}
CALLED = {
    **dict.fromkeys(("base", "quota", "plan", "目标", "基本目标", "保底"), Level.TARGET),
    **dict.fromkeys(("stretch goal", "stretch target", "冲刺", "冲刺目标"), Level.STRETCH),
    **dict.fromkeys(("challenge goal", "challenge target", "挑战", "挑战目标"), Level.CHALLENGE),
}


def named_level(words: object) -> object:
    """The level that the words call, where they do; validation says what else is possible."""
    if not isinstance(words, str):
        return words
    said = " ".join(words.casefold().split())
    return CALLED.get(said, said)


LevelName = Annotated[Literal["target", "stretch", "challenge"], BeforeValidator(named_level)]
