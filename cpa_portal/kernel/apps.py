from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "cpa_portal.kernel"
    label = "kernel"
    verbose_name = "Socle"
