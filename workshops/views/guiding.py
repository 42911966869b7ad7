"""The aim, the parts and the guiding questions of a workshop, at the organisers' desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from academy.errors import DomainError
from academy.models import Edition
from academy.requests import EditionRequest, posted, status_of
from programme.edits import Overtaken
from programme.views.at_desk import READ_OR_WRITE, editor
from workshops import guiding
from workshops.views.guidance_form import GuidanceForm
from workshops.views.scope import get_workshop


@require_http_methods(READ_OR_WRITE)
def guide(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Change what the groups talk about. If somebody was faster, what is there now is shown beside what was typed."""
    by, workshop = editor(request, edition), get_workshop(edition, number)
    present = guiding.guidance_of(workshop)
    form = GuidanceForm(posted(request), guidance=present)
    context: dict[str, Any] = {"workshop": workshop, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            guiding.guide(workshop, form.guidance(), state=form.cleaned_data["state"], by=by)
        except Overtaken as error:
            form.add_error(None, str(error))
            context |= {"there_now": present, "form": form.read_anew(present)}
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("The parts and questions were saved. They show once they are released.")
            )
            return redirect(workshop)
    return render(request, "workshops/guide.html", context, status=status_of(form))
