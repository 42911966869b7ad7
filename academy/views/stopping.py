"""The page behind the link in each mail that is not essential: end such mail, or have it again."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from academy.mail.stopping import choose_news, participant_of_token
from academy.models import Edition
from academy.requests import EditionRequest


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: EditionRequest, edition: Edition, token: str) -> HttpResponse:
    """Say what would end; a POST ends it, as mail programs send it (RFC 8058) and as the page does; "again" undoes it.

    Whoever has the link is the person whose mail it stood in; nobody has to log in, and nobody is named.
    """
    participant = participant_of_token(token, edition)
    if participant is None:
        raise Http404(_("This link was not made by us, or the registration is gone."))
    wanted = participant.wants_news
    if request.method == "POST":
        wanted = "again" in request.POST
        choose_news(participant, wanted, by=None)
    context = {"wanted": wanted, "is_done": request.method == "POST"}
    response = render(request, "academy/mail/stop.html", context)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
