"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "home-prepare-partitions": ("cpa_portal.home.tasks.prepare_partitions", 86_400),
}
