"""What the ground floor keeps about people: accounts, registrations, consent, roles, mail, the history's actors."""

from datetime import datetime
from urllib.parse import quote_plus

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Invitation, Mailing, Message, SavedView, User
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
)

ORGANISERS = _("the organisers of the academy")
SELF = _("only oneself")

# How the keys of those mails begin that hold a code or a link that lets somebody in.
HOLDING_KEYS = ("account:", "invitation:")
# Names of so few letters would be found in everything.
SHORT = 2
MONTH, HALF_YEAR, TWO_YEARS = 30, 180, 730
FORGOTTEN = Fading(Fate.BLANKED, forget_participants)
MOTIVES = blanked(motivation="", interests=[], answers={}, reason="")
UNWRITTEN = Fading(Fate.BLANKED, forget_messages)
UNINVITED = Fading(Fate.BLANKED, forget_invitations)


def addresses_of(user: User) -> set[str]:
    """Every address that is or was written to for this person, in lower case."""
    known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
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
    return Invitation.objects.filter(Q(participant__user=user) | _at_addresses("email", user))


def _called(user: User) -> set[str]:
    """The names and addresses by which others may have asked for a person."""
    names = user.participations.values_list("name", flat=True)
    return addresses_of(user) | {name for name in names if len(name) > SHORT}


def letters_asking_for(user: User) -> Rows:
    """Letters of others whose recipients were found by the name or the address of this person."""
    return Mailing.objects.filter(
        Q.create([("audience__q__icontains", text) for text in _called(user)], Q.OR)
    )


def saved_views_of(user: User) -> Rows:
    """What a person keeps at the desk, and what others keep that asks for the person by name or address."""
    asked = {form for text in _called(user) for form in (text, quote_plus(text))}
    return SavedView.objects.filter(
        Q(user=user) | Q.create([("query__icontains", text) for text in asked], Q.OR)
    )


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
        fields=("email", "password", "time_zone", "last_login"),
        shows=("email", "date_joined", "last_login", "time_zone", "is_staff"),
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
            "name", "organisation", "actor", "country", "languages", "visibility", "pseudonym", "wants_news", "state",
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
        title=_("Invitations"),
        rows=invitations_of,
        fields=("email", "name", "organisation", "role", "token_digest"),
        shows=("edition__title", "email", "name", "organisation", "role", "state", "invited_at", "expires_at"),
        purpose=_("to hold a place for somebody"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=ORGANISERS,
        kept=after_the_edition("academy.Invitation", "edition", MONTH, UNINVITED),
        erasure=UNINVITED,
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
        plain=("texts",),
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
        erasure=Fading(Fate.BLANKED, forget_audiences, _("the letter stays; one that has not gone out is cancelled")),
    ),
    Declaration(
        key="saved_views",
        model="academy.SavedView",
        title=_("Saved views of the desk"),
        rows=saved_views_of,
        fields=("name", "query"),
        shows=(),
        purpose=_("to ask the list of people the same question again"),
        basis=Basis.INTEREST,
        readers=ORGANISERS,
        kept=after_the_edition("academy.SavedView", "edition", HALF_YEAR),
        erasure=deleted(),
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
    "academy.Question": _("what is asked; the answers lie with the registration"),
    "auth.Group": _("names of groups of rights"),
    "auth.Permission": _("names of rights"),
    "contenttypes.ContentType": _("names of tables"),
}
