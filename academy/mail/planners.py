"""Whose doing a letter is: whoever began it, changed its words or whom it is for, or planned it."""

from django.db.models import Q, QuerySet

from academy.models import HistoryActor, HistoryEntry, Mailing, Message, User

PLANNED = "letter planned"


def letters_touched_by(user: User) -> QuerySet[Mailing]:
    """The letters that somebody had a hand in and that are still to go out, as a whole or in part."""
    did = HistoryEntry.objects.filter(actor__user=user, object_type=Mailing._meta.label_lower)
    theirs = Q(written_by=user) | Q(pk__in=[*did.values_list("object_id", flat=True).distinct()])
    waits = Q(state=Mailing.State.PLANNED) | Q(messages__state=Message.State.QUEUED)
    return (
        Mailing.objects.filter(theirs, waits, kind=Mailing.Kind.LETTER).order_by("edition", "pk").distinct()
    )


def is_planner_shut_out(letter: Mailing) -> bool:
    """Whether whoever planned this letter last can log in no more, as their account was closed."""
    about = HistoryEntry.objects.filter(edition=letter.edition, object_id=str(letter.pk), verb=PLANNED)
    last = about.filter(object_type=Mailing._meta.label_lower).order_by("-number").first()
    return HistoryActor.objects.filter(entry=last, user__is_active=False).exists()
