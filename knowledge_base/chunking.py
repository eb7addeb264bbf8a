"""A document to passages: pieces of about 230 word pieces that stay within one section.

1. Markdown is read into its top-level blocks with their lines (markdown-it; ATX and setext headings alike).
2. A heading opens a section; its path is the headings above it, from the title down.
3. Blocks are packed into passages. A block that is too long alone is cut: a list between items, a table between rows,
   code between lines, prose between sentences. Each later part of a table carries the table's head as context.
4. A passage is one stretch of the source: ``text == source[start:end]``, nothing normalised.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The model reads 256 word pieces; the rest is for the heading path in front.
TARGET = 230
_MAX_PATH = 300
_MAX_HEADING = 160
_SENTENCE = 10
_BLOCKS = {"paragraph_open", "bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"}
_LEAVES = {"fence", "code_block", "html_block"}
_KINDS = {
    "heading_open": "heading",
    "paragraph_open": "text",
    "blockquote_open": "text",
    "html_block": "text",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]*_]*\s+(?=\S)|(?<=[。！？；])[”’」』）]*\s*|\n[ \t]*\n")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+|[^\w\s]")
_LINE_END = re.compile(r"\r\n?|\n")
_COMMENT = re.compile(r"\s*<!--.*?(?:-->\s*|$)", re.DOTALL)


@dataclass(frozen=True)
class Chunk:
    """One passage: ``source[start:end]`` under ``path``, within the section ``source[section_start:section_end]``."""

    path: tuple[str, ...]
    start: int
    end: int
    section_start: int
    section_end: int
    context: str = ""


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    size: int
    context: str = ""


@dataclass
class _Section:
    path: tuple[str, ...]
    start: int
    end: int
    pieces: list[_Piece]


def get_size(text: str) -> int:
    """About how many word pieces the text is: one a Chinese character or mark, one for four letters after the third."""
    return sum(1 + max(0, len(word) - 4) // 5 for word in _WORD.findall(text))


def get_chunks(text: str, *, body_start: int = 0, title: str = "", markdown: bool = True) -> list[Chunk]:
    """Passages of a document in their order; offsets count characters of ``text``."""
    sections = _sections(text, body_start, title) if markdown else [_plain_section(text, body_start, title)]
    chunks = []
    for section in sections:
        budget = max(80, TARGET - get_size(" > ".join(section.path)) - 2)
        for group in _packed(section.pieces, budget):
            start, end = group[0].start, group[-1].end
            chunks.append(Chunk(section.path, start, end, section.start, section.end, group[0].context))
    return chunks


@dataclass(frozen=True)
class Block:
    """A top-level block ``source[start:end]``: heading, text, list, table or code.

    ``parts`` are its sentences, items or rows.
    """

    kind: str
    start: int
    end: int
    parts: tuple[tuple[int, int], ...]


def get_blocks(text: str, start: int, end: int, *, markdown: bool = True) -> list[Block]:
    """The blocks of ``text[start:end]`` with what each is made of; offsets count characters of ``text``."""
    if not markdown:
        return [Block("text", start, end, tuple(get_sentences(text, start, end)))]
    tokens = _parse(text[start:end])
    lines = _Lines(text[:end], start)
    blocks = []
    for at, token in enumerate(tokens):
        kind = _KINDS.get(token.type)
        if token.level or not token.map or kind is None:
            continue
        low, high = _trimmed(text, lines.offset(token.map[0]), lines.offset(token.map[1]))
        if low >= high or (token.type == "html_block" and _COMMENT.fullmatch(text, low, high)):
            continue
        if kind == "list":
            cuts = [low, *(lines.offset(line) for line in _item_lines(tokens, at, 1)), high]
        elif kind == "table":
            first = token.map[0]
            cuts = [low, *(lines.offset(line) for line in range(first + 2, token.map[1])), high]
        else:
            cuts = []
        edges = sorted({cut for cut in cuts if low <= cut <= high})
        parts = [_trimmed(text, *pair) for pair in itertools.pairwise(edges)]
        parts = parts or (get_sentences(text, low, high) if kind == "text" else [(low, high)])
        blocks.append(Block(kind, low, high, tuple(part for part in parts if part[0] < part[1])))
    return blocks


def get_title(text: str, body_start: int) -> str:
    """The first top-level heading of a Markdown document; empty when there is none."""
    for level, heading, _, _ in _headings(_parse(text[body_start:])):
        if level == 1:
            return heading
    return ""


def _parse(body: str) -> list[Token]:
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    # A null character is replaced by markdown-it, which keeps lengths.
    return [token for token in parser.parse(body) if token.level <= 3]


def _headings(tokens: list[Token]) -> Iterator[tuple[int, str, int, int]]:
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            yield int(token.tag[1:]), plain_heading(tokens[at + 1].content), token.map[0], token.map[1]


def plain_heading(content: str) -> str:
    """A heading without its markup: links as their words, no emphasis, no anchors."""
    content = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", content)
    content = re.sub(r"\s*\{#[^}]*\}\s*$|<[^>]{1,200}>|[*`]|(?<!\w)_+|_+(?!\w)", "", content)
    return " ".join(content.split())[:_MAX_HEADING]


class _Lines:
    """Line numbers of a part of the text to character offsets of the whole."""

    def __init__(self, text: str, start: int) -> None:
        self.starts = [start, *(match.end() for match in _LINE_END.finditer(text, start))]
        self.end = len(text)

    def offset(self, line: int) -> int:
        return self.starts[line] if line < len(self.starts) else self.end


def _sections(text: str, body_start: int, title: str) -> list[_Section]:
    body = text[body_start:]
    tokens = _parse(body)
    lines = _Lines(text, body_start)
    headings = {first: (level, name, last) for level, name, first, last in _headings(tokens)}
    base = (title,) if title else ()
    open_headings: list[tuple[int, str]] = []
    current = _Section(base, body_start, len(text), [])
    sections = [current]
    for at, token in enumerate(tokens):
        if token.level or not token.map:
            continue
        first, last = token.map
        if token.type == "heading_open":
            level, name, _ = headings[first]
            open_headings = [(depth, above) for depth, above in open_headings if depth < level]
            open_headings.append((level, name))
            current.end = lines.offset(first)
            path = tuple(above for _, above in open_headings if above)
            path = path if path[:1] == base else base + path
            current = _Section(_short(path), lines.offset(first), len(text), [])
            sections.append(current)
        elif token.type in _BLOCKS or token.type in _LEAVES:
            current.pieces += _block(text, lines, tokens, at, first, last)
    section: _Section
    after: _Section | None
    for section, after in itertools.zip_longest(sections[1:], sections[2:]):
        size = get_size(section.path[-1]) if section.path else 0
        # A heading that is a sentence, with nothing below it, says what it says by itself.
        if not section.pieces and size >= _SENTENCE and not (after and after.path[: len(section.path)] == section.path):
            section.pieces.extend(_cut(text, section.start, section.end, []))
    return [section for section in sections if section.pieces]


def _short(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path with its middle left out while it is too long."""
    while len(path) > 2 and sum(map(len, path)) > _MAX_PATH:
        path = (path[0], *path[2:])
    return path


