"""The page on which anybody finds out whether a copy is what was adopted. The copy is compared, and not kept."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from academy.models import Edition
from academy.requests import EditionRequest, posted
from outcome.adoption_forms import CheckForm
from outcome.checking import LARGEST, Verdict, adopted_record, check_copy, check_pdf
from outcome.copies import NotReadable, plain_words, words_of_copy
from outcome.models import LanguageVersion, Revision
from outcome.permissions import audiences_of
from outcome.publishing.pdf import pdf_digest
from outcome.views.formats import publication
from outcome.views.languages import publication_in

_NO_PDF_OF_OURS = gettext_lazy(
    "This is not the PDF that is given here of the adopted text, byte by byte; it may have been saved anew, printed "
    "into a file, or changed. Copy its words and paste them below: then every word is compared."
)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Compare a file, a pasted text or a digest with what was adopted."""
    form = CheckForm(posted(request), request.FILES or None)
    verdict, status = None, 200
    if request.method == "POST":
        verdict = _verdict(request, edition, form)
        status = 200 if verdict else 422
    record = adopted_record(edition)
    response = render(
        request, "outcome/check.html", {"form": form, "verdict": verdict, "record": record}, status=status
    )
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
        form.add_error("copy", _("This file is larger than 2 MB. A record or a text is smaller."))
        return None
    made = upload.read(LARGEST + 1) if upload else b""
    if made.startswith(b"%PDF-"):
        verdict = check_pdf(edition, made, ours=lambda found: _pdfs(request, edition, found))
        if verdict is None:
            form.add_error("copy", _NO_PDF_OF_OURS)
        return verdict
    try:
        copy = words_of_copy(made) if upload else plain_words(pasted)
    except NotReadable as error:
        form.add_error("copy" if upload else "pasted", str(error))
        return None
    readable = Revision.objects.readable(audiences_of(request.user, edition)).filter(
        document__edition=edition
    )
    return check_copy(
        edition,
        copy,
        readable=list(readable.defer("content")),
        around=lambda text: _around(request, edition, text),
    )


def _around(request: EditionRequest, edition: Edition, text: Revision | LanguageVersion) -> list[str]:
    """What our files say of a text besides its words."""
    made = (
        publication(request, edition, text)
        if isinstance(text, Revision)
        else publication_in(request, edition, text)
    )
    standing = made.standing
    address = _("Address")
    return [standing.words, f"{address}: <{standing.address}>", standing.address, "SHA-256:", "SHA-256"]


def _pdfs(request: EditionRequest, edition: Edition, found: Revision) -> Iterator[str]:
    for with_remarks in (True, False):
        yield pdf_digest(publication(request, edition, found, with_remarks=with_remarks))
