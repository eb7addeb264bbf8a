"""Texts as Slack shows them. What came from people, records or documents is shown as it is and never read as markup.

Words go into rich text wherever a block takes it: there nothing is parsed, so `<!channel>`, `*` and `:x:` in a name
stay what they are. Only the notification text and the fields of a section are Slack's own markup and are escaped.
"""

import re
import unicodedata
from collections.abc import Iterator

from slackblocks import RichText

from skills.language import Language
from skills.text import AnyValue, render

ELLIPSIS = "…"
STAR = "\ue000"
"""Stands for a `*` of a value while the sentence's own `**` is found."""
INVISIBLE = {"Cc", "Cs", "Co"}
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that would turn the rest of a line around."""
MARKS = re.compile(r"[*_~`]|:[\w+'-]+:|(^|\n)\s*[>•]")
"""What Slack's markup would take for formatting, an emoji, a quote or a list."""


def clean(words: str) -> str:
    """Without characters that cannot be seen or would mislead."""
    kept = (c for c in words if c not in DIRECTIONS and (c in "\n\t" or unicodedata.category(c) not in INVISIBLE))
    return "".join(kept).replace("\t", " ")


def cut(words: str, most: int) -> str:
    """At most `most` characters, ending in "…" where something was left out."""
    return words if len(words) <= most else words[: max(most - 1, 0)].rstrip() + ELLIPSIS


def capital(words: str) -> str:
    """With a capital at the start, for words that stand alone; where there are capitals."""
    return words[:1].upper() + words[1:]


def runs(thing: AnyValue, language: Language) -> list[tuple[str, bool]]:
    """Stretches of words and whether each is bold, in the reader's language."""
    words = render(thing, language, lambda value: clean(value).replace("*", STAR))
    parts = words.split("**")
    return [(part.replace(STAR, "*"), number % 2 == 1) for number, part in enumerate(parts) if part]


def words_of(thing: AnyValue, language: Language) -> str:
    """The words alone, for places that know no formatting."""
    return "".join(part for part, _ in runs(thing, language))


def rich(thing: AnyValue, language: Language, *, bold: bool = False) -> list[RichText]:
    """The words as rich text elements; at least one."""
    shown = runs(thing, language) or [(ELLIPSIS, False)]
    return [RichText(part, bold=True if bold or strong else None) for part, strong in shown]


def escape(words: str) -> str:
    """The three characters by which Slack's markup names people, channels and links."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def notification(thing: AnyValue, language: Language, most: int = 600) -> str:
    """The text of a message that a notification or a screen reader gives: words without markup."""
    return escape(cut(" ".join(words_of(thing, language).split()) or ELLIPSIS, most))


def is_plain(words: str) -> bool:
    """Whether Slack's markup would leave these words as they are, once escaped."""
    return not MARKS.search(words)


def pieces(elements: list[RichText], most: int) -> Iterator[list[RichText]]:
    """The elements in groups of at most `most` characters; a longer one is split."""
    group: list[RichText] = []
    size = 0
    for element in elements:
        words = element.text
        while size + len(words) > most:
            head, words = words[: most - size], words[most - size :]
            if head:
                group.append(RichText(head, bold=element.bold))
            yield group
            group, size = [], 0
        if words:
            group.append(RichText(words, bold=element.bold))
            size += len(words)
    if group:
        yield group
