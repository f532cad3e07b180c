from django.apps import AppConfig


class AgoraSyncConfig(AppConfig):
    name = "agora_sync"
    verbose_name = "Échanges avec AGORA"
