"""An answer as a Slack message: nothing is computed here, and Slack refuses nothing of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from slackblocks import (
    ActionsBlock,
    Block,
    Button,
    ContextBlock,
    DataTableBlock,
    OverflowMenu,
    PlainText,
    RichText,
    RichTextBlock,
    RichTextList,
    RichTextQuote,
    RichTextSection,
    SectionBlock,
)
from slackblocks import Text as SlackText

from bot.views.button import Press, draw_button, of_action, of_choice
from bot.views.chart import draw_chart
from bot.views.drawing import Drawing, Json
from bot.views.escape import capital, cut, escape, is_plain, notification, pieces, rich, words_of
from bot.views.menu import draw_menu
from bot.views.picture import Picture
from bot.views.table import MOST_TEXT, draw_table
from skills.answer import Action, Answer, Bullets, Chart, Citation, Facts, Paragraph, Quote, Status, Table
from skills.answer import Block as Part
from skills.language import Language
from skills.offers import EXPORT
from skills.text import Text, Word, text

MOST_BLOCKS = 50
MOST_WORDS = 2_800
"""Characters of one block."""
MOST_IN_ALL = 12_000
"""Characters of one message; Slack's own limit is higher, and not documented."""
FACTS_IN_A_BLOCK = 10
MOST_LABEL = 60
MOST_FACT = 330
"""Escaped, label and value stay below the 2,000 characters of a field."""
BUTTONS_IN_A_ROW = 5
MOST_BUTTONS = 20
MOST_NOTES = 8
PATH = " > "
"""Between the headings of a section's path."""
CHARTS = 2
NOT_ATTACHED = text(
    "I could not attach what belongs here. Ask an administrator whether the app may write files in Slack."
)

Extra = tuple[Text, Press]


def draw_answer(
    answer: Answer,
    language: Language,
    *,
    extra: Sequence[Extra] = (),
    name: str = "answer",
    most_blocks: int = MOST_BLOCKS,
    charts: bool = True,
) -> Drawing:
    """The message. `extra` are buttons after the answer's own; `name` begins every block id, which are always the same.

    `charts=False` is for places that show none, such as the Home tab. A chart that Slack's own do not hold becomes a
    picture beside the blocks.
    """
    head = _paragraph(answer.headline, language, f"{name}.headline")[:1]
    body = _body(answer, language, name, charts=charts)
    buttons = _buttons(_with_file_at_hand(answer) if body.is_cut else answer, extra, language, name)
    notes = _notes(answer, language, name)
    tail = [*notes, *buttons] if answer.status is Status.CONFIRM else [*buttons, *notes]
    room = most_blocks - len(head) - len(tail)
    blocks = [*head, *_fitting(body.blocks, room, language, name), *tail]
    return Drawing(
        notification(answer.headline, language),
        resolved(blocks),
        pictures=tuple(body.pictures),
        spare=tuple(body.spare),
        files=answer.files,
        excuse=words_of(NOT_ATTACHED, language),
    )


def resolved(blocks: Iterable[Block]) -> tuple[Json, ...]:
    """The blocks as Slack's JSON."""
    return tuple(block._resolve() for block in blocks)  # noqa: SLF001 - the library's only way to JSON for one block


def size_of(shown: object) -> int:
    """Characters that a reader sees in a block."""
    if isinstance(shown, dict):
        return sum(
            len(value) if key == "text" and isinstance(value, str) else size_of(value) for key, value in shown.items()
        )
    return sum(map(size_of, shown)) if isinstance(shown, list | tuple) else 0


def _fitting(body: Sequence[Block], room: int, language: Language, name: str) -> list[Block]:
    """As much from the start as one message takes, and a line that says so where it is not all."""
    kept: list[Block] = []
    size = 0
    for number, block in enumerate(body):
        size += size_of(resolved([block]))
        left = len(body) - number
        if size > MOST_IN_ALL or (len(kept) == room - 1 and left > 1):
            more = words_of(text("… the rest does not fit into one message. Ask for less at a time."), language)
            return [*kept, _small([more], f"{name}.rest")]
        kept.append(block)
    return kept


