"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "accounts-deliver-notifications": ("accounts.tasks.deliver_notifications", 5),
    "accounts-answer-letter-requests": ("accounts.tasks.answer_letter_requests", 30),
    "accounts-print-letters": ("accounts.tasks.print_letters", 60),
    "accounts-close-unconfirmed": ("accounts.tasks.close_unconfirmed_habilitations", 86_400),
    "accounts-reading-alarms": ("accounts.tasks.raise_reading_alarms", 3_600),
    "accounts-forget-saml": ("accounts.tasks.forget_old_saml", 86_400),
    "accounts-remove-orphan-files": ("accounts.tasks.remove_orphan_files", 86_400),
}
