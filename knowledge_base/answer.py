"""An answer as people and scripts get it: quotes with their places, a band, and the sentences around them."""

from dataclasses import dataclass
from typing import Any, Literal

from knowledge_base.lexical import is_cjk
from knowledge_base.search import Passage


@dataclass(frozen=True)
class Citation:
    """A quoted stretch of a source: ``quote == source[start:end]`` in characters of the file."""

    file: str
    section: str
    start: int
    end: int
    quote: str
    score: float
    passage: Passage

    def to_json(self) -> dict[str, Any]:
        """The stable form for scripts."""
        return {
            "file": self.file,
            "section": self.section,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True)
class KnowledgeAnswer:
    """An answer, or a refusal, and how sure it is (0 to 1).

    ``citations`` are empty for a refusal; then ``nearest`` names the closest passages for whom that helps.
    ``expired`` names a card that would have answered but may no longer.
    ``understood`` is the whole question where this one went on from the one before it; hand that on as the one before
    the next.
    """

    status: Literal["answer", "refused"]
    band: Literal["sure", "unsure", "unknown"]
    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Passage, ...] = ()
    expired: Passage | None = None
    understood: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The stable form for scripts."""
        return {
            "status": self.status,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "citations": [citation.to_json() for citation in self.citations],
        }


def get_words(text: str) -> dict[str, str]:
    """The sentences in the language of the question."""
    return _WORDS["zh" if is_cjk(text) else "en"]


_WORDS = {
    "en": {
        "unknown": "The knowledge base does not answer that.",
        "nearest": "The nearest it has: {places}.",
        "empty": "The knowledge base is empty. Add a folder with: python -m knowledge_base add FOLDER.",
        "unsure": "Not sure this answers it; the closest passage says:",
        "expired": "{title} ({file}) dealt with this but is valid only until {day}; ask {owner} for the current state.",
        "not yet": "{title} ({file}) deals with this but is valid only from {day}; ask {owner}.",
        "owner": "its owner",
        "see": "See also: {places}.",
    },
    "zh": {
        "unknown": "知识库里没有这个问题的答案。",
        "nearest": "最接近的内容：{places}。",
        "empty": "知识库是空的。请先添加文件夹：python -m knowledge_base add FOLDER。",
        "unsure": "不确定是否回答了您的问题，最接近的内容是：",
        "expired": "《{title}》（{file}）讲过这个问题，但有效期只到 {day}，请向{owner}确认最新情况。",
        "not yet": "《{title}》（{file}）讲到这个问题，但 {day} 才生效，请向{owner}确认。",
        "owner": "负责人",
        "see": "另见：{places}。",
    },
}
