"""The mails about a registration: one for each change of its state, written with it."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.mail.dates import day_in_words
from academy.mail.posting import address_of
from academy.mail.reading import writing_to
from academy.models import Edition, Participant
from academy.outbox import queue_message
from academy.zones import zone_in_words

LAPSED, PROMOTED, TAKEN_BACK = "offer lapsed", "place handed on", "place taken back"
_SUBJECTS: dict[str, Promise] = {
    Participant.State.APPLIED: gettext_lazy("Your registration has arrived: %(title)s"),
    Participant.State.CONFIRMED: gettext_lazy("Your place is confirmed: %(title)s"),
    Participant.State.WAITING: gettext_lazy("You are on the waiting list: %(title)s"),
    Participant.State.OFFERED: gettext_lazy("A place is free for you: %(title)s"),
    Participant.State.DECLINED: gettext_lazy("About your registration: %(title)s"),
    Participant.State.WITHDRAWN: gettext_lazy("You have withdrawn: %(title)s"),
}
_TEXTS: dict[str, Promise] = {
    Participant.State.APPLIED: gettext_lazy(
        "Your registration has arrived. The organisers decide about it, and you will hear from us. You can read, "
        "correct and withdraw it on the page “My academy”."
    ),
    Participant.State.CONFIRMED: gettext_lazy(
        "Your place is confirmed. Your sessions, your group and your link are on the page “My academy”."
    ),
    Participant.State.WAITING: gettext_lazy(
        "All places are taken. You are on the waiting list and will hear from us when a place is free. Your position "
        "is on the page “My academy”."
    ),
    Participant.State.OFFERED: gettext_lazy(
        "A place has become free for you. Please accept or decline it on the page “My academy” until %(until)s; after "
        "that it is offered to the next person."
    ),
    Participant.State.DECLINED: gettext_lazy(
        "We cannot offer you a place this time. Thank you for your interest."
    ),
    Participant.State.WITHDRAWN: gettext_lazy(
        "You have withdrawn your registration. What you told us about your organisation, your motivation, your "
        "interests, your answers and your access needs is deleted. Your name, pseudonym, country, kind of actor and "
        "languages stay with the organisers until two years after the academy, unless you have everything erased on "
        "the page “My data”. What you said in groups stays, without your name. While registration is open you can "
        "register again."
    ),
}


def key_of_letters(participant: Participant, state: str) -> str:
    """How the keys of all mails about a registration in a state begin."""
    return f"registration:{participant.pk}:{state}:"


def write_about(participant: Participant, cause: str = "") -> None:
    """Put the mail about the state of a registration into the outbox.

    What an organiser wrote as a reason stands in it as it is: nothing in it is a placeholder.
    """
    edition = participant.edition
    with writing_to(participant.user, participant) as language:
        queue_message(
            key=key_of_letters(participant, participant.state) + clock.now().isoformat(),
            to=participant.user.email,
            user=participant.user,
            subject=str(_SUBJECTS[participant.state]) % {"title": edition.title},
            body="\n\n".join(_paragraphs(participant, cause)),
            edition=edition,
            language=language,
        )


def _paragraphs(participant: Participant, cause: str) -> Iterator[str]:
    edition = participant.edition
    yield _words(participant, cause)
    if participant.reason:
        yield _("The organisers say why:") + "\n" + participant.reason
    if participant.state not in (Participant.State.DECLINED, Participant.State.WITHDRAWN):
        yield _("My academy:") + f" {address_of('my_academy', edition.slug)}"
    if edition.contact:
        yield _("If you have a question, write to the organisers:") + " " + edition.contact


def _words(participant: Participant, cause: str) -> str:
    """What happened, and what to do next."""
    if cause == LAPSED:
        return _(
            "The time to accept the place that was offered to you is over, and it was offered to the next person. You "
            "are at the end of the waiting list now, and will hear from us when your turn comes again."
        )
    if cause == TAKEN_BACK:
        return _(
            "The organisers have taken your place back: you do not take part in this academy any more, and your place "
            "goes to the next person. You need not do anything."
        )
    state = Participant.State(participant.state)
    words = str(_TEXTS[state]) % {"until": _until(participant.offered_until, participant.edition)}
    return f"{_('A place has become free, and it is yours.')} {words}" if cause == PROMOTED else words


def _until(moment: datetime | None, edition: Edition) -> str:
    """A moment in the academy's zone: "3 February 2022, 14:00 (Central European Time)"."""
    if moment is None:
        return ""
    zone = ZoneInfo(edition.time_zone)
    local = moment.astimezone(zone)
    return f"{day_in_words(local)}, {local:%H:%M} ({zone_in_words(zone, moment)})"
