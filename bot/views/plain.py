"""Answers as plain text, for the command line and for scripts: everything a reader would see, without Slack."""

from collections.abc import Iterator, Sequence

from bot.views.table import aligned, cell
from skills.answer import Answer, Block, Bullets, Chart, Facts, Paragraph, Quote, Table
from skills.language import Language
from skills.text import AnyValue, render, text

RULE = "–"


def plain_answer(answer: Answer, language: Language) -> str:
    """The whole answer as lines of text; choices are numbered, so that "2" answers them. Its menu is left out."""
    parts = [plain_words(answer.headline, language)]
    parts += [_block(block, language) for block in answer.blocks if not _is_told(block, answer.blocks, language)]
    if answer.citations:
        parts.append(
            "\n".join(f"[{number}] {item.file}, {item.section}" for number, item in enumerate(answer.citations, 1))
        )
    parts += [plain_words(note, language) for note in answer.notes]
    if answer.choices:
        lines = enumerate(list_choices(answer, language), 1)
        parts.append("\n".join(f"{number}. {choice}" for number, choice in lines))
    parts += [f"[{file.name}, {len(file.content):,} bytes]" for file in answer.files]
    buttons = [action for action in answer.actions if not action.tucked]
    if buttons:
        parts.append(" ".join(f"[{plain_words(action.label, language)}]" for action in buttons))
    return "\n".join(part for part in parts if part)


def list_choices(answer: Answer, language: Language) -> list[str]:
    """The labels of the choices."""
    return [plain_words(choice.label, language) for choice in answer.choices]


def plain_words(thing: AnyValue, language: Language) -> str:
    """The words without their markup; `**` in a value stays what it is."""
    hidden = "\ue000"
    rendered = render(thing, language, lambda words: words.replace("**", hidden))
    return rendered.replace("**", "").replace(hidden, "**")


def _is_told(block: Block, blocks: Sequence[Block], language: Language) -> bool:
    """Whether a chart only draws what a table of the same answer lists."""
    if not isinstance(block, Chart) or len(block.series) != 1 or not block.categories:
        return False
    drawn = [plain_words(category, language) for category in block.categories]
    listed = [
        {cell(value, language) for row in table.rows for value in row} for table in blocks if isinstance(table, Table)
    ]
    return any(all(category in words for category in drawn) for words in listed)


def _block(block: Block, language: Language) -> str:
    match block:
        case Paragraph():
            return plain_words(block.text, language)
        case Bullets():
            title = [plain_words(block.title, language)] if block.title else []
            return "\n".join([*title, *(f"- {plain_words(item, language)}" for item in block.items)])
        case Facts():
            return "\n".join(
                plain_words(text("{label}: {value}", label=fact.label, value=fact.value), language)
                for fact in block.facts
            )
        case Quote():
            lines = [f"> {line}" for line in block.text.splitlines()]
            return "\n".join([*lines, *([f"  {RULE} {plain_words(block.source, language)}"] if block.source else [])])
        case Table():
            return "\n".join(_table(block, language))
        case Chart():
            return "\n".join(_chart(block, language))


def _table(table: Table, language: Language) -> Iterator[str]:
    yield plain_words(table.title, language)
    if not table.rows:
        yield plain_words(text("Nothing to list."), language)
        return
    header = [plain_words(column.label, language) for column in table.columns]
    rows = [[cell(value, language) for value in row] for row in table.rows]
    if table.total:
        rows.append([cell(value, language) for value in table.total])
    yield aligned([header, *rows], [column.numeric for column in table.columns])


def _chart(chart: Chart, language: Language) -> Iterator[str]:
    """The numbers that the chart draws, a line for each category."""
    title = plain_words(chart.title, language)
    yield title if chart.unit in title else f"{title} ({chart.unit})"
    labels = [plain_words(category, language) for category in chart.categories]
    rows = [
        [
            label,
            *(
                f"{series.values[index]:,.2f}".removesuffix(".00")
                for series in chart.series
                if index < len(series.values)
            ),
        ]
        for index, label in enumerate(labels)
    ]
    if rows and all(len(row) == len(rows[0]) for row in rows):
        yield aligned(rows, [False, *(True for _ in rows[0][1:])])
