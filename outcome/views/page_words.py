"""The sentences of the writing page, which its script fills in and says."""

from django.utils.translation import gettext as _


def words_of_the_page() -> dict[str, str]:
    """Every sentence by the name that the script has for it; "%s" is what it fills in."""
    return {**_states(), **_refusals(), **_labels(), **_hints()}


def _states() -> dict[str, str]:
    return {
        "state-loading": _("Loading …"),
        "state-saved": _("Saved"),
        "state-saving": _("Saving …"),
        "state-offline": _("No connection. What you write is kept on this device and sent later."),
        "offline-not-kept": _("No connection. What you write is not kept if you close this page."),
        "state-reading": _("You can read along as others write."),
        "state-fixed": _("The text is fixed. It cannot be changed now."),
        "state-stopped": _(
            "You are not connected any more. Load the page again, and log in if you are asked to."
        ),
        "people-unseen": _("Your network lets no live connection through: who else is here cannot be shown."),
        "not-offline": _("This is not possible without a connection. Nothing was changed."),
    }


def _refusals() -> dict[str, str]:
    kept = _("These words of yours are not in the document. They are kept here until you discard them.")
    return {
        "refused-fixed": _("The text was fixed while you were writing.") + " " + kept,
        "refused-deleted": _("Somebody moved or deleted the paragraph you were writing in.") + " " + kept,
        "refused-moved": _("A clause was split or merged while you were writing in it.") + " " + kept,
        "refused-not-allowed": _("You may not write in this document any more.") + " " + kept,
        "refused-not-yours": _("The server did not accept what you wrote.") + " " + kept,
        "refused-broken": _("The server did not accept what you wrote.") + " " + kept,
        "offered-before": kept,
        "cannot-put-back": _("This clause cannot be written in now. Copy the words, or keep them here."),
        "removed-meanwhile": _(
            "Somebody removed this clause while you were writing. Your words are kept with it. %s"
        ),
        "removed-by-you": _("You removed this clause. Its words are kept with it. %s"),
        "merged-meanwhile": _("Somebody merged this clause into another one while you were writing. %s"),
        "put-back": _("Put into the clause"),
        "copy": _("Copy"),
        "discard": _("Discard"),
        "restore": _("Restore the clause"),
        "close": _("Close"),
        "nothing-above": _("There is no clause above this one in its section."),
        "no-further": _("There is no place further on in this direction. Nothing was changed."),
        # Translators: the section, what kind of clause it is with its number, and which one it is in the section
        "stands-now": _("Moved. It stands in “%s” now: %s, number %s of the section."),
    }


def _labels() -> dict[str, str]:
    return {
        "clause": _("Clause"),
        "encouragement": _("Encouragement"),
        "paragraph": _("Paragraph"),
        "short-title": _("Short title"),
        "text-of": _("Text of encouragement %s"),
        "remark": _("Explanatory remark."),
        "remark-of": _("Explanatory remark to encouragement %s"),
        "add-remark": _("Add an explanatory remark"),
        "drop-remark": _("Take the remark away"),
        "do-with": _("Change clause %s"),
        "more": _("Move, split, merge …"),
        "begin-after": _("New clause after this one"),
        "move-up": _("Move up"),
        "move-down": _("Move down"),
        "section-before": _("To the strand before"),
        "section-after": _("To the next strand"),
        "split": _("Split at the cursor"),
        "merge": _("Merge with the one above"),
        "remove": _("Remove"),
        "language": _("Language of its spelling"),
        "no-language": _("language of the page"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "strong": _("Bold"),
        "em": _("Italic"),
        "link": _("Link"),
        "link-to": _("Where should the link lead? An address with https:// or mailto:"),
        "bullets": _("List"),
        "numbers": _("Numbered list"),
        "an-organiser": _("An organiser"),
        "a-reader": _("Somebody who reads along"),
    }


def _hints() -> dict[str, str]:
    return {
        "hint-beginning": _("An encouragement begins with %s, as it continues the opening words."),
        "hint-sentence": _("An encouragement is one sentence; the rest may go into the remark."),
        "hint-words": _("An encouragement has fewer than %s words; this one has %s."),
        "hint-heading": _("A short title helps readers to find it in the outline."),
        "heading-too-long": _(
            "A short title has at most %s characters; this one has %s, and only its beginning is published."
        ),
        "too-long": _("A clause has at most %s characters; this one has %s."),
    }


def keyboard() -> list[tuple[tuple[str, ...], str]]:
    """What can be done with the keyboard: the keys, and what they do."""
    return [
        (("Ctrl", "Enter"), _("new clause after this one")),
        (("Ctrl", "Shift", "Enter"), _("split the clause at the cursor")),
        (("Ctrl", "Shift", "Backspace"), _("merge it with the one above")),
        (("Alt", "↑"), _("move it up")),
        (("Alt", "↓"), _("move it down")),
        (("Alt", "Shift", "↑"), _("move it to the strand before")),
        (("Alt", "Shift", "↓"), _("move it to the next strand")),
        (("Ctrl", "B"), _("bold")),
        (("Ctrl", "I"), _("italic")),
        (("Ctrl", "K"), _("link")),
        (("Ctrl", "Shift", "8"), _("list")),
        (("Ctrl", "Z"), _("undo what you did yourself")),
        (("Tab",), _("to the next field or button")),
    ]
