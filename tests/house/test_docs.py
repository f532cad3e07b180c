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


@pytest.mark.parametrize("page", PAGES, ids=by_path)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = [
        link
        for link in LINK.findall(page.read_text())
        if "://" not in link and not link.startswith("mailto:")
    ]

    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs/decisions").glob("[0-9]*.md")]

    assert sorted(set(numbers)) == sorted(numbers)


@pytest.mark.parametrize("page", PAGES, ids=by_path)
def test_commands_named_by_a_page_exist(page: Path) -> None:
    text = page.read_text()
    scripts = set(re.findall(r"`(?:[A-Z_]+=\S+ )?(bin/[a-z]+)\b", text))
    named = set(re.findall(r"(?:bin/manage|manage\.py) ([a-z]\w+)", text))

    assert {script for script in scripts if not (ROOT / script).exists()} == set()
    assert named - set(get_commands()) == set()


def test_pages_name_no_machine_and_no_registry() -> None:
    forbidden = re.compile(r"/work/|/tmp/w|/root/|/simple\b|//pypi", re.IGNORECASE)

    assert [by_path(page) for page in PAGES if forbidden.search(page.read_text())] == []
