from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy


class AcademyConfig(AppConfig):
    name = "academy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import (
            authentication_step_completed,
            email_confirmed,
            user_logged_in,
            user_logged_out,
        )
        from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed

        from academy import logins
        from academy.accounts import address_confirmed, all_else_ends, second_steps_changed
        from academy.announcements import listen
        from academy.checks import earlier_keys, encoding_of_the_database, second_steps
        from academy.mail.bounces import bounces_among
        from academy.people.columns import Column, offer
        from academy.stamps import renew, renew_own
        from academy.tasks import go_on_with_mail, wake_letters, wake_list, wake_mail

        listen("recorded", renew)
        listen("own pages changed", renew_own)
        listen("message queued", wake_mail)
        listen("mail watched", go_on_with_mail)
        listen("letters due", wake_letters)
        listen("list at work", wake_list)
        offer(Column("mail", gettext_lazy("Mail to them"), bounces_among))
        register(earlier_keys, Tags.security, deploy=True)
        register(encoding_of_the_database, Tags.security, deploy=True)
        register(second_steps, Tags.security, deploy=True)
        # allauth's own announcements, not the models'.
        email_confirmed.connect(address_confirmed)
        authenticator_added.connect(all_else_ends)
        authenticator_added.connect(second_steps_changed)
        authenticator_removed.connect(second_steps_changed)
        authentication_step_completed.connect(logins.step_done)
        authentication_failed.connect(logins.step_failed)
        user_logged_in.connect(logins.logged_in)
        user_logged_out.connect(logins.logged_out)


class AdminDoor(admin_apps.AdminConfig):
    """Django's admin behind our door."""

    default = False
    default_site = "academy.views.admin_door.AcademyAdmin"
