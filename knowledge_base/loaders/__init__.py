"""Files to text. A new format is one more module with a ``load`` and one line in LOADERS."""

from knowledge_base.loaders.folder import FoundFile, list_files
from knowledge_base.loaders.loaded import Loaded, Unreadable
from knowledge_base.loaders.plain import load as load_plain

LOADERS = dict.fromkeys((".md", ".markdown", ".mdown", ".txt", ".text"), load_plain)

__all__ = ["LOADERS", "FoundFile", "Loaded", "Unreadable", "list_files"]
