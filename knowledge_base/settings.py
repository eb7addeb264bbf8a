"""What may be set from outside for the knowledge base."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

BUILT_IN = "builtin"


class KnowledgeSettings(BaseSettings):
    """Read from environment variables with the prefix ``PLAYMAKER_`` (or from ``.env``)."""

    model_config = SettingsConfigDict(
        env_prefix="PLAYMAKER_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(default=Path(".playmaker"), description="folder of everything Playmaker keeps on this machine")
    knowledge_database_url: str | None = Field(
        default=None,
        description="postgresql://user:password@host/name for the rows of the knowledge base; "
        "a SQLite file in the home when left out",
    )
    chroma_url: str | None = Field(
        default=None, description="address of a Chroma server, such as http://127.0.0.1:8000; embedded when left out"
    )
    embeddings: str = Field(
        default=BUILT_IN, description="a LangChain embeddings string such as openai:text-embedding-3-small, or builtin"
    )

    @property
    def folder(self) -> Path:
        """Where the knowledge base keeps its rows and its index."""
        return self.home / "knowledge_base"
