"""Who imports whom between rooms, read from the import statements."""

from collections import Counter, defaultdict

from cpa_portal.home.maps.rooms import ROOMS, modules_of, room_of, table


def draw() -> str:
    """A graph of the arrows between rooms and the list of the modules behind each arrow."""
    arrows = arrows_between_rooms()
    graph = "\n".join(
        f"  {node(source)} -->|{sum(modules.values())}| {node(target)}"
        for (source, target), modules in sorted(arrows.items(), key=_by_height)
    )
    names = "\n".join(f'  {node(room)}["{room}"]' for room in ROOMS)
    rows = [
        (source, target, ", ".join(f"`{name}`" for name in sorted(modules)))
        for (source, target), modules in sorted(arrows.items(), key=_by_height)
    ]
    return (
        "# Imports between rooms\n\n"
        "An arrow goes from the room that imports to the room imported; its number counts import statements. "
        "Arrows only go down: import-linter refuses the others.\n\n"
        f"```mermaid\nflowchart TD\n{names}\n{graph}\n```\n\n"
        f"{table(('from', 'to', 'modules imported'), rows)}"
    )


def arrows_between_rooms() -> dict[tuple[str, str], Counter[str]]:
    arrows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for room in ROOMS:
        for module in modules_of(room):
            for imported in module.imported:
                target = room_of(imported)
                if target and target != room:
                    arrows[room, target][imported] += 1
    return arrows


def node(room: str) -> str:
    return room.replace(".", "_")


def _by_height(arrow: tuple[tuple[str, str], Counter[str]]) -> tuple[int, int]:
    source, target = arrow[0]
    return ROOMS.index(source), ROOMS.index(target)
