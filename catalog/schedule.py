"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "catalog-alert-people": ("catalog.tasks.alert_people", 300),
}
