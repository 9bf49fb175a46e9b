"""Settings of the media process, read once from the environment."""

import socket
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.adapters.environment import read_environment
from media.seam.place import Place, read_place


class Settings(BaseSettings):
    """`REDIS_URL` and `SPOM_…`; the secret is the app's."""

    model_config = SettingsConfigDict(env_prefix="SPOM_")

    redis_url: str = Field(validation_alias="REDIS_URL")
    secret: SecretStr = Field(min_length=32)
    app_url: str = "http://localhost:8080"
    media_url: str = "http://localhost:8081"
    metrics: str = ""
    """Where Prometheus finds this process, as `127.0.0.1:9464`; empty: nowhere."""
    media_host: str = "127.0.0.1"
    media_port: int = Field(8081, ge=0, le=65535)
    media_announce: str = "127.0.0.1"
    """The address browsers send video to; behind NAT, the public one."""
    media_ports: str = ""
    """The UDP ports they send it to: 40000-40999, one for each, or 40000, one for all;
    empty: any."""
    media_capacity: int = Field(400, ge=1)
    media_drain_s: float = Field(20, ge=0)
    """How long a node that is told to stop waits for its students to have moved."""
    media_node: str = ""
    """The node's name in Redis, unique; empty: made from host name and port."""
    pack: Path = Path("var/models/faceplugin")
    glance_every_s: float = Field(
        10, ge=0, validation_alias="SPOM_POLICY_GLANCE_EVERY_S"
    )
    """0: no glances; then looks alone see who is there."""
    capture_s: float = Field(2.5, gt=0, validation_alias="SPOM_POLICY_CAPTURE_S")

    @property
    def node(self) -> str:
        return self.media_node or f"{socket.gethostname()}-{self.media_port}"

    @property
    def place(self) -> Place:
        return read_place(self.media_announce, self.media_ports)

    @model_validator(mode="after")
    def _place_is_well(self) -> Self:
        _ = self.place
        return self


def read_settings() -> Settings:
    """Raises SystemExit naming every setting that is missing or wrong."""
    return read_environment(Settings)
