"""Whose doing a letter, reminder or summary is: whoever began it, changed it, or had it go out."""

from django.db.models import Q, QuerySet

from academy.mail.turning import ENDED, PLANNED, turned_on, worded
from academy.models import HistoryActor, HistoryEntry, Mailing, Message, User

UNSENT = (Message.State.QUEUED, Message.State.SENDING, Message.State.FAILED)


def mailings_touched_by(user: User) -> QuerySet[Mailing]:
    """What somebody had a hand in and is still to go out, as a whole or in part, or could be sent again.

    Of reminders and summaries also those that are off and have words of their own.
    """
    did = HistoryEntry.objects.filter(actor__user=user, object_type=Mailing._meta.label_lower)
    did = did.exclude(verb__in=ENDED)
    theirs = Q(written_by=user) | Q(pk__in=[*did.values_list("object_id", flat=True).distinct()])
    mails = Message.objects.filter(state__in=UNSENT)
    waits = Q(state=Mailing.State.PLANNED) | Q(pk__in=mails.exclude(mailing=None).values("mailing"))
    has_words = ~Q(kind=Mailing.Kind.LETTER) & ~Q(texts={})
    return Mailing.objects.filter(theirs, waits | has_words).order_by("edition", "pk")


def is_planner_shut_out(mailing: Mailing) -> bool:
    """Whether who planned, turned on or worded this last can log in no more, as their account was closed.

    Whoever was erased did nothing wrong: what they planned goes out, as nobody knows any more that they did.
    """
    verbs = (PLANNED, turned_on(mailing.kind), worded(mailing.kind))
    about = HistoryEntry.objects.filter(edition=mailing.edition, object_id=str(mailing.pk), verb__in=verbs)
    last = about.filter(object_type=Mailing._meta.label_lower).order_by("-number").first()
    return HistoryActor.objects.filter(entry=last, user__is_active=False).exists()
