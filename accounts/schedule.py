"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "accounts-deliver-notifications": ("accounts.tasks.deliver_notifications", 5),
    "accounts-answer-letter-requests": ("accounts.tasks.answer_letter_requests", 30),
    "accounts-print-letters": ("accounts.tasks.print_letters", 60),
    "accounts-remove-orphan-files": ("accounts.tasks.remove_orphan_files", 86_400),
}
