import logging

from django.apps import AppConfig


class AgoraSyncConfig(AppConfig):
    name = "agora_sync"
    verbose_name = "Échanges avec AGORA"

    def ready(self) -> None:
        # At DEBUG these libraries write whole messages, which bear a NIR: whatever the level asked, not they.
        for name in ("zeep", "signxml"):
            logging.getLogger(name).setLevel(logging.INFO)
