from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "rights"
    verbose_name = "Droits à la formation"

    def ready(self) -> None:
        from rights import checks  # noqa: F401  (registers the system check)
