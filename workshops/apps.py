from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from academy.announcements import listen
        from academy.people import columns, filtering, knowing
        from academy.privacy import shown
        from programme.attendance import place
        from programme.companions import accompany
        from programme.holding import hold
        from programme.importing import follow
        from programme.releases import contribute
        from workshops.attributing import NAME, take_name_back_again
        from workshops.consumers import tell_board
        from workshops.content import sessions_content
        from workshops.holding import held_by_workshops
        from workshops.importing import follow_import
        from workshops.keeping_up import keep_up
        from workshops.placed import GROUPS, groups_of_person, seats_recorded, who_has_a_group
        from workshops.seating import seated_people, seated_sessions
        from workshops.tasks import wake_search

        contribute(sessions_content)
        place(seated_sessions, seated_people)
        hold(held_by_workshops)
        accompany(keep_up)
        follow(follow_import)
        filtering.know("has_group", who_has_a_group)
        columns.offer(GROUPS)
        knowing.tell(groups_of_person)
        knowing.concern(seats_recorded)
        shown.know(NAME, take_name_back_again)
        listen("board changed", tell_board)
        listen("groups searched", wake_search)
