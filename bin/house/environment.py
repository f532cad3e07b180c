"""The environment of one data folder: secrets made once, roles and databases provisioned, `<data>/env` written."""

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from house.servers import CannotRun, Servers, write_private

ROOT = Path(__file__).resolve().parent.parent.parent
OWNER, RUNNING = "cpa_owner", "cpa_app"


@dataclass(frozen=True)
class Ports:
    web: int = 8000
    agora: int = 8443
    provider: int = 8001
    identity: int = 8002


@contextlib.contextmanager
def prepared(
    data: Path, *, ports: Ports | None = None, demo: bool = True, durable: bool = True
) -> Iterator[dict[str, str]]:
    """The variables to run with, while servers are leased. Given DATABASE_URL / REDIS_URL take the place of ours."""
    data.mkdir(parents=True, exist_ok=True)
    keys = remembered_secrets(data)
    given_database, given_redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    with contextlib.ExitStack() as stack:
        servers = Servers(data, durable=durable, postgres=not given_database, valkey=not given_redis)
        state = stack.enter_context(servers.leased()) if not (given_database and given_redis) else None
        if given_database:
            databases = databases_given(given_database, keys)
        else:
            assert state is not None
            server = servers.postgres_address(state)
            admin = f"postgres://postgres:{quote(state.superuser_password)}@{server}/postgres"
            databases = provision(admin, keys)
            if not durable:
                let_owner_mute_triggers(admin)
        redis = given_redis or f"redis://:{state.valkey_password}@127.0.0.1:{state.valkey_port}/0"  # type: ignore[union-attr]
        variables = {**databases, "REDIS_URL": redis}
        variables |= settings_variables(data, keys, ports or remembered_ports(data), demo=demo)
        write_private(data / "env", "".join(f"{name}={value}\n" for name, value in sorted(variables.items())))
        yield variables


