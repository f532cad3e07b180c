"""What the surroundings say: every variable the portal reads, with its type and its rule.

A missing or wrong value stops the start with its name and what is expected, all of them at once.
"""

import datetime as dt
import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, Field, Json, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CommaSeparated = Annotated[list[str], NoDecode]

BUILD_VALUES: dict[str, Any] = {
    # `CPA_BUILD=1` is for commands that touch no data (collectstatic, makemigrations --check, check --deploy).
    "database_url": "postgres://build:build@localhost:5432/build",
    "redis_url": "redis://localhost:6379/0",
    "secret_key": "for-building-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
    "field_encryption_keys": ["YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtMDE="],
    "nir_hash_keys": ["YnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtYnVpbGQtMDE="],
    "allowed_hosts": ["localhost"],
    "site_url": "https://localhost",
}


class MaintenanceWindow(BaseModel):
    """A weekly span in which AGORA answers nothing. `weekday`: 0 is Monday; the rule holds between its two days."""

    weekday: int = Field(ge=0, le=6)
    start: dt.time
    end: dt.time
    zone: str = "Europe/Paris"
    from_day: dt.date = dt.date(2020, 1, 1)
    until_day: dt.date | None = None
    source: str


# Service agreement on AGORA, hours of service: closed on Sunday from 22:00 to 23:00, Paris time.
SUNDAY_WINDOW = MaintenanceWindow(
    weekday=6, start=dt.time(22), end=dt.time(23), source="Convention de service AGORA, horaires"
)


