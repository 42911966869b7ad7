from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from academy.interests import provide_interests
        from academy.mail.sessions import Programme, answer, tell
        from academy.people import columns, filtering, knowing
        from programme.attendance import everybodys_sessions
        from programme.coming import (
            SESSIONS_ATTENDED,
            parts_in_sessions,
            parts_recorded,
            sessions_attended,
            who_came,
        )
        from programme.interests import strands_of_interest
        from programme.mailing import calendar_for_mail, sessions_for_mail, versions_between

        filtering.know("came", who_came)
        columns.offer(SESSIONS_ATTENDED)
        knowing.tell(parts_in_sessions)
        knowing.tell(sessions_attended)
        knowing.concern(parts_recorded)
        provide_interests(strands_of_interest)
        answer(Programme(sessions_for_mail, everybodys_sessions, calendar_for_mail))
        tell(versions_between)
