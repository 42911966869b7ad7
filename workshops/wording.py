"""The words that the live board says by itself; `%s` stands for what the board puts there."""

from django.utils.translation import gettext as _

from workshops.models import Finding


def board_words() -> dict[str, str]:
    """Every sentence of the live board, in the reader's language."""
    kinds = {f"kind-{kind.value}": str(kind.label) for kind in Finding.Kind}
    return kinds | _words_of_saving() | _words_of_the_room() | _words_of_the_hour()


def _words_of_saving() -> dict[str, str]:
    """What is said of a finding on its way, and of the connection."""
    return {
        "agreed": _("agreed"),
        "parked": _("parked: %s"),
        "number": _("no. %s"),
        "merged": _("merged from %s findings"),
        "saving": _("saving…"),
        "saved": _("saved"),
        "saved-at": _("saved, %s"),
        "kept": _("offline, kept on this device"),
        "unsent": _("not sent, kept on this device"),
        "unsent-on-page": _("not sent, kept on this page only: leave it open"),
        "waiting": _("%s not sent yet"),
        "waiting-kept": _("%s not sent yet: kept on this device"),
        "waiting-on-page": _("%s not sent yet: kept on this page only"),
        "waiting-log-in-one": _("you are logged out: log in to send 1 finding"),
        "waiting-log-in": _("you are logged out: log in to send %s findings"),
        "kept-on-page": _("offline, kept on this page only: leave it open"),
        "live": _("live"),
        "paused": _("live paused: new findings are fetched every 5 seconds"),
        "away": _("no connection: this page will catch up by itself"),
        "stopped": _("no longer live"),
        "not-connected": _(
            "You are no longer connected to this board. Load the page again to see what is new."
        ),
        "log-in": _("You are logged out. What you wrote is kept on this device: log in again to send it."),
    }


def _words_of_the_room() -> dict[str, str]:
    """What is said of what happens on the board, and of what is written."""
    return {
        "arrived": _("New finding: %s"),
        "between": _("Show the %s findings in between"),
        "changed": _("Finding no. %s was changed"),
        "part": _("The room is now in Part %s"),
        "left-in": _("left in Part %s"),
        "in-part": _("Part %s of %s"),
        "opened": _("The board was opened."),
        "closed": _("The board was closed."),
        "load-again": _("Load the page again"),
        "remaining": _("%s characters left"),
        "too-long": _("%s too many"),
        "shorten": _("This is %s characters too long. Shorten it, or make two findings of it."),
        "nothing": _("Please write something."),
        "failed": _("There is no connection. Nothing was changed; please try again."),
        "returned": _("This was not saved: %s"),
        "put-back": _("Put it back into the form"),
        "discard": _("Discard it"),
    }


def _words_of_the_hour() -> dict[str, str]:
    """What is said of dots, names, the clock, who writes, and reading back."""
    return {
        "dots-one": _("1 dot"),
        "dots": _("%s dots"),
        "dots-left": _("%s of your %s dots left in this part"),
        "dots-counted": _("The dots of this part are counted"),
        "own-dots": _("your dots: %s"),
        "no-own-dots": _("your dots: none"),
        "split-from": _("split off from no. %s"),
        "on-behalf": _("entered for somebody without a connection"),
        "here": _("%s of %s here"),
        "clock-stands": _("the clock stands"),
        "undone-by": _("Take it back"),
        "done": _("No. %s: done."),
        "writing-open": _("You can note findings yourself now."),
        "writing-closed": _("Your moderator and co-facilitator write on this board now."),
        "part-counted": _("The dots of Part %s are counted and shown."),
        "read-back": _("The group’s sentences are being read back: confirm them, or ask for a correction."),
    }
