"""What endorsements, commitments and reports keep about people; a part of `outcome.privacy`."""

from allauth.account.models import EmailAddress
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from academy.models import User
from academy.privacy.declarations import (
    Basis,
    Declaration,
    Rows,
    after_the_moment,
    blanked,
    of,
    rows_of,
    stays,
    with_the_account,
)
from outcome.permissions import OFFER_DAYS

FOLLOWED = _("to see what organisations do after the adoption")
OF_THE_ORGANISATION = _("what an organisation committed itself to stays, who wrote it leads to nobody")
OFFER_FORGOTTEN = blanked(
    _("the endorsement stays, and is offered to nobody"), successor_address="", offered_at=None
)


def offered_to(user: User) -> Rows:
    """Endorsements that are offered to an address of this person."""
    own = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    wanted = {address.lower() for address in (user.email, *own)}
    rows: Rows = rows_of("outcome.Endorsement").exclude(successor_address="")
    found: Rows = rows.annotate(offered=Lower("successor_address")).filter(offered__in=wanted)
    return found


FOLLOWING = [
    Declaration(
        key="endorsements",
        model="outcome.Endorsement",
        title=_("Endorsements that you signed for an organisation"),
        rows=of("outcome.Endorsement", "account"),
        fields=("account", "signer", "function"),
        plain=("organisation_key", "domain", "address_domain", "reason", "successor_address"),
        shows=(
            "edition__title",
            "organisation",
            "kind",
            "country",
            "domain",
            "statement",
            "signer",
            "function",
            "shows_signer",
            "state",
            "way",
            "address_domain",
            "asked_at",
            "decided_at",
            "reason",
            "withdrawn_at",
        ),
        purpose=_("to know who speaks for an organisation that endorses the outcome document"),
        basis=Basis.TAKING_PART,
        readers=_(
            "everybody reads what the organisation says; name and function only the organisers, unless the person "
            "who signed ticked that they are public, and never those of somebody protected"
        ),
        kept=with_the_account(_("with the outcome document that it endorses")),
        erasure=blanked(
            _("the endorsement of the organisation stays, and leads to nobody"),
            account=None,
            signer="",
            function="",
            shows_signer=False,
        ),
    ),
    Declaration(
        key="endorsements_offered",
        model="outcome.Endorsement",
        title=_("Endorsements that are offered to your address"),
        rows=offered_to,
        fields=("successor_address", "offered_at"),
        shows=("edition__title", "organisation", "successor_address", "offered_at"),
        purpose=_("so that somebody else can act for an organisation when the person who did leaves it"),
        basis=Basis.INTEREST,
        collected_from=_("the organisers"),
        readers=_("the organisers"),
        kept=after_the_moment("outcome.Endorsement", "offered_at", OFFER_DAYS, OFFER_FORGOTTEN),
        erasure=OFFER_FORGOTTEN,
    ),
    Declaration(
        key="endorsements_decided",
        model="outcome.Endorsement",
        title=_("Endorsements that you confirmed or declined"),
        rows=of("outcome.Endorsement", "decided_by"),
        fields=("decided_by",),
        shows=("organisation", "decided_at", "state"),
        purpose=_("so that somebody answers for who may speak for an organisation"),
        basis=Basis.INTEREST,
        collected_from=_("what the organisers did"),
        readers=_("the organisers"),
        kept=with_the_account(_("with the outcome document that it endorses")),
        erasure=blanked(_("it stays, without the person who did it"), decided_by=None),
    ),
    Declaration(
        key="commitments",
        model="outcome.Commitment",
        title=_("Commitments that you made for an organisation"),
        rows=of("outcome.Commitment", "endorsement__account"),
        fields=("what", "responsible", "evidence"),
        shows=(
            "endorsement__organisation",
            "number",
            "what",
            "responsible",
            "due",
            "evidence",
            "review_on",
            "state",
        ),
        purpose=FOLLOWED,
        basis=Basis.TAKING_PART,
        readers=_("everybody; not who wrote it"),
        kept=with_the_account(_("with the outcome document that it follows")),
        erasure=stays(OF_THE_ORGANISATION),
    ),
    Declaration(
        key="commitment_wordings",
        model="outcome.CommitmentWording",
        title=_("Wordings of these commitments"),
        rows=of("outcome.CommitmentWording", "commitment__endorsement__account"),
        fields=("words",),
        shows=("commitment__number", "number", "words", "written_at"),
        purpose=FOLLOWED,
        basis=Basis.TAKING_PART,
        readers=_("everybody; not who wrote it"),
        kept=with_the_account(_("with the outcome document that it follows")),
        erasure=stays(OF_THE_ORGANISATION),
    ),
    Declaration(
        key="progress_notes",
        model="outcome.ProgressNote",
        title=_("What you reported on these commitments"),
        rows=of("outcome.ProgressNote", "commitment__endorsement__account"),
        fields=("words", "evidence"),
        shows=("commitment__number", "number", "state", "words", "evidence", "noted_at"),
        purpose=FOLLOWED,
        basis=Basis.TAKING_PART,
        readers=_("everybody; not who wrote it"),
        kept=with_the_account(_("with the outcome document that it follows")),
        erasure=stays(OF_THE_ORGANISATION),
    ),
]
