"""Working on a language version: beginning it, its parts beside the authoritative text, its translators, publishing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.errors import NotAllowed
from academy.languages import in_words
from academy.mail.audience import addressed
from academy.models import Edition, Participant, User
from academy.permissions import insist
from academy.requests import EditionRequest, posted
from academy.word_changes import word_changes
from outcome.models import LanguageVersion, Revision, TranslatedPart, Translation, Translator
from outcome.permissions import audiences_of
from outcome.translating import beginning, publishing, writing
from outcome.translating.aging import aging_of, current_revision
from outcome.translating.errors import NotInWork, PartOvertaken
from outcome.translating.forms import (
    AskForm,
    BeginTranslationForm,
    PartForm,
    PublishTranslationForm,
    TranslatorForm,
)
from outcome.translating.parts import FIELDS
from outcome.translating.permissions import may_order, may_translate
from outcome.translating.progress import Done, Line, lines_of, progress_of
from outcome.views.fetching import attempt, known
from outcome.views.languages import list_languages, page_of_words, revisions_to_translate

READ_OR_WRITE = ["GET", "HEAD", "POST"]
State = Translation.State


def own_translation(request: EditionRequest, edition: Edition, pk: UUID) -> tuple[User, Translation]:
    """Who asks, and the language version that they may write.

    Raises:
        LoginNeeded, NotAllowed
    """
    by = known(request)
    rows = Translation.objects.select_related("revision__document__edition")
    found = rows.filter(revision__document__edition=edition, pk=pk).first()
    if found is None:
        insist(may_order(by, edition))
        raise Http404(_("There is no such language version."))
    insist(may_translate(by, found))
    return by, found


@require_POST
def begin_translation(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Begin a revision in another language."""
    by = known(request)
    insist(may_order(by, edition))
    revisions = revisions_to_translate(edition)
    form = BeginTranslationForm(request.POST, revisions=revisions)

    def begin() -> Translation:
        number = form.cleaned_data["revision"]
        revision = Revision.objects.select_related("document__edition").get(
            document__edition=edition, number=number
        )
        return beginning.begin_translation(revision, form.cleaned_data["language"], by=by)

    done = attempt(form, begin)
    if done.made is None:
        return list_languages(request, edition, form=form, status=done.status)
    messages.success(request, _("The language version is begun. Give it to somebody who translates it."))
    return redirect("outcome:translation", edition.slug, done.made.pk)


