"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "rights-expire-overdue-files": ("rights.tasks.expire_overdue_files", 3_600),
    "rights-settle-counters": ("rights.tasks.settle_counters", 21_600),
}
