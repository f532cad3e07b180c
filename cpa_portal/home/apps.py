from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "cpa_portal.home"
    label = "home"
    verbose_name = "Accueil"
