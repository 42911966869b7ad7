"""The page of roles for organisers: what each may do, who has which, given and ended, and what was done before."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from academy.forms.roles import EndForm, GrantForm
from academy.models import Edition, HistoryEntry, Participant, Role, User, Visibility
from academy.ordering import sort_key
from academy.permissions import WITH_A_PLACE, has_right, is_known
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of
from academy.rights import MEANINGS, Right, rows
from academy.roles import end_roles, grant_roles
from academy.views.searching import words_out_of_address, words_searched

FOUND, REMEMBERED = 30, 40


@dataclass(frozen=True)
class Holder:
    """Somebody who has a role, as organisers see them."""

    role: Role
    name: str
    address: str
    is_own: bool
    pseudonym: str
    # Why a role that needs a confirmed registration gives nothing now; empty if it does.
    idle: str


def giver(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    user = request.user
    admit(
        request,
        has_right(user, edition, Right.GIVE_ROLES),
        needs=_("It is for the organisers of this academy."),
    )
    if not is_known(user):
        raise LoginNeeded
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def people_roles(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Find people and give them a role; see who has which."""
    user = giver(request, edition)
    if moved := words_out_of_address(request, edition, "people_roles"):
        return moved
    form = GrantForm(posted(request), edition=edition)

    def grant() -> list[Role]:
        said = form.cleaned_data
        return grant_roles([person.user for person in said["people"]], edition, said["kind"], by=user)

    if request.method == "POST" and (made := apply(form, grant)) is not None:
        words = ngettext(
            "%(count)s person has the role now.", "%(count)s people have the role now.", len(made)
        )
        messages.success(request, words % {"count": len(made)})
        return redirect("people_roles", edition.slug)
    return _page(request, edition, user, form=form)


@require_POST
def end_roles_of(request: EditionRequest, edition: Edition) -> HttpResponse:
    """End the roles that were chosen; whoever would end their own as organiser is asked once."""
    user = giver(request, edition)
    form = EndForm(request.POST, edition=edition)
    if not form.is_valid():
        return _page(request, edition, user, end_form=form)
    chosen = list(form.cleaned_data["roles"])
    is_own = any(role.user_id == user.pk and role.kind == Role.Kind.ORGANISER for role in chosen)
    if is_own and not form.cleaned_data["sure"]:
        return render(request, "academy/people/end_own_role.html", {"chosen": chosen})
    ended = apply(form, lambda: end_roles(edition, chosen, by=user))
    if ended is None:
        return _page(request, edition, user, end_form=form, status=409)
    words = ngettext("%(count)s role has ended.", "%(count)s roles have ended.", len(ended))
    messages.success(request, words % {"count": len(ended)})
    return redirect("home" if is_own else "people_roles", edition.slug)


def _page(
    request: EditionRequest,
    edition: Edition,
    user: User,
    *,
    form: GrantForm | None = None,
    end_form: EndForm | None = None,
    status: int = 0,
) -> HttpResponse:
    form, end_form = form or GrantForm(edition=edition), end_form or EndForm(edition=edition)
    asked = words_searched(request)
    found = _found(edition, asked) if asked else []
    context = {
        "form": form,
        "end_form": end_form,
        "asked": asked,
        "found": found[:FOUND],
        "are_more": len(found) > FOUND,
        "chosen": request.POST.getlist("people"),
        "groups": _holders(edition, user),
        "kinds": Role.Kind.choices,
        "table": rows(),
        "history": _history(edition),
    }
    return render(request, "academy/people/roles.html", context, status=status or status_of(form, end_form))


def _found(edition: Edition, words: str) -> list[Participant]:
    """Registrations by name, pseudonym, organisation or address, with the roles that the people have now."""
    wanted = ("name", "pseudonym", "organisation", "user__email")
    people = Participant.objects.filter(edition=edition, erased_at=None).select_related("user")
    matching = people.filter(Q.create([(f"{field}__icontains", words) for field in wanted], Q.OR))
    return list(matching.order_by("name_key", "pk")[: FOUND + 1])


def _names(edition: Edition, users: set[Any]) -> dict[Any, str]:
    """{user: the name of their registration} for organisers, in one query."""
    people = Participant.objects.filter(edition=edition, user__in=users)
    return dict(people.values_list("user", "name"))


def _holders(edition: Edition, user: User) -> list[tuple[str, str, Any, list[Holder]]]:
    """(kind, words, meaning, who has it) for every role."""
    roles = list(Role.objects.active().filter(edition=edition).select_related("user").order_by("granted_at"))
    registered = Participant.objects.filter(edition=edition, user__in={role.user_id for role in roles})
    people = {person.user_id: person for person in registered}
    holders = [_holder(role, people.get(role.user_id), is_own=role.user_id == user.pk) for role in roles]
    return [
        (
            kind,
            str(words),
            MEANINGS[kind],
            sorted((one for one in holders if one.role.kind == kind), key=_by_name),
        )
        for kind, words in Role.Kind.choices
    ]


def _holder(role: Role, person: Participant | None, *, is_own: bool) -> Holder:
    is_protected = person is not None and person.visibility == Visibility.PROTECTED
    return Holder(
        role,
        (person.name if person else "") or role.user.email,
        role.user.email,
        is_own,
        person.pseudonym if person and is_protected else "",
        _why_idle(person) if role.kind in WITH_A_PLACE else "",
    )


def _why_idle(person: Participant | None) -> str:
    if person is None:
        return _("gives nothing yet: not registered")
    if person.state == Participant.State.CONFIRMED:
        return ""
    return _("gives nothing now: %(state)s") % {"state": person.get_state_display()}


def _by_name(holder: Holder) -> str:
    return sort_key(holder.name)


def _history(edition: Edition) -> list[dict[str, Any]]:
    """What was done with roles last, the newest first: when, what, whose, and by whom."""
    entries = list(
        HistoryEntry.objects.filter(edition=edition, object_type=Role._meta.label_lower)
        .select_related("actor__user")
        .order_by("-number")[:REMEMBERED]
    )
    roles = {
        str(role.pk): role for role in Role.objects.filter(pk__in=[entry.object_id for entry in entries])
    }
    actors = {entry.pk: entry.actor.user_id for entry in entries if hasattr(entry, "actor")}
    names = _names(edition, {role.user_id for role in roles.values()} | set(actors.values()))
    return [
        {
            "at": entry.at,
            "is_end": entry.verb == "role ended",
            "kind": Role.Kind(entry.data["kind"]).label,
            "whose": names.get(roles[entry.object_id].user_id, ""),
            "by": names.get(actors.get(entry.pk), ""),
            "is_known": entry.pk in actors,
        }
        for entry in entries
        if entry.object_id in roles and "kind" in entry.data
    ]
