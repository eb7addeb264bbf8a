"""Cards as a group, for questions that name only what they are ("who are our competitors?"); and their products.

A group is all cards of one kind, of one folder or with one tag. Its name, not a passage, is what such a question says.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from knowledge_base.cards import Card
from knowledge_base.lexical import get_tokens, is_cjk, is_seam, is_solid
from knowledge_base.synonyms import Alternative, get_with

_LEAST = 2
_MEASURE = re.compile(
    r"\b(?:how (?:much|many|long|often|far|big|fast)|when|why)\b|多少|多久|几|什么时候|为什么", re.IGNORECASE
)
# What the kinds of cards are called besides the word in the front matter, which is English.
_ALSO = {
    "competitor": ("竞争对手", "竞品"),
    "objection": ("异议", "反对意见"),
    "pricing": ("价格", "价格表", "price list"),
    "story": ("客户案例", "成功案例", "customer story", "success story", "reference customer"),
    "stage": ("销售阶段", "sales stage"),
    "process": ("流程",),
    "security": ("安全",),
    "glossary": ("术语", "术语表"),
    "onboarding": ("入职",),
}
# What an overview is asked with besides the name of the group.
_AROUND = frozenset(
    get_tokens("main biggest important list overview show name different available exist all every kind type sort card")
    + get_tokens("主要 最大 重要 列出 介绍 全部 所有 目前 现在")
)


def get_group(
    tokens: Iterable[str], text: str, cards: Sequence[tuple[int, str, Card]], alternatives: Sequence[Alternative]
) -> list[int]:
    """Ids of the documents that the question names as a group, in the order given; none when it asks for more."""
    own = {token for token in tokens if is_solid(token) and not is_seam(token)} - _AROUND
    if not own or _MEASURE.search(text):
        return []
    groups: dict[str, list[int]] = {}
    for document_id, file, card in cards:
        names = {card.kind or "", *_ALSO.get(card.kind or "", ()), PurePosixPath(file).parent.name, *card.tags}
        for name in names - {""}:
            groups.setdefault(name, []).append(document_id)
    fitting = [
        ids
        for name, ids in groups.items()
        if len(ids) >= _LEAST and own <= get_with(set(get_tokens(re.sub(r"[-_]", " ", name))), alternatives)
    ]
    return max(fitting, key=len, default=[])


def get_products(text: str, products: Iterable[str]) -> frozenset[str]:
    """Which of these products the text names."""
    return frozenset(
        name for name in products if re.search(_pattern(name), text, 0 if name.istitle() else re.IGNORECASE)
    )


def _pattern(name: str) -> str:
    """A product as a word of its own; Chinese around it does not make it part of another."""
    return re.escape(name) if is_cjk(name) else rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
