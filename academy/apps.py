from django.apps import AppConfig


class AcademyConfig(AppConfig):
    name = "academy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from academy.announcements import listen
        from academy.stamps import renew, renew_own
        from academy.tasks import wake_mail

        listen("recorded", renew)
        listen("own pages changed", renew_own)
        listen("message queued", wake_mail)
