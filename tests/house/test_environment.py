"""What the surroundings must say is written down, and secrets may come as files."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cpa_portal.settings.environment import Environment, read_environment

ROOT = Path(__file__).resolve().parent.parent.parent
# Set by the commands for themselves; nobody writes them in a file.
INTERNAL = {"CPA_BUILD", "CPA_DATABASE_ROLE", "DJANGO_SETTINGS_MODULE"}
READ_DIRECTLY = re.compile(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"')


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def read_by_the_portal() -> set[str]:
    settings = {name.upper() for name in Environment.model_fields}
    sources = (ROOT / "cpa_portal").rglob("*.py")
    return settings | {name for source in sources for name in READ_DIRECTLY.findall(source.read_text())}


def read_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def test_example_lists_every_variable_that_is_read() -> None:
    assert (read_by_the_portal() | read_by_compose()) - INTERNAL <= set(example())


def test_example_lists_nothing_that_nobody_reads() -> None:
    assert set(example()) <= read_by_the_portal() | read_by_compose()


def test_example_explains_each_group_of_variables() -> None:
    groups = re.split(r"\n(?=#)", (ROOT / ".env.example").read_text())
    explained = {
        name
        for group in groups
        if group[:1] == "#" and len(group.split("\n")[0]) > 10
        for name in re.findall(r"^([A-Z_]+)=", group, re.MULTILINE)
    }

    assert explained == set(example())


def test_example_holds_no_secret() -> None:
    secrets = {name: value for name, value in example().items() if re.search("KEYS?$|_URL$|FALLBACKS", name)}

    assert not [
        n for n, value in secrets.items() if value and not re.match(r"https://|smtp://localhost", value)
    ]


def test_secret_given_as_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret_key").write_text("s" * 60 + "\n")
    (tmp_path / "secret_key_fallbacks").write_text("former-one, former-two\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))

    environment = read_environment()

    assert environment.secret_key == "s" * 60
    assert environment.secret_key_fallbacks == ["former-one", "former-two"]


def test_secret_set_as_a_variable_wins_over_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret_key").write_text("f" * 60)
    monkeypatch.setenv("SECRET_KEY", "v" * 60)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))

    assert read_environment().secret_key == "v" * 60


def test_missing_folder_of_secrets_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETS_DIR", "/nowhere/at/all")

    with pytest.raises(ImproperlyConfigured, match="SECRETS_DIR"):
        read_environment()


def test_wrong_values_are_named_together_without_their_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "too-short-to-be-one")
    monkeypatch.setenv("DATABASE_URL", "mysql://someone:swordfish@host/base")

    with pytest.raises(ImproperlyConfigured) as refusal:
        read_environment()

    assert "SECRET_KEY" in str(refusal.value)
    assert "DATABASE_URL: expected postgres://" in str(refusal.value)
    assert "swordfish" not in str(refusal.value)
    assert "too-short" not in str(refusal.value)
