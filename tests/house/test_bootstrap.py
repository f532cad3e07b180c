"""Which lock file a command installs: each set holds those before it, and none stands in for a larger one."""

import pytest

from house import bootstrap


@pytest.mark.parametrize(
    ("installed", "wanted", "enough"),
    [
        ("base", "base", True),
        ("dev", "base", True),
        ("bench", "dev", True),
        ("base", "dev", False),
        ("dev", "bench", False),
    ],
)
def test_set_installed_is_enough_for_those_it_holds(monkeypatch, tmp_path, installed, wanted, enough):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    bootstrap.mark(installed).write_text(bootstrap.digest(installed))

    assert bootstrap.is_current(wanted) is enough


def test_set_whose_lock_has_changed_is_installed_again(monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    bootstrap.mark("bench").write_text("the digest of before")

    assert not bootstrap.is_current("base")


@pytest.mark.parametrize(("smaller", "larger"), [("base", "dev"), ("dev", "bench")])
def test_lock_of_a_set_holds_every_version_of_the_one_before(smaller, larger):
    def versions(name):
        lines = (bootstrap.ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        # Markers of platforms may widen from one set to the next.
        return {line.split()[0] for line in lines if "==" in line and line[0].isalnum()}

    assert versions(smaller) <= versions(larger)
