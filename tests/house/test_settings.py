"""A wrong surrounding stops the start, with the name of what is wrong and never with its value."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from cpa_portal.settings.environment import BUILD_VALUES, Environment, read_environment

GOOD = {
    "SITE_URL": "https://cpa.example.fr",
    "ALLOWED_HOSTS": "cpa.example.fr",
    "SECRET_KEY": "s" * 60,
    "DATABASE_URL": "postgres://cpa_app:secret@db:5432/cpa",
    "REDIS_URL": "redis://cache:6379/0",
    "FIELD_ENCRYPTION_KEYS": BUILD_VALUES["field_encryption_keys"][0],
    "NIR_HASH_KEYS": BUILD_VALUES["nir_hash_keys"][0],
}


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing but the good values."""
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_good_surroundings_are_read(surroundings: pytest.MonkeyPatch) -> None:
    assert read_environment().site_url == "https://cpa.example.fr"


@pytest.mark.parametrize("name", GOOD)
def test_missing_value_stops_the_start_with_its_name(surroundings: pytest.MonkeyPatch, name: str) -> None:
    surroundings.delenv(name)

    with pytest.raises(ImproperlyConfigured, match=name):
        read_environment()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("SITE_URL", "http://cpa.example.fr"),
        ("SITE_URL", "cpa.example.fr"),
        ("SECRET_KEY", "court"),
        ("DATABASE_URL", "mysql://root:tres-secret@db/cpa"),
        ("REDIS_URL", "http://tres-secret@cache"),
        ("EMAIL_URL", "gopher://tres-secret@mail"),
        ("THEME", "disco"),
        ("AGORA_ROLE", "les deux"),
        ("AGORA_MAINTENANCE_WINDOWS", "dimanche soir"),
        ("AGORA_CONTRACT_VERSION", "v9"),
        ("TRACES_RETENTION_DAYS", "30"),
        ("STAFF_MFA_REQUIRED", "peut-être"),
    ],
)
def test_wrong_value_stops_the_start_with_its_name_and_not_its_secret(
    surroundings: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    surroundings.setenv(name, wrong)

    with pytest.raises(ImproperlyConfigured, match=name) as stopped:
        read_environment()

    assert "tres-secret" not in str(stopped.value)


def test_address_of_another_version_of_the_contract_stops_the_start(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("AGORA_ENDPOINT_URL", "https://agora.example.fr/agora/v2/")

    with pytest.raises(ImproperlyConfigured, match="AGORA_CONTRACT_VERSION"):
        read_environment()

    surroundings.setenv("AGORA_CONTRACT_VERSION", "v2")
    assert read_environment().agora_contract_version == "v2"


def test_all_that_is_wrong_is_said_at_once(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.delenv("REDIS_URL")
    surroundings.setenv("THEME", "disco")

    with pytest.raises(ImproperlyConfigured, match=r"(?s)REDIS_URL.*THEME"):
        read_environment()