@dataclass
class Body:
    """What stands between headline and small print."""

    blocks: list[Block] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    """Charts that do not fit among the blocks."""
    spare: list[Picture] = field(default_factory=list)
    """The charts among the blocks."""
    is_cut: bool = False
    """Whether a table has more rows than are shown."""


def _body(answer: Answer, language: Language, name: str, *, charts: bool) -> Body:
    # Slack counts the text of all data tables of a message together.
    room, body = MOST_TEXT, Body()
    for number, part in enumerate(answer.blocks, 1):
        here = f"{name}.{number}"
        if isinstance(part, Table):
            for block in draw_table(part, language, here, room=room):
                room -= size_of(resolved([block])) if isinstance(block, DataTableBlock) else 0
                body.is_cut = body.is_cut or block.block_id == f"{here}.more"
                body.blocks.append(block)
        elif isinstance(part, Chart):
            if charts:
                _add_chart(body, part, language, here)
        else:
            body.blocks += _words(part, language, here)
    return body


def _add_chart(body: Body, chart: Chart, language: Language, name: str) -> None:
    """Slack's own where it fits, else a picture."""
    picture = Picture(chart, language)
    drawn = draw_chart(chart, language, name) if len(body.spare) < CHARTS else None
    if drawn is not None:
        body.blocks.append(drawn)
        body.spare.append(picture)
    elif picture.can_be_drawn:
        body.pictures.append(picture)


def _with_file_at_hand(answer: Answer) -> Answer:
    """The whole table as a file is offered beside the buttons where not all of it is shown."""
    first = next((action for action in answer.actions if action.tucked and is_export(action)), None)
    shown = tuple(a.model_copy(update={"tucked": False}) if a is first else a for a in answer.actions)
    return answer.model_copy(update={"actions": shown})


def is_export(action: Action) -> bool:
    return action.invocation is not None and action.invocation.skill == EXPORT


def _words(part: Part, language: Language, name: str) -> list[Block]:
    match part:
        case Paragraph():
            return _paragraph(part.text, language, name)
        case Bullets():
            return list(_bullets(part, language, name))
        case Facts():
            return list(_facts(part, language, name))
        case Quote():
            return list(_quote(part, language, name))
        case _:
            return []


def _paragraph(words: Text, language: Language, name: str) -> list[Block]:
    return [
        RichTextBlock([RichTextSection(list(group))], block_id=f"{name}-{number}" if number else name)
        for number, group in enumerate(pieces(rich(words, language), MOST_WORDS))
    ]


def _bullets(part: Bullets, language: Language, name: str) -> Iterator[Block]:
    if part.title is not None:
        title = cut(words_of(part.title, language) or "…", MOST_WORDS)
        yield RichTextBlock([RichTextSection([RichText(title, bold=True)])], block_id=f"{name}.title")
    group: list[RichTextSection] = []
    size, number = 0, 0
    for item in part.items:
        elements = next(pieces(rich(item, language), MOST_WORDS))
        length = sum(len(element.text) for element in elements)
        if group and size + length > MOST_WORDS:
            yield RichTextBlock([RichTextList("bullet", group)], block_id=f"{name}.list-{number}")
            group, size, number = [], 0, number + 1
        group.append(RichTextSection(list(elements)))
        size += length
    if group:
        yield RichTextBlock([RichTextList("bullet", group)], block_id=f"{name}.list-{number}")


def _facts(part: Facts, language: Language, name: str) -> Iterator[Block]:
    for number, start in enumerate(range(0, len(part.facts), FACTS_IN_A_BLOCK)):
        shown = [
            (capital(_short(fact.label, language, MOST_LABEL)), _short(fact.value, language, MOST_FACT))
            for fact in part.facts[start : start + FACTS_IN_A_BLOCK]
        ]
        block_id = f"{name}.facts-{number}"
        if all(is_plain(label) and is_plain(words) for label, words in shown):
            yield SectionBlock(
                fields=[SlackText(f"*{escape(label)}*\n{escape(words)}", verbatim=True) for label, words in shown],
                block_id=block_id,
            )
        else:
            yield RichTextBlock(
                [RichTextSection([RichText(f"{label}: ", bold=True), RichText(words)]) for label, words in shown],
                block_id=block_id,
            )


