"""What the board of a day asks now and then: whether somebody changed the day meanwhile."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from academy.errors import Invalid
from academy.models import Edition
from academy.requests import EditionRequest
from programme.news import news_of
from programme.views.at_desk import editor, get_day

MOST_WORDS, MOST_DIGITS = 2, 9


@require_safe
def news_of_day(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """What changed on the day after the edit `?since=`: {"number": of the newest edit, "says": in a sentence or ""}."""
    editor(request, edition)
    asked = request.GET.get("since", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS):
        raise Invalid(_("Please say since which edit."))
    number, words = news_of(get_day(edition, slug), int(asked))
    answer = JsonResponse({"number": number, "says": _in_a_sentence(words)})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _in_a_sentence(words: list[str]) -> str:
    if not words:
        return ""
    told, more = words[:MOST_WORDS], len(words) - MOST_WORDS
    if more > 0:
        told.append(ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more})
    return _("This day was changed meanwhile. %(what)s.") % {"what": "; ".join(told)}
