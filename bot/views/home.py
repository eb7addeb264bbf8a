"""The Home tab: answers one below the other."""

from collections.abc import Sequence

from slackblocks import Block, DividerBlock, HeaderBlock, PlainText

from bot.views.answer import draw_answer, resolved
from bot.views.drawing import Json
from bot.views.escape import clean, cut, words_of
from skills.answer import Answer
from skills.language import Language
from skills.text import Text, text

MOST_BLOCKS = 100
MOST_HEADER = 150


def draw_home(name: str, sections: Sequence[tuple[str, Text, Answer]], language: Language) -> Json:
    """The view for somebody called `name`; a section is a unique name, a title and an answer."""
    greeting = words_of(text("Hello, {name}", name=clean(name)), language)
    head: list[Block] = [HeaderBlock(PlainText(cut(greeting, MOST_HEADER)), block_id="hello")]
    blocks = list(resolved(head))
    room = (MOST_BLOCKS - 1) // max(len(sections), 1) - 2
    for key, title, answer in sections:
        header: list[Block] = [
            DividerBlock(block_id=f"{key}.line"),
            HeaderBlock(PlainText(cut(words_of(title, language) or key, MOST_HEADER)), block_id=f"{key}.title"),
        ]
        drawn = draw_answer(answer, language, name=key, most_blocks=room, charts=False)
        blocks += [*resolved(header), *drawn.blocks]
    return {"type": "home", "callback_id": "home", "blocks": blocks}


def draw_stranger(answer: Answer, language: Language) -> Json:
    """For somebody who may not use the assistant."""
    return {"type": "home", "callback_id": "home", "blocks": list(draw_answer(answer, language, charts=False).blocks)}
