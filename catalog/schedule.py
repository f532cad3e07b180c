"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "catalog-alert-people": ("catalog.tasks.alert_people", 300),
    "catalog-work-on-imports": ("catalog.tasks.work_on_imports", 30),
    "catalog-forget-old-uploads": ("catalog.tasks.forget_old_uploads", 86_400),
}
