"""What may be set from outside for the database."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class StoreSettings(BaseSettings):
    """Read from environment variables with the prefix ``PLAYMAKER_`` (or from ``.env``)."""

    model_config = SettingsConfigDict(env_prefix="PLAYMAKER_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default=Path(".playmaker"), description="folder of everything Playmaker keeps on this machine")
    database_url: str = Field(
        default="",
        description="sqlite:///path or postgresql://user:password@host/name; playmaker.db in the home when left out",
    )

    @property
    def database(self) -> str:
        """The URL of the database."""
        return self.database_url or f"sqlite:///{self.home / 'playmaker.db'}"
