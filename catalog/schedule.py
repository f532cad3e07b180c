"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "catalog-alert-people": ("catalog.tasks.alert_people", 300),
    "catalog-work-on-imports": ("catalog.tasks.work_on_imports", 30),
    "catalog-forget-old-uploads": ("catalog.tasks.forget_old_uploads", 86_400),
    # Nightly: the task looks at the hour, and writes once a day.
    "catalog-publish-open-data": ("catalog.tasks.publish_open_data", 1_800),
}
