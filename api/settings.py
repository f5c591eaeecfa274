"""What is configured: read once from the environment (`XDS_…`), frozen, and handed down."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from logs.errors import Language
from logs.hashing import Hash


class Settings(BaseSettings):
    """Where state lies, who listens where, and the limits of one call.

    Every value has a default that works on one machine; `XDS_STATE=/srv/sandbox` and the like override it.
    """

    model_config = SettingsConfigDict(env_prefix="XDS_", frozen=True, extra="ignore")

    state: Path = Field(default=Path("state"), description="folder that holds everything the platform keeps")
    database: SecretStr | None = Field(default=None, description="SQLAlchemy URL; default: SQLite in the state folder")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    receiver_host: str = "127.0.0.1"
    receiver_port: int = Field(default=4318, ge=0, le=65535)
    resource_platform: str | None = Field(default=None, description="OTLP/HTTP address that the relay delivers to")
    delivery_token: SecretStr | None = Field(default=None, description="what the receiver asks of who delivers")
    reading_token: SecretStr | None = Field(default=None, description="what the receiver asks of who reads")
    receiver_key: str | None = Field(
        default=None, pattern="^[0-9a-f]{64}$", description="public key of the receiver's receipts; default: its first"
    )
    platform_key: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        description="public key of the checkpoints taken; default: any",
    )
    tls_authority: Path | None = Field(default=None, description="who signs the other side's certificates, as PEM")
    tls_certificate: Path | None = Field(default=None, description="this part's own certificate, as PEM")
    tls_key: Path | None = Field(default=None, description="the key of that certificate, as PEM")
    log_hash: Hash = Field(default=Hash.SHA256, description="hash a new log is sealed with, for good: sha256 or sm3")
    language: Language = "zh"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    runner: str = Field(default="serve", min_length=1, description="names this process among those on one database")
    workers: int = Field(default=2, ge=1, le=64, description="confined query workers kept warm")
    disclosure_rules: Path | None = Field(
        default=None, description="the disclosure rule document the bureau approved; default: the one that ships"
    )
    body_limit: int = Field(default=262_144, ge=1024, description="bytes of a JSON request")
    upload_limit: int = Field(default=4 << 30, ge=1024, description="bytes of one arriving file")
    workspace_tables: int = Field(default=20, ge=0, le=1000, description="tables an agreement may keep")
    workspace_bytes: int = Field(default=1 << 30, ge=0, description="bytes of the files of an agreement's tables")
    log_room: int = Field(default=100_000, ge=1, description="undelivered events at which nothing new may begin")
    log_room_minutes: int = Field(default=60, ge=1, description="age of the oldest of them at which it may not either")
    training: Literal["recorded", "required"] = Field(
        default="recorded", description="whether a person without training that counts may query"
    )
    smtp_host: str | None = Field(default=None, description="mail server for reminders; none: no e-mail is sent")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_sender: str = "sandbox@localhost"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: bool = True
    webhook_hosts: tuple[str, ...] = Field(default=(), description="hosts that reminders may be posted to")
    token_days: int = Field(default=90, ge=1, le=366)
    idempotency_hours: int = Field(default=24, ge=1, le=168)

    @cached_property
    def database_url(self) -> str:
        """The control plane's database, by default `control.sqlite` in the state folder."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.state.resolve() / 'control.sqlite'}"

    @property
    def receiver_url(self) -> str:
        """Where the resource platform takes delivery and shows who saw what."""
        return self.resource_platform or f"http://{self.receiver_host}:{self.receiver_port}"
