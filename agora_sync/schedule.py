"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    # The journal wakes the relay itself; the sweep makes good what a broken broker or a killed worker lost.
    "agora-relay-journal": ("agora_sync.tasks.relay_journal", 5),
    "agora-pull-recent-holders": ("agora_sync.tasks.pull_recent_holders", 10),
    # Once a day, in batches: what is under way goes on, and nothing begins once the day's is over.
    "agora-reconcile": ("agora_sync.tasks.reconcile", 60),
    "agora-apply-correction-rules": ("agora_sync.tasks.apply_correction_rules", 300),
    # The code alone changes the table: what a deployment brought is kept within the hour.
    "agora-note-correspondences": ("agora_sync.tasks.note_correspondences", 3_600),
    "agora-send-corrections": ("agora_sync.tasks.send_corrections", 30),
    "agora-seal-traces": ("agora_sync.tasks.seal_traces", 10),
    "agora-produce-deliveries": ("agora_sync.tasks.produce_deliveries", 60),
    "agora-verify-traces": ("agora_sync.tasks.verify_traces", 24 * 3_600),
    "agora-warn-of-certificates": ("agora_sync.tasks.warn_of_ending_certificates", 24 * 3_600),
    "agora-remove-expired-vectors": ("agora_sync.tasks.remove_expired_vectors", 3_600),
}