def _block(text: str, lines: _Lines, tokens: list[Token], at: int, first: int, last: int) -> Iterator[_Piece]:
    token = tokens[at]
    start, end = _trimmed(text, lines.offset(first), lines.offset(last))
    if start >= end:
        return
    if token.type == "html_block" and _COMMENT.fullmatch(text, start, end):
        # An empty piece: no passage reaches across a hidden comment.
        yield _Piece(start, start, 0)
        return
    size = get_size(text[start:end])
    if size <= TARGET:
        yield _Piece(start, end, size)
        return
    context = ""
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        cuts = [lines.offset(line) for line in _item_lines(tokens, at)]
    elif token.type in _LEAVES | {"table_open"}:
        cuts = [lines.offset(line) for line in range(first + 1, last)]
        if token.type == "table_open":
            context = text[start : lines.offset(first + 1)].strip()
    else:
        cuts = []
    yield from _cut(text, start, end, cuts, context if get_size(context) < TARGET // 3 else "")


def _item_lines(tokens: list[Token], at: int, depth: int = 9) -> Iterator[int]:
    for token in tokens[at + 1 :]:
        if token.level == 0:
            return
        if token.type == "list_item_open" and token.map and token.level <= depth:
            yield token.map[0]


def _cut(text: str, start: int, end: int, cuts: list[int], context: str = "") -> Iterator[_Piece]:
    """Pieces between the cuts; one that is still too long is cut at sentences, then anywhere."""
    edges = sorted({start, *(cut for cut in cuts if start < cut < end), end})
    for low, high in itertools.pairwise(edges):
        low_at, high_at = _trimmed(text, low, high)
        size = get_size(text[low_at:high_at])
        if size == 0 and low_at >= high_at:
            continue
        if size <= TARGET:
            yield _Piece(low_at, high_at, size, context if low > start else "")
        else:
            yield from _sentence_pieces(text, low_at, high_at, context if low > start else "")


def _sentence_pieces(text: str, start: int, end: int, context: str) -> Iterator[_Piece]:
    for low, high in get_sentences(text, start, end):
        size = get_size(text[low:high])
        if size <= TARGET:
            yield _Piece(low, high, size, context)
            continue
        # No sentence, no line: cut where the budget is full.
        ends = [match.end() for match in _WORD.finditer(text, low, high)]
        step = max(1, TARGET * len(ends) // size)
        edges = [low, *ends[step - 1 : -1 : step], high]
        for left, right in itertools.pairwise(edges):
            low_at, high_at = _trimmed(text, left, right)
            if low_at < high_at:
                for cut in range(low_at, high_at, TARGET * 8):
                    stop = min(cut + TARGET * 8, high_at)
                    yield _Piece(cut, stop, get_size(text[cut:stop]), context)


def get_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of ``text[start:end]`` as offsets into ``text``, Chinese full stops included."""
    spans = []
    at = start
    for match in _SENTENCE_END.finditer(text, start, end):
        spans.append(_trimmed(text, at, match.end()))
        at = match.end()
    spans.append(_trimmed(text, at, end))
    return [(low, high) for low, high in spans if low < high]


def _packed(pieces: list[_Piece], budget: int) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    size = 0
    for piece in pieces:
        if group and (size + piece.size > budget or piece.start == piece.end):
            yield group
            group, size = [], 0
        if piece.start == piece.end:
            continue
        group.append(piece)
        size += piece.size
    if group:
        yield group


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    stripped = part.strip("\ufeff \t\r\n")
    low = start + (len(part) - len(part.lstrip("\ufeff \t\r\n"))) if stripped else end
    return low, low + len(stripped)


def _plain_section(text: str, start: int, title: str) -> _Section:
    """A text file is one section; its paragraphs are the blocks."""
    edges = [start, *(match.end() for match in re.finditer(r"\n[ \t\r]*\n\s*", text[start:])), len(text)]
    edges = [start, *(start + edge for edge in edges[1:-1]), len(text)]
    pieces = list(_cut(text, start, len(text), edges))
    return _Section((title,) if title else (), start, len(text), pieces)
