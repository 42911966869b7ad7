"""Views of the list that organisers keep."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from academy.forms.at_desk import ChangeViewForm, KeepViewForm
from academy.models import Edition, SavedView, User
from academy.people.asking import Asking
from academy.people.keeping import change_view, keep_view, remove_view, views_for
from academy.requests import EditionRequest, apply, posted, status_of
from academy.views.people import back_to_list, organiser_at
from academy.views.searching import asking_of, with_key


@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The views that an organiser sees; keeps what the list is asked for under a name."""
    user = organiser_at(request, edition)
    form = KeepViewForm(posted(request))
    if request.method == "POST":
        asking = asking_of(request, QueryDict(request.POST.get("query", "")[:3000]))
        view = apply(
            form,
            lambda: keep_view(
                edition, form.cleaned_data["name"], asking, is_shared=form.cleaned_data["is_shared"], by=user
            ),
        )
        if view is not None:
            words = _("Kept as “%(name)s”.") % {"name": view.name}
            return back_to_list(request, edition, asking, words)
    rows = [
        (view, Asking.parse(QueryDict(view.query)).filters.in_words(edition), view.user_id == user.pk)
        for view in views_for(user, edition)
    ]
    context = {"rows": rows, "form": form if form.is_bound else None}
    return render(request, "academy/people/views.html", context, status=status_of(form))


@require_safe
def open_saved_view(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Lead to the list as a view asks for it; what it searches for stands in no address."""
    user = organiser_at(request, edition)
    view = get_object_or_404(views_for(user, edition), pk=key)
    return back_to_list(request, edition, with_key(request, Asking.parse(QueryDict(view.query))))


def _own_view(edition: Edition, user: User, key: UUID) -> SavedView:
    """A view that this person keeps, or 404."""
    view = SavedView.objects.filter(edition=edition, user=user, pk=key).select_related("edition").first()
    if view is None:
        raise Http404(_("You keep no such view."))
    return view


@require_http_methods(["GET", "HEAD", "POST"])
def change_saved_view(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Another name for a view of one's own, and who sees it."""
    user = organiser_at(request, edition)
    view = _own_view(edition, user, key)
    form = ChangeViewForm(posted(request), initial={"name": view.name, "is_shared": view.is_shared})
    if request.method == "POST":
        changed = apply(
            form, lambda: change_view(_own_view(edition, user, key), by=user, **form.cleaned_data)
        )
        if changed is not None:
            messages.success(request, _("“%(name)s” is changed.") % {"name": changed.name})
            return redirect("saved_views", edition.slug)
    return render(
        request, "academy/people/change_view.html", {"form": form, "view": view}, status=status_of(form)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remove_saved_view(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask once, then forget a view of one's own."""
    user = organiser_at(request, edition)
    view = _own_view(edition, user, key)
    if request.method == "POST":
        remove_view(view, by=user)
        messages.success(request, _("“%(name)s” is removed.") % {"name": view.name})
        return redirect("saved_views", edition.slug)
    return render(request, "academy/people/remove_view.html", {"view": view})
