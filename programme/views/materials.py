"""Materials of a session: added, renamed, put in order and taken out at the desk; handed out to everybody."""

from pathlib import PurePath
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from academy.errors import Invalid
from academy.models import Edition
from academy.requests import EditionRequest, apply, status_of
from academy.uploads import refuse_too_large
from programme import materials, ordering
from programme.forms import MaterialForm, MaterialOrderForm, RetitleForm
from programme.models import Material
from programme.permissions import may_edit
from programme.releases import current_release
from programme.views.at_desk import back_to, editor, get_session
from programme.views.staging import saved, show_session

NEVER_RUN = "default-src 'none'; sandbox"


@require_POST
def add_material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Add a file or a link to a session."""
    by = editor(request, edition)
    session = get_session(edition, pk)
    form = MaterialForm(request.POST, request.FILES, prefix="material")
    refuse_too_large(form, request, "file")

    def add() -> Material:
        title, url, file = (form.cleaned_data[name] for name in ("title", "url", "file"))
        if url:
            return materials.add_link(session, title=title, url=url, by=by)
        return materials.add_file(session, file.file, name=file.name, size=file.size, title=title, by=by)

    added = apply(form, add)
    if added is None:
        return show_session(request, session, by, status=status_of(form), material_form=form)
    words = _("The material was added.")
    file = form.cleaned_data["file"]
    if added.name and file and PurePath(added.name).suffix.lower() != PurePath(file.name).suffix.lower():
        kept = _("By its content it is not what its name says: it is kept as “%(name)s”.")
        words = f"{words} {kept % {'name': added.name}}"
    return saved(request, session, words)


@require_POST
def retitle_material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Give a material another title."""
    by = editor(request, edition)
    material = _material(edition, pk)
    form = RetitleForm(request.POST)
    state = request.POST.get("state")

    def retitle() -> bool:
        materials.retitle_material(material, title=form.cleaned_data["title"], state=state, by=by)
        return True

    if apply(form, retitle):
        return saved(request, material.session, _("The material has its new title."))
    session = get_session(edition, material.session_id)
    refused = {"retitle_form": form, "retitled": material.pk}
    return show_session(request, session, by, status=status_of(form), **refused)


@require_POST
def order_material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Put a material before another one, or at the end."""
    by = editor(request, edition)
    material = _material(edition, pk)
    form = MaterialOrderForm(request.POST, edition=edition)
    if not form.is_valid():
        raise Invalid(_("The material that it should stand before was taken out."))
    ordering.reorder_material(material, before=form.cleaned_data["before"], by=by)
    return back_to(request, edition)


def _material(edition: Edition, pk: UUID) -> Material:
    """A material of a session of the edition, or 404."""
    rows = Material.objects.select_related("session__edition")
    found: Material = get_object_or_404(rows, session__edition=edition, pk=pk)
    return found


@require_POST
def take_material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take a material out of a session."""
    by = editor(request, edition)
    material = _material(edition, pk)
    materials.take_material(material, by=by)
    return saved(request, material.session, _("The material was taken out. You can undo this on the desk."))


@require_safe
def material(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """A file of a session, as an attachment that no browser runs: what is released now; the draft's for organisers."""
    found = get_object_or_404(Material.objects.exclude(file=""), session__edition=edition, pk=pk)
    is_public = materials.is_published(found, current_release(edition))
    if not is_public and not may_edit(request.user, edition):
        raise Http404(_("There is no such material."))
    try:
        # At most 20 MB: read at once, because a stream would be read at once by an ASGI server as well.
        with found.file.open("rb") as file:
            response = HttpResponse(file.read(), content_type=found.content_type)
    except FileNotFoundError as error:
        raise Http404(_("This file is lost. Please tell the organisers.")) from error
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NEVER_RUN
    response["Cache-Control"] = "public, max-age=300" if is_public else "private, no-store"
    return response
