from django.apps import AppConfig


class OutcomeConfig(AppConfig):
    name = "outcome"
    default_auto_field = "django.db.models.BigAutoField"