def remembered_secrets(data: Path) -> dict[str, str]:
    file = data / "secrets.json"
    if file.exists():
        return completed(file, dict(json.loads(file.read_text())))
    made = {
        "owner_password": secrets.token_urlsafe(24),
        "running_password": secrets.token_urlsafe(24),
        "secret_key": secrets.token_urlsafe(64),
        "field_encryption_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "franceconnect_client_secret": secrets.token_urlsafe(32),
        "nir_hash_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    write_private(file, json.dumps(made))
    return made


def completed(file: Path, known: dict[str, str]) -> dict[str, str]:
    """A data folder of before the development identity provider gets its secret now."""
    if "franceconnect_client_secret" not in known:
        known["franceconnect_client_secret"] = secrets.token_urlsafe(32)
        write_private(file, json.dumps(known))
    return known


def remembered_ports(data: Path) -> Ports:
    file = data / "ports.json"
    return Ports(**json.loads(file.read_text())) if file.exists() else Ports()


def settings_variables(data: Path, keys: dict[str, str], ports: Ports, *, demo: bool) -> dict[str, str]:
    pki = data / "pki"
    return {
        "CPA_DATA": str(data),
        "DATA_DIR": str(data),
        "DEMO": str(demo).lower(),
        "SITE_URL": f"http://127.0.0.1:{ports.web}",
        "PROVIDER_SITE_URL": f"http://127.0.0.1:{ports.provider}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SECRET_KEY": keys["secret_key"],
        "FIELD_ENCRYPTION_KEYS": keys["field_encryption_key"],
        "NIR_HASH_KEYS": keys["nir_hash_key"],
        "EMAIL_URL": f"file://{data / 'mail'}",
        "SMS_DIR": str(data / "sms"),
        "MEDIA_ROOT": str(data / "media"),
        "STAFF_MFA_REQUIRED": str(not demo).lower(),
        "LOG_FORMAT": "json",
        # The development identity provider that bin/run starts beside the portal, in the demonstration alone.
        **(franceconnect_variables(keys, ports) if demo else {}),
        "AGORA_ROLE": "portal",
        "AGORA_ENDPOINT_URL": f"https://127.0.0.1:{ports.agora}/agora/v1/",
        **DEMO_AGORA_IDENTITY,
        # Our own identity as a partner, registered by the demonstration (agora_sync/demo.py).
        "AGORA_ISSUER": "urn:interops:16090005600013:idp:portail-cpa:1",
        "AGORA_RECIPIENT": "urn:interops:sp:16090000700016:agora",
        "AGORA_AUDIENCE": "urn:cpa:agora:recette:v1",
        "AGORA_APPLICATION": "portail-cpa",
        "AGORA_PAGM": "AGORA_PORTAIL",
        "AGORA_TLS_CERTIFICATE": str(pki / "portal-tls.pem"),
        "AGORA_TLS_KEY": str(pki / "portal-tls.key"),
        "AGORA_VI_CERTIFICATE": str(pki / "portal-vi.pem"),
        "AGORA_VI_KEY": str(pki / "portal-vi.key"),
        "AGORA_TRUSTED_CA": str(pki / "ca.pem"),
        "AGORA_CRL": str(pki / "crl.pem"),
        # The demonstration answers on Sunday evenings too; the real window is the default of the settings.
        **({"AGORA_MAINTENANCE_WINDOWS": "[]"} if demo else {}),
        **{name: value for name, value in os.environ.items() if name in OVERRIDABLE},
    }


FRANCECONNECT_CLIENT = "portail-cpa-developpement"


def franceconnect_variables(keys: dict[str, str], ports: Ports) -> dict[str, str]:
    return {
        "FRANCECONNECT_ISSUER": f"http://127.0.0.1:{ports.identity}",
        "FRANCECONNECT_CLIENT_ID": FRANCECONNECT_CLIENT,
        "FRANCECONNECT_CLIENT_SECRET": keys["franceconnect_client_secret"],
    }


def identity_provider_variables(variables: dict[str, str]) -> dict[str, str]:
    """What the development identity provider reads: itself, and the portal as its one client."""
    site = variables["SITE_URL"]
    return {
        "IDENTITY_PROVIDER_ISSUER": variables["FRANCECONNECT_ISSUER"],
        "IDENTITY_PROVIDER_CLIENT_ID": variables["FRANCECONNECT_CLIENT_ID"],
        "IDENTITY_PROVIDER_CLIENT_SECRET": variables["FRANCECONNECT_CLIENT_SECRET"],
        "IDENTITY_PROVIDER_REDIRECT_URI": f"{site}/connexion/franceconnect/retour/",
        "IDENTITY_PROVIDER_LOGOUT_URI": f"{site}/deconnexion/franceconnect/",
        # A person keeps their subject from one start to the next: what is linked stays linked.
        "IDENTITY_PROVIDER_SALT": variables["FRANCECONNECT_CLIENT_SECRET"],
        "IDENTITY_PROVIDER_KEY_FILE": str(Path(variables["CPA_DATA"]) / "identity-provider.jwks"),
    }


# How AGORA knows the demonstration's portal (agora_sync/demo.py registers it there under these names).
DEMO_AGORA_IDENTITY = {
    "AGORA_ENVIRONMENT": "recette",
    "AGORA_ISSUER": "urn:interops:16090005600013:idp:portail-cpa:1",
    "AGORA_RECIPIENT": "urn:interops:sp:16090000700016:agora",
    "AGORA_AUDIENCE": "urn:cpa:agora:recette:v1",
    "AGORA_APPLICATION": "portail-cpa",
    "AGORA_PAGM": "AGORA_PORTAIL",
    "AGORA_NAME_ID": "portail-cpa",
}

OVERRIDABLE = {
    "THEME", "LOG_LEVEL", "LOG_FORMAT", "RATE_LIMITS", "STAFF_MFA_REQUIRED", "SENTRY_DSN", "EMAIL_URL",
    "AGORA_MAINTENANCE_WINDOWS", "TRACES_RETENTION_DAYS",
    "SAML_SP_CERTIFICATE", "SAML_SP_KEY", "SAML_SP_NEXT_CERTIFICATE",
}  # fmt: skip


def for_provider(variables: dict[str, str]) -> dict[str, str]:
    """The same installation seen from AGORA's side: its own database, its own site."""
    return {
        **variables,
        "AGORA_ROLE": "provider",
        # Holders sign in on the portal alone.
        **dict.fromkeys(
            ("FRANCECONNECT_ISSUER", "FRANCECONNECT_CLIENT_ID", "FRANCECONNECT_CLIENT_SECRET"), ""
        ),
        "DATABASE_URL": variables["AGORA_DATABASE_URL"],
        "DATABASE_OWNER_URL": variables["AGORA_DATABASE_OWNER_URL"],
        "SITE_URL": variables["PROVIDER_SITE_URL"],
        "MEDIA_ROOT": variables["MEDIA_ROOT"] + "-agora",
        "AGORA_TLS_CERTIFICATE": str(Path(variables["AGORA_TRUSTED_CA"]).with_name("provider-tls.pem")),
        "AGORA_TLS_KEY": str(Path(variables["AGORA_TRUSTED_CA"]).with_name("provider-tls.key")),
    }


# Databases ----------------------------------------------------------------------------------
def databases_given(url: str, keys: dict[str, str]) -> dict[str, str]:
    """Use a server that exists. With DATABASE_OWNER_URL everything is ready; else the given role must be able to
    make the two roles and databases itself."""
    if os.environ.get("DATABASE_OWNER_URL"):
        names = ("DATABASE_URL", "DATABASE_OWNER_URL", "AGORA_DATABASE_URL", "AGORA_DATABASE_OWNER_URL")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise CannotRun(f"{' and '.join(missing)} must be set beside DATABASE_URL and DATABASE_OWNER_URL")
        return {name: os.environ[name] for name in names}
    try:
        return provision(url, keys)
    except psycopg.errors.InsufficientPrivilege:
        raise CannotRun(
            "DATABASE_URL is a role that may not create roles and databases: set DATABASE_OWNER_URL, "
            "AGORA_DATABASE_URL and AGORA_DATABASE_OWNER_URL too"
        ) from None
    except psycopg.OperationalError as problem:
        raise CannotRun(f"DATABASE_URL does not answer: {str(problem).splitlines()[0]}") from None


def provision(admin_url: str, keys: dict[str, str]) -> dict[str, str]:
    """Two roles (one owns and migrates, one runs) and two databases (portal, AGORA). Safe to run again."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        make_role(connection, OWNER, keys["owner_password"], "CREATEDB")
        make_role(connection, RUNNING, keys["running_password"], "NOCREATEDB")
        for database in ("cpa_portal", "cpa_agora"):
            make_database(connection, database)
    return {
        "DATABASE_URL": at(admin_url, RUNNING, keys["running_password"], "cpa_portal"),
        "DATABASE_OWNER_URL": at(admin_url, OWNER, keys["owner_password"], "cpa_portal"),
        "AGORA_DATABASE_URL": at(admin_url, RUNNING, keys["running_password"], "cpa_agora"),
        "AGORA_DATABASE_OWNER_URL": at(admin_url, OWNER, keys["owner_password"], "cpa_agora"),
    }


def let_owner_mute_triggers(admin_url: str) -> None:
    """For data that is thrown away: the owner may empty tables without a change to their definition."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(OWNER))
        )


def make_role(connection: psycopg.Connection, name: str, password: str, may_create: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
            verb, sql.Identifier(name), sql.SQL(may_create), sql.Literal(password)
        )
    )


def make_database(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    # A plain CREATEROLE role must be a member of the owner to give it a database.
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    # Another command may have set up the same servers since we looked.
    with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )


def at(url: str, user: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password)}@{host}", path=f"/{database}"))
