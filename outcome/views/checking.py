"""The page on which anybody finds out whether a copy is what was adopted. The copy is compared, and not kept."""

import re
from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from academy.models import Edition
from academy.requests import EditionRequest, posted
from academy.uploads import refuse_too_large
from academy.zones import zone_named
from outcome.adoption_forms import CheckForm
from outcome.checking import LARGEST, Paper, Text, Verdict, adopted_record, check_copy, check_pdf
from outcome.copies import NotReadable, plain_words, words_of_copy
from outcome.models import LanguageVersion, Revision
from outcome.permissions import audiences_of
from outcome.publishing.pdf import pdf_digest
from outcome.publishing.publication import Publication
from outcome.views.formats import adopted_day, publication
from outcome.views.languages import publication_in

_NO_PDF_OF_OURS = gettext_lazy(
    "This is no PDF as it is given here of the adopted text, another revision or a translation, byte by byte; it may "
    "have been saved anew, printed into a file, or changed. Copy its words and paste them below: then every word is "
    "compared."
)
# A PDF holds the address of its text; the last ones in a file are looked at.
NAMED = rb"revisions/(?P<number>[0-9]{1,6})/(?:in/(?P<language>[A-Za-z-]{2,20})/(?P<version>[0-9]{1,6})/)?\)"
MOST_NAMED = 5
TOO_LARGE = gettext_lazy("This file is larger than 2 MB. A record or a text is smaller.")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Compare a file, a pasted text or a digest with what was adopted."""
    form = CheckForm(posted(request), request.FILES or None)
    refuse_too_large(form, request, "copy", TOO_LARGE)
    verdict, status = None, 200
    if request.method == "POST":
        verdict = _verdict(request, edition, form)
        status = 200 if verdict else 422
    record = adopted_record(edition)
    upload = request.FILES.get("copy")
    context = {"form": form, "verdict": verdict, "record": record, "checked": upload.name if upload else ""}
    response = render(request, "outcome/check.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _verdict(request: EditionRequest, edition: Edition, form: CheckForm) -> Verdict | None:
    if not form.is_valid():
        return None
    upload, pasted = form.cleaned_data["copy"], form.cleaned_data["pasted"]
    if not upload and not pasted.strip():
        form.add_error(None, _("Choose a file, or paste a text or a digest."))
        return None
    if upload and upload.size > LARGEST:
        form.add_error("copy", str(TOO_LARGE))
        return None
    made = upload.read(LARGEST + 1) if upload else b""
    rows = Revision.objects.readable(audiences_of(request.user, edition)).filter(document__edition=edition)
    readable = list(rows.defer("content"))
    if made.startswith(b"%PDF-"):
        verdict = check_pdf(
            edition,
            made,
            readable=readable,
            named=_named_in(made, edition, readable),
            ours=lambda text: _papers(request, edition, text),
        )
        if verdict is None:
            form.add_error("copy", _NO_PDF_OF_OURS)
        return verdict
    try:
        copy = words_of_copy(made) if upload else plain_words(pasted)
    except NotReadable as error:
        form.add_error("copy" if upload else "pasted", str(error))
        return None
    return check_copy(
        edition,
        copy,
        readable=readable,
        around=lambda text: _around(request, edition, text),
    )


def _around(request: EditionRequest, edition: Edition, text: Text) -> list[str]:
    """What our files say of a text besides its words; of what was adopted also what they said before."""
    made = [_published(request, edition, text)]
    if made[0].standing.adopted_on and isinstance(text, Revision):
        made.append(publication(request, edition, text, as_draft=True))
    standing, address = made[0].standing, _("Address")
    return [
        *(one.standing.words for one in made),
        f"{address}: <{standing.address}>",
        standing.address,
        "SHA-256:",
        "SHA-256",
    ]


def _named_in(made: bytes, edition: Edition, readable: list[Revision]) -> Iterator[Text]:
    """The texts whose addresses stand in a PDF, of those that whoever asks may read."""
    place = reverse("outcome:document", args=(edition.slug,)).encode()
    groups = [found.groups() for found in re.finditer(re.escape(place) + NAMED, made)]
    by_number = {row.number: row for row in readable}
    for number, language, version in list(dict.fromkeys(reversed(groups)))[:MOST_NAMED]:
        revision = by_number.get(int(number))
        if revision is None:
            continue
        if language is None:
            yield revision
            continue
        rows = LanguageVersion.objects.filter(
            translation__revision=revision, translation__language=language.decode(), number=int(version)
        )
        yield from rows.select_related("translation__revision__document__edition")


def _papers(request: EditionRequest, edition: Edition, text: Text) -> Iterator[Paper]:
    """The PDFs that are given of a text, each set only when it is asked for; the likeliest first."""
    for with_remarks in (True, False):
        made = _published(request, edition, text, with_remarks=with_remarks)
        yield Paper(pdf_digest(made), with_remarks)
    if isinstance(text, Revision) and adopted_day(text, zone_named(edition.time_zone)):
        for with_remarks in (True, False):
            made = publication(request, edition, text, with_remarks=with_remarks, as_draft=True)
            yield Paper(pdf_digest(made), with_remarks, is_draft=True)


def _published(
    request: EditionRequest, edition: Edition, text: Text, *, with_remarks: bool = True
) -> Publication:
    if isinstance(text, Revision):
        return publication(request, edition, text, with_remarks=with_remarks)
    return publication_in(request, edition, text, with_remarks=with_remarks)
