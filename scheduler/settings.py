"""What may be set from outside for the scheduler."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SchedulerSettings(BaseSettings):
    """Read from environment variables with the prefix ``PLAYMAKER_`` (or from ``.env``)."""

    model_config = SettingsConfigDict(env_prefix="PLAYMAKER_", env_file=".env", extra="ignore", frozen=True)

    report_grace_hours: float = Field(
        default=6, ge=0, description="how many hours late a missed report is still sent; older ones are let go"
    )
    report_workers: int = Field(default=4, ge=1, le=32, description="how many reports are made at the same time")
    schedule_refresh_seconds: float = Field(
        default=2, gt=0, description="seconds until a new, paused or deleted schedule is noticed"
    )

    @property
    def report_grace(self) -> timedelta:
        return timedelta(hours=self.report_grace_hours)
