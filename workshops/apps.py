from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from academy.announcements import listen
        from programme.attendance import place
        from programme.holding import hold
        from programme.importing import follow
        from programme.releases import contribute
        from workshops.consumers import tell_board
        from workshops.content import sessions_content
        from workshops.holding import held_by_workshops
        from workshops.importing import follow_import
        from workshops.seating import seated_people, seated_sessions

        contribute(sessions_content)
        place(seated_sessions, seated_people)
        hold(held_by_workshops)
        follow(follow_import)
        listen("board changed", tell_board)
