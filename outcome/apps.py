from django.apps import AppConfig


class OutcomeConfig(AppConfig):
    name = "outcome"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from academy.announcements import listen
        from academy.mail.sessions import tell
        from academy.privacy import shown
        from outcome import api  # noqa: F401  # its operations stand beside the programme's
        from outcome.adoption.closing import after_adopting
        from outcome.adoption.statements import STATEMENT, withdraw_again
        from outcome.amending.telling import tell_proposers
        from outcome.consumers.adoption import tell_adoption
        from outcome.consumers.hints import tell_editors, tell_of_amendments
        from outcome.following.naming import SIGNER, endorsements_naming, unname_signer_again
        from outcome.news import revisions_between
        from outcome.revisions import after_publishing
        from outcome.translating.beginning import TRANSLATOR, unname_again
        from outcome.translating.telling import tell_stale

        tell(revisions_between)
        shown.know(STATEMENT, withdraw_again)
        shown.know(TRANSLATOR, unname_again)
        shown.know(SIGNER, unname_signer_again, whose=endorsements_naming)
        listen("document written", tell_editors)
        listen("amendments changed", tell_of_amendments)
        listen("revision published", tell_of_amendments)
        after_publishing(tell_proposers)
        after_publishing(tell_stale)
        after_adopting(tell_stale)
        listen("adoption", tell_adoption)
