"""What the beat wakes in this room: name, task, seconds between two runs."""

SCHEDULE: dict[str, tuple[str, int]] = {
    "cep-extend-plans": ("cep.tasks.extend_agendas", 21_600),
    "cep-end-offers": ("cep.tasks.end_offers", 60),
    "cep-first-exchanges": ("cep.tasks.watch_first_exchanges", 3_600),
    "cep-remind": ("cep.tasks.remind", 600),
    "cep-remove-holds": ("cep.tasks.remove_holds", 3_600),
}
