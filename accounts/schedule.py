"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "accounts-deliver-notifications": ("accounts.tasks.deliver_notifications", 5),
    "accounts-remove-orphan-files": ("accounts.tasks.remove_orphan_files", 86_400),
}