def _short(words: Text, language: Language, most: int) -> str:
    return cut(words_of(words, language).strip() or "–", most)


def _quote(part: Quote, language: Language, name: str) -> Iterator[Block]:
    words = words_of(Word(value=part.text), language).strip() or "…"
    for number, group in enumerate(pieces([RichText(words)], MOST_WORDS)):
        yield RichTextBlock([RichTextQuote(list(group))], block_id=f"{name}.quote-{number}")
    if part.source is not None:
        yield _small([words_of(part.source, language)], f"{name}.source")


def _notes(answer: Answer, language: Language, name: str) -> list[Block]:
    """Small print, a block for each line: within one block Slack lets lines run together."""
    lines = [words_of(note, language) for note in answer.notes]
    lines += _places(answer.citations, language)
    kept = [line for line in dict.fromkeys(lines) if line.strip()]
    if len(kept) > MOST_NOTES:
        kept = [*kept[: MOST_NOTES - 1], " · ".join(kept[MOST_NOTES - 1 :])]
    return [_small([line], f"{name}.note-{number}") for number, line in enumerate(kept, 1)]


def _places(citations: Sequence[Citation], language: Language) -> list[str]:
    """Where the quotes stand: a line for each file, with its sections."""
    by_file: dict[str, list[str]] = {}
    for citation in citations:
        sections = by_file.setdefault(citation.file, [])
        if citation.section and citation.section not in sections:
            sections.append(citation.section)
    return [
        words_of(Word(value=f"{file} › {_shared(sections)}" if sections else file), language)
        for file, sections in by_file.items()
    ]


def _shared(sections: Sequence[str]) -> str:
    """Heading paths with what they have in common said once."""
    first, *others = sections
    head = first.rpartition(PATH)[0]
    if not head or not others or any(not section.startswith(head + PATH) for section in others):
        return "; ".join(sections)
    return f"{head}{PATH}" + ", ".join(section.removeprefix(head + PATH) for section in sections)


def _small(lines: Sequence[str], block_id: str) -> ContextBlock:
    """Small print, a line each. Plain text: nothing in it is read as markup."""
    words = "\n".join(line for line in dict.fromkeys(lines) if line.strip())
    return ContextBlock([PlainText(cut(words or "–", MOST_WORDS))], block_id=block_id)


def _buttons(answer: Answer, extra: Sequence[Extra], language: Language, name: str) -> list[Block]:
    """Rows of buttons; what is tucked away is in the menu at the end of the last one."""
    tucked = [(action.label, of_action(action, language)) for action in answer.actions if action.tucked]
    menu, others = draw_menu(tucked, language)
    wanted: list[tuple[Text, Press, Literal["", "primary", "danger"]]] = [
        *((choice.label, of_choice(choice, language), "") for choice in answer.choices),
        *((one.label, of_action(one, language), one.style) for one in answer.actions if not one.tucked),
        *((label, press, "") for label, press in (*extra, *others)),
    ]
    drawn: list[Button] = []
    for number, (label, press, style) in enumerate(wanted[:MOST_BUTTONS]):
        button = draw_button(label, press, language, number, style)
        if button is not None:
            drawn.append(button)
    rows: list[list[Button | OverflowMenu]] = [
        [*drawn[start : start + BUTTONS_IN_A_ROW]] for start in range(0, len(drawn), BUTTONS_IN_A_ROW)
    ]
    if menu is not None:
        rows = rows or [[]]
        rows[-1].append(menu)
    return [
        ActionsBlock([*row], block_id=f"{name}.actions-{number * BUTTONS_IN_A_ROW}") for number, row in enumerate(rows)
    ]
