"""The page on which anybody finds out whether a copy is what was adopted. The copy is compared, and not kept."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy.models import Edition
from academy.requests import EditionRequest, posted
from outcome.adoption_forms import CheckForm
from outcome.checking import LARGEST, Verdict, adopted_record, check_copy
from outcome.models import Revision
from outcome.permissions import audiences_of


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
    try:
        copy = upload.read(LARGEST + 1).decode("utf-8") if upload else pasted
    except UnicodeDecodeError:
        form.add_error(
            "copy",
            _("This file is neither a text nor data (JSON). Copy its words and paste them below instead."),
        )
        return None
    readable = Revision.objects.readable(audiences_of(request.user, edition)).filter(
        document__edition=edition
    )
    return check_copy(edition, copy, readable=list(readable.defer("content")))
