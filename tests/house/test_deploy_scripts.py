"""The scripts of deploy/ run against a real server: roles of the first start, backups, queue with two passwords."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from house.ports import free_port
from house.servers import POSTGRES_BIN, VALKEY_BIN, Servers

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"


@dataclass(frozen=True)
class Installation:
    """A server that was started for the first time with the secrets of make_secrets.sh."""

    secrets: Path
    environment: dict[str, str]
    superuser_url: str

    def url(self, secret: str) -> str:
        written = (self.secrets / secret).read_text().strip()
        return written.replace("@postgres:5432", f"@127.0.0.1:{self.environment['PGPORT']}")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    secrets = folder / "secrets"
    subprocess.run([str(DEPLOY / "make_secrets.sh"), str(secrets)], check=True, capture_output=True)
    with Servers(folder / "data", durable=False).leased() as state:
        environment = {
            "PATH": f"{POSTGRES_BIN}:{os.environ['PATH']}", "SECRETS_DIR": str(secrets), "PGHOST": "127.0.0.1",
            "PGPORT": str(state.postgres_port),
        }  # fmt: skip
        first_start = {**environment, "PGPASSWORD": state.superuser_password}
        subprocess.run(["bash", str(DEPLOY / "postgres" / "roles.sh")], env=first_start, check=True)  # noqa: S607
        superuser = f"postgres://postgres:{state.superuser_password}@127.0.0.1:{state.postgres_port}"
        yield Installation(secrets, environment, superuser)


def test_first_start_makes_an_owner_that_owns_and_a_running_role_that_does_not(
    installation: Installation,
) -> None:
    for side in ("portal", "agora"):
        with psycopg.connect(installation.url(f"{side}_database_owner_url")) as owner:
            asked = "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"
            owned = owner.execute(asked).fetchone()
        with psycopg.connect(installation.url(f"{side}_database_url")) as running:
            powers = running.execute(
                "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR has_schema_privilege('public', 'CREATE') "
                "FROM pg_roles WHERE rolname = current_user"
            ).fetchone()

        assert owned == (True,)
        assert powers == (False,)


def test_one_side_may_not_connect_to_the_database_of_the_other(installation: Installation) -> None:
    elsewhere = installation.url("portal_database_url").replace("/cpa_portal", "/cpa_agora")

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(elsewhere)


def test_twin_of_the_running_role_may_do_what_it_may_while_its_password_changes(
    installation: Installation,
) -> None:
    """The procedure of docs/key-rotation.md, statement by statement."""
    with psycopg.connect(installation.url("portal_database_owner_url"), autocommit=True) as owner:
        owner.execute("CREATE TABLE record (word text); GRANT SELECT, INSERT ON record TO cpa_app")
    with psycopg.connect(f"{installation.superuser_url}/cpa_portal", autocommit=True) as superuser:
        superuser.execute(
            "CREATE ROLE cpa_app_twin LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB INHERIT PASSWORD 'temporary' "
            "IN ROLE cpa_app"
        )
        twin_url = installation.url("portal_database_url").replace("cpa_app:", "cpa_app_twin:")
        password = installation.url("portal_database_url").split(":")[2].split("@")[0]

        with psycopg.connect(twin_url.replace(password, "temporary"), autocommit=True) as twin:
            twin.execute("INSERT INTO record VALUES ('written by the twin')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                twin.execute("DELETE FROM record")

        superuser.execute("DROP ROLE cpa_app_twin; DROP TABLE record")


def backed_up(
    installation: Installation, folder: Path, *arguments: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    (folder / "backups").mkdir(exist_ok=True)
    environment = {
        **installation.environment, "BACKUPS_DIR": str(folder / "backups"), "MEDIA_DIR": str(folder / "media"), **more,
    }  # fmt: skip
    command = ["bash", str(DEPLOY / "backup" / "backup.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def with_data(installation: Installation, tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "media" / "portal").mkdir(parents=True)
    (tmp_path / "media" / "portal" / "letter.pdf").write_bytes(b"%PDF")
    for side in ("portal", "agora"):
        with psycopg.connect(installation.url(f"{side}_database_owner_url"), autocommit=True) as owner:
            owner.execute(
                "DROP TABLE IF EXISTS kept; CREATE TABLE kept (word text); INSERT INTO kept VALUES ('safe')"
            )
    yield tmp_path
    for side in ("portal", "agora"):
        with psycopg.connect(installation.url(f"{side}_database_owner_url"), autocommit=True) as owner:
            owner.execute("DROP TABLE IF EXISTS kept")


def test_backup_is_complete_and_can_be_restored(installation: Installation, with_data: Path) -> None:
    done = backed_up(installation, with_data)

    assert done.returncode == 0, done.stderr
    (mark,) = (with_data / "backups").glob("*.complete")
    folder = mark.with_suffix("")
    assert {file.name for file in folder.iterdir()} == {
        "cpa_portal.dump", "cpa_portal.list", "cpa_agora.dump", "cpa_agora.list", "portal-media.tar.gz",
    }  # fmt: skip
    restore = [str(POSTGRES_BIN / "pg_restore"), "--file=-", "--data-only", str(folder / "cpa_agora.dump")]
    assert "safe" in subprocess.run(restore, check=True, capture_output=True, text=True).stdout


def test_backup_without_any_data_is_refused_and_leaves_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    done = backed_up(installation, tmp_path)

    assert done.returncode == 1
    assert "lists no data" in done.stderr
    assert [file.name for file in (tmp_path / "backups").iterdir()] == [".lock"]


def test_backup_of_a_server_that_does_not_answer_leaves_nothing(
    installation: Installation, with_data: Path
) -> None:
    done = backed_up(installation, with_data, PGPORT=str(free_port()))

    assert done.returncode != 0
    assert not list((with_data / "backups").glob("2*"))


def test_backup_removes_what_is_too_old_and_keeps_the_newest(
    installation: Installation, with_data: Path
) -> None:
    backups = with_data / "backups"
    for name, days in (("old", 40), ("recent", 3)):
        (backups / name).mkdir(parents=True)
        (backups / f"{name}.complete").write_text("")
        os.utime(backups / f"{name}.complete", (time.time() - days * 86_400,) * 2)

    backed_up(installation, with_data, BACKUP_KEEP_DAYS="30")

    assert not (backups / "old").exists()
    assert (backups / "recent").exists()
    assert len(list(backups.glob("2*.complete"))) == 1


def test_backup_once_does_nothing_when_there_is_one_of_today(
    installation: Installation, with_data: Path
) -> None:
    backed_up(installation, with_data)

    done = backed_up(installation, with_data, "--once")

    assert done.returncode == 0
    assert len(list((with_data / "backups").glob("*.complete"))) == 1


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed (on Debian: age)")
def test_backup_with_a_recipient_is_read_with_its_key_alone(
    installation: Installation, with_data: Path
) -> None:
    made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True)  # noqa: S607
    (with_data / "key").write_text(made.stdout)
    recipient = made.stderr.split("Public key: ")[1].strip()

    done = backed_up(installation, with_data, BACKUP_AGE_RECIPIENT=recipient)

    assert done.returncode == 0, done.stderr
    (sealed,) = (with_data / "backups").glob("*/cpa_portal.dump.age")
    assert not list((with_data / "backups").glob("*/*.dump"))
    opened = subprocess.run(
        ["age", "-d", "-i", str(with_data / "key"), str(sealed)],  # noqa: S607
        capture_output=True,
        check=True,
    )
    assert opened.stdout.startswith(b"PGDMP")


def test_queue_accepts_both_passwords_while_one_is_rotated(tmp_path: Path) -> None:
    (tmp_path / "valkey_passwords").write_text("the-new-one\nthe-former-one\n")
    port = free_port()
    environment = {
        "PATH": f"{VALKEY_BIN.parent}:{os.environ['PATH']}", "SECRETS_DIR": str(tmp_path), "TMPDIR": str(tmp_path),
        "VALKEY_DATA": str(tmp_path),
    }  # fmt: skip
    command = ["sh", str(DEPLOY / "valkey" / "start.sh"), "--bind", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        queues = {
            word: redis.Redis(port=port, password=word, retry=Retry(NoBackoff(), 0))
            for word in ("the-new-one", "the-former-one", "another")
        }
        wait_until_open(queues["the-new-one"], server)

        assert queues["the-former-one"].ping()
        assert queues["the-new-one"].config_get("append*")["appendonly"] == "yes"
        with pytest.raises(redis.AuthenticationError):
            queues["another"].ping()
        assert "the-new-one" not in Path(f"/proc/{server.pid}/cmdline").read_text()
    finally:
        server.terminate()
        server.wait(10)


def wait_until_open(queue: "redis.Redis", server: "subprocess.Popen[bytes]") -> None:
    while server.poll() is None:
        try:
            queue.ping()
        except redis.ConnectionError:
            continue
        return
    pytest.fail("the queue did not start")
