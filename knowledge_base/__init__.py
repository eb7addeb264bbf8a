"""What the company has written down: sources, passages, search and cited answers.

``KnowledgeBase.open(KnowledgeSettings(), now)`` is the way in. Importing this package loads neither Chroma nor
LangChain nor a model.
"""

from knowledge_base.base import Document, KnowledgeBase, Section, Status
from knowledge_base.cards import Card
from knowledge_base.errors import (
    EmbeddingsUnusable,
    IndexBusy,
    KnowledgeError,
    ModelMismatch,
    NotCertified,
    NothingToAdd,
    UnusableSynonyms,
)
from knowledge_base.settings import KnowledgeSettings

__all__ = [
    "Card",
    "Document",
    "EmbeddingsUnusable",
    "IndexBusy",
    "KnowledgeBase",
    "KnowledgeError",
    "KnowledgeSettings",
    "ModelMismatch",
    "NotCertified",
    "NothingToAdd",
    "Section",
    "Status",
    "UnusableSynonyms",
]
