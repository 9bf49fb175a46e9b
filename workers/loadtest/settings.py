"""What a load test takes from the environment: `spom up` sets it for its neighbours."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.adapters.environment import read_environment

LOCAL = ("localhost", "127.0.0.1")


class Settings(BaseSettings):
    """With a `database_url` a house is here: people are added to it, and its costs are
    measured. Elsewhere people come from a file, and costs are not measured."""

    model_config = SettingsConfigDict(env_prefix="SPOM_")

    app_url: str = "http://localhost:8080"
    pack: Path = Path("var/models/faceplugin")
    database_url: str = Field("", validation_alias="DATABASE_URL")
    redis_url: str = Field("", validation_alias="REDIS_URL")

    def is_here(self, url: str) -> bool:
        """Whether that deployment is the house of `database_url`."""
        ours = url == self.app_url.rstrip("/") or urlsplit(url).hostname in LOCAL
        return bool(self.database_url) and ours


def read_settings() -> Settings:
    """Raises SystemExit naming every setting that is wrong."""
    return read_environment(Settings)
