"""What can go wrong, in words for the person who asked.

    KnowledgeError
    ├── NothingToAdd        a path that is not there
    ├── IndexBusy           another process is writing the index
    ├── ModelMismatch       the index was made by another embedding model
    ├── EmbeddingsUnusable  the configured embedding model cannot be used
    ├── DatabaseUnusable    the PostgreSQL server of the rows does not answer, or refuses
    ├── UnusableSynonyms    a table of synonyms that cannot be read
    └── NotCertified        too few questions, or too many mistakes, for the calibration that was asked for

``str()`` of each is a finished sentence: what happened, why, what to do next.
"""


class KnowledgeError(Exception):
    """The base of all errors this room raises on purpose."""


class NothingToAdd(KnowledgeError):
    """A path that was asked for is not there or cannot be read."""


class IndexBusy(KnowledgeError):
    """Another process holds the writer's lock."""


class ModelMismatch(KnowledgeError):
    """The passages were embedded by another model than the one configured now."""


class EmbeddingsUnusable(KnowledgeError):
    """The configured embedding model is unknown, not installed, or refuses to start."""


class NotCertified(KnowledgeError):
    """The questions do not suffice to promise what was asked for; nothing was changed."""


class UnusableSynonyms(KnowledgeError):
    """A line of the table is not what it should be; the table before it still counts."""


class DatabaseUnusable(KnowledgeError):
    """The database of the rows does not answer, or is not one that can be used."""