@require_safe
def translation(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """A language version in work: the authoritative text and the translation side by side, part by part."""
    by, found = own_translation(request, edition, pk)
    return _overview(request, found, by)


def _overview(
    request: EditionRequest, found: Translation, by: User, status: int = 200, **refused: Any
) -> HttpResponse:
    edition, lines = found.revision.document.edition, lines_of(found)
    orders = may_order(by, edition)
    own = Translator.objects.filter(translation=found, user=by).first()
    current = current_revision(found.revision.document, audiences_of(by, edition))
    context = {
        "translation": found,
        "lines": lines,
        "progress": progress_of(lines),
        "versions": found.versions.defer("content"),
        "aging": aging_of(found.revision.content, found.revision, current),
        "orders": orders,
        "own": own,
        "own_name": _own_name(by, edition) if own else "",
        "ask_form": AskForm(),
        **(_people(found) if orders else {}),
        **refused,
    }
    if orders:
        context.setdefault(
            "translator_form", TranslatorForm(edition=edition, accounts=beginning.who_may_translate(edition))
        )
    return render(request, "outcome/translation.html", context, status=status)


def _people(found: Translation) -> dict[str, Any]:
    """The translators for an organiser, by the name that organisers call them."""
    edition = found.revision.document.edition
    rows = list(found.translators.select_related("user"))
    people = {
        row.user_id: row
        for row in Participant.objects.filter(edition=edition, user__in=[one.user_id for one in rows])
    }
    names = [
        (row, addressed(people[row.user_id]) if row.user_id in people else row.user.email) for row in rows
    ]
    return {"translators": names}


def _own_name(by: User, edition: Edition) -> str:
    """Under which name this person would stand at the translation; empty for none."""
    row = Participant.objects.as_shown().filter(user=by, edition=edition).first()
    return row.shown_name if row else ""


@require_POST
def name_translator(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Give a language version to somebody."""
    by, found = own_translation(request, edition, pk)
    insist(may_order(by, edition))
    accounts = beginning.who_may_translate(edition)
    form = TranslatorForm(request.POST, edition=edition, accounts=accounts)

    def give() -> Translator:
        chosen = {str(one.pk): one for one in accounts}[form.cleaned_data["account"]]
        return beginning.name_translator(found, chosen, by=by)

    done = attempt(form, give)
    if done.made is None:
        return _overview(request, found, by, done.status, translator_form=form)
    messages.success(request, _("The language version is given to them, and they are told by mail."))
    return redirect("outcome:translation", edition.slug, pk)


@require_POST
def end_translator(request: EditionRequest, edition: Edition, pk: UUID, translator: UUID) -> HttpResponse:
    """Take a language version from somebody again."""
    by, found = own_translation(request, edition, pk)
    insist(may_order(by, edition))
    row = get_object_or_404(
        Translator.objects.select_related("translation__revision__document__edition"),
        translation=found,
        pk=translator,
    )
    beginning.end_translator(row, by=by)
    messages.success(request, _("They translate this language version no longer. What they wrote stays."))
    return redirect("outcome:translation", edition.slug, pk)


@require_POST
def be_named_translator(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Say whether one's own name stands at what one translated."""
    by = known(request)
    rows = Translation.objects.select_related("revision__document__edition")
    found = rows.filter(revision__document__edition=edition, pk=pk).first()
    if found is None:
        raise NotAllowed
    named = request.POST.get("named") == "yes"
    beginning.be_named(found, named=named, by=by)
    messages.success(
        request,
        _("Your name stands at this translation.") if named else _("You are not named at this translation."),
    )
    if not may_translate(by, found):
        return redirect("outcome:languages", edition.slug)
    return redirect("outcome:translation", edition.slug, pk)


@require_http_methods(READ_OR_WRITE)
def translate_part(request: EditionRequest, edition: Edition, pk: UUID, part: str) -> HttpResponse:
    """Translate one part beside its authoritative words. If somebody was faster, both are shown and nothing is lost."""
    by, found = own_translation(request, edition, pk)
    lines = lines_of(found)
    line = next((line for line in lines if line.part.key == part), None)
    if line is None:
        raise Http404(_("The revision has no such part."))
    if request.method == "POST":
        return _save(request, found, lines, line, by)
    if found.state != State.IN_WORK:
        messages.warning(request, str(NotInWork.message))
        return _to_overview(found, line)
    form = PartForm(part=line.part, language=found.language, initial={**line.words, "seen": line.number})
    return render(request, "outcome/translate_part.html", _editing(found, lines, line, form))


def _save(
    request: EditionRequest, found: Translation, lines: list[Line], line: Line, by: User
) -> HttpResponse:
    form = PartForm(request.POST, part=line.part, language=found.language)
    overtaken_by: list[TranslatedPart] = []

    def save() -> TranslatedPart:
        try:
            return writing.save_part(found, line.part.key, form.words, seen=form.seen_number, by=by)
        except PartOvertaken as error:
            overtaken_by.append(error.present)
            raise

    done = attempt(form, save)
    if done.made:
        lines = lines_of(found)
        messages.success(request, _saved_words(lines))
        after = _next(lines, line) if request.POST.get("then") == "next" else None
        if after:
            return redirect("outcome:translate_part", found.revision.document.edition.slug, found.pk, after)
        return _to_overview(found, line)
    context = _editing(found, lines, line, form)
    if overtaken_by:
        context |= _meanwhile(form, line, overtaken_by[0])
    return render(request, "outcome/translate_part.html", context, status=done.status)


def _saved_words(lines: list[Line]) -> str:
    progress = progress_of(lines)
    return ngettext(
        "Saved. %(done)s of %(of)s clause is translated.",
        "Saved. %(done)s of %(of)s clauses are translated.",
        progress.of,
    ) % {"done": progress.clauses, "of": progress.of}


def _next(lines: list[Line], line: Line) -> str | None:
    """The key of the next part that is not done: after this one, else from the beginning."""
    keys = [one.part.key for one in lines]
    place = keys.index(line.part.key)
    open_ones = [one.part.key for one in lines[place + 1 :] + lines[:place] if not one.is_done]
    return open_ones[0] if open_ones else None


def _to_overview(found: Translation, line: Line) -> HttpResponse:
    address = reverse("outcome:translation", args=(found.revision.document.edition.slug, found.pk))
    return redirect(f"{address}#{line.part.name}")


def _editing(found: Translation, lines: list[Line], line: Line, form: PartForm) -> dict[str, Any]:
    keys = [one.part.key for one in lines]
    place = keys.index(line.part.key)
    before = line.row.source if line.row and line.done == Done.CHANGED else {}
    return {
        "translation": found,
        "line": line,
        "form": form,
        "source": [(FIELDS[name][0], name, words) for name, words in line.part.fields.items()],
        "source_changes": [
            (FIELDS[name][0], word_changes(before.get(name, ""), words))
            for name, words in line.part.fields.items()
            if before and before.get(name, "") != words
        ],
        "progress": progress_of(lines),
        "previous": keys[place - 1] if place else None,
        "following": keys[place + 1] if place + 1 < len(keys) else None,
        "earlier": _earlier(found, line),
    }


def _earlier(found: Translation, line: Line) -> list[list[str]]:
    """What was saved of the part before, the newest first."""
    rows = TranslatedPart.objects.filter(translation=found, part=line.part.key, number__lt=line.number)
    return [[words for words in line.ordered(row).values() if words] for row in rows.order_by("-number")]


def _meanwhile(form: PartForm, line: Line, present: TranslatedPart) -> dict[str, Any]:
    """What stands there now beside what was typed; the form goes on from it."""
    form.data = _with(form, "seen", str(present.number))
    typed, stands = form.words, line.ordered(present)
    return {
        "present": [(FIELDS[name][0], words) for name, words in stands.items() if words],
        "differences": [
            (FIELDS[name][0], word_changes(words, typed.get(name, "")))
            for name, words in stands.items()
            if words != typed.get(name, "")
        ],
    }


@require_POST
def ready_translation(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Call a language version ready for review."""
    by, found = own_translation(request, edition, pk)
    writing.mark_ready(found, by=by)
    messages.success(request, _("It is ready for review. An organiser publishes it."))
    return redirect("outcome:translation", edition.slug, pk)


@require_POST
def take_back_translation(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take a language version back into work."""
    by, found = own_translation(request, edition, pk)
    form = AskForm(request.POST)
    done = attempt(form, lambda: writing.take_back(found, asks=form.cleaned_data["asks"], by=by))
    if done.made is None:
        return _overview(request, found, by, done.status, ask_form=form)
    if found.versions.exists():
        messages.success(request, _("It is in work again. What was published stays where it is."))
    else:
        messages.success(request, _("It is in work again."))
    return redirect("outcome:translation", edition.slug, pk)


@require_http_methods(READ_OR_WRITE)
def publish_translation(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Show the whole text once more and say what publishing does; then publish it as an immutable version."""
    by, found = own_translation(request, edition, pk)
    insist(may_order(by, edition))
    last = found.versions.defer("content").first()
    form = PublishTranslationForm(posted(request), is_first=last is None)
    if not form.is_bound:
        return _before_publishing(request, found, form, last, 200)

    def publish() -> LanguageVersion:
        seen, note = form.cleaned_data["seen"], form.cleaned_data.get("note", "")
        return publishing.publish_translation(found, seen=seen, note=note, by=by)

    done = attempt(form, publish)
    if done.made is None:
        return _before_publishing(request, found, form, last, done.status)
    words = {"number": done.made.number, "language": in_words([found.language])}
    messages.success(request, _("Version %(number)s in %(language)s is published.") % words)
    return redirect(done.made)


def _before_publishing(
    request: EditionRequest,
    found: Translation,
    form: PublishTranslationForm,
    last: LanguageVersion | None,
    status: int,
) -> HttpResponse:
    """The whole text with what publishing does. Whoever sends the form has seen the text as it is on this page."""
    words = publishing.translated_words(found)
    seen = publishing.fingerprint(words)
    form.initial["seen"] = seen
    if form.is_bound:
        form.data = _with(form, "seen", seen)
    context = {
        "translation": found,
        "form": form,
        "number": last.number + 1 if last else 1,
        **page_of_words(found, words),
    }
    return render(request, "outcome/publish_translation.html", context, status=status)


def _with(form: BaseForm, name: str, value: str) -> QueryDict:
    """What was sent, with another value in one field."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data[name] = value
    return data
