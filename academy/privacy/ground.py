"""What the ground floor keeps about people: accounts, registrations, consent, roles, mail, the history's actors."""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qsl

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Invitation, ListedPerson, Mailing, Message, SavedView, User
from academy.privacy.declarations import (
    Basis,
    Declaration,
    Fading,
    Fate,
    Period,
    Rows,
    after_the_edition,
    after_the_moment,
    blanked,
    deleted,
    of,
    rows_of,
    stays,
    with_the_account,
)
from academy.privacy.forgetting import (
    forget_accounts,
    forget_audiences,
    forget_invitations,
    forget_messages,
    forget_participants,
    forget_searches,
)
from academy.searches import LONGEST

ORGANISERS = _("the organisers of the academy")
SELF = _("only oneself")

# How the keys of those mails begin that hold a code or a link that lets somebody in.
HOLDING_KEYS = ("account:", "invitation:")
TWO_WEEKS, MONTH, HALF_YEAR, TWO_YEARS = 14, 30, 180, 730
FORGOTTEN = Fading(Fate.BLANKED, forget_participants)
MOTIVES = blanked(motivation="", interests=[], answers={}, reason="")
UNWRITTEN = Fading(Fate.BLANKED, forget_messages)
UNSEARCHED = Fading(Fate.BLANKED, forget_searches, _("the view stays, without what it searched for"))
UNINVITED = Fading(Fate.BLANKED, forget_invitations)


def addresses_of(user: User) -> set[str]:
    """The account's own address and those that are proven to be this person's, in lower case.

    One that was only typed in may be a stranger's, whose mails are nobody else's business.
    """
    known = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return {address.lower() for address in (user.email, *known)}


def _at_addresses(field: str, user: User) -> Q:
    return Q.create([(f"{field}__iexact", address) for address in addresses_of(user)], Q.OR)


def messages_of(user: User) -> Rows:
    """The mails to a person, also those that were written before there was an account."""
    return Message.objects.filter(Q(user=user) | _at_addresses("to", user))


def without_keys(rows: Rows) -> Rows:
    """Mails without those that hold a code or a link that lets somebody in: these are read in the mailbox only.

    Else somebody at a browser that was left open would need no mailbox to change the password.
    """
    lets_in = Q.create([("key__startswith", start) for start in HOLDING_KEYS], Q.OR)
    return rows.exclude(lets_in & ~Q(body=""))


def invitations_of(user: User) -> Rows:
    """The invitations that were sent to a person or accepted by them."""
    return Invitation.objects.filter(Q(participant__user=user) | _sent_to(user))


def invitations_to(user: User) -> Rows:
    """The invitations that were sent to a person: to an address that is known to be theirs, not only said to be."""
    return Invitation.objects.filter(_sent_to(user))


def listed_people_of(user: User) -> Rows:
    """Rows of long lists that hold an address of this person."""
    return ListedPerson.objects.filter(_sent_to(user))


def invitations_passed_on(user: User) -> Rows:
    """The invitations that a person accepted and that were sent elsewhere: whom they name is somebody else."""
    return Invitation.objects.filter(participant__user=user).exclude(_sent_to(user))


def _sent_to(user: User) -> Q:
    proven = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return Q(email__in={address.lower() for address in proven})


def _words(text: str) -> frozenset[str]:
    """The words of a search or a name, however they are written and in whatever order."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())[:LONGEST]
    return frozenset(plain.casefold().split())


def _asking(user: User) -> Callable[[str], bool]:
    """Whether a search asks for this person: by the whole name or a whole address, and by nothing else.

    A word that only happens to be part of a search is none of theirs: else whoever registers as “Vienna” would take
    everybody's searches for Vienna houses away.
    """
    names = user.participations.values_list("name", flat=True)
    proven = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    called = {_words(text) for text in (user.email, *proven, *names)} - {frozenset()}
    return lambda text: _words(text) in called


def letters_asking_for(user: User) -> Rows:
    """Letters of others whose recipients were found by the name or the address of this person."""
    asks = _asking(user)
    searched = Mailing.objects.filter(audience__has_key="q").values_list("pk", "audience")
    return Mailing.objects.filter(pk__in=[key for key, audience in searched if asks(str(audience["q"]))])


def saved_views_asking_for(user: User) -> Rows:
    """Views of the desk that others keep, and that search for this person by name or address."""
    asks = _asking(user)
    searched = SavedView.objects.filter(query__contains="q=").exclude(user=user).values_list("pk", "query")
    found = [
        key for key, query in searched if any(asks(text) for name, text in parse_qsl(query) if name == "q")
    ]
    return SavedView.objects.filter(pk__in=found)


def unregistered(moment: datetime) -> Rows:
    """Registrations of editions that are over for so long that nobody's name is needed any more."""
    period = after_the_edition("academy.Participant", "edition", TWO_YEARS)
    rows = period.over(moment) if period.over else rows_of("academy.Participant").none()
    return rows.filter(erased_at=None)