class Environment(BaseSettings):
    model_config = SettingsConfigDict(case_sensitive=False, env_ignore_empty=True)

    demo: bool = False
    site_url: str = Field(description="origin of the site, such as https://cpa.example.fr")
    allowed_hosts: CommaSeparated
    trusted_proxies: CommaSeparated = []
    secret_key: str = Field(min_length=50)
    # Former values, still accepted for what they signed: see docs/key-rotation.md.
    secret_key_fallbacks: CommaSeparated = []
    data_dir: str = ".local"

    database_url: str
    database_owner_url: str = ""
    database_conn_max_age: int = Field(default=60, ge=0)
    redis_url: str

    field_encryption_keys: CommaSeparated = Field(min_length=1)
    nir_hash_keys: CommaSeparated = Field(min_length=1)

    email_url: str = "smtp://localhost:25"
    email_from: str = "Mon compte personnel d'activité <ne-pas-repondre@cpa.example>"
    sms_dir: str = ""
    media_root: str = "media"
    theme: Literal["state", "neutral"] = "neutral"
    # Named on the legal page; a telephone is shown only beside its written twin.
    publisher: str = ""
    support_email: str = ""
    support_phone: str = ""
    staff_mfa_required: bool = True
    # Sign-in through organisations (SAML): our certificate and key as PEM files, then the next certificate, which is
    # published before it serves. Both empty: no organisation can sign in this way.
    saml_sp_certificate: str = ""
    saml_sp_key: str = ""
    saml_sp_next_certificate: str = ""
    rate_limits: bool = True
    sentry_dsn: str = ""

    franceconnect_issuer: str = ""
    franceconnect_client_id: str = ""
    franceconnect_client_secret: str = ""
    step_up_fresh_minutes: int = Field(default=30, ge=1, le=480)
    identity_proof_valid_days: int = Field(default=365, ge=1, le=1096)
    contact_change_cooling_hours: int = Field(default=72, ge=1)
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    agora_role: Literal["portal", "provider"] = "portal"
    agora_endpoint_url: str = ""
    agora_contract_version: Literal["v1", "v2"] = "v1"
    agora_bind_body: bool = False
    agora_environment: str = "recette"
    agora_issuer: str = ""
    agora_recipient: str = ""
    agora_audience: str = ""
    agora_application: str = ""
    agora_pagm: CommaSeparated = []
    agora_name_id: str = "portail-cpa"
    agora_tls_certificate: str = ""
    agora_tls_key: str = ""
    agora_vi_certificate: str = ""
    agora_vi_key: str = ""
    agora_trusted_ca: str = ""
    agora_crl: str = ""
    agora_client_certificate_from: Literal["socket", "proxy"] = "socket"
    agora_max_concurrent_calls: int = Field(default=6, ge=1)
    agora_maintenance_windows: Json[list[MaintenanceWindow]] | list[MaintenanceWindow] = [SUNDAY_WINDOW]
    traces_retention_days: int = Field(default=366, ge=183)

    @field_validator(
        "allowed_hosts",
        "trusted_proxies",
        "secret_key_fallbacks",
        "field_encryption_keys",
        "nir_hash_keys",
        "agora_pagm",
        mode="before",
    )
    @classmethod
    def split_commas(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def postgres_only(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"postgres", "postgresql"}:
            raise ValueError("expected postgres://user:password@host:port/name")
        return value

    @field_validator("redis_url")
    @classmethod
    def redis_only(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("expected redis://host:port/0")
        return value

    @field_validator("email_url")
    @classmethod
    def known_mail_transport(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"smtp", "smtps", "file"}:
            raise ValueError("expected smtp://user:password@host:port, smtps://… or file:///folder")
        return value

    @model_validator(mode="after")
    def plain_http_only_on_loopback(self) -> "Environment":
        url = urlsplit(self.site_url)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError("SITE_URL: expected an origin such as https://cpa.example.fr")
        if url.scheme == "http" and not is_loopback(url.hostname):
            raise ValueError("SITE_URL: plain http is for a loopback address only, expected https://…")
        return self

    @model_validator(mode="after")
    def franceconnect_whole_and_safe(self) -> "Environment":
        given = (self.franceconnect_issuer, self.franceconnect_client_id, self.franceconnect_client_secret)
        if any(given) and not all(given):
            raise ValueError(
                "FRANCECONNECT_ISSUER, FRANCECONNECT_CLIENT_ID, FRANCECONNECT_CLIENT_SECRET: expected all or none"
            )
        if not any(given):
            return self
        url = urlsplit(self.franceconnect_issuer)
        if self.franceconnect_is_development:
            if not self.demo:
                raise ValueError("FRANCECONNECT_ISSUER: a provider on this machine is for DEMO=true only")
        elif url.scheme != "https" or not url.hostname:
            raise ValueError("FRANCECONNECT_ISSUER: expected https://…, as its discovery document names it")
        return self

    @model_validator(mode="after")
    def agora_address_of_its_version(self) -> "Environment":
        """The address of our own contract ends with its version: calling another one would be refused each time."""
        last = urlsplit(self.agora_endpoint_url).path.rstrip("/").rpartition("/")[2]
        if last in {"v1", "v2"} and last != self.agora_contract_version:
            raise ValueError(
                f"AGORA_CONTRACT_VERSION: {self.agora_contract_version}, where AGORA_ENDPOINT_URL is that of {last}"
            )
        return self

    @property
    def franceconnect_is_development(self) -> bool:
        """The provider is on this machine: the demonstration's, which checks nobody's identity."""
        hostname = urlsplit(self.franceconnect_issuer).hostname
        return bool(hostname) and is_loopback(str(hostname))

    @model_validator(mode="after")
    def saml_key_fits_its_certificate(self) -> "Environment":
        if bool(self.saml_sp_certificate) != bool(self.saml_sp_key):
            raise ValueError("SAML_SP_CERTIFICATE, SAML_SP_KEY: expected both, or neither")
        for name in ("saml_sp_certificate", "saml_sp_next_certificate"):
            path = getattr(self, name)
            if path and not is_pem(path, "CERTIFICATE"):
                raise ValueError(f"{name.upper()}: expected the path of a PEM certificate that can be read")
        if self.saml_sp_key and not is_pem(self.saml_sp_key, "PRIVATE KEY"):
            raise ValueError("SAML_SP_KEY: expected the path of a PEM private key that can be read")
        return self

    @property
    def is_plain_http(self) -> bool:
        return self.site_url.startswith("http://")


def origin_of(url: str) -> str:
    """Scheme, host and port, as a Content-Security-Policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_pem(path: str, kind: str) -> bool:
    try:
        text = Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    return "-----BEGIN" in text and f"{kind}-----" in text


def is_loopback(hostname: str) -> bool:
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return hostname == "localhost"


def read_environment(*, build: bool = False) -> Environment:
    """Read and check the variables. Raises ImproperlyConfigured naming each wrong one."""
    # Secrets may come as files, one by variable: `<SECRETS_DIR>/secret_key` holds SECRET_KEY.
    folder = os.environ.get("SECRETS_DIR") or None
    if folder and not Path(folder).is_dir():
        raise ImproperlyConfigured("SECRETS_DIR: expected a folder that holds one file by variable")
    try:
        # Without build values the constructor takes everything from the process environment.
        given: dict[str, Any] = {"_secrets_dir": folder, **(BUILD_VALUES if build else {})}
        return Environment(**given)
    except ValidationError as problem:
        raise ImproperlyConfigured("\n".join(_sentences(problem))) from None


def _sentences(problem: ValidationError) -> list[str]:
    # The value itself is never printed: it may be a key or a password.
    lines = []
    for error in problem.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in error["loc"][:1]).upper()
        message = error["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {message}" if name else message)
    return lines
