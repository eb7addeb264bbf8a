"""What may be set from outside for the bot."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SLACK_API = "https://slack.com/api/"


class SlackSettings(BaseSettings):
    """Where Slack is and how we prove who we are; environment variables with the prefix ``SLACK_`` (or ``.env``)."""

    model_config = SettingsConfigDict(env_prefix="SLACK_", env_file=".env", extra="ignore", frozen=True)

    bot_token: SecretStr = Field(default=SecretStr(""), description="bot token, begins with xoxb-")
    app_token: SecretStr = Field(default=SecretStr(""), description="app token for Socket Mode, begins with xapp-")
    signing_secret: SecretStr = Field(default=SecretStr(""), description="signing secret, for receiving over HTTP")
    api_url: str = Field(default=SLACK_API, description="address of Slack's Web API")

    @field_validator("api_url")
    @classmethod
    def _ends_in_a_slash(cls, url: str) -> str:
        return url if url.endswith("/") else f"{url}/"

    @property
    def is_local(self) -> bool:
        """Whether Slack is on this machine: then no proxy stands between."""
        host = urlsplit(self.api_url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False


class BotSettings(BaseSettings):
    """Environment variables with the prefix ``PLAYMAKER_`` (or ``.env``)."""

    model_config = SettingsConfigDict(env_prefix="PLAYMAKER_", env_file=".env", extra="ignore", frozen=True)

    model: str = Field(default="", description="a LangChain model string such as openai:gpt-4.1; none when left out")
    command: str = Field(default="/sales", description="the slash command")
    name: str = Field(default="Playmaker", description="name of the app in Slack")
    workers: int = Field(default=16, ge=1, le=128, description="how many requests are worked on at the same time")
    port: int = Field(default=3000, validation_alias="PORT", description="port for Slack's requests over HTTP")
    host: str = Field(default="0.0.0.0", description="address to listen on over HTTP")  # noqa: S104 - Slack comes from outside
    status_after: float = Field(default=0.8, ge=0, description="seconds until the thread says that work is going on")
