"""Settings of the app and the workers, read once from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.proctoring.domain.policy import Policy


class Settings(BaseSettings):
    """`DATABASE_URL`, `REDIS_URL`, `SPOM_…`; policy as `SPOM_POLICY_RETRIES` etc."""

    model_config = SettingsConfigDict(
        env_prefix="SPOM_", env_nested_delimiter="_", env_nested_max_split=1
    )

    database_url: str = Field(validation_alias="DATABASE_URL")
    redis_url: str = Field(validation_alias="REDIS_URL")
    secret: SecretStr = Field(min_length=32)
    app_url: str = "http://localhost:8080"
    app_host: str = "127.0.0.1"
    app_port: int = Field(8080, ge=1, le=65535)
    media_url: str = "http://localhost:8081"
    pack: Path = Path("var/models/faceplugin")
    policy: Policy = Policy()


def read_settings() -> Settings:
    """Raises SystemExit naming every setting that is missing or wrong."""
    try:
        return Settings()
    except ValidationError as error:
        troubles = ", ".join(
            f"{_variable(it['loc'])}: {it['msg'].lower()}" for it in error.errors()
        )
        raise SystemExit(
            f"Settings to mend ({troubles}). `spom up` sets them all by itself."
        ) from None


def _variable(loc: tuple[int | str, ...]) -> str:
    name = "_".join(str(part) for part in loc)
    return name if name.isupper() else f"SPOM_{name.upper()}"
