"""What a load test takes from the environment: `spom up` sets it for its neighbours."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.adapters.environment import read_environment


class Settings(BaseSettings):
    """With a `database_url` people are added and costs are measured: the house is
    here. Without, people come from a file, and costs from the house's own figures."""

    model_config = SettingsConfigDict(env_prefix="SPOM_")

    app_url: str = "http://localhost:8080"
    pack: Path = Path("var/models/faceplugin")
    database_url: str = Field("", validation_alias="DATABASE_URL")
    redis_url: str = Field("", validation_alias="REDIS_URL")


def read_settings() -> Settings:
    """Raises SystemExit naming every setting that is wrong."""
    return read_environment(Settings)
