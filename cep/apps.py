from django.apps import AppConfig


class CEPConfig(AppConfig):
    name = "cep"
    verbose_name = "Conseil en évolution professionnelle"
