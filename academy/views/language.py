"""The page on which somebody chooses the language of the mails to them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy.forms.viewing import LanguageForm
from academy.mail.reading import language_of
from academy.own_language import choose_language
from academy.permissions import is_known
from academy.requests import LoginNeeded, apply, posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def mail_language(request: HttpRequest) -> HttpResponse:
    """Choose in which language one is written to."""
    user = request.user
    if not is_known(user):
        raise LoginNeeded
    form = LanguageForm(posted(request), initial={"language": user.language or LanguageForm.FITTING})
    if request.method == "POST" and apply(form, lambda: choose_language(user, form.chosen())) is not None:
        messages.success(request, _("Kept. The next mail to you is in this language."))
        return redirect("mail_language")
    context = {"form": form, "now_in": language_of(user)}
    return render(request, "account/language.html", context, status=status_of(form))
