"""What the documentation says is what is there: maps, links, commands."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

from cpa_portal.home import maps
from cpa_portal.home.maps import flows, imports, models

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def by_path(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_maps_say_what_the_code_says() -> None:
    assert maps.out_of_date() == [], "bin/manage draw_maps draws them again"


def test_maps_are_drawn_twice_alike() -> None:
    assert maps.drawn() == maps.drawn()


def test_draw_maps_check_with_a_stale_map_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "FOLDER", tmp_path)
    call_command("draw_maps", verbosity=0)
    (tmp_path / "flows.md").write_text("what it was")

    with pytest.raises(CommandError, match=r"flows\.md"):
        call_command("draw_maps", "--check")


def test_map_of_imports_only_has_arrows_that_go_down() -> None:
    heights = {room: height for height, room in enumerate(reversed(imports.ROOMS))}

    assert all(heights[source] > heights[target] for source, target in imports.arrows_between_rooms())


def test_map_of_models_shows_every_table_of_every_room() -> None:
    drawn = models.draw()

    assert "`rights_entry` | Entry | append-only, partitioned" in drawn
    assert "rights_entry }o--|| rights_counter" in drawn


def test_map_of_flows_shows_the_rule_of_each_address() -> None:
    rules = {name: rule for _, name, _, rule in flows.addresses()}

    assert rules["`home:index`"] == "`anyone`"
    assert not [name for name, rule in rules.items() if rule == "none: refused"]


def test_links_of_pages_lead_somewhere() -> None:
    targets = [
        (page, link)
        for page in PAGES
        for link in LINK.findall(page.read_text())
        if "://" not in link and not link.startswith("mailto:")
    ]

    assert targets
    assert [(by_path(page), link) for page, link in targets if not (page.parent / link).exists()] == []


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs/decisions").glob("[0-9]*.md")]

    assert sorted(set(numbers)) == sorted(numbers)


def test_commands_named_by_pages_exist() -> None:
    texts = {by_path(page): page.read_text() for page in PAGES}
    scripts = named_by(texts, r"`(?:[A-Z_]+=\S+ )?(bin/[a-z]+)\b")
    commands = named_by(texts, r"(?:bin/manage|manage\.py) ([a-z]\w+)")

    assert scripts
    assert commands
    assert {(page, script) for page, script in scripts if not (ROOT / script).exists()} == set()
    assert {(page, command) for page, command in commands if command not in get_commands()} == set()


def named_by(texts: dict[str, str], pattern: str) -> set[tuple[str, str]]:
    return {(page, name) for page, text in texts.items() for name in re.findall(pattern, text)}


def test_pages_name_no_machine_and_no_registry() -> None:
    forbidden = re.compile(r"/work/|/tmp/w|/root/|/simple\b|//pypi", re.IGNORECASE)

    assert [by_path(page) for page in PAGES if forbidden.search(page.read_text())] == []