DECLARATIONS = [
    Declaration(
        key="account",
        model="academy.User",
        title=_("Account"),
        rows=lambda user: User.objects.filter(pk=user.pk),
        fields=("email", "password", "time_zone", "language", "last_login"),
        shows=("email", "date_joined", "last_login", "time_zone", "language", "is_staff"),
        purpose=_("to let people log in, and to write to them"),
        basis=Basis.TAKING_PART,
        readers=_("the organisers (the address), the administrators"),
        kept=Period(_("until it is erased, or two years after the last login if no registration and no role is left")),
        erasure=Fading(
            Fate.BLANKED,
            forget_accounts,
            _("deleted if no registration and no role belongs to it; the address is free again at once"),
        ),
    ),
    Declaration(
        key="registrations",
        model="academy.Participant",
        title=_("Registrations"),
        rows=of("academy.Participant", "user"),
        fields=(
            "name", "organisation", "name_key", "organisation_key", "actor", "country", "languages", "visibility",
            "pseudonym", "wants_news", "state",
        ),
        shows=(
            "edition__title", "state", "registered_at", "decided_at", "name", "organisation", "actor", "country",
            "languages", "visibility", "pseudonym", "wants_news",
        ),
        purpose=_("to register people, spread them evenly over groups, write to them, and name those who agreed to it"),
        basis=Basis.TAKING_PART,
        readers=_("the organisers; others what the choice of visibility lets them see"),
        kept=Period(
            after_the_edition("academy.Participant", "edition", TWO_YEARS).words, unregistered, "edition"
        ),
        erasure=FORGOTTEN,
    ),
    Declaration(
        key="registration_texts",
        model="academy.Participant",
        title=_("What you told the organisers"),
        rows=of("academy.Participant", "user"),
        fields=("motivation", "interests", "answers", "reason"),
        shows=("edition__title", "motivation", "interests", "answers", "reason"),
        purpose=_("to decide on registrations, and to prepare the groups"),
        basis=Basis.TAKING_PART,
        readers=ORGANISERS,
        kept=after_the_edition("academy.Participant", "edition", HALF_YEAR, MOTIVES),
        erasure=MOTIVES,
    ),
    Declaration(
        key="consents",
        model="academy.Consent",
        title=_("Consent"),
        rows=of("academy.Consent", "participant__user"),
        fields=("purpose", "version", "given_at", "withdrawn_at"),
        plain=("wording_digest",),
        shows=(
            "participant__edition__title", "purpose", "version", "given_at", "withdrawn_at", "wording_digest",
        ),
        purpose=_("to prove what somebody agreed to, and to act when it is taken back"),
        basis=Basis.INTEREST,
        readers=_("oneself, the organisers"),
        kept=with_the_account(_("as long as the registration that it belongs to")),
        erasure=stays(_("the proof that there was consent stays, without the person")),
    ),
    Declaration(
        key="access_needs",
        model="academy.AccessNeed",
        title=_("Access needs"),
        rows=of("academy.AccessNeed", "participant__user"),
        fields=("text",),
        shows=("participant__edition__title", "text", "written_at"),
        purpose=_("to make it possible for everybody to take part"),
        basis=Basis.EXPLICIT_CONSENT,
        readers=ORGANISERS,
        kept=after_the_edition("academy.AccessNeed", "participant__edition", MONTH),
        erasure=deleted(),
    ),
    Declaration(
        key="invitations",
        model="academy.Invitation",
        title=_("Invitations to your addresses"),
        rows=invitations_to,
        fields=("email", "name", "organisation", "role", "language", "token_digest"),
        shows=(
            "edition__title", "email", "name", "organisation", "role", "language", "state", "invited_at", "expires_at",
        ),
        purpose=_("to hold a place for somebody"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=ORGANISERS,
        kept=after_the_edition("academy.Invitation", "edition", MONTH, UNINVITED),
        erasure=UNINVITED,
    ),
    Declaration(
        key="invitations_passed_on",
        model="academy.Invitation",
        title=_("Invitations that you accepted, sent to another address"),
        rows=invitations_passed_on,
        fields=("role",),
        shows=("edition__title", "role", "state", "invited_at", "expires_at"),
        purpose=_("to know by which invitation somebody registered; whom it names is not shown"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=ORGANISERS,
        kept=after_the_edition("academy.Invitation", "edition", MONTH, UNINVITED),
        erasure=UNINVITED,
    ),
    Declaration(
        key="listed_people",
        model="academy.ListedPerson",
        title=_("Lists of people to invite that name you"),
        rows=listed_people_of,
        fields=("email", "name", "organisation", "role", "language", "problems"),
        shows=(
            "in_list__edition__title", "in_list__uploaded_at", "email", "name", "organisation", "role", "language",
        ),
        purpose=_("to invite the people of a long list, and to report on each of its rows"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=ORGANISERS,
        kept=after_the_moment("academy.ListedPerson", "in_list__uploaded_at", TWO_WEEKS),
        erasure=deleted(),
    ),
    Declaration(
        key="uploaded_lists",
        model="academy.InvitationList",
        title=_("Long lists that you uploaded as an organiser"),
        rows=of("academy.InvitationList", "uploaded_by"),
        fields=("uploaded_by",),
        plain=("encoding", "language", "note", "unused"),
        shows=("edition__title", "uploaded_at", "state"),
        purpose=_("to know who invited"),
        basis=Basis.INTEREST,
        readers=ORGANISERS,
        kept=after_the_moment("academy.InvitationList", "uploaded_at", TWO_WEEKS),
        erasure=blanked(_("the list stays, without who uploaded it"), uploaded_by=None),
    ),
    Declaration(
        key="roles",
        model="academy.Role",
        title=_("Roles"),
        rows=of("academy.Role", "user"),
        fields=("kind", "granted_at", "ended_at"),
        shows=("edition__title", "kind", "granted_at", "ended_at"),
        purpose=_("to know who may do what, and who was allowed to do it then"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=ORGANISERS,
        kept=with_the_account(),
        erasure=stays(_("ended at once; that somebody had the role stays, as the history commits to it")),
    ),
    Declaration(
        key="messages",
        model="academy.Message",
        title=_("Mail to you"),
        rows=messages_of,
        fields=("to", "subject", "body", "calendar", "language"),
        plain=("key", "error"),
        shows=("created_at", "to", "subject", "body", "state", "sent_at"),
        readable=without_keys,
        purpose=_("to write to people, once, and to know whether the mail left"),
        basis=Basis.TAKING_PART,
        readers=_("the organisers (address, subject, state); nobody reads links that let somebody in"),
        kept=after_the_moment("academy.Message", "created_at", HALF_YEAR, blanked(to="", subject="", body="")),
        erasure=UNWRITTEN,
    ),
    Declaration(
        key="letters",
        model="academy.Mailing",
        title=_("Letters that you wrote as an organiser"),
        rows=of("academy.Mailing", "written_by"),
        fields=("written_by",),
        plain=("texts", "because"),
        shows=("edition__title", "created_at", "texts"),
        purpose=_("to know who wrote a letter to many"),
        basis=Basis.INTEREST,
        readers=ORGANISERS,
        kept=with_the_account(),
        erasure=blanked(_("the letter stays, without its writer"), written_by=None),
    ),
    Declaration(
        key="letters_asking",
        model="academy.Mailing",
        title=_("Letters to people who were found by your name"),
        rows=letters_asking_for,
        fields=("audience",),
        purpose=_("to know to whom a letter to many went"),
        basis=Basis.INTEREST,
        collected_from=ORGANISERS,
        readers=ORGANISERS,
        kept=with_the_account(),
        erasure=Fading(Fate.BLANKED, forget_audiences, _("the letter stays; a planned one is a draft again")),
    ),
    Declaration(
        key="saved_views",
        model="academy.SavedView",
        title=_("Saved views of the desk"),
        rows=of("academy.SavedView", "user"),
        fields=("name", "query"),
        shows=(),
        purpose=_("to ask the list of people the same question again"),
        basis=Basis.INTEREST,
        readers=ORGANISERS,
        kept=after_the_edition("academy.SavedView", "edition", HALF_YEAR),
        erasure=deleted(),
    ),
    Declaration(
        key="saved_views_asking",
        model="academy.SavedView",
        title=_("Saved views of the desk that search for you"),
        rows=saved_views_asking_for,
        fields=("query",),
        plain=("name",),
        purpose=_("to ask the list of people the same question again"),
        basis=Basis.INTEREST,
        collected_from=ORGANISERS,
        readers=ORGANISERS,
        kept=with_the_account(),
        erasure=UNSEARCHED,
    ),
    Declaration(
        key="history",
        model="academy.HistoryActor",
        title=_("What you did"),
        rows=of("academy.HistoryActor", "user"),
        fields=("user", "salt"),
        shows=("entry__edition__title", "entry__at", "entry__verb", "entry__object_type"),
        purpose=_("to know who did what, so that nothing is changed unnoticed"),
        basis=Basis.INTEREST,
        readers=_("the organisers, the administrators"),
        kept=after_the_edition("academy.HistoryActor", "entry__edition", TWO_YEARS),
        erasure=Fading(
            Fate.DELETED, deleted().act, _("the chain of the history stays verifiable, and leads to nobody")
        ),
    ),
]  # fmt: skip

NOT_ABOUT_PEOPLE = {
    "academy.Edition": _("the academy itself; its contact is the address of an office"),
    "academy.HistoryEntry": _(
        "what was done, without names; who did it is a commitment (see the history's actors)"
    ),
    "academy.HistoryHead": _("the end of a chain"),
    "academy.Alarm": _("what is wrong with the server now, and was told"),
    "academy.PendingFact": _("keys and moments on their way into the list of erasures (see above)"),
    "academy.Pulse": _("when a backup, a verification or the worker last ran"),
    "academy.Question": _("what is asked; the answers lie with the registration"),
    "auth.Group": _("names of groups of rights"),
    "auth.Permission": _("names of rights"),
    "contenttypes.ContentType": _("names of tables"),
}
